"""What had changed between the good runs and the bad one, and what only differs as any two runs do."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from incident2eval.model import (
    Change,
    ChangeKind,
    Incident,
    Record,
    Run,
    SeenChange,
    Status,
    Step,
    StepKind,
    Subject,
)
from incident2eval.model.incident import When, WorkflowVersion
from incident2eval.rootcause._changes import (
    changes_between,
    changes_since,
    confirmed,
    differences,
    stated,
)

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
RULES = "Use the articles only. Promise nothing."


def run(number: int, *steps: Step, customer: str = "A1", **given: object) -> Run:
    """One of the daily runs; each has a customer, a question and times of its own."""
    asked = {"customer_id": customer, "question": f"How was month {number}?"}
    held = {"model": "m-1", "version": "1.0", "input": asked, "steps": steps} | given
    return Run(
        id=f"run-{number}",
        started=NOON + timedelta(days=number),
        subject=Subject(customer_id=customer),
        **held,  # type: ignore[arg-type]
    )


def call(name: str, *, kind: StepKind = StepKind.RETRIEVAL, **given: str) -> Step:
    return Step(id=f"{name}-{given}", kind=kind, name=name, input=given)


def asked(system: str, **attributes: object) -> Step:
    messages = [{"role": "system", "content": system}, {"role": "user", "content": "How was it?"}]
    return Step(id="m", kind=StepKind.MODEL, name="write", input=messages, attributes=attributes)


def seen(*changes: SeenChange) -> list[tuple[ChangeKind, str | None]]:
    return [(one.kind, one.what) for one in changes]


def test_ids_times_questions_and_customers_are_no_change() -> None:
    good = run(1, call("search", scope="account:A1", query="month 1"), asked("It is 2026-11-19."))
    bad = run(
        2, call("search", scope="account:A2", query="month 2"), asked("It is 2026-11-20."), customer="A2"
    )

    assert changes_between(good, bad) == ()


def test_another_model_and_version_are() -> None:
    bad = run(2, model="m-2", version="1.1")

    assert seen(*changes_between(run(1), bad)) == [
        (ChangeKind.MODEL, "model: m-1 -> m-2"),
        (ChangeKind.INTEGRATION, "version of the workflow: 1.0 -> 1.1"),
    ]


def test_an_alias_of_the_same_model_is_not() -> None:
    assert changes_between(run(1, model="m"), run(2, model="m-2026-06-12")) == ()


def test_the_lines_of_a_prompt_that_went_and_came_are_told() -> None:
    bad = run(2, asked("Use the articles only. Be brief."))

    (change,) = changes_between(run(1, asked(RULES)), bad)

    assert change.kind is ChangeKind.PROMPT
    assert change.what == 'prompt of write: removed "Promise nothing."; added "Be brief."'


@pytest.mark.requirement("R100")
def test_a_wider_scope_is_a_change_of_permissions() -> None:
    good, bad = run(1, call("search", scope="account:A1")), run(2, call("search", scope="workspace:W1"))

    assert seen(*changes_between(good, bad)) == [
        (ChangeKind.PERMISSION, "search scope: account:<customer> -> workspace:W1")
    ]


def test_a_filter_that_was_left_out_is_one_too() -> None:
    good, bad = run(1, call("search", query="a", filter="own")), run(2, call("search", query="b"))

    assert seen(*changes_between(good, bad)) == [(ChangeKind.PERMISSION, "search filter: own -> (none)")]


def test_an_export_that_holds_less_of_a_call_is_not() -> None:
    archived = run(1, call("search", month="2026-10", limit="6"))

    assert changes_between(archived, run(2, call("search", query="b", scope="workspace:W1"))) == ()


@pytest.mark.parametrize(
    ("attribute", "kind"),
    [
        ("prompt_version", ChangeKind.PROMPT),
        ("llm.prompt_template.version", ChangeKind.PROMPT),
        ("metadata.index_version", ChangeKind.DATA),
        ("acl_revision", ChangeKind.PERMISSION),
        ("service.version", ChangeKind.INTEGRATION),
    ],
)
def test_a_version_is_of_what_its_key_names(attribute: str, kind: ChangeKind) -> None:
    good = run(1, attributes={attribute: "12"})

    (change,) = changes_between(good, run(2, attributes={attribute: "13"}))

    assert (change.kind, change.what) == (
        kind,
        f"{attribute if kind is not ChangeKind.PROMPT else 'prompt version'}: 12 -> 13",
    )


def test_versions_of_the_tracing_tool_are_not_the_workflows() -> None:
    good, bad = ({"telemetry.sdk.version": number, "sdk_version": number} for number in ("1", "2"))

    assert changes_between(run(1, attributes=good), run(2, attributes=bad)) == ()


def test_a_tool_that_was_offered_is_a_change_of_integrations() -> None:
    read, write = ({"type": "function", "function": {"name": name}} for name in ("read", "write"))
    good, bad = run(1, asked(RULES, tools=[read])), run(2, asked(RULES, tools=[read, write]))

    assert (ChangeKind.INTEGRATION, "tools offered to write: read -> read, write") in seen(
        *changes_between(good, bad)
    )


def test_a_record_that_says_something_else_is_a_change_of_data() -> None:
    def read(text: str) -> Step:
        return replace(call("search"), records=(Record(id="HC-104", text=text),))

    (change,) = changes_between(run(1, read("The postage is £4.95.")), run(2, read("The postage is £0.00.")))

    assert (change.kind, change.what) == (
        ChangeKind.DATA,
        "record HC-104: The postage is £4.95. -> The postage is £0.00.",
    )


def test_what_most_good_runs_share_is_a_change_and_what_varies_among_them_is_not() -> None:
    good = [run(n, call("search", scope="own", shop=f"shop-{n}")) for n in range(1, 11)]
    good[4] = run(5, call("search", scope="all", shop="shop-5"))
    bad = run(11, call("search", scope="all", shop="shop-11"))

    (change,) = changes_since(good, bad)

    assert change.what == "search scope: own -> all"
    assert change.source == "the runs, unlike 9 of 10 good runs"


def test_a_change_that_good_runs_have_already_is_dated_by_the_first_of_them() -> None:
    good = [run(n, version="1.0" if n < 5 else "1.1") for n in range(1, 11)]

    (change,) = changes_since(good, run(11, version="1.1"))

    assert change.at == NOON + timedelta(days=5)
    assert change.source == "the runs, between 2026-11-22 and 2026-11-23"


def test_the_order_in_which_runs_are_handed_over_does_not_matter() -> None:
    good = [run(n, version="1.0" if n < 5 else "1.1") for n in range(1, 11)]

    assert changes_since(good[::-1], run(11, version="1.1")) == changes_since(good, run(11, version="1.1"))


def test_runs_without_a_time_are_not_put_in_order() -> None:
    good = [replace(run(n, version="1.0" if n < 5 else "1.1"), started=None) for n in range(1, 11)]

    assert changes_since(good, run(11, version="1.1")) == ()


def test_a_good_run_from_after_says_nothing_of_what_changed_before() -> None:
    assert changes_since([run(9, version="2.0")], run(2)) == ()
    assert seen(*differences(run(9, version="2.0"), run(2))) == [
        (ChangeKind.INTEGRATION, "version of the workflow: 2.0 -> 1.0")
    ]


def test_a_step_that_came_or_went_while_all_was_well_is_a_change() -> None:
    check = Step(id="c", kind=StepKind.GUARDRAIL, name="check_draft")
    before = [run(n, call("load"), check) for n in range(1, 5)]
    since = [run(n, call("load"), call("load_pins")) for n in range(5, 8)]
    bad = run(8, call("load"), call("load_pins"))

    assert seen(*changes_since([*before, *since], bad)) == [
        (ChangeKind.INTEGRATION, "retrieval step load_pins is new"),
        (ChangeKind.INTEGRATION, "guardrail step check_draft is missing"),
    ]


def test_what_only_the_bad_run_did_or_left_out_is_its_failure() -> None:
    good = [run(n, call("load"), call("check", kind=StepKind.GUARDRAIL)) for n in range(1, 5)]

    assert changes_since(good, run(5, call("load"), call("overwrite", kind=StepKind.TOOL))) == ()


def test_what_is_missing_after_a_failure_is_no_change() -> None:
    good = [run(n, call("load"), call("send", kind=StepKind.OUTPUT)) for n in range(1, 5)]
    good += [run(n, call("load")) for n in range(5, 8)]

    assert changes_since(good, run(8, replace(call("load"), status=Status.ERROR))) == ()


def test_without_good_runs_there_is_nothing_to_say() -> None:
    assert changes_since([], run(1)) == ()


INCIDENT = Incident(
    id="INC-2026-001",
    title="t",
    workflow=WorkflowVersion(name="w"),
    when=When(noticed=NOON),
    what_happened="",
    changes=(
        Change(at=date(2026, 11, 20), kind=ChangeKind.MODEL, what="m-1 to m-2"),
        Change(at=date(2026, 11, 20), kind=ChangeKind.PERMISSION, what="roles made anew"),
    ),
)


def test_a_stated_change_that_the_runs_show_says_so() -> None:
    found = changes_since([run(1)], run(4, model="m-2", version="1.1"))

    model, permission, version = confirmed(stated(INCIDENT), found)

    assert (model.what, model.at) == ("m-1 to m-2", date(2026, 11, 20))
    assert model.source == (
        "the incident file, confirmed by the runs, unlike the good run of 2026-11-19: model: m-1 -> m-2"
    )
    assert permission.source == "the incident file"
    assert version.what == "version of the workflow: 1.0 -> 1.1"


def test_a_change_that_was_there_before_the_stated_one_is_another() -> None:
    good = [run(n - 10, model="m-0" if n < 4 else "m-2") for n in range(1, 11)]

    first, *others = confirmed(stated(INCIDENT)[:1], changes_since(good, run(4, model="m-2")))

    assert first.source == "the incident file"
    assert seen(*others) == [(ChangeKind.MODEL, "model: m-0 -> m-2")]


def test_the_corrected_run_says_what_a_stated_change_came_to() -> None:
    bad = run(4, call("search", scope="workspace:W1"))
    fixed = replace(run(9, call("search", scope="account:A1"), version="1.1"), input=bad.input)

    (_, permission) = confirmed(stated(INCIDENT), (), beside=differences(fixed, bad))

    assert permission.source == (
        "the incident file; beside the corrected run: search scope: account:<customer> -> workspace:W1"
    )
