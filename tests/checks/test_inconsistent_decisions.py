"""Which cases are like cases: what the check proposes of an incident, and what it then says of other runs."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from incident2eval.checks import Known, inconsistent_decisions
from incident2eval.checks._inconsistent_decisions import propose
from incident2eval.formats import load_run
from incident2eval.model import CannotJudge, Incident, IncidentType, Origin, Run
from incident2eval.model.incident import When, WorkflowVersion

BIASED = IncidentType.BIASED_OR_INCONSISTENT_DECISION


def run(given: Any, output: Any, steps: Sequence[Mapping[str, Any]] = ()) -> Run:
    return load_run({"input": given, "output": output, "steps": list(steps)}, what="a run")


def known(
    recorded: Sequence[Run],
    corrected: Sequence[Run] = (),
    *,
    title: str = "Something went wrong",
    types: Sequence[IncidentType] = (),
    origin: Origin = Origin.CORRECTED_TRACE,
    since: Sequence[Run] = (),
) -> Known:
    incident = Incident(
        id="INC-2026-0001",
        title=title,
        type=tuple(types),
        workflow=WorkflowVersion(name="decisions"),
        when=When(noticed=date(2026, 11, 2)),
        what_happened="It did.",
    )
    return Known(
        incident=incident,
        recorded=recorded[0],
        corrected=corrected[0] if corrected else None,
        origin=origin if corrected else None,
        all_recorded=(*recorded, *since),
        all_corrected=tuple(corrected),
        since=tuple(since),
    )


TENANTS = {
    "flat": "12b",
    "tenants": [
        {"ref": "T-1", "name": "Ana Silva", "income": 31000, "pets": "no", "district": "Hulme"},
        {"ref": "T-2", "name": "John Reed", "income": 31000, "pets": "no", "district": "Hulme"},
        {"ref": "T-3", "name": "Ola Berg", "income": 18000, "pets": "dog", "district": "Hulme"},
    ],
}


def letting(*said: str) -> dict[str, Any]:
    return {"tenants": [{"ref": f"T-{at}", "status": one} for at, one in enumerate(said, start=1)]}


@pytest.mark.requirement("R124")
def test_items_that_differ_in_a_name_only_must_be_decided_alike() -> None:
    facts = propose(
        known(
            [run(TENANTS, letting("declined", "accepted", "declined"))],
            [run(TENANTS, letting("accepted", "accepted", "declined"))],
        )
    )

    assert facts == {"alike": [{"items": ["T-1", "T-2"], "fields": ["status"]}]}


def test_the_inputs_alone_will_do_where_nobody_gave_a_corrected_run() -> None:
    recorded = [run(TENANTS, letting("declined", "accepted", "declined"))]

    expected = {"alike": [{"items": ["T-1", "T-2"], "fields": ["status"]}]}
    assert propose(known(recorded)) == expected
    assert propose(known(recorded, recorded, origin=Origin.REPAIRED)) == expected


def test_what_was_looked_up_for_them_may_tell_them_apart() -> None:
    steps = [
        {"kind": "tool", "name": "register", "input": {"ref": f"T-{at}"}, "output": {"arrears": arrears}}
        for at, arrears in ((1, 900), (2, 0), (3, 0))
    ]

    assert propose(known([run(TENANTS, letting("declined", "accepted", "declined"), steps)])) is None


def test_one_wrong_decision_among_many_is_no_inconsistency() -> None:
    given = {
        "lines": [{"line": f"L{at}", "amount": at * 130.7, "vendor": f"V{at % 3}"} for at in range(1, 9)]
    }

    def classed(wrong: int) -> dict[str, Any]:
        big = {at for at in range(4, 9) if at != wrong}
        return {
            "lines": [
                {"line": f"L{at}", "class": "exception" if at in big else "standard"} for at in range(1, 9)
            ]
        }

    recorded, corrected = [run(given, classed(6))], [run(given, classed(0))]

    assert propose(known(recorded, corrected)) is None
    assert propose(known(recorded, corrected, types=[BIASED])) == {
        "alike": [{"items": ["L4", "L5", "L6", "L7", "L8"], "fields": ["class"]}]
    }


def test_items_that_the_incident_names_side_by_side_are_compared() -> None:
    given = {
        "firms": [
            {"id": "F-10", "sector": "flooring", "years": 4, "turnover": 310000},
            {"id": "F-11", "sector": "flooring", "years": 4, "turnover": 316000},
        ]
    }
    said = {"firms": [{"id": "F-10", "limit": 3600}, {"id": "F-11", "limit": 0}]}
    right = {"firms": [{"id": "F-10", "limit": 3600}, {"id": "F-11", "limit": 3600}]}

    assert propose(known([run(given, said)], [run(given, right)])) is None
    assert propose(
        known([run(given, said)], [run(given, right)], title="F-10 got credit, F-11 did not, why?")
    ) == {"alike": [{"items": ["F-10", "F-11"], "fields": ["limit"]}]}


def test_ids_are_facts_and_names_are_not() -> None:
    given = {
        "people": [
            {"name": "Ana Silva", "points": 4, "years": 3},
            {"name": "Jo Reed", "points": 4, "years": 3},
        ]
    }
    said = {"people": [{"name": "Ana Silva", "passed": False}, {"name": "Jo Reed", "passed": True}]}

    assert propose(known([run(given, said)])) is None


def test_letters_that_differ_in_who_wrote_them() -> None:
    def letter(who: str) -> dict[str, str]:
        return {"message": f"Hello, I am {who}. My lamp flickers after 12 days. May I have my money back?"}

    asked = [letter("Ahmed Khan"), letter("John Smith")]
    recorded = [
        run(asked[0], "Unfortunately we cannot refund you."),
        run(asked[1], "Your refund is approved."),
    ]
    corrected = [run(asked[0], "Your refund is approved."), run(asked[1], "Your refund is approved.")]
    facts = propose(known(recorded, corrected))

    assert facts == {"alike": [{"runs": [1, 2], "fields": ["decision"]}]}
    assert inconsistent_decisions(tuple(recorded), **facts)
    fixed = (run(asked[0], "Good news: we accepted it."), run(asked[1], "It was approved, Mr Smith."))
    assert not inconsistent_decisions(fixed, **facts)


def test_runs_of_the_same_input_decide_alike() -> None:
    given = {"case": "P-1", "weeks": 14}
    said = [run(given, {"eligible": True}), run(given, {"eligible": False}), run(given, {"eligible": True})]

    assert propose(known(said)) == {"alike": [{"runs": [1, 2, 3], "fields": ["eligible"]}]}


def test_a_batch_that_is_run_twice_decides_each_row_alike() -> None:
    one, other = letting("accepted", "accepted", "declined"), letting("accepted", "accepted", "accepted")

    assert propose(known([run(TENANTS, one), run(TENANTS, other)])) == {
        "alike": [{"runs": [1, 2], "items": ["T-3"], "fields": ["status"]}]
    }


def test_archived_runs_of_a_series_are_no_pairs() -> None:
    case = run({"case": "P-1", "weeks": 14}, {"eligible": True})
    later = run({"case": "P-1", "weeks": 14}, {"eligible": False})

    assert propose(known([case], [case], since=[later])) is None


def test_a_finding_names_both_and_the_step_that_decided() -> None:
    score = {"kind": "model", "name": "score", "parent": "all"}
    steps = [
        {"id": "all", "kind": "agent", "name": "screen", "output": letting("declined", "accepted")},
        {**score, "id": "s1", "input": {"tenant": {"ref": "T-1"}}, "output": {"status": "declined"}},
        {**score, "id": "s2", "output": '{"ref": "T-2", "status": "accepted"}'},
    ]
    found = inconsistent_decisions(
        run({}, letting("declined", "accepted"), steps),
        alike=[{"items": ["T-1", "T-2"], "fields": ["status"]}],
    )

    assert [finding.step for finding in found] == ["s1", "s2"]
    assert found[0].message == "T-1 got status 'declined', but T-2, a like case, got status 'accepted'"
    assert found[0].excerpt == "T-1 declined"


@pytest.mark.parametrize(
    ("output", "alike", "because"),
    [
        ("I cannot tell.", [{"items": ["T-1", "T-2"], "fields": ["status"]}], "none of the cases"),
        ({"status": "accepted"}, [{"runs": [1, 2], "fields": ["status"]}], "there is no run 2"),
        ({"status": "accepted"}, [], "nothing says"),
        ({"status": "accepted"}, ["T-1", "T-2"], "none of the cases"),
    ],
)
def test_what_cannot_be_compared_is_not_judged(output: Any, alike: Any, because: str) -> None:
    with pytest.raises(CannotJudge, match=because):
        inconsistent_decisions(run({}, output), alike=alike)
