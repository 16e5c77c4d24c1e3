"""Whether a text says the right value of a subject, in whatever words."""

from collections.abc import Collection, Sequence
from itertools import islice

from incident2eval.checks.text.wording import Span
from incident2eval.checks.values.cells import found_old, found_right, has_code, polarity, says_word
from incident2eval.checks.values.expectation import Expectation, Miss
from incident2eval.checks.values.reading import Found
from incident2eval.checks.values.told import Passage
from incident2eval.checks.values.value import LENGTHS, Amount, Code, Date, Flag, Told, Value, Word
from incident2eval.checks.values.words import said_at

_MOST = 1_000
"""So many figures of a kind are looked at; no honest text has more of them."""
_ITS_PLACE = 0.7
"""So much of a subject around a value says that it stands in the subject's place."""
_ELSEWHERE = 0.35
"""So little of it says that it stands elsewhere."""
_CLEARLY = 0.15


def fault_in_text(wanted: Expectation, passage: Passage) -> Miss | None:
    """What is wrong with what a text says of a subject, None where the right value stands there."""
    if isinstance(wanted.right, Flag):
        said = polarity(passage.text, wanted.subject)
        return None if said is wanted.right.yes else _miss(wanted, passage.best(wanted.subject))
    if isinstance(wanted.right, Word):
        return _of_word(wanted, wanted.right, passage)
    if isinstance(wanted.right, Code):
        return None if has_code(passage.text, wanted.right.text) else _miss(wanted, passage.best(wanted.subject))
    return _of_value(wanted, passage)


def _of_value(wanted: Expectation, passage: Passage) -> Miss | None:
    """Judge an amount, a date or a time: the old one in its place is wrong, elsewhere it is free."""
    like = [one for one in passage.found if _is_like(one.value, wanted)][:_MOST]
    rights = found_right(like, wanted.right, wanted.old, passage.text)
    old = found_old(like, wanted.right, wanted.old, passage.text)
    taken_by_right = {one.start for one in rights}
    others = [
        one
        for one in like
        if one.sure and one.start not in taken_by_right and not _is_vaguely(one.value, wanted.right)
    ]
    if not rights:
        return _instead(wanted, passage, old or others)
    best = max(_near(one, wanted, passage) for one in rights)
    said = {passage.around(one.start, one.end).sentence for one in rights}
    taken = [one for one in old if _has_its_place(one, wanted, passage, best, said)]
    if not taken and best < _ELSEWHERE and wanted.subject:
        taken = [one for one in others if _near(one, wanted, passage) >= best + _ELSEWHERE]
    return _instead(wanted, passage, taken) if taken else None


def _has_its_place(
    old: Found, wanted: Expectation, passage: Passage, best: float, said: Collection[Span]
) -> bool:
    """Whether the old value stands nearer to the subject than the right one, or as near in another sentence."""
    near = _near(old, wanted, passage)
    if near > best + _CLEARLY:
        return True
    return near >= max(best, _ITS_PLACE) and passage.around(old.start, old.end).sentence not in said


def _near(one: Found, wanted: Expectation, passage: Passage) -> float:
    return passage.nearness(wanted.subject, one.start, one.end)


def _is_like(value: Told, wanted: Expectation) -> bool:
    """Whether a value may be meant: of the same kind; a plain count is no length of time and no share."""
    right = wanted.right
    if not isinstance(value, Amount) or not isinstance(right, Amount):
        return type(value) is type(right)
    if right.unit is None and value.unit is not None and wanted.about:
        return value.unit.is_money
    kinds = {one.unit.kind for one in (value, right) if one.unit}
    return len(kinds) < 2 or kinds == LENGTHS or right.is_said_by(value)


def _is_vaguely(value: Told, right: Value) -> bool:
    """Whether a date is the right one without its day: `June 2026`."""
    if not isinstance(value, Date) or not isinstance(right, Date) or value.day.day is not None:
        return False
    return value.day.month == right.day.month and value.day.year in {None, right.day.year}


def _of_word(wanted: Expectation, right: Word, passage: Passage) -> Miss | None:
    if not says_word(passage.text, right, wanted.old):
        return _miss(wanted, passage.best(wanted.subject))
    old = wanted.old
    if not isinstance(old, Word) or not wanted.subject:
        return None
    best, worst = (_nearest(passage, word, wanted.subject) for word in (right, old))
    if worst <= best + _CLEARLY:
        return None
    return _miss(wanted, passage.best((*wanted.subject, *old.stems)))


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
    return Miss(message=f"does not say {wanted.shown} ({wanted.label})", excerpt=excerpt)
