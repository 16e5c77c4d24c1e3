"""A small project with one incident, for what follows a report."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ID = "INC-2026-0001"
SETTINGS = """
[organisation]
jurisdictions = ["UK"]

[organisation.roles]
controller = "yes"
processor = "no"
regulated_fs = "no"
part_4a_firm = "no"
payment_service_provider = "no"
enhanced_reporting_firm = "no"
communications_provider = "no"

[workflows.letters]
target = "python:flow:answer"
owner = "Ana Pereira"
deputy = "Lee Okafor"
switch_off_by = "Lee Okafor"

[[approvers]]
name = "Ana Pereira"
roles = ["workflow_owner"]

[[approvers]]
name = "Kit Lowe"
roles = ["legal"]
"""
TOLD: Mapping[str, Any] = {
    "id": ID,
    "title": "A letter quoted another client's fee",
    "workflow": "letters",
    "what_happened": "The draft for one client held the fee of another. It was not sent.",
    "when": {"noticed": "2026-11-18T10:05:00+00:00", "aware": "2026-11-18T10:12:00+00:00"},
    "outcome": "near_miss",
    "noticed_by": "reviewer",
    "impact": {"acted_on": "no"},
    "questions": {
        "left_company": "no",
        "exposed_information": "yes",
        "took_action": "no",
        "approved_wrongly": "no",
        "could_affect_more": "no",
        "recent_change": "no",
        "obligation_possible": "no",
    },
}


def project(folder: Path, settings: str = SETTINGS, **told: Any) -> Path:
    """A project with the incident, whose file says what is told beside."""
    place = folder / "incidents" / ID
    place.mkdir(parents=True)
    (folder / "incident2eval.toml").write_text(settings, encoding="utf-8")
    (place / "incident.yaml").write_text(yaml.safe_dump({**TOLD, **told}), encoding="utf-8")
    return folder
