"""A firm whose workflow stands still after an incident, written with the files of the contract alone."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from pipeline import signatures
from pipeline.signatures import Person

from incident2eval.model import Approval, Event, LogEntry, Matter
from incident2eval.model.incident import Questions
from incident2eval.pipeline import gate, look_back
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._word import append, now
from incident2eval.pipeline.contain import contain
from incident2eval.pipeline.project import INCIDENT, WORKFLOW, set_state
from incident2eval.pipeline.restart import Word, restart
from incident2eval.pipeline.sign_off import sign_off
from incident2eval.pipeline.signed.approvals import deployed_digest, write_approval
from incident2eval.store import Project, shipped_rules

OWNER = Person("Ana Pereira", ("workflow_owner",))
LEADER = Person("Lee Okafor", ("functional_leader",))
SPONSOR = Person("Kim Sandoval", ("executive_sponsor", "executive"))
LEGAL = Person("Noor Bakker", ("legal",))
SECURITY = Person("Tom Reyes", ("security",))
EXECUTIVE = Person("Eve Larkin", ("executive",))
EVERYBODY = (OWNER, LEADER, SPONSOR, LEGAL, SECURITY, EXECUTIVE)

NO = dict.fromkeys(Questions.__dataclass_fields__, "no")
DONE = {
    "kind": "corrective",
    "text": "Searches go through the account's own scope",
    "done_at": "2026-11-14T10:00:00+00:00",
}
CAUSE = {"category": "workflow_design", "failed_control": {"name": "retrieval scope"}}
SIGNERS = {
    1: ((OWNER, "workflow_owner"),),
    2: ((OWNER, "workflow_owner"), (LEADER, "functional_leader")),
    3: ((SPONSOR, "executive_sponsor"), (LEGAL, "legal")),
    4: ((SPONSOR, "executive"), (EXECUTIVE, "executive"), (LEGAL, "legal")),
}


class Firm:
    """A project whose workflow stands still."""

    def __init__(self, root: Path, keys: Path) -> None:
        self.root, self.keys = root, keys
        keys.mkdir(exist_ok=True)

    @property
    def home(self) -> Project:
        return Project(root=self.root)

    def incident(self, **told: Any) -> None:
        """Write something otherwise into the incident file; None leaves it away."""
        path = self.root / "incidents" / INCIDENT / "incident.yaml"
        after = yaml.safe_load(path.read_text("utf-8")) | told
        kept = {name: value for name, value in after.items() if value is not None}
        path.write_text(yaml.safe_dump(kept, sort_keys=False), "utf-8")

    def settings(self, old: str, new: str) -> None:
        path = self.root / "incident2eval.toml"
        assert old in path.read_text("utf-8")
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")

    def commit(self, name: str = "Kit Lowe") -> None:
        who = ["-c", f"user.name={name}", "-c", "user.email=kit@example.org"]
        subprocess.run(["git", "-C", self.root, "add", "-A"], check=True)
        subprocess.run(["git", "-C", self.root, *who, "commit", "-qm", "state"], check=True)

    def gate(self) -> Answer:
        return gate.gate(project=self.root, workflow=WORKFLOW, trials=None, junit=None, report=None)

    def look_back(self) -> None:
        look_back.look_back(project=self.root, incident=INCIDENT, by="Kit Lowe")

    def sign(self, person: Person, role: str, refuse: str | None = None) -> Answer:
        who, _ = signatures.signatory(self.keys, person, role=role)
        return sign_off(project=self.root, workflow=WORKFLOW, report=self.report, who=who, refuse=refuse)

    @property
    def report(self) -> Path:
        folder = self.root / "reports" / WORKFLOW
        return max(path for path in folder.glob("*.json") if not path.name.endswith(".dsse.json"))

    def approve(self, person: Person, matter: Matter, digest: str, **more: Any) -> None:
        word = Approval(
            **{
                "matter": matter,
                "subject": WORKFLOW,
                "digest": digest,
                "by": person.name,
                "role": person.roles[0],
                "at": now(),
                **more,
            }
        )
        write_approval(self.home, word, person.key)

    def override(
        self, *people: Person, hours: int = 24, reason: str = "Month end, by hand it is late"
    ) -> None:
        digest = deployed_digest(self.home, WORKFLOW)
        for person in people:
            until = now() + timedelta(hours=hours)
            self.approve(person, Matter.OVERRIDE, digest, until=until, reason=reason)

    def stop(self) -> None:
        entry = LogEntry(at=now(), event=Event.CONTAINED, by="Ana Pereira", action="workflow_disabled")
        contain(project=self.root, incident=INCIDENT, stop=entry)

    def write(self, **entry: Any) -> None:
        append(self.home, INCIDENT, LogEntry(at=now(), **entry))

    def restart(self, report: Path | None = None, **word: str) -> Answer:
        said = Word(**{"by": "Ana Pereira", **word})
        return restart(project=self.root, workflow=WORKFLOW, report=report, word=said)

    def log(self, *events: Event) -> list[Mapping[str, Any]]:
        path = self.root / "incidents" / INCIDENT / "log.jsonl"
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        return [line for line in lines if line["event"] in events]


def firm(proved: Path, folder: Path, level: int) -> Firm:
    """A firm with everything that a level asks for, but the stop, the gate run and what comes after it."""
    shutil.copytree(proved, folder / "demo")
    set_state(folder / "demo", "fixed")
    signatures.with_approvers(folder / "demo", *EVERYBODY)
    made = Firm(folder / "demo", folder / "keys")
    made.settings('owner = "Ruth Calloway"', 'owner = "Ana Pereira"')
    asked = NO if level < 3 else NO | {"left_company": "yes"}
    more: dict[str, Any] = {} if level < 3 else {"outcome": "realised", "duties": _decided()}
    if level == 1:
        impact = {"domains": ["operational"], "text": "A draft was written again", "acted_on": "no"}
        more = {"outcome": None, "surface": None, "impact": impact}
    made.incident(
        severity=level,
        questions=asked,
        root_cause=CAUSE if level > 1 else None,
        actions=[DONE],
        type="data_exposure" if level > 1 else "incorrect_external_output",
        circumstances=None,
        **more,
    )
    subprocess.run(["git", "-C", made.root, "init", "-q"], check=True)
    made.commit()
    return made


def _decided() -> list[dict[str, str]]:
    return [
        {
            "rule": rule.id,
            "state": "not_required",
            "by": LEGAL.name,
            "at": "2026-11-15T09:00:00+00:00",
            "reason": "a summary without personal data",
        }
        for rule in shipped_rules()
    ]


def ready(made: Firm, level: int) -> Firm:
    """The firm stopped, judged, looked through and signed for."""
    made.stop()
    assert made.gate().exit_code == 0
    made.look_back()
    for person, role in SIGNERS[level]:
        answer = made.sign(person, role)
        assert answer.exit_code == 0, answer.text
    return made
