"""Since when: past runs judged with what was red on the incident."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from incident2eval import evalcase
from incident2eval.checks import Known
from incident2eval.model import (
    ChangeKind,
    Customer,
    Customers,
    Findings,
    Incident,
    Onset,
    Record,
    Run,
    Sighting,
    Step,
    StepKind,
    Subject,
)
from incident2eval.model.incident import When, WorkflowVersion
from incident2eval.pipeline._dossier import open_dossier
from incident2eval.pipeline.past.archive import Archived
from incident2eval.pipeline.past.onset import history, past
from incident2eval.pipeline.project import INCIDENT
from incident2eval.store import Project

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
CUSTOMERS = Customers(
    rows=(Customer(id="A1", name="Harrow & Vale"), Customer(id="A2", name="Northgate Logistics"))
)


def run(day: int, *owners: str, customer: str = "A1", **given: object) -> Run:
    """The run of a day, which read a note of each of the owners."""
    notes = tuple(Record(id=f"n-{owner}", owner=owner, text=f"News of {owner}.") for owner in owners)
    step = Step(id="read", kind=StepKind.RETRIEVAL, name="search_notes", records=notes)
    held = {"started": NOON + timedelta(days=day), "input": {"customer_id": customer, "day": day}} | given
    return Run(
        id=f"day-{day}",
        output="All is well.",
        subject=Subject(customer_id=customer),
        steps=(step,),
        **held,  # type: ignore[arg-type]
    )


BAD = run(10, "A1", "A2")
KNOWN = Known(
    incident=Incident(
        id="INC-2026-001",
        title="t",
        workflow=WorkflowVersion(name="w"),
        when=When(noticed=NOON),
        what_happened="",
    ),
    recorded=BAD,
    customers=CUSTOMERS,
    customer_id="A1",
)


@pytest.fixture(scope="module")
def found() -> tuple[Findings, ...]:
    return evalcase.suspicions(KNOWN)


def seen(day: int) -> Sighting:
    return Sighting(run=f"day-{day}", at=NOON + timedelta(days=day))


def began(runs: list[Run], found: Sequence[Findings]) -> Onset | None:
    return past(KNOWN, found, Archived(before=tuple(runs))).onset


def test_it_began_between_the_first_hit_and_the_good_run_before_it(found: tuple[Findings, ...]) -> None:
    runs = [run(4, "A1", "A2"), run(1, "A1"), run(5, "A1"), run(3, "A1"), run(6, "A1", "A2")]

    assert began(runs, found) == Onset(read=5, checked=5, hits=2, first_hit=seen(4), last_good=seen(3))


def test_each_run_is_judged_for_its_own_customer(found: tuple[Findings, ...]) -> None:
    runs = [run(1, "A2", customer="A2"), run(2, "A1", customer="A2")]

    assert began(runs, found) == Onset(read=2, checked=2, hits=1, first_hit=seen(2), last_good=seen(1))


def test_the_incidents_own_run_is_no_hit(found: tuple[Findings, ...]) -> None:
    runs = [run(1, "A1"), BAD, replace(BAD, id="as exported elsewhere")]

    assert began(runs, found) == Onset(read=1, checked=1, last_good=seen(1))


def test_a_hit_after_the_incident_is_none_of_its_beginning(found: tuple[Findings, ...]) -> None:
    runs = [run(1, "A1"), run(11, "A1"), run(12, "A1", "A2")]

    assert began(runs, found) == Onset(read=3, checked=3, hits=1, last_good=seen(1))


def test_a_run_without_a_time_is_judged_and_has_no_place_in_the_order(found: tuple[Findings, ...]) -> None:
    runs = [run(1, "A1"), run(2, "A1", "A2", started=None), run(3, "A1", started=None)]

    assert began(runs, found) == Onset(read=3, checked=3, hits=1, last_good=seen(1))


def test_without_runs_or_checks_nothing_is_said(found: tuple[Findings, ...]) -> None:
    assert began([], found) is None
    assert began([run(1, "A1")], []) == Onset(checked=0, read=1)


def test_the_history_of_an_incident_tells_what_its_archive_shows(project: Path) -> None:
    cause = open_dossier(Project.find(project), INCIDENT).cause

    assert cause.onset is not None
    assert cause.onset.checked > 100
    assert cause.onset.last_good is not None
    assert ChangeKind.PERMISSION in {change.kind for change in cause.changes}


def test_good_runs_are_compared_and_hits_are_not(found: tuple[Findings, ...]) -> None:
    good = [run(day, "A1", model="m-1") for day in range(1, 5)]
    hits = [run(day, "A1", "A2", model="m-2") for day in range(5, 9)]
    known = replace(KNOWN, recorded=replace(BAD, model="m-2"))

    told = past(known, found, Archived(before=tuple(good), since=tuple(hits)))

    assert [(change.what, change.source) for change in told.changes] == [
        ("model: m-1 -> m-2", "the runs, unlike 4 of 4 good runs")
    ]
    assert told.onset == Onset(read=8, checked=8, hits=4, first_hit=seen(5), last_good=seen(4))


def test_how_many_runs_say_no_time_is_told(found: tuple[Findings, ...]) -> None:
    archived = Archived(before=(run(1, "A1", started=None), run(2, "A1")))

    assert past(KNOWN, found, archived).notes == (
        "1 archived run without a time: not placed before or after the incident",
    )


def test_without_an_archive_the_known_good_runs_are_compared(
    project: Path, found: tuple[Findings, ...]
) -> None:
    settings = project / "incident2eval.toml"
    lines = [line for line in settings.read_text().splitlines() if not line.startswith("archive")]
    settings.write_text("\n".join(lines))
    known = replace(KNOWN, good=(run(2, "A1", version="1.0"),), recorded=replace(BAD, version="1.1"))

    told = history(Project.find(project), known, found)

    assert (told.onset, told.archived) == (None, None)
    assert [change.what for change in told.changes] == ["version of the workflow: 1.0 -> 1.1"]
