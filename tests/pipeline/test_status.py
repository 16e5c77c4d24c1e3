"""`status`: the register, the clocks, and what is due next."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from pipeline.followed import ID, TOLD, project

from incident2eval.model import BadInput
from incident2eval.pipeline._clock_lines import left
from incident2eval.pipeline.status import status


@pytest.mark.requirement("R78")
def test_every_incident_with_its_stage_and_its_clocks(tmp_path: Path) -> None:
    said = status(project=project(tmp_path), workflow=None)

    (row,) = said.data["incidents"]
    assert (row["incident"], row["stage"], row["owner"]) == (ID, "reported", "Ana Pereira")
    clocks = {one["rule"]: one for one in row["clocks"]}
    assert clocks["ukgdpr-33-1"]["due"] == "2026-11-21T10:12:00Z"
    assert row["next"][0]["overdue"]
    assert "ukgdpr-33-1" in said.text
    assert said.exit_code == 0


def test_an_incident_that_cannot_be_read_is_named_and_is_no_all_clear(tmp_path: Path) -> None:
    folder = project(tmp_path)
    other = folder / "incidents" / "INC-2026-0002"
    other.mkdir()
    (other / "incident.yaml").write_text("id: [", encoding="utf-8")

    said = status(project=folder, workflow=None)

    assert said.exit_code == 3
    assert len(said.data["incidents"]) == 1
    assert "INC-2026-0002" in said.data["unreadable"][0]


def test_of_one_workflow_only(tmp_path: Path) -> None:
    folder = project(tmp_path)
    other = folder / "incidents" / "INC-2026-0002"
    other.mkdir()
    told = {**TOLD, "id": "INC-2026-0002", "workflow": "invoices"}
    (other / "incident.yaml").write_text(yaml.safe_dump(told), encoding="utf-8")

    assert len(status(project=folder, workflow=None).data["incidents"]) == 2
    assert [one["incident"] for one in status(project=folder, workflow="letters").data["incidents"]] == [ID]
    with pytest.raises(BadInput, match="there is no workflow 'letter'"):
        status(project=folder, workflow="letter")


def test_hours_to_three_days_then_days() -> None:
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)

    assert left(datetime(2026, 11, 20, 13, 30, tzinfo=UTC), now) == "1 h left"
    assert left(datetime(2026, 11, 18, 12, tzinfo=UTC), now) == "48 h late"
    assert left(datetime(2026, 11, 25, 12, tzinfo=UTC), now) == "5 days left"
    assert left(datetime(2026, 11, 20, tzinfo=UTC).date(), now) == "12 h left", "a bare date lasts to its end"
