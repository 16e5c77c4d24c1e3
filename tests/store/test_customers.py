"""The roster."""

from collections.abc import Callable

import pytest

from incident2eval.model import BadInput, Customer
from incident2eval.store import Project
from incident2eval.store._customers import read_customers, with_canaries
from incident2eval.store._hashed import dump_hashed


def rows(text: str) -> tuple[Customer, ...]:
    return read_customers(text.encode(), file="customers.csv").rows


def test_names_and_aliases() -> None:
    assert rows('id,name,aliases\n007,Harrow & Vale,H&V; Harrow ;;\nA2,"Gray, Son",\n\nA3,Apex\n') == (
        Customer(id="007", name="Harrow & Vale", aliases=("H&V", "Harrow")),
        Customer(id="A2", name="Gray, Son"),
        Customer(id="A3", name="Apex"),
    )


def test_a_byte_order_mark_and_other_columns_are_no_obstacle() -> None:
    assert rows("\ufeffId,tier,Name,aliases\r\nA1,gold,Apex,APX\r\n") == (
        Customer(id="A1", name="Apex", aliases=("APX",)),
    )


def test_addresses_in_other_columns_are_the_customers() -> None:
    text = "id,name,aliases,owner,contact,phone,company_no,since\n"
    text += "A1,Apex,,p.nair,ops@apex.example; sales@apex.example,020 7946 0018,09811442,2026-10-01\n"
    text += "A2,Sky,,p.nair,+44 20 7946 0019,none,10422317,2026-10-02\n"
    assert [row.contacts for row in rows(text)] == [
        ("ops@apex.example", "sales@apex.example", "020 7946 0018"),
        ("+44 20 7946 0019",),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [(1, "id"), (1, "name"), (1, "aliases")]),
        ("id;name;aliases\n", [(1, "id"), (1, "name"), (1, "aliases")]),
        ("id,name,alias\nA1,Apex,x\n", [(1, "aliases")]),
        ("id,name,aliases\n,Apex,\nA2, ,\n", [(2, "id"), (3, "name")]),
        ("id,name,aliases\nA1,Apex,\nA2,Sky,\na1,Ape,\n", [(4, "id")]),
        ("id,name,aliases\nA1,Apex,\n\uff21\uff11,Sky,\n", [(3, "id")]),
        ('id,name,aliases\nA1,"Apex\nLtd",\nA1,Sky,\n', [(4, "id")]),
        ("id,name,aliases\nA1,Gray, Son,\n", [(2, None)]),
        ('id,name,aliases\nA1,"Apex,\n', [(2, None)]),
    ],
)
def test_every_fault_has_its_line(
    faults: Callable, text: str, expected: list[tuple[int, str | None]]
) -> None:
    assert [(line, field) for line, field, _ in faults(lambda: rows(text))] == expected


def test_what_is_not_utf8_is_refused(faults: Callable) -> None:
    raw = "id,name,aliases\nA1,Müller,\n".encode("latin-1")
    assert faults(lambda: read_customers(raw, file="x")) == [(2, None, "is not UTF-8 text")]


def test_a_roster_that_the_settings_name_must_be_there(write: Callable[..., Project]) -> None:
    assert len(write(settings="").customers) == 0
    assert len(write(settings="", files={"customers.csv": "id,name,aliases\nA1,Apex,\n"}).customers) == 1
    with pytest.raises(BadInput, match=r"^roster.csv: there is no such file$"):
        _ = write(settings='[project]\ncustomers = "roster.csv"\n').customers


ROSTER = "id,name,aliases\nA1,Apex,\nA2,Sky,\n"
CANARIES = "customer_id,text\nA2,the heron sleeps at noon\nA2,QX-7741-TANGERINE\n"


def test_canaries_are_planted_in_one_customers_records(write: Callable[..., Project]) -> None:
    customers = write(files={"customers.csv": ROSTER, "canaries.csv": CANARIES}).customers
    assert [row.canaries for row in customers] == [(), ("the heron sleeps at noon", "QX-7741-TANGERINE")]


def test_canaries_that_the_settings_name_must_be_there(write: Callable[..., Project]) -> None:
    settings = '[project]\ncanaries = "planted.csv"\n'
    with pytest.raises(BadInput, match=r"^planted.csv: there is no such file$"):
        _ = write(settings=settings, files={"customers.csv": ROSTER}).customers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [(1, "customer_id"), (1, "text")]),
        ("Customer ID,text\nA3,the heron sleeps\nA1,a b c\n", [(2, "customer_id"), (3, "text")]),
        ("customer_id,text\nA1\n", [(2, "text")]),
    ],
)
def test_every_fault_of_canaries_has_its_line(
    faults: Callable, text: str, expected: list[tuple[int, str | None]]
) -> None:
    roster = read_customers(ROSTER.encode(), file="customers.csv")
    found = faults(lambda: with_canaries(roster, text.encode(), file="canaries.csv"))
    assert [(line, field) for line, field, _ in found] == expected


def test_the_digest_of_the_roster_is_also_that_of_its_canaries(write: Callable[..., Project]) -> None:
    files = {"customers.csv": ROSTER, "canaries.csv": CANARIES}
    project = write(files=files)
    before = project.digests(project.workflow("summary"))["customers"]
    (project.root / "canaries.csv").write_text(CANARIES.replace("noon", "dusk"))
    assert project.digests(project.workflow("summary"))["customers"] != before


KEY = bytes(range(32))
HASHED_SETTINGS = '[project]\ncustomers = "customers.hashed.json"\n'


def hashes(key: bytes = KEY) -> str:
    return dump_hashed(read_customers(ROSTER.encode(), file="customers.csv"), key).decode()


def test_a_roster_of_hashes_is_told_by_what_it_holds(
    write: Callable[..., Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INCIDENT2EVAL_KEY", KEY.hex())
    settings = '[project]\ncustomers = "roster.txt"\n'
    customers = write(settings=settings, files={"roster.txt": hashes(), "canaries.csv": CANARIES}).customers

    assert [(row.id, row.names) for row in customers] == [("A1", ()), ("A2", ())]
    assert customers.label("A2") == "A2"
    assert [len(row.canaries) for row in customers] == [0, 2]
    assert repr(customers) == "<2 customers>"
    assert customers.key != KEY, "what judges must not hold the key of the pseudonyms"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "is not JSON"),
        ("{}", "schema: is not"),
        (hashes(bytes(32)), "another key"),
        (hashes().replace('"A2"', '"A1"'), "twice"),
        (hashes().replace('"as a name"', '"somehow"', 1), "cannot be used"),
        (hashes().replace('"words":1', '"words":[]'), "cannot be used|is not JSON"),
    ],
)
def test_a_broken_roster_of_hashes_is_never_an_empty_one(
    write: Callable[..., Project], monkeypatch: pytest.MonkeyPatch, text: str, expected: str
) -> None:
    monkeypatch.setenv("INCIDENT2EVAL_KEY", KEY.hex())
    project = write(settings=HASHED_SETTINGS, files={"customers.hashed.json": text})
    with pytest.raises(BadInput, match=expected):
        _ = project.customers


def test_a_roster_of_hashes_that_no_settings_name_is_not_passed_over(write: Callable[..., Project]) -> None:
    with pytest.raises(BadInput, match=r"project.customers: does not name customers.hashed.json"):
        _ = write(settings="", files={"customers.hashed.json": hashes()}).customers
