"""What each level asks for (R59 to R63, R150), in words that the owner of a small firm can act on."""

from collections.abc import Mapping
from types import MappingProxyType

from incident2eval.model import Severity, Stage, TaskKind
from incident2eval.triage import _facts as facts
from incident2eval.triage._steps import Pace, Step, Whose


def _step(  # noqa: PLR0913 - a row of a table
    level: Severity,
    name: str,
    text: str,
    stage: Stage,
    *,
    whose: Whose = Whose.OWNER,
    pace: Pace = Pace.AT_ONCE,
    shown: facts.Shown = facts.nothing_shows,
    barred: facts.Barred = facts.never,
) -> Step:
    return Step(
        id=f"level-{int(level)}/{name}",
        kind=TaskKind.RESPONSE,
        text=text,
        stage=stage,
        whose=whose,
        pace=pace,
        shown=shown,
        barred=barred,
    )


_LOW, _CAUGHT, _IMPACT, _SEVERE = Severity

RESPONSES: Mapping[Severity, tuple[Step, ...]] = MappingProxyType(
    {
        _LOW: (
            _step(
                _LOW,
                "correct",
                "Correct the output, and keep the wrong one as it was.",
                Stage.REMEDIATED,
                pace=Pace.NEXT,
            ),
            _step(
                _LOW,
                "learn",
                "Change the prompt, or lock an eval case, so that it is seen when it comes back.",
                Stage.REMEDIATED,
                pace=Pace.REVIEW,
                shown=facts.learnt,
            ),
        ),
        _CAUGHT: (
            _step(
                _CAUGHT,
                "pause",
                "Stop the workflow, and do the work by the fallback.",
                Stage.CONTAINED,
                whose=Whose.SWITCH,
                shown=facts.stopped,
            ),
            _step(
                _CAUGHT,
                "preserve",
                "Seal prompts, inputs, outputs, tool calls and approvals before anybody repairs anything.",
                Stage.PRESERVED,
                shown=facts.sealed,
            ),
            _step(
                _CAUGHT,
                "cause",
                "Finish the review of the cause: name the control that failed, where it is, and why.",
                Stage.CAUSED,
                pace=Pace.REVIEW,
                shown=facts.cause_known,
            ),
            _step(
                _CAUGHT,
                "runbook",
                "Write into the runbook what you would do differently next time.",
                Stage.CLOSED,
                pace=Pace.FIX,
            ),
        ),
        _IMPACT: (
            _step(
                _IMPACT,
                "team",
                "Name who leads, who decides and who speaks to those affected, and meet today.",
                Stage.CLASSIFIED,
                whose=Whose.SPONSOR,
                pace=Pace.NEXT,
            ),
            _step(
                _IMPACT,
                "duties",
                "Decide on every duty to notify: file the notice, or have a named person write why not.",
                Stage.RESTART,
                whose=Whose.LEGAL,
                pace=Pace.NEXT,
                shown=facts.duties_decided,
                barred=facts.duties_wait,
            ),
            _step(
                _IMPACT,
                "correct",
                "List what was done or said because of it, and put it right one by one.",
                Stage.REMEDIATED,
                pace=Pace.REVIEW,
            ),
        ),
        _SEVERE: (
            _step(
                _SEVERE,
                "related",
                "Stop the other workflows that share a tool, data source, model or prompt with this one.",
                Stage.CONTAINED,
                whose=Whose.SWITCH,
            ),
            _step(
                _SEVERE,
                "process",
                "Start the plan for serious incidents of the whole firm, and write down who runs it.",
                Stage.CLASSIFIED,
                whose=Whose.EXECUTIVE,
            ),
            _step(
                _SEVERE,
                "executives",
                "Have two executives follow it every day; one of them does not own the workflow.",
                Stage.CLASSIFIED,
                whose=Whose.EXECUTIVE,
                pace=Pace.NEXT,
            ),
            _step(
                _SEVERE,
                "counsel",
                "Call a lawyer before anybody outside is told anything, and write down the name.",
                Stage.CLASSIFIED,
                whose=Whose.LEGAL,
                pace=Pace.NEXT,
            ),
        ),
    }
)
"""A level asks for its own steps and for those of the levels below it. Who does a step, and how soon it is
due, are our choice."""
