"""Whose run it was, and whose the records are that it read (contract sections 2 and 4)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from incident2eval.formats._lookup import at_path
from incident2eval.formats._roster import Roster, claim_of, is_name, is_weak, leaves
from incident2eval.formats._shape import text
from incident2eval.model import Customers, Record, Run, Step, Subject

Paths = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributed:
    """A run with its customer and its records' owners filled in."""

    run: Run
    sources: tuple[str, ...]
    """What was inferred, and from where, one sentence each."""


class _Hit(NamedTuple):
    """The owner of a record, and the key that tells it."""

    owner: str
    key: str


def with_owners(run: Run, *, customers: Customers, paths: Paths, stated: Subject | None) -> Attributed:
    """Fill in whose run it was and whose records it read; what the run itself says of either is kept.

    Args:
        run: As it was read.
        customers: The roster.
        paths: Where the settings say that a trace tells the subject: field -> paths, the first found counts.
        stated: The subject as the incident states it, for a run that does not tell.

    Returns:
        The run, and what was inferred from where.
    """
    roster = Roster(customers)
    subject, told = _subject(run, roster=roster, paths=paths, stated=stated)
    steps, owners = _owned(run.steps, roster=roster)
    return Attributed(run=replace(run, subject=subject, steps=steps), sources=(*told, *owners))


def _subject(
    run: Run, *, roster: Roster, paths: Paths, stated: Subject | None
) -> tuple[Subject | None, list[str]]:
    if run.subject and (run.subject.customer_id or run.subject.customer):
        return _complete(run.subject, roster), []
    said = {field: found for field in paths if (found := _told(run, paths[field]))}
    if said:
        values = {field: value for field, (value, _) in said.items()}
        subject = Subject(customer=values.get("customer"), customer_id=values.get("customer_id"))
        return _complete(subject, roster), [
            f"{field} is {value}, from {where}" for field, (value, where) in said.items()
        ]
    if stated and (stated.customer_id or stated.customer):
        return _complete(stated, roster), ["customer as the incident states it"]
    root = run.root
    standing = roster.standing_in(run.input) | roster.standing_in(root.attributes if root else None)
    if len(standing) != 1:
        return None, []
    (only,) = standing
    return _complete(Subject(customer_id=only), roster), [
        f"customer_id is {only}, the one id of the roster in its input or root step"
    ]


def _told(run: Run, paths: Iterable[str]) -> tuple[str, str] | None:
    """What the first path that is there holds, and where that was."""
    root = run.root
    places = [
        *([(f"the root step {root.id}", root.attributes)] if root else []),
        *((f"step {step.id}", step.attributes) for step in run.steps),
        ("the trace", run.attributes),
        ("the trace", {"trace": run.attributes}),
        ("the input", {"input": run.input, "inputs": run.input}),
    ]
    for path in paths:
        for where, place in places:
            if (value := text(at_path(place, path))) is not None:
                return value, f"{path} of {where}"
    return None


def _complete(subject: Subject, roster: Roster) -> Subject:
    """The subject with its name from its id, or its id from its name, as the roster has them."""
    customer_id = subject.customer_id or roster.id_of(subject.customer)
    if customer_id is not None and not roster.is_id(customer_id):
        customer_id = roster.id_of(customer_id) or customer_id
    return Subject(customer=subject.customer or roster.name_of(customer_id), customer_id=customer_id)


def _owned(steps: tuple[Step, ...], *, roster: Roster) -> tuple[tuple[Step, ...], list[str]]:
    """The steps with an owner for every record that tells one, and a sentence a step and key."""
    hits = {at: _by_exporter_keys(step.records, roster) for at, step in enumerate(steps) if step.records}
    # where a step tells owners at all, a record without one is nobody's
    untold = [
        at for at, found in hits.items() if not any(found) and not any(r.owner for r in steps[at].records)
    ]
    if untold and (keys := _roster_keys([record for step in steps for record in step.records], roster)):
        hits |= {at: [_by_roster_key(record, keys, roster) for record in steps[at].records] for at in untold}
    result, sources = list(steps), list[str]()
    for at, found in hits.items():
        step = steps[at]
        result[at] = replace(step, records=tuple(map(_with_owner, step.records, found)))
        for key, count in Counter(hit.key for hit in found if hit).items():
            records = "1 record" if count == 1 else f"{count} records"
            sources.append(f"owner of {records} of step {step.id} ({step.name}) from {key}")
    return tuple(result), sources


def _by_exporter_keys(records: tuple[Record, ...], roster: Roster) -> list[_Hit | None]:
    return [None if record.owner else _by_exporter_key(record, roster) for record in records]


def _with_owner(record: Record, hit: _Hit | None) -> Record:
    return replace(record, owner=hit.owner) if hit else record


def _by_exporter_key(record: Record, roster: Roster) -> _Hit | None:
    """The owner by the plainest key that exporters use; one that the roster knows comes first."""
    claims = sorted(
        (claim.indirect, roster.id_of(value) is None, claim.rank, path, value)
        for path, value in leaves(record.metadata)
        if (claim := claim_of(path))
    )
    for indirect, stranger, rank, path, value in claims:
        if not stranger:
            return _Hit(roster.id_of(value) or value, path)
        if not indirect and not is_name(path) and not (roster and is_weak(rank)):
            return _Hit(value, path)
    return None


def _roster_keys(records: list[Record], roster: Roster) -> list[str]:
    """Keys whose every value, over all records, is an id of the roster; the one on most records first."""
    if not roster:
        return []
    seen: Counter[str] = Counter()
    strange: set[str] = set()
    for record in records:
        for path, value in (("id", record.id), *leaves(record.metadata)):
            seen[path] += 1
            if value and not roster.is_id(value):
                strange.add(path)
    return sorted((key for key in seen if key not in strange), key=lambda key: (key == "id", -seen[key], key))


def _by_roster_key(record: Record, keys: list[str], roster: Roster) -> _Hit | None:
    said = {"id": record.id, **dict(leaves(record.metadata))}
    return next((_Hit(said[key], key) for key in keys if roster.is_id(said.get(key))), None)
