"""The order of the steps: from level 2 on one out of order is refused, or taken with a name and a reason."""

import json
from pathlib import Path
from typing import Any

import pytest
from pipeline.followed import ID, TOLD, project

from incident2eval.model import Answer as Said
from incident2eval.model import BadInput, DutyNote, Event, LogEntry, Severity
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._word import now
from incident2eval.pipeline.follow_up import NOT_REQUIRED, duty, task
from incident2eval.pipeline.triage import Word, triage

STOPPED = [{"at": "2026-11-18T10:30:00Z", "by": "Lee Okafor", "action": "stopped"}]
FIX = "data_exposure/permissions"


def logged(folder: Path) -> list[dict[str, Any]]:
    path = folder / "incidents" / ID / "log.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def confirm(folder: Path, **more: Any) -> Answer:
    return triage(project=folder, incident=ID, word=Word(by="Ana Pereira", **{"confirm": True, **more}))


def done(folder: Path, name: str, reason: str | None = None, **more: Any) -> Answer:
    change = LogEntry(at=now(), event=Event.ACTION, by="Ana Pereira", action=name, done_at=now(), **more)
    return task(project=folder, incident=ID, change=change, out_of_order=reason)


class TestClassify:
    def test_a_level_is_confirmed_after_the_stop(self, tmp_path: Path) -> None:
        folder = project(tmp_path)

        said = confirm(folder, answers={"personal_data": Said.NO})

        assert said.exit_code == 1
        assert said.data["first"] == [
            {
                "stage": "contained",
                "why": "nothing shows that it was stopped",
                "command": f"incident2eval contain {ID} --action ACTION --by NAME",
            }
        ]
        assert logged(folder) == [], "nothing is written, not even the answers"

    def test_a_row_of_the_incident_file_is_a_stop(self, tmp_path: Path) -> None:
        assert confirm(project(tmp_path, containment=STOPPED)).exit_code == 0

    def test_or_with_a_reason_that_every_reader_is_told(self, tmp_path: Path) -> None:
        folder = project(tmp_path)

        said = confirm(folder, out_of_order="nobody could reach the switch")
        confirm(folder, out_of_order="nobody could reach the switch")

        assert said.exit_code == 0
        first, second = logged(folder)
        assert (first["event"], first["kind"], first["by"]) == ("out_of_order", "classify", "Ana Pereira")
        assert second["event"] == "triaged"
        told = "\n".join(said.data["doubts"])
        assert "classify, out of order, by Ana Pereira" in told
        assert "nobody could reach the switch" in told

    def test_a_reason_that_says_nothing_is_none(self, tmp_path: Path) -> None:
        with pytest.raises(BadInput, match="gives no reason"):
            confirm(project(tmp_path), out_of_order=" - ")

    def test_in_order_a_reason_is_not_needed_and_not_kept(self, tmp_path: Path) -> None:
        folder = project(tmp_path, containment=STOPPED)
        confirm(folder, out_of_order="to be sure")
        assert [line["event"] for line in logged(folder)] == ["triaged"]

    def test_an_alarm_is_not_held_up(self, tmp_path: Path) -> None:
        folder = project(tmp_path)
        raised = confirm(folder, confirm=False, severity=Severity.SEVERE, reason="two more clients called")
        assert (raised.exit_code, raised.data["severity"]["counts"]) == (0, 4)
        lowered = confirm(folder, confirm=False, severity=Severity.LOW, reason="they were wrong")
        assert lowered.exit_code == 1

    def test_level_1_takes_the_light_path(self, tmp_path: Path) -> None:
        folder = project(tmp_path, severity=1, outcome=None, questions=dict.fromkeys(TOLD["questions"], "no"))
        said = confirm(folder)
        assert (said.exit_code, said.data["severity"]["counts"]) == (0, 1)

    def test_answers_and_duties_wait_for_nothing(self, tmp_path: Path) -> None:
        folder = project(tmp_path)
        assert confirm(folder, confirm=False, answers={"personal_data": Said.YES}).exit_code == 0
        note = DutyNote(rule="ukgdpr-33-1", state=NOT_REQUIRED, by="Kit Lowe", reason="no risk to anybody")
        duty(project=folder, incident=ID, note=note)
        assert [line["event"] for line in logged(folder)] == ["answered", "duty"]


class TestRemediate:
    def test_a_fix_waits_for_all_that_comes_before(self, tmp_path: Path) -> None:
        folder = project(tmp_path, type="data_exposure")

        said = done(folder, FIX)

        assert said.exit_code == 1
        stages = [one["stage"] for one in said.data["first"]]
        assert stages == ["contained", "classified", "preserved", "caused"]
        assert f"incident2eval root-cause {ID} --confirm --by NAME" in said.text
        assert logged(folder) == []

    def test_or_goes_through_with_a_reason(self, tmp_path: Path) -> None:
        folder = project(tmp_path, type="data_exposure")
        assert done(folder, FIX, "it was still leaking").exit_code == 0
        first, second = logged(folder)
        assert (first["event"], first["kind"], first["action"]) == ("out_of_order", "remediate", FIX)
        assert second["event"] == "action"

    @pytest.mark.parametrize(
        ("kind", "code"),
        [(None, 1), ("corrective", 1), ("preventive", 1), ("immediate", 0), ("communication", 0)],
    )
    def test_what_changes_the_workflow_waits_and_what_stops_or_tells_does_not(
        self, tmp_path: Path, kind: str | None, code: int
    ) -> None:
        said = done(project(tmp_path), "own", text="Do something about it", kind=kind)
        assert said.exit_code == code

    def test_an_action_of_the_file_goes_by_its_kind(self, tmp_path: Path) -> None:
        rows = [{"kind": "corrective", "text": "Scope it"}, {"kind": "communication", "text": "Call them"}]
        folder = project(tmp_path, actions=rows)
        assert done(folder, "action/1").exit_code == 1
        assert done(folder, "action/2").exit_code == 0

    def test_giving_it_to_somebody_is_no_fix(self, tmp_path: Path) -> None:
        folder = project(tmp_path, type="data_exposure")
        change = LogEntry(at=now(), event=Event.ACTION, by="Ana Pereira", action=FIX, owner="Femke Vos")
        assert task(project=folder, incident=ID, change=change).exit_code == 0
