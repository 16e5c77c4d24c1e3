"""Whether a text says the right value of a subject, in whatever words."""

import re
from collections.abc import Sequence
from itertools import islice

from incident2eval.checks.values.cells import found_old, found_right, has_code, polarity, says_word
from incident2eval.checks.values.expectation import Expectation, Miss
from incident2eval.checks.values.told import Passage
from incident2eval.checks.values.value import LENGTHS, Amount, Code, Date, Flag, Found, Value, Word
from incident2eval.checks.values.words import said_at

_MOST = 2_000
"""So many figures of a kind are looked at; no honest text has more of them."""
_ITS_PLACE = 0.7
"""So much of a subject around a value says that it stands in the subject's place."""
_ELSEWHERE = 0.35
"""So little of it says that it stands elsewhere."""
_CLEARLY = 0.15
_PAST = re.compile(
    r"\b(?:was|were|had|previous(?:ly)?|prior|earlier|former(?:ly)?|last|old)\b", re.IGNORECASE
)


def fault_in_text(wanted: Expectation, passage: Passage) -> Miss | None:
    """What is wrong with what a text says of a subject, None where the right value stands there."""
    if isinstance(wanted.right, Flag):
        said = polarity(passage.text, wanted.subject)
        return None if said is wanted.right.yes else _miss(wanted, passage.best(wanted.subject))
    if isinstance(wanted.right, Word):
        return _of_word(wanted, wanted.right, passage)
    if isinstance(wanted.right, Code):
        return (
            None if has_code(passage.text, wanted.right.text) else _miss(wanted, passage.best(wanted.subject))
        )
    return _of_value(wanted, passage)


def _of_value(wanted: Expectation, passage: Passage) -> Miss | None:
    """Judge an amount, a date or a time: the old one in its place is wrong, elsewhere it is free."""
    like = [one for one in passage.found if _is_like(one, wanted)][:_MOST]
    rights = found_right(like, wanted.right, wanted.old, passage.text)
    old = found_old(like, wanted.right, wanted.old, passage.text)
    taken = {one.start for one in rights}
    others = [one for one in like if one.start not in taken and _is_another(one, wanted.right)]
    if not rights:
        return _instead(wanted, passage, old or others)
    instead = _in_its_place(rights, old, others, wanted, passage)
    return _instead(wanted, passage, instead) if instead else None


def _in_its_place(
    rights: Sequence[Found],
    old: Sequence[Found],
    others: Sequence[Found],
    wanted: Expectation,
    passage: Passage,
) -> list[Found]:
    """Which values stand where the right one, that the text says elsewhere, should stand.

    The old one does where it is clearly nearer to the subject, or as near in another sentence; any other one
    where the right one is far from it. What a text says to have been is none of them if the right one is.
    """
    if not all(_is_of_the_past(one, passage) for one in rights):
        old, others = ([one for one in group if not _is_of_the_past(one, passage)] for group in (old, others))
    best = max(_near(one, wanted, passage) for one in rights)
    said = {passage.around(one.start, one.end).sentence for one in rights}
    found = []
    for one in old:
        near = _near(one, wanted, passage)
        elsewhere = passage.around(one.start, one.end).sentence not in said
        if near > best + _CLEARLY or (elsewhere and near >= max(best, _ITS_PLACE)):
            found.append(one)
    if found or best >= _ELSEWHERE or not wanted.subject:
        return found
    return [one for one in others if _near(one, wanted, passage) >= best + _ELSEWHERE]


def _is_of_the_past(found: Found, passage: Passage) -> bool:
    """Whether the clause of a value says that it was so: `for the third quarter it was £2,150`."""
    start, end = passage.around(found.start, found.end).clause
    return _PAST.search(passage.text, start, end) is not None


def _is_another(found: Found, right: Value) -> bool:
    """Whether a value that is not the right one is surely another: `June 2026` is no other date in it."""
    value = found.value
    if not isinstance(value, Date) or not isinstance(right, Date) or value.day.day is not None:
        return found.sure
    return value.day.month != right.day.month or value.day.year not in {None, right.day.year}


def _near(one: Found, wanted: Expectation, passage: Passage) -> float:
    return passage.nearness(wanted.subject, one.start, one.end)


def _is_like(found: Found, wanted: Expectation) -> bool:
    """Whether a value may be meant: of the same kind; a plain count is no length of time and no share."""
    value, right = found.value, wanted.right
    if not isinstance(value, Amount) or not isinstance(right, Amount):
        return type(value) is type(right)
    if right.unit is None and value.unit is not None and wanted.about:
        return value.unit.is_money
    if right.unit is not None and found.counts:
        return False
    kinds = {one.unit.kind for one in (value, right) if one.unit}
    return len(kinds) < 2 or kinds == LENGTHS or right.is_said_by(value)


def _of_word(wanted: Expectation, right: Word, passage: Passage) -> Miss | None:
    """Judge a word: where its subject is named, the one nearer to that counts, else the one said first."""
    old = wanted.old if isinstance(wanted.old, Word) else None
    best = _nearest(passage, right, wanted.subject)
    worst = _nearest(passage, old, wanted.subject) if old else -1.0
    alike = abs(best - worst) <= _CLEARLY
    if says_word(passage.text, right, old) if alike else best > worst:
        return None
    return _miss(wanted, passage.best((*wanted.subject, *(old.stems if old else ()))))


def _nearest(passage: Passage, word: Word, subject: Sequence[str]) -> float:
    spots = islice(said_at(passage.text, word.stems), _MOST)
    return max((passage.nearness(subject, *spot) for spot in spots), default=-1.0)


def _instead(wanted: Expectation, passage: Passage, others: Sequence[Found]) -> Miss:
    """The miss, quoting what stands nearest to the subject."""
    if not others:
        return _miss(wanted, passage.best(wanted.subject))
    other = max(others, key=lambda one: (_near(one, wanted, passage), -one.start))
    if _near(other, wanted, passage) < _ELSEWHERE and wanted.subject:
        return _miss(wanted, passage.best(wanted.subject))
    return Miss(
        message=f"says '{passage.words_at(other)}' ({wanted.label}), should be {wanted.shown}",
        excerpt=passage.quote(other.start, other.end),
    )


def _miss(wanted: Expectation, excerpt: str) -> Miss:
    message = f"does not say {wanted.shown} ({wanted.label})"
    return Miss(message=message, excerpt=excerpt, left_out=True)
