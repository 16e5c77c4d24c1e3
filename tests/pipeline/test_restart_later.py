"""After people left: what was decided by their word stands, and an auditor sees that it did."""

from datetime import timedelta
from pathlib import Path

import pytest
from pipeline import restarts, signatures
from pipeline.restarts import EVERYBODY, LEADER, OWNER, SPONSOR, Firm
from pipeline.signatures import Person

from incident2eval.model import Matter
from incident2eval.pipeline.project import WORKFLOW
from incident2eval.pipeline.signed.trust import trust_digest, trust_of
from incident2eval.pipeline.verify import verify
from incident2eval.store import read_report

UMA = Person("Uma Vale", ("workflow_owner",))
NIA = Person("Nia Holm", ("functional_leader",))


def changed(firm: Firm, owner: Person, *people: Person, by: tuple[Person, Person]) -> None:
    """Others are approvers now, one of them the owner, and two of those who were there before approve it."""
    signatures.with_approvers(firm.root, *people)
    path = firm.root / "incident2eval.toml"
    path.write_text(path.read_text().replace('owner = "Ana Pereira"', f'owner = "{owner.name}"'))
    digest = trust_digest(trust_of(firm.home.settings, WORKFLOW))
    for person in by:
        firm.approve(person, Matter.SETTINGS, digest, reason="People come and go")
    firm.commit()


def but(*left: Person) -> list[Person]:
    return [one for one in EVERYBODY if one not in left]


@pytest.mark.parametrize("level", [1, 2])
def test_a_restart_stays_settled_when_its_owner_leaves(proved: Path, tmp_path: Path, level: int) -> None:
    firm = restarts.ready(restarts.firm(proved, tmp_path, level), level)
    assert firm.restart().exit_code == 0
    firm.commit()
    changed(firm, UMA, *but(OWNER), UMA, by=(LEADER, SPONSOR))
    answer = firm.restart()
    assert (answer.exit_code, answer.data["new"]) == (0, False), answer.text


@pytest.mark.requirement("R139")
def test_a_report_holds_as_of_then_when_none_of_its_signers_is_left(proved: Path, tmp_path: Path) -> None:
    firm = restarts.ready(restarts.firm(proved, tmp_path, 2), 2)
    assert firm.restart().exit_code == 0
    firm.commit()
    first = firm.report
    then = read_report(first.read_bytes(), file=first.name).finished + timedelta(minutes=5)
    changed(firm, OWNER, *but(LEADER), NIA, by=(OWNER, SPONSOR))
    _again(firm, (OWNER, "workflow_owner"), (NIA, "functional_leader"))
    changed(firm, UMA, *but(LEADER, OWNER), NIA, UMA, by=(NIA, SPONSOR))
    _again(firm, (UMA, "workflow_owner"), (NIA, "functional_leader"))

    answer = verify(project=firm.root, what=str(first), at=then)

    assert answer.exit_code == 0, answer.text
    assert all(f"approved by: {who.name}" in answer.text for who in (OWNER, LEADER))


def test_what_is_changed_today_is_no_fault_of_a_report_as_of_then(proved: Path, tmp_path: Path) -> None:
    firm = restarts.ready(restarts.firm(proved, tmp_path, 2), 2)
    then = read_report(firm.report.read_bytes(), file="report").finished + timedelta(minutes=5)
    signatures.with_approvers(firm.root, *EVERYBODY, UMA)
    assert verify(project=firm.root, what=str(firm.report)).exit_code == 1
    answer = verify(project=firm.root, what=str(firm.report), at=then)
    assert answer.exit_code == 0, answer.text


def _again(firm: Firm, *signers: tuple[Person, str]) -> None:
    """Another stop, and a restart on a report that these sign."""
    firm.stop()
    assert firm.gate().exit_code == 0
    for person, role in signers:
        assert firm.sign(person, role).exit_code == 0
    answer = firm.restart()
    assert answer.exit_code == 0, answer.text
    firm.commit()
