"""A customer's e-mail addresses, telephone numbers and domains as keyed hashes, and looking them up."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property

from incident2eval.detection.addresses import Address, is_free_mail, mails, telephones
from incident2eval.detection.names.keyed import Keyed
from incident2eval.detection.names.ordinary import is_ordinary
from incident2eval.detection.personal import squeezed
from incident2eval.detection.text.wording import fold, vocabulary
from incident2eval.model import Customer, Customers
from incident2eval.model.customer import HashedContact

_LEGAL = vocabulary(
    "ltd limited llp llc lp plc inc incorporated corp corporation gmbh kg ag sa srl sarl spa bv nv ab oy aps "
    "the co company lda pty"
)
_SHORTEST_NAME = 6
_WORD = re.compile(r"[^\W_]+|&")
_FEWEST_DIGITS = 7
_SHORTEST_END = 6
"""Digits of a number without its prefixes that still tell it from others."""
_LONGEST_PREFIX = 3


def addresses_of(contact: str) -> Iterator[Address]:
    """The address or telephone number that a contact of the roster is."""
    return mails(contact) if "@" in contact else telephones(contact)


def as_domains(row: Customer) -> Iterator[str]:
    """A customer's names as a domain would spell them, where nothing else would be spelled so."""
    for name in row.names:
        words = [fold(word) for word in _WORD.findall(name)]
        words = [word for word in words if word not in _LEGAL]
        if len(words) == 1 and is_ordinary(words[0]):
            continue
        for joined in ("".join(words), "".join(word for word in words if word != "and")):
            if len(joined) >= _SHORTEST_NAME:
                yield joined


def hashed_contacts(row: Customer, keyed: Keyed) -> Iterator[HashedContact]:
    """A customer's contacts as hashes."""
    for contact in row.contacts:
        letters = keyed("letters", squeezed(contact)) if "@" in contact else ""
        for address in addresses_of(contact):
            if address.domain:
                domain = "" if is_free_mail(address.domain) else keyed("domain", address.domain)
                yield HashedContact(address=keyed("address", address.key), domain=domain, letters=letters)
            else:
                yield HashedContact(ends=tuple(_ends(address.key, keyed)))


def _ends(digits: str, keyed: Keyed) -> Iterator[str]:
    number = digits.removeprefix("0")
    last = max(1, len(number) - _SHORTEST_END + 1)
    return (keyed("end", number[dropped:]) for dropped in range(last))


class HashedContacts:
    """The contacts that a roster holds as hashes; asked with addresses and numbers of texts."""

    def __init__(self, customers: Customers) -> None:
        self._keyed = Keyed(customers.key) if customers.key is not None else None
        self._contacts = [(row.id, contact) for row in customers for contact in row.hashes.contacts]
        self._names = _gathered((name, row.id) for row in customers for name in row.hashes.domains)

    def owners(self, address: Address) -> frozenset[str]:
        """Ids of the customers that have the address or number for a contact, whatever its prefix."""
        if self._keyed is None or not self._contacts:
            return frozenset()
        if address.domain:
            return frozenset(self._addresses.get(self._keyed("address", address.key), ()))
        number = address.key.removeprefix("0")
        found = {
            owner
            for owner, dropped in self._ends.get(self._keyed("end", number), ())
            if dropped == 0 or (dropped <= _LONGEST_PREFIX and len(number) >= _FEWEST_DIGITS)
        }
        for prefix in range(1, _LONGEST_PREFIX + 1):
            if len(number) - prefix >= _FEWEST_DIGITS:
                ends = self._ends.get(self._keyed("end", number[prefix:]), ())
                found |= {owner for owner, dropped in ends if dropped == 0}
        return frozenset(found)

    def holders(self, squeezed_key: str) -> frozenset[str]:
        """Ids of the customers with a contact of these letters and digits; a number without its prefix."""
        if self._keyed is None or not self._contacts:
            return frozenset()
        if not squeezed_key.isdecimal():
            return frozenset(self._letters.get(self._keyed("letters", squeezed_key), ()))
        return frozenset(owner for owner, _ in self._ends.get(self._keyed("end", squeezed_key), ()))

    def at_domain(self, domain: str) -> frozenset[str]:
        """Ids of the customers that have addresses at the domain."""
        return frozenset(self._domains.get(self._keyed("domain", domain), ())) if self._keyed else frozenset()

    def is_house(self, domain: str) -> bool:
        """Whether an address there stands with several customers: it is the house's, or a partner's."""
        return self._keyed is not None and self._keyed("domain", domain) in self._houses

    def named(self, label: str) -> frozenset[str]:
        """Ids of the customers whose name a domain would spell like that."""
        if self._keyed is None:
            return frozenset()
        return frozenset(self._names.get(self._keyed("name of domain", label), ()))

    @cached_property
    def _addresses(self) -> dict[str, set[str]]:
        return _gathered((one.address, owner) for owner, one in self._contacts if one.address)

    @cached_property
    def _letters(self) -> dict[str, set[str]]:
        return _gathered((one.letters, owner) for owner, one in self._contacts if one.letters)

    @cached_property
    def _ends(self) -> dict[str, set[tuple[str, int]]]:
        found: dict[str, set[tuple[str, int]]] = defaultdict(set)
        for owner, one in self._contacts:
            for dropped, end in enumerate(one.ends):
                found[end].add((owner, dropped))
        return found

    @cached_property
    def _houses(self) -> frozenset[str]:
        shared = {address for address, owners in self._addresses.items() if len(owners) > 1}
        return frozenset(one.domain for _, one in self._contacts if one.domain and one.address in shared)

    @cached_property
    def _domains(self) -> dict[str, set[str]]:
        domains = ((one.domain, owner) for owner, one in self._contacts if one.domain)
        return _gathered((domain, owner) for domain, owner in domains if domain not in self._houses)


def _gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for key, owner in pairs:
        found[key].add(owner)
    return found


_LAST_BUILT: list[tuple[Customers, HashedContacts]] = []


def hashed_contacts_of(customers: Customers) -> HashedContacts:
    """The contacts that a roster holds as hashes; those of the last one are kept."""
    if not _LAST_BUILT or _LAST_BUILT[0][0] is not customers:
        _LAST_BUILT[:] = [(customers, HashedContacts(customers))]
    return _LAST_BUILT[0][1]
