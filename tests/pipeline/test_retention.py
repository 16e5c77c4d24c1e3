"""`retention` lists what expires, and deletes nothing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from incident2eval.pipeline.project import INCIDENT
from incident2eval.pipeline.retention import retention


def incident(project: Path, number: int, *lines: str) -> str:
    """One more incident, by its number."""
    incident_id = f"INC-2026-{number:04}"
    path = project / "incidents" / incident_id / "incident.yaml"
    path.parent.mkdir()
    least = (f"id: {incident_id}", "title: T", "workflow: monthly-summary", "what_happened: It did.")
    path.write_text("\n".join([*least, "when: {noticed: 2026-11-18T10:00:00Z}", *lines]) + "\n")
    return incident_id


def day(offset: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=offset)).isoformat()


@pytest.mark.requirement("R39")
def test_what_expires_comes_soonest_first_and_what_has_expired_is_marked(project: Path) -> None:
    late = incident(project, 1, f"retention: {{until: {day(400)}, basis: the contract}}")
    past = incident(project, 2, f"retention: {{until: {day(-1)}, basis: policy}}")
    last = incident(project, 3, f"retention: {{until: {day(0)}}}")
    in_utc = incident(project, 4, f'retention: {{until: "{day(3)}T00:30:00+02:00", basis: the law}}')
    basis_only = incident(project, 5, "retention: {basis: the law}")
    before = sorted(project.rglob("*"))

    answer = retention(project=project)

    assert answer.exit_code == 0
    assert answer.data["expiring"] == [
        {"incident": past, "until": day(-1), "basis": "policy", "expired": True, "days": -1},
        {"incident": last, "until": day(0), "basis": None, "expired": False, "days": 0},
        {"incident": in_utc, "until": day(2), "basis": "the law", "expired": False, "days": 2},
        {"incident": late, "until": day(400), "basis": "the contract", "expired": False, "days": 400},
    ]
    assert answer.data["without"] == [basis_only, INCIDENT]
    assert "EXPIRED" in answer.text
    assert "no basis given" in answer.text
    assert sorted(project.rglob("*")) == before


def test_an_incident_file_that_cannot_be_read_may_be_the_next_to_expire(project: Path) -> None:
    broken = incident(project, 1, "retention: {until: soon}")

    answer = retention(project=project)

    assert (answer.exit_code, answer.data["without"]) == (3, [INCIDENT])
    assert broken in answer.notes[0]
