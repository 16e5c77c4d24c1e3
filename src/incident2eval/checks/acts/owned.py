"""What the run itself says of whose things are: its records, and what its look-ups brought back."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from incident2eval.checks.acts.kinds import CUSTOMER, as_id, kind_of, telling_words
from incident2eval.checks.acts.tool_names import Tools
from incident2eval.checks.acts.writes import Effect, effect_of, given
from incident2eval.detection.names.roster import names_of
from incident2eval.detection.text.wording import embedded, leaves
from incident2eval.model import JSON, Customers, Run, Step, StepKind

_LONGEST_NAME = 200


class Holding(NamedTuple):
    """One value that the run says is somebody's."""

    owner: str
    path: str
    value: JSON
    is_id: bool = False
    """Whether it is the id of the thing itself, not of something that the thing refers to."""


class Owners:
    """Tells which customer a value names."""

    def __init__(self, customers: Customers, *, customer: str | None) -> None:
        self._ids = {row.id.casefold(): row.id for row in customers}
        if customer is not None:
            self._ids.setdefault(customer.casefold(), customer)
        self._names = names_of(customers)
        self._form = None if customer is None or customer in customers else _form(customer)
        """What ids of customers look like where the roster does not know the run's own customer."""

    def named(self, path: str, value: JSON) -> str | None:
        """The customer that a value under a key names: by id, or by name where the key is a customer's.

        An id that is a number counts only under such a key.
        """
        kind, said = kind_of(path), as_id(value)
        if kind is None or not isinstance(value, (str, int)):
            return None
        if said in self._ids:
            return self._ids[said] if kind == CUSTOMER or not said.isdecimal() else None
        if kind != CUSTOMER:
            return None
        if len(owners := self._names.owners(str(value)[:_LONGEST_NAME])) == 1:
            return min(owners)
        return str(value).strip() if said and self._form == _form(said) else None

    def of_object(self, value: Mapping[str, JSON]) -> str | None:
        """Whose an object is, by its own fields: a key for a customer, else its own id."""
        ranked = sorted(value.items(), key=lambda item: _rank(str(item[0])))
        found = (
            self.named(str(key), inner) for key, inner in ranked if not isinstance(inner, (Mapping, list))
        )
        return next((owner for owner in found if owner is not None), None)


def _rank(key: str) -> tuple[bool, int]:
    """Keys for a customer before others, plain ones first: `account_id` before `parent_account`."""
    return kind_of(key) != CUSTOMER, len(telling_words(key))


def _form(customer: str) -> str:
    """What an id looks like: its letters and marks, and how many digits where it has nothing else."""
    bare = re.sub(r"\d+", "0", customer.casefold())
    return bare if bare != "0" else f"{len(customer)} digits"


def holdings(run: Run, owners: Owners) -> Iterator[Holding]:
    """Every value that a record or a look-up of the run says is a customer's.

    What a look-up about one customer brought back is that customer's, unless it says whose it is itself.
    """
    for step in run.steps:
        for record in step.records:
            if record.owner is not None:
                yield Holding(record.owner, "id", record.id, is_id=True)
                yield Holding(record.owner, "text", record.text)
                yield from _inside(dict(record.metadata), owners, record.owner)
        looks = step.kind in {StepKind.TOOL, StepKind.RETRIEVAL}
        if looks and effect_of(step, Tools(())) is not Effect.WRITE:
            yield from _inside(_parsed(step.output), owners, _asked_about(step, owners))


def of_each(found: Iterator[Holding]) -> Mapping[str, set[str]]:
    """Ids of things -> customers whose the run says they are; customers' own ids are left to the roster."""
    ids: dict[str, set[str]] = defaultdict(set)
    for holding in found:
        said = as_id(holding.value) if holding.is_id else None
        if said and any(char.isdigit() for char in said):
            ids[said].add(holding.owner)
    return ids


def _asked_about(step: Step, owners: Owners) -> str | None:
    """The one customer whose data a step asked for, or None."""
    named = {owner for path, leaf in leaves(given(step)) if (owner := owners.named(path, leaf))}
    return min(named) if len(named) == 1 else None


def _inside(value: JSON, owners: Owners, owner: str | None) -> Iterator[Holding]:
    """The leaves of a value with whose they are; an object may say that it is somebody else's."""
    pending: list[tuple[str, JSON, str | None, bool]] = [("", value, owner, False)]
    while pending:
        path, inner, whose, is_id = pending.pop()
        if isinstance(inner, Mapping):
            whose = owners.of_object(inner) or whose
            own = _own_id(inner, owners)
            pending += [(f"{path}.{key}".lstrip("."), one, whose, key == own) for key, one in inner.items()]
        elif isinstance(inner, (list, tuple)):
            pending += [(path, one, whose, False) for one in inner]
        elif whose is not None and inner is not None:
            yield Holding(whose, path, inner, is_id)


def _own_id(value: Mapping[str, JSON], owners: Owners) -> str | None:
    """The key of an object's own id: a bare `id`, else the first that names a kind of record.

    The others are what it refers to: the vehicle of a booking is not the customer's.
    """
    named = [
        key for key, inner in value.items() if as_id(inner) and kind_of(str(key)) not in {None, CUSTOMER}
    ]
    bare = (key for key in named if not kind_of(str(key)) and owners.named("account", value[key]) is None)
    return next(bare, next((key for key in named if kind_of(str(key))), None))


def _parsed(value: JSON) -> JSON:
    return (embedded(value) or value) if isinstance(value, str) else value
