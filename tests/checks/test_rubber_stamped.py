"""What rejects an approval: guardrails, checks, and rules about the review itself."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from incident2eval.checks import SHELF, Known, observing, rubber_stamped
from incident2eval.formats import load_run
from incident2eval.model import (
    Answer,
    CannotJudge,
    Finding,
    Findings,
    Incident,
    Origin,
    Run,
    WorkflowSettings,
)
from incident2eval.model.incident import Questions, When, WorkflowVersion

CHECK = next(check for check in SHELF if check.name == "rubber_stamped")


def reviewed(draft: str, said: Any, *, output: str = "Posted.") -> Run:
    step = {"kind": "review", "name": "matron", "input": {"letter": draft}, "output": said}
    return load_run({"output": output, "steps": [step]}, what="a run")


def known(
    recorded: Run,
    *,
    corrected: Run | None = None,
    good: tuple[Run, ...] = (),
    wrong: tuple[str, ...] = (),
    said: str = "It went out.",
    standard: str | None = None,
    approved_wrongly: Answer = Answer.UNKNOWN,
) -> Known:
    incident = Incident(
        id="INC-2026-0001",
        title="A letter went out",
        workflow=WorkflowVersion(name="letters"),
        when=When(noticed=date(2026, 11, 2)),
        what_happened=said,
        wrong=wrong,
        questions=Questions(approved_wrongly=approved_wrongly),
    )
    return Known(
        incident=incident,
        recorded=recorded,
        corrected=corrected,
        origin=Origin.CORRECTED_TRACE if corrected else None,
        good=good,
        workflow=WorkflowSettings(review_standard=standard),
    )


def rejected_by(case: Known) -> Any:
    facts = CHECK.propose(case)
    return None if facts is None else facts["rejected_by"]


YES = {"approved": True, "by": "Ann Sohl"}
NO = {"approved": False, "by": "Ann Sohl"}


@pytest.mark.requirement("R126")
def test_a_function_of_ones_own_may_judge_the_draft() -> None:
    def shouting(run: Run) -> Findings:
        loud = str(run.output).isupper()
        return Findings((Finding(check="shouting", step=None, message="shouts"),) if loud else (), judged=1)

    assert rubber_stamped(reviewed("COME AT ONCE", YES), by=[shouting])
    assert not rubber_stamped(reviewed("Please come on Monday", YES), by=[shouting])
    assert not rubber_stamped(reviewed("COME AT ONCE", NO), by=[shouting])


def test_the_draft_is_judged_and_not_what_was_made_of_it() -> None:
    by = {"unfilled_placeholders": {"template_fields": [], "kept_brackets": []}}

    assert rubber_stamped(reviewed("Dear [Name],", YES, output="Dear Ms Ito,"), by=by)
    assert not rubber_stamped(reviewed("Dear Ms Ito,", YES, output="Dear [Name],"), by=by)


def test_a_check_that_lacks_its_facts_says_so_instead_of_passing() -> None:
    with pytest.raises(CannotJudge, match="fields"):
        rubber_stamped(reviewed("Dear [Name],", YES), by=["unfilled_placeholders"])
    with pytest.raises(CannotJudge, match="no check 'spelling'"):
        rubber_stamped(reviewed("Dear [Name],", YES), by=["spelling"])


def test_what_a_check_sees_in_a_draft_is_no_judgement_of_the_run() -> None:
    by = {"unfilled_placeholders": {"template_fields": [], "kept_brackets": []}}
    with observing() as noted:
        rubber_stamped(reviewed("Dear [Name],", YES), by=by)

    assert [one.check for one in noted] == ["rubber_stamped"]


def test_it_counts_the_reviews_so_that_none_at_all_proves_nothing() -> None:
    assert rubber_stamped(reviewed("All well.", NO), by={}).judged == 1
    assert rubber_stamped(Run(output="Posted."), by={}).judged == 0


def test_a_check_is_named_only_where_all_it_says_is_the_incident() -> None:
    recorded = reviewed("Dear [Name], you owe us 45 pounds.", YES)
    corrected = reviewed("Dear [Name], you owe us 45 pounds.", NO)

    assert set(rejected_by(known(recorded, corrected=corrected, wrong=("Dear [Name]",)))) == {
        "unfilled_placeholders"
    }
    assert rejected_by(known(recorded, corrected=corrected, wrong=("you are late",))) is None


def test_a_check_that_rejects_what_honest_reviews_approve_is_not_named() -> None:
    recorded = reviewed("Dear [Name], come soon.", YES)
    good = reviewed("Dear [Name], come today.", YES)

    assert rejected_by(known(recorded, good=(good,), wrong=("Dear [Name]",))) is None


@pytest.mark.parametrize(
    ("standard", "seconds"),
    [("A nurse reads it, at least 60 seconds.", 60), ("minimum of two minutes a letter", 120)],
)
def test_too_fast_where_the_settings_say_how_long_it_takes(standard: str, seconds: int) -> None:
    recorded = reviewed("Come on Monday.", {**YES, "seconds": 3})
    slow = reviewed("Come on Monday.", {**YES, "seconds": 150})

    assert rejected_by(known(recorded, corrected=slow, standard=standard)) == {
        "too_fast": {"seconds": seconds}
    }
    assert rejected_by(known(slow, standard=standard)) is None
    assert rejected_by(known(recorded, corrected=slow, standard="A nurse reads it.")) is None


def test_no_reviewer_where_others_name_one_or_the_review_is_blamed() -> None:
    recorded = reviewed("Come on Monday.", {"approved": True, "by": "auto-release"})
    right = reviewed("Come on Monday.", YES)

    assert rejected_by(known(recorded, corrected=right)) == {"no_reviewer": {}}
    assert rejected_by(known(recorded, approved_wrongly=Answer.YES)) == {"no_reviewer": {}}
    assert rejected_by(known(recorded)) is None


def series(*comments: str) -> Run:
    steps = [
        {
            "kind": "review",
            "name": "desk",
            "output": {"id": at, "approved": True, "by": "Jo", "comment": said},
        }
        for at, said in enumerate(comments)
    ]
    return load_run({"output": f"{len(steps)} decided.", "steps": steps}, what="a run")


def test_too_uniform_where_the_corrected_reviews_differ() -> None:
    stamped, looked_at = series("ok", "ok", "ok"), series("photos match", "ok", "invoice seen")

    assert rejected_by(known(stamped, corrected=looked_at)) == {"too_uniform": {"alike": 3}}
    assert rejected_by(known(stamped, corrected=stamped)) is None
    assert rejected_by(known(looked_at, corrected=stamped)) is None


def test_a_run_repaired_by_us_is_no_witness() -> None:
    case = known(reviewed("Come.", {"approved": True}), corrected=reviewed("Come.", YES))

    assert rejected_by(case) == {"no_reviewer": {}}
    assert rejected_by(replace(case, origin=Origin.REPAIRED)) is None
