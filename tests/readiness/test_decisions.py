"""Who decides what, who signs a restart, and what is reportable before anything has happened."""

from dataclasses import replace

import pytest
from readiness.test_plan import APPROVERS, READY, rule

from incident2eval.model import Anchor, Approver, Organisation, Policy, Promptness, Scope, Severity, Term
from incident2eval.readiness import decisions, how_soon, reportable, restart_signers, signers


@pytest.mark.requirement("R71")
def test_every_decision_has_one_named_person() -> None:
    points = decisions(READY, APPROVERS)

    assert all(point.who for point in points)
    assert (points[0].who, points[0].stands_in) == ("Ana Pereira", "Lee Okafor")


def test_a_decision_without_a_person_says_what_is_needed() -> None:
    (legal,) = (point for point in decisions(READY, APPROVERS[:2]) if point.role == "legal")

    assert (legal.who, legal.needs) == (None, "an approver who is legal")


def test_a_queue_decides_and_signs_nothing() -> None:
    queue = replace(READY, owner="IT service desk")

    assert decisions(queue, APPROVERS)[1].who is None
    assert [signer.who for signer in restart_signers(Severity.LOW, queue, APPROVERS, Policy())] == [None]
    assert signers((Approver(name="Legal team", roles=("legal",)), *APPROVERS[:4]), Policy())


@pytest.mark.requirement("R137")
@pytest.mark.parametrize(
    ("level", "names"),
    [
        (Severity.LOW, ["Ana Pereira"]),
        (Severity.MATERIAL_CAUGHT, ["Ana Pereira", "Mo Adeyemi"]),
        (Severity.IMPACT, ["Mo Adeyemi", "Jo Sand", "Lee Okafor"]),
        (Severity.SEVERE, ["Mo Adeyemi", "Kit Brandt", "Jo Sand"]),
    ],
)
def test_restart_authority_follows_the_level(level: Severity, names: list[str]) -> None:
    assert [signer.who for signer in restart_signers(level, READY, APPROVERS, Policy())] == names


def test_nobody_signs_twice() -> None:
    everything = Approver(name="Ana Pereira", roles=("workflow_owner", "functional_leader", "executive"))

    signed = [
        signer.who for signer in restart_signers(Severity.MATERIAL_CAUGHT, READY, (everything,), Policy())
    ]
    assert signed == ["Ana Pereira", None]


UK = rule("uk", Scope(jurisdictions=("UK",), roles=("controller", "processor")))
US = rule("us", Scope(jurisdictions=("US",), roles=("sec_registrant",), declared_only=True))
ALL = rule("all", Scope())


@pytest.mark.parametrize(
    ("declared", "left"),
    [
        (Organisation(), [UK, ALL]),
        (Organisation(jurisdictions=("EU",)), [ALL]),
        (Organisation(jurisdictions=("UK",), roles={"controller": "no"}), [UK, ALL]),
        (Organisation(jurisdictions=("UK",), roles={"controller": "no", "processor": "no"}), [ALL]),
        (Organisation(jurisdictions=("US",), roles={"sec_registrant": "yes"}), [US, ALL]),
        (Organisation(jurisdictions=("US",), roles={"sec_registrant": "unknown"}), [US, ALL]),
        (Organisation(jurisdictions=("US",), roles={"sec_registrant": "no"}), [ALL]),
    ],
)
def test_unknown_rules_nothing_out_but_what_is_off_until_declared(
    declared: Organisation, left: list[object]
) -> None:
    assert list(reportable((UK, US, ALL), declared)) == left


@pytest.mark.parametrize(
    ("term", "anchor", "words"),
    [
        (Term(hours=72), Anchor.AWARE, "within 72 hours from becoming aware"),
        (Term(months=1), Anchor.FILING, "within 1 month from the notice before"),
        (Term(promptly=Promptness.UNDUE_DELAY), Anchor.AWARE, "without undue delay"),
        (Term(promptly=Promptness.ALWAYS), Anchor.NOW, "always, from the first minute"),
    ],
)
def test_how_soon_in_words(term: Term, anchor: Anchor, words: str) -> None:
    assert how_soon(replace(ALL, term=term, anchor=anchor)) == words


def test_an_override_of_the_policy_decides_who_signs() -> None:
    policy = Policy(signatures={"2": ("executive", "executive"), "3": ("security",), "4": ("legal",)})

    signed = restart_signers(Severity.MATERIAL_CAUGHT, READY, APPROVERS, policy)
    assert [signer.role for signer in signed] == ["executive", "executive"]
    security = tuple(one for one in APPROVERS if "security" not in one.roles)
    (gap,) = [one.why for one in signers(security, policy) if "security" in one.why]
    assert gap.endswith("nobody is security: a restart at level 3 could not be signed")


def test_what_a_signature_hangs_on_is_said_with_it() -> None:
    when = {one.role: one.when for one in restart_signers(Severity.IMPACT, READY, APPROVERS, Policy())}

    assert when["executive_sponsor"] == ""
    assert when["legal"] == "if information got out or a duty is possible"
