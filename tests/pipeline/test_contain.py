"""`contain`: stop first; why comes later."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from incident2eval.model import BadInput, Event, LogEntry, Stage
from incident2eval.pipeline import contain as stopping
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._incident_file import open_file
from incident2eval.pipeline._word import now
from incident2eval.stages import blockers
from incident2eval.store import Project

ID = "INC-2026-0142"
SETTINGS = """\
[workflows.replies]
owner = "Inga Holm"
deputy = "Samir Nasser"
fallback = "The service desk answers"
on_pause = "./pause.sh"
shares = ["help-index"]

[workflows.quotes]
shares = ["help-index"]

[workflows.summaries]
"""
INCIDENT = """\
id: INC-2026-0142
title: Another customer's order in a reply
workflow: replies
when: {noticed: 2026-11-18T10:05:00Z}
what_happened: The reply quoted another customer's order.
"""
TRACE = {
    "schema": "incident2eval/run/1",
    "id": "r1",
    "output": "Done.",
    "steps": [{"id": "s1", "kind": "tool", "name": "refund", "input": {"order": "7781"}}],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {
        "incident2eval.toml": SETTINGS,
        "pause.sh": "#!/bin/sh\necho paused >> paused.txt\necho switched off\n",
        f"incidents/{ID}/incident.yaml": INCIDENT,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "pause.sh").chmod(0o755)
    return tmp_path


def contain(
    folder: Path, *, at: datetime | None = None, incident: str = ID, by_hand: bool = False, **more: str
) -> Answer:
    stop = LogEntry(at=now(), event=Event.CONTAINED, **{"by": "Ana", "action": "stopped", **more})  # type: ignore[arg-type]
    return stopping.contain(project=folder, incident=incident, stop=stop, at=at, by_hand=by_hand)


def why_not_contained(folder: Path) -> tuple[str, ...]:
    return blockers(open_file(Project.find(folder), ID, now()).file, Stage.CONTAINED)


def log(folder: Path) -> list[dict[str, str]]:
    path = folder / "incidents" / ID / "log.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.mark.requirement("R22", "R24")
def test_it_is_noted_and_the_workflow_is_paused_before_anything_is_known(folder: Path) -> None:
    answer = contain(folder, did="switched off in the console")
    assert answer.exit_code == 0
    (line,) = log(folder)
    assert (line["event"], line["action"], line["by"]) == ("contained", "stopped", "Ana")
    assert line["did"] == "switched off in the console"
    assert "contained by Ana" in (Project.find(folder).paused("replies") or "")
    assert (folder / "paused.txt").read_text() == "paused\n"
    assert answer.notes == ("on_pause: switched off",)


@pytest.mark.requirement("R24", "R28")
def test_every_reader_sees_it_among_the_containment(folder: Path) -> None:
    at = datetime(2026, 11, 18, 10, 20, tzinfo=UTC)
    contain(folder, at=at)
    (row,) = Project.find(folder).incident(ID).incident.containment
    assert (row.at, row.by, row.action) == (at, "Ana", "stopped")


@pytest.mark.requirement("R22")
@pytest.mark.parametrize("trace", ["{", "\0\0", '{"schema": "incident2eval/run/1", "steps": 7}'])
def test_a_trace_that_cannot_be_read_is_no_hindrance(folder: Path, trace: str) -> None:
    (folder / "incidents" / ID / "evidence").mkdir()
    (folder / "incidents" / ID / "evidence" / "trace.json").write_text(trace)
    assert contain(folder).exit_code == 0


def test_listed_evidence_that_is_not_there_is_no_hindrance(folder: Path) -> None:
    with (folder / "incidents" / ID / "incident.yaml").open("a") as file:
        file.write("evidence: [{file: evidence/gone.json, kind: trace}]\n")
    assert contain(folder).exit_code == 0


def test_the_same_again_adds_no_line_and_stops_again(folder: Path) -> None:
    contain(folder)
    answer = contain(folder)
    assert (answer.exit_code, answer.data["new"]) == (0, False)
    assert "nothing new" in answer.text
    assert len(log(folder)) == 1
    assert (folder / "paused.txt").read_text() == "paused\npaused\n"


@pytest.mark.parametrize("other", [{"action": "human_only"}, {"by": "Lee"}, {"did": "pulled the plug"}])
def test_another_stop_is_another_line(folder: Path, other: dict[str, str]) -> None:
    contain(folder)
    assert contain(folder, **other).data["new"] is True
    assert len(log(folder)) == 2


def test_a_stop_after_a_restart_is_another_one(folder: Path) -> None:
    contain(folder, at=now() - timedelta(hours=2))
    restarted = {"at": (now() - timedelta(hours=1)).isoformat(), "event": "restarted", "by": "Inga"}
    Project.find(folder).log(ID, restarted)
    assert contain(folder).data["new"] is True
    assert Project.find(folder).paused("replies")


def test_a_stop_before_the_restart_pauses_nothing_and_that_is_said(folder: Path) -> None:
    Project.find(folder).log(ID, {"at": now().isoformat(), "event": "restarted", "by": "Inga"})
    answer = contain(folder, at=now() - timedelta(hours=2))
    assert answer.data["paused"] is False
    assert "does not count as paused" in " ".join(answer.text.split())


def test_a_stop_is_never_dated_before_the_last_line(folder: Path) -> None:
    ahead = now() + timedelta(minutes=3)
    Project.find(folder).log(ID, {"at": ahead.isoformat(), "event": "restarted", "by": "Inga"})
    answer = contain(folder)
    assert answer.data["paused"] is True
    assert datetime.fromisoformat(log(folder)[-1]["at"]) == ahead


def test_a_line_dated_far_ahead_takes_no_stop_along(folder: Path) -> None:
    Project.find(folder).log(ID, {"at": "2199-01-01T00:00:00Z", "event": "triaged", "by": "Inga"})
    contain(folder)
    assert datetime.fromisoformat(log(folder)[-1]["at"]) <= now()


def test_a_failing_on_pause_is_said_and_the_line_stays(folder: Path) -> None:
    (folder / "pause.sh").write_text("#!/bin/sh\necho no route >&2\nexit 3\n")
    answer = contain(folder)
    assert answer.exit_code == 1
    assert "NOT STOPPED FROM HERE: on_pause failed: it ended with exit code 3. Inga Holm can" in " ".join(
        answer.text.split()
    )
    assert answer.notes == ("on_pause: no route",)
    assert [line["event"] for line in log(folder)] == ["contained", "on_pause_failed"]


def test_what_on_pause_could_not_stop_counts_as_contained_once_somebody_says_so(folder: Path) -> None:
    (folder / "pause.sh").write_text("#!/bin/sh\nexit 3\n")

    contain(folder)
    assert why_not_contained(folder)[0] == (
        "on_pause failed, and nobody has said since that it is stopped (contain --by-hand)"
    )

    answer = contain(folder, by_hand=True)
    assert answer.exit_code == 0
    assert "Stopped by hand: on_pause was not run." in answer.text
    assert why_not_contained(folder) == ()


@pytest.mark.requirement("R29", "R30")
def test_without_on_pause_nobody_takes_it_for_stopped(folder: Path) -> None:
    text = " ".join(contain(folder, workflow="summaries").text.split())
    assert "NOTHING WAS SWITCHED OFF FROM HERE" in text
    assert "Meanwhile: The service desk answers" in contain(folder).text


def test_nothing_of_the_incident_reaches_the_command(folder: Path) -> None:
    (folder / "pause.sh").write_text('#!/bin/sh\nenv > seen.txt\necho "$@" >> seen.txt\n')
    contain(folder, did="quoted the order of Northgate")
    seen = (folder / "seen.txt").read_text()
    assert ID not in seen
    assert "Northgate" not in seen


def test_another_workflow_is_stopped_over_the_same_incident(folder: Path) -> None:
    contain(folder, workflow="quotes", action="related_workflows_stopped")
    home = Project.find(folder)
    assert home.paused("quotes")
    assert home.paused("replies") is None
    assert home.incident(ID).incident.containment == ()


@pytest.mark.requirement("R27", "R62")
def test_at_level_4_it_lists_what_shares_something(folder: Path) -> None:
    assert contain(folder).data["related"] == []
    with (folder / "incidents" / ID / "incident.yaml").open("a") as file:
        file.write("severity: 4\n")
    answer = contain(folder)
    assert answer.data["related"] == [{"workflow": "quotes", "shares": ["help-index (shares)"]}]
    assert "--workflow quotes --action related_workflows_stopped" in " ".join(answer.text.split())


@pytest.mark.requirement("R25")
def test_calls_in_the_trace_raise_the_question_of_keys(folder: Path) -> None:
    assert contain(folder).data["ask"] == []
    (folder / "incidents" / ID / "evidence").mkdir()
    (folder / "incidents" / ID / "evidence" / "trace.json").write_text(json.dumps(TRACE))
    assert "It reaches refund: do its API keys still work?" in contain(folder).text
    assert contain(folder, action="api_keys_revoked").data["ask"] == []
    assert contain(folder).data["ask"] == []


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"workflow": "quote"}, "did you mean quotes"),
        ({"by": " "}, "is no name"),
        ({"incident": "INC-2026-0999"}, "no such incident"),
        ({"incident": "../x"}, "is no incident id"),
        ({"at": datetime(2199, 1, 1, tzinfo=UTC)}, "--at: .* is still to come"),
    ],
)
def test_bad_input_writes_and_runs_nothing(folder: Path, more: dict[str, str], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        contain(folder, **more)  # type: ignore[arg-type]
    assert log(folder) == []
    assert not (folder / "paused.txt").exists()


def test_a_file_that_cannot_be_read_says_that_nothing_was_stopped_and_who_can(folder: Path) -> None:
    (folder / "incidents" / ID / "incident.yaml").write_text("id: [")
    with pytest.raises(
        BadInput, match=r"nothing was stopped or noted .*replies: Inga Holm can switch it off"
    ):
        contain(folder)


def test_evidence_that_is_sealed_is_not_asked_for_again(folder: Path) -> None:
    assert contain(folder).text.endswith(f"next: incident2eval collect {ID} --trace FILE")
    (folder / "incidents" / ID / "evidence").mkdir()
    (folder / "incidents" / ID / "evidence" / "trace.json").write_text(json.dumps(TRACE))
    Project.find(folder).seal(ID, by="Ana")
    assert contain(folder).text.endswith(f"The evidence is sealed. next: incident2eval triage {ID}")
    (folder / "incidents" / ID / "SEALED.json").write_text("{")
    assert contain(folder).exit_code == 0
