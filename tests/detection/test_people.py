"""Whose name stands in a text: a first name before a surname, a form of address, a greeting, a label."""

import pytest

from incident2eval.detection.people import is_first_name, name_words, people


def found(text: str) -> set[str]:
    return {text[start:end] for start, end in people(text)}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("I spoke with Priya Okonwu about the refund.", "Priya Okonwu"),
        ("Dear Hannah Field,\nyour order is on its way.", "Hannah Field"),
        ("Ask Lily Smith in the branch.", "Lily Smith"),
        ("We have told Grace Baker that it is late.", "Grace Baker"),
        ("Theresa May signed it.", "Theresa May"),
        ("Please send it to GRACE BAKER by post.", "GRACE BAKER"),
        ("Rosa Maria Castellaro has moved.", "Rosa Maria Castellaro"),
        ("Emily Rose Baker is away.", "Emily Rose Baker"),
        ("It was Ludwig van der Velde who called.", "Ludwig van der Velde"),
        ("Siobhan O'Thorran signed for it.", "Siobhan O'Thorran"),
        ("The form names Okonwu, Ngozi as tenant.", "Okonwu, Ngozi"),
        ("Zoé Varnholt ist heute da.", "Zoé Varnholt"),
        ("Mr T. Quillmere has complained.", "T. Quillmere"),
        ("Frau Szarbek wartet.", "Szarbek"),
        ("Hi Xiadani, thank you for waiting.", "Xiadani"),
        ("Kind regards,\nTomasz\nCustomer care", "Tomasz"),
        ("Reviewed by: Wren Tarrowby", "Wren Tarrowby"),
        ('{"reviewer": "Grace Baker"}', "Grace Baker"),
        ('{"name": "tomasz kalloway", "status": "open"}', "tomasz kalloway"),
        ("name: TOMASZ KALLOWAY", "TOMASZ KALLOWAY"),
        ('{"by": "Tomasz"}', "Tomasz"),
        ("from: Ingrid", "Ingrid"),
        ('{\\"author\\": \\"Ingrid Osterbeck\\"}', "Ingrid Osterbeck"),
        ("level=info customer_name=Chloe Penhallick took=12ms", "Chloe Penhallick"),
        ("last name: Drummidge", "Drummidge"),
    ],
)
def test_a_person_is_found(text: str, name: str) -> None:
    assert name in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "Mark Read wants to be pressed, then Grant Access and Will Call.",
        "The meeting in April Review and in May We Help is open.",
        "Claude Sonnet 4 answered, then Claude Opus and Gemini Pro.",
        "Jones Street is closed; 45 North Harrison Street too.",
        "Dear Customer, Dear Sir, Hi Team, Hello World!",
        "GRANT ACCESS TO ALL, MARK AS READ",
        "The Grace Baker Ltd invoice is late.",
        "name: issue_refund, from: billing, to: sales, by: tool, reviewer: none",
        '{"name": "lookup_customer", "author": "assistant", "from": "2026-01-01", "to": "may"}',
        "contact us, author unknown, manager approval needed",
    ],
)
def test_what_is_no_person_is_left_alone(text: str) -> None:
    assert not found(text)


def test_words_behind_a_name_are_no_part_of_it() -> None:
    assert found("Emily Thompson Resume") == {"Emily Thompson"}
    assert found("Daniel Young Team") == {"Daniel Young"}


def test_handles_that_spell_a_known_name_are_that_person() -> None:
    text = "Grace Varnholt (gvarnholt, grace.varnholt, varnholtgrace) asked; tom.quillmere is a branch."

    assert found(text) == {"Grace Varnholt", "gvarnholt", "grace.varnholt", "varnholtgrace"}


def test_who_is_named_in_full_is_known_by_one_name_too() -> None:
    text = (
        "Lily Price and Tomasz Okonwu met. Lily agreed; Okonwu did not. Price is 20 euro. The lily is white."
    )

    assert found(text) == {"Lily Price", "Tomasz Okonwu", "Lily", "Okonwu"}


def test_a_first_name_alone_is_too_many_words_to_be_one() -> None:
    assert not found("Grace and Mark will rose to the hope of it; Tomasz did not.")


def test_the_words_of_a_name_leave_initials_and_small_words_out() -> None:
    for name, words in (
        ("Ludwig J. van der Velde", ["Ludwig", "Velde"]),
        ("grace.varnholt", ["grace", "varnholt"]),
    ):
        assert [name[start:end] for start, end in name_words(name)] == words


def test_first_names_are_known_in_any_case_and_dress() -> None:
    assert all(map(is_first_name, ("Priya", "PRIYA", "Zoé", "Anne-Marie", "jürgen")))
    assert not is_first_name("invoice")
