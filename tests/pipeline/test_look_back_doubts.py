"""`look-back` where somebody might take for clean what was never looked at."""

import json
from pathlib import Path

import pytest
from pipeline.past_runs import archive, asked, faulty, good, logged, runs

from incident2eval.cli import main
from incident2eval.pipeline.project import INCIDENT, WORKFLOW

# --- the incident's own run ---


@pytest.mark.requirement("R113")
def test_runs_from_before_the_time_asked_about_are_no_complete_look_back(project: Path) -> None:
    own = json.loads((project / "cases" / INCIDENT / "recorded.json").read_text())
    path = archive(project, own, good(project, "old", started="2026-01-05T08:00:00Z"))

    answer = asked(project, path)

    assert (answer.exit_code, answer.data["checked"]) == (3, 1)
    assert answer.data["coverage"]["gap"] == "no judged run is from the time asked about"  # type: ignore[index]
    assert "NOT COMPLETE: no judged run is known to be from the time asked about" in answer.text
    assert logged(project)[0]["state"] == "incomplete"


def test_runs_that_do_not_say_when_they_were_are_no_complete_look_back(project: Path) -> None:
    answer = asked(project, archive(project, good(project, "a", started=None)))

    assert (answer.exit_code, logged(project)[0]["state"]) == (3, "incomplete")


def test_the_incidents_own_run_covers_nothing(project: Path) -> None:
    answer = asked(project, archive(project, good(project, "a", 1), good(project, "b", 2)))

    coverage = answer.data["coverage"]
    assert (answer.exit_code, coverage["to"]) == (0, "2026-11-02T08:00:00Z")  # type: ignore[index]
    assert "no run after 2026-11-02, up to 2026-11-12" in coverage["gap"]  # type: ignore[index]


def test_an_id_that_was_given_twice_hides_no_run(project: Path) -> None:
    own = json.loads((project / "cases" / INCIDENT / "recorded.json").read_text())
    other = faulty(project, own["id"], 3, input={"note": "another"}, steps=own["steps"])
    later = faulty(project, own["id"], 4)  # the same content: its time was written down wrongly

    answer = asked(project, archive(project, own, other, later, good(project, "a")))

    assert runs(answer) == [own["id"]]
    assert answer.data["passed_over"]["own"] == 2  # type: ignore[index]


# --- whose workflow ---


@pytest.mark.parametrize("change", [str.upper, lambda name: name.replace("-", "_"), lambda name: f"{name} "])
def test_a_workflow_written_otherwise_is_ours(project: Path, change: object) -> None:
    assert callable(change)
    assert change(WORKFLOW) != WORKFLOW
    path = archive(
        project,
        faulty(project, "b", workflow=change(WORKFLOW)),
        good(project, "x", workflow=f"{WORKFLOW}-2"),
    )

    answer = asked(project, path)

    assert (answer.data["checked"], runs(answer)) == (1, ["b"])


def test_a_workflow_of_the_settings_is_not_ours_however_alike_it_is_called(project: Path) -> None:
    settings = project / "incident2eval.toml"
    text = settings.read_text()
    alike = WORKFLOW.upper()
    settings.write_text(f'{text}\n[workflows.{alike}]\ntarget = "flows:other"\n')
    path = archive(project, good(project, "a"), faulty(project, "b", workflow=alike))

    answer = asked(project, path)

    assert (answer.data["checked"], runs(answer)) == (1, [])


# --- hidden files ---


def test_hidden_files_of_a_folder_are_named_as_unread(project: Path) -> None:
    folder = project / "more"
    (folder / ".old").mkdir(parents=True)
    archive(project, good(project, "a"), name="more/a.jsonl")
    for name in (".b.jsonl", ".old/c.jsonl", ".DS_Store", ".gitkeep", ".gitignore"):
        archive(project, faulty(project, "b"), name=f"more/{name}")

    answer = asked(project, folder)

    assert answer.exit_code == 3
    assert [Path(fault["file"]).name for fault in answer.data["unreadable"]] == [".b.jsonl", ".old"]  # type: ignore[attr-defined]
    assert "NOT COMPLETE: 2 things could not be read" in answer.text


def test_hidden_files_that_the_settings_pass_over_are_named_too(project: Path) -> None:
    [*kept] = (project / "archive").iterdir()
    hidden = project / "archive" / f".{kept[0].name}"
    hidden.write_bytes(kept[0].read_bytes())
    (project / "archive" / ".DS_Store").touch()

    answer = asked(project)

    assert answer.exit_code == 3
    assert [fault["file"] for fault in answer.data["unreadable"]] == [f"archive/{hidden.name}"]  # type: ignore[attr-defined]


# --- a person's word on what is missing ---


def test_a_gap_is_accepted_by_name_and_logged_once(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["look-back", INCIDENT, "--gap", "traces were kept from November on", "--project", str(project)]

    assert [main([*words, "--by", "Ruth Calloway"]) for _ in range(2)] == [0, 0]

    [line] = logged(project)
    assert (line["state"], line["by"], line["reason"]) == (
        "accepted",
        "Ruth Calloway",
        "traces were kept from November on",
    )
    assert "Ruth Calloway says why past runs are not judged further" in capsys.readouterr().out


@pytest.mark.parametrize("more", [(), ("--by", "Ruth Calloway", "--fail-on-hits")])
def test_a_gap_is_accepted_with_a_name_and_nothing_else(
    project: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...]
) -> None:
    assert main(["look-back", INCIDENT, "--gap", "none kept", "--project", str(project), *more]) == 2
    assert "--gap goes with --by" in capsys.readouterr().err
    assert logged(project) == []


def test_a_gap_needs_a_reason(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = main(["look-back", INCIDENT, "--gap", " - ", "--by", "Ruth Calloway", "--project", str(project)])

    assert (said, "says no reason" in capsys.readouterr().err) == (2, True)
    assert logged(project) == []
