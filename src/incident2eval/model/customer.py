"""The firm's customers: whose names must not turn up in each other's outputs."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property


class Use(StrEnum):
    """How a name must be used in a text to be a mention of the customer."""

    ANYHOW = "anyhow"
    """In any case: nothing else is called that."""
    AS_WRITTEN = "as written"
    """In the very case it is written in: short forms in capitals."""
    AS_A_NAME = "as a name"
    """Not as the ordinary word that it is as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HashedName:
    """A form of a name that only who has the key can compare with words."""

    hash: str
    """Of its words in lower case."""
    words: int = 1
    use: Use = Use.ANYHOW
    between: tuple[str, ...] = ()
    """What stands between its words, spaces left out; empty where spaces are all there is."""
    written: str = ""
    """The hash of its words in their very case, where that counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HashedContact:
    """An e-mail address or telephone number as hashes."""

    address: str = ""
    """Of an e-mail address."""
    domain: str = ""
    """Of its domain, where not everybody has addresses there."""
    letters: str = ""
    """Of its letters and digits alone."""
    ends: tuple[str, ...] = ()
    """Of a telephone number, then of the same without its first digit, and so on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HashedCanary:
    """A canary as hashes."""

    hash: str
    """Of its letters and digits."""
    start: str
    """Of the first eight of them."""
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashes:
    """What a roster that holds nobody's name in clear knows of one customer."""

    names: tuple[HashedName, ...] = ()
    words: tuple[str, ...] = ()
    """Of the words of all names, for a customer that is called like an ordinary word."""
    domains: tuple[str, ...] = ()
    """Of the names as a domain spells them."""
    contacts: tuple[HashedContact, ...] = ()
    canaries: tuple[HashedCanary, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """One customer of the firm that runs the workflow."""

    id: str
    name: str
    """Empty where the roster holds hashes."""
    aliases: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    """E-mail addresses and telephone numbers that are this customer's."""
    people: tuple[str, ...] = ()
    """Who is named in other columns: a contact, a manager; for redaction only."""
    canaries: tuple[str, ...] = ()
    """Texts planted in this customer's records and nowhere else: where one turns up, the records leaked."""
    hashes: Hashes = field(default=Hashes(), repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The name and every alias, blanks left out."""
        return tuple(name for name in (self.name, *self.aliases) if name.strip())


@dataclass(frozen=True, kw_only=True)
class Customers:
    """The roster."""

    rows: tuple[Customer, ...] = field(default=())
    key: bytes | None = None
    """What the rows' hashes are made with; None where they have none."""
    beginnings: frozenset[str] = frozenset()
    """Hashes of the first words of all hashed names: what begins with none of them is no name."""

    def __repr__(self) -> str:
        # Fixtures are printed when a test fails: no customer's name and no key belongs in a CI log.
        return f"<{len(self.rows)} customers>"

    def __iter__(self) -> Iterator[Customer]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, customer_id: object) -> bool:
        return customer_id in self._by_id

    @property
    def is_hashed(self) -> bool:
        """Whether findings must quote ids only, as the roster holds names as hashes."""
        return self.key is not None

    def get(self, customer_id: str | None) -> Customer | None:
        """The customer with that id, or None."""
        return self._by_id.get(customer_id) if customer_id is not None else None

    def label(self, customer_id: str | None) -> str:
        """The customer's name for a message, or else the id (with a hashed roster always), else `nobody`."""
        customer = None if self.is_hashed else self.get(customer_id)
        return (customer.name if customer else "") or customer_id or "nobody"

    @cached_property
    def _by_id(self) -> dict[str, Customer]:
        return {row.id: row for row in self.rows}
