"""The rules that ship: each number is the number of its quote, and each says where it comes from."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date

import pytest

from incident2eval.duties import rules, stale
from incident2eval.duties._facts import WORDS
from incident2eval.model import FACTS, JURISDICTIONS, ROLES, Promptness, Rule, Term
from incident2eval.store import shipped_rules

NUMBERS = {"one": 1, "two": 2, "four": 4}
UNITS = {
    "hour": "hours",
    "day": "days",
    "calendar day": "days",
    "working day": "working_days",
    "business day": "working_days",
    "month": "months",
}
COUNT = re.compile(r"\b(\d+|one|two|four)[ -]((?:calendar |working |business )?(?:hour|day|month))")

EACH = pytest.mark.parametrize("rule", shipped_rules(), ids=lambda rule: rule.id)


def in_quote(rule: Rule) -> set[tuple[str, int]]:
    """Every number with a unit that the words of the law hold."""
    return {(UNITS[unit], NUMBERS.get(count) or int(count)) for count, unit in COUNT.findall(rule.quote)}


def in_term(term: Term | None) -> Iterator[tuple[str, int]]:
    for one in fields(Term):
        value = getattr(term, one.name, None)
        if isinstance(value, int):
            yield one.name, value


@pytest.mark.requirement("R76", "R78")
@EACH
def test_a_every_number_is_the_number_of_its_quote(rule: Rule) -> None:
    assert {*in_term(rule.term), *in_term(rule.at_most)} == in_quote(rule)


@EACH
def test_a_word_stands_in_the_quote_too(rule: Rule) -> None:
    if rule.term.promptly in {Promptness.IMMEDIATELY, Promptness.UNDUE_DELAY, Promptness.AS_AGREED}:
        assert rule.term.promptly in rule.quote


@EACH
def test_a_rule_says_where_it_comes_from_and_when_it_was_checked(rule: Rule) -> None:
    assert rule.checked == date(2026, 11, 22)
    assert rule.checked < rule.review_by <= date(2027, 11, 22)
    assert rule.source.startswith("https://") or rule.id in {"contract", "harm"}
    assert rule.seen in {"primary", "secondary", "unverified"}
    assert set(rule.scope.roles) <= set(ROLES)
    assert set(rule.scope.jurisdictions) <= set(JURISDICTIONS)
    assert rule.all_of or rule.any_of
    assert not rule.own


@pytest.mark.requirement("R82", "R83", "R84", "R88")
def test_every_rule_of_the_requirements_is_there(shipped: Mapping[str, Rule]) -> None:
    asked = "ukgdpr-33-1 ukgdpr-34 ukgdpr-33-5 ukgdpr-33-2 eugdpr-33-1 eugdpr-34 pecr fca-p11 fca-ps26-2"
    others = "aia-73-2 aia-73-3 aia-73-4 aia-26-5 aia-73-6 nis2-23-4a nis2-23-4b nis2-23-4d"
    last = "dora-19-initial dora-19-intermediate dora-19-final contract harm hipaa sec-1.05"
    assert set(f"{asked} {others} {last}".split()) <= set(shipped)
    assert len(shipped) == len(shipped_rules())


def test_what_a_rule_waits_for_is_there(shipped: Mapping[str, Rule]) -> None:
    assert {name for rule in shipped.values() for name in rule.after} <= set(shipped)


def test_every_fact_has_words() -> None:
    assert set(WORDS) == set(FACTS)


def test_f_a_rule_past_its_review_date_warns(shipped: Mapping[str, Rule]) -> None:
    rule = shipped["ukgdpr-33-1"]
    assert stale([rule], rule.review_by) == ()
    (line,) = stale([rule], date(2027, 5, 23))
    assert line.startswith("rule ukgdpr-33-1 was checked on 2026-11-22 and had to be looked at again by")


def test_the_teams_own_rule_takes_the_place_of_the_shipped_one(shipped: Mapping[str, Rule]) -> None:
    first, second = shipped["ukgdpr-33-1"], shipped["ukgdpr-34"]
    corrected = Rule(**{one.name: getattr(second, one.name) for one in fields(Rule)} | {"tell": "Bo"})
    added = Rule(**{one.name: getattr(second, one.name) for one in fields(Rule)} | {"id": "ours"})
    counted = rules([first, second], [added, corrected])
    assert [(rule.id, rule.own, rule.replaces) for rule in counted] == [
        ("ukgdpr-33-1", False, False),
        ("ukgdpr-34", True, True),
        ("ours", True, False),
    ]
    assert counted[1].tell == "Bo"
