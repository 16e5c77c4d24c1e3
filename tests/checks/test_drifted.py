"""Drift: what goes into a baseline, and how often the test errs."""
# ruff: noqa: S311 - chance, no secrets

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from incident2eval import formats
from incident2eval.checks import Known, drifted
from incident2eval.checks._drifted import propose
from incident2eval.checks.series.significance import Towards, fewest, p_value, surely
from incident2eval.model import CannotJudge, Incident, Run
from incident2eval.model.incident import When, WorkflowVersion

ERROR_RATE = 0.001


def known(before: Sequence[Run], since: Sequence[Run]) -> Known:
    incident = Incident(
        id="INC-2026-0001",
        title="It drifted",
        workflow=WorkflowVersion(name="coding"),
        when=When(noticed=date(2026, 11, 2)),
        what_happened="It did.",
    )
    return Known(
        incident=incident,
        recorded=since[0],
        before=tuple(before),
        since=tuple(since[1:]),
        all_recorded=tuple(since),
    )


def metrics(before: Sequence[Run], since: Sequence[Run]) -> list[dict[str, Any]]:
    """What the check proposes to watch."""
    facts: Any = propose(known(before, since))
    return facts["baseline"]["drifted"] if facts else []


def batches(chance: Random, share: float, count: int, *, rows: int = 12) -> list[Run]:
    """Runs over batches, with about that share of exceptions."""
    return [
        Run(
            output={
                "batch": f"B-{number}",
                "lines": [
                    {
                        "line": at,
                        "class": "exception" if chance.random() < share else "standard",
                        "code": chance.choice(["6100", "6210", "6330"]),
                        "why": "as the policy has it",
                    }
                    for at in range(rows)
                ],
            }
        )
        for number in range(count)
    ]


@pytest.mark.requirement("R12", "R125")
def test_a_share_that_fell_is_found_and_nothing_else() -> None:
    chance = Random(1)
    before, since = batches(chance, 0.3, 40), batches(chance, 0.05, 20)
    found = metrics(before, since)

    assert [(one["measure"], one["of"], one["value"]) for one in found] == [("share", "class", "exception")]
    assert found[0]["runs"] == 40 == sum(found[0]["figures"].values())
    assert found[0]["usual"] == pytest.approx(0.3, abs=0.05)
    baseline = {"error_rate": ERROR_RATE, "drifted": found}
    (finding,) = drifted(tuple(since), baseline=baseline)
    assert finding.message.startswith("share of 'exception' in class: ")
    assert finding.excerpt == "standard"
    assert not drifted(tuple(batches(chance, 0.3, 20)), baseline=baseline)
    assert drifted(tuple(batches(chance, 0.9, 20)), baseline=baseline)


def test_what_has_not_drifted_gives_no_test() -> None:
    chance = Random(2)

    for _ in range(20):
        assert not metrics(batches(chance, 0.3, 30), batches(chance, 0.3, 15))


def test_most_true_drifts_are_found() -> None:
    chance = Random(3)
    found = sum(
        bool(metrics(batches(chance, 0.3, 40, rows=10), batches(chance, 0.05, 20, rows=10)))
        for _ in range(20)
    )

    assert found >= 19


def series(kind: str) -> Callable[[Random], Sequence[float]]:
    """How figures of runs come about where nothing drifts; rows of one batch depend on each other."""

    def batch(chance: Random) -> float:
        usual = min(1.0, max(0.0, chance.gauss(0.3, 0.1)))
        return sum(chance.random() < usual for _ in range(12)) / 12

    makers: dict[str, Callable[[Random], float]] = {
        "shares of batches": batch,
        "lengths": lambda chance: float(round(chance.lognormvariate(5, 0.4))),
        "yes or no": lambda chance: float(chance.random() < 0.3),
        "hardly ever": lambda chance: float(chance.random() < 0.02),
    }
    return lambda chance: [makers[kind](chance) for _ in range(20)]


@pytest.mark.parametrize("kind", ["shares of batches", "lengths", "yes or no", "hardly ever"])
@pytest.mark.parametrize("towards", [Towards.ANY, Towards.LESS])
def test_the_test_errs_no_more_often_than_it_says(kind: str, towards: Towards) -> None:
    chance, made = Random(4), series(kind)
    found = sorted(p_value([*made(chance), *made(chance)], made(chance), towards) for _ in range(400))

    # Of 400 draws, 20 at 1 in 20 and 4 at 1 in 100; three standard deviations more would be a fault.
    assert sum(one <= 0.05 for one in found) <= 20 + 3 * 4.4
    assert sum(one <= 0.01 for one in found) <= 4 + 3 * 2


@pytest.mark.parametrize("before", [[0.2, 0.4, 0.3] * 8, [0.0, 1.0] * 20])
def test_the_way_it_went_is_looked_at(before: list[float]) -> None:
    assert p_value(before, [0.0] * 9, Towards.LESS) < 0.01
    assert p_value(before, [0.0] * 9, Towards.MORE) > 0.5
    assert p_value(before, [1.0] * 9, Towards.MORE) < 0.01
    assert p_value(before, [1.0] * 9, Towards.LESS) > 0.5


def test_several_tests_share_one_error_rate() -> None:
    assert surely([0.0004, 0.0006, 0.5], 0.001) == (False, False, False)
    assert surely([0.0003, 0.0004, 0.5], 0.001) == (True, True, False)
    assert surely([], 0.001) == ()


def test_how_many_runs_it_takes() -> None:
    assert fewest(lambda runs: 0.5**runs, 0.001) == 10
    assert fewest(lambda _: 1.0, 0.001) is None


@pytest.mark.requirement("R12")
def test_too_few_runs_are_not_judged() -> None:
    share = {"measure": "share", "of": "class", "value": "exception"}
    fact = {**share, "runs": 20, "figures": {"0.25": 10, "0.5": 10}}
    baseline = {"error_rate": ERROR_RATE, "drifted": [fact]}

    with pytest.raises(CannotJudge, match="it takes 4 runs to tell drift from chance, and there are 3"):
        drifted(tuple(batches(Random(5), 0.0, 3)), baseline=baseline)
    assert drifted(tuple(batches(Random(5), 0.0, 4)), baseline=baseline)


def test_a_baseline_that_is_too_short_is_not_judged() -> None:
    baseline = {"error_rate": ERROR_RATE, "drifted": [{"measure": "refusals", "runs": 2, "times": 1}]}

    with pytest.raises(CannotJudge, match="the baseline has too few runs"):
        drifted(tuple(batches(Random(5), 0.0, 20)), baseline=baseline)


@pytest.mark.parametrize(
    "baseline",
    [
        None,
        {},
        {"drifted": []},
        {"drifted": [7]},
        {"drifted": [{"measure": "refusals", "runs": 10**12, "times": 3}]},
        {"drifted": [{"measure": "length", "figures": {"9": 10**12}}]},
        {"drifted": [{"measure": "length", "figures": {"nan": 10}}]},
        {"drifted": [{"measure": "length", "figures": {"many": 10}}]},
        {"drifted": [{"measure": "mood", "runs": 30, "times": 3}]},
        {"drifted": [{"measure": "length", "runs": 30, "times": 3, "towards": []}]},
    ],
)
def test_what_is_no_baseline_is_not_judged(baseline: Any) -> None:
    with pytest.raises(CannotJudge):
        drifted(tuple(batches(Random(5), 0.0, 20)), baseline=baseline)


def summaries(chance: Random, count: int, *, words: int, refused: float = 0.0) -> list[Run]:
    told = (
        "Your account had a quiet month and two tickets were closed within a day. The team met to plan the "
        "work of the next quarter. All invoices were paid on time and no action is needed from you."
    ).split()
    return [
        Run(
            output="I'm sorry, I cannot help with that."
            if chance.random() < refused
            else " ".join((told * 9)[: words + chance.randrange(12)])
        )
        for _ in range(count)
    ]


def test_how_texts_are_written_counts_where_nothing_else_has_drifted() -> None:
    chance = Random(6)
    before = summaries(chance, 40, words=90)

    shorter = metrics(before, summaries(chance, 15, words=40))
    assert [(one["measure"], one["towards"]) for one in shorter] == [("length", "less")]
    refusing = metrics(before, summaries(chance, 15, words=40, refused=0.6))
    assert [(one["measure"], one["towards"]) for one in refusing] == [("refusals", "more")]


def test_texts_that_lost_the_usual_wording_are_found() -> None:
    chance = Random(7)
    before = summaries(chance, 40, words=60)
    since = [Run(output=f"Deine Mappe liegt nun bereit, Nummer {at}. " * 7) for at in range(15)]
    found = {one["measure"]: one for one in metrics(before, since)}

    assert found["likeness"]["towards"] == "less"
    assert "invoices" in found["likeness"]["words"]


def test_the_archive_of_a_real_looking_workflow(shared: Path) -> None:
    path = shared / "acceptance/incidents/invoice-coding/project/archive/coding-2026-q3.jsonl"
    runs = formats.read(path.read_bytes(), name=path.name).runs
    change = datetime(2026, 10, 8, 12, tzinfo=UTC)
    before = [run for run in runs if run.started and run.started < change]
    found = metrics(before, [run for run in runs if run not in before])

    assert [(one["of"], one["value"], one["usual"]) for one in found] == [("class", "exception", 0.248)]
    for cut in (12, 18, 24):
        assert not metrics(before[:cut], before[cut:])
