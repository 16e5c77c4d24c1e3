"""A run of today in the words of a case: what the facts name by pseudonyms gets the same ones first."""

import secrets
from collections.abc import Collection, Iterator, Mapping

from incident2eval.detection.spots import CUSTOMER, PERSON, Spot, apart, spots
from incident2eval.detection.text.wording import WORD, fold
from incident2eval.model import Customers, Pseudonyms
from incident2eval.redaction._learned import numbers
from incident2eval.redaction._redactor import Redactor
from incident2eval.redaction._values import value_key
from incident2eval.redaction._words import Keyed


def needs_key(named: Collection[str]) -> bool:
    """Whether a case names more than customers, whose pseudonyms the lock holds."""
    return any(not one.startswith(f"{CUSTOMER}:") for one in named)


class Disguise(Redactor):
    """Replaces only what a case names, and that wherever it stands."""

    def __init__(
        self,
        key: bytes | None,
        customers: Customers,
        *,
        named: Collection[str],
        pseudonyms: Mapping[str, Pseudonyms],
    ) -> None:
        """Take what it needs to know.

        Args:
            key: The project's; None where it is not at hand, which will do where `needs_key` says no.
            customers: The roster, without pseudonyms.
            named: What the case names (`CaseFile.named`).
            pseudonyms: Customer id -> what stands for that customer, as the lock has it.
        """
        self._named = frozenset(named)
        self._kinds = {digest: kind for kind, _, digest in (one.partition(":") for one in named)}
        self._digests = Keyed(key or b"")
        self._known = {} if key else {row.id: _forms(row.names, pseudonyms.get(row.id)) for row in customers}
        super().__init__(key or secrets.token_bytes(32), customers)

    def _spots(self, text: str) -> list[Spot]:
        return apart([*self._customers_in(text), *self._people_in(text), *self._values_in(text)])

    def _customers_in(self, text: str) -> Iterator[Spot]:
        for spot in spots(text, self.customers):
            if spot.kind == CUSTOMER and f"{CUSTOMER}:{spot.customer}" in self._named:
                yield spot

    def _people_in(self, text: str) -> Iterator[Spot]:
        kinds = {PERSON, "street"}.intersection(self._kinds.values())
        for match in WORD.finditer(text) if kinds else ():
            for kind in kinds:
                if self._kinds.get(self._digests.name(kind, fold(match[0]))) == kind:
                    yield Spot(kind=kind, start=match.start(), end=match.end())

    def _values_in(self, text: str) -> Iterator[Spot]:
        if {CUSTOMER, PERSON}.issuperset(self._kinds.values()):
            return
        found = [(one.start, one.end) for one in spots(text, self.customers) if one.kind != CUSTOMER]
        for start, end in (*found, *numbers(text)):
            kind = self._kinds.get(self._digests.name("value", value_key(text[start:end])))
            if kind not in {None, PERSON}:
                yield Spot(kind=str(kind), start=start, end=end)

    def _instead(self, spot: Spot, value: str) -> str:
        forms = self._known.get(spot.customer or "")
        if not forms:
            return super()._instead(spot, value)
        return forms.get(fold(value), next(iter(forms.values())))


def _forms(names: Collection[str], made: Pseudonyms | None) -> dict[str, str]:
    """A customer's names as compared -> their pseudonyms, which stand in the same order."""
    return {fold(name): one for name, one in zip(names, made.names if made else (), strict=False)}
