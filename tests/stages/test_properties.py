"""Whatever people write and log: nothing is closed with a thing open, and no stage is skipped."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st
from stages.files import COMPLETE, NOTICED, at_level, duty, hours, task

from incident2eval.model import (
    Answer,
    ClockState,
    Event,
    IncidentFile,
    LogEntry,
    Severity,
    Stage,
    TaskKind,
    merged,
)
from incident2eval.model.incident import Impact, Questions, When
from incident2eval.stages import blockers, doubts, minimum, next_due, out_of_order, stage, times

NAMES = st.sampled_from(["Ana Pereira", "Femke Vos", "", None])
TIMES = st.integers(-5, 100).map(hours)
MOMENTS = TIMES | st.dates()
ANSWERS = st.sampled_from(Answer)

ENTRIES = st.builds(
    LogEntry,
    at=TIMES,
    event=st.sampled_from(Event) | st.text(max_size=3),
    by=NAMES,
    role=NAMES,
    workflow=st.sampled_from([None, None, "monthly-summary", "letters"]),
    severity=st.none() | st.sampled_from(Severity),
    action=st.sampled_from([None, "data_exposure/scope", "other"]),
    text=st.none() | st.text(max_size=5),
    done_at=st.none() | MOMENTS,
    due=st.none() | MOMENTS,
    answers=st.dictionaries(
        st.sampled_from(["acted_on", "obligation_possible", "threshold_at", "personal_data", "x"]),
        st.sampled_from(["yes", "no", "unknown", "perhaps"]),
        max_size=3,
    ),
    moments=st.dictionaries(st.sampled_from(["aware", "threshold_at", "death", "x"]), TIMES, max_size=3),
    ref=st.none() | st.sampled_from(["A2", "reports/r.json"]),
    hits=st.none() | st.integers(0, 2),
)

KEPT = st.fixed_dictionaries(
    {},
    optional={
        "severity": st.none(),
        "reporter": st.none(),
        "affected": st.just(()),
        "containment": st.just(()),
        "actions": st.just(()),
        "updates": st.just(()),
        "restart": st.none(),
        "impact": st.builds(Impact, acted_on=ANSWERS),
        "questions": st.builds(Questions, obligation_possible=ANSWERS, exposed_information=ANSWERS),
        "when": st.builds(When, noticed=MOMENTS, happened=st.none() | MOMENTS, aware=st.none() | TIMES),
    },
)
"""What of a complete incident is written otherwise or left away."""

FACTS = st.fixed_dictionaries(
    {},
    optional={
        "workflow": st.none(),
        "sealed": st.integers(0, 1),
        "sealed_at": st.none() | TIMES,
        "missing_evidence": st.just(("approval",)),
        "cause_confirmed": st.booleans(),
        "cases": st.just(()),
        "tasks": st.lists(
            st.builds(
                task,
                st.sampled_from(Stage),
                kind=st.sampled_from(TaskKind),
                done=st.booleans(),
                due=st.none() | MOMENTS,
            ),
            max_size=2,
        ).map(tuple),
        "duties": st.lists(st.builds(duty, st.sampled_from(ClockState), st.none() | TIMES), max_size=2).map(
            tuple
        ),
    },
)


@st.composite
def files(draw: st.DrawFn) -> IncidentFile:
    """A complete file with things taken away, and a log on top of it."""
    log = (*draw(st.lists(ENTRIES, max_size=4)), *draw(st.sampled_from([COMPLETE.entries, ()])))
    file = at_level(draw(st.sampled_from(Severity)))
    incident = merged(replace(file.incident, **draw(KEPT)), log)
    return replace(file, incident=incident, entries=log, **draw(FACTS))


@given(files())
@example(COMPLETE)
def test_nothing_is_closed_with_a_thing_open(file: IncidentFile) -> None:
    if stage(file) is not Stage.CLOSED:
        return

    assert any(entry.event == Event.CLOSED and entry.by for entry in file.entries)
    assert all(item.is_complete for item in minimum(file))
    assert all(task.done for task in file.tasks)
    running = {ClockState.DUE, ClockState.OVERDUE, ClockState.ANCHOR_MISSING}
    assert not running & {duty.state for duty in file.duties}
    assert all(due.source != "data_exposure/scope" for due in next_due(file, NOTICED))


@given(files())
def test_no_stage_is_skipped(file: IncidentFile) -> None:
    """What keeps it from one stage keeps it from every later one, and the stage is where that begins."""
    reached = stage(file)

    for at in list(Stage)[1:]:
        if at is not Stage.CLOSED:
            assert (not blockers(file, at)) is (at <= reached)
        assert set(blockers(file, Stage(at - 1))) <= set(blockers(file, at))


@given(files())
def test_a_higher_level_never_asks_for_less(file: IncidentFile) -> None:
    asked = [set(blockers(at_level(level, file), Stage.CLOSED)) for level in Severity]

    for lower, higher in pairwise(asked):
        assert lower <= higher


@given(files(), TIMES)
def test_everything_is_said_of_every_file_on_single_lines(file: IncidentFile, now: object) -> None:
    said = (
        *blockers(file, Stage.CLOSED),
        *out_of_order(file),
        *doubts(file.incident, file.entries, now),
        *(due.what for due in next_due(file, now)),
    )

    assert all(said)
    assert not any("\n" in one for one in said)
    assert times(file.incident, file.entries).to_contain is None or file.incident.containment
