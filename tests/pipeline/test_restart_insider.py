"""`restart` against one of several approvers, or somebody who may push: what git held, what others said."""

import base64
import json
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from pipeline import restarts
from pipeline.restarts import LEADER, LEGAL, OWNER, Firm
from pipeline.signatures import MAX, Person

from incident2eval.model import Event, LogEntry, Matter, Severity
from incident2eval.pipeline._word import append, now
from incident2eval.pipeline.project import INCIDENT, WORKFLOW, set_state
from incident2eval.pipeline.signed.shown_report import Bar, newest_trouble
from incident2eval.pipeline.signed.trust import trusted
from incident2eval.store import sha256


@pytest.fixture(scope="module")
def readied(proved: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a firm for which everything of level 2 is done and committed, once; to be copied."""
    folder = tmp_path_factory.mktemp("insider")
    restarts.ready(restarts.firm(proved, folder, 2), 2).commit()
    return folder


@pytest.fixture
def firm(readied: Path, tmp_path: Path) -> Firm:
    folder = Path(shutil.copytree(readied, tmp_path / "firm"))
    return Firm(folder / "demo", folder / "keys")


def reasons(firm: Firm, report: Path | None = None) -> str:
    """Why it is blocked; it has to be."""
    answer = firm.restart(report)
    assert (answer.exit_code, answer.data["decision"]) == (1, "blocked"), answer.text
    return str(answer.data["reasons"])


def git(firm: Firm, *words: str) -> str:
    who = ("-c", "user.name=Kit Lowe", "-c", "user.email=kit@example.org")
    asked = ["git", "-C", str(firm.root), *who, *words]
    return subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()


def add_settings(firm: Firm, text: str) -> None:
    with (firm.root / "incident2eval.toml").open("a") as settings:
        settings.write(text)


def run_that_fails(firm: Firm) -> Path:
    set_state(firm.root, "faulty")
    assert firm.gate().exit_code == 1
    set_state(firm.root, "fixed")
    return firm.report


def test_an_override_goes_by_the_policy_that_was_approved(firm: Firm) -> None:
    """Level 3 says who overrides at level 2: one owner would make it the owner alone."""
    add_settings(firm, '\n[policy.signatures]\n3 = ["workflow_owner"]\n')
    firm.commit()
    firm.override(OWNER)
    assert "level 3: 1 people sign instead of 2" in reasons(firm)


def test_what_a_merge_leaves_aside_is_missed(firm: Firm) -> None:
    """The merge keeps one side as it was: asked about a folder, git then looks at that side alone."""
    signed, main = firm.report, git(firm, "rev-parse", "--abbrev-ref", "HEAD")
    git(firm, "branch", "before")
    failed = run_that_fails(firm)
    firm.commit("Tom Reyes")
    git(firm, "checkout", "-qf", "before")
    git(firm, "merge", "-q", "-s", "ours", "-m", "merge", main)
    assert not failed.exists()
    assert f"git holds reports/{WORKFLOW}/{failed.name}" in reasons(firm, signed)


def test_what_a_merge_itself_takes_away_is_missed(firm: Firm) -> None:
    signed, main = firm.report, git(firm, "rev-parse", "--abbrev-ref", "HEAD")
    git(firm, "checkout", "-qb", "side")
    git(firm, "commit", "-q", "--allow-empty", "-m", "side")
    git(firm, "checkout", "-q", main)
    failed = run_that_fails(firm)
    firm.commit("Tom Reyes")
    git(firm, "merge", "-q", "--no-ff", "--no-commit", "side")
    git(
        firm,
        "rm",
        "-q",
        *(f"reports/{WORKFLOW}/{one.name}" for one in failed.parent.glob(f"{failed.stem}.*")),
    )
    git(firm, "commit", "-qm", "merge")
    assert f"git holds reports/{WORKFLOW}/{failed.name}" in reasons(firm, signed)


@pytest.mark.parametrize("is_committed", [True, False])
def test_a_later_run_that_failed_is_not_written_into_one_that_passed(firm: Firm, is_committed: bool) -> None:
    signed, failed = firm.report, run_that_fails(firm)
    firm.commit()
    failed.write_text(failed.read_text().replace('"decision": "blocked"', '"decision": "pass"'))
    if is_committed:
        firm.commit()
    assert "a later run was taken away or changed" in reasons(firm, signed)


def test_an_approval_that_git_held_is_not_written_over(firm: Firm) -> None:
    one, other = sorted((firm.root / "approvals").iterdir())
    one.write_bytes(other.read_bytes())
    assert f"approvals/{one.name}: git holds another one" in reasons(firm)


@pytest.mark.requirement("R137")
def test_a_report_from_before_settles_no_later_incident(firm: Firm) -> None:
    assert firm.restart().exit_code == 0
    later = firm.root / "incidents" / "INC-2026-0999"
    later.mkdir()
    told = (firm.root / "incidents" / INCIDENT / "incident.yaml").read_text()
    (later / "incident.yaml").write_text(told.replace(INCIDENT, later.name))
    digest = sha256(firm.report.read_bytes())
    entry = LogEntry(at=now(), event=Event.RESTARTED, by="Mallory", reason="approved", digest=digest)
    append(firm.home, later.name, entry)
    assert f"does not speak of {later.name}" in reasons(firm)


def test_a_written_restart_takes_no_word_of_an_approver_whom_nobody_approved(
    proved: Path, tmp_path: Path
) -> None:
    firm = restarts.firm(proved, tmp_path, 2)
    firm.stop()
    stranger = Person(MAX.name, ("functional_leader",), MAX.secret)
    add_settings(firm, stranger.settings())
    firm.commit()
    assert firm.gate().exit_code == 0
    firm.look_back()
    firm.sign(OWNER, "workflow_owner")
    (word,) = (firm.root / "approvals").glob("*-restart-*")
    said = json.loads(base64.b64decode(json.loads(word.read_text())["payload"]))["predicate"]
    digest = sha256(firm.report.read_bytes())
    firm.approve(stranger, Matter.RESTART, digest, reason=said["reason"])
    firm.write(event=Event.RESTARTED, by="Mallory", reason="approved", digest=digest)
    assert "Max Stranger is a new approver" in reasons(firm)


def test_a_line_that_no_case_is_needed_takes_the_word_of_the_owner(proved: Path, tmp_path: Path) -> None:
    firm = restarts.firm(proved, tmp_path, 1)
    shutil.rmtree(firm.root / "cases")
    firm.stop()
    digest = sha256((firm.root / "incidents" / INCIDENT / "incident.yaml").read_bytes())
    firm.approve(LEGAL, Matter.NO_CASE, digest, subject=INCIDENT, reason="a slip of a person")
    firm.write(event=Event.RESTARTED, by="Mallory", kind="no_case", reason="approved", digest=digest)
    assert "not signed by the workflow owner" in reasons(firm)


def test_who_shares_the_fault_passes_now_and_not_long_ago(firm: Firm) -> None:
    """At level 3 the newest report of another workflow is asked for, whatever it passed on."""
    confided, level = trusted(firm.home, WORKFLOW), firm.home.settings.policy.level(Severity.IMPACT)
    assert newest_trouble(firm.home, WORKFLOW, confided, Bar(level=level, now=now())) is None
    later = Bar(level=level, now=now() + timedelta(days=30))
    assert "is older than the 24 hours" in str(newest_trouble(firm.home, WORKFLOW, confided, later))


def test_nobody_alone_makes_themselves_the_owner(firm: Firm) -> None:
    firm.settings('owner = "Ana Pereira"', f'owner = "{LEADER.name}"')
    firm.commit()
    assert firm.gate().exit_code == 0
    firm.sign(LEADER, "functional_leader")
    assert "Lee Okafor owns it or stands in, and Ana Pereira, Ben Strand did" in reasons(firm)
