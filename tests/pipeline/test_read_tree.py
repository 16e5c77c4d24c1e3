"""The page of a run: a tree that a person can read, whatever the trace holds."""

from datetime import UTC, datetime, timedelta

import pytest
from rich.cells import cell_len

from incident2eval.model import (
    JSON,
    Customer,
    Customers,
    Record,
    Run,
    Status,
    Step,
    StepKind,
    Subject,
)
from incident2eval.pipeline.shown.run_page import run_page

NOON = datetime(2026, 11, 18, 12, 0, 0, tzinfo=UTC)
ROSTER = Customers(
    rows=(
        Customer(id="A1", name="Harrow & Vale"),
        Customer(id="A2", name="Northgate Logistics"),
        Customer(id="A3", name="日本物流"),
    )
)


def step(
    step_id: str, *, parent: str | None = None, kind: StepKind = StepKind.OTHER, **fields: object
) -> Step:
    return Step(**{"id": step_id, "parent": parent, "kind": kind, "name": f"step {step_id}", **fields})  # type: ignore[arg-type]


def run_of(*steps: Step, **fields: object) -> Run:
    given = {"id": "r1", "subject": Subject(customer_id="A1"), "output": "All quiet.", "steps": steps}
    return Run(**{**given, **fields})  # type: ignore[arg-type]


def page(run: Run, *, customers: Customers = ROSTER, file: str | None = None) -> list[str]:
    lines = ["".join(words.text for words in line) for line in run_page(run, customers=customers, file=file)]
    assert all(cell_len(line) <= 80 for line in lines), max(lines, key=cell_len)
    return lines


def tree(run: Run) -> list[str]:
    """The lines of the steps."""
    lines = page(run)
    first = next(at for at, line in enumerate(lines) if " step" in line[:20] and line[2] in "0123456789")
    return lines[first + 1 : next(at for at, line in enumerate(lines) if line.startswith("  output"))]


def test_a_run_as_a_whole() -> None:
    """The page as a person sees it."""
    records = (Record(id="n1", owner="A1"), Record(id="n2", owner="A1"), Record(id="n3", owner="A2"))
    seconds = [NOON + timedelta(seconds=each) for each in range(6)]
    run = run_of(
        step(
            "s1", name="summary", kind=StepKind.AGENT, agent="summary", started=seconds[0], ended=seconds[5]
        ),
        step(
            *("s2",),
            parent="s1",
            kind=StepKind.RETRIEVAL,
            name="search_notes",
            agent="summary",
            started=seconds[1],
            ended=seconds[1] + timedelta(milliseconds=210),
            input={"query": "October"},
            records=records,
        ),
        step("s3", parent="s1", kind=StepKind.MODEL, name="chat", agent="writer", output="Dear all, ..."),
        step(
            *("s4",),
            parent="s3",
            kind=StepKind.TOOL,
            name="send_email",
            agent="writer",
            input={"to": "a@b.example"},
            status=Status.ERROR,
            error="mailbox full",
        ),
        step(
            "s5",
            parent="s1",
            kind=StepKind.REVIEW,
            name="sign",
            output={"approved": True, "by": "Ana Pereira"},
        ),
        workflow="monthly-summary",
        version="2026.11",
        model="m-4",
        started=seconds[0],
        ended=seconds[5],
        input={"month": "2026-10"},
        attributes={"session.id": "sess-1", "metadata": {"userId": "ana", "tenant_id": "T9"}},
    )

    assert page(run, file="traces/a.json") == [
        "run r1",
        "  workflow  monthly-summary (version 2026.11)",
        "  model     m-4",
        "  customer  Harrow & Vale (A1)",
        "  session   sess-1",
        "  user      ana",
        "  tenant    T9",
        "  started   2026-11-18 12:00:00 UTC, took 5.0 s",
        "  file      traces/a.json",
        '  input     month="2026-10"',
        "  5 steps                                                           at      took",
        "  └─ agent     summary [s1]                                      +0 ms     5.0 s",
        "     ├─ retrieval search_notes [s2]                             +1.0 s    210 ms",
        '     │    in: query="October"',
        "     │    3 records: Harrow & Vale 2, Northgate Logistics 1 (other customer)",
        "     ├─ model     chat [s3] by writer",
        "     │  │ says: Dear all, ...",
        "     │  └─ tool      send_email [s4]",
        '     │       in: to="a@b.example"',
        "     │       error: mailbox full",
        "     └─ review    sign [s5]",
        "          approved by Ana Pereira",
        "  output",
        "    All quiet.",
        "",
    ]


@pytest.mark.parametrize(
    ("owners", "said"),
    [
        (["A1", "A1"], "2 records of Harrow & Vale"),
        (["A2"], "1 record of Northgate Logistics (other customer)"),
        ([None, None], "2 records, nobody's"),
        (["A1", None, "A3"], "3 records: Harrow & Vale 1, 日本物流 1 (other customer), nobody 1"),
        (["A1", "stranger"], "2 records: Harrow & Vale 1, stranger 1"),
    ],
)
def test_whose_records_a_step_read(owners: list[str | None], said: str) -> None:
    records = tuple(Record(id=str(at), owner=owner) for at, owner in enumerate(owners))

    assert said in "\n".join(tree(run_of(step("s1", kind=StepKind.RETRIEVAL, records=records))))


def test_without_a_roster_everybody_but_the_runs_customer_is_another() -> None:
    run = run_of(step("s1", records=(Record(owner="A1"), Record(owner="B7"))))

    assert "       2 records: A1 1, B7 1 (other customer)" in page(run, customers=Customers())


def test_where_nobody_is_named_nobody_is_another() -> None:
    run = run_of(step("s1", records=(Record(owner="A2"),)), subject=None)

    assert "  customer  nobody is named" in page(run)
    assert "(other customer)" not in "\n".join(page(run))


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ({"approved": True, "by": "Ana"}, "approved by Ana"),
        ({"approved": False, "by": "Ana", "reason": "wrong month"}, "not approved by Ana: wrong month"),
        ({"decision": "reject", "reviewer": "Lee"}, "not approved by Lee"),
        ({"decision": "postpone", "approver": "Lee"}, "decided: postpone by Lee"),
        ({"approved": True}, "approved, by whom is not told"),
        (None, "what was decided is not told, by whom is not told"),
    ],
)
def test_who_decided_what(output: JSON, said: str) -> None:
    assert tree(run_of(step("s1", kind=StepKind.REVIEW, output=output)))[1].strip() == said


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ({"passed": True}, "passed"),
        ({"passed": False, "flags": ["pii"]}, 'did not pass: flags=["pii"]'),
        ("toxicity 0.2", 'found="toxicity 0.2"'),
    ],
)
def test_what_a_guardrail_found(output: JSON, said: str) -> None:
    assert tree(run_of(step("s1", kind=StepKind.GUARDRAIL, output=output)))[1].strip() == said


def test_what_a_model_asked_to_be_called() -> None:
    calls = [{"id": "c1", "name": "search", "arguments": {"query": "October"}}]
    said = tree(
        run_of(
            step("s1", kind=StepKind.MODEL, output={"role": "assistant", "content": "", "tool_calls": calls})
        )
    )

    assert said[1].strip() == 'calls: search(query="October")'


def test_hostile_text_stays_on_its_line_and_drives_nothing() -> None:
    hostile = "a\x1b[2J\nrun forged\r\n  customer  forged \u202egnp.exe\u2028x"
    run = run_of(
        step("s1\n", name=hostile, error=hostile, records=(Record(owner=hostile),)),
        id=hostile,
        workflow=hostile,
        output=hostile,
        input=hostile,
        attributes={"session.id": hostile},
    )

    lines = page(run, file=hostile)

    assert not [line for line in lines if line.startswith(("run forged", "  customer  forged"))]
    assert not [char for line in lines for char in line if ord(char) < 32 or char in "\x7f\x9b\u202e\u2028"]


def test_wide_characters_keep_the_columns() -> None:
    run = run_of(step("s1", name="月次要約" * 20, started=NOON), started=NOON, output="要約 " * 100)

    assert tree(run)[0].endswith("+0 ms")


def test_marks_piled_up_on_a_letter_are_cut() -> None:
    assert max(map(len, page(run_of(step("s1", name="z" + "\u0335" * 100_000))))) < 2000


def test_ten_thousand_steps_are_shortened_and_counted() -> None:
    steps = [
        step("root", kind=StepKind.AGENT),
        *(step(str(at), parent="root", kind=StepKind.TOOL) for at in range(9_999)),
    ]
    steps[7_000] = step("the one", parent="root", kind=StepKind.TOOL, error="refused")

    lines = tree(run_of(*steps))

    assert len(lines) < 400
    assert "     ├─ tool      step the one [the one]" in lines
    assert lines[-1] == "     └─ … 9,700 more steps: 9,700 tool (--json has all)"


def test_ten_thousand_levels_are_no_trouble() -> None:
    steps = [step(str(at), parent=str(at - 1) if at else None) for at in range(10_000)]

    lines = tree(run_of(*steps))

    assert any("[level 300]" in line for line in lines)
    assert "9,700 more steps" in lines[-1]


def test_steps_that_hang_on_each_other_are_all_shown() -> None:
    lines = tree(
        run_of(step("a", parent="b"), step("b", parent="a"), step("c", parent="c"), step("d", parent="gone"))
    )

    assert sorted(line.split()[-1] for line in lines) == ["[a]", "[b]", "[c]", "[d]"]


def test_steps_of_one_id_are_all_shown() -> None:
    assert len(tree(run_of(step("a"), step("a"), step("b", parent="a")))) == 3


def test_a_long_output_is_cut_and_says_so() -> None:
    lines = page(run_of(output="word " * 10_000))

    assert len(lines) < 60
    assert any("more characters" in line for line in lines)


def test_the_number_of_an_operating_systems_thread_is_no_session() -> None:
    assert not [line for line in page(run_of(attributes={"thread.id": 140_000})) if "session" in line]
