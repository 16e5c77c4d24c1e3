"""What people sign, from the command to the gate and its report: a weaker case, no case, a broken one."""

import base64
import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import pytest
from pipeline import signatures
from pipeline.signatures import ANA, LEE, Person

from incident2eval.model import BadInput, Matter
from incident2eval.pipeline import approve as approving
from incident2eval.pipeline import gate as gating
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._word import now
from incident2eval.pipeline.approve import Wish
from incident2eval.pipeline.cases import prove
from incident2eval.pipeline.check import check
from incident2eval.pipeline.gate import gate
from incident2eval.pipeline.gating.case_digests import case_digests
from incident2eval.pipeline.project import INCIDENT, WORKFLOW, set_state
from incident2eval.pipeline.sign_off import sign_off
from incident2eval.store import Project

OTHER = "INC-2026-0143"
SCOPE = "test_reads_and_writes_stay_within_this_customer"


@pytest.fixture(scope="session")
def signed_once(proved: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo in git, mended, with a pass that two people signed."""
    folder = tmp_path_factory.mktemp("signed") / "demo"
    shutil.copytree(proved, folder)
    set_state(folder, "fixed")
    signatures.with_approvers(folder, ANA, LEE)
    git(folder, "init", "-q")
    commit(folder)
    passed = ask(folder)
    assert passed.exit_code == 0, passed.text
    for person in (ANA, LEE):
        who, _ = signatures.signatory(folder.parent, person)
        signed = sign_off(
            project=folder, workflow=WORKFLOW, report=folder / str(passed.data["report"]), who=who
        )
        assert signed.exit_code == 0, signed.text
    commit(folder)
    return folder


@pytest.fixture
def firm(signed_once: Path, tmp_path: Path) -> Path:
    """A copy of one's own."""
    return Path(shutil.copytree(signed_once, tmp_path / "demo"))


@pytest.fixture
def approves(firm: Path, tmp_path: Path) -> Callable[..., Answer]:
    """Somebody signs something with the command."""

    def sign(
        matter: Matter,
        subject: str,
        *,
        reason: str = "looked at it",
        until: datetime | None = None,
        person: Person = ANA,
    ) -> Answer:
        who, _ = signatures.signatory(tmp_path, person)
        wish = Wish(matter=matter, subject=subject, reason=reason, until=until)
        return approving.approve(project=firm, wish=wish, who=who)

    return sign


def test_a_case_that_is_taken_out_and_proved_needs_a_name(
    firm: Path, approves: Callable[..., Answer]
) -> None:
    gone = f"{INCIDENT}::{SCOPE}"
    take_out(firm, SCOPE)
    assert prove(project=firm, incidents=(INCIDENT,), reason="it is too strict", by="Kit").exit_code == 0
    commit(firm)

    blocked = ask(firm)
    assert blocked.data["decision"] == "blocked"
    assert any(gone in reason for reason in blocked.data["reasons"])

    approves(Matter.CHANGED_CASE, gone)
    passed = ask(firm)
    assert passed.data["decision"] == "pass", passed.text
    assert approvals_in(firm, passed) == [("changed_case", gone, ANA.name)]


def test_a_weaker_case_needs_a_name_for_what_it_is_now(firm: Path, approves: Callable[..., Answer]) -> None:
    edit(firm / "cases" / INCIDENT / "case.yaml", "trials: 5", "trials: 1")
    weaker = prove(project=firm, incidents=(INCIDENT,), reason="five take too long", by="Kit")
    assert weaker.exit_code == 0, weaker.text

    named = sorted(case_digests(Project(root=firm), INCIDENT))
    blocked = ask(firm)
    assert all(any(case in reason for reason in blocked.data["reasons"]) for case in named)

    for case in named:
        approves(Matter.CHANGED_CASE, case, person=LEE)
    passed = ask(firm)
    assert passed.data["decision"] == "pass", passed.text
    assert sorted(approvals_in(firm, passed)) == [("changed_case", case, LEE.name) for case in named]


def test_a_case_whose_incident_and_folder_are_gone_can_still_be_signed_for(
    firm: Path, approves: Callable[..., Answer]
) -> None:
    other_workflow(firm)
    named = sorted(case_digests(Project(root=firm), INCIDENT))
    shutil.rmtree(firm / "incidents" / INCIDENT)
    answer = approves(Matter.QUARANTINE, named[0], until=now() + timedelta(days=1))
    assert (firm / str(answer.data["file"])).is_file()

    shutil.rmtree(firm / "cases")
    for case in named:
        assert approves(Matter.CHANGED_CASE, case).data["digest"] == "gone"
    assert "gone" not in " ".join(ask(firm).data["reasons"])
    with pytest.raises(BadInput, match="nothing tells which workflow"):
        approves(Matter.CHANGED_CASE, "INC-2026-0999::test_scope")


@pytest.mark.requirement("R116")
def test_an_incident_without_a_case_needs_a_name(firm: Path, approves: Callable[..., Answer]) -> None:
    without_case(firm)
    complaint = f"{OTHER}: no locked case"
    assert any(OTHER in reason for reason in ask(firm).data["reasons"])
    assert any(line.startswith(complaint) for line in missing(firm))

    approves(Matter.NO_CASE, OTHER, reason="no workflow was involved")
    passed = ask(firm)
    assert passed.data["decision"] == "pass", passed.text
    assert approvals_in(firm, passed) == [("no_case", OTHER, ANA.name)]
    assert not any(line.startswith(complaint) for line in missing(firm))


def test_a_quarantine_holds_until_it_ends(
    firm: Path, approves: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_state(firm, "prompt_only")
    failing = sorted(one["id"] for one in ask(firm).data["cases"] if one["outcome"] == "failed")
    assert len(failing) == 2
    until = now() + timedelta(days=1)
    for case in failing:
        approves(Matter.QUARANTINE, case, until=until)

    passed = ask(firm)
    assert passed.data["decision"] == "pass", passed.text
    assert sorted(approvals_in(firm, passed)) == [("quarantine", case, ANA.name) for case in failing]
    listed = look(firm)
    assert [(one["case"], one["by"], one["over"]) for one in listed.data["quarantines"]] == [
        (case, ANA.name, False) for case in failing
    ]
    assert " ".join(listed.text.split()).count("is in quarantine: Ana Pereira (workflow_owner)") == 2

    later = until + timedelta(minutes=1)
    assert {one["over"] for one in look(firm, at=later).data["quarantines"]} == {True}
    monkeypatch.setattr(gating, "datetime", clock_at(later))
    blocked = ask(firm)
    assert blocked.data["decision"] == "blocked"
    assert blocked.data["counts"]["quarantined"] == 0


def test_an_edited_test_is_proved_by_a_signature_over_its_files(
    firm: Path, approves: Callable[..., Answer]
) -> None:
    path = file_of_tests(firm)
    path.write_text(path.read_text() + "\n\nLIMIT = 5\n")
    refused = prove(project=firm, incidents=(INCIDENT,), reason="a limit", by="Kit")
    assert refused.exit_code == 1
    assert f"incident2eval approve edited_test {INCIDENT}" in str(refused.data["faults"])

    approves(Matter.EDITED_TEST, INCIDENT)
    proved = prove(project=firm, incidents=(INCIDENT,), reason="a limit", by="Kit")
    assert proved.exit_code == 0, proved.text
    assert "by the word of Ana Pereira" in " ".join(proved.text.split())
    assert not any("proofreader" in line for line in missing(firm))

    path.write_text(path.read_text().replace("LIMIT = 5", "LIMIT = 50"))
    assert prove(project=firm, incidents=(INCIDENT,), reason="a limit", by="Kit").exit_code == 1


@pytest.mark.parametrize("matter", [Matter.NO_CASE, Matter.EDITED_TEST, Matter.SETTINGS])
def test_a_reason_is_signed_without_what_identifies_somebody(
    firm: Path, tmp_path: Path, matter: Matter
) -> None:
    who, told = signatures.signatory(tmp_path, ANA)
    subject = WORKFLOW if matter is Matter.SETTINGS else INCIDENT
    wish = Wish(matter=matter, subject=subject, reason="j.doe@customer.example called about it")
    answer = approving.approve(project=firm, wish=wish, who=who)

    signed = (firm / str(answer.data["file"])).read_bytes()
    assert "j.doe@customer.example" not in str(answer.data)
    assert "j.doe@customer.example" not in " ".join(told)
    assert "called about it" in str(answer.data["reason"])
    assert "is replaced in it" in " ".join(told)
    assert "with what identifies somebody replaced" in " ".join(answer.text.split())
    assert b"j.doe" not in signed
    assert "j.doe" not in payload(signed)


def test_a_refusal_and_an_accepted_edit_are_kept_without_what_identifies_somebody(
    firm: Path, tmp_path: Path
) -> None:
    report = firm / str(ask(firm).data["report"])
    who, _ = signatures.signatory(tmp_path, LEE)
    sign_off(project=firm, workflow=WORKFLOW, report=report, who=who, refuse="j.doe@customer.example waits")
    path = firm / "cases" / INCIDENT / "case.yaml"
    path.write_text(path.read_text() + "# a note\n")
    reason = "j.doe@customer.example asked"
    proved = prove(project=firm, incidents=(INCIDENT,), reason=reason, by="Kit")

    kept = [payload(raw) for _, raw in Project(root=firm).approvals()]
    log = (firm / "incidents" / INCIDENT / "log.jsonl").read_text()
    lock = (firm / "cases" / "cases.lock").read_text()
    assert any(" waits" in one for one in kept)
    assert "j.doe" not in " ".join((*kept, log, lock, proved.text))


def test_a_reason_that_identifies_nobody_stays_as_it_is(firm: Path, tmp_path: Path) -> None:
    who, told = signatures.signatory(tmp_path, ANA)
    wish = Wish(matter=Matter.NO_CASE, subject=INCIDENT, reason="no workflow was involved")
    answer = approving.approve(project=firm, wish=wish, who=who)
    assert answer.data["reason"] == "no workflow was involved"
    assert "replaced" not in " ".join((*told, answer.text))


def ask(folder: Path) -> Any:
    return gate(project=folder, workflow=WORKFLOW, trials=None, junit=None, report=None)


def look(folder: Path, *, at: datetime | None = None) -> Any:
    return check(project=folder, workflow=WORKFLOW, coverage=False, now=at or datetime.now(UTC))


def missing(folder: Path) -> list[str]:
    found: list[str] = look(folder).data["missing"]
    return found


def approvals_in(folder: Path, answer: Any) -> list[tuple[str, str, str]]:
    """Matter, subject and name of every approval that the report lists."""
    told: dict[str, Any] = json.loads((folder / str(answer.data["report"])).read_bytes())
    return [(one["matter"], one["subject"], one["by"]) for one in told["approvals"]]


def payload(envelope: bytes) -> str:
    """What is signed, in the clear."""
    return base64.b64decode(json.loads(envelope)["payload"]).decode()


def clock_at(moment: datetime) -> type[datetime]:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Clock":
            return cls.fromtimestamp(moment.timestamp(), tz)

    return Clock


def file_of_tests(folder: Path) -> Path:
    return next((folder / "cases" / INCIDENT).glob("test_*.py"))


def take_out(folder: Path, test: str) -> None:
    path = file_of_tests(folder)
    source = path.read_text()
    start = source.index(f"def {test}(")
    path.write_text((source[:start] + source[start:].partition("\n\n\n")[2]).rstrip() + "\n")
    edit(path, ", out_of_scope_arguments", "")


def edit(path: Path, old: str, new: str) -> None:
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def without_case(folder: Path) -> None:
    other = folder / "incidents" / OTHER
    other.mkdir()
    text = (folder / "incidents" / INCIDENT / "incident.yaml").read_text().replace(INCIDENT, OTHER)
    (other / "incident.yaml").write_text(text.split("evidence:")[0])


def other_workflow(folder: Path) -> None:
    """A second workflow: what a case stands for is not plain any more."""
    path = folder / "incident2eval.toml"
    path.write_text(path.read_text() + '\n[workflows.letters]\ntarget = "python:summaries:draft"\n')


def commit(folder: Path) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "as it is")


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=Kit", "-c", "user.email=kit@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)
