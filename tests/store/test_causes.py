"""root-cause.yaml: the tool's proposal and a person's word, side by side."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from incident2eval.model import (
    Area,
    BadInput,
    Category,
    Examined,
    FailedControl,
    Onset,
    Passage,
    Proof,
    RankedStep,
    RootCause,
    Sighting,
    State,
)
from incident2eval.store import CauseFile, Confirmed, Overruled, Project, Standing

ID = "INC-2026-0142"
AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
SCOPE = FailedControl(name="retrieval scope", where="search_notes", why="it asked for the workspace")
CAUSE = RootCause(
    category=Category.WORKFLOW_DESIGN,
    step="s2",
    name="search_notes",
    control=SCOPE,
    proof=Proof.REPAIR,
    rules=("retrieval scope wider than the subject",),
    ranked=(RankedStep(step="s2", score=5.0, because="read a foreign note"),),
    path=(
        Passage(step="s2", name="search_notes", quote="Northgate left"),
        Passage(step=None, name="output", quote=""),
    ),
    examined=(Examined(area=Area.REVIEW, state=State.NOT_SEEN),),
    onset=Onset(checked=4, last_good=Sighting(run="r3", at=datetime(2026, 11, 17, tzinfo=UTC))),
)
CONFIRMED = Confirmed(
    by="Ana", at=AT, category=CAUSE.category, step="s2", control=FailedControl(name="retrieval scope")
)
OVERRULED = Overruled(by="Lee", at=AT, because=("the index was stale",), category=Category.DATA)


@pytest.fixture
def project(write: Callable[..., Project]) -> Project:
    return write()


def file(project: Project) -> Path:
    return project.folder(ID) / "root-cause.yaml"


def append(project: Project, words: str) -> None:
    file(project).write_text(file(project).read_text().replace("confirmed: null\n", "") + words)


def test_a_proposal_is_read_back_with_all_that_it_says(project: Project) -> None:
    project.write_cause(ID, CAUSE)

    assert project.cause_file(ID).proposed == CAUSE
    assert project.cause_file(ID).standing is Standing.PROPOSED
    assert project.read_cause(ID) == CAUSE


def test_a_confirmed_proposal_stays_confirmed_while_it_says_the_same(project: Project) -> None:
    project.write_cause(ID, CAUSE)
    project.write_word(ID, CONFIRMED)
    project.write_cause(ID, replace(CAUSE, because=("more is known now",), ranked=()))

    assert project.cause_file(ID).standing is Standing.CONFIRMED
    assert project.cause_file(ID).confirmed == CONFIRMED


@pytest.mark.parametrize(
    "later",
    [
        replace(CAUSE, category=Category.DATA),
        replace(CAUSE, step="s3"),
        replace(CAUSE, control=FailedControl(name="content of the source")),
    ],
)
def test_another_proposal_is_not_what_was_confirmed(project: Project, later: RootCause) -> None:
    project.write_cause(ID, CAUSE)
    project.write_word(ID, CONFIRMED)
    project.write_cause(ID, later)

    assert project.cause_file(ID).standing is Standing.CHANGED
    assert project.read_cause(ID) == later


def test_a_persons_word_counts_and_the_proposal_is_kept(project: Project) -> None:
    project.write_cause(ID, CAUSE)
    project.write_word(ID, OVERRULED)

    said = project.cause_file(ID)
    assert (said.standing, said.proposed) == (Standing.OVERRULED, CAUSE)
    assert said.counting is not None
    assert (said.counting.category, said.counting.because) == (Category.DATA, ("the index was stale",))


def test_what_the_trace_showed_still_holds_and_what_spoke_for_the_proposal_does_not() -> None:
    cause = OVERRULED.instead_of(CAUSE)

    assert (cause.step, cause.path, cause.onset) == (CAUSE.step, CAUSE.path, CAUSE.onset)
    assert (cause.control, cause.rules) == (None, ())


def test_another_step_has_another_way_and_no_proof() -> None:
    cause = Overruled(step="s3", name="draft").instead_of(CAUSE)

    assert (cause.step, cause.name, cause.category) == ("s3", "draft", Category.WORKFLOW_DESIGN)
    assert (cause.proof, cause.path, cause.ranked) == (Proof.LIKELY, (), ())


def test_a_later_word_takes_the_place_of_the_one_before(project: Project) -> None:
    project.write_cause(ID, CAUSE)
    project.write_word(ID, OVERRULED)
    project.write_word(ID, CONFIRMED)

    said = project.cause_file(ID)
    assert (said.standing, said.overruled) == (Standing.CONFIRMED, None)


def test_what_else_people_wrote_stays_in_their_own_words(project: Project) -> None:
    project.write_cause(ID, CAUSE)
    append(project, "# from the meeting\nnotes: {asked: 'Dele, on Friday'} # not Ana")
    project.write_word(ID, CONFIRMED)

    assert "notes: {asked: 'Dele, on Friday'} # not Ana\n" in file(project).read_text()
    assert project.cause_file(ID).proposed == CAUSE


def test_people_may_write_it_by_hand(project: Project) -> None:
    project.write_cause(ID, CAUSE)
    append(project, "confirmed: Ana Pereira\n")

    said = project.cause_file(ID)
    assert (said.standing, said.confirmed) == (Standing.CONFIRMED, Confirmed(by="Ana Pereira"))


def test_of_two_words_by_hand_the_later_one_counts(project: Project) -> None:
    project.write_cause(ID, CAUSE)
    append(project, "overruled: {category: data, at: 2026-11-20}\nconfirmed: {by: Ana, at: 2026-11-21}\n")
    assert project.cause_file(ID).standing is Standing.CONFIRMED

    before = file(project).read_text()
    file(project).write_text(before.replace("2026-11-21", "2026-11-19"))
    assert project.cause_file(ID).standing is Standing.OVERRULED


def test_a_category_by_hand_is_enough(project: Project) -> None:
    project.write_cause(ID, CAUSE)
    append(project, "overruled: {category: human_review, control: four eyes}\n")

    cause = project.read_cause(ID)
    assert cause is not None
    assert (cause.category, cause.step, cause.control) == (
        Category.HUMAN_REVIEW,
        "s2",
        FailedControl(name="four eyes"),
    )


@pytest.mark.requirement("R91")
def test_a_category_that_is_none_is_named_with_its_line(project: Project) -> None:
    project.write_cause(ID, CAUSE)
    append(project, "overruled:\n  category: the model\n")

    with pytest.raises(BadInput, match=r"root-cause\.yaml:\d+: overruled\.category: 'the model'"):
        project.read_cause(ID)


def test_a_word_without_a_proposal_is_refused(project: Project) -> None:
    with pytest.raises(BadInput, match=f"incidents/{ID}/root-cause.yaml: holds no proposal yet"):
        project.write_word(ID, CONFIRMED)

    assert not file(project).exists()


def test_a_confirmation_of_one_thing_asks_only_for_that() -> None:
    assert Confirmed(category=Category.WORKFLOW_DESIGN).speaks_of(replace(CAUSE, step="s9"))
    assert not Confirmed(step="s2").speaks_of(replace(CAUSE, step="s9"))


def test_times_of_people_are_compared_as_times() -> None:
    later = replace(CONFIRMED, at=AT + timedelta(minutes=1))
    assert CauseFile(proposed=CAUSE, confirmed=later, overruled=OVERRULED).standing is Standing.CONFIRMED
