"""What people did about a duty: only a named person, with a reason, decides that no notice is required."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from incident2eval.duties._moments import cannot_be, is_before, span
from incident2eval.model import (
    Approver,
    DutyNote,
    Incident,
    Moment,
    Promptness,
    Rule,
    Severity,
    visible,
)

FILED = "filed"
NOT_REQUIRED = "not_required"
OPEN = "open"
COUNSEL = "legal"
"""The role that decides about a notice to customers or people from level 3 on (R89)."""

LEAST = 3
"""Letters or digits that a reason has at least (our choice)."""
_EMPTY_LETTERS = frozenset("\u115f\u1160\u3164\uffa0")
"""Letters to Unicode, nothing to the eye."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What counts of all that people noted about one rule."""

    note: DutyNote | None
    """The last one that counts."""
    filed: tuple[DutyNote, ...] = ()
    """Every filing, in order."""
    remarks: tuple[str, ...] = ()
    """What does not count, and why, and what was taken back; the latest first."""

    @property
    def is_filed(self) -> bool:
        """Whether the last word is that it was filed."""
        return self.note is not None and self.note.state == FILED

    @property
    def first_filed(self) -> Moment | None:
        """When it was filed for the first time: that is what has to be in time."""
        return self.filed[0].at if self.filed else None

    @property
    def last_filed(self) -> Moment | None:
        """When it was filed, or updated, for the last time: from then the next clock counts."""
        return self.filed[-1].at if self.filed else None


def word_on(
    rule: Rule, incident: Incident, severity: Severity, approvers: Sequence[Approver], now: datetime
) -> Word:
    """What people noted about a rule, without what does not count.

    Of two words the later one counts, but no decision takes a filing back. That takes a note `open`: what was
    filed or decided before it does not count any more.

    Args:
        rule: Which rule.
        incident: File and log together.
        severity: The level that counts.
        approvers: Who may sign as what.
        now: An aware moment; what is to be filed after it is not filed yet.
    """
    counted: list[DutyNote] = []
    remarks: list[str] = []
    for note in (one for one in incident.duties if one.rule == rule.id):
        faults = [*_unsigned(note), *_mistimed(note, incident, now), *_unfit(note, rule, severity, approvers)]
        filings = [one for one in counted if one.state == FILED]
        if faults:
            remarks += faults
        elif note.state == OPEN:
            remarks.append(_taken_back(note, counted))
            counted.clear()
        elif note.state == NOT_REQUIRED and filings:
            remarks.append(
                f"the decision of {_who(note)} that it is not required does not count: the filing by "
                f"{_who(filings[-1])} stands, until a note `{OPEN}` takes it back"
            )
        else:
            counted.append(note)
    return Word(
        note=counted[-1] if counted else None,
        filed=tuple(note for note in counted if note.state == FILED),
        remarks=tuple(reversed(remarks)),
    )


def _unsigned(note: DutyNote) -> Iterator[str]:
    """What a note lacks of name, reason and time."""
    if note.state not in {FILED, NOT_REQUIRED, OPEN}:
        yield f"{one_line(note.state)!r} is no word on a duty: {FILED}, {NOT_REQUIRED} or {OPEN}"
        return
    lacks = [] if _is_name(note.by or "") else ["the name of a person"]
    if note.state == FILED:
        lacks += [] if note.at else ["the time of it"]
    elif len(_letters(note.reason or "")) < LEAST:
        lacks.append("a reason")
    if lacks:
        yield f"{_what(note)} has no effect without {' and '.join(lacks)}"


def _mistimed(note: DutyNote, incident: Incident, now: datetime) -> Iterator[str]:
    """Why the time of a note cannot be."""
    if note.at is None:
        return
    if cannot_be(note.at, now):
        yield f"{_what(note)} does not count: its time cannot be right, {note.at.isoformat()}"
    elif note.state == FILED and span(note.at)[0] > now:
        yield f"{_what(note)} does not count: its time is still to come, {note.at.isoformat()}"
    elif note.state == FILED and _is_too_early(note.at, incident, now):
        when = note.at.isoformat()
        yield f"{_what(note)} does not count: its time is before all times of the incident, {when}"


def _is_too_early(at: Moment, incident: Incident, now: datetime) -> bool:
    """Whether that is before the incident began, as far as its times tell."""
    when = incident.when
    told = [one for one in (when.happened, when.noticed, when.aware) if one and not cannot_be(one, now)]
    return bool(told) and all(is_before(at, one) for one in told)


def _unfit(note: DutyNote, rule: Rule, severity: Severity, approvers: Sequence[Approver]) -> Iterator[str]:
    """Why that cannot be said of this rule, or not by this person."""
    if note.state == FILED and rule.term.promptly is Promptness.HOLD:
        yield (
            f"a hold cannot be filed: it ends with the filing of {' or '.join(rule.after)}, or with a "
            "person's decision, with a reason, that it is not required"
        )
    is_decision = note.state == NOT_REQUIRED and rule.counsel and severity >= Severity.IMPACT
    if is_decision and _is_name(note.by or "") and not _is_counsel(_who(note), approvers):
        yield (
            f"the decision of {_who(note)} does not count: from level 3 on this takes somebody with the role "
            f"{COUNSEL}: {_counsel(approvers)}"
        )


def _is_counsel(name: str, approvers: Sequence[Approver]) -> bool:
    """Whether the settings give somebody of that name the role."""
    wanted = name.casefold()
    return any(one_line(one.name).casefold() == wanted and COUNSEL in one.roles for one in approvers)


def _counsel(approvers: Sequence[Approver]) -> str:
    """Who has the role, or how to give it to somebody."""
    names = [one_line(one.name) for one in approvers if COUNSEL in one.roles]
    if names:
        return " or ".join(names)
    return (
        "name one under [[approvers]] in incident2eval.toml; a firm without a lawyer names its outside "
        "counsel there"
    )


def _taken_back(note: DutyNote, counted: Sequence[DutyNote]) -> str:
    """What a note `open` does."""
    who, why = _who(note), one_line(note.reason or "")
    if not counted:
        return f"{who} says that it is open, which it was: {why}"
    return f"open again: {who} took back {_what(counted[-1])} by {_who(counted[-1])}: {why}"


def _what(note: DutyNote) -> str:
    """A note in words."""
    words = {FILED: "the filing", NOT_REQUIRED: "the decision that it is not required"}
    return words.get(note.state, "taking it back" if note.state == OPEN else "the note")


def _who(note: DutyNote) -> str:
    """Who says so, on one line."""
    return one_line(note.by or "")


def _is_name(text: str) -> bool:
    """Whether it could be a person's: printable, with a letter at least."""
    letters = _letters(text)
    return " ".join(text.split()).isprintable() and any(map(str.isalpha, letters))


def _letters(text: str) -> str:
    """Its letters and digits, without what nobody can see."""
    return "".join(one for one in text if one.isalnum() and one not in _EMPTY_LETTERS)


def one_line(text: str) -> str:
    """Somebody's text on one line, harmless to a terminal."""
    return " ".join(visible(text).split())
