"""Root cause: the step where the failure came in, the control that should have stopped it.

And how we know.
"""

import re
from collections.abc import Mapping, Sequence

from incident2eval.checks import SHELF, Blame, approves
from incident2eval.model import (
    Category,
    FailedControl,
    Finding,
    Incident,
    RankedStep,
    RootCause,
    Run,
    SeenChange,
    Step,
    StepKind,
)

OWN, FIRST, CARRIED = 3.0, 2.0, 0.5
"""Weight of a finding on the step itself, of being the first to hold what a finding quotes.

And of passing it on.
"""


BLAMES: Mapping[str, Blame] = {check.name: check.blames for check in SHELF if check.blames}
"""What each check of a control says when it finds something on a step."""


def root_cause(run: Run, findings: Sequence[Finding], incident: Incident | None = None) -> RootCause:
    """Rank the steps of a run by what the checks found, and name the control that failed at the first one.

    Args:
        run: The recorded run.
        findings: What every check that could judge it found.
        incident: The incident file, for the wrong words, the changes before it and what people state
            themselves.

    Returns:
        A proposal. Where nothing points at a step, `step` and `category` are None and `because` says so.
    """
    wrong = incident.wrong if incident else ()
    changes = tuple(
        SeenChange(kind=one.kind, what=one.what, at=one.at, source="the incident file")
        for one in (incident.changes if incident else ())
    )
    scores: dict[str, float] = {}
    reasons: dict[str, list[str]] = {}

    def point(step: Step, weight: float, because: str) -> None:
        scores[step.id] = scores.get(step.id, 0.0) + weight
        reasons.setdefault(step.id, []).append(because)

    for finding in findings:
        step = run.step(finding.step)
        if step is not None:
            point(step, OWN, f"{finding.check}: {finding.message}")
    quotes = dict.fromkeys([*wrong, *(f.excerpt for f in findings if f.step is None and f.excerpt)])
    for quote in quotes:
        for index, step in enumerate(_path(run, quote)):
            first = "first step that holds" if index == 0 else "passes on"
            point(step, FIRST if index == 0 else CARRIED, f"{first} {_short(quote)}")
    order = {step.id: index for index, step in enumerate(run.steps)}
    ranked = sorted(scores, key=lambda step_id: (-scores[step_id], order[step_id]))
    approval = _careless_review(run)
    if approval is not None:
        ranked = [approval.id, *(step_id for step_id in ranked if step_id != approval.id)]
        scores[approval.id] = max(scores.values(), default=0.0) + OWN
        reasons.setdefault(approval.id, []).insert(0, "approved although a check before it had open findings")
    if not ranked:
        return RootCause(
            changes=changes, because=("no check found anything that points at a step of this run",)
        )
    culprit = run.step(ranked[0])
    assert culprit is not None  # noqa: S101 - ranked ids are ids of the run's steps
    rule = _rule(culprit, [f for f in findings if f.step == culprit.id], careless=culprit is approval)
    return RootCause(
        category=rule.category,
        step=culprit.id,
        name=culprit.name,
        control=FailedControl(name=rule.control, where=culprit.name, why=rule.why),
        ranked=tuple(
            RankedStep(
                step=step_id,
                score=round(scores[step_id], 2),
                because="; ".join(dict.fromkeys(reasons[step_id])),
            )
            for step_id in ranked
        ),
        changes=changes,
        because=(rule.why, *dict.fromkeys(reasons[culprit.id])),
    )


def _rule(step: Step, findings: Sequence[Finding], *, careless: bool) -> Blame:
    if careless:
        return Blame(
            category=Category.HUMAN_REVIEW,
            control="review before release",
            why="the review approved a draft that a check before it had found fault with",
        )
    known = [BLAMES[finding.check] for finding in findings if finding.check in BLAMES]
    if known:
        return known[0]
    if step.kind in {StepKind.MODEL, StepKind.AGENT}:
        return Blame(
            category=Category.MODEL,
            control="grounding of what is written",
            why="the words first stand in what the model wrote; nothing it was given holds them",
        )
    if step.kind in {StepKind.RETRIEVAL, StepKind.TOOL} and step.status == "ok":
        return Blame(
            category=Category.DATA,
            control="content of the source",
            why="the words already stood in what the workflow read",
        )
    return Blame(
        category=Category.WORKFLOW_DESIGN,
        control=f"handling of {step.name}",
        why="the words came in at a step of the workflow's own",
    )


def _careless_review(run: Run) -> Step | None:
    open_finding = False
    for step in run.steps:
        if step.kind is StepKind.GUARDRAIL and isinstance(step.output, Mapping):
            verdict = step.output
            listed = any(verdict.get(key) for key in ("findings", "flags", "violations", "errors"))
            open_finding = (
                open_finding or verdict.get("passed") is False or verdict.get("ok") is False or listed
            )
        if step.kind is StepKind.REVIEW and open_finding and approves(step):
            return step
    return None


def _path(run: Run, quote: str) -> list[Step]:
    """The steps that hold the quote, in order: where it came in, and who passed it on."""
    whole = run.root if len(run.steps) > 1 else None
    return [step for step in run.steps if step is not whole and _holds(step.content, quote)]


def _holds(text: str, quote: str) -> bool:
    whole = _words(text)
    if " ".join(_words(quote)) in " ".join(whole):
        return True
    telling = {word for word in _words(quote) if len(word) > 3 or word.isdigit()}
    return len(telling) >= 4 and len(telling & set(whole)) >= 0.8 * len(telling)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _short(quote: str) -> str:
    return repr(quote if len(quote) <= 60 else quote[:57] + "...")
