"""What goes with a restart: monitoring, the workflows around it, the criteria (R141, R149)."""

from collections.abc import Iterator

from incident2eval.clearance._approvals import missing_signatures
from incident2eval.clearance._ask import Ask, Demand
from incident2eval.clearance._no_case import spoken
from incident2eval.clearance._words import judged, line, says
from incident2eval.model import Severity


def after_demands(ask: Ask) -> Iterator[Demand]:
    """The plan for the days after, related workflows at level 4, and "safe to re-enable".

    Args:
        ask: Everything known.
    """
    if ask.policy.monitor_days:
        yield judged(
            "monitor plan",
            _nobody(ask),
            held=plan(ask),
            todo=f"name an owner of {ask.workflow}, or who runs it (monitor), in incident2eval.toml",
        )
    if ask.severity is Severity.SEVERE:
        yield judged(
            "staged start",
            () if says(ask.throttle) else ("nobody has said how it starts in stages",),
            held=line(ask.throttle or ""),
            todo="--throttle TEXT: how much of the work it gets at first",
        )
        yield judged(
            "related workflows",
            _related(ask),
            held=", ".join(one.workflow for one in ask.neighbours) or "none shares anything with it",
            todo="stop each (incident2eval contain INCIDENT --workflow W) or clear it, and look back there",
        )
    if ask.severity > Severity.LOW:
        yield judged(
            "safe to re-enable",
            _unsafe(ask),
            held=line(ask.settings.safe_to_reenable or ""),
            todo=(
                "--safe TEXT: how it was met"
                if says(ask.settings.safe_to_reenable)
                else "write safe_to_reenable in incident2eval.toml: what safe enough is"
            ),
        )


def plan(ask: Ask) -> str:
    """Which monitoring follows, and who runs it, in words; empty where none does."""
    if not ask.policy.monitor_days:
        return ""
    who = ask.settings.monitor or ask.settings.owner or "nobody"
    days = ask.policy.monitor_days
    return f"`incident2eval gate {ask.workflow} --monitor` daily for {days} days, {line(who)}"


def _nobody(ask: Ask) -> Iterator[str]:
    if not says(ask.settings.monitor) and not (ask.settings.owner or "").strip():
        yield "nobody is named who runs the cases daily"


def _related(ask: Ask) -> Iterator[str]:
    for one in ask.neighbours:
        shares = ", ".join(map(line, one.shares))
        if not one.is_stopped and not one.is_cleared:
            yield f"{one.workflow} ({shares}) was neither stopped nor cleared"
        if not one.looked_back:
            yield f"{one.workflow} ({shares}): its past runs were not looked through"


def _unsafe(ask: Ask) -> Iterator[str]:
    """At level 2 the signatures under the report say that it is met; from level 3 on somebody says how."""
    if not says(ask.settings.safe_to_reenable):
        yield "the settings do not say what safe enough is"
    elif not says(ask.safe) and not any(says(one.approval.reason) for one in spoken(ask)):
        questions = tuple(one.questions for one in ask.concerns)
        signed = not any(
            missing_signatures(ask, ask.policy.signatures, ask.policy.people, spoken(ask), questions)
        )
        if ask.severity >= Severity.IMPACT or not signed:
            yield "nobody has said how the criteria were met"
