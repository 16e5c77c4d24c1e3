"""Approvals: one person's word about one thing as it is now, and nothing in it can be changed unseen."""

import base64
import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pipeline import followed, signatures
from pipeline.signatures import ANA, LEE, MAX

from incident2eval.model import Approval, Approver, BadInput, Matter
from incident2eval.pipeline._word import now
from incident2eval.pipeline.approve import Wish, approve
from incident2eval.pipeline.signed.approvals import (
    approver_of,
    deployed_digest,
    signed_approvals,
    write_approval,
)
from incident2eval.signing import sign, statement
from incident2eval.store import Project, sha256


@pytest.fixture
def home(tmp_path: Path) -> Project:
    """A project with two approvers."""
    return Project(root=signatures.with_approvers(followed.project(tmp_path / "firm"), ANA, LEE))


def word(**changed: Any) -> Approval:
    said = {
        "matter": Matter.NO_CASE,
        "subject": followed.ID,
        "digest": "ab" * 32,
        "by": ANA.name,
        "role": ANA.roles[0],
        "at": now(),
        "reason": "a slip of a person, no workflow was involved",
    }
    return Approval(**{**said, **changed})


def counted(home: Project) -> tuple[Approval, ...]:
    return tuple(one.approval for one in signed_approvals(home, home.settings.approvers)[0])


def problem(home: Project) -> str:
    """Why the one approval that is there does not count."""
    words, problems = signed_approvals(home, home.settings.approvers)
    assert words == ()
    assert len(problems) == 1, problems
    return problems[0]


def test_a_word_counts_as_it_was_said(home: Project) -> None:
    said = word(until=now() + timedelta(days=3), reason="rés\u0000umé & <b>")
    kept = write_approval(home, said, ANA.key)

    words, problems = signed_approvals(home, home.settings.approvers)
    assert (words, problems) == ((kept,), ())
    assert kept.approval == said
    assert kept.key == ANA.key.public.fingerprint
    assert (home.root / kept.file).parent == home.root / "approvals"


def test_an_approval_is_an_in_toto_statement_about_its_digest(home: Project) -> None:
    kept = write_approval(home, word(), ANA.key)
    envelope = json.loads((home.root / kept.file).read_bytes())
    said = json.loads(base64.b64decode(envelope["payload"]))
    assert said["predicateType"] == "urn:incident2eval:approval:v1"
    assert said["subject"] == [{"name": followed.ID, "digest": {"sha256": "ab" * 32}}]


def test_what_is_gone_can_be_signed_for(home: Project) -> None:
    gone = word(matter=Matter.CHANGED_CASE, subject=f"{followed.ID}::test_scope", digest="gone")
    write_approval(home, gone, ANA.key)
    assert counted(home) == (gone,)


def test_the_same_word_again_adds_nothing(home: Project) -> None:
    first = write_approval(home, word(at=now() - timedelta(hours=1)), ANA.key)
    assert write_approval(home, word(), ANA.key) == first
    assert len(home.approvals()) == 1


def test_a_word_after_a_refusal_is_another_one(home: Project) -> None:
    for hours, decision in ((3, "approved"), (2, "refused"), (1, "approved")):
        write_approval(home, word(at=now() - timedelta(hours=hours), decision=decision), ANA.key)
    assert [one.decision for one in counted(home)] == ["approved", "refused", "approved"]


def test_each_change_of_a_case_is_approved_anew(home: Project) -> None:
    for hours in (2, 1):
        changed = word(matter=Matter.CHANGED_CASE, at=now() - timedelta(hours=hours))
        write_approval(home, changed, ANA.key)
    assert len(counted(home)) == 2


def test_no_flipped_bit_of_an_approval_counts(home: Project) -> None:
    path = home.root / write_approval(home, word(reason="short"), ANA.key).file
    raw = path.read_bytes()
    accepted = []
    for at in range(len(raw)):
        for bit in range(8):
            path.write_bytes(raw[:at] + bytes([raw[at] ^ 1 << bit]) + raw[at + 1 :])
            if counted(home):
                accepted.append((at, bit))
    assert accepted == []


def test_a_stranger_s_word_does_not_count(home: Project) -> None:
    write_approval(home, word(), MAX.key)
    assert "is signed by a key that is no approver's" in problem(home)


def test_nobody_speaks_for_somebody_else(home: Project) -> None:
    write_approval(home, word(), LEE.key)
    assert "names Ana Pereira, and the key is that of Lee Okafor" in problem(home)


@pytest.mark.requirement("R137")
def test_a_word_in_a_role_that_one_does_not_have_does_not_count(home: Project) -> None:
    write_approval(home, word(role="executive"), ANA.key)
    assert "Ana Pereira may not sign as executive" in problem(home)


def test_a_word_of_somebody_who_was_taken_out_of_the_settings_does_not_count(home: Project) -> None:
    write_approval(home, word(), ANA.key)
    words, problems = signed_approvals(home, [one for one in home.settings.approvers if one.name != ANA.name])
    assert words == ()
    assert "no approver's" in problems[0]


def test_a_key_that_stands_for_two_people_counts_for_neither(home: Project) -> None:
    write_approval(home, word(), ANA.key)
    twin = Approver(name="Lee Twin", roles=("executive",), public_key=ANA.line)
    words, problems = signed_approvals(home, (*home.settings.approvers, twin))
    assert words == ()
    assert "that of Ana Pereira and Lee Twin" in problems[0]


def test_a_key_in_the_settings_that_is_none_is_named(home: Project) -> None:
    broken = Approver(name="Kit Lowe", roles=("legal",), public_key="ssh-rsa AAAA")
    assert "public_key of Kit Lowe: the key is an RSA key" in signed_approvals(home, [broken])[1][0]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"at": now() + timedelta(hours=1)}, "is still to come"),
        ({"until": now() - timedelta(hours=1)}, "ends before it begins"),
        ({"digest": "latest"}, "without a SHA-256"),
        ({"decision": "maybe"}, "decides 'maybe'"),
    ],
)
def test_what_is_no_approval_is_neither_written_nor_believed(
    home: Project, changed: dict[str, Any], says: str
) -> None:
    with pytest.raises(BadInput, match=says):
        write_approval(home, word(**changed), ANA.key)
    assert home.approvals() == ()


@pytest.mark.parametrize(
    "edit",
    [
        {"extra": True},
        {"reason": 7},
        {"reason": None},
        {"matter": "everything"},
        {"at": "2026-11-18"},
        {"at": "2026-11-18T09:41:07+00:00"},
        {"at": "2026-11-18 09:41:07Z"},
        {"at": 1},
        {"until": ""},
        {"role": ["workflow_owner"]},
    ],
)
def test_a_field_that_is_unknown_or_in_another_form_makes_it_none(
    home: Project, edit: dict[str, Any]
) -> None:
    _put(home, {**_predicate(), **edit})
    assert problem(home).startswith("approvals/hand-made.dsse.json: ")


@pytest.mark.parametrize("field", ["matter", "decision", "by", "role", "at", "reason", "until"])
def test_a_field_that_is_missing_makes_it_none(home: Project, field: str) -> None:
    _put(home, {name: value for name, value in _predicate().items() if name != field})
    assert problem(home).endswith("is no approval")


@pytest.mark.parametrize(
    "subjects",
    [
        {"a": {"sha256": "ab" * 32}, "b": {"sha256": "cd" * 32}},
        {"a": {"sha256": "ab" * 32, "sha512": "cd" * 64}},
        {"a": {"sha1": "ab" * 32}},
        {"a": {"state": "ab" * 32}},
        {"a": {"sha256": "gone"}},
        {"a": {"sha256": "AB" * 32}},
    ],
)
def test_an_approval_is_about_one_thing(home: Project, subjects: dict[str, dict[str, str]]) -> None:
    _put(home, _predicate(), subjects)
    assert problem(home).startswith("approvals/hand-made.dsse.json: ")


def test_the_hand_made_statement_of_these_tests_would_count(home: Project) -> None:
    _put(home, _predicate())
    assert len(counted(home)) == 1


def test_another_kind_of_statement_is_no_approval(home: Project) -> None:
    _put(home, _predicate(), kind="urn:incident2eval:approval:v2")
    assert "in another form" in problem(home)


def test_an_approval_is_one_person_s(home: Project) -> None:
    path = home.root / write_approval(home, word(), ANA.key).file
    envelope = json.loads(path.read_bytes())
    path.write_bytes(sign(base64.b64decode(envelope["payload"]), LEE.key, beside=path.read_bytes()))
    assert "signed more than once" in problem(home)


def test_links_are_not_followed(home: Project) -> None:
    path = home.root / write_approval(home, word(), ANA.key).file
    path.rename(home.root / "kept.json")
    path.symlink_to(home.root / "kept.json")
    with pytest.raises(BadInput, match="links are not followed"):
        home.approvals()
    (home.root / "approvals").rename(home.root / "elsewhere")
    (home.root / "approvals").symlink_to(home.root / "elsewhere")
    for act in (home.approvals, lambda: home.keep_approval("a.dsse.json", b"x")):
        with pytest.raises(BadInput, match="is a link"):
            act()


def test_an_approval_is_never_rewritten(home: Project) -> None:
    home.keep_approval("a.dsse.json", b"x")
    home.keep_approval("a.dsse.json", b"x")
    with pytest.raises(BadInput, match="never rewritten"):
        home.keep_approval("a.dsse.json", b"y")
    for name in ("../a.dsse.json", ".a.dsse.json", "a.json", "a/b.dsse.json", "", "a\n.dsse.json"):
        with pytest.raises(BadInput, match="no name for a file"):
            home.keep_approval(name, b"x")


@pytest.mark.requirement("R137")
@pytest.mark.parametrize(
    ("name", "role", "person", "says"),
    [
        ("Ana Pereira", "executive", ANA, "--role: Ana Pereira may not sign as executive"),
        ("Ana Pereira", "workflow_owner", LEE, "--key: is not the key of Ana Pereira"),
        ("Ana Pereira", "workflow_owner", MAX, "--key: is not the key of Ana Pereira"),
        ("Max Stranger", "workflow_owner", MAX, "--as: 'Max Stranger' is no approver"),
        ("ana pereira", "workflow_owner", ANA, "--as: 'ana pereira' is no approver"),
    ],
)
def test_only_the_person_themselves_signs_in_a_role_of_theirs(
    home: Project, name: str, role: str, person: signatures.Person, says: str
) -> None:
    with pytest.raises(BadInput, match=says) as refused:
        approver_of(home.settings, name, role, person.key.public)
    assert len(refused.value.faults) == 1


def test_a_reason_for_no_case_is_about_the_incident_file_as_it_is(home: Project, tmp_path: Path) -> None:
    who, told = signatures.signatory(tmp_path, ANA)
    answer = approve(project=home.root, wish=_wish(), who=who)

    digest = sha256((home.root / f"incidents/{followed.ID}/incident.yaml").read_bytes())
    assert [(one.matter, one.subject, one.digest) for one in counted(home)] == [
        (Matter.NO_CASE, followed.ID, digest)
    ]
    assert told[0] == (
        f"Ana Pereira (workflow owner) signs that {followed.ID}, as its file tells it now, needs no case, "
        "because: no workflow was involved"
    )
    assert answer.data["file"] in answer.text
    assert approve(project=home.root, wish=_wish(), who=who).data == answer.data


def test_changed_settings_are_about_approvers_policy_and_targets(home: Project, tmp_path: Path) -> None:
    who, _ = signatures.signatory(tmp_path, ANA)
    before = approve(project=home.root, wish=_wish(Matter.SETTINGS, "letters"), who=who)
    (home.root / "incident2eval.toml").write_text(
        (home.root / "incident2eval.toml").read_text() + '\n[policy]\ntrials = {"1" = 7}\n'
    )
    after = approve(project=home.root, wish=_wish(Matter.SETTINGS, "letters"), who=who)
    assert before.data["digest"] != after.data["digest"]


def test_an_override_ends_within_three_days(home: Project, tmp_path: Path) -> None:
    who, _ = signatures.signatory(tmp_path, LEE, role="executive")
    _commit(home.root)
    for until, says in (
        (None, "has to end some time"),
        (now() - timedelta(hours=1), "is past"),
        (now() + timedelta(hours=73), "lasts 72 hours at most"),
    ):
        with pytest.raises(BadInput, match=says):
            approve(project=home.root, wish=_wish(Matter.OVERRIDE, "letters", until), who=who)
    approve(project=home.root, wish=_wish(Matter.OVERRIDE, "letters", now() + timedelta(hours=71)), who=who)
    assert counted(home)[0].digest == deployed_digest(home, "letters")


def test_an_override_says_the_version_it_holds_for_and_is_about_no_other(
    home: Project, tmp_path: Path
) -> None:
    who, told = signatures.signatory(tmp_path, LEE, role="executive")
    wish = _wish(Matter.OVERRIDE, "letters", now() + timedelta(hours=1))
    with pytest.raises(BadInput, match="no commit says which code would run"):
        approve(project=home.root, wish=wish, who=who)
    _commit(home.root)
    first = approve(project=home.root, wish=wish, who=who)
    assert "the code of commit " in told[0]
    _commit(home.root)  # of the approval itself: a record
    assert deployed_digest(home, "letters") == first.data["digest"]
    (home.root / "letters.py").write_text("LIMIT = 1\n")
    with pytest.raises(BadInput, match="what would run is not committed"):
        approve(project=home.root, wish=wish, who=who)
    _commit(home.root)
    assert deployed_digest(home, "letters") != first.data["digest"]


def _commit(root: Path) -> None:
    who = ["-c", "user.name=Kit", "-c", "user.email=kit@example.org"]
    for words in (["init", "-q"], ["add", "-A"], [*who, "commit", "-qm", "state"]):
        subprocess.run(["git", "-C", root, *words], check=True)


@pytest.mark.parametrize(
    ("matter", "subject", "says"),
    [
        (Matter.NO_CASE, "INC-2026-0999", "no such incident"),
        (Matter.NO_CASE, "../../etc", "is no incident id"),
        (Matter.SETTINGS, "lettters", "there is no workflow"),
        (Matter.OVERRIDE, "lettters", "there is no workflow"),
        (Matter.QUARANTINE, f"{followed.ID}::test_scope", "there is no case"),
        (Matter.TOLERANCE, f"{followed.ID}::test_scope", "there is no case"),
        (Matter.QUARANTINE, "test_scope", "is no id of a case"),
        (Matter.CHANGED_CASE, f"{followed.ID}::../x", "is no id of a case"),
        (Matter.RESTART, "letters", "is signed on a report"),
    ],
)
def test_what_is_not_there_is_not_signed_for(
    home: Project, tmp_path: Path, matter: Matter, subject: str, says: str
) -> None:
    who, _ = signatures.signatory(tmp_path, ANA)
    until = now() + timedelta(hours=1)
    with pytest.raises(BadInput, match=says):
        approve(project=home.root, wish=_wish(matter, subject, until), who=who)
    assert home.approvals() == ()


@pytest.mark.parametrize("reason", ["", "  ", "...", "a\nb because"])
def test_nobody_signs_without_a_reason(home: Project, tmp_path: Path, reason: str) -> None:
    who, _ = signatures.signatory(tmp_path, ANA)
    with pytest.raises(BadInput, match="is no reason"):
        approve(
            project=home.root, wish=Wish(matter=Matter.NO_CASE, subject=followed.ID, reason=reason), who=who
        )


def test_a_key_that_others_may_come_by_is_a_warning(home: Project, tmp_path: Path) -> None:
    who, _ = signatures.signatory(tmp_path, ANA)
    assert approve(project=home.root, wish=_wish(), who=who).notes == ()
    who.key_file.chmod(0o644)
    assert "chmod 600" in approve(project=home.root, wish=_wish(), who=who).notes[-1]

    inside, _ = signatures.signatory(home.root, ANA)
    assert (
        "lies inside the project: move it out"
        in approve(project=home.root, wish=_wish(), who=inside).notes[-1]
    )


def _wish(matter: Matter = Matter.NO_CASE, subject: str = followed.ID, until: datetime | None = None) -> Wish:
    return Wish(matter=matter, subject=subject, reason="no workflow was involved", until=until)


def _predicate() -> dict[str, Any]:
    return {
        "matter": "no_case",
        "decision": "approved",
        "by": ANA.name,
        "role": ANA.roles[0],
        "at": datetime(2026, 1, 1, tzinfo=UTC).isoformat().replace("+00:00", "Z"),
        "reason": "because",
        "until": None,
    }


def _put(
    home: Project,
    predicate: dict[str, Any],
    subjects: dict[str, dict[str, str]] | None = None,
    kind: str = "urn:incident2eval:approval:v1",
) -> None:
    """What Ana signs with other tools than ours."""
    about = subjects or {followed.ID: {"sha256": "ab" * 32}}
    payload = statement(subjects=about, predicate_type=kind, predicate=predicate)
    home.keep_approval("hand-made.dsse.json", sign(payload, ANA.key))


def test_somebody_without_a_key_in_the_settings_is_told_where_it_goes(home: Project, tmp_path: Path) -> None:
    settings = home.root / "incident2eval.toml"
    settings.write_text(settings.read_text().replace(f'public_key = "{ANA.line}"\n', ""))
    who, told = signatures.signatory(tmp_path, ANA)
    wish = Wish(matter=Matter.NO_CASE, subject=followed.ID, reason="a slip of a person")
    with pytest.raises(BadInput, match="holds no public_key of Ana Pereira"):
        approve(project=home.root, wish=wish, who=who)
    assert told == []
