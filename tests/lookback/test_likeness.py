"""Like cases of past runs: which are alike, which pairs are asked about, and what the check says of them."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations
from types import MappingProxyType

import pytest

from incident2eval.checks import SHELF
from incident2eval.checks.items.cases import Kind
from incident2eval.detection.names.hashing import hashed
from incident2eval.lookback import (
    Likeness,
    Part,
    PartResult,
    Seen,
    Verdict,
    Watch,
    decider,
    key_of,
    unlike_cases,
    whole,
)
from incident2eval.model import JSON, Customer, Customers, Finding, Findings, Run, Step, StepKind, Subject
from incident2eval.model.look_back import Window

NOBODY = Customers()
CHECK = next(one for one in SHELF if one.name == "inconsistent_decisions")
ALIKE_RUNS: JSON = [{"runs": [1, 2], "fields": ["decision", "limit"]}]
ALIKE_ITEMS: JSON = [{"items": ["A-1", "A-2"], "fields": ["decision", "limit"]}]


class Asked:
    """Asks the check, as a case does."""

    def __init__(self, customers: Customers = NOBODY) -> None:
        self.customers = customers

    def together(self, one: Watch, runs: Sequence[Run], /) -> Verdict:
        return one.check(tuple(runs), facts=one.facts, customer_id=None, customers=self.customers)


def watch(alike: JSON) -> Watch:
    return Watch(incident="I-1", workflow="credit", check=CHECK, facts={"alike": alike}, named=())


def applicant(who: str = "Ms Orchard", **more: JSON) -> dict[str, JSON]:
    return {"name": who, "sector": "flooring", "turnover": 310_000, "years_trading": 4, **more}


def single(name: str, decision: str = "approve", limit: int = 3600, **given: JSON) -> Run:
    return Run(
        id=name,
        subject=Subject(customer_id=f"K-{name}"),
        input=applicant(**given) if "input" not in given else given["input"],
        output={"decision": decision, "limit": limit, "reason": f"as {name} deserves"},
    )


def batch(name: str, *rows: tuple[str, str], **given: JSON) -> Run:
    return Run(
        id=name,
        input={"applications": [{"ref": ref, **applicant(f"Mr {ref}", **given)} for ref, _ in rows]},
        output={"decisions": [{"ref": ref, "decision": said, "limit": 0} for ref, said in rows]},
    )


def hits(*parts: Sequence[Run], alike: JSON = ALIKE_RUNS, customers: Customers = NOBODY) -> dict[str, str]:
    """Run -> what is said of it, as a look-back puts it together."""
    likeness = Likeness(watch(alike), ())
    seen = [
        [likeness.seen(Seen(run=run, name=run.id or "nameless", said=())) for run in some] for some in parts
    ]
    found = unlike_cases([noted(some).cases for some in seen])
    keys = frozenset(memoryview(found.keys).cast("Q"))
    deciders = [
        one
        for some, wanted in zip(seen, found.runs, strict=True)
        for number, each in enumerate(each for each in some if each.cases)
        if (one := decider(each, (), number, keys)) and number in wanted
    ]
    part = Part(customers=customers)
    for each, version in likeness.compared(deciders, Asked(customers), customers):
        part.compare(each, version)
    return {hit.run: hit.message for hit in part.compared}


def noted(seen: Sequence[Seen]) -> PartResult:
    part = Part(customers=NOBODY)
    for one in seen:
        part.cases.add(key_of(one.run), one.cases)
    return part.result()


# --- which runs are unlike ---


@pytest.mark.requirement("R115")
def test_runs_that_were_given_the_same_and_decided_differently_are_hits_wherever_they_lie() -> None:
    found = hits(
        [single("a", who="Mr Orme"), single("b", turnover=95_000)],
        [single("c", "decline", 0, who="Ms Orchard")],
    )

    approved, declined = "decision 'approve' and limit '3600'", "decision 'decline' and limit '0'"
    assert found == {
        "a": f"got {approved}, but c, a like case, got {declined}",
        "c": f"got {declined}, but a, a like case, got {approved}",
    }


def test_only_the_fields_that_must_not_differ_are_compared() -> None:
    assert not hits(
        [single("a"), replace(single("b"), output={"decision": "Approve.", "limit": "3,600", "x": 1})]
    )
    assert not hits([single("a"), single("b", limit=1)], alike=[{"runs": [1, 2], "fields": ["decision"]}])


def test_nobody_knows_which_is_the_odd_one_so_all_of_a_group_are_hits() -> None:
    many = [single(f"a{number}") for number in range(5)]

    assert list(hits(many, [single("b", "decline")])) == ["a0", "a1", "a2", "a3", "a4", "b"]


def test_a_run_that_comes_twice_is_no_pair_with_itself() -> None:
    assert not hits([single("a")], [single("a", "decline")])
    assert not hits([single("a"), single("a", "decline")])
    assert list(hits([single("a"), single("a", "decline")], [single("b", "decline")])) == ["a", "b"]


def test_runs_without_an_id_are_told_apart() -> None:
    assert hits([single(""), single("", "decline")])


def test_runs_are_alike_only_if_there_is_enough_to_compare_or_they_were_given_the_very_same() -> None:
    little = {"sector": "flooring", "name": "Orme"}
    other = {"sector": "flooring", "name": "Orchard"}

    assert not hits([single("a", input=little), single("b", "decline", input=other)])
    assert hits([single("a", input=little), single("b", "decline", input=dict(little))])
    assert not hits([single("a", input=None), single("b", "decline", input=None)])


def test_a_year_of_birth_does_not_matter_and_years_of_trade_do() -> None:
    assert hits([single("a", birth_year=1994), single("b", "decline", birth_year=1968)])
    assert not hits([single("a", years_trading=4), single("b", "decline", years_trading=5)])


def test_what_was_looked_up_before_the_decision_was_given_too() -> None:
    def looked_up(run: Run, late: int) -> Run:
        steps = (
            Step(id=f"{run.id}.1", kind=StepKind.TOOL, name="bureau", output={"late": late, "as_of": run.id}),
            Step(id=f"{run.id}.2", kind=StepKind.MODEL, name="score", output=run.output),
            Step(id=f"{run.id}.3", kind=StepKind.TOOL, name="publish", output={"state": run.id}),
        )
        return replace(run, steps=steps)

    assert not hits([looked_up(single("a"), 0), looked_up(single("b", "decline"), 4)])
    assert hits([looked_up(single("a"), 4), looked_up(single("b", "decline"), 4)])


def test_prose_is_not_compared_with_fields() -> None:
    prose = replace(single("b"), output="We are glad to say that the application is approved.")

    assert not hits([single("a"), prose])
    assert hits(
        [single("a"), prose, replace(prose, id="c", output="The application is declined.")]
    ).keys() == {
        "b",
        "c",
    }


def test_a_run_that_decides_none_of_it_cannot_be_compared() -> None:
    seen = Likeness(watch(ALIKE_RUNS), ()).seen(
        Seen(run=Run(input=applicant(), output={"sum": 4}), name="a", said=())
    )

    assert [verdict for _, verdict in seen.said] == ["it decides nothing that can be compared"]


def test_of_a_roster_that_names_nobody_in_clear_no_name_is_quoted() -> None:
    roster = hashed(Customers(rows=(Customer(id="K-1", name="Eastfield Freight"),)), b"k" * 32)
    routed = [single("a"), single("b", "Eastfield Freight")]

    found = hits(routed, customers=roster, alike=[{"runs": [1, 2], "fields": ["decision"]}])

    assert found["a"] == "got decision 'approve', but b, a like case, got decision '[K-1]'"


def test_what_comparing_finds_is_added_to_what_a_run_shows_by_itself() -> None:
    customers = Customers()
    found = Finding(check="other_check", step=None, message="it says so", excerpt="so")
    first, second = Part(customers=customers), Part(customers=customers)
    run = single("a")
    other = replace(watch(ALIKE_RUNS), check=replace(CHECK, control=False))
    first.take(Seen(run=run, name="a", said=((other, Findings((found,), judged=1)),)), ())
    second.compare(
        Seen(run=run, name="a", said=((other, Findings((replace(found, check="compared"),), judged=1)),)), ()
    )
    window = Window(start=None, end=date(2026, 11, 1), because="as asked")

    report = whole("I-1", window, [first.result(), second.result()])

    assert (report.checked, [hit.checks for hit in report.hits]) == (1, [("other_check", "compared")])


# --- items of a batch ---


def test_items_of_one_run_are_compared_with_each_other() -> None:
    found = hits([batch("w1", ("A-1", "approve"), ("A-2", "decline"), ("A-3", "approve"))], alike=ALIKE_ITEMS)

    assert found == {"w1": "A-1 got decision 'approve', but A-2, a like case, got decision 'decline'"}


def test_items_are_compared_with_those_of_other_runs() -> None:
    first = batch("w1", ("A-1", "approve"), ("A-2", "approve"))

    other = hits([first], [batch("w2", ("B-1", "decline"), ("B-2", "decline"))], alike=ALIKE_ITEMS)
    again = hits([first], [batch("w2", ("A-1", "decline"), ("A-2", "decline"))], alike=ALIKE_ITEMS)
    unlike = hits(
        [first], [batch("w2", ("B-1", "decline"), ("B-2", "decline"), sector="x")], alike=ALIKE_ITEMS
    )

    assert other == {
        "w1": "A-1 got decision 'approve', but B-1 in w2, a like case, got decision 'decline'",
        "w2": "B-1 got decision 'decline', but A-1 in w1, a like case, got decision 'approve'",
    }
    assert again["w1"] == "A-1 got decision 'approve', but A-1 in w2, a like case, got decision 'decline'"
    assert list(again) == ["w1", "w2"]
    assert not unlike


def test_a_hit_tells_the_step_that_decided() -> None:
    one = single("a")
    two = replace(
        single("b", "decline"),
        steps=(
            Step(id="b.1", kind=StepKind.MODEL, name="score", output={"decision": "decline", "limit": 3600}),
        ),
    )
    likeness = Likeness(watch(ALIKE_RUNS), ())
    seen = [likeness.seen(Seen(run=run, name=run.id, said=())) for run in (one, two)]
    keys = {case.key for each in seen for case in each.cases}
    deciders = [found for number, each in enumerate(seen) if (found := decider(each, (), number, keys))]

    said = [each.said[0][1] for each, _ in likeness.compared(deciders, Asked(), NOBODY)]

    assert [one.found[0].step for one in said if not isinstance(one, str)] == [None, "b.1"]
    assert all(not found.run.input for found in deciders)


# --- what the incident says of likeness ---


def own(**given: JSON) -> Run:
    decision = "approve" if given.get("language") == "english" else "decline"
    return single("own", decision, **given)


def test_choices_in_which_the_incidents_own_like_cases_differ_do_not_matter() -> None:
    runs = [own(language="english"), own(language="tigrinya")]

    assert Kind.of([*_listed(ALIKE_RUNS)], runs).free == {"language"}


def test_an_amount_in_which_they_differ_does() -> None:
    runs = [own(language="english", income=9_000), own(language="tigrinya", income=12_000)]

    assert not Kind.of([*_listed(ALIKE_RUNS)], runs).free


def test_they_do_not_where_nothing_else_is_there_to_tell_likeness_by() -> None:
    runs = [
        single("own", decision, input={"sector": "a", "language": language, "school": language})
        for decision, language in (("approve", "english"), ("decline", "tigrinya"))
    ]

    assert not Kind.of([*_listed(ALIKE_RUNS)], runs).free


def _listed(alike: JSON) -> Sequence[JSON]:
    assert isinstance(alike, list)
    return alike


# --- the same as the check, asked of every pair ---


def made(chance: random.Random) -> Iterator[Run]:
    for number in range(60):
        yield single(
            f"r{number}",
            chance.choice(["approve", "Approve", "decline", "refer"]),
            chance.choice([0, 3600]),
            who=chance.choice(["Ms Orchard", "Mr Orme"]),
            turnover=chance.choice([1_000, 2_000, 3_000]),
            sector=chance.choice(["flooring", "bakery", "roofing", "joinery"]),
        )


@pytest.mark.parametrize("seed", range(6))
def test_the_hits_are_the_runs_that_the_check_finds_unlike_in_any_pair_of_like_ones(seed: int) -> None:
    runs = [*made(random.Random(seed))]  # noqa: S311 - any runs, the same each time
    kind = Likeness(watch(ALIKE_RUNS), ()).kind
    keys = {run.id: kind.cases(run)[0].given.key for run in runs}
    unlike = {
        run.id
        for pair in combinations(runs, 2)
        if keys[pair[0].id] == keys[pair[1].id] and Asked().together(watch(ALIKE_RUNS), pair)
        for run in pair
    }

    found = hits(runs)

    assert found.keys() == unlike
    assert hits(runs[:7], [], runs[7:40], runs[40:]) == found
    assert hits(*([run] for run in runs)) == found


def test_what_was_given_in_another_order_is_the_same() -> None:
    one = single("a")
    turned = replace(one, input=MappingProxyType(dict(reversed(list(one.input.items())))))  # type: ignore[attr-defined]
    kind = Likeness(watch(ALIKE_RUNS), ()).kind

    assert kind.cases(one)[0].key == kind.cases(turned)[0].key
