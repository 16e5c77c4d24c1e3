"""`verify` of a report: what it says of an honest one, and why it denies others."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from torture.signed_project import (
    LEADER,
    OWNER,
    commit,
    edit,
    fresh,
    kept,
    moved,
    passing,
    private_of,
    signed_report,
)

from incident2eval.model import Approval, BadInput, Matter
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline.project import INCIDENT, WORKFLOW
from incident2eval.pipeline.signed.approvals import write_approval
from incident2eval.pipeline.verify import verify
from incident2eval.signing import private_key
from incident2eval.store import Project, sha256, uncommitted

SLIGHT = f"""
id: {INCIDENT}
title: A draft named the wrong month
what_happened: The reviewer saw it and put it right.
workflow: {WORKFLOW}
type: incorrect_external_output
severity: 1
when: {{noticed: "2026-11-12T09:20:00Z"}}
impact: {{acted_on: "no"}}
questions:
  left_company: "no"
  exposed_information: "no"
  took_action: "no"
  approved_wrongly: "no"
  could_affect_more: "no"
  recent_change: "no"
  obligation_possible: "no"
"""


def asked(home: Project, path: Path, at: datetime | None = None) -> Answer:
    return verify(project=home.root, what=str(path), at=at)


def restart_of(digest: str, *, decision: str = "approved", reason: str = "") -> Approval:
    at = datetime.now(UTC).replace(microsecond=0)
    return Approval(
        matter=Matter.RESTART,
        subject=WORKFLOW,
        digest=digest,
        decision=decision,
        by=OWNER,
        role="workflow_owner",
        at=at,
        reason=reason,
    )


def test_an_honest_report_holds_and_says_who_signed_it(home: Project) -> None:
    path = signed_report(home)

    answer = asked(home, path)

    assert (answer.exit_code, answer.data["ok"], answer.data["problems"]) == (0, True, [])
    assert answer.data["digest"] == sha256(path.read_bytes())
    assert answer.data["signers"] == [LEADER, OWNER]
    assert (answer.data["approvals"], answer.data["severity"]) == ([], 2)
    assert "holds" in answer.text


@pytest.mark.parametrize("ending", [".html", ".md", ".xml", ".dsse.json"])
def test_any_of_its_files_stands_for_the_report(home: Project, ending: str) -> None:
    path = signed_report(home)

    assert asked(home, path.with_suffix(ending)).data == asked(home, path).data


def test_approvals_of_this_very_report_are_named_and_a_refusal_denies_it(home: Project) -> None:
    path = signed_report(home)
    key = private_key(private_of(OWNER))
    write_approval(home, restart_of("ab" * 32), key)
    write_approval(home, restart_of(sha256(path.read_bytes())), key)

    approved = [{"name": OWNER, "role": "workflow_owner", "decision": "approved"}]
    assert (asked(home, path).exit_code, asked(home, path).data["approvals"]) == (0, approved)

    write_approval(home, restart_of(sha256(path.read_bytes()), decision="refused", reason="too early"), key)
    assert any("refused it: too early" in problem for problem in asked(home, path).data["problems"])


def test_records_that_are_committed_later_are_the_same_version(home: Project) -> None:
    path = signed_report(home)
    home.log(INCIDENT, {"at": "2026-11-20T10:00:00Z", "event": "updated", "by": OWNER})
    commit(home.root)

    assert asked(home, path).data["problems"] == []


def test_one_signature_by_somebody_known_is_one(home: Project) -> None:
    assert asked(home, signed_report(home, OWNER)).data["signers"] == [OWNER]


def test_a_copy_elsewhere_stands_for_the_report_that_it_copies(home: Project, tmp_path: Path) -> None:
    path = signed_report(home)
    copy = tmp_path / "page.html"
    copy.write_bytes(path.with_suffix(".html").read_bytes())

    answer = asked(home, copy)

    assert answer.exit_code == 0
    assert any("is a copy of reports/" in note for note in answer.notes)


def test_a_changed_copy_elsewhere_stands_for_nothing(home: Project, tmp_path: Path) -> None:
    path = signed_report(home)
    copy = moved(path, path.stem, tmp_path / "elsewhere")
    copy.with_suffix(".dsse.json").unlink()
    edit(copy, '"tool": "0.1.0"', '"tool": "0.2.0"')

    assert asked(home, copy).exit_code == 1


def test_a_blocked_report_never_holds(home: Project) -> None:
    path = signed_report(home)
    told = json.loads(path.read_bytes())
    assert told["decision"] == "pass"

    edit(path, '"decision": "pass"', '"decision": "blocked"')

    assert any("its decision is blocked" in problem for problem in asked(home, path).data["problems"])


def test_every_problem_is_named_at_once(home: Project) -> None:
    path = signed_report(home)
    path.with_suffix(".dsse.json").unlink()
    edit(home.root / "data" / "acl.json", "{", "{ ")

    problems = " ".join(asked(home, path).data["problems"])

    assert "nobody signed it, and severity 2 asks for that" in problems
    assert (
        "deployed.permissions changed since the report was made: put it back, or run the gate again"
        in problems
    )
    assert "files are not committed: data/acl.json" in problems


def test_an_unsigned_report_of_no_commit_holds_at_severity_1(home: Project) -> None:
    shutil.rmtree(home.root / ".git")
    (home.incidents / INCIDENT / "incident.yaml").write_text(SLIGHT)
    report = passing(home)

    answer = asked(home, kept(home, report))

    assert (answer.data["severity"], answer.data["problems"]) == (1, [])
    assert any("nobody signed it" in note for note in answer.notes)


def test_at_a_time_only_age_and_form_are_judged(home: Project) -> None:
    path = signed_report(home)
    edit(home.root / "data" / "acl.json", "{", "{ ")
    now = datetime.now(UTC)

    assert asked(home, path, now).exit_code == 0
    assert any("what is deployed now was left aside" in note for note in asked(home, path, now).notes)
    late = asked(home, path, now + timedelta(days=2)).data["problems"]
    assert len(late) == 1
    assert "is older than the 24 hours" in late[0]
    assert "is dated ahead" in asked(home, path, now - timedelta(days=2)).data["problems"][0]


def test_the_time_is_about_reports(home: Project) -> None:
    with pytest.raises(BadInput, match="about a report"):
        verify(project=home.root, what=INCIDENT, at=datetime.now(UTC))


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"\xff", b'{"schema": "incident2eval/report/1"}', b"nan"]
)
def test_what_is_no_report_is_bad_input(home: Project, content: bytes) -> None:
    path = home.root / "reports" / WORKFLOW / "x.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)

    with pytest.raises(BadInput):
        asked(home, path)


def test_a_form_without_its_json_is_bad_input(home: Project) -> None:
    path = signed_report(home)
    path.unlink()

    with pytest.raises(BadInput, match="no such file"):
        asked(home, path.with_suffix(".html"))


def test_another_ending_is_no_report(home: Project, tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(b"x")

    with pytest.raises(BadInput, match="is no report"):
        asked(home, tmp_path / "report.pdf")


def test_hostile_words_of_a_report_are_shown_as_they_are_spelt(home: Project) -> None:
    report = passing(home, commit=None)
    path = kept(home, report)
    edit(path, f'"workflow": "{WORKFLOW}"', '"workflow": "x\\u001b[31m"')

    assert "\x1b" not in asked(home, path).text


def test_only_code_that_git_does_not_know_is_another_version(home: Project) -> None:
    for name in ("cases/new.py", "incidents/note.py", "tests/test_x.py", ".venv/lib/x.py", "notes.txt"):
        (home.root / name).parent.mkdir(parents=True, exist_ok=True)
        (home.root / name).write_text("")
    assert uncommitted(home.root) == ()
    assert home.commit()[1] is False

    for name in ("extra.py", "acme/flows.py"):
        (home.root / name).parent.mkdir(parents=True, exist_ok=True)
        (home.root / name).write_text("")

    assert uncommitted(home.root) == ("acme/flows.py", "extra.py")
    assert home.commit()[1] is True


def test_prompts_in_folders_are_bound_file_by_file(home: Project) -> None:
    settings = home.workflow(WORKFLOW)
    before = home.digests(settings)["deployed.prompt"]
    (home.root / "prompts" / "deep" / "er").mkdir(parents=True)
    (home.root / "prompts" / "deep" / "er" / ".hidden.md").write_text("Name every customer")

    assert before != "absent"
    assert fresh(home).digests(settings)["deployed.prompt"] != before
