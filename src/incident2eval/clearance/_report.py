"""The pass report that the restart rests on (R138, R139, R144)."""

from collections.abc import Iterator

from incident2eval.clearance._ask import Ask, Demand, Shown
from incident2eval.clearance._no_case import is_exempt, spoken
from incident2eval.clearance._words import judged, line
from incident2eval.model import Ruling

NO_COMMIT = "speaks of no commit, and its severity asks for one: git commit, then run the gate again"
"""Said by whoever notices first; the same words are one reason."""

_UNSIGNED = "it is not signed"


def report_demands(ask: Ask) -> Iterator[Demand]:
    """A report that passes, holds, is signed where the level asks for it, and was repeated elsewhere.

    Args:
        ask: Everything known.
    """
    yield _pass_report(ask)
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


def _pass_report(ask: Ask) -> Demand:
    shown = ask.report
    if is_exempt(ask):
        names = ", ".join(dict.fromkeys(line(one.approval.by) for one in spoken(ask)))
        signed = f", as {names} signed" if names else ", as was signed of each"
        return judged("pass report", (), held=f"no case is locked and none is needed{signed}", todo="")
    lacks = tuple(_lacks(ask, shown))
    sign = f"incident2eval sign-off {ask.workflow} --report {shown.path}" if shown else ""
    gate = f"incident2eval gate {ask.workflow}" + (
        ", then have that report signed" if ask.policy.signed else ""
    )
    return judged(
        "pass report",
        lacks,
        held=f"{shown.path}, sha256 {shown.digest[:12]}" if shown else "",
        todo=f"{sign} --as NAME --role ROLE --key KEY" if lacks == (_UNSIGNED,) else gate,
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
        yield _UNSIGNED
    if ask.policy.signed and shown.report.commit is None:
        yield NO_COMMIT
    if ask.policy.signed and shown.report.dirty:
        yield "was made from files that were not committed"


def _runners(ask: Ask) -> Iterator[str]:
    if len(ask.runners) < ask.policy.runners:
        yield f"the same passed on {len(ask.runners)} of {ask.policy.runners} machines"
