"""The firm's customers: whose names must not turn up in each other's outputs."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """One customer of the firm that runs the workflow."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    """E-mail addresses and telephone numbers that are this customer's."""
    canaries: tuple[str, ...] = ()
    """Texts planted in this customer's records and nowhere else: where one turns up, the records leaked."""

    @property
    def names(self) -> tuple[str, ...]:
        """The name and every alias, blanks left out."""
        return tuple(name for name in (self.name, *self.aliases) if name.strip())


@dataclass(frozen=True, kw_only=True)
class Customers:
    """The roster."""

    rows: tuple[Customer, ...] = field(default=())

    def __repr__(self) -> str:
        # Fixtures are printed when a test fails: no customer's name belongs in a CI log.
        return f"<{len(self.rows)} customers>"

    def __iter__(self) -> Iterator[Customer]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, customer_id: object) -> bool:
        return customer_id in self._by_id

    def get(self, customer_id: str | None) -> Customer | None:
        """The customer with that id, or None."""
        return self._by_id.get(customer_id) if customer_id is not None else None

    def label(self, customer_id: str | None) -> str:
        """The customer's name for a message, else its id, else `nobody`."""
        customer = self.get(customer_id)
        return customer.name if customer else customer_id or "nobody"

    @cached_property
    def _by_id(self) -> dict[str, Customer]:
        return {row.id: row for row in self.rows}
