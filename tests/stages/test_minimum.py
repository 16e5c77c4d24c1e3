"""The minimum incident file: eight items, each missing when what it asks for is not there."""

from dataclasses import replace

import pytest
from stages.files import CLOSED, COMPLETE, at_level, entry, hours, task, without

from incident2eval.model import (
    Answer,
    Category,
    Event,
    FailedControl,
    IncidentFile,
    RestartDecision,
    RootCause,
    Stage,
    TaskKind,
    WorkflowSettings,
)
from incident2eval.model.incident import Impact, Reporter, RestartNote, StatedCause
from incident2eval.stages import blockers, minimum, stage


def missing(file: IncidentFile) -> dict[int, tuple[str, ...]]:
    return {item.number: item.missing for item in minimum(file) if item.missing}


@pytest.mark.requirement("R48")
def test_a_complete_file_lacks_nothing() -> None:
    assert missing(COMPLETE) == {}
    assert [item.number for item in minimum(COMPLETE)] == [1, 2, 3, 4, 5, 6, 7, 8]


GAPS = [
    pytest.param(1, replace(COMPLETE, workflow=None), marks=pytest.mark.requirement("R40")),
    pytest.param(1, replace(COMPLETE, workflow=WorkflowSettings(owner=" ")), id="no-owner"),
    pytest.param(2, without(reporter=None), marks=pytest.mark.requirement("R41")),
    pytest.param(2, without(reporter=Reporter(name="")), id="nameless-reporter"),
    pytest.param(2, without(affected=()), id="nobody-affected"),
    pytest.param(3, replace(COMPLETE, sealed=0), marks=pytest.mark.requirement("R42")),
    pytest.param(3, replace(COMPLETE, missing_evidence=("approval",)), id="no-approvals"),
    pytest.param(4, without(impact=Impact(domains=("legal",), text="A fine.")), id="acted-on-unknown"),
    pytest.param(4, without(impact=Impact(acted_on=Answer.NO)), marks=pytest.mark.requirement("R43")),
    pytest.param(5, without(containment=()), marks=pytest.mark.requirement("R44")),
    pytest.param(5, without(actions=()), id="no-action"),
    pytest.param(6, replace(COMPLETE, cause_confirmed=False), marks=pytest.mark.requirement("R45")),
    pytest.param(6, replace(COMPLETE, cause=RootCause()), id="no-failed-control"),
    pytest.param(7, without(restart=None), marks=pytest.mark.requirement("R46")),
    pytest.param(7, without(restart=RestartNote(decision=RestartDecision.REFUSED)), id="refused"),
    pytest.param(7, without(restart=RestartNote(decision=RestartDecision.APPROVED)), id="no-report"),
    pytest.param(8, without(replace(COMPLETE, cases=()), updates=()), marks=pytest.mark.requirement("R47")),
]


@pytest.mark.requirement("R48")
@pytest.mark.parametrize(("number", "file"), GAPS)
def test_a_level_2_file_with_one_item_empty_cannot_be_closed(number: int, file: IncidentFile) -> None:
    (lacking,) = (item for item in minimum(file) if item.missing)

    assert lacking.number == number
    assert set(lacking.missing) <= set(blockers(file, Stage.CLOSED))
    assert stage(file) < max(lacking.due, Stage.CLASSIFIED)


@pytest.mark.requirement("R4", "R48", "R59")
def test_level_1_asks_for_a_short_note_only() -> None:
    file = replace(
        without(at_level(1), affected=(), containment=(), restart=None, impact=Impact(acted_on=Answer.NO)),
        cause=None,
        cause_confirmed=False,
        missing_evidence=("approval", "prompt"),
    )

    assert missing(file) == {}
    assert stage(file) is Stage.CLOSED


def test_a_cause_that_the_file_states_with_its_control_needs_no_confirmation() -> None:
    control = FailedControl(name="retrieval scope")
    stated = StatedCause(category=Category.DATA, failed_control=control)
    unsure = replace(COMPLETE, cause=None, cause_confirmed=False)

    assert missing(without(unsure, root_cause=stated)) == {}
    assert missing(without(unsure, root_cause=replace(stated, failed_control=None))).keys() == {6}


def test_what_was_stopped_at_level_1_has_to_be_started_again() -> None:
    assert missing(without(at_level(1), restart=None)).keys() == {7}


def test_a_task_that_is_done_counts_as_an_action_and_paperwork_does_not() -> None:
    fixed = replace(without(actions=()), tasks=(task(done=True),))
    assessed = replace(without(actions=()), tasks=(task(done=True, kind=TaskKind.RECIPIENT),))

    assert missing(fixed) == {}
    assert missing(assessed).keys() == {5}


def test_the_log_names_the_report_of_a_restart() -> None:
    again = entry(Event.RESTARTED, hours(30), by="Ana Pereira", ref="reports/monthly-summary/1.json")

    assert missing(replace(without(restart=None), entries=(again, CLOSED))) == {}


def test_hostile_names_stay_on_one_line_and_tame() -> None:
    file = replace(COMPLETE, missing_evidence=("prompt\x1b[2J\nall is well",))

    (said,) = missing(file)[3]

    assert "\x1b" not in said
    assert "\n" not in said


@pytest.mark.requirement("R26")
def test_from_level_2_on_it_is_said_how_further_harm_is_held_off() -> None:
    silent = without(containment=(replace(COMPLETE.incident.containment[0], did=None),))

    assert [item.missing for item in minimum(silent) if item.number == 5] == [
        ("it is not said how further harm is held off meanwhile (containment.did)",)
    ]
    assert minimum(at_level(1, silent))[4].missing == ()
