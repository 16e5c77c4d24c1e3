"""The roster as a run's values meet it: by id, by name, and as a word in a text."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from typing import NamedTuple

from incident2eval.detection.names.roster import names_of
from incident2eval.formats._shape import text
from incident2eval.formats.owners._spelling import name_key, plain, short_name_key
from incident2eval.formats.owners._words import words
from incident2eval.model import JSON, Customers

_NOUNS = ("customer", "client", "account", "tenant")
"""Whom a thing belongs to, the most specific first."""

_WEAK_NOUNS = ("owner", "organization", "organisation", "org", "workspace")
"""These often name a person, or the place that holds everybody's things: with a roster only its ids count."""

_QUALIFIERS = frozenset(
    {
        *("id", "ids", "key", "ref", "code", "no", "number", "uuid", "guid", "identifier"),
        *("slug", "name"),
    }
)

_PERSONS = frozenset(
    {
        *("manager", "contact", "rep", "representative", "agent", "user", "author", "assignee", "editor"),
        "creator",
    }
)
"""Who deals with a thing, never whose it is."""


def _either(said: Iterable[str]) -> str:
    return "(" + "|".join(sorted(said)) + ")?"


_GLUED = re.compile(_either((*_NOUNS, *_WEAK_NOUNS)) + _either(_PERSONS) + _either(_QUALIFIERS))
"""A word that is several, written without anything between: `accountid`, `accountmanagerid`."""

_PREFIX = re.compile(r"[:/#=|(<\[]\s*|[\s_-]")
"""What may stand between a customer's id and what is written in front of it."""


class Claim(NamedTuple):
    """How plainly a key says whose a thing is; the smaller the better."""

    indirect: bool
    """Whether other words qualify it: `related_customer`, `crm_account_id`."""
    rank: int


@lru_cache(maxsize=4096)
def claim_of(path: str) -> Claim | None:
    """What a key says of whose a thing is, or None where it says nothing of it.

    `accountId`, `account.id`, `accountid` and `ACCOUNT` are one key; `account_manager` is another.
    """
    said = _subject_words(path)
    nouns = (*_NOUNS, *_WEAK_NOUNS)
    return Claim(len(said) > 1, nouns.index(said[-1])) if said and said[-1] in nouns else None


@lru_cache(maxsize=4096)
def names_person(path: str) -> bool:
    """Whether a key names who deals with a thing: `account_manager_id`, `owner_contact`, `authors`."""
    said = _subject_words(path)
    return bool(said) and (said[-1] in _PERSONS or said[-1].removesuffix("s") in _PERSONS)


def is_weak(rank: int) -> bool:
    """Whether a key of that rank counts only by ids that the roster holds."""
    return rank >= len(_NOUNS)


def is_name(path: str) -> bool:
    """Whether a key holds a name rather than an id: it counts only where the roster knows the name."""
    return _key_words(path)[-1:] == ["name"]


def _subject_words(path: str) -> list[str]:
    """The words of a key that say what it is about; the last is its head."""
    return [word for word in _key_words(path) if word not in _QUALIFIERS]


def _key_words(path: str) -> list[str]:
    return [part for word in words(path) for part in _parts(word)]


def _parts(word: str) -> tuple[str, ...]:
    glued = _GLUED.fullmatch(word)
    return tuple(filter(None, glued.groups())) if glued else (word,)


class Roster:
    """The firm's customers, looked up by what a trace says."""

    def __init__(self, customers: Customers) -> None:
        self._customers = customers

    def __bool__(self) -> bool:
        return bool(len(self._customers))

    def id_of(self, value: JSON) -> str | None:
        """The customer's id that a value is, whatever its spelling, or whose name or alias it is.

        `K-102`, `k-102`, `account:K-102`, `customers/K-102` and `Northgate Logistics Ltd` may be one.

        Returns:
            The id as the roster has it; None where the value is nobody's, or could be several customers'.
        """
        said = text(value)
        if said is None or said in self._customers:
            return said
        return self._by_id.get(plain(said)) or self._named(said) or self._prefixed(plain(said))

    def _named(self, said: str) -> str | None:
        found = self._by_name.get(name_key(said)) or self._by_short_name.get(short_name_key(said))
        if found is None and self._customers.is_hashed:
            owners = names_of(self._customers).owners(said)
            return min(owners) if len(owners) == 1 else None
        return found

    def _prefixed(self, said: str) -> str | None:
        """The customer whose id ends a text, or whose name does behind a word such as `customer`.

        An id that is a number, or behind a hyphen, a blank or an underscore, needs that word as well:
        `team/12` and `x-k-102` are something else.
        """
        for between in _PREFIX.finditer(said):
            tail = said[between.end() :]
            found = self._by_id.get(tail)
            if _says_customer(said[: between.start()]):
                found = found or self._named(tail)
            elif tail.isdecimal() or between[0][0] in " _-":
                found = None
            if found:
                return found
        return None

    def name_of(self, customer_id: str | None) -> str | None:
        """The customer's name, where the roster holds the id."""
        customer = self._customers.get(customer_id)
        return (customer.name or None) if customer else None

    def is_id(self, value: JSON) -> bool:
        """Whether a value is an id of the roster."""
        return text(value) in self._customers

    def standing_in(self, value: JSON) -> set[str]:
        """Every id that stands in a value as a word of its own; a number only under a key that says so.

        A name counts like the id where it is all that a key for a customer, client, account or tenant holds.
        """
        found: set[str] = set()
        for path, leaf in leaves(value) if self else ():
            claim = claim_of(path)
            found.update(each for each in self._pattern.findall(leaf) if claim or not each.isdecimal())
            if claim and not is_weak(claim.rank) and (named := self.id_of(leaf)):
                found.add(named)
        return found

    @cached_property
    def _by_id(self) -> Mapping[str, str]:
        return _unique((plain(customer.id), customer.id) for customer in self._customers)

    @cached_property
    def _by_name(self) -> Mapping[str, str]:
        return _unique((name_key(name), row.id) for row in self._customers for name in row.names)

    @cached_property
    def _by_short_name(self) -> Mapping[str, str]:
        return _unique((short_name_key(name), row.id) for row in self._customers for name in row.names)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        ids = sorted((customer.id for customer in self._customers), key=len, reverse=True)
        return re.compile(r"(?<![\w-])(?:" + "|".join(map(re.escape, ids)) + r")(?![\w-])")


def _unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The keys that stand for one id only."""
    ids = defaultdict[str, set[str]](set)
    for key, customer_id in pairs:
        ids[key].add(customer_id)
    return {key: min(found) for key, found in ids.items() if key and len(found) == 1}


def _says_customer(prefix: str) -> bool:
    """Whether what stands in front of an id is a word for a customer: `customers`, `crm/account_id`."""
    last = re.split(r"[^\w-]+", prefix.rstrip())[-1]
    return any(claim_of(each) is not None for each in (last, last.removesuffix("s")))


def leaves(value: JSON, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text or number in a value, with its dotted path; positions in lists leave no trace in it."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from leaves(inner, path)
    elif (leaf := text(value)) is not None:
        yield path, leaf
