"""The answer of `restart` for a person to read: what is missing first, and what to do about it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from incident2eval.clearance import Ask, Demand, plan
from incident2eval.model import SignedApproval, visible
from incident2eval.pipeline.shown.clock_lines import shown
from incident2eval.pipeline.shown.layout import counted, wrapped
from incident2eval.workflows import HookResult

_SHOWN = 3
"""So many of what holds, or of what is open before closing, are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearance:
    """What the decision is, and what it rests on."""

    ask: Ask | None = None
    demands: tuple[Demand, ...] = ()
    reasons: tuple[str, ...] = ()
    """Why it is blocked; empty where it is cleared."""
    approvals: tuple[SignedApproval, ...] = ()
    until: datetime | None = None
    """When an emergency override ends."""
    digest: str | None = None
    """What was approved: of the report, or of what is deployed now."""
    is_old: bool = False
    """Whether it runs already, and nothing is to be done."""
    hook: HookResult | None = None
    before_closing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Incident -> what is open before it can be closed, once it is cleared."""


def page(workflow: str, done: Clearance) -> Iterator[str]:
    """The answer in lines of 80 columns; no id, path or command word is cut.

    Args:
        workflow: Its name.
        done: The decision.
    """
    yield wrapped([_headline(workflow, done)])
    missing = [one for one in done.demands if not one.met]
    for one in missing:
        yield wrapped(["", f"  {one.name}: {visible(one.why)}", f"    -> {visible(one.todo)}"])
    listed = {f"{one.name}: {one.why}" for one in missing}
    if loose := [one for one in done.reasons if one not in listed]:
        yield wrapped(["", *(f"  {visible(one)}" for one in loose)])
    held = [one for one in done.demands if one.met]
    if held:
        yield ""
        yield wrapped([_summed_up(held)] if done.reasons else _each(held))
    if done.ask and done.ask.report:
        yield wrapped([f"report: {visible(done.ask.report.path)}"])
    if done.ask and not done.reasons:
        yield wrapped(["", *_afterwards(done, done.ask)])


def _headline(workflow: str, done: Clearance) -> str:
    level = f" (severity {int(done.ask.severity)})" if done.ask else ""
    if done.reasons:
        missing = sum(not one.met for one in done.demands)
        lacks = f": {missing} of {counted(len(done.demands), 'thing')} missing" if missing else ""
        return f"BLOCKED: {workflow} may not run again{level}{lacks}"
    if done.ask is None:
        return f"CLEARED: {workflow}: no open incident keeps it stopped; nothing was run"
    if done.until:
        names = ", ".join(visible(one.approval.by) for one in done.approvals)
        return f"CLEARED BY EMERGENCY OVERRIDE: {workflow} runs{level}, by the word of {names}"
    return f"CLEARED: {workflow} runs again{level}"


def _summed_up(held: list[Demand]) -> str:
    """What holds, in a line or two."""
    more = len(held) - _SHOWN
    rest = f" and {more} more (--json lists them)" if more > 0 else ""
    return f"what holds: {', '.join(one.name for one in held[:_SHOWN])}{rest}"


def _each(held: list[Demand]) -> Iterator[str]:
    yield "what holds:"
    yield from (f"  {one.name}: {visible(one.why)}" for one in held)


def _afterwards(done: Clearance, ask: Ask) -> Iterator[str]:
    """Until when, with which monitoring, and what the incidents themselves still wait for."""
    if done.until:
        yield f"until {shown(done.until)} at the latest; then it is paused again"
    if then := plan(ask):
        yield f"from now on: {then}"
    for incident, left in done.before_closing.items():
        yield from _papers(incident, left)


def _papers(incident: str, left: tuple[str, ...]) -> Iterator[str]:
    if not left:
        yield f"nothing of {incident} is open: incident2eval close {incident} --by NAME"
        return
    what = f"{counted(len(left), 'thing')} {'is' if len(left) == 1 else 'are'}"
    yield f"it runs, and {incident} is not closed: {what} still open in its file"
    yield from (f"  {visible(one)}" for one in left[:_SHOWN])
    if len(left) > _SHOWN:
        yield f"  and {len(left) - _SHOWN} more: incident2eval triage {incident}"
