"""Whose run it was, and whose the records are that it read (contract sections 2 and 4)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import is_not
from typing import NamedTuple

from incident2eval.formats._lookup import at_path
from incident2eval.formats._shape import text
from incident2eval.formats.owners._roster import Roster, claim_of, is_name, is_weak, leaves, names_person
from incident2eval.model import JSON, Customers, Record, Run, Step, Subject

Paths = Mapping[str, tuple[str, ...]]

_JUDGEMENTS = frozenset({"scores", "assessments", "annotations", "feedback", "gradingResult"})
"""What people and evaluators said of a run afterwards: it may well name the customer who was exposed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inferred:
    """What was inferred, and from where; `str` of it is a sentence."""

    said: str
    alike: str
    """The same without what differs from run to run."""
    records: int = 0
    """How many records it speaks of, where it speaks of any."""

    def __str__(self) -> str:
        return self.said


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributed:
    """A run with its customer and its records' owners filled in."""

    run: Run
    sources: tuple[Inferred, ...]
    """What was inferred, and from where."""


class _Told(NamedTuple):
    """A value that stood at a path of the settings, and in what kind of place, and in which one."""

    value: str
    path: str
    kind: str
    place: str

    def inferred(self, field: str) -> Inferred:
        """The same as a sentence about a field of the run's subject."""
        said = f"{field} is {self.value}, from {self.path} of {self.place}"
        return Inferred(said=said, alike=f"{field} from {self.path} of {self.kind}")


class _Hit(NamedTuple):
    """The owner of a record, and how that is known."""

    owner: str
    why: str
    """Ends the sentence that begins with `owner of 1 record of step s1 (search)`."""
    alike: str
    """The same for any record."""


def with_owners(run: Run, *, customers: Customers, paths: Paths, stated: Subject | None) -> Attributed:
    """Fill in whose run it was and whose records it read; what the run itself says of either is kept.

    Where it says so in another spelling than the roster's, the roster's id takes its place; an owner that is
    nobody of the roster stays as it is. Where a record names two customers, which of them is right is not
    known: the one whose run it was not, as stated or else as the run says, counts, so that no leak hides
    behind the other.

    Args:
        run: As it was read.
        customers: The roster.
        paths: Where the settings say that a trace tells the subject: field -> paths, the first found counts.
        stated: The subject as the incident states it, for a run that does not tell.

    Returns:
        The run, and what was inferred from where.
    """
    roster = _roster(_Same(customers))
    subject, told = _subject(run, roster=roster, paths=paths, stated=stated)
    # a workflow may claim that it ran for somebody else: against its records, what is stated counts first
    judged = (_complete(each, roster).customer_id for each in (stated, subject) if each)
    steps, owners = _owned(run.steps, roster=roster, own=next(filter(None, judged), None))
    is_new = subject != run.subject or any(map(is_not, steps, run.steps))
    owned = replace(run, subject=subject, steps=steps) if is_new else run
    return Attributed(run=owned, sources=(*told, *owners))


class _Same:
    """A roster as a key: the same object, whatever it holds; comparing thousands of names would cost more."""

    def __init__(self, customers: Customers) -> None:
        self.customers = customers

    def __hash__(self) -> int:
        return id(self.customers)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.customers is self.customers


@lru_cache(maxsize=2)
def _roster(same: _Same) -> Roster:
    """The roster's lookups, worked out once however many runs are read."""
    return Roster(same.customers)


def _subject(
    run: Run, *, roster: Roster, paths: Paths, stated: Subject | None
) -> tuple[Subject | None, list[Inferred]]:
    if run.subject and (run.subject.customer_id or run.subject.customer):
        return _complete(run.subject, roster), []
    said = {field: found for field in paths if (found := _told(run, paths[field]))}
    if said:
        values = {field: found.value for field, found in said.items()}
        subject = Subject(customer=values.get("customer"), customer_id=values.get("customer_id"))
        return _complete(subject, roster), [found.inferred(field) for field, found in said.items()]
    if stated and (stated.customer_id or stated.customer):
        as_stated = "customer as the incident states it"
        return _complete(stated, roster), [Inferred(said=as_stated, alike=as_stated)]
    standing = {found for place in _about_the_run(run) for found in roster.standing_in(place)}
    if len(standing) != 1:
        return None, []
    (only,) = standing
    why = "the one customer of the roster in its input, root step or trace"
    inferred = Inferred(said=f"customer_id is {only}, {why}", alike=f"customer_id, {why}")
    return _complete(Subject(customer_id=only), roster), [inferred]


def _about_the_run(run: Run) -> Iterator[JSON]:
    """Where a run says as a whole whose it was; steps without a parent, be they several, are its root."""
    yield run.input
    known = {step.id for step in run.steps}
    tops = [step for step in run.steps if step.parent is None]
    tops = tops or [step for step in run.steps if step.parent not in known]
    for attributes in (*(step.attributes for step in tops), run.attributes):
        yield {key: value for key, value in attributes.items() if key not in _JUDGEMENTS}


def _told(run: Run, paths: Iterable[str]) -> _Told | None:
    """What the first path that is there holds, and where that was."""
    root = run.root
    places = [
        *([("the root step", f"the root step {root.id}", root.attributes)] if root else []),
        *(("a step", f"step {step.id}", step.attributes) for step in run.steps),
        ("the trace", "the trace", run.attributes),
        ("the trace", "the trace", {"trace": run.attributes}),
        ("the input", "the input", {"input": run.input, "inputs": run.input}),
    ]
    for path in paths:
        for kind, place, held in places:
            if (value := text(at_path(held, path))) is not None:
                return _Told(value, path, kind, place)
    return None


def _complete(subject: Subject, roster: Roster) -> Subject:
    """The subject with its name from its id, or its id from its name, as the roster has them."""
    customer_id = subject.customer_id or roster.id_of(subject.customer)
    customer_id = roster.id_of(customer_id) or customer_id
    return Subject(customer=subject.customer or roster.name_of(customer_id), customer_id=customer_id)


def _owned(
    steps: tuple[Step, ...], *, roster: Roster, own: str | None
) -> tuple[tuple[Step, ...], list[Inferred]]:
    """The steps with an owner for every record that tells one, and a sentence for each step and way to know.

    Args:
        steps: As they were read.
        roster: The firm's customers.
        own: Id of the run's own customer.
    """
    hits = {
        at: [_told_by(each, roster, own) for each in step.records]
        for at, step in enumerate(steps)
        if step.records
    }
    # where a step tells owners at all, a record without one is nobody's
    untold = [
        at for at, found in hits.items() if not any(found) and not any(r.owner for r in steps[at].records)
    ]
    if untold and (keys := _roster_keys([record for step in steps for record in step.records], roster)):
        hits |= {
            at: [_by_roster_key(record, keys, roster, own) for record in steps[at].records] for at in untold
        }
    result, sources = list(steps), list[Inferred]()
    for at, found in hits.items():
        pairs = zip(steps[at].records, found, strict=True)
        settled = [_contradicted(record, hit, roster, own) or hit for record, hit in pairs]
        if any(settled):
            result[at] = replace(steps[at], records=tuple(map(_with_owner, steps[at].records, settled)))
            sources += _sentences(steps[at], settled)
    return tuple(result), sources


def _sentences(step: Step, hits: Iterable[_Hit | None]) -> Iterator[Inferred]:
    for (why, alike), count in Counter((hit.why, hit.alike) for hit in hits if hit).items():
        records = "1 record" if count == 1 else f"{count} records"
        yield Inferred(
            said=f"owner of {records} of step {step.id} ({step.name}) {why}",
            alike=f"owner of records of {step.name} {alike}",
            records=count,
        )


def _told_by(record: Record, roster: Roster, own: str | None) -> _Hit | None:
    """The owner by the record's own word where the roster spells it otherwise; without one, by a key."""
    if not record.owner:
        return _by_exporter_key(record, roster, own)
    known = roster.id_of(record.owner)
    why = "by a name or another spelling"
    return _Hit(known, f"is {known}, {why}", why) if known and known != record.owner else None


def _contradicted(record: Record, hit: _Hit | None, roster: Roster, own: str | None) -> _Hit | None:
    """The customer whom a plain key names where the owner is the run's own customer, or nobody's id."""
    owner = hit.owner if hit else record.owner
    if own is None or not owner or (owner != own and roster.is_id(owner)):
        return None
    for path, named in _named_by_key(record, roster).items():
        if own not in named:
            other = min(named)
            why = f"from {path}, which contradicts"
            return _Hit(other, f"is {other}, {why} {owner}", f"{why} their own word")
    return None


def _named_by_key(record: Record, roster: Roster) -> dict[str, set[str]]:
    """The customers of the roster whom the plainest keys name, the most specific key first."""
    named: dict[str, set[str]] = {}
    ranks: dict[str, int] = {}
    for path, value in leaves(record.metadata):
        claim = claim_of(path)
        if claim and not claim.indirect and not is_weak(claim.rank) and (known := roster.id_of(value)):
            named.setdefault(path, set()).add(known)
            ranks[path] = claim.rank
    return {path: named[path] for path in sorted(named, key=lambda path: (ranks[path], path))}


def _with_owner(record: Record, hit: _Hit | None) -> Record:
    return replace(record, owner=hit.owner) if hit else record


def _by_exporter_key(record: Record, roster: Roster, own: str | None) -> _Hit | None:
    """The owner by the plainest key that exporters use; one that the roster knows comes first.

    Of several customers under one key it is the run's own, or else the first: the record is shared.
    """
    claims = sorted(
        (claim.indirect, known is None, claim.rank, path, known != own, at, known or value)
        for at, (path, value) in enumerate(leaves(record.metadata))
        if (claim := claim_of(path))
        for known in (roster.id_of(value),)
    )
    for indirect, stranger, rank, path, _, _, owner in claims:
        if not stranger or (not indirect and not is_name(path) and not (roster and is_weak(rank))):
            return _Hit(owner, f"from {path}", f"from {path}")
    return None


def _roster_keys(records: list[Record], roster: Roster) -> list[str]:
    """Keys whose every value, over all records, is an id of the roster; the one on most records first.

    A key for a person, such as `account_manager_id`, is none, whatever it holds.
    """
    if not roster:
        return []
    seen: Counter[str] = Counter()
    strange: set[str] = set()
    for record in records:
        for path, value in (("id", record.id), *leaves(record.metadata)):
            seen[path] += 1
            if (value and not roster.is_id(value)) or names_person(path):
                strange.add(path)
    return sorted((key for key in seen if key not in strange), key=lambda key: (key == "id", -seen[key], key))


def _by_roster_key(record: Record, keys: list[str], roster: Roster, own: str | None) -> _Hit | None:
    """The owner by the first of the keys that the record has; the run's own where it names several."""
    said: dict[str, list[str]] = {}
    for path, value in (("id", record.id), *leaves(record.metadata)):
        if roster.is_id(value):
            said.setdefault(path, []).append(value)
    for key in keys:
        if found := said.get(key):
            return _Hit(own if own in found else found[0], f"from {key}", f"from {key}")
    return None
