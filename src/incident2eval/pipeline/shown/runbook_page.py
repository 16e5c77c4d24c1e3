"""The page of one workflow's runbook, put together from settings, rules and cases."""

from collections.abc import Sequence
from datetime import date

from incident2eval.model import NOTICE, Integration, Promptness, Rule, Settings, WorkflowSettings
from incident2eval.pipeline.shown.masking import masked_text
from incident2eval.readiness import (
    DEFINITION,
    MARKERS,
    MATRIX,
    PLAN,
    SYSTEM,
    VENDOR,
    Coverage,
    Missing,
    Signer,
    decisions,
    how_soon,
    is_person,
    reportable,
    restart_signers,
    review_due,
    stated,
)
from incident2eval.report.runbook import Entry, Grade, RunbookPage, Said, System
from incident2eval.report.wording import day

MOST_DUTIES = 8
"""Rules that the page lists; the rest is counted: `triage` lists all."""


def page_of(
    settings: Settings, *, rules: Sequence[Rule], missing: Sequence[Missing], seen: Coverage, today: date
) -> RunbookPage:
    """Everything that the page of one workflow says; what the settings do not say is marked as missing.

    Args:
        settings: All of them: approvers and what the firm declares belong on the page.
        rules: The duties that count.
        missing: What `check` finds missing of it.
        seen: Which workflow, and where its cases stand guard.
        today: The day in UTC.
    """
    name, workflow = seen.workflow, settings.workflows[seen.workflow]
    return RunbookPage(
        workflow=name,
        made=today,
        review=_review(workflow, settings.policy.review_months),
        owner=_person(workflow, "owner"),
        deputy=_person(workflow, "deputy"),
        missing=tuple(masked_text(gap.why) for gap in missing),
        four=_four(name, workflow, settings),
        duties=_duties(rules, settings),
        meanwhile=(
            Entry(name="While it is off", said=(_words(workflow, "fallback"),)),
            Entry(name="Who is told, in this order", said=(_words(workflow, "escalation_path"),)),
            Entry(name="What a reviewer looks at", said=(_words(workflow, "review_standard"),)),
        ),
        decisions=tuple(
            (one.what, _said(one.who, one.needs), one.stands_in or "")
            for one in decisions(workflow, settings.approvers)
        ),
        grades=_grades(workflow, settings),
        definition=DEFINITION,
        markers=MARKERS,
        systems=tuple(map(_system, workflow.integrations)),
        may=_may(workflow),
        open=_open(seen),
        notice=_notice(rules),
    )


def _said(text: str | None, missing: str) -> Said:
    """What the settings say, without secrets; else what is missing."""
    return Said(masked_text(said)) if (said := stated(text)) else Said(missing, missing=True)


def _words(workflow: WorkflowSettings, field: str) -> Said:
    return _said(getattr(workflow, field), PLAN[field])


def _person(workflow: WorkflowSettings, field: str) -> Said:
    said = _words(workflow, field)
    if said.missing or is_person(said.text):
        return said
    return Said(f"a person in place of {said.text!r}", missing=True)


def _four(name: str, workflow: WorkflowSettings, settings: Settings) -> tuple[Entry, ...]:
    """The four items that a runbook begins with, in this order (R72)."""
    off, deputy = _person(workflow, "switch_off_by"), _person(workflow, "deputy")
    other = deputy if deputy.missing or deputy != off else _person(workflow, "owner")
    away = other if other.missing else Said(f"else {other.text}")
    how = f"Command: {masked_text(workflow.on_pause)}" if workflow.on_pause else "By hand: no command is set."
    return (
        Entry(name="Who can switch it off", said=(off, away), note=how),
        Entry(name="What is reportable", said=_asked(workflow, settings), note=_NO_EXCUSE),
        Entry(name="Where the logs are", said=(_words(workflow, "log_location"),), note=_COPY),
        Entry(
            name="When it is safe to switch on again",
            said=(_words(workflow, "safe_to_reenable"),),
            note=f"And: incident2eval gate {name} passes, and those who sign at that level have signed.",
        ),
    )


_NO_EXCUSE = '"We do not know yet" stops no deadline; only a named person decides that nothing is due.'
_COPY = "Copy them before anything is mended: incident2eval collect seals them."


def _asked(workflow: WorkflowSettings, settings: Settings) -> tuple[Said, ...]:
    """Who decides what is reported, what contracts ask for, and whether the law that applies is known."""
    legal = next((each for each in decisions(workflow, settings.approvers) if each.role == "legal"), None)
    asked = _said(legal.who if legal else None, "who decides: an approver who is legal")
    contracts = [
        Said(f"{one.name}: {masked_text(said)}")
        for one in workflow.integrations
        if (said := stated(one.notifies))
    ]
    who = asked if asked.missing else Said(f"Ask {asked.text}, the same day")
    undeclared = settings.organisation.jurisdictions is None
    unknown = [Said("which law applies: [organisation] is not declared", missing=True)] if undeclared else []
    return (who, *unknown, *contracts)


def _duties(rules: Sequence[Rule], settings: Settings) -> tuple[tuple[str, str], ...]:
    """The rules that what the firm declares does not rule out: what, and whom and how soon."""
    all_of_them = [(rule.name, _whom(rule)) for rule in reportable(rules, settings.organisation)]
    more = len(all_of_them) - MOST_DUTIES
    rest = [(f"and {more} more", "incident2eval triage lists every one")] if more > 0 else []
    return (*all_of_them[:MOST_DUTIES], *rest)


def _whom(rule: Rule) -> str:
    """Whom to tell and how soon; a contract says that itself."""
    return rule.tell if rule.term.promptly is Promptness.AS_AGREED else f"{rule.tell}: {how_soon(rule)}"


def _grades(workflow: WorkflowSettings, settings: Settings) -> tuple[Grade, ...]:
    return tuple(
        Grade(
            level=int(level),
            name=standard.name,
            what=standard.what,
            response=standard.response,
            signers=tuple(
                map(_signer, restart_signers(level, workflow, settings.approvers, settings.policy))
            ),
        )
        for level, standard in MATRIX.items()
    )


def _signer(signer: Signer) -> Said:
    role = signer.role.replace("_", " ")
    if signer.who is None:
        return Said(role, missing=True)
    return Said(f"{signer.who}, {role}{f' ({signer.when})' if signer.when else ''}")


def _system(one: Integration) -> System:
    asked = {**SYSTEM, **VENDOR} if stated(one.vendor) else {**SYSTEM}
    own = {field: "our own" for field in VENDOR if field not in asked}
    entries = [
        Entry(name=_HEADINGS[field], said=(_said(getattr(one, field) or own.get(field), field),))
        for field in _HEADINGS
    ]
    return System(name=one.name, vendor=masked_text(stated(one.vendor) or ""), entries=tuple(entries))


_HEADINGS = {
    "recovery": "When it fails",
    "retry": "Tried again",
    "escalation": "Who is called",
    "contract": "Contract",
    "notifies": "Whom to tell",
}


def _may(workflow: WorkflowSettings) -> tuple[Entry, ...]:
    tools = workflow.approved_tools
    free = (
        Said("which tools it may call", missing=True) if tools is None else Said(", ".join(tools) or "none")
    )
    entries = [
        Entry(name="Data", said=(_words(workflow, "data_rules"),)),
        Entry(name="Tools, freely", said=(free,)),
        Entry(name="After a review", said=(Said(", ".join(workflow.needs_approval) or "none"),)),
    ]
    if workflow.limits:
        limits = ", ".join(f"{tool} up to {_amount(most)}" for tool, most in workflow.limits.items())
        entries.append(Entry(name="Limits", said=(Said(limits),)))
    if workflow.shares:
        entries.append(
            Entry(name="Shared", said=(Said(f"{', '.join(workflow.shares)} (others use it too)"),))
        )
    return tuple(entries)


def _amount(limit: object) -> str:
    if isinstance(limit, dict):
        return f"{limit.get('amount')} {limit.get('currency', '')}".strip()
    return str(limit)


def _open(seen: Coverage) -> tuple[Entry, ...]:
    """Failure forms and integrations without a case (R18)."""
    kinds = ", ".join(kind.replace("_", " ") for kind in seen.open_types)
    systems = ", ".join(seen.open_integrations)
    return (
        Entry(name="Kinds of incident", said=(Said(kinds or "every kind has a case"),)),
        Entry(
            name="Systems",
            said=(Said(systems or ("each has a case" if seen.integrations else "none declared")),),
        ),
    )


def _review(workflow: WorkflowSettings, months: int) -> Said:
    if workflow.reviewed is None:
        return Said("review by its owner: none is on record", missing=True)
    due = review_due(workflow.reviewed, months)
    return Said(f"Reviewed on {day(workflow.reviewed)}, next by {day(due)}")


def _notice(rules: Sequence[Rule]) -> str:
    """That it is no legal advice, and of which day the rules are."""
    if not rules:
        return NOTICE
    return f"{NOTICE} Rules as checked on {min(rule.checked for rule in rules)}."
