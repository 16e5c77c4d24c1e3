"""`restart` against somebody who writes into the files: a line in a log is nobody's word."""

import shutil
from pathlib import Path

import pytest
from pipeline import restarts
from pipeline.restarts import OWNER, Firm
from pipeline.signatures import MAX

from incident2eval.model import Event
from incident2eval.pipeline._approvals import deployed_digest
from incident2eval.pipeline.project import INCIDENT, WORKFLOW
from incident2eval.store import sha256


@pytest.fixture(scope="module")
def readied(proved: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a firm for which everything of level 2 is done, once; to be copied."""
    folder = tmp_path_factory.mktemp("hostile")
    restarts.ready(restarts.firm(proved, folder, 2), 2)
    return folder


@pytest.fixture
def firm(readied: Path, tmp_path: Path) -> Firm:
    folder = Path(shutil.copytree(readied, tmp_path / "firm"))
    return Firm(folder / "demo", folder / "keys")


def _without_a_word(firm: Firm) -> None:
    for path in (firm.root / "approvals").glob("*"):
        path.unlink()


def test_one_person_alone_brings_in_nobody(firm: Firm) -> None:
    with (firm.root / "incident2eval.toml").open("a") as settings:
        settings.write(MAX.settings())
    firm.commit()
    assert firm.gate().exit_code == 0
    firm.sign(OWNER, "workflow_owner")
    answer = firm.restart()
    assert answer.data["decision"] == "blocked"
    assert "1 of 2 people of before signed for it" in str(answer.data["reasons"])


def test_a_written_restart_settles_nothing_with_one_signature_of_two(firm: Firm) -> None:
    for path in sorted((firm.root / "approvals").glob("*"))[1:]:
        path.unlink()
    digest = sha256(firm.report.read_bytes())
    firm.write(event=Event.RESTARTED, by="Mallory", reason="approved", digest=digest)
    assert firm.restart().data["decision"] == "blocked"


def test_a_written_override_settles_nothing_by_one_word(firm: Firm) -> None:
    _without_a_word(firm)
    firm.override(OWNER, hours=1)
    digest = deployed_digest(firm.home, WORKFLOW)
    firm.write(event=Event.RESTARTED, kind="override", by="Mallory", reason="approved", digest=digest)
    assert firm.restart().data["decision"] == "blocked"


def test_an_incident_that_was_taken_away_clears_nothing(firm: Firm) -> None:
    shutil.rmtree(firm.root / "incidents" / INCIDENT)
    answer = firm.restart()
    assert (answer.exit_code, answer.data["decision"]) == (1, "blocked")


def test_a_signed_report_that_git_held_and_that_is_gone_is_told(firm: Firm) -> None:
    firm.commit()
    envelope = firm.report.with_suffix(".dsse.json")
    envelope.unlink()
    assert "git holds it, and it is gone" in str(firm.restart().data["reasons"])


def test_a_settled_restart_stays_cleared(firm: Firm) -> None:
    assert firm.restart().data["decision"] == "cleared"
    again = firm.restart()
    assert (again.exit_code, again.data["new"]) == (0, False)
