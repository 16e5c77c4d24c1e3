"""Whose data an argument asks for: scopes such as `account:A1`, ids of customers, words for everyone."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from incident2eval.detection.names.roster import Names
from incident2eval.detection.text.wording import embedded, key_words, leaves, vocabulary
from incident2eval.model import JSON, Customers, Step

_PARTS = re.compile(r"[,;|\s]+")
_PIECES = re.compile(r"[/:=?&#()\[\]{}\"'<>]+")
_PAIR = re.compile(r"([A-Za-z_]+)([:=/])([^:=/]+)\Z")


_SCOPES = vocabulary("scope scopes namespace namespaces")
_ADDRESSES = vocabulary("query q key path prefix index collection partition session store where")
_OWNERS = vocabulary(
    "account accounts customer customers client clients tenant tenants owner org organisation organization "
    "company workspace"
)
_IDS = vocabulary("id ids ref no number code key name uuid")
_EVERYONE = vocabulary("* ** % all any global everyone everything everybody shared unrestricted")
_WIDER = vocabulary(
    "workspace workspaces org orgs organisation organisations organization organizations enterprise company "
    "firm practice team teams department dept division region portfolio"
)
"""Kinds of scope that hold many customers, unless the roster knows the value as the customer itself."""
_TECHNICAL = tuple(vocabulary("service. otel. k8s. telemetry. code. rpc. messaging. gen_ai. deployment."))
"""How attributes begin that speak of the software."""
_LONGEST = 300
"""An argument of more characters is a text, not an address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One value that a step was called with."""

    path: str
    value: str

    @property
    def words(self) -> tuple[str, ...]:
        """The words of its key, in lower case: `filter.accountId` is (account, id)."""
        return key_words(self.path)

    def __str__(self) -> str:
        return f"{self.path}={self.value}"


def arguments(step: Step) -> Iterator[Argument]:
    """What a step was called with, however nested, and what its attributes say of scopes and owners."""
    given = embedded(step.input) if isinstance(step.input, str) else step.input
    yield from _given(given)
    for argument in _given({key: value for key, value in step.attributes.items() if _is_asked(key, value)}):
        words = argument.words
        if not argument.path.startswith(_TECHNICAL) and (_is_scope(words) or _is_owner(words)):
            yield argument


def _is_asked(key: str, value: JSON) -> bool:
    """Whether an attribute may be an argument: a list of objects is what came back, but for a filter's."""
    rows = isinstance(value, (list, tuple)) and any(isinstance(each, Mapping) for each in value)
    return not rows or _is_scope(key_words(key))


def _given(value: JSON) -> Iterator[Argument]:
    for path, leaf in leaves(value):
        if leaf is not None and len(str(leaf)) <= _LONGEST:
            yield Argument(path=path, value=str(leaf).strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Tells how far arguments reach, seen from one customer."""

    customer: str
    customers: Customers
    names: Names

    def narrows(self, argument: Argument) -> bool:
        """Whether the argument holds the whole call to the customer: `account_id=A1` beside a wide scope."""
        words, value = argument.words, argument.value
        return (_is_scope(words) or _is_owner(words)) and self._names_own(value) and self._wide(value) is None

    def beyond(self, argument: Argument, *, narrowed: bool = False) -> str | None:
        """What the argument asks for that is not the customer's own, in words, or None.

        Args:
            argument: One argument of a call.
            narrowed: Whether another argument holds the call to the customer; then only another customer's
                name or id reaches further.
        """
        words = argument.words
        if not words or not argument.value:
            return None
        if argument.value.casefold() == "true":
            return "everybody's records" if _asks_for_all(words) else None
        if _is_scope(words) or _is_owner(words):
            return self._other(argument.value) or (None if narrowed else self._wide(argument.value))
        if words[-1] in _ADDRESSES:
            return self._named_kind(argument.value)
        return None

    def _other(self, value: str) -> str | None:
        """Another customer whom the value names, by id or by a name."""
        for piece in _pieces(value):
            if piece in self.customers and piece != self.customer:
                return f"records of '{self.customers.label(piece)}'"
        owners = self.names.owners(value) | self.names.owners(value.rpartition(":")[2])
        if owners and self.customer not in owners:
            return f"records of '{self.customers.label(min(owners))}'"
        return None

    def _named_kind(self, value: str) -> str | None:
        """What an address such as `account:A2` or `practice:operations` asks for, if it is no more."""
        if _PARTS.search(value) or self._names_own(value):
            return None
        pieces = _PIECES.split(value)
        for kind, owner in pairwise(pieces):
            if kind.casefold() in _OWNERS and owner in self.customers:
                return f"records of '{self.customers.label(owner)}'"
        pair = _PAIR.search(value)
        return f"everything in {value}" if pair and pair[2] in ":=" and pair[1].casefold() in _WIDER else None

    def _wide(self, value: str) -> str | None:
        """Why the value reaches further than one customer, or None; each part of a list speaks for itself."""
        if self.customer in self.names.owners(value.rpartition(":")[2]):
            return None
        for part in _PARTS.split(value):
            if self._names_own(part):
                continue
            pair = _PAIR.search(part)
            if pair and pair[1].casefold() in _WIDER:
                return f"everything in {part}"
            if pair and pair[3].casefold() in _EVERYONE:
                return "everybody's records"
        return "everybody's records" if self._is_everyone(value.casefold()) else None

    def _is_everyone(self, whole: str) -> bool:
        """Whether it is a word for everyone: `all`, `workspace`, `tenant-wide`, `crm.read.all`."""
        if len(_PARTS.split(whole)) > 2 or self._names_own(whole):
            return False
        ends = re.split(r"[.\-_ ]", whole)
        return whole in _EVERYONE | _WIDER or ends[-1] in {"wide", "all", "*"} or ends[0] == "all"

    def _names_own(self, value: str) -> bool:
        """Whether the value names the customer itself, alone or inside a path."""
        return any(
            piece.casefold() == self.customer.casefold() or self.customer in self.names.owners(piece)
            for piece in _pieces(value)
        )


def _pieces(value: str) -> Iterator[str]:
    """The parts of a path or list, and the whole: ids keep their hyphens and dots."""
    yield value
    for part in _PARTS.split(value):
        yield part
        yield from (piece for piece in _PIECES.split(part) if piece)


def _is_scope(words: tuple[str, ...]) -> bool:
    return bool(words) and words[-1] in _SCOPES


def _is_owner(words: tuple[str, ...]) -> bool:
    telling = words[:-1] if len(words) > 1 and words[-1] in _IDS else words
    return bool(telling) and telling[-1] in _OWNERS


def _asks_for_all(words: tuple[str, ...]) -> bool:
    """Whether a switch of that name widens a read: `include_all_accounts`, `cross_tenant`."""
    return words[-1] in _OWNERS and not {"all", "cross", "every"}.isdisjoint(words)
