"""Canaries as keyed hashes, found among the letters and digits of a text."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from incident2eval.detection.names.keyed import Keyed
from incident2eval.detection.text.views import plain
from incident2eval.model import Customers
from incident2eval.model.customer import HashedCanary

_START = 8
"""Letters and digits that the shortest canary has."""


class Planted(NamedTuple):
    """A canary that stands in a text: whose it is, and its letters and digits there."""

    customer: str
    letters: str


def letters_of(text: str) -> str:
    """The letters and digits of a text in lower case."""
    return "".join(filter(str.isalnum, plain(text).casefold()))


def hashed_canary(text: str, keyed: Keyed) -> HashedCanary | None:
    """A canary as hashes; None for one that is so short that it may turn up by chance."""
    letters = letters_of(text)
    if len(letters) < _START:
        return None
    start = keyed("canary's start", letters[:_START])
    return HashedCanary(hash=keyed("canary", letters), start=start, length=len(letters))


class HashedCanaries:
    """The canaries of everybody but one customer that a roster holds as hashes."""

    def __init__(self, customers: Customers, customer: str) -> None:
        self._keyed = Keyed(customers.key) if customers.key is not None else None
        own = {one.hash for row in customers if row.id == customer for one in row.hashes.canaries}
        self._by_start: dict[str, list[tuple[str, HashedCanary]]] = defaultdict(list)
        for row in customers:
            for one in row.hashes.canaries if row.id != customer else ():
                if one.hash not in own:
                    self._by_start[one.start].append((row.id, one))

    def __bool__(self) -> bool:
        return self._keyed is not None and bool(self._by_start)

    def among(self, letters: str) -> Iterator[Planted]:
        """Every canary that stands among letters and digits, once."""
        if self._keyed is None or not self._by_start:
            return
        found: set[tuple[str, str]] = set()
        for at in range(len(letters) - _START + 1):
            start = self._keyed("canary's start", letters[at : at + _START])
            for customer, one in self._by_start.get(start, ()):
                there = letters[at : at + one.length]
                if (customer, one.hash) not in found and self._keyed("canary", there) == one.hash:
                    found.add((customer, one.hash))
                    yield Planted(customer, there)
