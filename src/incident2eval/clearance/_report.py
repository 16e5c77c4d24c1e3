"""The pass report that the restart rests on (R138, R139, R144)."""

from collections.abc import Iterator

from incident2eval.clearance._ask import Ask, Demand, Shown
from incident2eval.clearance._words import judged, line
from incident2eval.model import Ruling


def report_demands(ask: Ask) -> Iterator[Demand]:
    """A report that passes, holds, is signed where the level asks for it, and was repeated elsewhere.

    Args:
        ask: Everything known.
    """
    shown = ask.report
    yield judged(
        "pass report",
        _lacks(ask, shown),
        held=f"sha256 {shown.digest[:12]}" if shown else "",
        todo=f"incident2eval gate {ask.workflow}, then have that report signed",
    )
    yield judged(
        "signed reports",
        ask.unsound,
        held="those that were signed hold",
        todo="put back what was taken away or changed: git knows it",
    )
    if ask.policy.runners > 1:
        yield judged(
            "a second machine",
            _runners(ask),
            held=f"passed on {', '.join(map(line, ask.runners))}",
            todo=f"incident2eval gate {ask.workflow} on another machine, on the same commit",
        )


def _lacks(ask: Ask, shown: Shown | None) -> Iterator[str]:
    if shown is None:
        yield "there is no report that passes"
        return
    yield from shown.problems
    if shown.report.decision.workflow != ask.workflow:
        yield f"it speaks of {line(shown.report.decision.workflow)}"
    if shown.report.decision.decision is not Ruling.PASS:
        yield f"the gate said {shown.report.decision.decision}"
    if ask.policy.signed and not shown.is_signed:
        yield "it is not signed"
    if ask.policy.signed and shown.report.commit is None:
        yield "speaks of no commit, and its severity asks for one"
    if ask.policy.signed and shown.report.dirty:
        yield "was made from files that were not committed"


def _runners(ask: Ask) -> Iterator[str]:
    if len(ask.runners) < ask.policy.runners:
        yield f"the same passed on {len(ask.runners)} of {ask.policy.runners} machines"
