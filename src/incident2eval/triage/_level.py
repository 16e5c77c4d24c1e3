"""Which level counts: the highest ever held, unless somebody with the authority lowered it, with a reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from incident2eval.model import Approver, Event, Incident, Level, LogEntry, Severity, visible

AUTHORITY: Mapping[Severity, frozenset[str]] = MappingProxyType(
    {
        Severity.LOW: frozenset({"workflow_owner"}),
        Severity.MATERIAL_CAUGHT: frozenset({"functional_leader"}),
        Severity.IMPACT: frozenset({"executive_sponsor", "legal", "security"}),
        Severity.SEVERE: frozenset({"executive"}),
    }
)
"""Which roles have authority over a level (requirements, section 4: restart authority by severity)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """How it stands after some of the entries."""

    highest: Severity | None
    counts: Severity | None
    overruled: Severity | None = None
    """The suggestion that the last lowering knew of and went below."""
    confirmed_by: str | None = None
    because: tuple[str, ...] = ()


def level(
    incident: Incident,
    written: Incident,
    suggested: Severity,
    entries: Sequence[LogEntry],
    approvers: Sequence[Approver],
) -> Level:
    """The level that counts, with what was suggested, given and held before.

    Anybody may raise a level. One below the highest ever held, or below what the facts suggested then, counts
    only with a reason and by an approver with the authority of the level that is left, or of a higher one;
    else it is kept and does not count. Facts that suggest more than a lowering knew of end it.

    Args:
        incident: File and log together.
        written: The incident as its file alone tells it; a severity there counts as given.
        suggested: What the facts suggest now.
        entries: The log, in order.
        approvers: Who has which role.

    Returns:
        The level; `because` names every lowering, and whether it counts.
    """
    held = _Held(highest=written.severity, counts=written.severity)
    for entry in entries:
        if entry.event == Event.TRIAGED and entry.severity is not None:
            held = _after(held, entry, entry.severity, entry.suggested or suggested, approvers)
    counts, because = _standing(held, held.counts or suggested, suggested), held.because
    if held.counts is not None and counts > held.counts:
        because = (*because, f"The facts suggest level {int(suggested)}, more than was given: it counts.")
    return Level(
        suggested=suggested,
        given=incident.severity,
        highest=held.highest or suggested,
        counts=counts,
        confirmed_by=held.confirmed_by,
        because=because,
    )


def _after(
    held: _Held, entry: LogEntry, given: Severity, suggested: Severity, approvers: Sequence[Approver]
) -> _Held:
    """How it stands after one person's word."""
    by = (entry.by or "").strip() or None
    highest = max(held.highest or given, given)
    raised = _Held(highest=highest, counts=given, confirmed_by=by or held.confirmed_by, because=held.because)
    bar = max(highest, suggested)
    if given >= bar:
        return raised
    who = (
        f"{visible(by or 'Somebody')} gave level {int(given)} on {entry.at:%Y-%m-%d}, below level {int(bar)}"
    )
    refused = _refused(entry, bar, approvers)
    if refused is None:
        why = f"{who}: {visible(entry.reason or '').strip()}"
        return replace(raised, overruled=suggested, because=(*held.because, why))
    if given >= _standing(held, given, suggested):
        return replace(raised, overruled=held.overruled)
    why = f"{who}; it does not count: {refused}."
    return replace(
        held, highest=highest, counts=max(held.counts or given, given), because=(*held.because, why)
    )


def _standing(held: _Held, given: Severity, suggested: Severity) -> Severity:
    """What counted when that word was given: a level given before, or more, where the facts say more."""
    counts = held.counts or given
    return counts if held.overruled is not None and suggested <= held.overruled else max(counts, suggested)


def _refused(entry: LogEntry, bar: Severity, approvers: Sequence[Approver]) -> str | None:
    """Why this word may not lower that level; None where it may."""
    enough = frozenset[str]().union(*(roles for each, roles in AUTHORITY.items() if each >= bar))
    holds = {role for one in approvers if _same(one.name, entry.by) for role in one.roles}
    if not holds & enough:
        names = sorted(AUTHORITY[bar], key=lambda role: role.replace("_", " "))
        return f"that takes an approver who is {' or '.join(names)}".replace("_", " ")
    return None if (entry.reason or "").strip() else "no reason is given"


def _same(name: str, other: str | None) -> bool:
    return other is not None and name.split() == other.split()
