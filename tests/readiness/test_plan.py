"""Whether a workflow has a plan before anything happens."""

from dataclasses import replace
from datetime import date

import pytest

from incident2eval.model import (
    Approver,
    Integration,
    Organisation,
    Policy,
    Rule,
    Scope,
    WorkflowSettings,
)
from incident2eval.readiness import is_person, organisation, plan, review_due, signers, stated

TODAY = date(2026, 11, 23)
CRM = Integration(
    name="CRM",
    vendor="Larkfield",
    contract="MSA, section 9",
    notifies="they tell us within a day",
    recovery="by hand",
    retry="three times",
    escalation="Lee Okafor",
)
READY = WorkflowSettings(
    target="python:flows:draft",
    owner="Ana Pereira",
    deputy="Lee Okafor",
    switch_off_by="Ana Pereira",
    fallback="By hand",
    review_standard="Two facts looked up",
    escalation_path="Ana Pereira, then Mo Adeyemi",
    log_location="the trace store",
    safe_to_reenable="Every case passes",
    data_rules="Records of the account only",
    approved_tools=(),
    reviewed=date(2026, 10, 1),
    integrations=(CRM,),
)
APPROVERS = (
    Approver(name="Ana Pereira", roles=("workflow_owner",)),
    Approver(name="Lee Okafor", roles=("workflow_owner", "security")),
    Approver(name="Mo Adeyemi", roles=("functional_leader", "executive_sponsor", "executive")),
    Approver(name="Kit Brandt", roles=("executive",)),
    Approver(name="Jo Sand", roles=("legal",)),
)


def missing(workflow: WorkflowSettings, *, approvers: tuple[Approver, ...] = APPROVERS) -> list[str]:
    return [gap.why for gap in plan(workflow, approvers=approvers, policy=Policy(), today=TODAY)]


def changed(**fields: object) -> WorkflowSettings:
    return replace(READY, **fields)  # type: ignore[arg-type]  # fields by name


def test_nothing_is_missing_where_everything_is_said() -> None:
    assert missing(READY) == []
    assert signers(APPROVERS, Policy()) == ()


@pytest.mark.requirement("R29", "R30", "R37", "R70", "R73", "R148")
@pytest.mark.parametrize(
    "field",
    "target owner deputy switch_off_by fallback review_standard escalation_path log_location "
    "safe_to_reenable data_rules approved_tools".split(),
)
@pytest.mark.parametrize("filler", [None, "TBD", " "])
def test_a_field_that_says_nothing_is_missing(field: str, filler: str | None) -> None:
    said = missing(changed(**{field: None if field == "approved_tools" else filler}))

    assert [line for line in said if line.startswith(f"{field} is not set")] == said


@pytest.mark.requirement("R67")
@pytest.mark.parametrize(
    "name",
    [
        "IT",
        "IT service desk",
        "ops team",
        "Operations director",
        "helpdesk@acme.example",
        "Head of IT",
        "Platform",
    ],
)
def test_a_queue_or_a_role_is_no_owner(name: str) -> None:
    assert missing(changed(owner=name)) == [f"owner is {name!r}: name a person, not a queue or a role"]


@pytest.mark.parametrize(
    "name", ["Ana Pereira", "Ruth", "Zoë Ní Bhriain", "Ruth Head", "李娜", "a.pereira@acme.example"]
)
def test_a_person_is_one_whatever_the_name(name: str) -> None:
    assert is_person(name)


def test_the_deputy_is_somebody_else() -> None:
    assert missing(changed(deputy=" ana  PEREIRA ")) == ["deputy is the owner: name somebody else"]


@pytest.mark.requirement("R17", "R86", "R87")
def test_an_integration_says_what_happens_when_it_fails_and_a_vendor_what_is_agreed() -> None:
    bare = changed(integrations=(Integration(name="CRM", vendor="Larkfield"), Integration(name="ledger")))
    gaps = plan(bare, approvers=APPROVERS, policy=Policy(), today=TODAY)

    assert [gap.field for gap in gaps] == [
        "integrations.CRM.recovery",
        "integrations.CRM.retry",
        "integrations.CRM.escalation",
        "integrations.CRM.contract",
        "integrations.CRM.notifies",
        "integrations.ledger.recovery",
        "integrations.ledger.retry",
        "integrations.ledger.escalation",
    ]


@pytest.mark.requirement("R146")
@pytest.mark.parametrize(
    ("reviewed", "said"),
    [
        (None, "reviewed is not set: no review is on record (due every 3 months)"),
        (date(2026, 8, 23), None),
        (
            date(2026, 8, 22),
            "its review is overdue since 2026-11-22 (last on 2026-08-22, due every 3 months)",
        ),
        (date(2026, 11, 24), "reviewed is 2026-11-24: that is in the future"),
    ],
)
def test_a_review_is_due_every_three_months(reviewed: date | None, said: str | None) -> None:
    assert missing(changed(reviewed=reviewed)) == ([said] if said else [])


def test_months_are_calendar_months() -> None:
    assert review_due(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert review_due(date(2026, 12, 31), 12) == date(2027, 12, 31)


def test_owner_and_deputy_may_sign_and_somebody_beside_the_owner() -> None:
    alone = (Approver(name="Ana Pereira", roles=("workflow_owner", "functional_leader", "executive")),)

    assert missing(READY, approvers=alone) == [
        "deputy Lee Okafor is not among [[approvers]] as workflow_owner: could not sign a restart",
        "the only functional_leader among [[approvers]] is the owner: from level 2 on two people sign",
        "the only executive among [[approvers]] owns the workflow: at level 4 somebody else signs",
    ]


def test_every_signature_of_a_restart_has_somebody_to_give_it() -> None:
    assert {gap.why for gap in signers(APPROVERS[:3], Policy())} == {
        "[[approvers]]: only 1 of 2 people is executive: a restart at level 4 could not be signed",
        "[[approvers]]: nobody is legal: a restart at level 3 could not be signed",
    }


def rule(name: str, scope: Scope) -> Rule:
    return Rule(
        id=name,
        version="1",
        name=name,
        article="1",
        quote="72 hours",
        source="here",
        seen="primary",
        checked=TODAY,
        review_by=TODAY,
        tell="somebody",
        scope=scope,
    )


RULES = (
    rule("uk", Scope(jurisdictions=("UK",), roles=("controller",))),
    rule("eu", Scope(jurisdictions=("EU",), roles=("essential_entity",))),
    rule("us", Scope(jurisdictions=("US",), roles=("sec_registrant",), declared_only=True)),
)


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        (Organisation(jurisdictions=("UK",), roles={"controller": "unknown"}), ["you are: controller (yes"]),
        (Organisation(jurisdictions=("UK",)), ["you are: controller (yes"]),
        (
            Organisation(roles={"controller": "yes"}),
            ["jurisdictions is not set", "you are: essential_entity (yes"],
        ),
        (Organisation(jurisdictions=("UKK",), roles={}), ["has 'UKK', and no rule is for it"]),
        (
            Organisation(jurisdictions=("UK",), roles={"controler": "yes", "controller": "maybe"}),
            ["has 'controler', which no rule knows", "controller is 'maybe': yes, no or unknown"],
        ),
    ],
)
def test_the_firm_says_what_it_is_where_a_rule_hangs_on_it(declared: Organisation, said: list[str]) -> None:
    lines = [gap.why for gap in organisation(declared, RULES)]

    assert len(lines) == len(said)
    assert all(words in line for words, line in zip(said, lines, strict=True))


@pytest.mark.parametrize("filler", ["tbd", "N/A", "?", "none.", "  ", "Unknown"])
def test_fillers_say_nothing(filler: str) -> None:
    assert stated(filler) is None
    assert stated("none: it only reads") == "none: it only reads"
