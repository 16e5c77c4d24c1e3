"""What people did about a duty: only a named person, with a reason, decides that no notice is required."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from incident2eval.model import Approver, DutyNote, Incident, Moment, Rule, Severity, visible

FILED = "filed"
NOT_REQUIRED = "not_required"
_AHEAD = timedelta(hours=14)
"""No clock on Earth is further ahead of UTC."""
COUNSEL = "legal"
"""The role that decides about a notice to customers or people from level 3 on (R89)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What counts of all that people noted about one rule."""

    note: DutyNote | None
    """The last one that counts."""
    filed: tuple[DutyNote, ...] = ()
    """Every filing, in order."""
    ignored: tuple[str, ...] = ()
    """What does not count, and why."""

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

    Args:
        rule: Which rule.
        incident: File and log together; of two words the later one counts.
        severity: The level that counts.
        approvers: Who may sign as what.
        now: An aware moment; what is to be filed after it is not filed yet.
    """
    counted: list[DutyNote] = []
    ignored: list[str] = []
    for note in (one for one in incident.duties if one.rule == rule.id):
        faults = [*_too_soon(note, now), *_against(note, rule, severity, approvers)]
        ignored += faults
        if not faults:
            counted.append(note)
    return Word(
        note=counted[-1] if counted else None,
        filed=tuple(note for note in counted if note.state == FILED),
        ignored=tuple(ignored),
    )


def _against(note: DutyNote, rule: Rule, severity: Severity, approvers: Sequence[Approver]) -> Iterator[str]:
    """Why a note does not count."""
    if note.state not in {FILED, NOT_REQUIRED}:
        yield f"{one_line(note.state)!r} is no word on a duty: {FILED} or {NOT_REQUIRED}"
    elif note.state == NOT_REQUIRED:
        who = one_line(note.by or "")
        if not who or not (note.reason or "").strip():
            lacks = "the name of a person" if not who else "a reason"
            yield f"a decision that it is not required has no effect without {lacks}"
        elif rule.counsel and severity >= Severity.IMPACT and not _is_counsel(who, approvers):
            yield (
                f"the decision of {who} that it is not required has no effect: from level 3 on somebody with "
                f"the role {COUNSEL} decides about a notice to customers or people"
            )


def _too_soon(note: DutyNote, now: datetime) -> Iterator[str]:
    """Why a filing does not count yet; a bare date may have begun elsewhere."""
    if note.state != FILED or note.at is None:
        return
    begun = note.at <= now if isinstance(note.at, datetime) else note.at <= (now + _AHEAD).date()
    if not begun:
        yield f"it says that it was filed on {note.at:%Y-%m-%d}, and that is still to come"


def _is_counsel(name: str, approvers: Sequence[Approver]) -> bool:
    """Whether the settings give somebody of that name the role."""
    wanted = name.casefold()
    return any(one_line(one.name).casefold() == wanted and COUNSEL in one.roles for one in approvers)


def one_line(text: str) -> str:
    """Somebody's text on one line, harmless to a terminal."""
    return " ".join(visible(text).split())
