"""A run of today in the words of a case: what the facts name by pseudonyms gets the same ones first."""

from collections.abc import Collection, Iterator

from incident2eval.detection.spots import CUSTOMER, PERSON, Spot, apart, spots
from incident2eval.detection.text.wording import WORD, fold
from incident2eval.model import Customers
from incident2eval.redaction._learned import numbers
from incident2eval.redaction._redactor import Redactor, value_key
from incident2eval.redaction._words import Keyed

_NAMES = {CUSTOMER, PERSON}


class Disguise(Redactor):
    """Replaces only what a case names, and that wherever it stands."""

    def __init__(self, key: bytes, customers: Customers, *, named: Collection[str]) -> None:
        """Take the key, the roster, and the digests that the case holds (`CaseFile.named`)."""
        self._digests = Keyed(key)
        self._named = frozenset(named)
        self._kinds = {digest: kind for kind, _, digest in (one.partition(":") for one in named) if digest}
        super().__init__(key, customers)

    def _spots(self, text: str) -> list[Spot]:
        return apart([*self._customers_in(text), *self._people_in(text), *self._values_in(text)])

    def _customers_in(self, text: str) -> Iterator[Spot]:
        for spot in spots(text, self.customers):
            if spot.kind == CUSTOMER and self._digests.name(CUSTOMER, spot.customer or "") in self._named:
                yield spot

    def _people_in(self, text: str) -> Iterator[Spot]:
        for match in WORD.finditer(text):
            if self._digests.name(PERSON, fold(match[0])) in self._named:
                yield Spot(kind=PERSON, start=match.start(), end=match.end())

    def _values_in(self, text: str) -> Iterator[Spot]:
        found = ((spot.start, spot.end) for spot in spots(text, self.customers) if spot.kind not in _NAMES)
        for start, end in (*found, *numbers(text)) if self._kinds else ():
            if kind := self._kinds.get(self._digests.name("value", value_key(text[start:end]))):
                yield Spot(kind=kind, start=start, end=end)
