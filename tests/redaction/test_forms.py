"""A pseudonym has the shape of what it stands for, is as valid, and says nothing of it."""

import importlib.util
import random
import re
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import iban, luhn
from stdnum.gb import nhs
from stdnum.us import ssn

from incident2eval.detection.personal import data, dates, squeezed
from incident2eval.detection.spots import PERSON, spots
from incident2eval.model import Customers
from incident2eval.redaction._forms import pseudonym
from incident2eval.redaction._words import Keyed

KEYED, OTHER = Keyed(bytes(range(32))), Keyed(bytes(range(1, 33)))


def _loaded() -> ModuleType:
    """The benchmark's planted values: what detection is measured on is what redaction is tested on."""
    path = Path(__file__).parents[2] / "benchmarks" / "planted.py"
    spec = importlib.util.spec_from_file_location("planted_values", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


PLANTED = _loaded()
KIND_OF = {
    "email": "email", "phone uk": "phone", "phone us": "phone", "phone abroad": "phone", "iban": "iban",
    "sort code + account": "account", "card": "card", "ssn": "national id", "ni number": "national id",
    "nhs number": "national id", "passport": "document", "driving licence": "document", "tax id": "document",
    "date of birth": "date of birth", "street address": "street", "postcode": "postcode",
    "ip address": "ip address", "aws key": "secret", "aws secret": "secret", "github token": "secret",
    "slack token": "secret", "stripe key": "secret", "jwt": "secret", "private key": "secret",
    "password": "secret", "bearer token": "secret", "database url": "secret", "crypto wallet": "wallet",
}  # fmt: skip
OTHER_LENGTH = {"email", "street address", "ip address"}
"""Words of names are made anew, and addresses that nobody has are of one form."""

planted_values = st.builds(
    lambda kind, seed: (kind, PLANTED.value(kind, random.Random(seed))),  # noqa: S311
    st.sampled_from(sorted(KIND_OF)),
    st.integers(0, 10**6),
)


def classes(text: str) -> str:
    """A text with 0 for any digit, a and A for letters."""
    return "".join(
        "0" if char.isdigit() else ("A" if char.isupper() else "a") if char.isalpha() else char
        for char in text
    )


@settings(deadline=None)
@given(planted_values)
def test_every_place_keeps_its_class_of_characters(planted: tuple[str, str]) -> None:
    kind, value = planted

    made = pseudonym(KIND_OF[kind], value, KEYED)

    if kind not in OTHER_LENGTH:
        assert classes(made) == classes(value)
    assert made != value


@settings(deadline=None)
@given(planted_values)
def test_it_is_another_with_another_key_and_the_same_with_the_same(planted: tuple[str, str]) -> None:
    kind, value = planted

    made = pseudonym(KIND_OF[kind], value, KEYED)

    assert pseudonym(KIND_OF[kind], value, KEYED) == made
    if kind not in {"phone uk", "phone us", "date of birth"}:  # a thousand numbers are all there are
        assert pseudonym(KIND_OF[kind], value, OTHER) != made


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("iban", ("GB29 NWBK 6016 1331 9268 19", "GB29NWBK60161331926819", "gb29-nwbk-6016-1331-9268-19")),
        ("card", ("4111 1111 1111 1111", "4111111111111111", "4111-1111-1111-1111")),
        ("national id", ("943 476 5919", "9434765919")),
        ("national id", ("AB 12 34 56 C", "AB123456C")),
        ("phone", ("07700 900123", "+44 7700 900123", "07700900123", "+44 (0)7700 900123")),
        ("phone", ("(0113) 496 0000", "0113 496 0000", "+44 113 496 0000")),
        ("date of birth", ("3 March 1980", "1980-03-03", "03/03/1980", "March 3, 1980", "03.03.1980")),
    ],
)
def test_it_is_the_same_however_the_value_is_written(kind: str, written: tuple[str, ...]) -> None:
    made = [pseudonym(kind, value, KEYED) for value in written]

    if kind == "date of birth":
        assert len({next(dates(one))[0] for one in made}) == 1
    else:
        assert len({squeezed(one)[-9:] for one in made}) == 1


@settings(deadline=None)
@given(st.integers(0, 10**6))
def test_check_digits_are_right_where_they_were(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    for kind, is_valid in (
        ("iban", iban.is_valid),
        ("card", lambda made: luhn.is_valid(squeezed(made))),
        ("ssn", ssn.is_valid),
        ("nhs number", nhs.is_valid),
        ("ni number", lambda made: bool(data(made, {"national id"}))),
    ):
        value = PLANTED.value(kind, chance)
        assert is_valid(pseudonym(KIND_OF[kind], value, KEYED)), value


@pytest.mark.parametrize("number", ["GB123456782", "DE136695976", "DE 136695976", "36574261809"])
def test_a_tax_number_stays_valid_and_keeps_its_country(number: str) -> None:
    from stdnum.de import idnr
    from stdnum.de import vat as german
    from stdnum.gb import vat as british

    made = pseudonym("document", number, KEYED)

    valid = {"GB": british, "DE": german}.get(number[:2], idnr).is_valid
    assert valid(made) == valid(number)
    assert made[:2] == number[:2] or number[:2].isdigit()


@pytest.mark.parametrize(
    ("number", "kept_for_stories"),
    [
        ("07911 123456", r"07700 900\d{3}"),
        ("+44 7911 123456", r"\+44 7700 900\d{3}"),
        ("+44 (0)20 7946 0018", r"\+44 \(0\)(?:[12]\d 4960 \d{4}|\d\d \d{4} \d{4})"),
        ("0161 496 0123", r"0(?:1\d1 496 0\d{3}|11\d 496 0\d{3}|\d{3} \d{3} \d{4})"),
        ("(212) 736-5000", r"\(\d{3}\) 555-01\d\d"),
        ("+1 212 736 5000", r"\+1 \d{3} 555 01\d\d"),
        ("212.736.5000", r"\d{3}\.555\.01\d\d"),
    ],
)
def test_telephone_numbers_become_numbers_of_stories(number: str, kept_for_stories: str) -> None:
    assert re.fullmatch(kept_for_stories, pseudonym("phone", number, KEYED))


def test_other_countries_numbers_keep_their_country_and_stay_possible() -> None:
    made = pseudonym("phone", "+49 30 23125 123", KEYED)

    assert made.startswith("+49 ")
    assert data(made, {"phone"})


def test_a_mailbox_bears_the_words_that_stand_for_the_person() -> None:
    first = pseudonym("email", "grace.varnholt@quarry.example.com", KEYED)
    second = pseudonym("email", "varnholt_grace7@other.example.com", KEYED)

    one, two = first.partition("@")[0].split(".")
    assert second.startswith(f"{two}_{one}7@")
    assert first.endswith(".example")
    assert first.partition("@")[2] != second.partition("@")[2]


def test_a_private_key_keeps_its_lines_and_its_escapes() -> None:
    body = "MHcCAQEEIIrYSSNQFaA2Hwf1duRSxKtLYX5CB04fSeQ6tF1a"
    key = f"-----BEGIN EC PRIVATE KEY-----\\n{body}\\n-----END EC PRIVATE KEY-----"

    made = pseudonym("secret", key, KEYED)

    assert made.split("\\n")[::2] == key.split("\\n")[::2]
    assert made.split("\\n")[1] != key.split("\\n")[1]


def test_ip_addresses_are_those_that_nobody_has() -> None:
    assert pseudonym("ip address", "81.2.69.142", KEYED).startswith("198.1")
    assert pseudonym("ip address", "2a00:1450:4009:80b::200e", KEYED).startswith("2001:db8:")


def test_a_street_keeps_what_kind_it_is_and_loses_its_town() -> None:
    made = pseudonym("street", "Flat 3, 12 Larkspur Road, Eastmarch LS9 4AB", KEYED)

    assert re.fullmatch(r"Flat \d, \d\d [A-Z][a-z]+ Road, [A-Z][a-z]+ [A-Z]{2}\d \d[A-Z]{2}", made)
    assert not re.search("larkspur|eastmarch|LS9", made, re.IGNORECASE)


def _neighbours() -> Iterator[tuple[str, str]]:
    numbers = [f"07911 1234{n:02}" for n in range(8)]
    yield from pairwise(numbers)


def test_a_wallet_stays_in_its_alphabet() -> None:
    assert re.fullmatch(r"0x[0-9a-f]{40}", pseudonym("wallet", "0x" + "3f" * 20, KEYED))
    assert re.fullmatch(
        r"1[1-9A-HJ-NP-Za-km-z]{33}", pseudonym("wallet", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", KEYED)
    )


def test_neighbouring_numbers_stay_apart() -> None:
    assert all(pseudonym("phone", one, KEYED) != pseudonym("phone", two, KEYED) for one, two in _neighbours())


@settings(deadline=None)
@given(st.lists(st.one_of(st.text(max_size=20), planted_values.map(lambda planted: planted[1])), max_size=6))
def test_whatever_detection_finds_has_a_pseudonym(pieces: list[str]) -> None:
    text = " ".join(pieces)

    for spot in spots(text, Customers()):
        if spot.kind != PERSON:
            assert pseudonym(spot.kind, text[spot.start : spot.end], KEYED)
