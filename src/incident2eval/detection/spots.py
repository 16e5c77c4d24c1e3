"""Everything in a text that says who somebody is, or opens something: customers, people, data, secrets."""

from bisect import bisect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from incident2eval.detection.identifiers import credentials, identifiers
from incident2eval.detection.names.roster import names_of
from incident2eval.detection.people import people
from incident2eval.detection.personal import data
from incident2eval.detection.text.views import views
from incident2eval.model import Customers

CUSTOMER, PERSON = "customer", "person"

_RANK = {
    kind: rank for rank, kind in enumerate(("secret", "email", "iban", "street", "card", CUSTOMER, PERSON))
}
"""Of two spots in one place the one that says more counts; other kinds come after `card`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place in a text that identifies somebody."""

    kind: str
    """`customer`, `person`, `secret`, or a kind of personal data such as `email`."""
    start: int
    end: int
    customer: str | None = None
    """Id of the customer that is named."""


def spots(text: str, customers: Customers) -> list[Spot]:
    """Every such place, in order, none within another.

    What is written in a way that only a program or a browser reads (escaped, with invisible characters
    inside) is found as its reader would see it.
    """
    return apart([*_mentions(text, customers), *_data(text)])


def apart(found: Iterable[Spot]) -> list[Spot]:
    """The spots without those that lie within another: what says more stays, then what is longer."""
    kept: list[Spot] = []
    for spot in sorted(found, key=lambda spot: (_RANK.get(spot.kind, 4.5), spot.start - spot.end)):
        at = bisect(kept, spot.start, key=lambda other: other.start)
        is_behind = at == 0 or kept[at - 1].end <= spot.start
        if is_behind and (at == len(kept) or spot.end <= kept[at].start):
            kept.insert(at, spot)
    return kept


def _mentions(text: str, customers: Customers) -> Iterator[Spot]:
    for mention in names_of(customers).foreign(text, "") if len(customers) else ():
        yield Spot(kind=CUSTOMER, start=mention.start, end=mention.end, customer=mention.customer)


def _data(text: str) -> Iterator[Spot]:
    for view in views(text):
        found = [Spot(kind=PERSON, start=start, end=end) for start, end in people(view.text)]
        found += (Spot(kind=one.kind, start=one.start, end=one.end) for one in data(view.text))
        found += (Spot(kind=kind, start=start, end=end) for kind, start, end in identifiers(view.text))
        for spot in found:
            start, end = view.span(spot.start, spot.end)
            yield replace(spot, start=start, end=end)


def secrets(text: str) -> list[tuple[int, int]]:
    """Where keys, tokens and passwords stand in a text, none within another."""
    found = [Spot(kind="secret", start=one.start, end=one.end) for one in data(text, {"secret"})]
    found += (Spot(kind="secret", start=start, end=end) for start, end in credentials(text))
    return [(spot.start, spot.end) for spot in apart(found)]
