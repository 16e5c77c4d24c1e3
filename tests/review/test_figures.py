"""The figures of a quarter, each from records that show it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from review.records import PLAN, at, incident_file

from incident2eval.model import (
    Change,
    ChangeKind,
    EvalCase,
    Figure,
    IncidentFile,
    LogEntry,
    Quarter,
    Severity,
    Stage,
    Task,
    TaskKind,
)
from incident2eval.model.incident import Action, FailedControl, Retention, StatedCause, Update
from incident2eval.model.stage import FileItem
from incident2eval.review import PARTS, Dwell, GateRun, Material, review

Q4 = Quarter(2026, 4)
FIRST, SECOND, THIRD = "INC-2026-0001", "INC-2026-0002", "INC-2026-0003"


def figure(name: str, *files: IncidentFile, quarter: Quarter = Q4, **given: object) -> Figure:
    """One figure over these files and whatever else a project tells."""
    return review(Material(files=files, **given), quarter).figure(name)  # type: ignore[arg-type]


def rows(one: Figure) -> dict[str, object]:
    return {row.label: row.value for row in one.rows}


@pytest.mark.requirement("R145")
def test_every_figure_has_a_name_a_formula_and_says_that_there_is_nothing() -> None:
    empty = review(Material(), Q4)

    figures = [one for part in empty.parts for one in part.figures]
    assert len({one.id for one in figures}) == len(figures) == sum(len(found) for _, found in PARTS)
    for one in figures:
        assert one.name
        assert one.formula, one.id
        assert (one.n, one.ids) == (0, ())
        assert one.value == 0 or (one.value is None and one.because), f"{one.id}: a figure of nothing"


@pytest.mark.requirement("R145", "R3")
def test_incidents_are_counted_by_level_type_workflow_and_owner_with_near_misses_among_them() -> None:
    files = (
        incident_file(1, level=1, near=True),
        incident_file(2, level=3, near=False, workflow="invoices", file={"workflow": None, "types": ()}),
    )

    assert figure("incidents", *files).ids == (FIRST, SECOND)
    levels = figure("by_level", *files)
    assert rows(levels) == {"level 1": 1, "level 2": 0, "level 3": 1, "level 4": 0}
    assert [row.near_misses for row in levels.rows] == [1, 0, 0, 0]
    assert rows(figure("by_workflow", *files, workflows={"idle": PLAN})) == {
        "idle": 0,
        "invoices": 1,
        "monthly-summary": 1,
    }
    assert rows(figure("by_owner", *files)) == {"Ana Petrova": 1, "not told": 1}
    by_type = rows(figure("by_type", *files))
    assert (by_type["data_exposure"], by_type["workflow_drift"], by_type["not told"]) == (1, 0, 1)


@pytest.mark.requirement("R2", "R3")
def test_near_misses_are_a_share_of_the_incidents_that_tell_their_outcome() -> None:
    silent = incident_file(3)
    silent = replace(silent, incident=replace(silent.incident, outcome=None))

    one = figure("near_miss_share", incident_file(1), incident_file(2, near=False), silent)

    assert (one.value, one.n, one.ids, one.unknown) == (0.5, 2, (FIRST,), (THIRD,))


def test_an_incident_belongs_to_the_quarter_in_which_it_was_noticed_in_utc() -> None:
    files = (
        incident_file(1, at("2026-09-30", "23:59")),
        incident_file(2, date(2026, 10, 1)),
        incident_file(3, at("2027-01-01", "00:00")),
    )

    assert figure("incidents", *files).ids == (SECOND,)
    trend = figure("incidents", *files)
    assert rows(trend) == {"2026-Q1": 0, "2026-Q2": 0, "2026-Q3": 1, "2026-Q4": 1}


@pytest.mark.requirement("R28", "R147")
def test_times_are_medians_over_what_is_known_to_the_minute() -> None:
    files = tuple(incident_file(number) for number in (1, 2, 3))
    dwell = {
        FIRST: Dwell(to_detect=timedelta(hours=2)),
        SECOND: Dwell(to_detect=timedelta(hours=7), to_contain=timedelta(minutes=30)),
        THIRD: Dwell(),
    }

    detect, contain, restart = (
        figure(name, *files, dwell=dwell) for name in ("to_detect", "to_contain", "to_restart")
    )

    assert (detect.value, detect.n, detect.unknown) == (4.5, 2, (THIRD,))
    assert (contain.value, contain.n) == (0.5, 1)
    assert (restart.value, restart.n) == (None, 0)
    assert restart.because == "no incident tells when it was contained and when restarted"


@pytest.mark.requirement("R136")
def test_a_cause_is_repeated_where_two_incidents_share_its_type_or_its_failed_control() -> None:
    control = StatedCause(failed_control=FailedControl(name="retrieval scope"))
    files = (
        incident_file(1, at("2026-07-01"), root_cause=control),
        incident_file(2, root_cause=control),
        incident_file(3),
    )
    types = {FIRST: "T1", SECOND: "T1", THIRD: "T2"}

    kinds = figure("repeated_types", *files, failure_types=types, labels={"T1": "Scope too wide"})
    controls = figure("repeated_controls", *files)

    assert (kinds.value, kinds.n, kinds.ids) == (1, 2, (FIRST, SECOND))
    assert rows(kinds) == {"Scope too wide": 2}
    assert (rows(controls), controls.unknown) == ({"retrieval scope": 2}, (THIRD,))


@pytest.mark.requirement("R98")
def test_what_only_a_reviewer_caught_is_counted_by_workflow() -> None:
    one = figure(
        "by_reviewer",
        incident_file(1, noticed_by="reviewer"),
        incident_file(2, noticed_by="client"),
        incident_file(3),
    )

    assert (one.value, one.n, one.ids, one.unknown) == (1, 2, (FIRST,), (THIRD,))
    assert rows(one) == {"monthly-summary": 1}


@pytest.mark.requirement("R132")
def test_a_case_that_is_red_after_the_restart_has_come_back() -> None:
    restarted = LogEntry(at=at("2026-11-10"), event="restarted")
    file = incident_file(1, file={"entries": (restarted,)})
    case = f"{FIRST}::test_scope"
    before = GateRun(workflow="monthly-summary", at=at("2026-11-09"), report="a", outcomes={case: "failed"})
    after = replace(before, at=at("2026-11-20"), report="b")

    assert figure("red_again", file, gate_runs=(before,)).value == 0
    assert figure("red_again", file, gate_runs=(before, after)).ids == (case,)
    assert figure("came_back", file, failure_types={FIRST: "T1"}, came_back=frozenset({FIRST})).ids == (
        FIRST,
    )


def test_open_tasks_are_overdue_only_when_their_day_is_over() -> None:
    def task(name: str, due: date | None, *, done: bool = False) -> Task:
        return Task(id=name, kind=TaskKind.ACTION, text=name, stage=Stage.CLOSED, due=due, done=done)

    file = incident_file(
        1,
        at("2026-11-02"),
        file={
            "tasks": (
                task("late", date(2026, 12, 30)),
                task("today", date(2026, 12, 31)),
                task("undated", None),
                task("done", date(2026, 11, 3), done=True),
            )
        },
    )
    material = Material(files=(file,))

    at_the_end = review(material, Q4)
    a_day_before = review(material, Q4, as_of=at("2026-12-31", "00:00"))

    assert at_the_end.figure("open_tasks").value == 3
    assert at_the_end.figure("overdue_tasks").ids == (f"{FIRST} late", f"{FIRST} today")
    assert at_the_end.figure("overdue_tasks").unknown == (f"{FIRST} undated",)
    assert a_day_before.figure("overdue_tasks").ids == (f"{FIRST} late",)
    assert at_the_end.figure("oldest_task").value == 60


@pytest.mark.requirement("R64")
def test_both_failures_show_too_much_of_little_and_too_little_of_much() -> None:
    def decided(day: str, severity: int, suggested: int = 1, reason: str | None = None) -> LogEntry:
        return LogEntry(
            at=at(day),
            event="triaged",
            severity=Severity(severity),
            suggested=Severity(suggested),
            reason=reason,
        )

    raised = incident_file(1, level=2, file={"entries": (decided("2026-11-05", 2, 1, "the client saw it"),)})
    lowered = incident_file(
        2, level=3, file={"entries": (decided("2026-11-05", 3), decided("2026-11-06", 1))}
    )
    note = incident_file(3, level=1)
    files, written = (raised, lowered, note), {FIRST: Severity.LOW, THIRD: Severity.LOW}

    def of(name: str) -> Figure:
        return figure(name, *files, written=written)

    assert (of("raised_from_1").ids, of("raised_from_1").n) == ((FIRST,), 2)
    assert of("near_misses_raised").ids == (FIRST,)
    assert of("lowered").ids == (SECOND,)
    assert of("level_1_share").value == pytest.approx(1 / 3, abs=1e-4)
    assert rows(of("levels_overruled")) == {"with a reason": 1, "without a reason": 1}


@pytest.mark.requirement("R144")
def test_a_change_counts_as_followed_only_by_a_gate_run_that_certainly_came_after_it() -> None:
    def change(day: date) -> Change:
        return Change(at=day, kind=ChangeKind.PERMISSION, what="scope")

    files = (
        incident_file(1, changes=(change(date(2026, 11, 1)), change(date(2026, 11, 22)))),
        incident_file(2, changes=(change(date(2026, 11, 1)),)),
    )
    run = GateRun(workflow="monthly-summary", at=at("2026-11-22"), report="reports/a.json")

    one = figure("changes_followed", *files, gate_runs=(run,))

    assert (one.value, one.n, one.ids) == (0.5, 2, (f"{FIRST} change 1, {SECOND} change 1",))
    assert figure("changes_followed").because == "there are no changes in incident files"


def test_parts_that_changed_since_the_last_gate_run_are_seen() -> None:
    def run(day: str, model: str) -> GateRun:
        return GateRun(
            workflow="monthly-summary",
            at=at(day),
            report=day,
            digests={"deployed.model": model, "lock": model},
        )

    runs = (run("2026-11-01", "a"), run("2026-11-02", "b"), run("2026-11-03", "b"))
    given = {"gate_runs": runs, "workflows": {"monthly-summary": PLAN, "idle": PLAN}}

    seen = figure("changes_seen", **given)
    today = figure("not_gated", deployed={"monthly-summary": {"deployed.model": "c"}, "idle": {}}, **given)

    assert (seen.value, seen.n, seen.ids) == (1, 3, ("2026-11-02",))
    assert (today.ids, today.n, today.unknown) == (("monthly-summary",), 1, ("idle",))
    assert rows(today) == {"model": 1}


def test_restarts_and_refusals_count_in_the_quarter_in_which_they_were_decided() -> None:
    entries = (
        LogEntry(at=at("2026-09-30"), event="restart_refused"),
        LogEntry(at=at("2026-10-02"), event="restart_refused"),
        LogEntry(at=at("2026-10-03"), event="restarted"),
    )

    refused = figure("restarts_refused", incident_file(1, at("2026-09-29"), file={"entries": entries}))

    assert (refused.value, refused.n, refused.ids) == (1, 2, (f"{FIRST} log entry 2",))


def test_restarts_on_an_emergency_override_are_counted() -> None:
    entries = (
        LogEntry(at=at("2026-10-03"), event="restarted", until=at("2026-10-05")),
        LogEntry(at=at("2026-10-06"), event="restarted"),
    )

    found = figure("emergencies", incident_file(1, at("2026-09-29"), file={"entries": entries}))

    assert (found.value, found.n, found.ids) == (1, 2, (f"{FIRST} log entry 1",))


def test_cases_are_counted_by_workflow_and_those_out_of_service_named() -> None:
    case = EvalCase(
        id=f"{FIRST}::test_scope",
        incident=FIRST,
        workflow="monthly-summary",
        path="",
        test="test_scope",
        check="scope",
        red=True,
        green=True,
    )
    run = GateRun(workflow="monthly-summary", at=at("2026-11-22"), report="a", outcomes={case.id: "skipped"})
    given = {"cases": (case,), "gate_runs": (run,), "drafts": (SECOND,), "uncovered": ("w: crm",)}
    files = (incident_file(1, file={"cases": (case.id,)}), incident_file(2))

    assert (figure("with_case", *files, **given).value, figure("with_case", *files, **given).n) == (0.5, 2)
    assert rows(figure("cases", *files, **given)) == {"monthly-summary": 1}
    assert figure("out_of_service", *files, **given).ids == (case.id,)
    assert figure("drafts", *files, **given).ids == (SECOND,)
    assert figure("uncovered", **given).ids == ("w: crm",)
    assert figure("uncovered").because == "nobody looked at what the cases cover"


@pytest.mark.requirement("R145")
def test_the_policy_on_approved_use_should_change_where_an_incident_says_so() -> None:
    said = incident_file(1, actions=(Action(kind="policy", text="No restricted accounts"),))
    done = incident_file(2, updates=(Update(kind="policy", ref="AUP-7"),))

    one = figure("policy_change", said, done, incident_file(3))

    assert (one.value, one.n, one.ids) == ("yes", 3, (FIRST, SECOND))
    assert list(rows(one)) == ["No restricted accounts", "AUP-7"]
    nobody = figure("policy_change", incident_file(3))
    assert (nobody.value, nobody.n, nobody.ids) == ("not answered by anybody", 1, ())


def test_whole_files_and_what_the_others_lack() -> None:
    cause = FileItem(number=6, name="Root cause", missing=("the failed control",), due=Stage.CAUSED)
    whole = replace(cause, missing=())
    files = (incident_file(1), incident_file(2), incident_file(3))

    one = figure("whole_files", *files, items={FIRST: (whole,), SECOND: (cause,)})

    assert (one.value, one.n, one.ids, one.unknown) == (1, 2, (FIRST,), (THIRD,))
    assert rows(one) == {"lacks: Root cause": 1}


def test_what_is_kept_too_long_and_what_cannot_be_read_is_named() -> None:
    kept = incident_file(1, retention=Retention(until=date(2026, 12, 31)))
    over = incident_file(2, retention=Retention(until=date(2026, 12, 30)))

    assert figure("expired", kept, over).ids == (FIRST, SECOND)
    assert figure("expired", incident_file(3)).because == "none of 1 says"
    unreadable = figure("unreadable", kept, unreadable=(THIRD,))
    assert (unreadable.value, unreadable.n, unreadable.ids) == (1, 2, (THIRD,))


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [("2026-Q4", date(2026, 10, 1), date(2026, 12, 31)), ("2028q1", date(2028, 1, 1), date(2028, 3, 31))],
)
def test_a_quarter_is_three_calendar_months(written: str, first: date, last: date) -> None:
    quarter = Quarter.parse(written)
    assert (quarter.first, quarter.last, Quarter.of(quarter.end).before) == (first, last, quarter)


@pytest.mark.parametrize("written", ["2026", "2026-Q5", "Q4", "2026-Q4-1", "0000-Q1", "", "٢٠٢٦-Q4"])
def test_what_is_no_quarter_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="a quarter is written"):
        Quarter.parse(written)
