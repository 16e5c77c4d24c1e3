"""A project that is only incident files, for tests that group them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from incident2eval.pipeline import cluster as clusters
from incident2eval.pipeline._answer import Answer

SETTINGS = '[workflows.summary]\ntarget = "python:flows:draft"\n'
ROSTER = "id,name,aliases\nC1,Harrow & Vale,H&V\nC2,Northgate Logistics,Northgate\n"

LEAK = {
    "checks": ["foreign_records", "foreign_names"],
    "control": {"name": "retrieval scope"},
    "step": "s2",
    "name": "search_notes",
    "step_kind": "retrieval",
}
UNAPPROVED = {"checks": ["unapproved_actions"], "control": {"name": "approval"}, "step_kind": "tool"}


class Firm:
    """A project that is only incident files."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "incidents").mkdir(parents=True)
        (root / "incident2eval.toml").write_text(SETTINGS)
        (root / "customers.csv").write_text(ROSTER)

    @property
    def register(self) -> Path:
        return self.root / "incidents" / "failure-types.yaml"

    def incident(
        self, number: int, on: str, title: str, cause: Mapping[str, Any] | None = None, **more: Any
    ) -> str:
        """Write one more incident, noticed on that day."""
        name = f"INC-2026-{number:04}"
        said = {
            "id": name,
            "title": title,
            "workflow": "summary",
            "when": {"noticed": on},
            "what_happened": "See above.",
        }
        self.write(name, "incident.yaml", said | more)
        if cause:
            self.write(name, "root-cause.yaml", {"proposed": cause})
        return name

    def write(self, name: str, file: str, said: Mapping[str, Any]) -> None:
        path = self.root / "incidents" / name / file
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(said))

    def restart(self, name: str, at: str, **more: str) -> None:
        with (self.root / "incidents" / name / "log.jsonl").open("a") as log:
            log.write(json.dumps({"at": at, "event": "restarted", "by": "Ana", **more}) + "\n")

    def ask(self) -> Answer:
        return clusters.cluster(project=self.root)

    def types(self) -> dict[tuple[str, ...], Any]:
        """Every type by its incidents."""
        answer = self.ask()
        assert answer.exit_code == 0, answer.notes
        return {tuple(one["incidents"]): one for one in answer.data["clusters"]}


def example(root: Path) -> Firm:
    """The firm of docs/failure-types.md."""
    firm = Firm(root)
    note = {"outcome": "near_miss", "severity": 1, "noticed_by": "reviewer"}
    first = firm.incident(7, "2026-04-02", "Draft for Harrow & Vale quoted Northgate", LEAK, severity=3)
    firm.restart(first, "2026-04-20T09:00:00Z")
    mail = firm.incident(19, "2026-06-11", "A mail left before anybody said yes", UNAPPROVED, severity=2)
    firm.restart(mail, "2026-06-20T09:00:00Z")
    firm.incident(23, "2026-08-30", "Note on Northgate in H&V's October draft", LEAK, **note)
    firm.incident(31, "2026-10-05", "Savings of another client in the draft", LEAK, **note)
    firm.incident(42, "2026-11-01", "Northgate's draft named a stranger's lease", LEAK, **note)
    firm.incident(44, "2026-11-12", "The tone of the letter was too harsh", **note)
    return firm
