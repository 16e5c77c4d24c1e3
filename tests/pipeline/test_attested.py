"""The last report that people signed: whom its signature has to be by, and what is not passed over."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from torture.signed_project import (
    LEADER,
    OWNER,
    SPONSOR,
    STRANGER,
    commit,
    edit,
    fresh,
    kept,
    passing,
    private_of,
    public_of,
    signed,
)

from incident2eval.model import Approval, Approver, BadInput, Matter
from incident2eval.pipeline.project import INCIDENT, WORKFLOW
from incident2eval.pipeline.signed.approvals import write_approval
from incident2eval.pipeline.signed.attested import attested, last_signed
from incident2eval.pipeline.signed.trust import trust_digest, trust_of
from incident2eval.report.document import document
from incident2eval.signing import private_key
from incident2eval.store import Project, read_report, sha256


def report_by(home: Project, *names: str, hours_ago: float = 0.0) -> Path:
    """A pass report of then, with the settings as they are now."""
    at = datetime.now(UTC) - timedelta(hours=hours_ago)
    report = passing(fresh(home), started=at, finished=at, expires=at + timedelta(hours=4))
    path = kept(home, report)
    if names:
        signed(path, report, *names)
    return path


def last(home: Project) -> tuple[str | None, tuple[str, ...]]:
    found, problems = last_signed(fresh(home), WORKFLOW, fresh(home).settings.approvers)
    return (found.path.name if found else None), problems


def trust_stranger(home: Project) -> None:
    edit(home.root / "incident2eval.toml", public_of(LEADER), public_of(STRANGER))
    commit(home.root)


def test_without_a_signature_there_is_none(home: Project) -> None:
    report_by(home)

    assert last(home) == (None, ())


def test_it_is_the_newest(home: Project) -> None:
    report_by(home, OWNER, hours_ago=30)
    newest = report_by(home, LEADER, hours_ago=2)
    report_by(home)

    assert last(home) == (newest.name, ())


def test_one_that_was_changed_is_a_problem_and_the_one_before_it_counts(home: Project) -> None:
    first = report_by(home, OWNER, hours_ago=30)
    second = report_by(home, OWNER, hours_ago=2)
    edit(second, '"tool": "0.1.0"', '"tool": "0.2.0"')

    name, problems = last(home)

    assert name == first.name
    assert any(second.name in problem for problem in problems)


def test_who_writes_themselves_into_the_settings_gets_no_further(home: Project) -> None:
    first = report_by(home, OWNER, hours_ago=30)
    trust_stranger(home)
    second = report_by(home, STRANGER, hours_ago=2)

    name, problems = last(home)

    assert name == first.name
    assert any(second.name in problem and "by nobody whose word counts" in problem for problem in problems)


def test_somebody_of_before_may_bring_in_somebody_new(home: Project) -> None:
    report_by(home, OWNER, hours_ago=30)
    trust_stranger(home)
    at = datetime.now(UTC).replace(microsecond=0)
    for name, role in ((OWNER, "workflow_owner"), (LEADER, "functional_leader")):
        word = Approval(
            matter=Matter.SETTINGS,
            subject=WORKFLOW,
            digest=trust_digest(trust_of(fresh(home).settings, WORKFLOW)),
            by=name,
            role=role,
            at=at,
            reason="Imran has a new key",
        )
        write_approval(home, word, private_key(private_of(name)))
    second = report_by(home, STRANGER, hours_ago=2)

    assert last(home) == (second.name, ())


def test_those_who_signed_once_may_leave_later(home: Project) -> None:
    path = report_by(home, LEADER, hours_ago=30)
    edit(home.root / "incident2eval.toml", f'public_key = "{public_of(LEADER)}"\n', "")

    assert last(home) == (path.name, ())


def test_reports_that_nobody_signed_may_be_cleared_away(home: Project) -> None:
    unsigned = report_by(home, hours_ago=3)
    at = datetime.now(UTC) - timedelta(hours=1)
    report = passing(home, started=at, finished=at, previous=sha256(unsigned.read_bytes()))
    path = kept(home, report)
    signed(path, report, OWNER)
    unsigned.unlink()

    assert last(home) == (path.name, ())
    assert any("the report before it" in one for one in attested(home, path, ()).problems)


def test_one_that_a_log_names_and_that_is_gone_is_a_problem(home: Project) -> None:
    path = report_by(home, OWNER)
    entry = {"at": "2026-11-20T10:00:00Z", "event": "signed_off", "by": OWNER}
    ref = path.relative_to(home.root).as_posix()
    home.log(INCIDENT, {**entry, "ref": ref, "digest": sha256(path.read_bytes())})
    assert last(home)[1] == ()

    path.unlink()
    path.with_suffix(".dsse.json").unlink()

    assert last(home) == (None, (f"{ref}: the log of {INCIDENT} names it, and it is gone or another one",))


def test_a_stranger_beside_somebody_known_takes_nothing_away(home: Project) -> None:
    path = report_by(home, OWNER, STRANGER)

    found = attested(home, path, home.settings.approvers)

    assert (found.signed, found.signers, found.problems) == (True, (OWNER,), ())


def test_a_key_of_two_people_is_nobodys(home: Project) -> None:
    path = report_by(home, OWNER)
    shared = [Approver(name=name, public_key=public_of(OWNER)) for name in (OWNER, LEADER)]

    found = attested(home, path, shared)

    assert not found.signed
    assert f"one key stands for {LEADER} and {OWNER}, so it counts for none of them" in found.problems


def test_signers_are_those_who_are_asked_about(home: Project) -> None:
    path = report_by(home, OWNER, LEADER, SPONSOR)
    sponsor = [one for one in home.settings.approvers if one.name == SPONSOR]

    assert attested(home, path, sponsor).signers == (SPONSOR,)


def test_a_report_is_read_as_it_was_written(home: Project) -> None:
    path = report_by(home)

    report = read_report(path.read_bytes(), file="x")

    assert document(report) == path.read_bytes()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"dirty": false', '"dirty": 0', "dirty"),
        ('"dirty": false', '"dirty": false,\n "durty": true', "durty: is not known"),
        ('\n "dirty": false,', "", "dirty: is missing"),
        ('"monitor": false', '"monitor":  false', "written anew"),
        ('"tool": "0.1.0"', '"tool": "\\u0030.1.0"', "written anew"),
        ('"tool": "0.1.0"', '"tool": "\\ud800"', "written anew"),
        ('"nonce": "', '"nonce": "x",\n "nonce": "', "twice"),
        ('Z",\n "incidents"', '+00:00",\n "incidents"', "finished"),
    ],
)
def test_a_report_in_other_words_is_none(home: Project, old: str, new: str, words: str) -> None:
    path = report_by(home)
    edit(path, old, new)

    with pytest.raises(BadInput, match=words):
        read_report(path.read_bytes(), file="x")
