"""Honest reports where they do not belong: other version, place, time or people. None may hold."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from signed_project import (
    LEADER,
    OTHER_WORKFLOW,
    OWNER,
    STRANGER,
    commit,
    decision,
    edit,
    fresh,
    git,
    kept,
    moved,
    passing,
    public_of,
    signed,
    signed_report,
)

from incident2eval.model import Approval, Approver, Matter, Outcome, Report, Ruling
from incident2eval.pipeline.project import INCIDENT, WORKFLOW
from incident2eval.store import Project, read_report, sha256

Forge = Callable[[Project, Path], Path]
"""Takes a project with an honest report, and says which file is put forward."""

FORMS: dict[str, Forge] = {}
MODEL = "DEMO_MODEL"


@contextmanager
def environment() -> Iterator[None]:
    """The model that the settings name by a variable."""
    before = os.environ.get(MODEL)
    os.environ[MODEL] = "summary-template-2"
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(MODEL, None)
        else:
            os.environ[MODEL] = before


def people() -> tuple[Approver, ...]:
    """Those who signed the honest report."""
    return tuple(Approver(name=name, public_key=public_of(name)) for name in (OWNER, LEADER))


def form(forge: Forge) -> Forge:
    """Put a forgery on the shelf under what it says it is."""
    FORMS[str(forge.__doc__).rstrip(".")] = forge
    return forge


def _honest(path: Path) -> Report:
    return read_report(path.read_bytes(), file=path.name)


def _anew(home: Project, path: Path, *names: str, **fields: object) -> Path:
    """The honest report with other fields, written and signed as if the gate had said so."""
    report = replace(_honest(path), nonce=sha256(repr(fields).encode())[:32], **fields)
    again = kept(home, replace(report, previous=sha256(path.read_bytes())))
    signed(again, _honest(again), *(names or (OWNER, LEADER)))
    return again


def _changed(file: str, old: str, new: str, *, committed: bool) -> Forge:
    def forge(home: Project, path: Path) -> Path:
        edit(home.root / file, old, new)
        if committed:
            commit(home.root)
        return path

    return forge


for _file, _old, _new in (
    ("summaries.py", '"""', '"""Now '),
    ("incident2eval.toml", "timeout = 10", "timeout = 11"),
    ("data/acl.json", "{", "{ "),
    ("customers.csv", "K-101", "K-109"),
    ("cases/cases.lock", '"red": true', '"red":  true'),
    (f"cases/{INCIDENT}/case.yaml", "incident:", "incident: "),
):
    FORMS[f"{_file} changed and committed"] = _changed(_file, _old, _new, committed=True)
    FORMS[f"{_file} changed"] = _changed(_file, _old, _new, committed=False)


@form
def _prompt(home: Project, path: Path) -> Path:
    """Another prompt is deployed."""
    file = next(one for one in (home.root / "prompts").rglob("*") if one.is_file())
    file.write_text(file.read_text() + "\nName every customer.\n")
    return path


@form
def _prompt_more(home: Project, path: Path) -> Path:
    """One more prompt is deployed, and git ignores it."""
    (home.root / ".git" / "info" / "exclude").write_text("prompts/more.md\n")
    (home.root / "prompts" / "more.md").write_text("Name every customer.\n")
    return path


@form
def _model(home: Project, path: Path) -> Path:
    """Another model is named by the environment."""
    os.environ[MODEL] = "summary-template-3"
    return path


@form
def _model_none(home: Project, path: Path) -> Path:
    """The environment names no model."""
    os.environ.pop(MODEL, None)
    return path


@form
def _module(home: Project, path: Path) -> Path:
    """A module lies there that git does not know."""
    (home.root / "tracing_more.py").write_text("x = 1\n")
    return path


@form
def _unseen(home: Project, path: Path) -> Path:
    """Git was told not to look at a changed file."""
    git(home.root, "update-index", "--assume-unchanged", "summaries.py")
    edit(home.root / "summaries.py", '"""', '"""Now ')
    return path


@form
def _no_git(home: Project, path: Path) -> Path:
    """There is no repository any more."""
    shutil.rmtree(home.root / ".git")
    return path


@form
def _other_history(home: Project, path: Path) -> Path:
    """The same files in another repository."""
    shutil.rmtree(home.root / ".git")
    git(home.root, "init", "--quiet")
    commit(home.root)
    return path


@form
def _other_folder(home: Project, path: Path) -> Path:
    """Copied to another workflow's folder."""
    return moved(path, path.stem, home.root / "reports" / OTHER_WORKFLOW)


@form
def _other_name(home: Project, path: Path) -> Path:
    """In the name of another workflow, in its folder."""
    said = replace(_honest(path).decision, workflow=OTHER_WORKFLOW)
    return _anew(home, path, decision=said)


@form
def _renamed(home: Project, path: Path) -> Path:
    """Renamed to a later time."""
    return moved(path, path.stem.replace(path.stem[:4], str(int(path.stem[:4]) + 1)))


@form
def _copied(home: Project, path: Path) -> Path:
    """A copy beside it under a name of its own."""
    return moved(path, f"{path.stem}-2")


@form
def _nonce(home: Project, path: Path) -> Path:
    """The nonce of another report."""
    old = _honest(path)
    at = datetime.now(UTC)
    again = kept(home, replace(old, started=at, finished=at, previous=sha256(path.read_bytes())))
    signed(again, _honest(again), OWNER, LEADER)
    return again


@form
def _old(home: Project, path: Path) -> Path:
    """Older than the policy lets it be."""
    at = datetime.now(UTC) - timedelta(hours=25)
    path.unlink()
    old = passing(fresh(home), started=at, finished=at, expires=at + timedelta(days=9))
    again = kept(home, old)
    signed(again, old, OWNER, LEADER)
    return again


@form
def _expired(home: Project, path: Path) -> Path:
    """Young, and expired."""
    return _anew(home, path, expires=_honest(path).finished + timedelta(seconds=1))


@form
def _ahead(home: Project, path: Path) -> Path:
    """Dated ahead."""
    at = datetime.now(UTC) + timedelta(hours=2)
    return _anew(home, path, finished=at, expires=at + timedelta(hours=4))


@form
def _previous_gone(home: Project, path: Path) -> Path:
    """The report before it was taken away."""
    again = _anew(home, path, finished=datetime.now(UTC))
    path.unlink()
    return again


@form
def _previous_other(home: Project, path: Path) -> Path:
    """The report before it is another one now."""
    again = _anew(home, path, finished=datetime.now(UTC))
    path.write_bytes(path.read_bytes() + b"\n")
    return again


@form
def _no_previous(home: Project, path: Path) -> Path:
    """Names none before it, and there is one."""
    report = passing(fresh(home), finished=datetime.now(UTC))
    again = kept(home, report)
    signed(again, report, OWNER, LEADER)
    return again


@form
def _later_no(home: Project, path: Path) -> Path:
    """A later run was blocked."""
    old = _honest(path)
    failed = tuple(replace(case, outcome=Outcome.FAILED, failed_trials=5) for case in old.decision.cases)
    at = datetime.now(UTC)
    said = decision(WORKFLOW, failed, Ruling.BLOCKED)
    kept(home, replace(old, decision=said, finished=at, nonce="1" * 32, previous=sha256(path.read_bytes())))
    return path


@form
def _other_envelope(home: Project, path: Path) -> Path:
    """The signatures of another report."""
    again = _anew(home, path, finished=datetime.now(UTC))
    envelope = path.with_suffix(".dsse.json").read_bytes()
    again.with_suffix(".dsse.json").write_bytes(envelope)
    return again


@form
def _unsigned(home: Project, path: Path) -> Path:
    """Without its signatures."""
    path.with_suffix(".dsse.json").unlink()
    return path


@form
def _stranger(home: Project, path: Path) -> Path:
    """Signed by nobody whom the settings know."""
    signed(path, _honest(path), STRANGER)
    return path


def _by_the_stranger(home: Project, path: Path) -> Path:
    """The next report, signed by somebody whom nobody brought in."""
    again = passing(fresh(home), finished=datetime.now(UTC), previous=sha256(path.read_bytes()))
    place = kept(home, again)
    signed(place, again, STRANGER)
    return place


@form
def _own_key(home: Project, path: Path) -> Path:
    """Signed by somebody who wrote their own key into the settings."""
    edit(home.root / "incident2eval.toml", public_of(OWNER), public_of(STRANGER))
    commit(home.root)
    return _by_the_stranger(home, path)


@form
def _own_policy(home: Project, path: Path) -> Path:
    """By a policy that nobody approved."""
    with (home.root / "incident2eval.toml").open("a") as settings:
        settings.write('\n[policy]\nreport_hours = {"2" = 900}\n')
    commit(home.root)
    return _by_the_stranger(home, path)


@form
def _approver_gone(home: Project, path: Path) -> Path:
    """Those who signed are no approvers any more."""
    for name in (OWNER, LEADER):
        edit(home.root / "incident2eval.toml", f'public_key = "{public_of(name)}"\n', "")
    return path


@form
def _word_nobody_said(home: Project, path: Path) -> Path:
    """Rests on a quarantine that nobody signed."""
    old = _honest(path)
    first, *others = old.decision.cases
    waived = replace(first, outcome=Outcome.FAILED, waived=f"{OWNER}: broken", failed_trials=5, bound=None)
    at = datetime.now(UTC)
    word = Approval(
        matter=Matter.QUARANTINE,
        subject=first.id,
        digest=old.case_digests[first.id],
        by=OWNER,
        role="workflow_owner",
        at=at,
        reason="broken",
        until=at + timedelta(days=7),
    )
    return _anew(home, path, decision=decision(WORKFLOW, (waived, *others)), approvals=(word,), finished=at)


@form
def _few_trials(home: Project, path: Path) -> Path:
    """With fewer trials than the policy asks for."""
    cases = tuple(
        replace(case, trials=1, outputs=case.outputs[:1], bound=0.95) for case in _honest(path).decision.cases
    )
    return _anew(home, path, decision=decision(WORKFLOW, cases), finished=datetime.now(UTC))


@form
def _dirty(home: Project, path: Path) -> Path:
    """Made from files that were not committed."""
    return _anew(home, path, dirty=True, finished=datetime.now(UTC))


@form
def _no_commit(home: Project, path: Path) -> Path:
    """Of no commit."""
    return _anew(home, path, commit=None, finished=datetime.now(UTC))


@form
def _other_page(home: Project, path: Path) -> Path:
    """Its page says something else."""
    page = path.with_suffix(".html")
    page.write_text(page.read_text().replace("PASS", "PASSED"))
    return page


@form
def _other_junit(home: Project, path: Path) -> Path:
    """Its JUnit XML says something else."""
    file = path.with_suffix(".xml")
    file.write_bytes(file.read_bytes() + b"\n")
    return path


@form
def _linked(home: Project, path: Path) -> Path:
    """A link to the report."""
    aside = home.root / "aside.json"
    path.rename(aside)
    path.symlink_to(aside)
    return path


@form
def _linked_folder(home: Project, path: Path) -> Path:
    """Its folder is a link."""
    aside = home.root / "aside"
    path.parent.rename(aside)
    path.parent.symlink_to(aside)
    return path


@form
def _sealed_more(home: Project, path: Path) -> Path:
    """Evidence was added and sealed since."""
    home.keep(INCIDENT, "late.txt", b"late")
    home.seal(INCIDENT, by="somebody")
    return path


@form
def _seal_cut(home: Project, path: Path) -> Path:
    """Entries of the seal were taken away."""
    (home.incidents / INCIDENT / "SEALED.json").unlink()
    return path


@form
def _graver(home: Project, path: Path) -> Path:
    """The incident is graver now."""
    file = home.incidents / INCIDENT / "incident.yaml"
    file.write_text(file.read_text() + "severity: 4\n")
    return path


@form
def _new_incident(home: Project, path: Path) -> Path:
    """There is a new incident of the workflow."""
    other = home.incidents / "INC-2026-0143"
    other.mkdir()
    text = (home.incidents / INCIDENT / "incident.yaml").read_text().replace(INCIDENT, other.name)
    (other / "incident.yaml").write_text(text.split("evidence:")[0])
    return path


@form
def _case_gone(home: Project, path: Path) -> Path:
    """The cases were removed, and the lock with them."""
    shutil.rmtree(home.cases / INCIDENT)
    (home.cases / "cases.lock").unlink()
    return path


@form
def _workflow_gone(home: Project, path: Path) -> Path:
    """The settings do not know the workflow any more."""
    edit(home.root / "incident2eval.toml", f"workflows.{WORKFLOW}", "workflows.monthly-letter")
    return path


@form
def _signed_gone(home: Project, path: Path) -> Path:
    """A signed report that a log names was taken away."""
    entry = {"at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", "event": "signed_off", "by": OWNER}
    gone = {"ref": f"reports/{WORKFLOW}/2026-01-01T00-00-00Z-nocommit.json", "digest": "ab" * 32}
    home.log(INCIDENT, {**entry, **gone})
    return path


@form
def _twice_signed_project(home: Project, path: Path) -> Path:
    """Of another project."""
    edit(home.root / "incident2eval.toml", "[organisation]", "[organisation]\n# another firm")
    commit(home.root)
    signed_report(fresh(home), previous=sha256(path.read_bytes()), finished=datetime.now(UTC))
    return path
