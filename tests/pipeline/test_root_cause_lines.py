"""The root cause as a reviewer reads it."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from incident2eval.model import (
    Area,
    Category,
    ChangeKind,
    Examined,
    FailedControl,
    Onset,
    Passage,
    Proof,
    RankedStep,
    RootCause,
    Run,
    SeenChange,
    Sighting,
    State,
    Step,
    StepKind,
)
from incident2eval.model.incident import StatedCause
from incident2eval.pipeline.shown.cause_lines import cause_lines, standing_lines, stated_lines
from incident2eval.pipeline.shown.layout import WIDTH, wrapped
from incident2eval.store import CauseFile, Confirmed, Overruled

RUN = Run(
    steps=(
        Step(id="s2", kind=StepKind.RETRIEVAL, name="search_notes"),
        Step(id="s3", kind=StepKind.MODEL, name="draft"),
    )
)
CAUSE = RootCause(
    category=Category.WORKFLOW_DESIGN,
    step="s2",
    name="search_notes",
    control=FailedControl(name="retrieval scope", why="it read the whole workspace"),
    proof=Proof.REPAIR,
    rules=("retrieval scope wider than the subject", "the wrong records were read"),
    ranked=(
        RankedStep(step="s2", score=6.0, because="read a foreign note"),
        RankedStep(step="s3", score=0.5, because="passed it on"),
    ),
    path=(
        Passage(step="s2", name="search_notes", quote="'Northgate left'"),
        Passage(step="s3", name="draft", quote="'Northgate left'"),
        Passage(step=None, name="output", quote="'Northgate has left'"),
    ),
    examined=(
        Examined(area=Area.PERMISSION, state=State.FAILED, evidence="read note-9 of another customer"),
        Examined(area=Area.DATA, state=State.HELD, evidence="2 sources read"),
        Examined(area=Area.INTEGRATION, state=State.NOT_SEEN),
        Examined(area=Area.REVIEW, state=State.NOT_SEEN),
    ),
    changes=(
        SeenChange(
            kind=ChangeKind.PERMISSION, what="roles", at=date(2026, 10, 30), source="the incident file"
        ),
        SeenChange(kind=ChangeKind.MODEL, what="model: m-1 -> m-2", source="the runs"),
    ),
    onset=Onset(
        checked=120,
        hits=3,
        last_good=Sighting(run="r7", at=datetime(2026, 11, 2, 9, 30, tzinfo=UTC)),
        first_hit=Sighting(run="r8", at=datetime(2026, 11, 3, 9, 30, tzinfo=UTC)),
    ),
    warnings=("examine the review",),
)


@pytest.mark.requirement("R94", "R96")
def test_what_failed_comes_first_and_then_how_we_know() -> None:
    assert cause_lines(CAUSE, RUN) == [
        "root cause: workflow design; the control that failed: retrieval scope",
        "  why: it read the whole workspace",
        "  rule: retrieval scope wider than the subject",
        "  also: the wrong records were read",
        "  at step search_notes [s2], proved by repair",
        "  the way it took:",
        "    came in at search_notes [s2]: 'Northgate left'",
        "    carried on by draft [s3]",
        "    output: 'Northgate has left'",
        "  examined:",
        "    [!] permission failed: read note-9 of another customer",
        "    [x] data held: 2 sources read",
        "    [ ] integration not seen in the trace",
        "    [ ] review not seen in the trace",
        "  changed before:",
        "    permission 2026-10-30: roles (the incident file)",
        "    model: model: m-1 -> m-2 (the runs)",
        (
            "  since when: 3 of 120 past runs show it, first r8 of 2026-11-03 09:30; "
            "the last good run is r7 of 2026-11-02 09:30"
        ),
        "  warning: examine the review",
        "  next in line: draft [s3]: passed it on",
    ]


def test_it_fits_a_terminal() -> None:
    long = replace(
        CAUSE,
        path=tuple(Passage(step=f"s{n}", name="carry", quote="words " * 50) for n in range(40)),
        changes=tuple(SeenChange(kind=ChangeKind.DATA, what="w " * 300, source="s " * 300) for _ in range(9)),
    )

    lines = wrapped(cause_lines(long, RUN)).splitlines()

    assert max(map(len, lines)) <= WIDTH
    assert len(lines) < 50
    assert "    ... 34 more steps" in lines
    assert "    and 5 more" in lines


def test_no_step_is_said_with_what_was_tried() -> None:
    assert cause_lines(RootCause(because=("no check found anything",)), RUN) == [
        "root cause: nothing points at a step",
        "  no check found anything",
    ]


def test_a_cause_without_a_rule_says_why_it_is_one() -> None:
    cause = RootCause(category=Category.DATA, step="s2", because=("the index was stale",))

    assert cause_lines(cause, RUN) == [
        "root cause: data",
        "  because the index was stale",
        "  at step [s2], most likely",
    ]


def test_no_past_run_shows_it() -> None:
    cause = replace(CAUSE, onset=replace(CAUSE.onset or Onset(checked=0), hits=0, first_hit=None))

    assert (
        "  since when: none of 120 past runs shows it; the last good one is r7 of 2026-11-02 09:30"
        in cause_lines(cause, RUN)
    )


def test_what_drives_a_terminal_is_shown() -> None:
    hostile = replace(CAUSE, name="search\x1b[2J\nroot cause: nothing", rules=("\u202eeslaf",))

    text = "\n".join(cause_lines(hostile, RUN))

    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\nroot cause: nothing" not in text


PROPOSED = CauseFile(proposed=CAUSE)
ON = date(2026, 11, 20)


def test_a_proposal_says_that_nobody_confirmed_it() -> None:
    assert standing_lines(PROPOSED) == [
        "  a proposal, confirmed by nobody so far: say so with --confirm or --overrule"
    ]


def test_a_confirmed_one_says_by_whom() -> None:
    said = replace(PROPOSED, confirmed=Confirmed(by="Ana Pereira", at=ON, note="seen in the log"))

    assert standing_lines(said) == ["  confirmed by Ana Pereira on 2026-11-20: seen in the log"]


def test_one_that_changed_since_says_what_was_confirmed() -> None:
    then = Confirmed(
        by="Ana", at=ON, category=Category.DATA, step="s1", control=FailedControl(name="content")
    )

    assert standing_lines(replace(PROPOSED, confirmed=then)) == [
        (
            "  the proposal changed since it was confirmed by Ana on 2026-11-20 "
            "(data; the control that failed: content, at step [s1]): say so with --confirm or --overrule"
        )
    ]


def test_an_overruled_one_says_what_was_proposed() -> None:
    said = replace(PROPOSED, overruled=Overruled(category=Category.DATA))

    assert standing_lines(said) == [
        (
            "  overruled by somebody who gave no name; the tool proposed: workflow design; "
            "the control that failed: retrieval scope, at step search_notes [s2]"
        )
    ]


def test_the_incident_files_own_cause_stands_beside() -> None:
    agreed = StatedCause(
        category=Category.WORKFLOW_DESIGN,
        step="search_notes",
        failed_control=FailedControl(name="Retrieval  scope"),
    )
    other = StatedCause(category=Category.MODEL, failed_control=FailedControl(name="grounding"))

    assert stated_lines(agreed, CAUSE) == [
        (
            "  the incident file says: workflow design; the control that failed: Retrieval scope, "
            "at step search_notes (as above)"
        )
    ]
    assert stated_lines(other, CAUSE) == [
        (
            "  the incident file says: model; the control that failed: grounding "
            "(it differs from the above in category and control)"
        )
    ]
    assert stated_lines(None, CAUSE) == stated_lines(StatedCause(), CAUSE) == []
