"""A project under git with a pass report that people signed: what forgers start from."""

import re
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from incident2eval.gate import COUNTED, QUARANTINED, bound
from incident2eval.model import CaseOutcome, Decision, EvalCase, Outcome, Report, Ruling
from incident2eval.pipeline import run
from incident2eval.pipeline.gating.locked import read_locked
from incident2eval.pipeline.gating.reports import publish
from incident2eval.pipeline.project import INCIDENT, WORKFLOW, set_state, write_demo
from incident2eval.pipeline.signed.trust import trust_of
from incident2eval.report.statement import statement_of
from incident2eval.signing import private_key, sign, statement
from incident2eval.store import Project, sha256

OWNER, LEADER, SPONSOR = "Ruth Calloway", "Imran Sethi", "Helen Marsh"
STRANGER = "Nobody Known"
OTHER_WORKFLOW = "quarterly-letter"
MODEL = '"summary-template-2"'
AUTHOR = ("-c", "user.name=Ruth Calloway", "-c", "user.email=ruth@example.org")


def secret_of(name: str) -> Ed25519PrivateKey:
    """The key of a person, the same in every run."""
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(sha256(name.encode())))


def private_of(name: str) -> bytes:
    """The same as a file of OpenSSH."""
    form, none = serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    return secret_of(name).private_bytes(serialization.Encoding.PEM, form, none)


def public_of(name: str) -> str:
    """The line of their .pub file."""
    form = serialization.PublicFormat.OpenSSH
    return secret_of(name).public_key().public_bytes(serialization.Encoding.OpenSSH, form).decode()


def build(folder: Path) -> Project:
    """The demo, proved and mended, with keys for its approvers and all of it committed."""
    write_demo(folder)
    done = run.run(project=folder, incident=INCIDENT)
    assert done.exit_code == 0, done.text
    make_attestable(folder)
    return Project.find(folder)


def make_attestable(folder: Path) -> None:
    """Mend the demo, give its approvers keys, and commit all of it."""
    set_state(folder, "fixed")
    path = folder / "incident2eval.toml"
    text = path.read_text()
    for name in (OWNER, LEADER, SPONSOR):
        text = text.replace(
            f'name = "{name}"\nroles', f'name = "{name}"\npublic_key = "{public_of(name)}"\nroles'
        )
    assert MODEL in text
    text = text.replace(MODEL, '"env:DEMO_MODEL"')
    other = f'[workflows.{OTHER_WORKFLOW}]\ntarget = "python:summaries:draft"\n\n[workflows.{WORKFLOW}]\n'
    path.write_text(text.replace(f"[workflows.{WORKFLOW}]\n", other))
    git(folder, "init", "--quiet")
    commit(folder)


def git(folder: Path, *arguments: str) -> str:
    """What git says."""
    asked = ["git", "-C", str(folder), *AUTHOR, "-c", "commit.gpgsign=false", *arguments]
    return subprocess.run(asked, check=True, capture_output=True, text=True).stdout


def commit(folder: Path) -> None:
    """Commit all that there is."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "as it is")


def fresh(home: Project) -> Project:
    """The same project, as if it was opened anew."""
    return Project(root=home.root)


def passed(case: EvalCase, trials: int) -> CaseOutcome:
    """A case that was right in every trial."""
    return CaseOutcome(
        id=case.id,
        outcome=Outcome.PASSED,
        trials=trials,
        recorded=Outcome.FAILED,
        corrected=Outcome.PASSED,
        seconds=0.125,
        outputs=(sha256(b"a summary"),) * trials,
        bound=bound(trials),
    )


def passing(home: Project, workflow: str = WORKFLOW, **fields: object) -> Report:
    """What the gate would say of the project as it is now, if every trial was right."""
    locked = read_locked(home, workflow)
    trials = max([5, *(home.settings.policy.trials_for(note.severity) for note in locked.incidents)])
    cases = tuple(passed(case, trials) for case in locked.cases)
    at = datetime.now(UTC) - timedelta(minutes=2)
    head, dirty = home.commit()
    sealed = {f"sealed:{note.id}": home.sealed(note.id)[-1].chain for note in locked.incidents}
    given: dict[str, object] = {
        "decision": decision(workflow, cases),
        "started": at - timedelta(seconds=3),
        "finished": at,
        "nonce": sha256(str(at).encode())[:32],
        "tool": "0.1.0",
        "python": "3.11.7",
        "commit": head,
        "dirty": dirty,
        "incidents": locked.incidents,
        "proofs": locked.cases,
        "digests": {**locked.digests, **sealed},
        "severity": max((note.severity for note in locked.incidents), default=None),
        "expires": at + timedelta(hours=4),
        "case_digests": locked.case_digests,
        "trust": trust_of(home.settings, workflow),
        "environment": {"runner": "laptop"},
    }
    return Report(**(given | fields))


def decision(workflow: str, cases: Sequence[CaseOutcome], ruling: Ruling = Ruling.PASS) -> Decision:
    """A decision whose counts are those of its cases."""
    tally = {outcome.value: sum(case.outcome is outcome for case in cases) for outcome in COUNTED}
    waived = sum(bool(case.waived) for case in cases)
    return Decision(
        workflow=workflow,
        decision=ruling,
        reasons=() if ruling is Ruling.PASS else ("a case failed",),
        counts={"expected": len(cases), **tally, QUARANTINED: waived},
        cases=tuple(cases),
    )


def kept(home: Project, report: Report) -> Path:
    """Write a report as the gate does, and say where its JSON lies."""
    return home.root / str(publish(home, report).data["report"])


def signed(path: Path, report: Report, *names: str) -> Path:
    """Put signatures under a report; where its envelope lies."""
    forms = {form: path.with_suffix(form).read_bytes() for form in (".html", ".md", ".xml")}
    said = statement_of(report, path.read_bytes(), forms)
    payload = statement(subjects=said.subjects, predicate_type=said.predicate_type, predicate=said.predicate)
    data: bytes | None = None
    for name in names:
        data = sign(payload, private_key(private_of(name)), beside=data)
    envelope = path.with_suffix(".dsse.json")
    envelope.write_bytes(data or b"")
    return envelope


def signed_report(home: Project, *names: str, **fields: object) -> Path:
    """A pass report of the project as it is now, signed and kept."""
    report = passing(home, **fields)
    path = kept(home, report)
    signed(path, report, *(names or (OWNER, LEADER)))
    return path


def edit(path: Path, old: str, new: str) -> None:
    """Change a file, and be sure that there was something to change."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path} holds no {old!r}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def moved(path: Path, stem: str, folder: Path | None = None) -> Path:
    """Copy every form of a report under another name; where its JSON lies then."""
    to = folder or path.parent
    to.mkdir(parents=True, exist_ok=True)
    for form in path.parent.glob(f"{path.stem}.*"):
        ending = re.sub(rf"^{re.escape(path.stem)}", "", form.name)
        (to / f"{stem}{ending}").write_bytes(form.read_bytes())
    return to / f"{stem}.json"
