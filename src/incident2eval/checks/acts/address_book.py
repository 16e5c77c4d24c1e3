"""Whose an address is: by the roster's contacts and names, and by the run's own records."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property

from incident2eval.checks.acts.owned import Holding
from incident2eval.detection.addresses import Address, is_free_mail, mails, telephones
from incident2eval.detection.names.contacts import addresses_of, as_domains, hashed_contacts_of
from incident2eval.model import JSON, Customers


class _Index:
    """Addresses with whose they are, found in whatever spelling."""

    def __init__(self, pairs: Iterable[tuple[Address, str]]) -> None:
        self._at: dict[str, set[tuple[Address, str]]] = defaultdict(set)
        for address, owner in pairs:
            self._at[address.place].add((address, owner))

    def owners(self, address: Address) -> frozenset[str]:
        at = self._at.get(address.place, ())
        return frozenset(owner for known, owner in at if known.is_same(address))

    def mails(self) -> Iterator[tuple[Address, set[str]]]:
        """Every e-mail address with its owners."""
        for pairs in self._at.values():
            address = min(pairs, key=lambda pair: pair[1])[0]
            if address.domain:
                yield address, {owner for _, owner in pairs}


class AddressBook:
    """Addresses with the customers they belong to."""

    def __init__(self, customers: Customers, held: Iterable[Holding] = ()) -> None:
        self._customers = customers
        self._contacts = _Index(
            (address, row.id) for row in customers for text in row.contacts for address in addresses_of(text)
        )
        self._hashed = hashed_contacts_of(customers)
        self._recorded = _Index(
            (address, holding.owner) for holding in held for address in _of_value(holding.value)
        )

    def owners(self, address: Address) -> frozenset[str]:
        """Ids of the customers whose address it is: by contact, then domain, then name, then records.

        Several where it stands with several: an account manager's or an accountant's.
        """
        if known := self._contacts.owners(address) | self._hashed.owners(address):
            return known
        if address.domain in self._houses or self._hashed.is_house(address.domain):
            return frozenset()
        return self._by_domain(address) or self._by_name(address) or self._recorded.owners(address)

    def _by_domain(self, address: Address) -> frozenset[str]:
        parts = address.domain.split(".")
        for at in range(len(parts) - 1):
            domain = ".".join(parts[at:])
            if owners := self._hashed.at_domain(domain).union(self._domains.get(domain, ())):
                return owners if len(owners) == 1 else frozenset()
        return frozenset()

    def _by_name(self, address: Address) -> frozenset[str]:
        """The customer whose name is the domain's, or the name in front of the @ of a free one."""
        local, _, domain = address.key.partition("@")
        labels = [local] if is_free_mail(domain) else domain.split(".")[:-1]
        bare = [_bare(label) for label in labels]
        clear = frozenset(owner for label in bare for owner in self._names.get(label, ()))
        owners = clear.union(*map(self._hashed.named, bare))
        return owners if len(owners) == 1 else frozenset()

    @cached_property
    def _houses(self) -> frozenset[str]:
        """Domains with an address that stands with several customers: those of the house, or its partners."""
        shared = (address.domain for address, owners in self._contacts.mails() if len(owners) > 1)
        return frozenset(domain for domain in shared if not is_free_mail(domain))

    @cached_property
    def _domains(self) -> dict[str, set[str]]:
        """Companies' domains with the customers that have addresses there."""
        found: dict[str, set[str]] = defaultdict(set)
        for address, owners in self._contacts.mails():
            if address.domain not in self._houses and not is_free_mail(address.domain):
                found[address.domain] |= owners
        return found

    @cached_property
    def _names(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for row in self._customers:
            for name in as_domains(row):
                found[name].add(row.id)
        return found


def _bare(label: str) -> str:
    return "".join(char for char in label.casefold() if char.isalnum())


def _of_value(value: JSON) -> Iterator[Address]:
    """The addresses in a value of a record; a telephone number only where it is all there is."""
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        yield from mails(str(value))
        if str(value).lstrip().startswith(("+", "0", "(")):
            yield from telephones(str(value))
