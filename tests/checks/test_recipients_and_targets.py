"""What wrong_recipient, wrong_record and repeated_calls learn from an incident, beyond their examples."""

from datetime import date

import pytest

from incident2eval.checks import Known, repeated_calls, wrong_recipient, wrong_record
from incident2eval.checks import _repeated_calls as again
from incident2eval.checks import _wrong_recipient as recipient
from incident2eval.checks import _wrong_record as record
from incident2eval.model import (
    JSON,
    CannotJudge,
    Customer,
    Customers,
    Incident,
    Origin,
    Run,
    Status,
    Step,
    StepKind,
    WorkflowSettings,
)
from incident2eval.model.incident import When, WorkflowVersion

ROSTER = Customers(rows=(Customer(id="A1", name="Harrow & Vale"), Customer(id="A2", name="Penhale Boats")))


def call(name: str, output: JSON = None, /, **given: JSON) -> Step:
    return Step(
        id=f"{name}-{sorted(given.items())}", kind=StepKind.TOOL, name=name, input=given, output=output
    )


def run(*steps: Step, asked: JSON = None, said: JSON = "Done.") -> Run:
    return Run(input=asked, output=said, steps=steps)


def known(
    recorded: Run, corrected: Run | None = None, *, origin: Origin = Origin.CORRECTED_TRACE, **more: JSON
) -> Known:
    incident = Incident(
        id="INC-2026-0001",
        title="Something went wrong",
        workflow=WorkflowVersion(name="desk"),
        when=When(noticed=date(2026, 11, 2)),
        what_happened="It did.",
        **more,  # type: ignore[arg-type]
    )
    return Known(
        incident=incident,
        recorded=recorded,
        corrected=corrected,
        origin=origin if corrected else None,
        customers=ROSTER,
        customer_id="A1",
    )


class TestTargets:
    @pytest.mark.requirement("R11")
    def test_the_right_record_is_learnt_where_the_run_was_given_it(self) -> None:
        wrong = run(call("close_ticket", ticket_id="T-14"), asked={"message": "please close T-41."})
        right = run(call("close_ticket", ticket_id="T-41"), asked={"message": "please close T-41."})

        facts = record.propose(known(wrong, right))

        assert facts is not None
        assert facts["targets"] == [{"tool": "close_ticket", "argument": "ticket_id", "values": ["T-41"]}]

    @pytest.mark.parametrize(
        "found",
        [
            call("create_ticket", {"ticket_id": "T-41"}, text="leak"),  # another one in every run
            call("get_weather", {"sky": "grey"}),
        ],
    )
    def test_an_id_that_the_run_made_itself_is_no_witness(self, found: Step) -> None:
        wrong, right = (run(found, call("assign_ticket", ticket_id=one)) for one in ("T-14", "T-41"))

        assert record.propose(known(wrong, right)) is None

    def test_a_repaired_run_is_no_witness(self) -> None:
        wrong, right = (run(call("close_ticket", ticket_id=one), asked="T-41") for one in ("T-14", "T-41"))

        assert record.propose(known(wrong, right, origin=Origin.REPAIRED)) is None

    def test_a_run_that_no_longer_acts_has_judged_nothing(self) -> None:
        findings = wrong_record(
            run(call("get_ticket", ticket_id="T-41")),
            customer="A1",
            customers=ROSTER,
            targets=[],
            needs_approval=[],
        )

        assert not findings
        assert findings.judged == 0

    def test_nobody_knows_the_customer_and_nothing_was_learnt(self) -> None:
        with pytest.raises(CannotJudge, match="whose run it is"):
            wrong_record(run(), customer=None, customers=ROSTER, targets=[], needs_approval=[])


class TestRecipients:
    @pytest.mark.requirement("R130")
    def test_the_right_address_is_learnt_by_where_it_stands(self) -> None:
        asked = {"contact": {"email": "kim@flat.example"}}
        wrong = run(call("send_email", to="lee@flat.example"), asked=asked)
        right = run(call("send_email", to="kim@flat.example"), asked=asked)

        facts = recipient.propose(known(wrong, right))

        assert facts == {"recipients": ["input.contact.email"], "not_to": ["lee@flat.example"]}

    def test_a_colleague_in_copy_is_not_learnt_as_wrong(self) -> None:
        wrong = run(call("send_email", to="lee@flat.example", cc="ops@desk.example", sender="a@desk.example"))
        right = run(call("send_email", to="kim@flat.example", sender="a@desk.example"))

        facts = recipient.propose(known(wrong, right))

        assert facts is not None
        assert facts["not_to"] == ["lee@flat.example"]

    def test_a_recipient_that_follows_from_something_else_is_not_what_went_wrong(self) -> None:
        wrong = run(call("approve", leave="L-13"), call("send_email", to="lee@flat.example"))
        right = run(call("approve", leave="L-31"), call("send_email", to="kim@flat.example"))

        assert recipient.propose(known(wrong, right)) is None
        assert recipient.propose(known(wrong, right, failure_modes=("wrong_recipient",))) is not None

    def test_an_address_marked_as_wrong_needs_no_corrected_run(self) -> None:
        wrong = run(call("send_email", to="Lee <lee@flat.example>"))

        facts = recipient.propose(known(wrong, wrong=("lee@flat.example",)))

        assert facts == {"recipients": [], "not_to": ["lee@flat.example"]}

    def test_the_name_of_another_customer_in_a_domain_needs_no_contacts(self) -> None:
        wrong = run(call("send_email", to="office@penhaleboats.example"))

        assert recipient.propose(known(wrong)) == {"recipients": [], "not_to": []}

    def test_nobody_knows_the_customer_and_nothing_was_learnt(self) -> None:
        with pytest.raises(CannotJudge, match="whose run it is"):
            wrong_recipient(run(), customer=None, customers=ROSTER, recipients=[], not_to=[])


class TestRepeats:
    def test_what_the_corrected_run_does_twice_may_be_done_twice(self) -> None:
        pay = call("pay", payee="V-1", amount=40)
        facts = again.propose(known(run(pay, pay, pay), run(pay, pay)))

        assert facts == {"may_repeat": {"pay": 2}, "needs_approval": []}

    def test_a_line_that_came_in_twice_is_to_be_done_once_if_the_corrected_run_does(self) -> None:
        pay, asked = call("pay", payee="V-1", amount=40), [{"payee": "V-1", "amount": 40}] * 2
        facts = again.propose(known(run(pay, pay, asked=asked), run(pay, asked=asked)))

        assert facts == {"may_repeat": {"pay": 1}, "needs_approval": []}
        assert again.propose(known(run(pay, pay, asked=asked), run(pay, pay, asked=asked))) is None

    @pytest.mark.requirement("R129")
    def test_a_finding_says_whether_it_was_known_to_be_done(self) -> None:
        lost = Step(
            id="s1", kind=StepKind.TOOL, name="pay", input={"to": "V-1"}, status=Status.ERROR, error="timeout"
        )
        done = Step(id="s2", kind=StepKind.TOOL, name="pay", input={"to": "V-1"})

        found = repeated_calls(run(lost, done), may_repeat={}, needs_approval=[])

        assert [(one.step, one.message) for one in found] == [
            ("s2", "called 'pay' again (to=V-1), without knowing whether it had been done in step s1")
        ]

    def test_settings_say_what_an_unknown_name_does(self) -> None:
        act = call("rent_run", month="2026-11")
        case = known(run(act, act))
        settings = WorkflowSettings(needs_approval=("rent_run",))

        assert again.propose(case) is None
        assert (
            again.propose(Known(incident=case.incident, recorded=case.recorded, workflow=settings))
            is not None
        )

    def test_a_thousand_different_writes_are_told_apart_quickly(self) -> None:
        many = run(
            *(call("post_entry", entry=f"E-{at}", amount=40, text="Rent for the flat") for at in range(1000))
        )

        assert not repeated_calls(many, may_repeat={}, needs_approval=[])
