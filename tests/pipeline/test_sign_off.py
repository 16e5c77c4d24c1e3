"""`sign-off`: a person signs a report that holds, is told what it is, and nobody else does it for them."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from pipeline import signatures
from pipeline.signatures import ANA, LEE, MAX, Person

from incident2eval.cli._sign import PASSPHRASE
from incident2eval.cli._sign import sign_off as sign_off_command
from incident2eval.model import BadInput, Event, Matter, SignedApproval
from incident2eval.pipeline import gate
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline.project import INCIDENT, WORKFLOW, set_state
from incident2eval.pipeline.sign_off import sign_off
from incident2eval.pipeline.signed.approvals import signed_approvals
from incident2eval.pipeline.signed.attested import attested
from incident2eval.pipeline.signed.trust import trust_digest, trust_of, trusted
from incident2eval.store import Project, sha256

FORMS = (".json", ".html", ".md", ".xml")


@pytest.fixture(scope="session")
def passed_once(proved: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A committed project with two approvers, and a report of the gate that is a pass."""
    folder = tmp_path_factory.mktemp("passed") / "demo"
    shutil.copytree(proved, folder)
    set_state(folder, "fixed")
    signatures.with_approvers(folder, ANA, LEE)
    _git(folder, "init", "-q")
    committed(folder)
    assert _gate(folder).exit_code == 0
    return folder


@pytest.fixture
def firm(passed_once: Path, tmp_path: Path) -> Path:
    """A copy of one's own."""
    return Path(shutil.copytree(passed_once, tmp_path / "demo"))


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """Where people keep their keys."""
    (tmp_path / "keys").mkdir()
    return tmp_path / "keys"


def signs(firm: Path, keys: Path, person: Person, ending: str = ".json", **more: str | None) -> Answer:
    """What becomes of it where somebody signs the newest report."""
    who, _ = signatures.signatory(keys, person)
    report = newest(firm).with_suffix(ending)
    return sign_off(project=firm, workflow=WORKFLOW, report=report, who=who, **more)


def test_a_signature_is_under_the_report_and_an_approval_beside_it(firm: Path, keys: Path) -> None:
    answer = signs(firm, keys, ANA)
    home, report = Project(root=firm), newest(firm)

    read = attested(home, report, home.settings.approvers)
    assert (answer.exit_code, read.signers, read.problems) == (0, (ANA.name,), ())
    (word,) = words(firm)
    assert (word.approval.matter, word.approval.subject, word.approval.decision) == (
        Matter.RESTART,
        WORKFLOW,
        "approved",
    )
    assert word.approval.digest == sha256(report.read_bytes()) == answer.data["digest"]
    assert set(answer.data["files"]) == {shown(firm, report.with_suffix(".dsse.json")), word.file}


def test_two_people_sign_the_same_report(firm: Path, keys: Path) -> None:
    signs(firm, keys, ANA)
    signs(firm, keys, LEE)
    home = Project(root=firm)
    assert attested(home, newest(firm), home.settings.approvers).signers == (ANA.name, LEE.name)
    assert {word.approval.by for word in words(firm)} == {ANA.name, LEE.name}


def test_the_log_of_the_open_incident_keeps_who_signed_what(firm: Path, keys: Path) -> None:
    signs(firm, keys, ANA)
    (entry,) = logged(firm, Event.SIGNED_OFF)
    report = newest(firm)
    assert (entry["by"], entry["role"]) == (ANA.name, "workflow_owner")
    assert (entry["ref"], entry["digest"]) == (shown(firm, report), sha256(report.read_bytes()))


def test_signing_twice_adds_nothing(firm: Path, keys: Path) -> None:
    first = signs(firm, keys, ANA)
    before = everything(firm)
    assert signs(firm, keys, ANA).data == first.data
    assert everything(firm) == before


@pytest.mark.parametrize("lost", ["approvals", "envelope", "log"])
def test_signing_again_completes_what_a_crash_left_undone(firm: Path, keys: Path, lost: str) -> None:
    signs(firm, keys, ANA)
    log = firm / "incidents" / INCIDENT / "log.jsonl"
    if lost == "approvals":
        shutil.rmtree(firm / "approvals")
    elif lost == "envelope":
        newest(firm).with_suffix(".dsse.json").unlink()
    else:
        log.unlink()
    assert signs(firm, keys, ANA).exit_code == 0
    assert newest(firm).with_suffix(".dsse.json").is_file()
    assert len(words(firm)) == 1
    assert len(logged(firm, Event.SIGNED_OFF)) >= 1


@pytest.mark.parametrize("ending", [*FORMS, ".dsse.json"])
def test_the_report_may_be_named_by_any_of_its_forms(firm: Path, keys: Path, ending: str) -> None:
    assert signs(firm, keys, ANA, ending).exit_code == 0
    assert newest(firm).with_suffix(".dsse.json").is_file()


def test_what_is_signed_is_said_first_in_plain_words(firm: Path, keys: Path) -> None:
    who, told = signatures.signatory(keys, ANA)
    sign_off(project=firm, workflow=WORKFLOW, report=newest(firm), who=who)
    said = "\n".join(told)
    commit = _git(firm, "rev-parse", "HEAD").strip()
    for words_ in (
        f"Ana Pereira (workflow owner) signs that {WORKFLOW} may run again",
        "decision: pass; 3 of 3 cases passed, 5 trials each",
        f"commit: {commit}",
        "age: 0 minutes",
        "highest severity of its incidents: 2",
        f"digest: {sha256(newest(firm).read_bytes())}",
    ):
        assert words_ in said


@pytest.mark.requirement("R137")
def test_a_sign_off_by_the_wrong_role_is_refused(firm: Path, keys: Path) -> None:
    who, _ = signatures.signatory(keys, ANA, role="executive_sponsor")
    with pytest.raises(BadInput, match="--role: Ana Pereira may not sign as executive_sponsor") as refused:
        sign_off(project=firm, workflow=WORKFLOW, report=newest(firm), who=who)
    assert len(refused.value.faults) == 1
    nothing_was_signed(firm)


@pytest.mark.requirement("R137")
@pytest.mark.parametrize(
    ("person", "name", "says"),
    [
        (MAX, None, "--as: 'Max Stranger' is no approver"),
        (MAX, ANA.name, "--key: is not the key of Ana Pereira"),
        (LEE, ANA.name, "--key: is not the key of Ana Pereira"),
    ],
)
def test_nobody_signs_for_somebody_else(
    firm: Path, keys: Path, person: Person, name: str | None, says: str
) -> None:
    who, _ = signatures.signatory(keys, person, name=name, role="workflow_owner")
    with pytest.raises(BadInput, match=says):
        sign_off(project=firm, workflow=WORKFLOW, report=newest(firm), who=who)
    nothing_was_signed(firm)


@pytest.mark.parametrize(("name", "role"), [("Max Stranger", "workflow_owner"), (ANA.name, "legal")])
def test_who_may_not_sign_is_not_told_that_they_do(firm: Path, keys: Path, name: str, role: str) -> None:
    who, told = signatures.signatory(keys, ANA, name=name, role=role)
    with pytest.raises(BadInput):
        sign_off(project=firm, workflow=WORKFLOW, report=newest(firm), who=who)
    assert told == []


def test_a_report_that_is_no_pass_is_not_signed(firm: Path, keys: Path) -> None:
    set_state(firm, "faulty")
    committed(firm)
    assert _gate(firm).exit_code == 1
    answer = signs(firm, keys, ANA)
    assert answer.exit_code == 1
    assert "NOT SIGNED" in answer.text
    assert f"next: commit what is to go live, incident2eval gate {WORKFLOW}" in answer.text
    assert any("its decision is blocked" in one for one in answer.data["problems"])
    nothing_was_signed(firm)


def _edited_report(firm: Path) -> None:
    path = newest(firm)
    path.write_text(path.read_text().replace('"decision": "pass"', '"decision": "pass" '))


def _other_page(firm: Path) -> None:
    newest(firm).with_suffix(".html").write_text("<p>All is well.</p>")


def _other_prompt(firm: Path) -> None:
    for path in (firm / "prompts").iterdir():
        path.write_text(path.read_text() + "\nBe brief.\n")


def _copied(firm: Path) -> None:
    path = newest(firm)
    later = path.with_name("2099" + path.name[4:])
    for form in FORMS:
        shutil.copy(path.with_suffix(form), later.with_suffix(form))


@pytest.mark.parametrize("spoil", [_other_page, _other_prompt, _copied])
def test_a_report_that_does_not_hold_or_speaks_of_something_else_is_not_signed(
    firm: Path, keys: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(firm)
    answer = signs(firm, keys, ANA)
    assert answer.exit_code == 1
    assert answer.data["problems"]
    nothing_was_signed(firm)


def test_what_is_no_report_is_refused(firm: Path, keys: Path) -> None:
    who, _ = signatures.signatory(keys, ANA)
    _edited_report(firm)
    for report in (newest(firm), firm / "incident2eval.toml", firm / "reports" / "none.json"):
        with pytest.raises(BadInput):
            sign_off(project=firm, workflow=WORKFLOW, report=report, who=who)
    nothing_was_signed(firm)


def test_a_refusal_stays_and_nobody_signs_that_report_any_more(firm: Path, keys: Path) -> None:
    answer = signs(firm, keys, LEE, refuse="the look-back is not done")
    (word,) = words(firm)
    assert (answer.exit_code, word.approval.decision, word.approval.reason) == (
        0,
        "refused",
        "the look-back is not done",
    )
    assert not newest(firm).with_suffix(".dsse.json").exists()
    assert logged(firm, Event.SIGNED_OFF) == []
    (entry,) = logged(firm, Event.RESTART_REFUSED)
    assert entry["reason"] == "the look-back is not done"

    again = signs(firm, keys, ANA)
    assert again.exit_code == 1
    assert "Lee Okafor refused this report: the look-back is not done" in again.data["problems"][-1]


def test_whoever_signed_before_covers_what_changed_in_the_settings(firm: Path, keys: Path) -> None:
    signs(firm, keys, ANA)
    signatures.with_approvers(firm, ANA, LEE, MAX)
    committed(firm)
    assert _gate(firm).exit_code == 0
    home = Project(root=firm)
    assert trusted(home, WORKFLOW).changes != ()

    with pytest.raises(BadInput, match="nobody has approved Max Stranger as workflow_owner yet"):
        signs(firm, keys, MAX)
    answer = signs(firm, keys, LEE)
    assert any("Max Stranger" in one for one in answer.data["covers"])
    (settings,) = (one for one in words(firm) if one.approval.matter is Matter.SETTINGS)
    assert settings.approval.by == LEE.name
    assert settings.approval.digest == trust_digest(trust_of(home.settings, WORKFLOW))
    assert "the word of Ana Pereira is missing" in trusted(home, WORKFLOW).missing
    signs(firm, keys, ANA)
    assert trusted(home, WORKFLOW).changes == ()
    assert signs(firm, keys, MAX).exit_code == 0


def test_the_command_takes_the_passphrase_from_the_environment(firm: Path, keys: Path) -> None:
    locked = ANA.secret.private_bytes(
        Encoding.PEM, PrivateFormat.OpenSSH, BestAvailableEncryption(b"correct horse")
    )
    (keys / "locked").write_bytes(locked)
    call = [WORKFLOW, "--project", str(firm), "--report", str(newest(firm)), "--as", ANA.name]
    call += ["--role", "workflow_owner", "--key", str(keys / "locked"), "--json"]
    run = CliRunner()
    with pytest.raises(BadInput, match="is encrypted, and no passphrase was given"):
        run.invoke(sign_off_command, call, standalone_mode=False, catch_exceptions=False)
    nothing_was_signed(firm)
    done = run.invoke(
        sign_off_command,
        call,
        env={PASSPHRASE: "correct horse"},
        standalone_mode=False,
        catch_exceptions=False,
    )
    assert json.loads(done.stdout)["signed"] is True
    assert "signs that monthly-summary may run again" in done.stderr
    assert "correct horse" not in done.output


def newest(firm: Path) -> Path:
    """The JSON of the newest report."""
    names = (firm / "reports" / WORKFLOW).glob("*Z-*.json")
    return max(path for path in names if not path.name.endswith(".dsse.json"))


def words(firm: Path) -> tuple[SignedApproval, ...]:
    home = Project(root=firm)
    found, problems = signed_approvals(home, home.settings.approvers)
    assert problems == ()
    return found


def logged(firm: Path, event: Event) -> list[dict[str, str]]:
    log = firm / "incidents" / INCIDENT / "log.jsonl"
    lines = log.read_text().splitlines() if log.exists() else []
    return [entry for line in lines if (entry := json.loads(line))["event"] == event]


def nothing_was_signed(firm: Path) -> None:
    assert list(firm.rglob("*.dsse.json")) == []
    assert logged(firm, Event.SIGNED_OFF) == []


def everything(firm: Path) -> dict[Path, bytes]:
    files = (path for path in firm.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {path: path.read_bytes() for path in files}


def shown(firm: Path, path: Path) -> str:
    return path.relative_to(firm).as_posix()


def committed(firm: Path) -> None:
    _git(firm, "add", "-A")
    _git(firm, "commit", "-qm", "as it is")


def _gate(firm: Path) -> Answer:
    return gate.gate(project=firm, workflow=WORKFLOW, trials=None, junit=None, report=None)


def _git(firm: Path, *arguments: str) -> str:
    who = ("-c", "user.name=Kit", "-c", "user.email=kit@example.org", "-c", "commit.gpgsign=false")
    return subprocess.run(
        ["git", *who, *arguments], cwd=firm, check=True, capture_output=True, text=True
    ).stdout
