"""`restart` against somebody who writes into the files: a line in a log is nobody's word."""

import json
import shutil
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pipeline import restarts
from pipeline.restarts import LEADER, OWNER, SECURITY, SPONSOR, Firm
from pipeline.signatures import MAX, signatory

from incident2eval.model import Event, LogEntry, Matter, Severity
from incident2eval.pipeline._word import append, now
from incident2eval.pipeline.approve import Wish, approve
from incident2eval.pipeline.look_back import accept_gap
from incident2eval.pipeline.project import INCIDENT, WORKFLOW, set_state
from incident2eval.pipeline.signed.approvals import deployed_digest
from incident2eval.pipeline.verify import verify
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


def reasons(firm: Firm) -> str:
    """Why it is blocked; it has to be."""
    answer = firm.restart()
    assert (answer.exit_code, answer.data["decision"]) == (1, "blocked")
    return str(answer.data["reasons"])


def sign_again(firm: Firm) -> None:
    for person, role in restarts.SIGNERS[2]:
        assert firm.sign(person, role).exit_code == 0


@pytest.mark.requirement("R111")
def test_a_look_back_that_is_written_by_hand_is_in_front_of_the_signers(firm: Firm) -> None:
    firm.write(event=Event.LOOKED_BACK, by="Mallory", checked=900, hits=0, state="complete")
    assert "Lee Okafor (functional leader) signed without the look-back before them" in reasons(firm)
    sign_again(firm)
    answer = firm.restart()
    assert answer.exit_code == 0, answer.text


def test_a_look_back_over_nothing_is_none(proved: Path, tmp_path: Path) -> None:
    firm = restarts.firm(proved, tmp_path, 2)
    firm.stop()
    firm.write(event=Event.LOOKED_BACK, by="Mallory", checked=0, hits=0, state="complete")
    assert "no past runs were looked through" in reasons(firm)


def test_who_signs_is_told_which_look_back_or_why_none_and_the_signature_says_it(firm: Firm) -> None:
    accept_gap(project=firm.root, incident=INCIDENT, reason="the archive of May is lost", by="Ana Pereira")
    assert "signed without the look-back before them" in reasons(firm)
    who, told = restarts.signatures.signatory(firm.keys, OWNER)
    restarts.sign_off(project=firm.root, workflow=WORKFLOW, report=firm.report, who=who)
    said = "no look-back: the archive of May is lost, said by Ana Pereira"
    assert any(line.startswith(f"  covers {INCIDENT}: looked back over ") and said in line for line in told)
    firm.sign(LEADER, "functional_leader")
    assert firm.restart().exit_code == 0
    assert any(said in (line.get("reason") or "") for line in firm.log(Event.SIGNED_OFF))


def test_a_written_restart_settles_nothing_where_the_signers_saw_another_look_back(firm: Firm) -> None:
    firm.write(event=Event.LOOKED_BACK, by="Mallory", checked=900, hits=0, state="complete")
    digest = sha256(firm.report.read_bytes())
    firm.write(event=Event.RESTARTED, by="Mallory", reason="approved", digest=digest)
    assert "signed without the look-back before them" in reasons(firm)


def test_a_refusal_that_was_taken_away_is_told_by_the_log(firm: Firm) -> None:
    before = set((firm.root / "approvals").iterdir())
    firm.sign(SECURITY, "security", refuse="the permission file is wrong")
    (refusal,) = set((firm.root / "approvals").iterdir()) - before
    refusal.unlink()
    assert "Tom Reyes refused it, and that word is gone" in reasons(firm)
    assert "that word is gone" in str(verify(project=firm.root, what=str(firm.report)).data["problems"])


def test_a_refusal_of_a_later_report_outweighs_an_earlier_one_that_all_signed(firm: Firm) -> None:
    first = firm.report
    assert firm.gate().exit_code == 0
    firm.sign(SECURITY, "security", refuse="the permission file is wrong")
    answer = firm.restart(first)
    assert "Tom Reyes refused it" in str(answer.data["reasons"])


def run_that_fails(firm: Firm) -> Path:
    set_state(firm.root, "faulty")
    assert firm.gate().exit_code == 1
    failed = firm.report
    set_state(firm.root, "fixed")
    return failed


def take_away(report: Path) -> None:
    for form in report.parent.glob(f"{report.stem}.*"):
        form.unlink()


def test_a_later_run_that_failed_and_was_taken_away_is_missed_by_the_next(firm: Firm) -> None:
    first, failed = firm.report, run_that_fails(firm)
    assert firm.gate().exit_code == 0
    take_away(failed)
    answer = firm.restart(first)
    assert "a run before" in str(answer.data["reasons"])
    assert answer.data["decision"] == "blocked"


def test_a_later_run_that_git_held_and_that_is_gone_is_told(firm: Firm) -> None:
    failed = run_that_fails(firm)
    firm.commit()
    take_away(failed)
    firm.commit()
    assert f"git holds reports/{WORKFLOW}/{failed.name}" in reasons(firm)


def hours_ago(hours: float) -> datetime:
    return now() - timedelta(hours=hours)


def first_override(firm: Firm, hours: float) -> None:
    """An override so many hours ago, as the log has it."""
    entry = LogEntry(
        at=hours_ago(hours), event=Event.RESTARTED, kind="override", by="Ana Pereira", digest="0" * 64
    )
    append(firm.home, INCIDENT, entry)


def test_the_hours_of_an_emergency_are_over_once_for_all_until_a_signed_restart(firm: Firm) -> None:
    approvals = firm.root / "approvals"
    approvals.rename(firm.root / "kept")
    first_override(firm, 73)
    firm.override(SPONSOR, SECURITY)
    assert "the 72 hours between two signed restarts are over" in reasons(firm)
    for word in (firm.root / "kept").iterdir():
        word.rename(approvals / word.name)
    (firm.root / "kept").rmdir()
    assert firm.restart().data["override_until"] is None
    firm.stop()
    firm.override(SPONSOR, SECURITY, reason="Another month end")
    assert firm.restart().data["override_until"]


def test_a_second_override_lasts_no_longer_than_what_is_left_of_the_hours(firm: Firm) -> None:
    _without_a_word(firm)
    first_override(firm, 60)
    firm.override(SPONSOR, SECURITY, hours=70)
    until = datetime.fromisoformat(str(firm.restart().data["override_until"]))
    assert until <= hours_ago(60) + timedelta(hours=72)


@pytest.mark.parametrize(
    ("hours", "says"), [(73, "restart will not go by it: the 72 hours"), (60, "all the same: the 72 hours")]
)
def test_whoever_signs_an_override_is_told_that_the_hours_are_used_up(
    firm: Firm, hours: int, says: str
) -> None:
    _without_a_word(firm)
    first_override(firm, hours)
    firm.commit()
    who, told = signatory(firm.keys, SPONSOR)
    wish = Wish(
        matter=Matter.OVERRIDE, subject=WORKFLOW, reason="Month end", until=now() + timedelta(hours=20)
    )
    approve(project=firm.root, wish=wish, who=who)
    assert says in "\n".join(told)


def test_an_override_counts_by_its_words_where_the_log_holds_no_line_of_it(firm: Firm) -> None:
    _without_a_word(firm)
    for person in (SPONSOR, SECURITY):
        at = hours_ago(73)
        more = {"at": at, "until": at + timedelta(hours=72), "reason": "Month end"}
        firm.approve(person, Matter.OVERRIDE, "a" * 64, **more)
    firm.override(SPONSOR, SECURITY)
    assert "the 72 hours between two signed restarts are over" in reasons(firm)


def test_sealed_evidence_that_is_not_here_keeps_it_closed(firm: Firm) -> None:
    shutil.rmtree(firm.root / "incidents" / INCIDENT / "evidence")
    assert "sealed evidence is not here: evidence/" in reasons(firm)
    answer = firm.restart(out_of_order="It is in the archive", by="Ana Pereira")
    assert answer.data["decision"] == "blocked"


def test_a_checkout_with_a_part_of_the_history_says_so_and_opens_nothing(firm: Firm, tmp_path: Path) -> None:
    firm.commit()
    shallow = tmp_path / "shallow"
    subprocess.run(["git", "clone", "-q", "--depth=1", f"file://{firm.root}", shallow], check=True)
    cut = Firm(shallow, firm.keys)
    answer = verify(project=shallow, what=str(cut.report))
    assert answer.exit_code == 1
    assert any("only a part of the history" in str(one) for one in answer.data["problems"])
    assert "only a part of the history" in str(cut.restart().data["reasons"])


def rewritten(firm: Firm, *kept_out: str) -> None:
    """What whoever can write the log would do: leave lines out, state level 1, and make the chain fit."""
    path = firm.root / "incidents" / INCIDENT / "log.jsonl"
    before, lines = b"", []
    for line in map(json.loads, path.read_text().splitlines()):
        if line["event"] not in kept_out:
            said = line | ({"given": 1} if "given" in line else {}) | {"previous": sha256(before)}
            before = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
            lines.append(before + b"\n")
    path.write_bytes(b"".join(lines))


def take_reports_away(firm: Firm) -> None:
    for folder in ("reports", "approvals"):
        shutil.rmtree(firm.root / folder)


@pytest.mark.parametrize("level", [2, 3])
def test_a_level_that_a_commit_held_is_not_written_away(proved: Path, tmp_path: Path, level: int) -> None:
    """The owner alone could sign at level 1: incident, log and reports are rewritten, and committed."""
    firm = restarts.firm(proved, tmp_path, level)
    firm.stop()
    firm.commit()
    slight = {"domains": ["operational"], "text": "A draft was written again", "acted_on": "no"}
    firm.incident(severity=1, questions=restarts.NO, outcome=None, surface=None, impact=slight)
    firm.incident(type="incorrect_external_output", duties=None)
    rewritten(firm)
    firm.commit()
    assert firm.gate().exit_code == 0
    firm.look_back()
    firm.sign(OWNER, "workflow_owner")
    assert "lacks lines that an earlier commit held" in reasons(firm)


def test_a_level_of_a_committed_file_is_not_written_away_with_a_log_that_was_not(firm: Firm) -> None:
    slight = {"domains": ["operational"], "text": "A draft was written again", "acted_on": "no"}
    firm.incident(severity=1, outcome=None, surface=None, impact=slight, type="incorrect_external_output")
    rewritten(firm, "signed_off")
    take_reports_away(firm)
    firm.commit()
    assert firm.gate().exit_code == 0
    firm.look_back()
    firm.sign(OWNER, "workflow_owner")
    assert firm.restart().data["severity"] == 2
    assert "not signed by the functional leader" in reasons(firm)


def test_whoever_lowered_a_level_signs_for_it(firm: Firm) -> None:
    """Anybody can type a name behind --by: that name has to stand under the restart as well."""
    _without_a_word(firm)
    slight = {"domains": ["operational"], "text": "A draft was written again", "acted_on": "no"}
    firm.incident(severity=None, outcome=None, surface=None, impact=slight, type="incorrect_external_output")
    reason = "It was seen before anybody read it"
    firm.write(event=Event.TRIAGED, by=LEADER.name, severity=Severity.LOW, reason=reason)
    assert firm.gate().exit_code == 0
    firm.sign(OWNER, "workflow_owner")
    assert (firm.restart().data["severity"], "signatures" in reasons(firm)) == (2, True)
    firm.sign(LEADER, "functional_leader")
    assert firm.restart().exit_code == 0


def test_an_incident_that_git_held_is_not_taken_away_with_its_case(firm: Firm) -> None:
    """Another, slight one of the same workflow is all that is left, and its owner signs alone."""
    firm.commit()
    slight = firm.root / "incidents" / "INC-2026-0777"
    shutil.copytree(firm.root / "incidents" / INCIDENT, slight)
    take_reports_away(firm)
    for folder in ("incidents", "cases"):
        shutil.rmtree(firm.root / folder / INCIDENT)
    text = (slight / "incident.yaml").read_text().replace(INCIDENT, slight.name)
    (slight / "incident.yaml").write_text(text.replace("severity: 2", "severity: 1"))
    (firm.root / "cases" / "cases.lock").unlink()
    firm.commit()
    assert f"incidents/{INCIDENT} is gone: git held it" in reasons(firm)


def test_a_stop_that_a_commit_held_is_not_written_away(firm: Firm) -> None:
    firm.restart()
    firm.stop()
    firm.commit()
    rewritten(firm, "contained")
    firm.write(event=Event.CLOSED, by="Mallory")
    firm.commit()
    assert "log.jsonl" in reasons(firm)


def test_an_incident_that_is_told_of_another_workflow_keeps_it_closed(firm: Firm) -> None:
    firm.restart()
    firm.incident(workflow="letters")
    assert "is about another workflow" in reasons(firm)
