"""A roster in clear into one that holds keyed hashes of what checks look for, and ids."""

from collections import defaultdict
from collections.abc import Sequence

from incident2eval.detection.names.contacts import as_domains, hashed_contacts
from incident2eval.detection.names.forms import Name, names_in, plurals
from incident2eval.detection.names.hashed_index import beginnings, hashed_name, hashed_words
from incident2eval.detection.names.keyed import Keyed
from incident2eval.detection.names.planted import hashed_canary
from incident2eval.model import Customer, Customers
from incident2eval.model.customer import HashedName, Hashes, Use


def hashed(customers: Customers, key: bytes) -> Customers:
    """The roster as hashes: ids stay, no name, alias, contact or canary does.

    Args:
        customers: The roster in clear.
        key: What to hash with; whoever has it can try names.
    """
    keyed = Keyed(key)
    names = names_in(customers)
    several = plurals(names)
    by_customer: dict[str, list[Name]] = defaultdict(list)
    for name in names:
        by_customer[name.customer].append(name)
    more: dict[str, list[Name]] = defaultdict(list)
    for name in several:
        more[name.customer].append(name)
    rows = (_row(row, by_customer[row.id], more[row.id], keyed) for row in customers)
    begun = frozenset(hash_ for name in (*names, *several) for hash_ in beginnings(name, keyed))
    return Customers(rows=tuple(rows), key=key, beginnings=begun)


def _row(row: Customer, names: Sequence[Name], several: Sequence[Name], keyed: Keyed) -> Customer:
    """One customer. In order of the hashes: nobody shall see which of them is the name, which an alias."""
    forms = {hashed_name(name, keyed) for name in (*names, *several)}
    is_word = any(name.use is Use.AS_A_NAME for name in names)
    words = {word for name in names for word in hashed_words(name, keyed)} if is_word else ()
    canaries = filter(None, (hashed_canary(text, keyed) for text in row.canaries))
    return Customer(
        id=row.id,
        name="",
        hashes=Hashes(
            names=tuple(sorted(forms, key=_order)),
            words=tuple(sorted(words)),
            domains=tuple(sorted({keyed("name of domain", joined) for joined in as_domains(row)})),
            contacts=tuple(sorted(set(hashed_contacts(row, keyed)), key=lambda one: (one.address, one.ends))),
            canaries=tuple(sorted(set(canaries), key=lambda one: one.hash)),
        ),
    )


def _order(name: HashedName) -> tuple[str, str]:
    return name.hash, name.use
