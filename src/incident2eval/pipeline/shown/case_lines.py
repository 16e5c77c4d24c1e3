"""A case for a program and for a person: its tests, what was thrown away and why, what would help."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from incident2eval.evalcase import Search
from incident2eval.model import JSON, Draft, EvalCase


def case_json(case: EvalCase) -> dict[str, JSON]:
    """One case as contract section 5 prints it."""
    return {
        "id": case.id,
        "path": case.path,
        "test": case.test,
        "check": case.check,
        "red": case.red,
        "green": case.green,
        "blind": case.blind,
        "variants": {"made": case.variants.made, "caught": case.variants.caught},
        "false_alarms": {"runs": case.false_alarms.runs, "flagged": case.false_alarms.flagged},
    }


def cases_json(tests: Sequence[EvalCase], drafts: Sequence[Draft], search: Search) -> Mapping[str, JSON]:
    """A case with what was tried and left out."""
    return {
        "cases": [case_json(case) for case in tests],
        "drafts": [{"path": draft.path, "because": draft.because} for draft in drafts],
        "dropped": [{"check": one.check, "because": one.because} for one in search.dropped],
    }


def case_lines(case: EvalCase) -> list[str]:
    """One case for a person."""
    red, green = ("red" if case.red else "NOT RED"), ("green" if case.green else "NOT GREEN")
    alarms = case.false_alarms
    return [
        f"  {case.test}",
        f"    {red} on the incident, {green} on the corrected run",
        f"    caught {case.variants.caught} of {case.variants.made} variants (the incident, altered)",
        f"    flagged {alarms.flagged} of {alarms.runs} past and known-good runs"
        if alarms.runs
        else "    false alarms: none tried, there are no past or known-good runs to judge",
    ]


def describe(
    tests: Sequence[EvalCase], drafts: Sequence[Draft], search: Search, ways_on: Sequence[str]
) -> list[str]:
    """A case for a person: its tests, and what was thrown away and why."""
    if tests:
        head = f"cases: {len(tests)} proved, in {Path(tests[0].path).parent}/"
        return [
            head,
            *(line for case in tests for line in case_lines(case)),
            *(f"  {line}" for line in search.left_out),
        ]
    lines = ["cases: nothing could be proved for this incident"]
    lines += [f"  tried {one.check}: {one.because}" for one in search.dropped]
    lines += ["  what would help:", *(f"  - {way}" for way in ways_on)] if ways_on else []
    for draft in drafts:
        lines += [f"  a draft is in {draft.path}: until a person finishes it, the gate stays shut"]
    return lines
