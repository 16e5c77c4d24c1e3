"""What the fields of a template are, and how much text costs."""

from datetime import date
from typing import Any

import pytest

from incident2eval.checks import SHELF, Known, unfilled_placeholders
from incident2eval.formats import load_run
from incident2eval.model import Incident, Origin, Run
from incident2eval.model.incident import When, WorkflowVersion

CHECK = next(check for check in SHELF if check.name == "unfilled_placeholders")
PROMPT = "Fill in:\nWe collect on [PICKUP] from [BAY] and deliver to [Annex B], see [terms of carriage]."


def written(text: str) -> Run:
    steps = [{"kind": "model", "name": "write", "input": {"prompt": PROMPT}, "output": text}]
    return load_run({"output": text, "steps": steps}, what="a run")


def proposed(recorded: str, corrected: str, *, wrong: tuple[str, ...] = ()) -> Any:
    incident = Incident(
        id="INC-2026-0001",
        title="A note went out",
        workflow=WorkflowVersion(name="notes"),
        when=When(noticed=date(2026, 11, 2)),
        what_happened="It did.",
        wrong=wrong,
    )
    return CHECK.propose(
        Known(
            incident=incident,
            recorded=written(recorded),
            corrected=written(corrected),
            origin=Origin.CORRECTED_TRACE,
        )
    )


GOOD = "We collect on 3 May from dock 4 and deliver to [Annex B], see [terms of carriage]."


def test_fields_are_what_right_texts_filled_in() -> None:
    facts = proposed("We collect on [PICKUP] from dock 4 and deliver to [Annex B].", GOOD)

    assert facts == {"template_fields": ["pickup", "bay"], "kept_brackets": ["annex b", "terms of carriage"]}
    assert unfilled_placeholders(written("Come to {{ bay }}."), fields=["bay"])
    assert not unfilled_placeholders(
        written(GOOD), fields=facts["template_fields"], kept=facts["kept_brackets"]
    )


def test_nothing_is_proposed_where_nothing_was_left_unfilled() -> None:
    assert proposed("We collect on 4 May from dock 4.", GOOD) is None


def test_a_bracket_that_people_marked_is_a_field() -> None:
    facts = proposed(
        "We come to [the usual] at noon.", "We come to dock 4 at noon.", wrong=("to [the usual]",)
    )

    assert "the usual" in facts["template_fields"]


@pytest.mark.parametrize("piece", ["[", "{{", "<a ", "`", "<code>", "%A", "from  ", "Dear ", "X", "is £ "])
def test_a_megabyte_is_judged_to_its_end(piece: str) -> None:
    run = Run(output="a " + piece * (1_000_000 // len(piece)))

    assert unfilled_placeholders(run, fields=["start date"]).judged
