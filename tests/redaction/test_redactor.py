"""The redactor: what says who somebody is becomes somebody else, and everything else stays."""

import json
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from thorough import tries

from incident2eval.detection.names.roster import names_of
from incident2eval.model import Customer, Customers, Record, Run, Step, StepKind, Subject
from incident2eval.redaction import Disguise, Redactor, holds_secret, masked, needs_key

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
CUSTOMERS = Customers(
    rows=(
        Customer(id="A1", name="Harrow & Vale", contacts=("office@harrowvale.co.uk", "0117 496 0111")),
        Customer(id="A2", name="Northgate Logistics Ltd", aliases=("NGL", "Northgate")),
    )
)


@pytest.fixture
def redactor() -> Redactor:
    return Redactor(KEY, CUSTOMERS)


@pytest.mark.parametrize(
    "said",
    [
        "Northgate Logistics Ltd is late.",
        "Is NGL late?",
        "NORTHGATE LOGISTICS is late.",
        "North\u200bgate is late.",
        "n\\u006frthgate is late",
        "Northgate&nbsp;Logistics is late.",
    ],
)
def test_a_customer_in_any_dress_is_called_something_else(redactor: Redactor, said: str) -> None:
    told = redactor.text(said)

    assert not list(names_of(CUSTOMERS).foreign(told, ""))
    assert re.search(r"(?i)\bis\b", told)


def test_a_short_form_of_a_name_is_the_short_form_of_its_pseudonym(redactor: Redactor) -> None:
    whole, short = redactor.text("Northgate Logistics Ltd"), redactor.text("Northgate")

    assert whole.startswith(f"{short} ")
    assert whole.endswith(" Ltd")


def test_the_same_key_gives_the_same_pseudonyms_everywhere_and_another_key_others(redactor: Redactor) -> None:
    said = "Northgate wrote to Helen Quillmere at h.quillmere@northgate.co.uk."

    assert redactor.text(said) == Redactor(KEY, CUSTOMERS).text(said)
    assert redactor.text(said) != Redactor(OTHER_KEY, CUSTOMERS).text(said)


def test_the_roster_finds_the_pseudonyms_that_the_redactor_made(redactor: Redactor) -> None:
    told = redactor.text("Northgate Logistics and NGL are one; ask office@harrowvale.co.uk.")
    made = redactor.pseudonyms()
    known = Customers(
        rows=tuple(
            Customer(id=row.id, name=row.name, aliases=made[row.id].names, contacts=made[row.id].contacts)
            for row in CUSTOMERS
        )
    )

    assert [one.customer for one in names_of(known).foreign(told, "A1")] == ["A2", "A2"]
    assert known.rows[0].contacts[0] in told


def test_people_are_replaced_word_by_word_once_they_were_met(redactor: Redactor) -> None:
    redactor.learn(["Contact: Helen Quillmere"])

    full, last, first = (
        redactor.text("Helen Quillmere"),
        redactor.text("quillmere"),
        redactor.text("Helen Marsh"),
    )

    assert "Quillmere" not in full
    assert last == full.split()[1].lower()
    assert first.split()[0] == full.split()[0]


def test_who_was_met_is_known_by_a_first_name_and_by_a_handle(redactor: Redactor) -> None:
    redactor.learn([{"reviewer": "Grace Baker"}])

    said = redactor.text(
        "Grace said so, and grace.baker, gbaker and @grace_baker did. It is a price of grace."
    )

    assert "Grace" not in said
    assert "baker" not in said
    assert said.endswith("It is a price of grace.")


def test_a_customer_who_is_a_person_has_one_pseudonym_however_addressed() -> None:
    tenants = Customers(
        rows=(Customer(id="T1", name="Marjorie Quillfeather"), Customer(id="T2", name="Elm House"))
    )
    redactor = Redactor(KEY, tenants)

    whole = redactor.text("Marjorie Quillfeather").split()

    assert redactor.text("Mrs Quillfeather; QUILLFEATHER, M.; dear Marjorie") == (
        f"Mrs {whole[1]}; {whole[1].upper()}, M.; dear {whole[0]}"
    )


def test_a_long_table_in_one_text_is_redacted_to_its_end(redactor: Redactor) -> None:
    rows = "\n".join(f"07911 {number:06d}, Northgate" for number in range(9_000))

    told = redactor.text(rows)

    assert "Northgate" not in told
    assert not any(f"07911 {number:06d}" in told for number in range(100, 9_000, 97))


@pytest.mark.parametrize(
    "stays",
    [
        "Savings of £418,650 to 2026-10-01, 14:30, 12 November 2026, 58 desks and 912 ppm.",
        "INV-20391, note-877, CCT-40718, 96a534d90d504f7a and s2",
        "search_notes was called with scope=workspace:W1",
        "The password is required, and the token expired.",
        "Dear customer, Kind regards",
    ],
)
def test_figures_dates_ids_and_tool_names_stay(redactor: Redactor, stays: str) -> None:
    assert redactor.text(stays) == stays


def test_what_a_key_says_of_its_value_counts(redactor: Redactor) -> None:
    told = redactor.json(
        {"accountNumber": 20391884, "items": [{"sort_code": "20-39-18"}], "amount": 20391884.5, "open": True}
    )

    assert isinstance(told, dict)
    assert told["accountNumber"] != 20391884
    assert isinstance(told["accountNumber"], int)
    assert told["items"] != [{"sort_code": "20-39-18"}]
    assert (told["amount"], told["open"]) == (20391884.5, True)


def test_a_number_that_was_met_with_its_label_is_replaced_without_it(redactor: Redactor) -> None:
    redactor.learn(["account number: 20391884"])

    assert redactor.text("Paid to 2039 1884.") == f"Paid to {spaced(redactor.text('20391884'))}."


def spaced(digits: str) -> str:
    return f"{digits[:4]} {digits[4:]}"


def test_a_run_keeps_its_ids_times_and_names_of_steps(redactor: Redactor) -> None:
    at = datetime(2026, 11, 12, tzinfo=UTC)
    step = Step(
        id="s1",
        kind=StepKind.RETRIEVAL,
        name="search_notes",
        started=at,
        input={"query": "Northgate", "customer_id": "A1"},
        records=(Record(id="note-877", owner="A2", text="Northgate is late", metadata={"owner": "A2"}),),
        error="Northgate: no such scope",
    )
    run = Run(
        id="r1", subject=Subject(customer="Harrow & Vale", customer_id="A1"), output="NGL", steps=(step,)
    )

    told = redactor.run(run)

    assert "Northgate" not in str(told)
    assert "Harrow" not in str(told)
    one = told.steps[0]
    assert (one.id, one.kind, one.name, one.started) == (step.id, step.kind, step.name, at)
    assert (one.records[0].id, one.records[0].owner, one.records[0].metadata) == (
        "note-877",
        "A2",
        {"owner": "A2"},
    )
    assert told.subject is not None
    assert told.subject.customer_id == "A1"


def test_a_run_of_today_gets_the_pseudonyms_of_what_the_facts_name(redactor: Redactor) -> None:
    redactor.learn(["Contact: Helen Quillmere, phone: 0117 496 0177"])
    fact = redactor.json({"required": [{"name": "Helen Quillmere"}, {"phone": "0117 496 0177"}]})
    named = redactor.named_in(fact)

    live = Disguise(KEY, CUSTOMERS, named=named, pseudonyms={}).text(
        "Ask QUILLMERE (01174960177) or Tom Brindle on 0117 496 0188 at Northgate."
    )

    assert isinstance(fact, dict)
    assert fact["required"][0]["name"].split()[1].upper() in live
    assert fact["required"][1]["phone"].replace(" ", "") in live
    assert "Tom Brindle on 0117 496 0188 at Northgate." in live


def test_customers_that_facts_name_are_told_without_the_key(redactor: Redactor) -> None:
    told = redactor.text("Northgate Logistics Ltd, or Northgate, wrote to Harrow & Vale.")
    named = redactor.named_in([redactor.text("Northgate")])

    live = Disguise(None, CUSTOMERS, named=named, pseudonyms=redactor.pseudonyms())

    assert not needs_key(named)
    assert (
        live.text("Northgate wrote to Harrow & Vale.")
        == f"{told.split(' or ')[1].split(',')[0]} wrote to Harrow & Vale."
    )


def test_nothing_is_said_of_whom_the_digests_are() -> None:
    redactor = Redactor(KEY, CUSTOMERS)
    named = redactor.named_in(redactor.json({"required": ["Northgate"]}))

    assert named
    assert "orthgate" not in json.dumps(named)


def test_secrets_are_masked_but_for_their_ends() -> None:
    said = {"api_key": "AKIAQYLPMN5HHHFPZAM2", "note": "password: Larch-4471-Weir", "rows": ["plain", 3]}

    assert masked(said) == {
        "api_key": "AK****************M2",
        "note": "password: La***********ir",
        "rows": ["plain", 3],
    }
    assert holds_secret("password: Larch-4471-Weir")
    assert not holds_secret("The password is required.")


@settings(max_examples=tries(150), deadline=None)
@given(text=st.text(max_size=200))
def test_any_text_can_be_redacted(text: str) -> None:
    assert isinstance(Redactor(KEY, CUSTOMERS).text(text), str)
