"""What is written under cases/ and reports/ names nobody, and judges as before."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from incident2eval.model import BadInput, NotJudged, NotProvable
from incident2eval.pipeline import cases, explain, gate, run
from incident2eval.pipeline.project import INCIDENT, WORKFLOW, set_state
from incident2eval.store import Project
from tests.pipeline.test_gate import Ask


def names(project: Path) -> Iterator[str]:
    """Every name, alias and address of the roster."""
    for row in Project.find(project).customers:
        yield from (*(name for name in row.names if len(name) > 3), *row.contacts)


def written(project: Path, *folders: str) -> str:
    """All text below some folders."""
    files = (path for folder in folders for path in (project / folder).rglob("*") if path.is_file())
    return "\n".join(path.read_text(errors="replace") for path in files if path.suffix != ".pyc")


def test_no_customer_is_named_under_cases_reports_or_in_the_root_cause(faulty: Path, ask: Ask) -> None:
    answer = ask(faulty)

    everything = written(faulty, "cases", "reports") + answer.text + json.dumps(answer.data)
    everything += (faulty / "incidents" / INCIDENT / "root-cause.yaml").read_text()
    assert answer.data["decision"] == "blocked"
    assert not [name for name in names(faulty) if name in everything]


def test_the_fixed_workflow_passes_and_a_leak_of_real_names_is_seen(project: Path, ask: Ask) -> None:
    assert ask(project).data["decision"] == "pass"

    set_state(project, "faulty")

    reasons = "\n".join(ask(project).data["reasons"])
    assert "test_draft_names_no_other_customer" in reasons
    assert "Vantage" not in reasons


def test_a_checkout_without_key_and_evidence_judges_the_same(project: Path, ask: Ask) -> None:
    shutil.rmtree(project / ".incident2eval")
    shutil.rmtree(project / "incidents" / INCIDENT / "evidence")

    assert ask(project).data["decision"] == "pass"
    set_state(project, "faulty")
    answer = ask(project)
    assert answer.data["decision"] == "blocked"
    assert not [name for name in names(project) if name in answer.text]


def test_ids_times_and_figures_stay_as_they_were(project: Path) -> None:
    recorded = json.loads((project / "cases" / INCIDENT / "recorded.json").read_text())
    trace = (project / "incidents" / INCIDENT / "evidence" / "trace.json").read_text()

    for step in recorded["steps"]:
        assert step["id"] in trace
        assert all(record["id"] in trace and record["owner"] in trace for record in step["records"])
    assert "68,250" in recorded["output"]


def test_the_same_case_is_written_with_the_same_key(project: Path) -> None:
    before = written(project, "cases")

    run.run(project=project, incident=INCIDENT)

    assert written(project, "cases") == before


def test_another_key_judges_nothing(project: Path, ask: Ask) -> None:
    (project / ".incident2eval" / "key").write_text("ab" * 32)

    with pytest.raises(BadInput, match="is another key than the one that the pseudonyms under cases/"):
        ask(project)


def test_no_second_key_is_made_where_the_first_is_not_at_hand(project: Path) -> None:
    shutil.rmtree(project / ".incident2eval")

    with pytest.raises(NotJudged, match="made with a key that is not at hand"):
        run.run(project=project, incident=INCIDENT)


def test_without_the_key_a_proof_keeps_the_variants_that_it_had(project: Path) -> None:
    before = Project.find(project).lock().cases
    shutil.rmtree(project / ".incident2eval")

    answer = cases.prove(project=project, incidents=(), reason=None, by=None)

    assert answer.exit_code == 0
    assert "the key of its pseudonyms is not at hand" in " ".join(answer.text.split())
    assert [one.variants for one in Project.find(project).lock().cases] == [one.variants for one in before]


def test_no_redact_is_said_in_the_case_and_in_every_report(project: Path, ask: Ask) -> None:
    shutil.rmtree(project / "cases" / INCIDENT)

    answer = run.run(project=project, incident=INCIDENT, redact=False)

    assert answer.exit_code == 0
    assert yaml.safe_load((project / "cases" / INCIDENT / "case.yaml").read_text())["unredacted"] is True
    assert [name for name in names(project) if name in written(project, "cases")]
    ask(project)
    assert f"not redacted, on request: the runs in cases/{INCIDENT}" in written(project, "reports")


def given_input(project: Path, more: dict[str, object]) -> None:
    """Put more into what the workflow was called with."""
    path = project / "incidents" / INCIDENT / "evidence" / "input.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **more}))
    (project / "incidents" / INCIDENT / "SEALED.json").unlink()
    shutil.rmtree(project / "cases")


def test_a_secret_in_the_input_is_exit_1(project: Path) -> None:
    given_input(project, {"token": "ghp_" + "a1B2" * 9})

    answer = run.run(project=project, incident=INCIDENT)

    assert answer.exit_code == 1
    assert "a secret stands in the input" in answer.data["refused"]
    assert not (project / "cases" / INCIDENT).exists()


def test_personal_data_in_the_input_stays_and_is_listed_with_a_way_out(project: Path) -> None:
    given_input(project, {"ask": "mail to Helen Quillmere, h.quillmere@brindle.co.uk"})

    answer = run.run(project=project, incident=INCIDENT)

    assert answer.exit_code == 0
    (note,) = (note for note in answer.notes if "personal data" in note)
    assert "(email, person)" in note
    assert f"eval-case {INCIDENT} --input FILE" in note


def test_a_synthetic_input_is_proved_and_kept(project: Path, tmp_path: Path) -> None:
    given = tmp_path / "synthetic.json"
    given.write_text(json.dumps({"customer_id": "K-101", "as_of": "2026-11-12", "ask": "mail to nobody"}))
    shutil.rmtree(project / "cases")

    answer = cases.eval_case(project=project, incident=INCIDENT, synthetic=given)
    again = run.run(project=project, incident=INCIDENT)

    assert (answer.exit_code, again.exit_code) == (0, 0)
    case = yaml.safe_load((project / "cases" / INCIDENT / "case.yaml").read_text())
    assert case["input"]["ask"] == "mail to nobody"
    assert case["synthetic"] is True


def test_a_synthetic_input_of_another_customer_is_refused(project: Path, tmp_path: Path) -> None:
    (tmp_path / "given.json").write_text(json.dumps({"customer_id": "K-102", "as_of": "2026-11-12"}))

    with pytest.raises(BadInput, match="speaks of K-102, and the case is about K-101"):
        cases.eval_case(project=project, incident=INCIDENT, synthetic=tmp_path / "given.json")


@pytest.mark.parametrize("content", ["[1]", "{}", "no JSON", '"text"'])
def test_a_synthetic_input_is_an_object(project: Path, tmp_path: Path, content: str) -> None:
    (tmp_path / "given.json").write_text(content)

    with pytest.raises(BadInput):
        cases.eval_case(project=project, incident=INCIDENT, synthetic=tmp_path / "given.json")


def test_root_cause_speaks_to_the_engineer_and_writes_in_pseudonyms(project: Path) -> None:
    answer = explain.root_cause(project=project, incident=INCIDENT, run=None)

    proposal = (project / "incidents" / INCIDENT / "root-cause.yaml").read_text()
    quoted = [name for name in names(project) if name in answer.text]
    assert quoted
    assert not [name for name in quoted if name in proposal]


def test_a_case_that_names_somebody_is_not_judged_without_the_key(project: Path) -> None:
    path = project / "cases" / INCIDENT / "case.yaml"
    path.write_text(path.read_text() + 'named: ["person:0123456789abcdef"]\n')
    cases.prove(project=project, incidents=(), reason="a test", by="a test")
    shutil.rmtree(project / ".incident2eval")

    with pytest.raises(NotJudged, match="the key that tells whom is not at hand"):
        gate.gate(project=project, workflow=WORKFLOW, trials=None, junit=None, report=None)


def test_a_broken_key_is_one_clear_line(project: Path) -> None:
    (project / ".incident2eval" / "key").write_text("not a key")

    with pytest.raises(BadInput, match="is no key: 64 hexadecimal digits"):
        run.run(project=project, incident=INCIDENT)


def test_the_key_is_the_owners_alone_and_ignored_by_git(project: Path) -> None:
    key = project / ".incident2eval" / "key"

    assert key.stat().st_mode & 0o777 == 0o600
    assert (key.parent / ".gitignore").read_text().splitlines()[-1] == "*"


def test_an_edited_case_is_not_written_over(project: Path) -> None:
    path = project / "cases" / INCIDENT / "case.yaml"
    path.write_text(path.read_text() + "# mine\n")

    with pytest.raises(NotProvable):
        cases.eval_case(project=project, incident=INCIDENT)
