"""A run of today in the words of a case: what the facts name by pseudonyms gets the same ones first."""

from collections.abc import Collection

from incident2eval.detection.personal import squeezed
from incident2eval.detection.spots import CUSTOMER, PERSON, Spot, apart, spots
from incident2eval.detection.text.wording import WORD, fold
from incident2eval.model import Customers
from incident2eval.redaction._redactor import Redactor
from incident2eval.redaction._words import Keyed


class Disguise(Redactor):
    """Replaces only what a case names, and that wherever it stands."""

    def __init__(self, key: bytes, customers: Customers, *, named: Collection[str]) -> None:
        """Take the key, the roster, and the digests that the case holds (`CaseFile.named`)."""
        self._named = frozenset(named)
        self._digests = Keyed(key)
        super().__init__(key, customers)

    def _spots(self, text: str) -> list[Spot]:
        found = [spot for spot in spots(text, self.customers) if self._is_named(spot, text)]
        found += (
            Spot(kind=PERSON, start=match.start(), end=match.end())
            for match in WORD.finditer(text)
            if self._digests.name("person", fold(match[0])) in self._named
        )
        return apart(found)

    def _is_named(self, spot: Spot, text: str) -> bool:
        if spot.kind == CUSTOMER:
            return self._digests.name("customer", spot.customer or "") in self._named
        value = squeezed(text[spot.start : spot.end])
        return spot.kind != PERSON and self._digests.name("value", value) in self._named
