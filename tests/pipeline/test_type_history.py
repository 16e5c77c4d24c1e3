"""What became of a failure type: open, resolved, back again; rising or falling; repeated."""

from pathlib import Path

import pytest
from pipeline.firms import LEAK, Firm

from incident2eval.model import TypeStatus
from incident2eval.pipeline.failure_types.history import Struck, fate_of, is_after, trend
from incident2eval.store import Restart
from incident2eval.store._moments import moment


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    return Firm(tmp_path / "firm")


@pytest.mark.requirement("R132")
def test_resolved_once_restarted_and_regressed_when_it_comes_back(firm: Firm) -> None:
    first = firm.incident(1, "2026-03-01T09:00:00Z", "A foreign note in a draft", LEAK)
    assert firm.types()[(first,)]["status"] == "open"

    firm.restart(first, "2026-03-10T09:00:00Z")
    resolved = firm.types()[(first,)]
    assert resolved["status"] == "resolved"
    assert resolved["because"] == f"summary was restarted on 2026-03-10, after {first}"

    second = firm.incident(2, "2026-04-01T09:00:00Z", "A foreign note in a report", LEAK)
    back = firm.types()[(first, second)]
    assert back["status"] == "regressed"
    assert back["because"] == (
        f"{second} came on 2026-04-01, after summary was restarted on 2026-03-10: the fix did not hold"
    )

    firm.restart(second, "2026-04-10T09:00:00Z")
    again = firm.types()[(first, second)]
    assert (again["status"], again["came_back"]) == ("resolved", [second])


def test_what_happened_before_the_restart_and_was_noticed_after_it_is_no_regression(firm: Firm) -> None:
    first = firm.incident(1, "2026-03-01T09:00:00Z", "A foreign note in a draft", LEAK)
    firm.restart(first, "2026-03-10T09:00:00Z")
    found_late = {"noticed": "2026-04-01T09:00:00Z", "happened": "2026-03-05T09:00:00Z"}
    second = firm.incident(2, "2026-04-01", "A foreign note in a report", LEAK, when=found_late)

    assert firm.types()[(first, second)]["status"] == "resolved"


def test_every_workflow_that_it_struck_must_be_restarted(firm: Firm) -> None:
    first = firm.incident(1, "2026-03-01T09:00:00Z", "A foreign note in a draft", LEAK)
    second = firm.incident(2, "2026-03-02T09:00:00Z", "A foreign note in a report", LEAK, workflow="report")
    firm.restart(second, "2026-03-10T09:00:00Z")

    found = firm.types()[(first, second)]
    assert (found["status"], found["because"]) == ("open", f"summary was not restarted since {first}")


def test_an_approval_in_the_incident_file_counts_from_its_reports_time(firm: Firm) -> None:
    report = "reports/summary/2026-03-10T09-00-00Z-abc123.json"
    approved = {"decision": "approved", "report": report}
    first = firm.incident(1, "2026-03-01", "A foreign note in a draft", LEAK, restart=approved)
    second = firm.incident(2, "2026-03-05", "A foreign note in a report", LEAK)
    assert firm.types()[(first, second)]["status"] == "resolved"

    firm.incident(1, "2026-03-01", "A foreign note in a draft", LEAK, restart={"decision": "approved"})
    undated = firm.types()[(first, second)]
    assert undated["status"] == "open", (
        "whether it came back is not known where nobody says when it was restarted"
    )

    firm.incident(1, "2026-03-01", "A foreign note in a draft", LEAK, restart={"decision": "refused"})
    assert firm.types()[(first, second)]["status"] == "open"


@pytest.mark.requirement("R6")
def test_a_small_incident_with_three_like_it_before_is_flagged(firm: Firm) -> None:
    names = [
        firm.incident(number, f"2026-03-0{number}", "A foreign note in a draft", LEAK, severity=1)
        for number in range(1, 5)
    ]
    worse = firm.incident(5, "2026-03-05", "A foreign note in a draft", LEAK, severity=3)

    (found,) = firm.types().values()
    assert found["repeated"] == [names[3]]
    assert found["levels"] == {"1": 4, "3": 1}
    assert worse in found["incidents"]


@pytest.mark.requirement("R136")
def test_a_control_that_fails_in_several_types_is_named(firm: Firm) -> None:
    old = firm.incident(1, "2026-01-01", "A foreign note in a draft", LEAK)
    one = firm.incident(2, "2026-11-01", "A foreign note in a draft", LEAK)
    scope = {**LEAK, "checks": ["out_of_scope_arguments"]}
    other = firm.incident(3, "2026-11-02", "Asked for the whole workspace", scope)

    answer = firm.ask()
    assert answer.data["repeated_controls"] == {"retrieval scope": [one, other]}
    assert old not in answer.data["repeated_controls"]["retrieval scope"]
    assert f"  retrieval scope: {one}, {other}" in answer.text


@pytest.mark.parametrize(
    ("days", "direction", "recent", "before"),
    [
        (["2026-11-01"], "new", 1, 0),
        (["2026-01-01", "2026-11-01", "2026-11-02"], "rising", 2, 0),
        (["2026-06-01", "2026-06-02", "2026-11-01"], "falling", 1, 2),
        (["2026-06-01", "2026-11-01"], "steady", 1, 1),
        (["2026-01-01"], "quiet", 0, 0),
    ],
)
def test_a_trend_compares_two_quarters(days: list[str], direction: str, recent: int, before: int) -> None:
    members = [Struck(incident=day, workflow="w", at=moment(day, bare_date=True)) for day in days]
    found = trend(members, moment("2026-11-12T10:00:00Z", bare_date=False).date())
    assert (found.direction, found.recent, found.before) == (direction, recent, before)


@pytest.mark.parametrize(
    ("at", "other", "after"),
    [
        ("2026-03-01T10:00:00Z", "2026-03-01T09:00:00Z", True),
        ("2026-03-01T09:00:00Z", "2026-03-01T09:00:00Z", False),
        ("2026-03-01", "2026-03-01T09:00:00Z", False),
        ("2026-03-01T23:00:00Z", "2026-03-01", False),
        ("2026-03-02", "2026-03-01T09:00:00Z", True),
        ("2026-03-01T23:30:00-05:00", "2026-03-01", True),
    ],
)
def test_a_bare_date_is_never_read_as_midnight(at: str, other: str, after: bool) -> None:
    assert is_after(moment(at, bare_date=True), moment(other, bare_date=True)) is after


def test_a_restart_of_another_workflow_says_nothing() -> None:
    day = moment("2026-03-01", bare_date=True)
    elsewhere = Restart(workflow="other", incident="INC-2026-0009", at=moment("2026-04-01", bare_date=True))
    found = fate_of([Struck(incident="INC-2026-0001", workflow="w", at=day)], [elsewhere])
    assert found.status is TypeStatus.OPEN
