"""Whether a workflow has a plan: everything its settings must say before it is production-ready."""

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from incident2eval.model import Approver, Integration, Organisation, Policy, Rule, Severity, WorkflowSettings
from incident2eval.readiness._people import is_person, person, same_person, stated

PLAN = {
    "target": "how to call it",
    "owner": "who answers for it",
    "deputy": "who stands in for the owner",
    "switch_off_by": "who can switch it off",
    "fallback": "how the work is done without it",
    "review_standard": "what a reviewer looks at",
    "escalation_path": "who is told next",
    "log_location": "where its logs and traces are",
    "safe_to_reenable": "what has to hold before it is switched on again",
    "data_rules": "what it may read and write",
}
"""What a workflow's settings must say in words (R29, R30, R37, R70, R72, R148)."""

PEOPLE = ("owner", "deputy", "switch_off_by")
"""Fields that name a person, not a queue or a role (R67)."""

SYSTEM = {
    "recovery": "what happens when it fails",
    "retry": "when a call is tried again, and how it is not done twice",
    "escalation": "who is called when nobody knows what to do",
}
"""What an integration must say (R17)."""

VENDOR = {
    "contract": "what covers a failure",
    "notifies": "whom the contract makes us, or the vendor, tell and by when",
}
"""What an integration with a vendor must say besides (R86, R87)."""

ANSWERS = frozenset({"yes", "no", "unknown"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """One thing that is missing."""

    field: str
    """Where it belongs in the settings, such as `owner` or `integrations.crm.retry`."""
    why: str
    """In words, without the workflow's name."""


def plan(
    workflow: WorkflowSettings, *, approvers: Sequence[Approver], policy: Policy, today: date
) -> tuple[Missing, ...]:
    """What a workflow lacks before it is production-ready (R70, R73); empty where nothing is missing.

    Args:
        workflow: Its settings.
        approvers: Everybody who may sign.
        policy: How often a workflow is reviewed, and who signs at which level.
        today: The day in UTC.
    """
    parts = (_words, _people, _tools, _integrations)
    return (
        *(gap for part in parts for gap in part(workflow)),
        *_signers_of(workflow, approvers, policy),
        *_review(workflow, policy, today),
    )


def signers(approvers: Sequence[Approver], policy: Policy) -> tuple[Missing, ...]:
    """Signatures that nobody in the firm could give: then a restart could not be signed at that level.

    Args:
        approvers: Who holds which role.
        policy: What each level asks for.
    """
    wanted: dict[str, tuple[int, int]] = {}
    for level in Severity:
        for signature in policy.level(level).signatures:
            people, lowest = wanted.get(signature.role, (0, int(level)))
            enough = len(holders(approvers, signature.role)) >= people > 0
            if people == 0 or (enough and signature.people > people):
                wanted[signature.role] = (signature.people, int(level) if people else lowest)
    return tuple(
        Missing(field="approvers", why=_too_few(role, level, people, len(holders(approvers, role))))
        for role, (people, level) in wanted.items()
        if role != "workflow_owner" and len(holders(approvers, role)) < people
    )


def organisation(declared: Organisation, rules: Sequence[Rule]) -> tuple[Missing, ...]:
    """What the firm does not say of itself, so that rules of other countries and trades stay on.

    Args:
        declared: As the settings have it.
        rules: Every rule that counts. Of roles only those are asked for that a rule of a declared
            jurisdiction hangs on.
    """
    return tuple(_organisation(declared, rules))


def holders(approvers: Sequence[Approver], role: str) -> tuple[str, ...]:
    """The people who hold a role, in the settings' order; a queue holds none."""
    names = [one.name for one in approvers if role in one.roles]
    return tuple(dict.fromkeys(name for name in names if person(name)))


def _undeclared(declared: Organisation, rules: Sequence[Rule]) -> tuple[str, ...]:
    """The roles that a rule hangs on and that the firm does not say whether it has, sorted."""
    places = declared.jurisdictions
    asked = {
        role
        for rule in rules
        if not rule.scope.declared_only
        and (places is None or not rule.scope.jurisdictions or set(rule.scope.jurisdictions) & set(places))
        for role in rule.scope.roles
    }
    said = {role for role, answer in declared.roles.items() if answer != "unknown"}
    return tuple(sorted(asked - said))


def review_due(reviewed: date, months: int) -> date:
    """The last day of the next review: so many calendar months later, or the last day of a shorter month.

    Args:
        reviewed: When it was reviewed last.
        months: From `policy.review_months`.
    """
    years, month = divmod(reviewed.month - 1 + months, 12)
    year = reviewed.year + years
    return date(year, month + 1, min(reviewed.day, calendar.monthrange(year, month + 1)[1]))


def _words(workflow: WorkflowSettings) -> Iterator[Missing]:
    for field, what in PLAN.items():
        if not stated(getattr(workflow, field)):
            yield Missing(field=field, why=f"{field} is not set ({what})")


def _people(workflow: WorkflowSettings) -> Iterator[Missing]:
    for field in PEOPLE:
        name = stated(getattr(workflow, field))
        if name and not is_person(name):
            yield Missing(field=field, why=f"{field} is {name!r}: name a person, not a queue or a role")
    if stated(workflow.owner) and same_person(workflow.owner, workflow.deputy):
        yield Missing(field="deputy", why="deputy is the owner: name somebody else")


def _tools(workflow: WorkflowSettings) -> Iterator[Missing]:
    if workflow.approved_tools is None:
        yield Missing(
            field="approved_tools",
            why="approved_tools is not set (which tools it may call freely; [] where it may call none)",
        )


def _integrations(workflow: WorkflowSettings) -> Iterator[Missing]:
    for one in workflow.integrations:
        asked = {**SYSTEM, **(VENDOR if stated(one.vendor) else {})}
        for field, what in asked.items():
            if not stated(getattr(one, field)):
                yield _of_integration(one, field, f"{field} is not set ({what})")


def _of_integration(one: Integration, field: str, why: str) -> Missing:
    return Missing(field=f"integrations.{one.name}.{field}", why=f"integration {one.name}: {why}")


def _signers_of(
    workflow: WorkflowSettings, approvers: Sequence[Approver], policy: Policy
) -> Iterator[Missing]:
    """Whether those who answer for the workflow may sign for it, and somebody beside the owner."""
    owners = holders(approvers, "workflow_owner")
    for field in ("owner", "deputy"):
        name = person(getattr(workflow, field))
        if name and not any(same_person(name, one) for one in owners):
            why = f"{field} {name} is not among [[approvers]] as workflow_owner: could not sign a restart"
            yield Missing(field=field, why=why)
    for role, why in _BESIDE_THE_OWNER.items():
        asked = [level for level in Severity if role in {one.role for one in policy.level(level).signatures}]
        held = holders(approvers, role)
        if asked and held and all(same_person(one, workflow.owner) for one in held):
            yield Missing(field="approvers", why=why.format(level=int(asked[0])))


_BESIDE_THE_OWNER = {
    "functional_leader": "the only functional_leader among [[approvers]] is the owner: from level {level} on "
    "two people sign",
    "executive": "the only executive among [[approvers]] owns the workflow: at level {level} somebody else "
    "signs",
}
"""Roles that the owner alone is not enough for, and why."""


def _too_few(role: str, level: int, people: int, there: int) -> str:
    few = "nobody is" if not there else f"only {there} of {people} people is" if there == 1 else "too few are"
    return f"[[approvers]]: {few} {role}: a restart at level {level} could not be signed"


def _review(workflow: WorkflowSettings, policy: Policy, today: date) -> Iterator[Missing]:
    """Whether its owner looked at it lately (R146)."""
    every = f"every {policy.review_months} months" if policy.review_months != 1 else "every month"
    if workflow.reviewed is None:
        yield Missing(field="reviewed", why=f"reviewed is not set: no review is on record (due {every})")
    elif workflow.reviewed > today:
        yield Missing(field="reviewed", why=f"reviewed is {workflow.reviewed}: that is in the future")
    elif (due := review_due(workflow.reviewed, policy.review_months)) < today:
        why = f"its review is overdue since {due} (last on {workflow.reviewed}, due {every})"
        yield Missing(field="reviewed", why=why)


def _organisation(declared: Organisation, rules: Sequence[Rule]) -> Iterator[Missing]:
    places = frozenset(place for rule in rules for place in rule.scope.jurisdictions)
    roles = frozenset(role for rule in rules for role in rule.scope.roles)
    if declared.jurisdictions is None:
        yield _of_firm("jurisdictions", "is not set (where you do business, such as UK, EU, US)")
    for place in declared.jurisdictions or ():
        if places and place not in places:
            yield _of_firm("jurisdictions", f"has {place!r}, and no rule is for it (see [[obligations]])")
    for role, answer in declared.roles.items():
        if answer not in ANSWERS:
            yield _of_firm("roles", f"{role} is {answer!r}: yes, no or unknown")
        if roles and role not in roles:
            yield _of_firm("roles", f"has {role!r}, which no rule knows")
    if left := _undeclared(declared, rules):
        yield _of_firm("roles", f"does not say whether you are: {', '.join(left)} (yes or no)")


def _of_firm(field: str, why: str) -> Missing:
    return Missing(field=f"organisation.{field}", why=f"[organisation] {field} {why}")
