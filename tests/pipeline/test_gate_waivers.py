"""What signatures open and what they do not: end to end, with real keys."""

import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pipeline.signatures import ANA, LEE, MAX, Person, signatory, with_approvers

from incident2eval.model import Approval, BadInput, Matter
from incident2eval.pipeline import cases, gate, run, sign_off
from incident2eval.pipeline.gating.case_digests import case_digests, folder_digest
from incident2eval.pipeline.project import INCIDENT, WORKFLOW, set_state
from incident2eval.pipeline.signed.approvals import write_approval
from incident2eval.pipeline.signed.attested import attested
from incident2eval.store import Project, sha256

TOMORROW = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)


@pytest.fixture
def project(project: Path) -> Path:
    """The demo, mended, with approvers who have keys."""
    return with_approvers(project, ANA, LEE)


def ask(folder: Path, **more: Any) -> Any:
    return gate.gate(project=folder, workflow=WORKFLOW, trials=None, junit=None, report=None, **more)


def report_of(folder: Path, answer: Any) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / answer.data["report"]).read_bytes())
    return told


def sign(folder: Path, matter: Matter, subject: str, digest: str, person: Person = ANA, **more: Any) -> None:
    at = datetime.now(UTC).replace(microsecond=0)
    word = Approval(
        matter=matter, subject=subject, digest=digest, by=person.name, role=person.roles[0], at=at,
        reason="looked at it", **more,
    )  # fmt: skip
    write_approval(Project.find(folder), word, person.key)


def one_case(folder: Path) -> tuple[str, str]:
    """The first case and its digest."""
    return min(case_digests(Project.find(folder), INCIDENT).items())


def without_case(folder: Path) -> str:
    other = folder / "incidents" / "INC-2026-0143"
    other.mkdir()
    text = (folder / "incidents" / INCIDENT / "incident.yaml").read_text().replace(INCIDENT, other.name)
    (other / "incident.yaml").write_text(text.split("evidence:")[0])
    return sha256((other / "incident.yaml").read_bytes())


@pytest.mark.requirement("R116")
def test_a_signed_reason_opens_for_an_incident_without_a_case_until_its_file_changes(project: Path) -> None:
    digest = without_case(project)
    assert ask(project).data["decision"] == "blocked"
    sign(project, Matter.NO_CASE, "INC-2026-0143", digest, MAX)
    assert ask(project).data["decision"] == "blocked"

    sign(project, Matter.NO_CASE, "INC-2026-0143", digest)
    answer = ask(project)
    assert answer.data["decision"] == "pass", answer.text
    assert [one["matter"] for one in report_of(project, answer)["approvals"]] == ["no_case"]

    path = project / "incidents" / "INC-2026-0143" / "incident.yaml"
    path.write_text(path.read_text() + "\n")
    assert ask(project).data["decision"] == "blocked"


def test_a_quarantined_case_keeps_its_outcome_and_does_not_block_and_never_all_of_them(
    project: Path,
) -> None:
    set_state(project, "faulty")
    digests = case_digests(Project.find(project), INCIDENT)
    for case, digest in digests.items():
        sign(project, Matter.QUARANTINE, case, digest, until=TOMORROW)

    answer = ask(project)

    assert answer.data["decision"] == "blocked"
    assert "every case of this workflow is in quarantine" in answer.data["reasons"][0]
    assert answer.data["counts"]["quarantined"] == len(digests) == answer.data["counts"]["failed"]
    assert {one["waived"].partition(" (")[0] for one in answer.data["cases"]} == {ANA.name}


def test_a_quarantine_is_spent_when_the_case_changes(project: Path) -> None:
    set_state(project, "faulty")
    case, _ = one_case(project)
    sign(project, Matter.QUARANTINE, case, "0" * 64, until=TOMORROW)

    assert ask(project).data["counts"]["quarantined"] == 0


def test_k_of_n_is_never_for_a_leak(project: Path) -> None:
    path = project / "cases" / INCIDENT / "case.yaml"
    path.write_text(path.read_text() + "k: 1\n")
    assert cases.prove(project=project, incidents=(), reason="k", by="Ana").exit_code == 0
    for case, digest in case_digests(Project.find(project), INCIDENT).items():
        sign(project, Matter.TOLERANCE, case, digest)

    answer = ask(project)

    assert answer.data["decision"] == "pass"
    notes = report_of(project, answer)["notes"]
    assert any("k = 1 counts for nothing" in note and "data exposure" in note for note in notes)
    assert report_of(project, answer)["approvals"] == []


def test_an_edited_test_counts_with_a_signature_over_the_folder(project: Path) -> None:
    path = next((project / "cases" / INCIDENT).glob("test_*.py"))
    path.write_text(path.read_text() + "\n\nLIMIT = 5\n")
    lock = project / "cases" / "cases.lock"
    content = json.loads(lock.read_text())
    content["files"][f"{INCIDENT}/{path.name}"] = sha256(path.read_bytes())
    lock.write_text(json.dumps(content))
    assert "proofreader" in " ".join(ask(project).data["reasons"])

    sign(project, Matter.EDITED_TEST, INCIDENT, folder_digest(Project.find(project), INCIDENT))
    assert ask(project).data["decision"] == "pass"

    path.write_text(path.read_text() + "\n# again\n")
    assert ask(project).data["counts"]["edited"] > 0


def test_the_report_says_where_and_how_it_ran(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID", "CI_JOB_URL"):
        monkeypatch.delenv(name, raising=False)
    settings = project / "incident2eval.toml"
    settings.write_text(settings.read_text() + "\n[policy]\nreport_hours = {2 = 2}\noverride_hours = 5\n")
    first, second = ask(project), ask(project, jobs=2)

    told = report_of(project, second)
    assert told["previous"] == first.data["digest"]
    assert report_of(project, first)["previous"] is None
    assert told["severity"] == 2
    finished, expires = (datetime.fromisoformat(told[name]) for name in ("finished", "expires"))
    assert expires - finished == timedelta(hours=2)
    assert {*told["case_digests"]} == {one["id"] for one in told["cases"]}
    assert [one["name"] for one in told["trust"]["approvers"]] == [ANA.name, LEE.name]
    assert told["environment"]["command"] == f"gate {WORKFLOW}"
    assert told["environment"]["runner"].startswith("host:")
    assert "age of the pass report at severity 2: up to 2 hours" in told["overrides"]
    assert "an emergency override may last 5 hours" in told["overrides"]
    case = told["cases"][0]
    assert (case["recorded"], case["corrected"], case["trials"]) == ("failed", "passed", 5)
    assert case["bound"] == pytest.approx(0.4507, abs=1e-4)
    assert len(case["outputs"]) == 5
    assert len(told["redaction"]) == 64


def test_a_step_out_of_order_is_in_the_report_with_the_name(project: Path) -> None:
    entry = {
        "event": "out_of_order", "at": "2026-11-12T09:00:00Z", "kind": "remediate", "by": "Mara Lund",
        "reason": "the fix was ready",
    }  # fmt: skip
    (project / "incidents" / INCIDENT / "log.jsonl").write_text(json.dumps(entry) + "\n")

    notes = " ".join(report_of(project, ask(project))["notes"])

    assert f"out of order in {INCIDENT}: remediate, by Mara Lund: the fix was ready" in notes


@pytest.mark.parametrize(("state", "stops"), [("fixed", False), ("faulty", True)])
def test_the_daily_run_tells_the_incidents_that_wait_for_it(project: Path, state: str, stops: bool) -> None:
    set_state(project, state)
    assert "nothing was logged" in ask(project, monitor=True).text
    log = project / "incidents" / INCIDENT / "log.jsonl"
    log.write_text(f'{{"event": "restarted", "at": "2026-11-12T09:00:00Z", "workflow": "{WORKFLOW}"}}\n')

    answer = ask(project, monitor=True)

    entry = json.loads(log.read_text().splitlines()[-1])
    assert (entry["event"], entry["state"]) == ("monitored", answer.data["decision"])
    assert (entry["ref"], entry["digest"]) == (answer.data["report"], answer.data["digest"])
    assert (f"incident2eval contain {INCIDENT}" in answer.text) == stops
    assert report_of(project, answer)["monitor"] is True


@pytest.fixture
def committed(project: Path) -> Path:
    """The same, with all of it committed."""
    git(project, "init", "-q", "-b", "main")
    git(project, "add", "-A")
    git(project, "-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-qm", "one")
    return project


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)


def take_away(folder: Path) -> str:
    """Take one case out of the tests and the lock, as somebody would who can write both."""
    lock = folder / "cases" / "cases.lock"
    content = json.loads(lock.read_text())
    gone = content["cases"].pop(0)
    path = folder / gone["path"]
    source = path.read_text()
    start = source.index(f"def {gone['test']}(")
    rest = source[start:].partition("\n\n\n")[2]
    path.write_text((source[:start] + rest).rstrip() + "\n")
    content["files"][f"{INCIDENT}/{path.name}"] = sha256(path.read_bytes())
    lock.write_text(json.dumps(content))
    return str(gone["id"])


def test_a_case_of_the_base_branch_that_is_gone_needs_a_signature(committed: Path) -> None:
    assert ask(committed, since="main").data["decision"] == "pass"
    gone = take_away(committed)
    assert ask(committed).data["decision"] == "pass"

    blocked = ask(committed, since="main")
    assert blocked.data["decision"] == "blocked"
    assert any(reason.startswith(f"{gone}: main holds this case") for reason in blocked.data["reasons"])

    sign(committed, Matter.CHANGED_CASE, gone, "gone")
    answer = ask(committed, since="main")
    assert answer.data["decision"] == "pass", answer.text
    assert report_of(committed, answer)["environment"]["command"] == f"gate {WORKFLOW} --since main"


def test_a_changed_fact_is_a_changed_case_and_a_note_is_none(committed: Path) -> None:
    path = committed / "cases" / INCIDENT / "case.yaml"
    path.write_text(path.read_text() + "# a note\n")
    assert cases.prove(project=committed, incidents=(), reason="a note", by="Ana").exit_code == 0
    assert ask(committed, since="main").data["decision"] == "pass"

    path.write_text(path.read_text().replace("trials: 5", "trials: 6"))
    assert cases.prove(project=committed, incidents=(), reason="more", by="Ana").exit_code == 0
    assert ask(committed, since="main").data["decision"] == "blocked"


def test_an_approver_who_came_with_the_branch_signs_nothing_away(committed: Path) -> None:
    with_approvers(committed, ANA, LEE, MAX)
    gone = take_away(committed)
    sign(committed, Matter.CHANGED_CASE, gone, "gone", MAX)

    answer = ask(committed, since="main")

    assert answer.data["decision"] == "blocked"
    assert "nobody approved this change" in " ".join(report_of(committed, answer)["notes"])


@pytest.mark.parametrize("revision", ["no-such-branch", "--upload-pack=x", "-h", ""])
def test_an_unknown_revision_is_bad_input(committed: Path, revision: str) -> None:
    with pytest.raises(BadInput, match="git knows no revision"):
        ask(committed, since=revision)


def test_without_git_there_is_nothing_to_compare_with(project: Path) -> None:
    with pytest.raises(BadInput, match="git knows no revision"):
        ask(project, since="main")


def test_a_restart_on_a_report_that_is_gone_shuts_the_gate(project: Path) -> None:
    answer = ask(project)
    entry = {
        "event": "restarted", "at": "2026-11-12T09:00:00Z", "workflow": WORKFLOW,
        "ref": answer.data["report"], "digest": answer.data["digest"],
    }  # fmt: skip
    (project / "incidents" / INCIDENT / "log.jsonl").write_text(json.dumps(entry) + "\n")
    assert ask(project).data["decision"] == "pass"

    shutil.rmtree(project / "reports")

    assert ask(project).data["decision"] == "blocked"


def test_a_case_of_the_last_signed_report_that_is_gone_needs_a_signature(committed: Path) -> None:
    folder = committed.parent
    sheet = ask(committed).data["report"]
    who, _ = signatory(folder, ANA)
    sign_off.sign_off(project=committed, workflow=WORKFLOW, report=committed / sheet, who=who)
    assert ask(committed).data["decision"] == "pass"
    gone = take_away(committed)

    blocked = ask(committed)
    assert blocked.data["decision"] == "blocked"
    assert f"{gone}: the last signed report" in " ".join(blocked.data["reasons"])

    sign(committed, Matter.CHANGED_CASE, gone, "gone")
    answer = ask(committed)
    assert answer.data["decision"] == "pass", answer.text
    found = attested(
        Project.find(committed), committed / answer.data["report"], Project.find(committed).settings.approvers
    )
    assert found.problems == ()

    path = committed / sheet
    path.with_suffix(".dsse.json").write_bytes(path.with_suffix(".dsse.json").read_bytes() + b" ")
    assert ask(committed).data["decision"] == "blocked"


FLOWS = """
import pathlib

COUNT = pathlib.Path(__file__).with_name("count")


def letter(input):
    n = len(COUNT.read_text()) if COUNT.exists() else 0
    COUNT.write_text("x" * (n + 1))
    figure = "EUR 48,310" if n % 5 == 2 else "EUR 9,775"
    return {
        "output": f"The deposit in this matter is {figure}.",
        "steps": [{"kind": "retrieval", "name": "recall", "records": [
            {"id": "f-1", "owner": "C2", "text": "Deposit: EUR 9,775"}]}],
    }
"""


def trace(figure: str) -> str:
    step = {
        "id": "s1", "kind": "retrieval", "name": "recall",
        "records": [{"id": "f-1", "owner": "C2", "text": "Deposit: EUR 9,775"}],
    }  # fmt: skip
    told = {
        "schema": "incident2eval/run/1", "id": "r1", "workflow": "letters", "input": {"matter": "M-2"},
        "started": "2026-11-02T10:01:00Z", "output": f"The deposit in this matter is {figure}.",
        "subject": {"customer_id": "C2"}, "steps": [step],
    }  # fmt: skip
    return json.dumps(told)


@pytest.fixture
def moody(tmp_path: Path) -> Path:
    """A workflow that states a wrong figure in one of five runs, and its proved case."""
    folder = tmp_path / "incidents" / "INC-2026-0301"
    (folder / "evidence").mkdir(parents=True)
    (tmp_path / "flows.py").write_text(FLOWS)
    (tmp_path / "customers.csv").write_text("id,name,aliases\nC2,Tavy Foods,\n")
    (tmp_path / "incident2eval.toml").write_text(
        '[workflows.letters]\ntarget = "python:flows:letter"\nreplay_safe = true\n' + ANA.settings()
    )
    (folder / "evidence" / "r1.json").write_text(trace("EUR 48,310"))
    (folder / "evidence" / "right.json").write_text(trace("EUR 9,775"))
    (folder / "incident.yaml").write_text(
        "id: INC-2026-0301\ntitle: A wrong deposit\nworkflow: letters\nseverity: 2\n"
        "type: incorrect_external_output\nwhen: {noticed: 2026-11-02T12:00:00Z}\n"
        "what_happened: The letter stated a deposit that no record holds.\n"
        'wrong: ["The deposit in this matter is EUR 48,310."]\nsubject: {customer_id: C2}\nevidence:\n'
        "- {file: evidence/r1.json, kind: trace}\n- {file: evidence/right.json, kind: corrected_trace}\n"
    )
    assert run.run(project=tmp_path, incident="INC-2026-0301").exit_code == 0
    (tmp_path / "count").unlink(missing_ok=True)
    return tmp_path


@pytest.mark.requirement("R140")
def test_k_of_n_counts_with_a_signature_and_only_so_many_may_fail(moody: Path) -> None:
    def asked(trials: int) -> Any:
        (moody / "count").unlink(missing_ok=True)
        return gate.gate(project=moody, workflow="letters", trials=trials, junit=None, report=None)

    path = moody / "cases" / "INC-2026-0301" / "case.yaml"
    path.write_text(path.read_text() + "k: 4\n")
    assert cases.prove(project=moody, incidents=(), reason="k", by="Ana").exit_code == 0
    flaky = asked(5)
    assert flaky.data["decision"] == "blocked"
    assert flaky.data["counts"]["flaky"] == flaky.data["counts"]["expected"] > 0
    assert "no approver signed for it" in " ".join(report_of(moody, flaky)["notes"])

    for case, digest in case_digests(Project.find(moody), "INC-2026-0301").items():
        sign(moody, Matter.TOLERANCE, case, digest)

    passed = asked(5)
    assert passed.data["decision"] == "pass", passed.text
    assert {(one["failed_trials"], one["bound"]) for one in passed.data["cases"]} == {(1, None)}
    assert asked(10).data["decision"] == "blocked"
