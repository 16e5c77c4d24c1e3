"""All that says who somebody is, or opens something, each place once; measured on planted values."""

import importlib.util
import sys
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incident2eval.detection.spots import secrets, spots
from incident2eval.model import Customer, Customers

NOBODY = Customers()
FIRM = Customers(rows=(Customer(id="A1", name="Harrow & Vale"), Customer(id="A2", name="Grace Baker")))


@cache
def planted() -> ModuleType:
    """The benchmark's planted values."""
    path = Path(__file__).parents[2] / "benchmarks" / "planted.py"
    spec = importlib.util.spec_from_file_location("planted_samples", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def found(text: str, customers: Customers = NOBODY) -> dict[str, str]:
    return {text[spot.start : spot.end]: spot.kind for spot in spots(text, customers)}


def test_a_letter_is_read_as_a_whole() -> None:
    letter = (
        "Dear Priya Okonwu, Harrow & Vale (born 3 March 1980, NHS number 943 476 5919) pays from "
        "GB29 NWBK 6016 1331 9268 19. Call 07700 900123 or write to p.okonwu@quarry.example."
    )

    assert found(letter, FIRM) == {
        "Priya Okonwu": "person",
        "Harrow & Vale": "customer",
        "3 March 1980": "date of birth",
        "943 476 5919": "national id",
        "GB29 NWBK 6016 1331 9268 19": "iban",
        "07700 900123": "phone",
        "p.okonwu@quarry.example": "email",
    }


def test_a_customer_who_is_a_person_is_the_customer() -> None:
    assert found("We have told Grace Baker.", FIRM) == {"Grace Baker": "customer"}


def test_an_address_is_one_place() -> None:
    assert found("It goes to 12 Mill Lane, Dell LS9 4AB.") == {"12 Mill Lane, Dell LS9 4AB": "street"}


def test_what_is_written_for_programs_is_found_as_its_reader_sees_it() -> None:
    assert found("p.okonwu%40quarry.example") == {"p.okonwu%40quarry.example": "email"}
    assert found("call 07700\u200b 900\u200b123") == {"07700\u200b 900\u200b123": "phone"}


BY_NO_FORM = {"passport": 4, "tax id": 1}
"""Of 16 planted ones so many stand bare and look like any number: only one seen before is known."""


@pytest.mark.parametrize("kind", planted().KINDS)
def test_every_planted_value_is_wholly_covered(kind: str) -> None:
    missed = [
        sample.text
        for sample in planted().samples()
        if sample.kind == kind
        and not set(range(*sample.span))
        <= {at for spot in spots(sample.text, NOBODY) for at in range(spot.start, spot.end)}
    ]

    assert len(missed) == BY_NO_FORM.get(kind, 0), missed


def test_nothing_that_a_redacted_case_needs_is_taken() -> None:
    taken = Counter(
        decoy.kind
        for decoy in planted().decoys()
        for spot in spots(decoy.text, NOBODY)
        if spot.start < decoy.span[1] and decoy.span[0] < spot.end
    )

    assert not taken


pieces = st.one_of(
    st.text(max_size=30),
    st.sampled_from([sample.text for sample in planted().samples(each=4)]),
    st.sampled_from(
        [
            "Dear ",
            "password: ",
            '{"',
            "-----BEGIN PRIVATE KEY-----",
            "\\n",
            "&#x41;",
            "%40",
            "\u200b",
            "\ud800",
            "born ",
        ]
    ),
)


@settings(deadline=None)
@given(st.lists(pieces, max_size=8).map("".join))
def test_spots_lie_in_the_text_and_never_overlap(text: str) -> None:
    all_of_them = spots(text, FIRM)

    assert all(0 <= spot.start < spot.end <= len(text) for spot in all_of_them)
    assert all(one.end <= two.start for one, two in pairwise(all_of_them))


@settings(deadline=None)
@given(st.lists(pieces, max_size=6).map("".join))
def test_secrets_lie_in_the_text_and_never_overlap(text: str) -> None:
    places = secrets(text)

    assert all(0 <= start < end <= len(text) for start, end in places)
    assert all(one[1] <= two[0] for one, two in pairwise(places))
