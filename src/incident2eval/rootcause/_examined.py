"""The four areas that are looked at before anybody blames the model (R93, R94)."""

from collections.abc import Iterable, Sequence

from incident2eval.checks import is_review, refuses
from incident2eval.model import (
    Area,
    Category,
    ChangeKind,
    Examined,
    Finding,
    Incident,
    Run,
    SeenChange,
    State,
    Status,
    Step,
    StepKind,
)

PERMISSION = (
    "foreign_records",
    "out_of_scope_arguments",
    "unauthorised_tools",
    "unapproved_actions",
    "amounts_over_limit",
    "wrong_recipient",
    "wrong_record",
)
"""Checks that speak of what the workflow was allowed to read and do."""

INTEGRATION = ("error_passed_on", "repeated_calls")
"""Checks that speak of how the workflow deals with calls that fail."""

REVIEW = ("rubber_stamped", "unreviewed")
"""Checks that speak of the people who look at it before it goes out."""

_SOURCES = {StepKind.RETRIEVAL, StepKind.TOOL}


def examined(
    run: Run, findings: Sequence[Finding], category: Category | None, culprit: Step | None
) -> tuple[Examined, ...]:
    """Permission, data, integration and review: each failed, held, or not seen, with evidence."""
    return (
        _permission(run, findings),
        _data(run, category, culprit, scoped=any(one.check in PERMISSION for one in findings)),
        _integration(run, findings, culprit),
        _review(run, findings, category, culprit),
    )


def warnings(
    category: Category | None,
    areas: Sequence[Examined],
    changes: Sequence[SeenChange],
    incident: Incident | None,
) -> tuple[str, ...]:
    """What to do before a cause of model or prompt alone is accepted."""
    blamed = "the model" if category is Category.MODEL else None
    if blamed is None and _is_the_prompt(category, changes):
        blamed = "the prompt"
    if blamed is None:
        return ()
    stated = incident.root_cause.examined if incident and incident.root_cause else {}
    unseen = [one.area for one in areas if one.state is State.NOT_SEEN and not stated.get(one.area)]
    if not unseen:
        return ()
    them = "it" if len(unseen) == 1 else "them"
    told = f"the proposed cause is {blamed} alone, and the trace does not show {_listed(unseen)}"
    return (f"{told}: examine {them} before you accept it (root_cause.examined in incident.yaml)",)


def _is_the_prompt(category: Category | None, changes: Sequence[SeenChange]) -> bool:
    kinds = {change.kind for change in changes}
    return category is Category.WORKFLOW_DESIGN and kinds == {ChangeKind.PROMPT}


def _permission(run: Run, findings: Sequence[Finding]) -> Examined:
    found = [one for one in findings if one.check in PERMISSION]
    if found:
        return Examined(area=Area.PERMISSION, state=State.FAILED, evidence=_told(found))
    own = run.customer_id
    records = [record for step in run.steps for record in step.records if record.owner]
    if own and records:
        evidence = f"{_counted(len(records), 'record')} read, none that is another customer's"
        return Examined(area=Area.PERMISSION, state=State.HELD, evidence=evidence)
    return Examined(area=Area.PERMISSION, state=State.NOT_SEEN)


def _data(run: Run, category: Category | None, culprit: Step | None, *, scoped: bool) -> Examined:
    if category is Category.DATA and culprit is not None:
        return Examined(
            area=Area.DATA, state=State.FAILED, evidence=f"it already stood in what {culprit.name} read"
        )
    sources = [
        step
        for step in run.steps
        if step.kind in _SOURCES and step.status is Status.OK and step.content.strip()
    ]
    if sources and culprit is not None:
        evidence = f"{_counted(len(sources), 'source')} read, none is where it came in"
        if culprit in sources and culprit.status is Status.OK:
            if not scoped:
                evidence = f"it came in with what {culprit.name} gave"
                return Examined(area=Area.DATA, state=State.FAILED, evidence=evidence)
            evidence = f"{culprit.name} gave its records as they are; that it gave these is the fault"
        return Examined(area=Area.DATA, state=State.HELD, evidence=evidence)
    return Examined(area=Area.DATA, state=State.NOT_SEEN)


def _integration(run: Run, findings: Sequence[Finding], culprit: Step | None) -> Examined:
    found = [one for one in findings if one.check in INTEGRATION]
    if found:
        return Examined(area=Area.INTEGRATION, state=State.FAILED, evidence=_told(found))
    calls = [step for step in run.steps if step.kind in _SOURCES or step.is_call]
    failed = [at for at, step in enumerate(run.steps) if step in calls and step.status is Status.ERROR]
    lost = [run.steps[at] for at in failed if not _was_asked_again(run, at)]
    if culprit is not None and culprit in lost:
        evidence = f"{culprit.name} failed, and nothing answered for it"
        return Examined(area=Area.INTEGRATION, state=State.FAILED, evidence=evidence)
    if lost:
        evidence = f"{_names(lost)} failed, and what became of that is not told"
        return Examined(area=Area.INTEGRATION, state=State.NOT_SEEN, evidence=evidence)
    if failed:
        evidence = f"{_names(run.steps[at] for at in failed)} failed, and answered when asked again"
        return Examined(area=Area.INTEGRATION, state=State.HELD, evidence=evidence)
    if calls:
        evidence = f"{_counted(len(calls), 'call')}, none failed"
        return Examined(area=Area.INTEGRATION, state=State.HELD, evidence=evidence)
    return Examined(area=Area.INTEGRATION, state=State.NOT_SEEN)


def _was_asked_again(run: Run, at: int) -> bool:
    """Whether a call that failed went well later."""
    name = run.steps[at].name
    return any(one.name == name and one.status is Status.OK for one in run.steps[at + 1 :])


def _names(steps: Iterable[Step]) -> str:
    names = list(dict.fromkeys(step.name for step in steps))
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{', '.join(names[:3])}{more}"


def _review(
    run: Run, findings: Sequence[Finding], category: Category | None, culprit: Step | None
) -> Examined:
    found = [one for one in findings if one.check in REVIEW]
    if found:
        return Examined(area=Area.REVIEW, state=State.FAILED, evidence=_told(found))
    held = [step for step in run.steps if is_review(step)]
    if category is Category.HUMAN_REVIEW and culprit is not None:
        return Examined(area=Area.REVIEW, state=State.FAILED, evidence=f"{culprit.name} let it pass")
    if held:
        stopped = [step for step in held if refuses(step)]
        names = ", ".join(dict.fromkeys(step.name for step in stopped or held))
        evidence = f"{names} {'did not approve it' if stopped else 'looked at it'}"
        return Examined(area=Area.REVIEW, state=State.HELD, evidence=evidence)
    return Examined(area=Area.REVIEW, state=State.NOT_SEEN)


def _told(found: Sequence[Finding]) -> str:
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return f"{found[0].check}: {found[0].message}{more}"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
