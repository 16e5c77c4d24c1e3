"""Whether a cell, or a few words, hold the expected value."""

import re
from collections.abc import Sequence

from incident2eval.checks.values.expectation import Expectation
from incident2eval.checks.values.notation import plainly
from incident2eval.checks.values.reading import cell_value, values_in
from incident2eval.checks.values.value import Amount, Code, Flag, Found, Value, Word, is_right, same, unsigned
from incident2eval.checks.values.words import TOKEN, alike, denies, is_denied, said_at, stem
from incident2eval.model import JSON

_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")
_OPPOSITES = ("in", "un", "non", "dis", "im", "ir", "de")
_AUXILIARY = {"is", "ha", "has", "wa", "was", "are", "can", "must", "need", "should", "flag"}
_PARTS = re.compile(r"\d+|[^\W\d_]+")
_HAS_BEEN = re.compile(r"\b(?:was|were|from)\s{1,3}\Z", re.IGNORECASE)
_FEW_WORDS = 80
_NOTHING = {"none", "nil", "null", "n/a"}


def holds(cell: JSON, key: Sequence[str], wanted: Expectation, *, decimal_comma: bool = False) -> bool:
    """Whether a cell holds the expected value rather than any other.

    Args:
        cell: The cell as it stands in the output.
        key: The words of its key.
        wanted: What is expected.
        decimal_comma: Whether the output writes decimals with a comma.
    """
    right, old = wanted.right, wanted.old
    value = cell_value(cell, key, decimal_comma=decimal_comma)
    if value is not None and is_right(value, right, old):
        return True
    if isinstance(right, Flag):
        return _flag(cell, value, wanted) is right.yes
    if isinstance(right, Code):
        return not isinstance(cell, bool) and has_code(str(cell), right.text)
    if isinstance(cell, str) and isinstance(right, Word):
        return says_word(cell, right, old)
    return isinstance(cell, str) and _told(cell, right, old, decimal_comma=decimal_comma)


def _told(cell: str, right: Value, old: Value | None, *, decimal_comma: bool) -> bool:
    text = plainly(cell, decimal_comma=decimal_comma)
    return any(is_right(one.value, right, old) and not is_denied(text, one.start) for one in values_in(text))


def has_code(text: str, code: str) -> bool:
    """Whether a text holds an id, given as `reading.bare` writes it, whatever stands between its parts."""
    parts = _PARTS.findall(code)
    form = r"[\W_]{0,2}".join(map(re.escape, parts))
    return bool(parts) and re.search(rf"(?<![^\W_]){form}(?![^\W_])", text, re.IGNORECASE) is not None


def says_word(text: str, right: Word, old: Value | None) -> bool:
    """Whether a text says the right word and not the old one; a longer text must say the right one first."""
    strictly = isinstance(old, Word) and alike(right.stems, old.stems)
    first = next(said_at(text, right.stems, strictly=strictly), None)
    if first is None or not isinstance(old, Word):
        return first is not None
    spans = said_at(text, old.stems, strictly=strictly)
    others = (span for span in spans if not _HAS_BEEN.search(text[max(0, span[0] - 8) : span[0]]))
    other = next(others, None)
    return other is None or (len(text) > _FEW_WORDS and first < other)


def _flag(cell: JSON, value: Value | None, wanted: Expectation) -> bool | None:
    """What a cell says of a yes or no, None where it doesn't."""
    if isinstance(value, Flag):
        return value.yes
    if isinstance(value, Amount):
        return bool(value.number) if value.number in {0, 1} else None
    if not isinstance(cell, str):
        return None
    if cell.strip().casefold() in _NOTHING:
        return False
    first = TOKEN.match(cell.strip())
    if first and first[0].casefold() in {"yes", "no", "not"}:
        return first[0].casefold() == "yes"
    return polarity(cell, wanted.subject)


def polarity(text: str, subject: Sequence[str]) -> bool | None:
    """Whether a text says that something is so, or that it is not; None where it says nothing of it.

    Args:
        text: The text.
        subject: The stems of what may be so: (eligibl,).
    """
    wanted = [word for word in subject if word not in _AUXILIARY]
    for sentence in _SENTENCE.split(text) if wanted else ():
        words = TOKEN.findall(sentence)
        found = [stem(word) for word in words]
        turned = [word for word in wanted if any(_is_opposite(one, word) for one in found)]
        if all(word in found or word in turned for word in wanted):
            return not turned and not any(denies(word) for word in words)
    return None


def _is_opposite(word: str, of: str) -> bool:
    return any(word == prefix + of for prefix in _OPPOSITES)


def found_right(found: Sequence[Found], right: Value, old: Value | None, text: str) -> list[Found]:
    """The values of a text that are the right one and are not denied; its words may say the sign."""
    right, old = unsigned(right), old and unsigned(old)
    return [
        one for one in found if is_right(unsigned(one.value), right, old) and not is_denied(text, one.start)
    ]


def found_old(found: Sequence[Found], right: Value, old: Value | None, text: str) -> list[Found]:
    """The values of a text that are the old one and are not denied."""
    if old is None:
        return []
    right, old = unsigned(right), unsigned(old)
    return [
        one
        for one in found
        if same(old, unsigned(one.value))
        and not is_right(unsigned(one.value), right, old)
        and not is_denied(text, one.start)
    ]
