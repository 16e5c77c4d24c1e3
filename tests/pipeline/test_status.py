"""`status`: the register, the clocks, and what is due next."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from pipeline.followed import ID, TOLD, project
from pipeline.test_closing import Honest

from incident2eval.model import Answer, BadInput
from incident2eval.pipeline._word import now
from incident2eval.pipeline.shown.clock_lines import left
from incident2eval.pipeline.status import status
from incident2eval.store import Project


@pytest.mark.requirement("R78")
def test_every_incident_with_its_stage_and_its_clocks(tmp_path: Path) -> None:
    said = status(project=project(tmp_path), workflow=None)

    (row,) = said.data["incidents"]
    assert (row["incident"], row["stage"], row["owner"]) == (ID, "reported", "Ana Pereira")
    clocks = {one["rule"]: one for one in row["clocks"]}
    assert clocks["ukgdpr-33-1"]["due"] == "2026-11-21T10:12:00Z"
    assert row["next"][0]["overdue"]
    assert "ukgdpr-33-1" in said.text
    assert said.exit_code == 0


def test_an_incident_that_cannot_be_read_is_named_and_is_no_all_clear(tmp_path: Path) -> None:
    folder = project(tmp_path)
    other = folder / "incidents" / "INC-2026-0002"
    other.mkdir()
    (other / "incident.yaml").write_text("id: [", encoding="utf-8")

    said = status(project=folder, workflow=None)

    assert said.exit_code == 3
    assert len(said.data["incidents"]) == 1
    assert "INC-2026-0002" in said.data["unreadable"][0]


def test_a_last_line_of_a_log_that_was_cut_short_is_said(tmp_path: Path) -> None:
    folder = project(tmp_path)
    with (folder / "incidents" / ID / "log.jsonl").open("a") as log:
        log.write('{"at": "2026-')

    assert any(
        "was cut short while it was written" in note for note in status(project=folder, workflow=None).notes
    )


def test_of_one_workflow_only(tmp_path: Path) -> None:
    folder = project(tmp_path)
    other = folder / "incidents" / "INC-2026-0002"
    other.mkdir()
    told = {**TOLD, "id": "INC-2026-0002", "workflow": "invoices"}
    (other / "incident.yaml").write_text(yaml.safe_dump(told), encoding="utf-8")

    assert len(status(project=folder, workflow=None).data["incidents"]) == 2
    assert [one["incident"] for one in status(project=folder, workflow="letters").data["incidents"]] == [ID]
    with pytest.raises(BadInput, match="there is no workflow 'letter'"):
        status(project=folder, workflow="letter")


def test_hours_to_three_days_then_days() -> None:
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)

    assert left(datetime(2026, 11, 20, 13, 30, tzinfo=UTC), now) == "1 h left"
    assert left(datetime(2026, 11, 18, 12, tzinfo=UTC), now) == "48 h late"
    assert left(datetime(2026, 11, 25, 12, tzinfo=UTC), now) == "5 days left"
    assert left(datetime(2026, 11, 20, tzinfo=UTC).date(), now) == "12 h left", "a bare date lasts to its end"


def logged(folder: Path, *entries: Mapping[str, str]) -> Path:
    for entry in entries:
        Project.find(folder).log(ID, dict(entry))
    return folder


def ago(**span: float) -> str:
    return (now() - timedelta(**span)).isoformat()


CONTAINED = {"at": "2026-11-18T11:00:00Z", "event": "contained", "by": "Ana Pereira"}


class TestOneWorkflow:
    """Whether it may run, for whoever asks from a shell."""

    def test_0_where_nothing_holds_it(self, tmp_path: Path) -> None:
        said = status(project=project(tmp_path), workflow="letters")
        assert (said.exit_code, said.data["paused"]) == (0, {})
        assert "letters is not paused" in said.text

    def test_1_where_it_is_paused(self, tmp_path: Path) -> None:
        folder = logged(project(tmp_path), CONTAINED)
        said = status(project=folder, workflow="letters")
        assert said.exit_code == 1
        assert "contained by Ana Pereira on 2026-11-18 11:00 UTC" in said.data["paused"]["letters"]
        assert status(project=folder, workflow=None).exit_code == 0
        assert "what it takes to run again: incident2eval restart letters" in said.text

    def test_a_stop_that_the_file_alone_tells_of_holds_nothing_and_that_is_said(self, tmp_path: Path) -> None:
        stop = {"at": "2026-11-18T11:00:00Z", "by": "Ana Pereira", "action": "workflow_disabled"}
        folder = project(tmp_path, containment=[stop])
        assert "its log of none, so nothing holds the workflow up" in " ".join(
            status(project=folder, workflow="letters").text.split()
        )
        assert "its log of none" not in status(project=logged(folder, CONTAINED), workflow=None).text

    def test_3_where_that_cannot_be_read(self, tmp_path: Path) -> None:
        folder = logged(project(tmp_path), CONTAINED)
        log = folder / "incidents" / ID / "log.jsonl"
        log.write_bytes(log.read_bytes() + b"{\n")
        said = status(project=folder, workflow="letters")
        assert said.exit_code == 3
        assert said.data["paused"]["letters"].startswith("perhaps: ")
        assert "letters is paused, perhaps: incidents/INC-2026-0001/log.jsonl:2: is not JSON" in said.text
        assert "mend what is named" in said.text

    def test_what_the_guard_would_not_let_run_is_no_all_clear(self, tmp_path: Path) -> None:
        folder = project(tmp_path, severity=3)
        path = folder / "incidents" / ID / "incident.yaml"
        path.write_text(
            path.read_text("utf-8").replace("workflow: letters", "? workflow\n: letters"), "utf-8"
        )
        said = status(project=folder, workflow="letters")
        assert said.exit_code == 3
        assert "does not tell its workflow for certain" in said.data["paused"]["letters"]


class TestAfterARestart:
    def restarted(self, tmp_path: Path, *runs: float, **more: str) -> Path:
        folder = logged(
            project(tmp_path), CONTAINED, {"at": ago(days=4), "event": "restarted", "by": "Ana", **more}
        )
        daily = ({"at": ago(days=day), "event": "monitored", "state": "pass"} for day in runs)
        return logged(folder, *daily)

    @pytest.mark.requirement("R149")
    def test_monitoring_counts_days_left_and_days_without_a_run(self, tmp_path: Path) -> None:
        said = status(project=self.restarted(tmp_path, 3, 1), workflow="letters")
        held = said.data["monitoring"]
        assert said.exit_code == 0
        assert (held["days"], held["days_left"], held["days_without"]) == (14, 10, 1)
        assert held["last_state"] == "pass"
        assert "letters: monitoring: 10 of 14 days left, last run" in said.text
        assert "1 day without a run" in " ".join(said.text.split())

    def test_an_incident_whose_workflow_runs_again_is_shown_as_that(self, tmp_path: Path) -> None:
        folder = self.restarted(tmp_path, 0)
        (row,) = status(project=folder, workflow=None).data["incidents"]
        told = status(project=folder, workflow=None).text
        assert f"{ID}   letters    2       restarted" in told
        assert row["stage"] == "reported", "papers that are open keep the stage of its file"
        assert datetime.fromisoformat(row["restarted"]) < now()
        Project.find(folder).log(ID, {**CONTAINED, "at": ago(hours=0)})
        again = status(project=folder, workflow=None)
        assert again.data["incidents"][0]["restarted"] is None
        assert "restarted  " not in again.text

    def test_where_nothing_is_open_it_says_how_to_close_it(self, tmp_path: Path) -> None:
        firm = Honest(tmp_path, outside=Answer.NO)
        for step in (firm.stops, firm.classifies, firm.preserves, firm.finds_the_cause, firm.mends):
            step()
        todo = f"nothing of {firm.incident} is open: incident2eval close {firm.incident} --by NAME"
        firm.starts_again()
        assert todo not in " ".join(status(project=tmp_path, workflow=None).text.split())
        firm.ticks("closed")
        assert todo in " ".join(status(project=tmp_path, workflow=None).text.split())
        firm.closes()
        assert todo not in " ".join(status(project=tmp_path, workflow=None).text.split())

    def test_the_next_daily_run_is_named_with_its_day(self, tmp_path: Path) -> None:
        today = now().date()
        for runs, day in (((0,), today + timedelta(days=1)), ((1,), today)):
            folder = tmp_path / str(runs[0])
            folder.mkdir()
            said = status(project=self.restarted(folder, *runs), workflow="letters")
            assert said.data["monitoring"]["next_run"] == str(day)
            assert f"next run, {day}: incident2eval gate letters --monitor" in said.text
            assert "without a run" in said.text

    def test_without_any_run_every_day_is_one_without(self, tmp_path: Path) -> None:
        held = status(project=self.restarted(tmp_path), workflow="letters").data["monitoring"]
        assert (held["last_run"], held["days_without"]) == (None, 3)

    def test_a_policy_that_asks_for_no_monitoring_gets_none(self, tmp_path: Path) -> None:
        folder = self.restarted(tmp_path)
        toml = folder / "incident2eval.toml"
        toml.write_text(toml.read_text() + '\n[policy]\nmonitor_days = {"2" = 3}\n')
        assert status(project=folder, workflow="letters").data["monitoring"] is None

    def test_an_override_is_shown_with_its_end_and_counted(self, tmp_path: Path) -> None:
        until = (now() + timedelta(hours=5)).isoformat()
        said = status(project=self.restarted(tmp_path, until=until, reason="tax day"), workflow="letters")
        assert said.exit_code == 0
        assert said.data["overrides"] == 1
        assert not said.data["override"]["ended"]
        assert "letters runs on an emergency override by Ana until" in said.text
        assert "letters: 1 emergency override so far" in said.text

    def test_when_it_ends_the_workflow_is_paused_again(self, tmp_path: Path) -> None:
        said = status(project=self.restarted(tmp_path, until=ago(hours=1)), workflow="letters")
        assert said.exit_code == 1
        assert said.data["override"]["ended"]
        assert "the emergency override by Ana on" in said.data["paused"]["letters"]
