"""`look-back`: the incident's checks, asked of past runs."""

import json
import shutil
import tracemalloc
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from acceptance.runner import incident2eval
from pipeline.past_runs import archive, asked, faulty, good, logged, runs

from incident2eval.checks import SHELF
from incident2eval.cli import main
from incident2eval.lookback import AT_ONCE, Coverage, Seen, Series, Verdict, Watch, asked_window, side_of
from incident2eval.model import (
    BadInput,
    Change,
    ChangeKind,
    Finding,
    Findings,
    Incident,
    Moment,
    Run,
)
from incident2eval.model.incident import Containment, When, WorkflowVersion
from incident2eval.pipeline.project import INCIDENT, WORKFLOW
from incident2eval.pipeline.triage import Word, triage

# --- what it finds ---


def test_without_an_archive_named_the_one_of_the_settings_is_asked(project: Path) -> None:
    answer = asked(project)

    assert answer.exit_code == 0
    assert (answer.data["checked"], answer.data["hits"], answer.data["unreadable"]) == (120, [], [])
    assert answer.data["next"] is None
    [line] = logged(project)
    assert (line["by"], line["checked"], line["hits"], line["state"]) == ("Ruth Calloway", 120, 0, "complete")
    assert line["text"].startswith("asked from 2026-10-23T21:00:00Z to 2026-11-12T09:46:00Z")


@pytest.mark.requirement("R112")
def test_a_hit_tells_whose_run_it_was_and_whose_data_showed(project: Path) -> None:
    path = archive(
        project,
        good(project, "a", 1),
        faulty(project, "b", 2),
        faulty(project, "c", 4),
        good(project, "d", 3),
    )

    answer = asked(project, path)

    assert answer.exit_code == 0
    assert runs(answer) == ["b", "c"]
    first = answer.data["hits"][0]  # type: ignore[index]
    assert first["exposed"] == ["K-102"]
    assert (first["subject"], first["at"]) == ("K-101", "2026-11-02T08:00:00Z")
    assert first["check"] in first["checks"]
    assert first["excerpt"]
    assert answer.data["affected"] == [
        {"kind": "customer", "ref": "K-102", "count": 1, "runs": 2, "records": 1}
    ]
    assert (answer.data["first"], answer.data["last"]) == ("2026-11-02T08:00:00Z", "2026-11-04T08:00:00Z")
    assert logged(project)[0]["affected"] == [{"kind": "customer", "ref": "K-102", "count": 1}]
    assert f"next: incident2eval triage {INCIDENT}" in answer.text


def test_a_hit_is_exit_code_1_only_on_request(project: Path) -> None:
    path = archive(project, faulty(project, "b"))

    assert asked(project, path).exit_code == 0
    assert asked(project, path, fail_on_hits=True).exit_code == 1


def test_the_incidents_own_run_is_no_hit(project: Path) -> None:
    own = json.loads((project / "cases" / INCIDENT / "recorded.json").read_text())
    path = archive(project, own, {**own, "id": "as exported elsewhere"}, good(project, "a"))

    answer = asked(project, path)

    assert (answer.data["checked"], runs(answer)) == (1, [])
    assert answer.data["passed_over"]["own"] == 2  # type: ignore[index]


def test_a_run_that_comes_twice_counts_once(project: Path) -> None:
    (project / "more").mkdir()
    one = archive(project, faulty(project, "b"), good(project, "a"), name="more/1.jsonl")
    archive(project, faulty(project, "b"), good(project, "a"), name="more/2.jsonl")

    answer = asked(project, one.parent)

    assert (answer.data["checked"], runs(answer)) == (2, ["b"])


def test_it_can_be_asked_of_a_part_of_the_time(project: Path) -> None:
    path = archive(project, faulty(project, "b", 2), faulty(project, "c", 8))

    assert runs(asked(project, path, since=date(2026, 11, 5))) == ["c"]
    assert runs(asked(project, path, since=timedelta(days=7))) == ["c"]
    assert runs(asked(project, path, since=timedelta(days=60))) == ["b", "c"]


def test_the_same_look_back_is_logged_once(project: Path) -> None:
    path = archive(project, good(project, "a"))

    assert asked(project, path).data["logged"] is True
    assert asked(project, path).data["logged"] is False
    archive(project, good(project, "a"), good(project, "b", 2))
    assert asked(project, path).data["logged"] is True
    assert [line["checked"] for line in logged(project)] == [1, 2]


def test_runs_are_of_the_workflow_where_their_trace_calls_it_as_the_incidents_own_does(project: Path) -> None:
    trace = project / "incidents" / INCIDENT / "evidence" / "trace.json"
    text = trace.read_text().replace(f'"{WORKFLOW}"', '"draft-bot"')
    assert text != trace.read_text()
    trace.write_text(text)
    path = archive(
        project, faulty(project, "b", workflow="draft-bot"), good(project, "x", workflow="other-bot")
    )

    answer = asked(project, path)

    assert (answer.data["checked"], runs(answer)) == (1, ["b"])


# --- what it cannot judge ---


def test_what_cannot_be_read_is_named_and_the_rest_goes_on(project: Path) -> None:
    path = archive(project, good(project, "a"), faulty(project, "b"))
    path.write_text(path.read_text() + '{"torn": ')
    lost = project / "lost.jsonl"
    lost.write_bytes(b"\x1f\x8b broken")

    answer = asked(project, path, lost)

    assert answer.exit_code == 3
    assert (answer.data["checked"], runs(answer)) == (2, ["b"])
    assert [fault["file"] for fault in answer.data["unreadable"]] == ["past.jsonl: line 3", "lost.jsonl"]  # type: ignore[attr-defined]
    assert logged(project)[0]["state"] == "incomplete"


def test_a_run_of_which_nobody_says_whose_it_is_is_no_clean_run(project: Path) -> None:
    lost = good(project, "lost", subject=None, input={}, steps=[])
    path = archive(project, good(project, "a"), lost, good(project, "x", workflow="other"))

    answer = asked(project, path)

    assert answer.exit_code == 3
    assert answer.data["checked"] == 1
    why = {(row["check"], row["why"]): row["runs"] for row in answer.data["not_judged"]}  # type: ignore[attr-defined]
    assert why["foreign_records", "nobody says whose run it is"] == 1
    assert why[None, "of another workflow, 'other'"] == 1
    assert "NOT COMPLETE: 1 run could not be judged by any check" in answer.text


def test_runs_without_steps_are_not_judged_by_a_check_of_steps(project: Path) -> None:
    path = archive(project, good(project, "a", steps=[]))

    answer = asked(project, path)

    assert {
        (row["check"], row["why"])
        for row in answer.data["not_judged"]  # type: ignore[attr-defined]
        if row["check"] == "foreign_records"
    } == {("foreign_records", "the run does not report its steps")}


def test_where_nothing_could_be_judged_there_is_no_all_clear_and_no_line_in_the_log(project: Path) -> None:
    path = archive(project, good(project, "x", workflow="other"))

    answer = asked(project, path)

    assert (answer.exit_code, answer.data["checked"]) == (3, 0)
    assert answer.text.startswith("COULD NOT BE JUDGED")
    assert logged(project) == []


def test_what_is_missing_is_said(project: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such file or folder"):
        asked(project, tmp_path / "absent.jsonl")

    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match="holds no file"):
        asked(project, tmp_path / "empty")

    shutil.rmtree(project / "archive")
    with pytest.raises(BadInput, match="there are no past runs"):
        asked(project)

    (project / "cases" / "cases.lock").unlink()
    with pytest.raises(BadInput, match=f"incident2eval run {INCIDENT}"):
        asked(project)


def test_secrets_in_what_is_quoted_are_masked(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    secret = "AKIA" + "IOSFODNN7EXAMPLF"
    said = f"Eastfield Freight pays with {secret} in January."
    path = archive(project, faulty(project, "b", output=said, steps=[]))

    code = main(
        ["look-back", INCIDENT, "--archive", str(path), "--since", "60d", "--json", "--project", str(project)]
    )

    shown = capsys.readouterr().out
    assert (code, "Eastfield Freight" in shown, secret in shown) == (0, True, False)


def test_twice_as_much_takes_no_more_memory(project: Path) -> None:
    def peak(number: int) -> int:
        path = project / f"{number}.jsonl"
        line = json.dumps(good(project, "run-0", steps=[], attributes={"x": "y" * 200_000}))
        with path.open("w") as lines:
            lines.writelines(line.replace("run-0", f"run-{at}") + "\n" for at in range(number))
        tracemalloc.start()
        asked(project, path)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(600) < 1.2 * peak(300)


# --- which time ---

HAPPENED = datetime(2026, 11, 12, 9, tzinfo=UTC)
STOPPED = HAPPENED + timedelta(hours=1)


def incident(*changes: Moment, stopped: bool = True) -> Incident:
    return Incident(
        id=INCIDENT,
        title="t",
        workflow=WorkflowVersion(name=WORKFLOW),
        when=When(noticed=HAPPENED, happened=HAPPENED),
        what_happened="",
        changes=tuple(Change(at=at, kind=ChangeKind.PROMPT) for at in changes),
        containment=(Containment(at=STOPPED, by="Ana"),) if stopped else (),
    )


def test_it_asks_since_the_last_change_before_it_happened() -> None:
    early, late, after = date(2026, 10, 1), HAPPENED - timedelta(days=3), HAPPENED + timedelta(days=1)

    window = asked_window(incident(early, late, after), None, STOPPED)

    assert (window.start, window.end) == (late, STOPPED)
    assert asked_window(incident(early), None, STOPPED).start == early
    assert asked_window(incident(), None, STOPPED).start is None
    assert asked_window(incident(stopped=False), None, HAPPENED + timedelta(days=9)).end == date(2026, 11, 21)


def test_a_window_of_days_counts_back_from_when_it_happened() -> None:
    window = asked_window(incident(), timedelta(days=60), STOPPED + timedelta(days=100))

    assert window.start == HAPPENED - timedelta(days=60)


@pytest.mark.requirement("R113")
def test_a_gap_is_stated_in_words() -> None:
    window = asked_window(incident(date(2026, 11, 1)), None, STOPPED)
    assert Coverage.of(window, []).gap == "no judged run says when it was"

    coverage = Coverage.of(window, [*(datetime(2026, 11, day, tzinfo=UTC) for day in (5, 6, 9)), None])

    assert coverage.gap == (
        "no run from 2026-11-01 to 2026-11-05, the first one's day; "
        "no run after 2026-11-09, up to 2026-11-12; 1 run does not say when it was"
    )
    assert coverage.pause == (date(2026, 11, 6), date(2026, 11, 9))


def test_a_window_that_is_covered_has_no_gap() -> None:
    window = asked_window(incident(date(2026, 11, 1)), None, STOPPED)
    days = (1, 2, 5, 6, 9, 11)  # a Sunday first, and daily but for weekends: one day more is no gap

    coverage = Coverage.of(window, [datetime(2026, 11, day, tzinfo=UTC) for day in days])

    assert coverage.gap is None


def test_a_pause_that_is_long_for_the_workflow_is_a_gap() -> None:
    window = asked_window(incident(date(2026, 10, 1)), None, STOPPED)

    coverage = Coverage.of(window, [datetime(2026, 10, day, tzinfo=UTC) for day in (1, 2, 5, 6, 7, 20, 21)])

    assert coverage.gap == (
        "no run between 2026-10-07 and 2026-10-20; no run after 2026-10-21, up to 2026-11-12"
    )


def test_runs_from_outside_the_time_asked_about_close_no_gap() -> None:
    window = asked_window(incident(date(2026, 11, 1)), None, STOPPED)

    coverage = Coverage.of(window, [datetime(2026, month, 20, tzinfo=UTC) for month in (9, 10, 12)])

    assert (coverage.is_begun, coverage.gap) == (False, "no judged run is from the time asked about")


# --- a drift ---


class Drifted:
    """A judge to whom every series has drifted; it knows how long each was."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def together(self, _: Watch, runs: Sequence[Run]) -> Findings:
        self.asked.append(len(runs))
        return Findings((Finding(check="drifted", step=None, message="fewer"),), judged=len(runs))


DRIFT = Watch(
    incident=INCIDENT,
    workflow=WORKFLOW,
    check=next(check for check in SHELF if check.name == "drifted"),
    facts={},
    named=(),
)


def in_series(days: Sequence[datetime | None], judge: Drifted) -> list[Verdict]:
    told = incident(date(2026, 11, 1))
    side = side_of(told, asked_window(told, None, STOPPED))
    series = Series([DRIFT], judge, side)
    past = (Seen(run=Run(started=day), name=str(at), said=()) for at, day in enumerate(days))
    return [said for seen in (*series.judged(past), *series.rest()) for _, said in seen.said]


@pytest.mark.requirement("R114")
def test_every_run_since_the_change_is_a_hit_once_the_series_has_drifted() -> None:
    before, since, stopped = (datetime(2026, month, 20, tzinfo=UTC) for month in (10, 11, 12))
    judge = Drifted()

    said = in_series([before, HAPPENED, None, stopped, HAPPENED, since], judge)

    assert sorted(judge.asked) == [1, 2, 2]  # before the change, since then, after the stop
    assert sum(isinstance(one, Findings) and bool(one) for one in said) == 4
    assert sum(isinstance(one, str) for one in said) == 2


def test_a_long_series_is_judged_a_part_at_a_time_and_no_part_is_short() -> None:
    judge = Drifted()

    said = in_series([HAPPENED] * (3 * AT_ONCE + 7), judge)

    assert judge.asked == [AT_ONCE, AT_ONCE, AT_ONCE + 7]
    assert len(said) == 3 * AT_ONCE + 7


# --- the acceptance incidents whose labels say which past runs are affected ---


@pytest.mark.requirement("R111")
@pytest.mark.parametrize("slug", ["monthly-summary", "engagement-report", "invoice-coding"])
def test_the_hits_are_those_of_the_labels(slug: str, shared: Path, tmp_path: Path) -> None:
    folder = shared / "acceptance" / "incidents" / slug
    labels = json.loads((folder / "labels.json").read_text())
    project = tmp_path / slug
    shutil.copytree(folder / "project", project)
    for path in [project, *project.rglob("*")]:
        path.chmod(path.stat().st_mode | 0o200)
    assert incident2eval(project, "run", labels["id"])["exit"] == 0

    answer = incident2eval(project, "look-back", labels["id"])

    found = {hit["run"]: hit["exposed"] for hit in answer["hits"]}
    assert (answer["exit"], answer["checked"]) == (0, labels["look_back"]["checked"])
    assert sorted(found) == sorted(labels["look_back"]["hits"])
    for row in labels["look_back"].get("detail", ()):
        assert found[row["run"]] == row["exposed"]


@pytest.mark.requirement("R112")
def test_hits_ask_for_the_level_again_until_a_person_has_said_it(project: Path) -> None:
    def asked_again() -> bool:
        answer = triage(project=project, incident=INCIDENT)
        return any("past run" in doubt for doubt in answer.data["doubts"])  # type: ignore[attr-defined]

    word = Word(by="Ruth Calloway", confirm=True, out_of_order="the demo is not stopped")
    triage(project=project, incident=INCIDENT, word=word)
    assert not asked_again()

    asked(project, archive(project, faulty(project, "b")))
    assert asked_again()

    triage(project=project, incident=INCIDENT, word=word)
    assert not asked_again()
