"""Sentences of an output as a reader meets them, and their clauses."""

import re
from collections.abc import Iterable, Iterator

from incident2eval.checks.figures.units import unit_of_key
from incident2eval.detection.text.views import plain
from incident2eval.detection.text.wording import embedded, key_words, leaves, with_plain_digits
from incident2eval.model import JSON

_END = re.compile(
    r"(?<=[a-z0-9)%\"'\u2019\u201d\]][.!?])[\"'\u2019\u201d)*_]{0,3}\s+(?=\W{0,3}[A-Z0-9\u00a3$\u20ac])|(?<=[!?])\s+"
    r"|\n\s*\n|\n(?=\s*(?:[-*|#\u2022\u2023\u25cf]|\d{1,2}[.)]\s))"
)
_WRAPPED = re.compile(
    r"(?:(?<=[a-z0-9,])[ \t]*\n[ \t]*(?=[a-z(\u00a3$\u20ac0-9])"
    r"|(?<=\b(?:of|to|by|on|in|at|an|is))[ \t]*\n[ \t]*(?=[A-Z])"
    r"|(?<=\b(?:the|for|and|are|was|our))[ \t]*\n[ \t]*(?=[A-Z])"
    r"|(?<=\b(?:from|with|your|each))[ \t]*\n[ \t]*(?=[A-Z])|(?<=[\s\d]\d)[ \t]*\n[ \t]*(?=[A-Z]))"
    r"(?!\d{1,2}[.)]\s)(?![^\n]{0,30}:)"
)
"""A line's end in the middle of a sentence, as mail programs set it."""
_SALUTATION = re.compile(r"\W*(?:dear|hi|hello|hey)\b[^,.!:\n]{0,40}[,.!:]\s*", re.IGNORECASE)
_LONGEST = 600
"""What is longer is no sentence that anybody reads; it is cut."""
_FEW_WORDS = 3
"""A value of a structured output of so few words is read together with its key."""
_MARKUP = re.compile(r"[*_`#>|\u2022]+")
_STRONG = re.compile(
    r";|\s[\u2013\u2014-]\s|\n|\.\s|,?\s(?:but|however|whereas|while|although|though)\s"
    r"|,\s(?:and|so|or|as|because|since|which means)\s"
    r"(?=(?:you|we|it|they|he|she|this|that|there|i|the|your|our|all|no|any)\b)"
    r"|\sand\s(?=(?:no|nothing|you|we|it|they|there)\s)",
    re.IGNORECASE,
)
_WEAK = re.compile(r"[,:]\s|[()]|\s(?=(?:if|unless|once|until|when|provided|should)\s)", re.IGNORECASE)


def sentences(value: JSON, about: re.Pattern[str] | None = None) -> Iterator[str]:
    """Every sentence of an output, as it stands there; a short value together with its key.

    Args:
        value: Text or JSON; a text that spells out JSON is read as such.
        about: What a sentence must hold to be wanted; one that holds none of it comes as "", so does the end
            of a text.
    """
    parsed = (embedded(value) or value) if isinstance(value, str) else value
    for path, leaf in leaves(parsed):
        if leaf is None or isinstance(leaf, bool):
            continue
        text = leaf if isinstance(leaf, str) else _amount(path, leaf)
        if path and len(text) <= _LONGEST and len(text.split()) <= _FEW_WORDS:
            text = f"{' '.join(key_words(path))}: {text}"
        if about is None or about.search(text):
            yield from _sentences(_WRAPPED.sub(" ", with_plain_digits(text)), about)
        yield ""


def _amount(path: str, number: JSON) -> str:
    """A number of a structured output with the unit that its key gives it."""
    text = f"{number:.12g}" if isinstance(number, float) else str(number)
    unit = unit_of_key(key_words(path))
    return (
        text if unit is None else f"{unit.kind}{text}" if unit.is_money else f"{text} {key_words(path)[-1]}"
    )


def _sentences(text: str, about: re.Pattern[str] | None) -> Iterator[str]:
    at = 0
    for end in (*(match.end() for match in _END.finditer(text)), len(text)):
        if about is None or about.search(text, at, end):
            yield from _cut(text[at:end])
        else:
            yield ""
        at = end


def _cut(text: str) -> Iterator[str]:
    stripped = _SALUTATION.sub("", text, count=1).strip() if _SALUTATION.match(text) else text.strip()
    if len(stripped) <= _LONGEST:
        if stripped:
            yield stripped
        return
    for start in range(0, len(stripped), _LONGEST):
        yield stripped[start : start + _LONGEST]


def part_around(text: str, start: int, end: int, *, reach: int = 240) -> str:
    """The part of a sentence that holds a span: at most `reach` characters to either side."""
    return _between(text, start, end, reach, (_END, _STRONG))


def clause_around(text: str, start: int, end: int, *, reach: int = 240) -> str:
    """The clause that holds a span: what commas divide as well."""
    return _between(text, start, end, reach, (_END, _STRONG, _WEAK))


def _between(text: str, start: int, end: int, reach: int, edges: Iterable[re.Pattern[str]]) -> str:
    low, high = max(0, start - reach), min(len(text), end + reach)
    ends = [match.end() for edge in edges for match in edge.finditer(text, low, start)]
    begins = [match.start() for edge in edges if (match := edge.search(text, end, high))]
    return text[max(ends, default=low) : min(begins, default=high)]


def readable(sentence: str) -> str:
    """A sentence without markup and what no reader sees."""
    return " ".join(_MARKUP.sub(" ", plain(sentence)).split())


def parts(sentence: str) -> tuple[str, ...]:
    """The parts of a sentence that stand alone: what `;`, `but` or `, and we` divide."""
    found = tuple(part.strip() for part in _STRONG.split(_MARKUP.sub(" ", plain(sentence))))
    return tuple(part for part in found if part)


def clauses(part: str) -> tuple[str, ...]:
    """The clauses of such a part: what commas, colons, brackets and the start of a condition divide."""
    return tuple(clause.strip() for clause in _WEAK.split(part) if clause.strip())
