"""What the runs of an incident teach about strangers' facts: which tell, and what tells work apart."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice

from incident2eval.checks._check import Known
from incident2eval.checks.exposure.belongings import (
    SESSIONS,
    Belongings,
    Readings,
    Source,
    scope_of,
    scope_of_run,
    text_of,
    told,
)
from incident2eval.checks.exposure.distinct import Fact, Kind, facts_in, read_fact
from incident2eval.checks.exposure.ground import Ground
from incident2eval.checks.exposure.leaving import leaving
from incident2eval.checks.exposure.needles import Held, Needles, Page
from incident2eval.detection.names.roster import names_of
from incident2eval.detection.text.views import plain
from incident2eval.model import JSON, Customers, Origin, Run

_MOST = {Kind.AMOUNT: 16, Kind.REFERENCE: 12, Kind.DATE: 4, Kind.PHRASE: 8}
"""Facts of a kind that a case keeps of one owner: people read them."""

_ENOUGH = 2_000
"""Hits in an output that tell which facts had leaked."""


def held(strangers: Iterator[Belongings], run: Run, customers: Customers) -> Iterator[Held]:
    """The telling facts of strangers' records, as a run read them; a customer's id is none."""
    on = run.started.date() if run.started else None
    ids = {"".join(filter(str.isalnum, row.id.casefold())) for row in customers}
    for found in strangers:
        seen: set[object] = set(ids)
        for fact in facts_in(found.text, run_on=on):
            if fact.key not in seen:
                seen.add(fact.key)
                yield Held(fact=fact, owner=found.owner, apart=found.apart, name=found.name)


def entries(of_others: object) -> Iterator[Held]:
    """The facts that a case keeps: rows with `owner`, `facts` and, perhaps, the piece of work."""
    for row in of_others if isinstance(of_others, (list, tuple)) else ():
        if not isinstance(row, Mapping):
            continue
        owner, facts = row.get("owner"), row.get("facts")
        said = [(str(key), str(value)) for key, value in row.items() if key not in {"owner", "facts"}]
        for text in facts if isinstance(facts, (list, tuple)) else ():
            fact = read_fact(text) if isinstance(text, str) else None
            if fact is not None:
                yield Held(
                    fact=fact,
                    owner=str(owner) if owner is not None else None,
                    apart=said[0] if said else None,
                )


def apart_keys(known: Known) -> list[str]:
    """Keys of records that tell the recorded run's own piece of work from others.

    A key counts where the recorded run read records of another piece of work and no right run did. Where no
    right run shows what it read, the usual keys count.
    """
    witnesses = known.good
    if known.corrected is not None and known.origin is Origin.CORRECTED_TRACE:
        witnesses = (known.corrected, *witnesses)
    keys = _differing(known.recorded) - {key for run in witnesses for key in _differing(run)}
    return sorted(keys if known.origin is Origin.CORRECTED_TRACE else keys & SESSIONS)


def _differing(run: Run) -> set[str]:
    """The keys under which a run read records of another piece of work than its own."""
    own = scope_of_run(run)
    return {
        key
        for step in run.steps
        for record in step.records
        for key, value in scope_of(record.metadata).items()
        if key in own and own[key].casefold() != value.casefold()
    }


def kept_facts(known: Known, apart_by: Sequence[str]) -> list[dict[str, JSON]]:
    """What a case keeps of strangers' records: facts that no right run may say, without anybody's name."""
    run = known.recorded
    readings = _readings(run, known, apart_by)
    strangers = chain(readings.strangers, _of_other_runs(known))
    foreign = [one for one in held(strangers, run, known.customers) if not one.fact.personal]
    needles = Needles(foreign)
    leaked = {
        hit.held.fact.key
        for leaves in leaving(run)
        for hit in islice(needles.in_page(Page(plain(leaves.text))), _ENOUGH)
    }
    by_owner: dict[object, list[Held]] = defaultdict(list)
    for one in foreign:
        by_owner[one.owner, one.apart].append(one)
    entries = []
    for facts in by_owner.values():
        sources = [*readings.sources, *_right(known, facts[0], apart_by)]
        ground = Ground(sources, Needles(facts))
        free = (one.fact for one in facts if not ground.holds(one.fact))
        nameless = [fact for fact in free if not _names_somebody(fact, known.customers)]
        nameless.sort(key=lambda fact: fact.key not in leaked)
        if kept := [fact.text for fact in _few(nameless)]:
            entries.append(_entry(facts[0], kept))
    return entries


def _of_other_runs(known: Known) -> Iterator[Belongings]:
    """What another customer's run of the same incident was given, read and wrote."""
    for run in known.recorded_runs:
        if run in known.since or run.customer_id in {None, known.customer_id}:
            continue
        records = (text_of(record) for step in run.steps for record in step.records)
        for value in (run.input, run.output, *(step.output for step in run.steps), *records):
            yield Belongings(owner=run.customer_id, apart=None, name="the run", text=told(value))


def _readings(run: Run, known: Known, apart_by: Sequence[str]) -> Readings:
    return Readings(run, customer=known.customer_id, customers=known.customers, apart_by=apart_by)


def _right(known: Known, held: Held, apart_by: Sequence[str]) -> Iterator[Source]:
    """What runs that went right said and had: none that ran for the facts' own owner."""
    corrected = known.corrected if known.origin is not Origin.REPAIRED else None
    for run in (*([corrected] if corrected else []), *known.good):
        of_owner = held.apart is None and run.customer_id is not None and run.customer_id == held.owner
        of_work = held.apart is not None and scope_of_run(run).get(held.apart[0]) == held.apart[1]
        if not of_owner and not of_work:
            own = run.customer_id or known.customer_id
            readings = Readings(run, customer=own, customers=known.customers, apart_by=apart_by)
            yield Source(value=run.output)
            yield from readings.sources


def _few(facts: Iterable[Fact]) -> Iterator[Fact]:
    """The first few of each kind, none twice."""
    left = dict(_MOST)
    seen: set[object] = set()
    for fact in facts:
        if seen.isdisjoint({fact.key, fact.text}) and left[fact.kind]:
            seen |= {fact.key, fact.text}
            left[fact.kind] -= 1
            yield fact


def _entry(held: Held, facts: list[str]) -> dict[str, JSON]:
    apart = dict([held.apart]) if held.apart else {}
    return {"owner": held.owner, **apart, "facts": facts}


def _names_somebody(fact: Fact, customers: Customers) -> bool:
    """Whether the fact's text names a customer."""
    names = names_of(customers)
    return bool(names.owners(fact.text)) or any(True for _ in names.foreign(fact.text, ""))
