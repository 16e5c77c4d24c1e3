"""`restart` at the highest level, from the stop to CLEARED, on two machines.

A machine is what the environment of its CI run says of it: here two job addresses stand for two machines.
"""

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import pytest
from pipeline import restarts
from pipeline.restarts import LEGAL, Firm

from incident2eval.model import Event
from incident2eval.pipeline import gate, sign_off
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._word import now
from incident2eval.pipeline.gating import gate_report
from incident2eval.pipeline.project import WORKFLOW, set_state

SAID = {"safe": "Every case passed five of five", "throttle": "one account in ten at first"}
HOURS = 5
"""More than a report may be old at level 4."""


class _Earlier(datetime):
    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) - timedelta(hours=HOURS)


@pytest.fixture(scope="module")
def stopped(proved: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A firm of level 4 that is stopped and was looked back over; to be copied."""
    folder = tmp_path_factory.mktemp("severe")
    made = restarts.firm(proved, folder, 4)
    made.stop()
    made.look_back()
    return folder


@pytest.fixture
def firm(stopped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Firm:
    monkeypatch.delenv("GITHUB_RUN_ID", raising=False)
    folder = Path(shutil.copytree(stopped, tmp_path / "firm"))
    return Firm(folder / "demo", folder / "keys")


@pytest.fixture
def on(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Run the gate on a machine and have its report signed; where it lies."""

    def run(job: str, *signers: tuple[restarts.Person, str], earlier: bool = False) -> Path:
        with monkeypatch.context() as there:
            there.setenv("CI_JOB_URL", f"https://ci.example.org/jobs/{job}")
            if earlier:
                there.setattr(gate, "datetime", _Earlier)
                there.setattr(gate_report, "datetime", _Earlier)
                there.setattr(sign_off, "now", lambda: now() - timedelta(hours=HOURS))
            assert firm.gate().exit_code == 0
            for person, role in signers:
                answer = firm.sign(person, role)
                assert answer.exit_code == 0, answer.text
            return firm.report

    return run


def missing(answer: Answer) -> set[str]:
    assert (answer.exit_code, answer.data["decision"]) == (1, "blocked")
    return {one["name"] for one in answer.data["demands"] if not one["met"]}


@pytest.mark.requirement("R137")
@pytest.mark.requirement("R138")
def test_two_machines_and_all_signatures_clear_it(firm: Firm, on: Callable[..., Path]) -> None:
    """What the first one wrote is committed before the second runs: records are no other version."""
    on("1", *restarts.SIGNERS[4])
    assert missing(firm.restart(**SAID)) == {"a second machine"}
    firm.commit()
    on("2", (LEGAL, "legal"))

    answer = firm.restart(**SAID)

    assert answer.exit_code == 0, answer.text
    assert (answer.data["decision"], answer.data["severity"]) == ("cleared", 4)
    signed = {(word["name"], word["role"]) for word in answer.data["approvals"]}
    assert signed == {(person.name, role) for person, role in restarts.SIGNERS[4]}
    assert "jobs/1" in answer.text
    assert "jobs/2" in answer.text
    assert firm.home.paused(WORKFLOW) is None


def test_the_same_machine_twice_is_one(firm: Firm, on: Callable[..., Path]) -> None:
    on("1", *restarts.SIGNERS[4])
    on("1", (LEGAL, "legal"))
    assert missing(firm.restart(**SAID)) == {"a second machine"}


def test_a_second_report_that_nobody_signed_is_none(firm: Firm, on: Callable[..., Path]) -> None:
    on("1", *restarts.SIGNERS[4])
    on("2")
    assert missing(firm.restart(**SAID)) == {"a second machine"}


def test_the_second_report_may_not_be_too_old(firm: Firm, on: Callable[..., Path]) -> None:
    on("2", (LEGAL, "legal"), earlier=True)
    on("1", *restarts.SIGNERS[4])
    assert missing(firm.restart(**SAID)) == {"a second machine"}


def test_nor_may_the_first_be(firm: Firm, on: Callable[..., Path]) -> None:
    first = on("1", *restarts.SIGNERS[4], earlier=True)
    on("2", (LEGAL, "legal"))
    assert missing(firm.restart(first, **SAID)) == {"pass report", "a second machine"}
    assert "signatures" in missing(firm.restart(**SAID))


def test_the_second_report_may_not_be_contradicted_since(firm: Firm, on: Callable[..., Path]) -> None:
    on("2", (LEGAL, "legal"))
    set_state(firm.root, "faulty")
    assert firm.gate().exit_code == 1
    set_state(firm.root, "fixed")
    on("1", *restarts.SIGNERS[4])
    assert missing(firm.restart(**SAID)) == {"a second machine"}


def test_neither_may_speak_of_another_version(firm: Firm, on: Callable[..., Path]) -> None:
    on("1", *restarts.SIGNERS[4])
    on("2", (LEGAL, "legal"))
    prompt = firm.root / "prompts" / "summary.txt"
    prompt.write_text(prompt.read_text() + "\nBe kind.\n")
    firm.commit()
    assert {"pass report", "a second machine"} <= missing(firm.restart(**SAID))


def test_a_written_restart_clears_no_related_workflow(firm: Firm, on: Callable[..., Path]) -> None:
    """It was stopped for the incident, and only a line in the log says that it runs again."""
    with (firm.root / "incident2eval.toml").open("a") as settings:
        settings.write('\n[workflows.letters]\ntarget = "python:letters:draft"\nshares = ["crm-notes"]\n')
    firm.commit()
    firm.write(event=Event.CONTAINED, by="Mallory", workflow="letters", action="workflow_disabled")
    on("1", *restarts.SIGNERS[4])
    assert "related workflows" not in missing(firm.restart(**SAID))
    firm.write(event=Event.RESTARTED, by="Mallory", workflow="letters", reason="approved", digest="0" * 64)
    assert firm.home.paused("letters") is None
    assert "related workflows" in missing(firm.restart(**SAID))
