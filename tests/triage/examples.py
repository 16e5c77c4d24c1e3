"""Incidents to judge: a slip with seven noes, and any incident at all."""

from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import strategies as st

from incident2eval.checks import SHELF
from incident2eval.model import (
    KNOWN_VALUES,
    Answer,
    Approver,
    Circumstances,
    Event,
    Finding,
    Happened,
    Incident,
    IncidentFile,
    IncidentType,
    Level,
    LogEntry,
    Severity,
    Task,
    WorkflowSettings,
    merged,
)
from incident2eval.model.incident import Affected, Impact, Questions, Surface, When, WorkflowVersion
from incident2eval.triage import tasks

ANSWERS = st.sampled_from(Answer)
SEVEN = tuple(Questions.__dataclass_fields__)
FINDINGS = st.sets(st.sampled_from([check.name for check in SHELF]), max_size=3).map(
    lambda names: tuple(Finding(check=name, step=None, message="") for name in sorted(names))
)
INCIDENTS = st.builds(
    Incident,
    id=st.just("INC-2026-0001"),
    title=st.just("A draft"),
    what_happened=st.text(max_size=40),
    workflow=st.just(WorkflowVersion(name="weekly-note")),
    when=st.builds(
        When, noticed=st.just(datetime(2026, 11, 18, 10, 5, tzinfo=UTC)) | st.just(date(2026, 11, 18))
    ),
    type=st.lists(st.sampled_from(IncidentType), unique=True, max_size=2).map(tuple),
    failure_modes=st.lists(st.sampled_from(sorted(KNOWN_VALUES["failure_modes"])), max_size=2).map(tuple),
    surface=st.none() | st.sampled_from(Surface),
    outcome=st.none() | st.sampled_from(Happened),
    noticed_by=st.none() | st.sampled_from(sorted(KNOWN_VALUES["noticed_by"])),
    affected=st.lists(
        st.builds(Affected, kind=st.sampled_from(("customer", "applicant")), count=st.integers(0, 5_000)),
        max_size=2,
    ).map(tuple),
    impact=st.builds(
        Impact,
        domains=st.lists(st.sampled_from(sorted(KNOWN_VALUES["impact.domains"])), max_size=2).map(tuple),
        acted_on=ANSWERS,
    ),
    questions=st.builds(Questions, **dict.fromkeys(SEVEN, ANSWERS)),
    circumstances=st.builds(
        Circumstances, death=ANSWERS, client_harmed=ANSWERS, high_risk=ANSWERS, personal_data=ANSWERS
    ),
)


def slip(**facts: object) -> Incident:
    """An internal draft, wrong and caught, with every question answered no."""
    fields: dict[str, object] = {
        "id": "INC-2026-0001",
        "title": "A draft",
        "what_happened": "It was wrong.",
        "workflow": WorkflowVersion(name="weekly-note"),
        "when": When(noticed=datetime(2026, 11, 18, 10, 5, tzinfo=UTC)),
        "questions": Questions(**dict.fromkeys(SEVEN, Answer.NO)),
        "impact": Impact(acted_on=Answer.NO),
        **facts,
    }
    return Incident(**fields)  # type: ignore[arg-type]


def as_answered(incident: Incident, name: str, answer: Answer) -> Incident:
    if name == "acted_on":
        return replace(incident, impact=replace(incident.impact, acted_on=answer))
    return replace(incident, questions=replace(incident.questions, **{name: answer}))


NOTICED = datetime(2026, 11, 18, 10, 5, tzinfo=UTC)
WORKFLOW = WorkflowSettings(owner="Olu Owner", switch_off_by="Sven Switch")
APPROVERS = (
    Approver(name="Lea Legal", roles=("legal",)),
    Approver(name="Sia Security", roles=("security",)),
    Approver(name="Eve Executive", roles=("executive",)),
)


def opened(
    incident: Incident | None = None,
    *,
    level: int = 2,
    types: tuple[IncidentType, ...] = (),
    entries: tuple[LogEntry, ...] = (),
    **facts: object,
) -> IncidentFile:
    severity = Severity(level)
    return IncidentFile(
        incident=merged(incident or slip(), entries),
        entries=entries,
        types=types,
        level=Level(suggested=severity, given=None, highest=severity, counts=severity),
        workflow=WORKFLOW,
        approvers=APPROVERS,
        **facts,  # type: ignore[arg-type]
    )


def by_id(file: IncidentFile) -> dict[str, Task]:
    return {one.id: one for one in tasks(file)}


def done(file: IncidentFile) -> set[str]:
    return {one.id for one in tasks(file) if one.done}


def ticked(file: IncidentFile, task: str) -> IncidentFile:
    """The file after a person called a task done."""
    entry = LogEntry(at=NOTICED, event=Event.ACTION, action=task, by="Ann", done_at=NOTICED)
    return replace(file, incident=merged(file.incident, (entry,)), entries=(*file.entries, entry))
