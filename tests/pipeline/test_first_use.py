"""Before any report is signed: who was named before the incident may sign, and brings in others."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from pipeline import restarts, signatures
from pipeline.restarts import EVERYBODY, LEADER, OWNER, SPONSOR, Firm
from pipeline.signatures import MAX, Person

from incident2eval.model import Matter
from incident2eval.pipeline.gating.reports import FORMS, stem_of
from incident2eval.pipeline.project import WORKFLOW
from incident2eval.pipeline.signed.attested import signed_chain
from incident2eval.pipeline.signed.trust import Trusted, trust_digest, trust_of, trusted
from incident2eval.report.statement import statement_of
from incident2eval.signing import sign, statement
from incident2eval.store import read_report
from incident2eval.store._json import pretty

BEFORE, LONG_BEFORE, AFTER = "2026-11-01T00:00:00Z", "2026-10-01T00:00:00Z", "2026-11-20T00:00:00Z"
"""The incident was noticed on 12 November 2026."""


@pytest.fixture(scope="module")
def built(proved: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A firm of level 2 that git knows nothing of yet; to be copied."""
    folder = tmp_path_factory.mktemp("first")
    shutil.rmtree(restarts.firm(proved, folder, 2).root / ".git")
    return folder


@pytest.fixture
def firm(built: Path, tmp_path: Path) -> Firm:
    folder = Path(shutil.copytree(built, tmp_path / "firm"))
    subprocess.run(["git", "init", "-q", folder / "demo"], check=True)
    return Firm(folder / "demo", folder / "keys")


def commit(firm: Firm, at: str, *people: Person, but: str = "") -> None:
    """Commit the project with these approvers, dated like that; without a folder of it."""
    signatures.with_approvers(firm.root, *people)
    who = ("-c", "user.name=Kit Lowe", "-c", "user.email=kit@example.org")
    dates = {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at}
    paths = (".", f":!{but}") if but else (".",)
    subprocess.run(["git", "-C", firm.root, "add", "-A", *paths], check=True)
    subprocess.run(["git", "-C", firm.root, *who, "commit", "-qm", "state"], check=True, env=dates)


def now_trusted(firm: Firm) -> Trusted:
    return trusted(firm.home, WORKFLOW)


def names(found: Trusted) -> set[str]:
    return {one.name for one in found.approvers}


def test_who_was_named_before_counts_and_who_came_later_needs_their_word(firm: Firm) -> None:
    commit(firm, BEFORE, OWNER, LEADER)
    commit(firm, AFTER, OWNER, LEADER, MAX)

    found = now_trusted(firm)

    assert names(found) == {OWNER.name, LEADER.name}
    assert found.changes == ("Max Stranger is a new approver (workflow_owner)",)
    digest = trust_digest(trust_of(firm.home.settings, WORKFLOW))
    firm.approve(OWNER, Matter.SETTINGS, digest, reason="A new colleague")
    assert names(now_trusted(firm)) == {OWNER.name, LEADER.name}
    firm.approve(LEADER, Matter.SETTINGS, digest, reason="A new colleague")
    assert names(now_trusted(firm)) == {OWNER.name, LEADER.name, MAX.name}


def test_a_commit_that_is_dated_back_came_after_what_it_lies_upon(firm: Firm) -> None:
    commit(firm, AFTER, OWNER, LEADER)
    commit(firm, BEFORE, OWNER, LEADER, MAX)

    assert names(now_trusted(firm)) == {OWNER.name, LEADER.name}


def test_a_commit_on_the_incident_came_after_it_whatever_its_date(firm: Firm) -> None:
    commit(firm, LONG_BEFORE, OWNER, LEADER, but="incidents")
    commit(firm, LONG_BEFORE, OWNER, LEADER, SPONSOR)
    commit(firm, BEFORE, OWNER, LEADER, SPONSOR, MAX)

    assert names(now_trusted(firm)) == {OWNER.name, LEADER.name}


def test_where_nobody_was_named_nobody_can_be_asked_once(firm: Firm) -> None:
    commit(firm, BEFORE, but="incidents")
    assert now_trusted(firm).late == ""
    commit(firm, AFTER, OWNER, LEADER)

    found = now_trusted(firm)

    assert (names(found), found.changes) == ({OWNER.name, LEADER.name}, ())
    assert found.late == "named after the incident: 2 approvers"
    commit(firm, AFTER, OWNER, LEADER, MAX)
    assert names(now_trusted(firm)) == {OWNER.name, LEADER.name}


def test_a_looser_policy_takes_a_word_and_a_target_that_was_none_does_not(firm: Firm) -> None:
    settings = firm.root / "incident2eval.toml"
    whole = settings.read_text()
    target = next(line for line in whole.splitlines() if line.startswith("target = "))
    settings.write_text(whole.replace(f"{target}\n", "", 1))
    commit(firm, BEFORE, OWNER, LEADER)
    settings.write_text(whole)
    commit(firm, AFTER, OWNER, LEADER)
    assert now_trusted(firm).changes == ()

    settings.write_text(settings.read_text() + '\n[policy.signatures]\n2 = ["workflow_owner"]\n')
    assert "the signature of functional leader is asked for less often" in str(now_trusted(firm).changes)


def test_without_git_the_settings_count_as_they_are(firm: Firm) -> None:
    found = now_trusted(firm)
    assert (names(found), found.late) == ({one.name for one in EVERYBODY}, "")
    assert "the settings as they are" in found.source


@pytest.mark.requirement("R138")
def test_one_insider_signs_no_first_report_for_two(firm: Firm) -> None:
    """With a key of nobody's and without a record of anything before, by the command line and by hand."""
    max_alone = Person(MAX.name, ("functional_leader",), MAX.secret)
    commit(firm, AFTER, *EVERYBODY)
    commit(firm, AFTER, *EVERYBODY, max_alone)
    firm.stop()
    assert firm.gate().exit_code == 0
    firm.look_back()
    firm.sign(OWNER, "workflow_owner")
    path = firm.report
    report = read_report(path.read_bytes(), file=path.name)
    forms = {form: path.with_suffix(form).read_bytes() for form in FORMS if form != ".json"}
    said = statement_of(report, path.read_bytes(), forms)
    payload = statement(subjects=said.subjects, predicate_type=said.predicate_type, predicate=said.predicate)
    path.with_suffix(".dsse.json").write_bytes(sign(payload, max_alone.key))
    firm.approve(max_alone, Matter.RESTART, firm.log()[-1]["digest"] if firm.log() else "0" * 64)

    assert signed_chain(firm.home, WORKFLOW, firm.home.settings.approvers).last is None
    answer = firm.restart()
    assert answer.data["decision"] == "blocked"
    assert "Max Stranger is a new approver" in str(answer.data["reasons"])


def test_a_newcomer_names_approvers_after_the_incident_and_everybody_is_told(firm: Firm) -> None:
    commit(firm, BEFORE, but="incidents")
    commit(firm, AFTER, *EVERYBODY)
    restarts.ready(firm, 2)

    assert "named after the incident: 6 approvers" in firm.report.read_text()
    answer = firm.restart()
    assert answer.exit_code == 0, answer.text
    assert "named after the incident: 6 approvers" in " ".join(answer.text.split())


def test_a_report_that_claims_to_be_from_before_is_not(firm: Firm) -> None:
    """Whoever began the project alone, and was struck off since, would be the one who was named then."""
    alone = Person(MAX.name, ("workflow_owner", "functional_leader"), MAX.secret)
    whole = (firm.root / "incident2eval.toml").read_text()
    commit(firm, LONG_BEFORE, alone, but="incidents")
    commit(firm, BEFORE, *EVERYBODY, but="incidents")
    signatures.with_approvers(firm.root, alone)
    assert firm.gate().exit_code == 0
    told = json.loads(firm.report.read_bytes()) | {
        "started": "2026-10-02T10:00:00Z",
        "finished": "2026-10-02T10:01:00Z",
        "expires": "2026-10-03T10:01:00Z",
    }
    shutil.rmtree(firm.report.parent)
    forged = read_report(pretty(told), file="forged")
    path = firm.root / "reports" / WORKFLOW / f"{stem_of(forged)}.json"
    path.parent.mkdir()
    path.write_bytes(pretty(told))
    said = statement_of(forged, path.read_bytes(), {})
    payload = statement(subjects=said.subjects, predicate_type=said.predicate_type, predicate=said.predicate)
    path.with_suffix(".dsse.json").write_bytes(sign(payload, alone.key))
    (firm.root / "incident2eval.toml").write_text(whole)

    found = now_trusted(firm)

    assert names(found) == {one.name for one in EVERYBODY}
    assert "is signed, and by nobody whose word counts" in str(found.problems)
