"""The acceptance incidents, as people wrote them: level and type by rule, against their labels."""

import json
from pathlib import Path

import pytest

from incident2eval.store import Project
from incident2eval.triage import triage

SLUGS = (
    "account-review",
    "credit-screening",
    "engagement-letter",
    "engagement-report",
    "invoice-coding",
    "monthly-summary",
    "supplier-check",
    "support-reply",
)


@pytest.mark.parametrize("slug", SLUGS)
def test_level_and_type_come_out_as_labelled(shared: Path, slug: str) -> None:
    folder = shared / "acceptance" / "incidents" / slug
    labels = json.loads((folder / "labels.json").read_text(encoding="utf-8"))

    incident = Project.find(folder / "project").incident(labels["id"]).incident
    judged = triage(incident, ())

    assert (judged.suggested, judged.type) == (labels["severity"], labels["type"])
