"""`restart`: a workflow runs again with what its severity asks for, and nobody waves it through."""

import json
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from pipeline import restarts
from pipeline.restarts import EXECUTIVE, LEADER, LEGAL, OWNER, SECURITY, SPONSOR, Firm
from pipeline.signatures import MAX

from incident2eval.cli._restart import restart as command
from incident2eval.model import BadInput, Event, Matter
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._word import now
from incident2eval.pipeline.project import INCIDENT, WORKFLOW, set_state
from incident2eval.pipeline.signed.trust import trust_digest, trust_of, trusted
from incident2eval.store import Project, sha256

SAFE = "Every case passed 5 of 5, and the permission test too"


@pytest.fixture(scope="session")
def readied(proved: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """A folder with a firm for which everything of a level is done, once; to be copied."""
    made: dict[int, Path] = {}

    def at(level: int) -> Path:
        if level not in made:
            made[level] = tmp_path_factory.mktemp(f"level{level}")
            restarts.ready(restarts.firm(proved, made[level], level), level)
        return made[level]

    return at


@pytest.fixture
def at_level(readied: Callable[[int], Path], tmp_path: Path) -> Callable[[int], Firm]:
    """A firm of one's own for which everything of a level is done."""

    def copied(level: int) -> Firm:
        folder = Path(shutil.copytree(readied(level), tmp_path / f"level{level}"))
        return Firm(folder / "demo", folder / "keys")

    return copied


@pytest.fixture
def firm(at_level: Callable[[int], Firm]) -> Firm:
    """A firm for which everything of level 2 is done."""
    return at_level(2)


def unmet(answer: Answer) -> set[str]:
    return {one["name"] for one in answer.data["demands"] if not one["met"]}


def blocked(answer: Answer, *names: str) -> None:
    """Nothing else is missing but these."""
    assert (answer.exit_code, answer.data["decision"]) == (1, "blocked")
    assert unmet(answer) == set(names)
    assert answer.data["reasons"]


@pytest.mark.requirement("R138")
@pytest.mark.requirement("R141")
@pytest.mark.parametrize("level", [1, 2, 3])
def test_a_firm_with_the_files_of_the_contract_alone_is_cleared(
    at_level: Callable[[int], Firm], level: int
) -> None:
    one = at_level(level)
    answer = one.restart(**({"safe": SAFE} if level > 2 else {}))
    assert answer.exit_code == 0, answer.text
    assert answer.data["decision"] == "cleared"
    assert answer.data["severity"] == level
    signed = {(word["name"], word["role"]) for word in answer.data["approvals"]}
    assert signed == {(person.name, role) for person, role in restarts.SIGNERS[level]}
    assert one.home.paused(WORKFLOW) is None
    assert max(map(len, answer.text.splitlines())) <= 80


@pytest.mark.requirement("R139")
@pytest.mark.requirement("R142")
def test_the_decision_stands_in_the_log_with_what_it_rests_on(firm: Firm) -> None:
    firm.restart(safe=SAFE)
    (entry,) = firm.log(Event.RESTARTED)
    assert entry["digest"] == sha256(firm.report.read_bytes())
    assert entry["ref"] == firm.report.relative_to(firm.root).as_posix()
    assert json.loads(firm.report.read_text())["commit"] in entry["evidence"]
    assert (entry["by"], entry["text"]) == ("Ana Pereira", SAFE)
    assert "Lee Okafor (functional_leader)" in entry["reason"]


def test_the_second_time_nothing_is_run_and_nothing_written(firm: Firm) -> None:
    firm.restart()
    before = sorted((path, path.stat().st_mtime_ns) for path in firm.root.rglob("*.jsonl"))
    answer = firm.restart()
    assert (answer.exit_code, answer.data["decision"], answer.data["new"]) == (0, "cleared", False)
    assert before == sorted((path, path.stat().st_mtime_ns) for path in firm.root.rglob("*.jsonl"))


def test_a_last_line_of_the_log_that_was_cut_short_is_said(firm: Firm) -> None:
    with (firm.root / "incidents" / INCIDENT / "log.jsonl").open("a") as log:
        log.write('{"at": "2026-')

    answer = firm.restart(safe=SAFE)
    assert any("was cut short while it was written" in note for note in answer.notes)


def test_a_refusal_is_written_once(firm: Firm) -> None:
    shutil.rmtree(firm.root / "approvals")
    for _ in range(3):
        blocked(firm.restart(), "signatures", "safe to re-enable")
    (entry,) = firm.log(Event.RESTART_REFUSED)
    assert "not signed by the functional leader" in entry["reason"]
    assert firm.home.paused(WORKFLOW)


@pytest.mark.requirement("R144")
def test_a_change_after_the_report_makes_it_spent(firm: Firm) -> None:
    prompt = firm.root / "prompts" / "summary.txt"
    prompt.write_text(prompt.read_text() + "\nBe kind.\n")
    firm.commit()
    answer = firm.restart()
    blocked(answer, "pass report")
    assert "deployed.prompt" in str(answer.data["reasons"])


@pytest.mark.requirement("R140")
def test_a_report_of_level_1_opens_no_level_2(at_level: Callable[[int], Firm]) -> None:
    one = at_level(1)
    one.incident(severity=2, root_cause=restarts.CAUSE)
    answer = one.restart()
    assert "pass report" in unmet(answer)
    assert "now at severity 2, and was at 1" in str(answer.data["reasons"])


@pytest.mark.requirement("R153")
@pytest.mark.parametrize(
    ("told", "name"),
    [
        ({"root_cause": None}, "root cause"),
        ({"actions": None}, "what changed"),
        ({"questions": restarts.NO | {"obligation_possible": "unknown"}}, "duties decided"),
    ],
)
def test_what_the_incident_file_lacks_is_named(firm: Firm, told: dict[str, object], name: str) -> None:
    firm.incident(**told)
    blocked(firm.restart(), name)


def test_an_open_immediate_action_keeps_it_closed(firm: Firm) -> None:
    firm.incident(actions=[restarts.DONE, {"kind": "immediate", "text": "Empty the queue"}])
    blocked(firm.restart(), "immediate actions")


def test_changed_evidence_keeps_it_closed(firm: Firm) -> None:
    trace = firm.root / "incidents" / INCIDENT / "evidence" / "trace.json"
    trace.write_bytes(trace.read_bytes() + b" ")
    blocked(firm.restart(), "evidence unchanged")


def test_a_report_that_was_edited_opens_nothing(firm: Firm) -> None:
    firm.report.write_text(firm.report.read_text().replace('"trials": 5', '"trials": 9'))
    answer = firm.restart(firm.report)
    assert answer.exit_code == 1
    assert firm.home.paused(WORKFLOW)


@pytest.mark.parametrize("line", ["restarted", "closed"])
def test_a_line_in_the_log_is_nobodys_word(firm: Firm, line: str) -> None:
    shutil.rmtree(firm.root / "approvals")
    log = firm.root / "incidents" / INCIDENT / "log.jsonl"
    forged = {"at": now().isoformat(), "event": line, "by": "Ana Pereira", "digest": "0" * 64}
    log.write_text(log.read_text() + json.dumps(forged) + "\n")
    assert firm.restart().exit_code == 1


def test_what_it_ran_on_before_it_was_stopped_again_opens_nothing(firm: Firm) -> None:
    """Whatever was signed, it went wrong all the same; and the old line copied into the log says nothing."""
    firm.restart()
    before = firm.log(Event.RESTARTED)[0]
    firm.stop()
    blocked(firm.restart(), "pass report")
    copied = {name: before[name] for name in ("event", "by", "ref", "digest")} | {"at": now().isoformat()}
    log = firm.root / "incidents" / INCIDENT / "log.jsonl"
    log.write_text(log.read_text() + json.dumps(copied) + "\n")
    answer = firm.restart()
    assert (answer.exit_code, answer.data["decision"]) == (1, "blocked")
    assert "was added by hand" in str(answer.data["reasons"])


def test_a_decision_in_the_incident_file_is_nobodys_signature(firm: Firm) -> None:
    shutil.rmtree(firm.root / "approvals")
    firm.incident(restart={"decision": "approved", "version": "2", "report": "reports/x.json"})
    blocked(firm.restart(), "signatures", "safe to re-enable")


@pytest.mark.parametrize("file", ["incident.yaml", "log.jsonl"])
def test_an_incident_that_cannot_be_read_keeps_it_closed(firm: Firm, file: str) -> None:
    path = firm.root / "incidents" / INCIDENT / file
    path.write_text(path.read_text()[:-20] + "\n{[")
    answer = firm.restart()
    assert (answer.exit_code, answer.data["decision"]) == (1, "blocked")
    assert INCIDENT in str(answer.data["reasons"])


def test_an_incident_that_is_taken_away_keeps_it_closed(firm: Firm) -> None:
    shutil.rmtree(firm.root / "incidents" / INCIDENT)
    answer = firm.restart()
    assert answer.exit_code == 1
    assert f"incidents/{INCIDENT} is gone" in str(answer.data["reasons"])


def test_somebody_who_refuses_keeps_it_closed(firm: Firm) -> None:
    assert firm.sign(SECURITY, "security", refuse="the permission file is wrong").exit_code == 0
    blocked(firm.restart(), "nobody refused")


def test_the_fixer_is_not_the_only_approver(proved: Path, tmp_path: Path) -> None:
    one = restarts.firm(proved, tmp_path, 2)
    for person in (OWNER, LEADER):
        (one.root / "prompts" / "summary.txt").write_text(f"by {person.name}")
        one.commit(person.name)
    blocked(restarts.ready(one, 2).restart(), "not only who mended it")


def test_who_writes_himself_into_the_settings_opens_nothing(firm: Firm) -> None:
    """The settings with Max in them are not what somebody approved, and his signature does not count."""
    assert firm.restart().exit_code == 0
    firm.stop()
    with (firm.root / "incident2eval.toml").open("a") as settings:
        settings.write(MAX.settings())
    firm.commit()
    firm.gate()
    answer = firm.restart()
    assert {"settings as approved", "signatures"} <= unmet(answer)
    assert "Max Stranger is a new approver" in str(answer.data["reasons"])
    firm.approve(
        OWNER, Matter.SETTINGS, trust_digest(trust_of(firm.home.settings, WORKFLOW)), reason="New colleague"
    )
    assert "the word of Lee Okafor" in str(firm.restart().data["reasons"])
    firm.approve(
        LEADER, Matter.SETTINGS, trust_digest(trust_of(firm.home.settings, WORKFLOW)), reason="New colleague"
    )
    assert "settings as approved" not in unmet(firm.restart())


def test_on_restart_runs_once_and_its_failure_keeps_it_stopped(proved: Path, tmp_path: Path) -> None:
    one = restarts.firm(proved, tmp_path, 2)
    one.settings("timeout = 10", 'timeout = 10\non_restart = "./resume.sh"')
    script, ran = one.root / "resume.sh", tmp_path / "ran"
    script.write_text(f"#!/bin/sh\necho live >> {ran}\ntest ! -e {tmp_path}/broken\n")
    script.chmod(0o755)
    one.commit()
    restarts.ready(one, 2)
    (tmp_path / "broken").touch()
    answer = one.restart()
    assert (answer.exit_code, answer.data["decision"]) == (1, "blocked")
    assert "on_restart failed" in str(answer.data["reasons"])
    assert one.home.paused(WORKFLOW)
    (tmp_path / "broken").unlink()
    ran.unlink()
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda _: one.restart(), range(2)))
    assert [done.exit_code for done in answers] == [0, 0]
    assert ran.read_text() == "live\n"
    assert len(one.log(Event.RESTARTED)) == 1


def test_an_emergency_runs_by_the_word_of_the_level_above_and_is_counted(firm: Firm) -> None:
    shutil.rmtree(firm.root / "approvals")
    firm.override(SPONSOR)
    assert firm.restart().exit_code == 1
    firm.override(SECURITY)
    answer = firm.restart()
    assert (answer.exit_code, answer.data["decision"]) == (0, "cleared")
    assert answer.data["override_until"]
    (entry,) = firm.log(Event.RESTARTED)
    assert entry["kind"] == "override"
    assert "Month end" in entry["reason"]
    assert firm.restart().data["new"] is False
    assert len(firm.log(Event.RESTARTED)) == 1


def test_an_override_is_spent_once_the_code_changes_and_not_by_records(firm: Firm) -> None:
    """What is deployed by name, lock and settings are the same: the code is not."""
    shutil.rmtree(firm.root / "approvals")
    firm.override(SPONSOR, SECURITY)
    firm.commit()
    assert firm.restart().data["override_until"]
    firm.stop()
    shutil.rmtree(firm.root / "approvals")
    (firm.root / "notes.py").write_text("SCOPE = None\n")
    firm.commit()
    firm.override(SPONSOR, SECURITY)
    (firm.root / "notes.py").write_text("SCOPE = 'all'\n")
    assert firm.restart().exit_code == 1  # not committed
    firm.commit()
    assert firm.restart().exit_code == 1  # another version


def test_without_a_commit_nobody_signs_an_override(firm: Firm) -> None:
    shutil.rmtree(firm.root / ".git")
    with pytest.raises(BadInput, match="no commit says which code"):
        firm.override(SPONSOR)


def test_level_1_runs_on_the_owners_word_that_no_case_is_needed(proved: Path, tmp_path: Path) -> None:
    """No gate passes without a case, so no report can be asked for; above level 1 the word opens nothing."""
    one = restarts.firm(proved, tmp_path, 1)
    shutil.rmtree(one.root / "cases")
    one.commit()
    one.stop()
    assert {"a case each", "pass report", "signatures"} <= unmet(one.restart())
    digest = sha256((one.root / "incidents" / INCIDENT / "incident.yaml").read_bytes())
    one.approve(OWNER, Matter.NO_CASE, digest, subject=INCIDENT, reason="A typing slip")
    answer = one.restart()
    assert answer.exit_code == 0, answer.text
    (entry,) = one.log(Event.RESTARTED)
    assert (entry["kind"], entry["digest"]) == ("no_case", digest)
    assert one.restart().data["incidents"] == []
    one.stop()
    assert "pass report" in unmet(one.restart())  # spent
    one.incident(severity=2)
    assert INCIDENT in one.restart().data["incidents"]


def test_what_is_missing_comes_first_and_no_id_is_cut(firm: Firm) -> None:
    shutil.rmtree(firm.root / "approvals")
    firm.incident(root_cause=None)
    lines = firm.restart().text.splitlines()
    assert lines[2].startswith("  root cause: INC-2026-0142: ")
    assert any("root-cause INC-2026-0142" in line for line in lines)
    held = next(number for number, line in enumerate(lines) if line.startswith("what holds: "))
    assert not any("->" in line for line in lines[held:])
    assert "more (--json lists them)" in " ".join(lines[held:])
    assert firm.report.name in "".join(lines)


def test_cleared_says_what_is_open_before_the_incident_is_closed(firm: Firm) -> None:
    answer = firm.restart(safe=SAFE)
    (left,) = answer.data["before_closing"].values()
    said = f"{len(left)} things are still open" if left else f"incident2eval close {INCIDENT}"
    assert said in " ".join(answer.text.split())


def test_after_an_override_the_rest_is_still_asked_for(firm: Firm) -> None:
    approvals = firm.root / "approvals"
    approvals.rename(firm.root / "later")
    firm.override(SPONSOR, SECURITY)
    assert firm.restart().data["override_until"]
    for word in (firm.root / "later").iterdir():
        word.rename(approvals / word.name)
    (firm.root / "later").rmdir()
    answer = firm.restart()
    assert (answer.exit_code, answer.data["override_until"], answer.data["new"]) == (0, None, True)


def test_there_is_no_override_at_the_highest_level(at_level: Callable[[int], Firm]) -> None:
    one = at_level(3)
    one.incident(severity=4)
    one.override(SPONSOR, EXECUTIVE, LEGAL)
    assert one.restart().exit_code == 1


def test_a_step_out_of_order_takes_a_name_and_a_reason_that_stay(firm: Firm) -> None:
    firm.incident(root_cause=None)
    answer = firm.restart(out_of_order="The trace is lost", by="Ana Pereira")
    assert answer.exit_code == 0, answer.text
    (entry,) = firm.log(Event.OUT_OF_ORDER)
    assert (entry["by"], entry["reason"]) == ("Ana Pereira", "The trace is lost")
    assert "The trace is lost" in answer.text


def test_no_reason_stands_for_a_signature(firm: Firm) -> None:
    shutil.rmtree(firm.root / "approvals")
    answer = firm.restart(out_of_order="It is urgent", by="Ana Pereira")
    blocked(answer, "signatures", "safe to re-enable")


def test_a_workflow_that_another_incident_stopped_is_asked_about_too(firm: Firm) -> None:
    firm.restart()
    other = "INC-2026-0777"
    folder = firm.root / "incidents" / other
    folder.mkdir()
    told = {"id": other, "title": "Wrong letters", "workflow": "letters", "severity": 3}
    noticed = (now() - timedelta(hours=1)).isoformat()
    said = told | {"when": {"noticed": noticed}, "what_happened": "Wrong letters went out."}
    (folder / "incident.yaml").write_text(json.dumps(said))
    line = {"at": now().isoformat(), "event": "contained", "by": "Ana", "workflow": WORKFLOW}
    (folder / "log.jsonl").write_text(json.dumps(line) + "\n")
    answer = firm.restart()
    assert (answer.exit_code, answer.data["severity"]) == (1, 3)
    assert answer.data["incidents"] == [other]


def test_a_faulty_workflow_does_not_restart(firm: Firm) -> None:
    set_state(firm.root, "faulty")
    firm.commit()
    assert firm.gate().exit_code == 1
    assert "pass report" in unmet(firm.restart())


def test_a_report_that_is_not_there_is_bad_input(firm: Firm) -> None:
    with pytest.raises(BadInput):
        firm.restart(firm.root / "reports" / "none.json")


@pytest.mark.parametrize("word", [{"by": "  "}, {"safe": "-"}, {"out_of_order": "!"}])
def test_names_and_reasons_say_something(firm: Firm, word: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        firm.restart(**word)


def test_without_any_incident_there_is_nothing_to_start_again(proved: Path, tmp_path: Path) -> None:
    shutil.copytree(proved, tmp_path / "demo")
    for folder in ("incidents", "cases"):
        shutil.rmtree(tmp_path / "demo" / folder)
    answer = Firm(tmp_path / "demo", tmp_path / "keys").restart()
    assert (answer.exit_code, answer.data["decision"], answer.data["severity"]) == (1, "blocked", None)
    assert "nothing to start again" in str(answer.data["reasons"])


def test_the_command_prints_the_decision(firm: Firm) -> None:
    shutil.rmtree(firm.root / "approvals")
    call = [WORKFLOW, "--project", str(firm.root), "--json", "--by", "Ana"]
    done = CliRunner().invoke(command, call, standalone_mode=False)
    assert done.return_value == 1
    assert json.loads(done.stdout)["decision"] == "blocked"


def test_whoever_goes_out_of_order_says_who_they_are(firm: Firm) -> None:
    usage = CliRunner().invoke(command, [WORKFLOW, "--project", str(firm.root), "--out-of-order", "now"])
    assert usage.exit_code == 2


def test_trust_starts_with_the_last_signed_report(firm: Firm) -> None:
    home = Project(root=firm.root)
    assert json.loads(firm.report.read_text())["trust"]["targets"] == dict(
        trust_of(home.settings, WORKFLOW).targets
    )


def test_trust_may_start_with_a_revision_of_git(firm: Firm) -> None:
    with (firm.root / "incident2eval.toml").open("a") as settings:
        settings.write(MAX.settings())
    found = trusted(Project(root=firm.root), WORKFLOW, since="HEAD")
    assert found.changes == ("Max Stranger is a new approver (workflow_owner)",)
    assert MAX.name not in {one.name for one in found.approvers}
    for revision in ("no-such-branch", "--output=x", ""):
        with pytest.raises(BadInput):
            trusted(Project(root=firm.root), WORKFLOW, since=revision)
