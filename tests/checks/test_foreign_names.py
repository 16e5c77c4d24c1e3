"""Names found in whatever dress, and the ordinary words that some customers are called."""

import csv
import gzip
import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from thorough import tries

from incident2eval.checks import foreign_names, foreign_records
from incident2eval.formats import load_run
from incident2eval.model import Customer, Customers, Record, Run, Step, StepKind

FIRM = Customers(
    rows=(
        Customer(id="A1", name="Harrow & Vale", aliases=("H&V",)),
        Customer(id="A2", name="Northgate Logistics", aliases=("Northgate", "NGL")),
        Customer(id="A3", name="Apex", aliases=("Apex Fitness Group", "APX")),
        Customer(id="A4", name="Sky", aliases=("Sky Catering",)),
        Customer(id="A5", name="Brightwater & Sons", aliases=("Brightwater Dental", "BWD")),
        Customer(id="A6", name="Tollgate Property", aliases=("Tollgate", "TGP")),
    )
)
FOREIGN = [row for row in FIRM if row.id != "A1"]


def leaks(output: object, *, customer: str = "A1", customers: Customers = FIRM) -> list[str]:
    return [
        finding.message
        for finding in foreign_names(Run(output=output), customer=customer, customers=customers)
    ]


MUTATIONS = {
    "as it stands": lambda name: f"On Monday {name} confirmed the renewal.",
    "in a table cell": lambda name: f"| customer | tickets |\n|---|---|\n| {name} | 12 |",
    "broken over two lines": lambda name: (
        f"We hear that {name.replace(' ', chr(10), 1)}\nhas left the depot."
    ),
    "with and": lambda name: f"The fee of {name.replace('&', 'and')} went up.",
    "in capitals": lambda name: f"The fee of {name.upper()} went up.",
    "with a possessive": lambda name: f"We read {name}’s figures again.",
    "with a legal form": lambda name: f"Invoice to {name} Limited",
    "in an attachment": lambda name: {"attachments": [{"name": "october.csv", "text": f"A9,{name},12\n"}]},
}


@pytest.mark.requirement("R120")
@pytest.mark.parametrize("how", MUTATIONS)
@pytest.mark.parametrize("name", [name for row in FOREIGN for name in row.names])
def test_no_dress_hides_a_name(name: str, how: str) -> None:
    assert leaks(MUTATIONS[how](name))


def test_a_clean_draft_over_a_strangers_record_is_still_a_leak() -> None:
    step = Step(kind=StepKind.RETRIEVAL, name="search", records=(Record(id="n1", owner="A2"),))
    run = Run(output="All quiet.", steps=(step,))

    assert not foreign_names(run, customer="A1", customers=FIRM)
    assert foreign_records(run, customer="A1", customers=FIRM)


spaces = st.sampled_from([" ", "\n", "\u00a0", "  ", " \r\n ", "\u2009"])
cases = st.sampled_from([str, str.upper, str.title, str.lower])
around = st.sampled_from(
    [("", ""), ("(", ")"), ("“", "”"), ("**", "**"), ("see: ", "."), ("", "'s"), ("", ", Ltd.")]
)
joins = st.sampled_from(["&", "and", "+", "&amp;", "＆", "AND"])


@settings(max_examples=tries(300), deadline=None)
@given(
    spaces,
    cases,
    around,
    joins,
    st.sampled_from(["Northgate Logistics", "Brightwater & Sons", "Apex Fitness Group"]),
)
def test_names_of_several_words_are_found_in_any_dress(
    space: str, case: object, around: tuple[str, str], join: str, name: str
) -> None:
    dressed = case(name).replace("&", join).replace(" ", space)  # type: ignore[operator]

    assert leaks(f"The sum that {around[0]}{dressed}{around[1]} paid was small.")


WORDS = ("Apex", "Sky", "Summit", "Rowan", "Bloom", "Crest", "Elm")
ORDINARY = (
    "This was at the {low} of demand for the season and the queue still held.",
    "{cap} of demand came in June, and {low}-high prices ruled out the second site.",
    "{cap}-high rents ruled out the second location.",
    "It was a fine day, and the {low} was all that they spoke of.",
    "{cap} views were mixed. The {low}s were many.",
    "The site visit began at 14 {cap} Street. Access was by the north gate.",
    "Deliveries go to {cap} House, Station Yard, before noon.",
    "Ms {cap} of the county council asked for the rota.",
    "We thank Orlando {cap} for his help with the move.",
    "Tickets were few; the {low}, so to speak, is behind us.",
    "un{low}ed {low}ing over{low} {low}scape",
    "| item | note |\n| --- | --- |\n| demand | near its {low} |\n| {low} height | 12 m |",
    "{cap} conditions on the day of the visit were good.",
    "THE {up} OF DEMAND CAME EARLY THIS YEAR",
    "The team spoke of {low} prices.\n\n{cap} high prices followed in June.",
)
NAMED = (
    "{cap} confirmed the renewal at £5,622 a year.",
    "The early-exit fee for {cap}.",
    "{cap}: how October 2026 went",
    "{cap}'s invoice was re-issued.",
    "| {cap} | 12 |",
    "We moved the parts to the shelf of {up}.",
    "Highlights\n- {cap} has signed.\n- Two tickets are open.",
    "Dear {cap}, thank you for the order.",
    "They met {cap} and two others.",
    "{cap} & Northgate shared the cost.",
    "{cap} Ltd has paid.",
    "In October {cap} paid.",
    "{cap} is late with its papers.",
    "RENEWAL FOR {up}",
)


@pytest.mark.parametrize(("word", "text"), list(itertools.product(WORDS, ORDINARY)))
def test_an_ordinary_word_is_no_customer(word: str, text: str) -> None:
    output = text.format(cap=word, low=word.lower(), up=word.upper())

    assert not leaks(
        output,
        customers=Customers(rows=(Customer(id="A1", name="Harrow & Vale"), Customer(id="X", name=word))),
    )


@pytest.mark.parametrize(("word", "text"), list(itertools.product(WORDS, NAMED)))
def test_a_customer_called_like_a_word_is_one_where_it_is_a_name(word: str, text: str) -> None:
    output = text.format(cap=word, low=word.lower(), up=word.upper())

    assert leaks(
        output,
        customers=Customers(rows=(Customer(id="A1", name="Harrow & Vale"), Customer(id="X", name=word))),
    )


def test_the_finding_quotes_the_words_as_they_stand() -> None:
    output = "A quiet month. On the 3rd Brightwater\u00a0Dental’s rota changed. The rest is as before."

    (finding,) = foreign_names(Run(output={"body": output}), customer="A1", customers=FIRM)

    assert finding.step is None
    assert finding.excerpt == "On the 3rd Brightwater\u00a0Dental’s rota changed."
    assert "Brightwater & Sons" in finding.message
    assert "body" in finding.message


@pytest.mark.requirement("R120")
def test_the_drafts_of_the_archive_are_clean(shared: Path) -> None:
    project = shared / "acceptance" / "incidents" / "monthly-summary" / "project"
    with (project / "customers.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            Customer(id=r["id"], name=r["name"], aliases=tuple(r["aliases"].split(";")))
            for r in csv.DictReader(file)
        ]
    kept = [gzip.decompress(path.read_bytes()).decode() for path in sorted(project.glob("archive/*.gz"))]
    lines = [line for text in kept for line in text.splitlines()]
    runs = [load_run(json.loads(line), what="a past run") for line in lines]

    flagged = [
        run.id
        for run in runs
        if foreign_names(run, customer=run.customer_id, customers=Customers(rows=tuple(rows)))
    ]

    assert len(runs) == 120
    assert not flagged


ROSTER = Customers(
    rows=(
        Customer(id="A1", name="Harrow & Vale"),
        Customer(id="A2", name="Eastfield Freight", aliases=("Eastfield",)),
        Customer(id="A3", name="Apex", aliases=("Apex Fitness Group",)),
        Customer(id="A4", name="Sky"),
        Customer(id="A5", name="Marrick & Sons"),
    )
)
DISGUISED = (
    "East\u3164field",
    "East\u115ffield",
    "East\u17b4field",
    "East\ufe0ffield",
    "East\U000e0041field",
    "East\ufff9field",
    "East\x00field",
    "East\x1b[1mfield",
    "East\x08field",
    "East\ud800field",
    "\u24ba\u24d0\u24e2\u24e3\u24d5\u24d8\u24d4\u24db\u24d3",
    "\U0001d404\U0001d41a\U0001d42c\U0001d42d\U0001d41f\U0001d422\U0001d41e\U0001d425\U0001d41d",
    "\uff25\uff41\uff53\uff54\uff46\uff49\uff45\uff4c\uff44",
    "\U0001f134\U0001f130\U0001f142\U0001f143\U0001f135\U0001f138\U0001f134\U0001f13b\U0001f133",
    "\U0001f154\U0001f150\U0001f162\U0001f163\U0001f155\U0001f158\U0001f154\U0001f15b\U0001f153",
    "\u1d31astfield",
    "**East**field",
    "_East_field",
    "`East`field",
    "East*field*",
    "__East__field",
    "East_field_",
    "~~East~~field",
    '```json\n{"a": "Marrick \\u0026 Sons", "b": "\\u0045astfield"}\n```',
    '"{\\"a\\": \\"\\\\u0045astfield\\"}"',
    "Eastfield%20Freight",
    "%45astfield",
    "%2545astfield",
    "Marrick%20%26%20Sons",
    "Marrick &amp Sons",
    "&#69astfield",
    "East&zwnj;field",
    "East<!-- x -->field",
    "East<span class='x'>field</span>",
    "East<wbr>field",
    "Eastfield Close will leave its warehouse",
    "Eastfield Drive wants",
    "the Eastfields",
    "the Eastfields' van",
    "Apex confirmed",
    "We paid for Apex.",
    "Apex: how it went",
    "Apex's invoice",
    "| Apex | 12 |",
    "APEX",
    "Apex\xb4s invoice",
    "Apex\u2122 confirmed the deal",
    "Eastfield\xb2 signed",
    "Apex Fitness paid us in June",
    "In October Apex Fitness paid us",
    "Apex Ltd paid us",
    "We sent Apex Monday dates",
    "We asked Apex CEO Jane about it",
    "Apex Finance wrote to us",
    "\U0001f1ec\U0001f1e7Eastfield is here",
    "Eastfield\u2019s",
    "\x1b]0;Eastfield\x07 hello",
    "East\x1b]0;x\x07field",
    "East\\u200bfield",
)
NOBODY = (
    "Sky News played in the lobby.",
    "The Sky Lounge was cleaned.",
    "Clear Sky Energy Ltd sent the invoice",
    "We met Clear Sky Energy Ltd.",
    "Clear Sky Energy Ltd",
    "BLUE SKY THINKING",
    "Office at 12 Eastfield Close, Leeds",
    "north_gate east_field",
    "It is at 14 Sky Street.",
    "Harrow <b>&</b> Vale",
    "Harrow %26 Vale",
    "Harr**ow** & Vale",
)


@pytest.mark.parametrize("text", DISGUISED, ids=ascii)
def test_what_a_reader_reads_as_a_name_is_one(text: str) -> None:
    assert leaks(text, customers=ROSTER)


@pytest.mark.parametrize("text", NOBODY, ids=ascii)
def test_streets_longer_names_and_its_own_name_are_no_leak(text: str) -> None:
    assert not leaks(text, customers=ROSTER)


def test_what_a_step_sends_is_found_at_that_step() -> None:
    step = Step(id="s7", kind=StepKind.OUTPUT, name="send", input={"body": ["Eastfield left."]})

    (finding,) = foreign_names(Run(output="Sent.", steps=(step,)), customer="A1", customers=ROSTER)

    assert finding.step == "s7"


HOSTILE = {
    "a word as a name, over and over": "Sky " * 250_000,
    "a word in a phrase, over and over": "Sky of " * 140_000,
    "a word in a list, over and over": "Apex, " * 160_000,
    "a name, over and over": "Northgate\n" * 100_000,
    "its own name around strangers": "Harrow & Vale Northgate Street " * 32_000,
    "one long word": "a" * 1_000_000,
    "nothing but ampersands": "&" * 1_000_000,
    "nothing but entities": "&amp;" * 200_000,
    "initials": "N." * 500_000,
    "hyphens at the ends of lines": "a-\n" * 330_000,
    "zero-width characters": "\u200b" * 1_000_000,
    "brackets": "[" * 1_000_000,
    "circled letters": "\u24ba" * 1_000_000,
    "backslashes": "\\" * 1_000_000,
    "underscores": "_a" * 500_000,
    "terminal sequences": "\x1b]" * 500_000,
    "comments that never end": "<!-- " * 200_000,
    "percent signs": "%2525" * 200_000,
    "a name torn far apart": "Northgate" + " " * 999_000 + "Logistics",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_megabyte_of_hostile_text_is_read_to_its_end(text: str) -> None:
    assert foreign_names(Run(output="x " + text), customer="A1", customers=FIRM).judged == 1


def test_a_roster_of_ten_thousand_is_no_matter() -> None:
    rows = [
        Customer(id=f"C{at}", name=f"The Firm Number{at:05} Limited", aliases=(f"FN{at:05}",))
        for at in range(10_000)
    ]
    many = Customers(rows=tuple(rows))

    assert leaks("We met the firm number09999 in May.", customer="C1", customers=many)
    assert not leaks("We met the firm of the year in May.", customer="C1", customers=many)
