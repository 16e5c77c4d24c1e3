"""Which level counts: the highest ever held, unless somebody with the authority lowered it, with a reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from incident2eval.model import (
    Approver,
    Event,
    Finding,
    Incident,
    Level,
    LogEntry,
    Severity,
    as_ever_stated,
    visible,
)
from incident2eval.triage._triage import triage
from incident2eval.triage._words import has_letters, is_reason

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
class _Told:
    """What the facts suggest."""

    now: Severity
    """As they were stated last."""
    ever: Severity
    """With every yes that was ever stated: taking one back lowers no level."""

    @property
    def most(self) -> Severity:
        return max(self.now, self.ever)

    def is_within(self, other: "_Told") -> bool:
        """Whether the facts say no more than they did then."""
        return self.now <= other.now and self.ever <= other.ever


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """How it stands after some of the entries."""

    highest: Severity | None
    counts: Severity | None
    overruled: _Told | None = None
    """What the last lowering knew of and went below."""
    confirmed_by: str | None = None
    because: tuple[str, ...] = ()


def level(  # noqa: PLR0913 - everything that has a say in it
    incident: Incident,
    written: Incident,
    suggested: Severity,
    entries: Sequence[LogEntry],
    approvers: Sequence[Approver],
    *,
    findings: tuple[Finding, ...] = (),
) -> Level:
    """The level that counts, with what was suggested, given and held before.

    Anybody may raise a level, by a word in the log or in the file. One below the highest ever held, or below
    what the facts suggested then or as they were ever stated, counts only with a reason and by an approver
    with the authority of the level that is left, or of a higher one; else it is kept and does not count.
    Facts that suggest more than a lowering knew of end it. A file that states less now lowers nothing.

    Args:
        incident: File and log together.
        written: The incident as its file alone tells it; a severity there counts as given.
        suggested: What the facts suggest now.
        entries: The log, in order.
        approvers: Who has which role.
        findings: What the checks found in the recorded run, where they were asked.

    Returns:
        The level; `because` names every lowering, and whether it counts.
    """
    in_file = next((one.given for one in entries if one.given), written.severity)
    held, ever = _Held(highest=in_file, counts=in_file), written
    for entry in entries:
        if entry.given:
            held, in_file = _as_filed(held, in_file, entry.given), entry.given
        if entry.event == Event.TRIAGED and entry.severity is not None:
            then = _Told(now=entry.suggested or suggested, ever=triage(ever, findings).suggested)
            held = _after(held, entry, entry.severity, then, approvers)
        ever = as_ever_stated(ever, (entry,))
    held = _as_filed(held, in_file, written.severity)
    told = _Told(now=suggested, ever=triage(ever, findings).suggested)
    counts = _standing(held, held.counts or told.most, told)
    return Level(
        suggested=suggested,
        given=incident.severity,
        highest=max(held.highest or told.most, told.most),
        counts=counts,
        confirmed_by=held.confirmed_by,
        because=(*held.because, *_taken_back(held, told, counts), *_edited(entries, written, counts)),
    )


def _as_filed(held: _Held, before: Severity | None, stated: Severity | None) -> _Held:
    """How it stands when the file states another level than before: more raises it, less lowers nothing."""
    if stated is None or (before is not None and stated <= before):
        return held
    return replace(
        held, highest=max(held.highest or stated, stated), counts=max(held.counts or stated, stated)
    )


def _taken_back(held: _Held, told: _Told, counts: Severity) -> tuple[str, ...]:
    """That the facts count for more than what was given, and which: as they are, or as they once were."""
    if told.now < told.ever == counts and (held.counts is None or held.counts < counts):
        why = (
            f"The facts as they were once stated suggest level {int(counts)}, and answers that were taken "
            "back lower nothing: that takes a level given with a reason, by somebody with the authority."
        )
        return (why,)
    if held.counts is not None and counts > held.counts:
        return (f"The facts suggest level {int(counts)}, more than was given: it counts.",)
    return ()


def _edited(entries: Sequence[LogEntry], written: Incident, counts: Severity) -> tuple[str, ...]:
    """That the file stated a higher level when lines of the log were written."""
    most = max((entry.given for entry in entries if entry.given), default=Severity.LOW)
    left = written.severity or Severity.LOW
    if not left < min(most, counts):
        return ()
    last = next(entry for entry in reversed(entries) if entry.given == most)
    states = f"level {int(left)}" if written.severity else "none"
    why = (
        f"The incident file stated level {int(most)} on {last.at:%Y-%m-%d} and states {states} now; it does "
        "not count: a level is lowered with a reason, by somebody with the authority (triage)."
    )
    return (why,)


def _after(
    held: _Held, entry: LogEntry, given: Severity, told: _Told, approvers: Sequence[Approver]
) -> _Held:
    """How it stands after one person's word."""
    by = (entry.by or "").strip() if has_letters(entry.by) else None
    highest = max(held.highest or given, given)
    raised = _Held(highest=highest, counts=given, confirmed_by=by or held.confirmed_by, because=held.because)
    bar = max(highest, told.most)
    if given >= bar:
        return raised
    who = (
        f"{visible(by or 'Somebody')} gave level {int(given)} on {entry.at:%Y-%m-%d}, below level {int(bar)}"
    )
    refused = _refused(entry, bar, approvers)
    if refused is None:
        why = f"{who}: {visible(entry.reason or '').strip()}"
        return replace(raised, overruled=told, because=(*held.because, why))
    if given >= _standing(held, given, told):
        return replace(raised, overruled=held.overruled)
    why = f"{who}; it does not count: {refused}."
    return replace(
        held, highest=highest, counts=max(held.counts or given, given), because=(*held.because, why)
    )


def _standing(held: _Held, given: Severity, told: _Told) -> Severity:
    """What counted when that word was given: a level given before, or more, where the facts say more."""
    counts = held.counts or given
    return counts if held.overruled is not None and told.is_within(held.overruled) else max(counts, told.most)


def _refused(entry: LogEntry, bar: Severity, approvers: Sequence[Approver]) -> str | None:
    """Why this word may not lower that level; None where it may."""
    enough = frozenset[str]().union(*(roles for each, roles in AUTHORITY.items() if each >= bar))
    holds = {role for one in approvers if _same(one.name, entry.by) for role in one.roles}
    if not holds & enough:
        names = sorted(AUTHORITY[bar], key=lambda role: role.replace("_", " "))
        return f"that takes an approver who is {' or '.join(names)}".replace("_", " ")
    return None if is_reason(entry.reason) else "no reason is given"


def _same(name: str, other: str | None) -> bool:
    return other is not None and has_letters(name) and name.split() == other.split()
