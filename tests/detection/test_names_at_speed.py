"""The quick ways to names say no only where the search itself, word by word, finds nothing."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from incident2eval.detection.names.index import Index
from incident2eval.detection.names.ordinary import is_ordinary
from incident2eval.detection.names.reading import read
from incident2eval.detection.names.roster import Mention, Names
from incident2eval.detection.text.views import views
from incident2eval.detection.text.wording import WORD, fold
from incident2eval.model import Customer, Customers

NAMES = (
    "Harrow & Vale, H&V, Northgate Logistics, Northgate, NGL, N.G.L. Foods, Apex, Apex Fitness Group, Sky,"
    "IT, A, S, HAS, Brightwater & Sons, The Gap, And The Gap, Zed and, Sainsburys, Lands, The Lands, James's"
    " Pies, Jamess, GMS, 3M, B2 Bomber, O'Reilly & Co, Caf\u00e9 Zo\u00eb, Stra\u00dfe Bau,"
    "\u0141\u00f3d\u017a Ltd,"
    "\u682a\u5f0f Foo, Booking.com, Mays, May Flower, US Foods, AT&T, Ends ss, lowercase, eBay Motors,"
    "Eastfields Holdings, Company Group"
).split(",")
LONGEST = "x" * 61
"""A name that `fold` makes nothing of, as it does of every word so long."""
PIECES = [
    *"aAbBsS tT.'\u2019\u2018&+_*`~<>/%25-\n\r\t ,()[]|\"\u201c\u201d\u2013\u2014\u2026\u2022",
    *"\u00e9\u00c9\u00df\u00e6\u00f8\u00b5",
    *"\u00aa\u00ba\u00b2\u2122\u00bd\u00b4\u00a8\u00ad\u200b\u0301\x1b[\x00\x85\u00a0;#\\unx\ud800\u017f\u0131\u212a",
    *(
        "'s",
        "\u2019s",
        "'S",
        "'s's",
        "&amp;",
        "\\n",
        "\\u0041",
        "%20",
        "<b>",
        "</b>",
        "-\n",
        " Ltd",
        ", inc",
        "s.a.",
    ),
    *(
        "U.S. ",
        "the ",
        "Of ",
        " was paid by ",
        "Ms ",
        "12 ",
        " confirmed",
        " Street",
        "x" * 58,
        "x" * 59,
        "x" * 62,
    ),
]


def dressed(name: str, how: int, at: int, piece: str) -> str:
    """A name as it is, in another case or dress, or with something wrong at some place."""
    at %= len(name)
    return (
        name,
        name.upper(),
        name.lower(),
        name.title(),
        name.replace(" ", piece),
        name[:at] + piece + name[at:],
        name[:at] + name[at + 1 :],
        name[:at] + name[at + 1 : at + 2] + name[at] + name[at + 2 :],
        name + piece,
        "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in name),
    )[how]


names = st.sampled_from([*map(str.strip, NAMES), LONGEST])
pieces = st.sampled_from(PIECES)
mentions = st.builds(dressed, names, st.integers(0, 9), st.integers(0, 30), pieces)
texts = st.lists(mentions | pieces | st.text(max_size=4), max_size=12).map("".join) | st.lists(
    mentions | pieces, max_size=12
).map(" ".join)
rosters = st.lists(st.tuples(names, names), min_size=1, max_size=8).map(
    lambda rows: Customers(
        rows=tuple(
            Customer(id=f"C{at}", name=name, aliases=(alias,)) for at, (name, alias) in enumerate(rows)
        )
    )
)
customers = st.sampled_from(["C0", "C1", "", "nobody's"])


def searched(names: Names, text: str, customer: str, monkeypatch: pytest.MonkeyPatch) -> list[Mention]:
    """What the search finds that asks nothing first."""
    with monkeypatch.context() as patched:
        patched.setattr(Index, "may_name_other", lambda *_: True)
        return list(names.foreign(text, customer))


@settings(max_examples=500, deadline=None)
@given(roster=rosters, text=texts, customer=customers)
def test_what_is_asked_first_changes_no_verdict(roster: Customers, text: str, customer: str) -> None:
    names = Names(roster)

    with pytest.MonkeyPatch.context() as monkeypatch:
        assert list(names.foreign(text, customer)) == searched(names, text, customer, monkeypatch)


@settings(max_examples=500, deadline=None)
@given(text=texts)
def test_a_text_read_at_once_has_the_words_of_its_only_view(text: str) -> None:
    if reading := read(text):
        for seen in (text, *(view.text for view in views(text))):
            assert reading.line.split() == [fold(word) for word in WORD.findall(seen)]


def test_most_texts_are_read_at_once() -> None:
    assert read(
        "It\u2019s 12% up \u2014 *so far* \u2014 for H&V, the U.S. caf\u00e9 of Harrow's <3 snake_case\n- a"
    )


@pytest.mark.parametrize(
    "text", ["a*b*c", "50%25", "R&amp;D", "a+b", "_a_b", "bright-\nwater", "\\n", "\u0142", "\u2122"]
)
def test_what_may_read_otherwise_is_read_word_by_word(text: str) -> None:
    assert read(text) is None


def one_letter_off(names: set[tuple[str, ...]], text: str) -> set[tuple[str, int, int]]:
    """Every place that is one letter from a name, by trying every name at every place."""
    spans = [match.span() for match in WORD.finditer(text)]
    words = [fold(text[start:end]) for start, end in spans]
    spelt = {"".join(name) for name in names}
    known = {word for name in names for word in name}
    return {
        (name, spans[one][0], spans[other - 1][1])
        for one in range(len(words))
        for other in range(one + 1, len(words) + 1)
        for name in spelt
        if len(name) >= 8
        and text[spans[one][0]].isupper()
        and words[one]
        and "".join(words[one:other]) not in spelt
        and OSA.distance(name, "".join(words[one:other])) == 1
        and any(
            w not in known and not is_ordinary(w) and not is_ordinary(w.removesuffix("s"))
            for w in words[one:other]
        )
    }


WRITTEN = ("Northgate Logistics", "Brightwater Dental", "Eastfields", "Marrick Sons Bakery", "Harrowvale")


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.builds(
            dressed,
            st.sampled_from(WRITTEN),
            st.integers(0, 8),
            st.integers(0, 30),
            st.sampled_from("xeas r"),
        )
        | st.sampled_from(
            ["the", "On", "It's", "North", "gate", "U.S.", "caf\u00e9", "\u2122", "&", "a", "\u0142"]
        ),
        max_size=6,
    ).map(" ".join)
)
def test_every_typing_error_is_found_and_nothing_else(text: str) -> None:
    roster = Customers(rows=tuple(Customer(id=name, name=name) for name in WRITTEN))
    told = {tuple(map(str.casefold, name.split())) for name in WRITTEN}

    found = list(Names(roster).misspelt(text, ""))

    expected = one_letter_off(told | {("".join(name),) for name in told}, text)
    assert {(one.start, one.end) for one in found} <= {(start, end) for _, start, end in expected}
    assert bool(found) == bool(expected)


def test_ten_thousand_names_alike_cost_no_more_than_others() -> None:
    alike = Customers(rows=tuple(Customer(id=f"C{at}", name="Test Customer") for at in range(10_000)))

    assert len(list(Names(alike).foreign("The Test Customer left.", "X"))) == 1
    assert not list(Names(alike).foreign("The Test Customer left.", "C7"))


def test_random_bytes_are_read_to_their_end() -> None:
    chance = random.Random(1)  # noqa: S311
    text = "".join(chr(chance.randrange(0x250)) for _ in range(20_000))
    roster = Customers(rows=(Customer(id="A", name="Northgate Logistics"),))

    assert not list(Names(roster).foreign(text, "B"))
