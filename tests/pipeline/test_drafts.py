"""Nothing provable: a draft that says what would help and keeps the gate shut until a person finishes it."""

import shutil
from pathlib import Path

import pytest
import yaml

from incident2eval.evalcase import proofread, write_draft
from incident2eval.model import NotProvable
from incident2eval.pipeline import cases, run
from incident2eval.pipeline.project import INCIDENT
from tests.pipeline.test_gate import Ask

TEST = f"test_{INCIDENT.lower().replace('-', '_')}.py"


@pytest.fixture
def harmless(project: Path) -> Path:
    """The demo with a trace that shows no failure, and no case yet."""
    evidence = project / "incidents" / INCIDENT / "evidence"
    shutil.copy(evidence / "trace_after_fix.json", evidence / "trace.json")
    (project / "incidents" / INCIDENT / "SEALED.json").unlink()
    shutil.rmtree(project / "cases" / INCIDENT)
    (project / "cases" / "cases.lock").unlink()
    return project


def test_nothing_provable_is_exit_1_with_a_draft_and_what_would_help(harmless: Path) -> None:
    answer = run.run(project=harmless, incident=INCIDENT)

    assert answer.exit_code == 1
    assert answer.data["cases"] == []
    (draft,) = answer.data["drafts"]
    assert draft["path"] == f"cases/{INCIDENT}/{TEST}"
    assert "What would help: " in draft["because"]
    assert (harmless / draft["path"]).read_bytes() == write_draft(INCIDENT)
    case = yaml.safe_load((harmless / "cases" / INCIDENT / "case.yaml").read_text())
    assert case["draft"] is True
    assert any(note.startswith("what would help: ") for note in case["notes"])


def test_a_draft_blocks_the_gate(harmless: Path, ask: Ask) -> None:
    run.run(project=harmless, incident=INCIDENT)

    answer = ask(harmless)

    assert (answer.data["decision"], answer.exit_code) == ("blocked", 1)
    assert any("is a draft" in reason for reason in answer.data["reasons"])


def test_a_draft_as_it_stands_cannot_be_proved(harmless: Path) -> None:
    run.run(project=harmless, incident=INCIDENT)

    answer = cases.prove(project=harmless, incidents=(), reason="looks fine", by="somebody")

    assert answer.exit_code == 1
    assert proofread(write_draft(INCIDENT))
    assert any("is a draft" in fault for fault in answer.data["faults"])


def test_a_draft_is_written_again_until_somebody_works_on_it(harmless: Path) -> None:
    run.run(project=harmless, incident=INCIDENT)
    run.run(project=harmless, incident=INCIDENT)
    path = harmless / "cases" / INCIDENT / TEST
    path.write_text(path.read_text().replace("run = replay()", "run = replay()  # Ana is at it"))

    with pytest.raises(NotProvable) as refused:
        cases.eval_case(project=harmless, incident=INCIDENT, probe=False)

    assert "Ana is at it" in path.read_text()
    assert "+    run = replay()  # Ana is at it" in str(refused.value.hint)


def test_a_finished_draft_is_proved_and_opens_the_gate(harmless: Path, ask: Ask, proved: Path) -> None:
    run.run(project=harmless, incident=INCIDENT)
    folder = harmless / "cases" / INCIDENT
    shutil.copy(proved / "cases" / INCIDENT / "recorded.json", folder)
    case = yaml.safe_load((folder / "case.yaml").read_text())
    del case["draft"]
    (folder / "case.yaml").write_text(yaml.safe_dump(case))
    (folder / TEST).write_text(
        f'''"""{INCIDENT}: finished by hand."""

import pytest

from incident2eval.checks import foreign_records

pytestmark = pytest.mark.incident("{INCIDENT}")


def test_only_own_records_are_read(replay, case, customers):
    strays = foreign_records(replay(), customer=case.customer_id, customers=customers)

    assert not strays, f"read what belongs to others:\\n{{strays}}"
'''
    )

    answer = cases.prove(project=harmless, incidents=(), reason="finished it", by="Ana")

    assert answer.exit_code == 0, answer.text
    assert ask(harmless).data["decision"] == "pass"
