"""What had changed: model, prompt, permissions, data and tools of good runs beside those of the bad one."""

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from incident2eval.model import ChangeKind, Incident, Moment, Run, SeenChange
from incident2eval.rootcause._traits import Trait, Traits, traits

ABSENT = "(none)"
"""Stands for an argument that was left out."""

_ONE_IN = 10
"""One good run in so many may be otherwise: nearly all share a value."""
_SEVERAL = 3
"""How many good runs it takes to tell what always happens from what happened once."""

_LONGEST_SENTENCE = 300
"""Words; a longer one is told by its beginning."""

_THE_FILE = "the incident file"
_DATED = re.compile(r"-?(?:\d{4}-?\d\d-?\d\d|latest)$")
_POSITION = re.compile(r"\W*(?:\w+[-_ ])?\d{1,2}")
"""An id that is a mere position in a list, such as `3` or `doc-1`."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """The values that a trait has in good runs, in order, and in the bad one."""

    runs: Sequence[Run]
    olds: Sequence[str]
    new: str
    ordered: bool


@dataclass(frozen=True, slots=True)
class _Switch:
    """Between which of the good runs a value became the bad run's."""

    old: str
    last_old: Run
    first_new: Run | None
    """None where no good run has the new value."""
    against: int
    """How many of the good runs before speak for it."""
    of: int


def stated(incident: Incident) -> tuple[SeenChange, ...]:
    """The changes that the incident file names."""
    return tuple(
        SeenChange(kind=one.kind, what=one.what, at=one.at, source=_THE_FILE) for one in incident.changes
    )


def changes_between(good: Run, bad: Run) -> tuple[SeenChange, ...]:
    """What differs between a good run and a bad one, but for what differs between any two runs."""
    return changes_since((good,), bad)


def changes_since(good: Sequence[Run], bad: Run) -> tuple[SeenChange, ...]:
    """What had changed in a run, as good runs tell.

    A trait counts where nearly all good runs share it and the bad one has another; and where earlier good
    runs have another and later ones have the bad run's already: then `at` is the first of these.

    Args:
        good: Runs that went right; those that started after the bad one say nothing of what changed before.
        bad: The run that went wrong.

    Returns:
        Every change once, with the runs that show it as its source; nothing where there is no good run.
    """
    earlier = [run for run in good if run.id != bad.id and not _is_after(run, bad)]
    return _merged(_differences(earlier, bad))


def confirmed(
    told: Sequence[SeenChange], seen: Sequence[SeenChange], *, beside: Sequence[SeenChange] = ()
) -> tuple[SeenChange, ...]:
    """Changes that people stated, with what the runs say to them, then what only the runs show.

    Args:
        told: From the incident file.
        seen: From the runs.
        beside: How the bad run differs from the corrected one. That is no change before the incident; it
            only says what a stated change came to.
    """
    joined = [_with_runs(one, told, seen) or _with_corrected(one, told, beside) or one for one in told]
    used = {one for stated_one in told for one in _speaking_of(stated_one, told, seen)}
    return (*joined, *(one for one in seen if one not in used))


def _with_runs(one: SeenChange, told: Sequence[SeenChange], seen: Sequence[SeenChange]) -> SeenChange | None:
    found = _speaking_of(one, told, seen)
    whats = "; ".join(other.what or "" for other in found[:_SEVERAL])
    return replace(one, source=f"{_THE_FILE}, confirmed by {found[0].source}: {whats}") if found else None


def _with_corrected(
    one: SeenChange, told: Sequence[SeenChange], beside: Sequence[SeenChange]
) -> SeenChange | None:
    # Whoever corrected the run ran it with a later version: that says nothing of what changed before.
    found = _speaking_of(one, told, [other for other in beside if "version" not in (other.what or "")])
    whats = "; ".join(other.what or "" for other in found[:_SEVERAL])
    return replace(one, source=f"{_THE_FILE}; beside the corrected run: {whats}") if found else None


def _speaking_of(one: SeenChange, told: Sequence[SeenChange], seen: Sequence[SeenChange]) -> list[SeenChange]:
    """The seen changes of the same kind, where their times do not part them.

    Of several stated changes of a kind, the last before the first sighting is the one.
    """
    peers = [other for other in told if other.kind is one.kind and other.at is not None]
    found = []
    for other in seen:
        if other.kind is not one.kind:
            continue
        before = [peer for peer in peers if other.at is None or not _later(peer.at, other.at)]
        latest = max(before, key=lambda peer: _day(peer.at), default=None)
        if latest is one:
            found.append(other)
    return found


def differences(good: Run, bad: Run) -> tuple[SeenChange, ...]:
    """What differs between two runs, whichever came first: a corrected run comes after the bad one."""
    return _merged(_differences([good], bad))


def _differences(good: Sequence[Run], bad: Run) -> Iterator[SeenChange]:
    times = {id(run): run.started for run in good if run.started}
    ordered = len(times) == len(good)
    runs = sorted(good, key=lambda run: times[id(run)]) if ordered else list(good)
    theirs, ours = [traits(run) for run in runs], traits(bad)
    for trait in dict.fromkeys([*ours.said, *(trait for each in theirs for trait in each.said)]):
        seen = _seen(trait, runs, theirs, ours, ordered=ordered)
        if seen and not _is_free(trait, seen, ours, bad) and (switch := _switch(seen)):
            yield _change(trait, switch, seen)
    if len(runs) >= _SEVERAL:
        yield from _steps(runs, theirs, ours, ordered=ordered)
    yield from _records(runs, theirs, ours)


def _seen(
    trait: Trait, runs: Sequence[Run], theirs: Sequence[Traits], ours: Traits, *, ordered: bool
) -> _Seen | None:
    new = _value(trait, ours, theirs[-1] if theirs else ours)
    pairs = [(run, _value(trait, each, ours)) for run, each in zip(runs, theirs, strict=True)]
    known = [(run, old) for run, old in pairs if old is not None]
    if new is None or not known:
        return None
    return _Seen([run for run, _ in known], [old for _, old in known], new, ordered)


def _is_free(trait: Trait, seen: _Seen, ours: Traits, bad: Run) -> bool:
    """Whether the value may as well differ because the input does."""
    return (
        trait in ours.free and len(seen.runs) < _SEVERAL and any(run.input != bad.input for run in seen.runs)
    )


def _value(trait: Trait, run: Traits, other: Traits) -> str | None:
    """A trait's value in a run; None where the trace is silent.

    An argument counts as left out only where the same call is there with all the others: exports differ in
    how much of a call they hold.
    """
    if trait in run.said:
        return run.said[trait]
    argument = other.arguments.get(trait)
    if argument is None or argument.step not in run.given:
        return None
    apart = run.given[argument.step] ^ other.given[argument.step]
    return ABSENT if apart == {argument.key} else None


def _switch(seen: _Seen) -> _Switch | None:
    """Where the value became the bad run's; None where it always was, or differs from run to run anyway."""
    differs = [not _same(old, seen.new) for old in seen.olds]
    at = _parting(differs) if seen.ordered else len(differs)
    before = [old for old, other in zip(seen.olds[:at], differs[:at], strict=True) if other]
    errors = differs[:at].count(False) + differs[at:].count(True)
    if not before or errors * _ONE_IN > len(differs) or not _is_steady(before):
        return None
    if at < len(differs) and len(before) < _SEVERAL:
        return None
    last = max(index for index in range(at) if differs[index])
    return _Switch(
        seen.olds[last],
        seen.runs[last],
        seen.runs[at] if at < len(differs) else None,
        len(before),
        at,
    )


def _parting(differs: Sequence[bool]) -> int:
    """The place that best parts runs that differ (before it) from those that do not (after it)."""
    errors = best = differs.count(True)
    place = 0
    for index, other in enumerate(differs, start=1):
        errors += -1 if other else 1
        if errors <= best:
            best, place = errors, index
    return place


def _is_steady(olds: Sequence[str]) -> bool:
    """Whether good runs had one value, or a few that each held for a while."""
    return len(set(olds)) == 1 or len(set(olds)) * _SEVERAL <= len(olds)


def _same(old: str, new: str) -> bool:
    """Whether two values say the same; a model's alias stands for each of its dated versions."""
    return old == new or old == _DATED.sub("", new) or new == _DATED.sub("", old)


def _change(trait: Trait, switch: _Switch, seen: _Seen) -> SeenChange:
    return SeenChange(
        kind=trait.kind,
        what=f"{trait.name}: {_told(switch.old, seen.new)}",
        at=switch.first_new.started if switch.first_new else None,
        source=_source(switch),
    )


def _source(switch: _Switch) -> str:
    if switch.first_new is not None:
        return f"the runs, between {_date(switch.last_old)} and {_date(switch.first_new)}"
    if switch.of == 1:
        when = f" of {_date(switch.last_old)}" if switch.last_old.started else ""
        return f"the runs, unlike the good run{when}"
    return f"the runs, unlike {switch.against} of {switch.of} good runs"


def _steps(
    runs: Sequence[Run], theirs: Sequence[Traits], ours: Traits, *, ordered: bool
) -> Iterator[SeenChange]:
    """Steps that came or went while all was still well.

    What only the bad run did or left out is its failure, no change before it.
    """
    for trait in dict.fromkeys([*ours.calls, *(trait for each in theirs for trait in each.calls)]):
        is_new = trait in ours.calls
        if (not is_new and ours.failed) or (is_new and not trait.name.startswith(("tool", "retrieval"))):
            continue
        olds = ["there" if trait in each.calls else "not there" for each in theirs]
        switch = _switch(_Seen(runs, olds, "there" if is_new else "not there", ordered))
        if switch and switch.first_new:
            what = f"{trait.name} is {'new' if is_new else 'missing'}"
            yield SeenChange(kind=trait.kind, what=what, at=switch.first_new.started, source=_source(switch))


def _records(runs: Sequence[Run], theirs: Sequence[Traits], ours: Traits) -> Iterator[SeenChange]:
    """Records that said something else when good runs read them."""
    changed: list[tuple[str, str, _Switch]] = []
    for record, text in ours.records.items():
        pairs = [
            (run, each.records[record])
            for run, each in zip(runs, theirs, strict=True)
            if record in each.records
        ]
        if not pairs or _POSITION.fullmatch(record):
            continue
        seen = _Seen([run for run, _ in pairs], [old for _, old in pairs], text, ordered=False)
        if switch := _switch(seen):
            changed.append((record, text, switch))
    if changed:
        record, text, switch = changed[0]
        more = f" (and {len(changed) - 1} more records)" if len(changed) > 1 else ""
        what = f"record {record}: {_told(switch.old, text)}{more}"
        yield SeenChange(kind=ChangeKind.DATA, what=what, source=_source(switch))


def _merged(found: Iterable[SeenChange]) -> tuple[SeenChange, ...]:
    """Every change once: the same two values under several names are one."""
    kept: dict[tuple[ChangeKind, str], SeenChange] = {}
    for one in found:
        kept.setdefault((one.kind, (one.what or "").partition(": ")[2] or one.what or ""), one)
    return tuple(kept.values())


def _told(old: str, new: str) -> str:
    """Two values in a few words: both where they are short, else what was taken out and what came in."""
    before, after = _sentences(old), _sentences(new)
    if len(old) <= 50 and len(new) <= 50 and max(len(before), len(after)) <= 1:
        return f"{old} -> {new}"
    kept = {*before}.intersection(after)
    removed, added = ([line for line in lines if line not in kept] for lines in (before, after))
    if len(removed) == len(added) == 1:
        removed, added = [_narrowed(removed[0], added[0])], [_narrowed(added[0], removed[0])]
    return "; ".join(part for part in (_listed("removed", removed), _listed("added", added)) if part)


def _listed(word: str, lines: Sequence[str]) -> str:
    shown = ", ".join(f'"{_short(line)}"' for line in lines[:2])
    more = f" and {len(lines) - 2} more" if len(lines) > 2 else ""
    return f"{word} {shown}{more}" if lines else ""


def _sentences(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"\n|(?<=[.!?;])\s+", text) if part.strip()]


def _narrowed(one: str, other: str) -> str:
    """The words of a sentence from the first to the last that another version of it has not."""
    mine, theirs = one.split(), other.split()
    if not 8 < len(mine) < _LONGEST_SENTENCE or len(theirs) > _LONGEST_SENTENCE:
        return one
    blocks = difflib.SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes()
    apart = [(start, end) for tag, start, end, _, _ in blocks if tag != "equal"]
    if not apart:
        return one
    first, last = max(0, apart[0][0] - 2), min(len(mine), apart[-1][1] + 2)
    return f"{'... ' if first else ''}{' '.join(mine[first:last])}{' ...' if last < len(mine) else ''}"


def _short(text: str) -> str:
    return text if len(text) <= 70 else f"{text[:67].rstrip()}..."


def _is_after(run: Run, bad: Run) -> bool:
    return bool(run.started and bad.started and run.started > bad.started)


def _date(run: Run) -> str:
    return f"{run.started:%Y-%m-%d}" if run.started else "unknown"


def _day(at: Moment | None) -> str:
    return at.isoformat() if at else ""


def _later(one: Moment | None, other: Moment) -> bool:
    """Whether a moment is after another one, by days where one of them is a bare date."""
    return _day(one)[:10] > _day(other)[:10] if one else False
