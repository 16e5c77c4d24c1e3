"""Cases: every incident has one, none is set aside, and whoever shares the fault passes too (R116, R119)."""

from collections.abc import Iterator

from incident2eval.clearance._ask import Ask, Concern, Demand
from incident2eval.clearance._words import each, judged, line
from incident2eval.model import CaseOutcome, Severity


def case_demands(ask: Ask) -> Iterator[Demand]:
    """What the cases have to show.

    Args:
        ask: Everything known.
    """
    yield each(
        "a case each",
        ask.concerns,
        _without_case,
        held=_held(ask),
        todo="incident2eval eval-case ID; or an approver signs why not: "
        "incident2eval approve no_case ID --reason TEXT --as NAME --role ROLE --key KEY",
    )
    if ask.severity > Severity.LOW:
        yield judged(
            "no case set aside",
            (f"{line(one.id)}: {line(one.waived)}" for one in _outcomes(ask) if one.waived),
            held="every case of these incidents counts",
            todo="mend the case, end its quarantine, and run the gate again",
        )
    if ask.severity >= Severity.IMPACT:
        yield judged(
            "who shares the fault",
            (f"{one.workflow} ({line(one.shares)}): {one.trouble}" for one in ask.peers if one.trouble),
            held=_peers(ask),
            todo="incident2eval gate WORKFLOW for each of them",
        )


def _without_case(concern: Concern) -> Iterator[str]:
    if concern.is_own and not concern.cases and not concern.no_case:
        yield "it has no locked case, and nobody signed why it needs none"


def _held(ask: Ask) -> str:
    locked = sum(len(one.cases) for one in ask.concerns)
    signed = [
        f"{one.name} needs none, signed by {line(one.no_case[0].approval.by)}"
        for one in ask.concerns
        if one.no_case
    ]
    return "; ".join([f"locked: {locked}", *signed])


def _outcomes(ask: Ask) -> Iterator[CaseOutcome]:
    """What came of the cases of those incidents that ask for it, in the report that is shown."""
    mine = {one.name for one in ask.concerns if one.level > Severity.LOW}
    cases = ask.report.report.decision.cases if ask.report else ()
    return (one for one in cases if one.id.split("::")[0] in mine)


def _peers(ask: Ask) -> str:
    return f"pass: {', '.join(one.workflow for one in ask.peers)}" if ask.peers else "no other workflow does"
