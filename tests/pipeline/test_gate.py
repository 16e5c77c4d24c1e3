"""The gate end to end, on the demo's workflow."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest

from incident2eval.model import BadInput, NotJudged
from incident2eval.pipeline import cases, gate, replay, run
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline.project import INCIDENT, WORKFLOW, set_state
from incident2eval.store import sha256

Ask = Callable[[Path], Answer]


def settings(folder: Path, old: str, new: str) -> None:
    path = folder / "incident2eval.toml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def test_the_faulty_workflow_is_blocked_in_words_that_name_the_record_and_no_customer(
    faulty: Path, ask: Ask
) -> None:
    answer = ask(faulty)

    assert (answer.data["decision"], answer.exit_code) == ("blocked", 1)
    assert "fetched N-2111, which 'K-102' owns, for 'K-101'" in " ".join(answer.text.split())
    assert "Eastfield" not in answer.text


def test_the_mended_workflow_passes(project: Path, ask: Ask) -> None:
    answer = ask(project)

    assert (answer.data["decision"], answer.exit_code) == ("pass", 0)
    assert answer.data["counts"]["passed"] == answer.data["counts"]["expected"] > 0
    assert answer.data["commit"] is None


def test_what_judges_the_workflow_is_not_laid_out_while_it_runs(
    project: Path, ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    seen = []

    def calling(*args: object, **options: object) -> object:
        results = replay.replay_all(*args, **options)
        seen.append(list(temporary.glob("incident2eval-*")))
        return results

    monkeypatch.setattr(gate, "replay_all", calling)

    assert ask(project).data["decision"] == "pass"
    assert seen == [[]]


def test_a_prompt_that_forbids_names_is_no_mend(project: Path, ask: Ask) -> None:
    set_state(project, "prompt_only")

    assert ask(project).data["decision"] == "blocked"


def test_the_report_lies_in_four_forms_and_the_digest_is_of_the_json(project: Path, ask: Ask) -> None:
    answer = ask(project)

    path = project / answer.data["report"]
    assert {path.with_suffix(form).is_file() for form in (".json", ".xml", ".md", ".html")} == {True}
    assert sha256(path.read_bytes()) == answer.data["digest"]
    assert json.loads(path.read_bytes())["decision"] == "pass"
    assert ET.parse(path.with_suffix(".xml")).getroot().get("failures", "0") == "0"


def test_copies_go_where_the_caller_wants_them(project: Path, tmp_path: Path) -> None:
    gate.gate(
        project=project, workflow=WORKFLOW, trials=None, junit=tmp_path / "j.xml", report=tmp_path / "r.md"
    )

    assert ET.parse(tmp_path / "j.xml").getroot() is not None
    assert WORKFLOW in (tmp_path / "r.md").read_text()


def test_a_copy_with_an_unknown_ending_is_refused(project: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="ending"):
        gate.gate(project=project, workflow=WORKFLOW, trials=None, junit=None, report=tmp_path / "r.pdf")

    assert not list(tmp_path.glob("r.*"))


@pytest.mark.requirement("R119")
def test_trials_are_raised_and_never_lowered(project: Path) -> None:
    def trials(asked: int) -> set[int]:
        answer = gate.gate(project=project, workflow=WORKFLOW, trials=asked, junit=None, report=None)
        return {case["trials"] for case in answer.data["cases"]}

    assert trials(7) == {7}
    assert trials(1) == {5}


def test_a_workflow_without_cases_is_blocked(project: Path) -> None:
    settings(
        project,
        "[workflows.monthly-summary]",
        '[workflows.other]\ntarget = "python:nothing:here"\n\n[workflows.monthly-summary]',
    )
    answer = gate.gate(project=project, workflow="other", trials=None, junit=None, report=None)

    assert answer.data["decision"] == "blocked"
    assert "no case is locked" in answer.data["reasons"][0]


def test_an_unknown_workflow_is_bad_input(project: Path) -> None:
    with pytest.raises(BadInput, match="monthly-summary"):
        gate.gate(project=project, workflow="monthly", trials=None, junit=None, report=None)


@pytest.mark.requirement("R116")
def test_an_incident_without_a_case_blocks(project: Path, ask: Ask) -> None:
    other = project / "incidents" / "INC-2026-0143"
    other.mkdir()
    text = (project / "incidents" / INCIDENT / "incident.yaml").read_text().replace(INCIDENT, other.name)
    (other / "incident.yaml").write_text(text.split("evidence:")[0])

    answer = ask(project)

    assert answer.data["decision"] == "blocked"
    assert any("INC-2026-0143" in reason and "no locked case" in reason for reason in answer.data["reasons"])


def test_a_case_folder_that_nobody_proved_blocks(project: Path, ask: Ask) -> None:
    other = project / "cases" / "INC-2026-0143"
    other.mkdir()
    for path in (project / "cases" / INCIDENT).iterdir():
        if path.is_file():
            (other / path.name).write_bytes(path.read_bytes())

    answer = ask(project)

    assert answer.data["decision"] == "blocked"
    assert any("cases/INC-2026-0143" in reason for reason in answer.data["reasons"])


@pytest.mark.parametrize("name", ["case.yaml", "recorded.json", "corrected.json"])
@pytest.mark.parametrize("what", ["edit", "delete"])
def test_any_change_of_a_case_is_noticed(project: Path, ask: Ask, name: str, what: str) -> None:
    path = project / "cases" / INCIDENT / name
    if what == "edit":
        path.write_bytes(path.read_bytes() + b"\n")
    else:
        path.unlink()

    answer = ask(project)

    assert answer.data["decision"] == "blocked"
    assert answer.data["counts"]["edited"] == answer.data["counts"]["expected"]
    assert name in " ".join(answer.data["reasons"])


def test_a_deleted_lock_leaves_nothing_that_was_proved(project: Path, ask: Ask) -> None:
    (project / "cases" / "cases.lock").unlink()

    assert ask(project).data["decision"] == "blocked"


@pytest.mark.parametrize(
    ("body", "decision", "code"),
    [
        ("return ''", "blocked", 1),
        ("return {'output': '', 'steps': []}", "blocked", 1),
        ("return {}", "blocked", 1),
        ("return None", "blocked", 1),
        ("return 'I am sorry, I cannot help with that.'", "blocked", 1),
        ("return {'output': 'All quiet this month.', 'steps': []}", "blocked", 1),
        ("raise ConnectionError('the index is down')", "error", 3),
        ("import os; os._exit(0)", "error", 3),
        ("return object()", "error", 3),
    ],
)
def test_a_workflow_that_says_nothing_never_passes(
    project: Path, ask: Ask, body: str, decision: str, code: int
) -> None:
    (project / "silent.py").write_text(f"def draft(input):\n    {body}\n")
    settings(project, "python:summaries:draft", "python:silent:draft")

    answer = ask(project)

    assert (answer.data["decision"], answer.exit_code) == (decision, code)


def test_a_workflow_that_hangs_is_killed_and_not_judged(project: Path, ask: Ask) -> None:
    (project / "silent.py").write_text("def draft(input):\n    while True: pass\n")
    settings(project, "python:summaries:draft", "python:silent:draft")
    settings(project, "timeout = 10", "timeout = 0.2")

    answer = ask(project)

    assert (answer.data["decision"], answer.exit_code) == ("error", 3)
    assert answer.data["counts"]["timeout"] == answer.data["counts"]["expected"]


@pytest.mark.requirement("R140")
def test_a_case_that_fails_now_and_then_is_flaky(project: Path, ask: Ask) -> None:
    (project / "moody.py").write_text(
        "import json, pathlib, summaries\n"
        "def draft(input):\n"
        "    here = pathlib.Path(__file__).parent\n"
        "    count = here / 'count'\n"
        "    n = len(count.read_text()) if count.exists() else 0\n"
        "    count.write_text('x' * (n + 1))\n"
        "    run = summaries.draft(input)\n"
        "    if n == 3:\n"
        "        run['steps'][0]['records'].append({'id': 'N-9', 'owner': 'K-102', 'text': 'x'})\n"
        "        run['output'] += ' Eastfield Freight sends its regards.'\n"
        "    return run\n"
    )
    settings(project, "python:summaries:draft", "python:moody:draft")

    answer = ask(project)

    assert answer.data["decision"] == "blocked"
    assert answer.data["counts"]["flaky"] > 0
    assert "in 1 of 5 trials" in " ".join(answer.data["reasons"])


def test_a_paused_workflow_is_not_called_unless_a_replay_is_safe(project: Path, ask: Ask) -> None:
    log = project / "incidents" / INCIDENT / "log.jsonl"
    log.write_text(
        '{"event": "contained", "at": "2026-11-12T09:00:00Z", "by": "Mara", "workflow": "monthly-summary"}\n'
    )
    answer = ask(project)
    assert answer.data["decision"] == "pass"
    assert answer.text.endswith("\nnext: incident2eval restart monthly-summary")

    settings(project, "replay_safe = true", "replay_safe = false")
    with pytest.raises(NotJudged, match="paused"):
        ask(project)


def test_run_again_changes_nothing(project: Path) -> None:
    before = {
        path: path.read_bytes() for path in project.rglob("*") if path.is_file() and "cases" in path.parts
    }

    run.run(project=project, incident=INCIDENT)

    after = {
        path: path.read_bytes() for path in project.rglob("*") if path.is_file() and "cases" in path.parts
    }
    assert {
        p for p in {*before, *after} if before.get(p) != after.get(p) and "__pycache__" not in p.parts
    } == set()


def test_an_edited_case_is_never_written_over(project: Path) -> None:
    path = project / "cases" / INCIDENT / "case.yaml"
    path.write_text(path.read_text() + "# mine\n")

    answer = run.run(project=project, incident=INCIDENT)

    assert answer.exit_code == 1
    assert path.read_text().endswith("# mine\n")
    assert "case.yaml changed" in answer.data["refused"]


def test_prove_accepts_an_edit_with_a_reason_and_the_gate_then_takes_it(project: Path, ask: Ask) -> None:
    path = project / "cases" / INCIDENT / "case.yaml"
    path.write_text(path.read_text() + "# mine\n")

    assert cases.prove(project=project, incidents=(), reason=None, by=None).exit_code == 1
    assert ask(project).data["decision"] == "blocked"
    assert cases.prove(project=project, incidents=(), reason="a note", by="Mara").exit_code == 0
    assert ask(project).data["decision"] == "pass"


def test_an_accepted_edit_is_never_written_over_either(project: Path) -> None:
    path = project / "cases" / INCIDENT / "case.yaml"
    path.write_text(path.read_text() + "# mine\n")
    cases.prove(project=project, incidents=(), reason="a note", by="Mara")

    answer = run.run(project=project, incident=INCIDENT)

    assert answer.exit_code == 1
    assert "by Mara: a note" in answer.data["refused"]
    assert path.read_text().endswith("# mine\n")


def test_an_incident_that_misspells_its_workflow_does_not_slip_through(project: Path, ask: Ask) -> None:
    other = project / "incidents" / "INC-2026-0143"
    other.mkdir()
    text = (project / "incidents" / INCIDENT / "incident.yaml").read_text().replace(INCIDENT, other.name)
    text = text.replace("monthly-summary", "montly-summary")
    (other / "incident.yaml").write_text(text.split("evidence:")[0])

    answer = ask(project)

    assert answer.data["decision"] == "blocked"
    assert "unknown workflow 'montly-summary': is it 'monthly-summary'?" in " ".join(answer.data["reasons"])


def test_misspelt_settings_are_said(project: Path, ask: Ask) -> None:
    settings(project, "approved_tools", "aproved_tools")

    answer = ask(project)

    assert "has no effect (did you mean approved_tools?)" in " ".join(answer.notes)
    report = json.loads((project / answer.data["report"]).read_bytes())
    assert any("aproved_tools" in note for note in report["notes"])


def test_a_line_of_a_log_that_was_cut_short_is_said(project: Path, ask: Ask) -> None:
    (project / "incidents" / INCIDENT / "log.jsonl").write_text('{"at": "2026-')

    answer = ask(project)

    report = json.loads((project / answer.data["report"]).read_bytes())
    assert any(f"incidents/{INCIDENT}/log.jsonl:1: was cut short" in note for note in report["notes"])
    assert "next:" not in answer.text


def test_prove_refuses_a_blind_case(project: Path) -> None:
    recorded, corrected = (
        project / "cases" / INCIDENT / name for name in ("recorded.json", "corrected.json")
    )
    recorded.write_bytes(corrected.read_bytes())

    answer = cases.prove(project=project, incidents=(INCIDENT,), reason="trust me", by=None)

    assert answer.exit_code == 1
    assert "blind" in " ".join(answer.data["faults"])


def test_a_report_is_not_written_over_a_file_of_the_project(project: Path) -> None:
    with pytest.raises(BadInput, match="is a file of the project, and no report"):
        gate.gate(
            project=project, workflow=WORKFLOW, trials=None, junit=project / "customers.csv", report=None
        )
