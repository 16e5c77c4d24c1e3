"""What a run was given of each item: its row of the input, and what was looked up for it."""

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import takewhile

from incident2eval.checks.items.fields import canonical, is_key, is_number, must_not_matter
from incident2eval.checks.items.rows import Fields, fields, items, leaves, nested_lists, normal
from incident2eval.detection.names.ordinary import is_ordinary
from incident2eval.detection.text.wording import vocabulary
from incident2eval.model import JSON, Run, Step, StepKind

_GENDERED = vocabulary(
    "he she him her his hers himself herself they them their theirs mr mrs ms miss mx sir madam dr man woman "
    "male female men women boy girl lady gentleman husband wife mother father son daughter m f"
)
_WORD = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")
_ENDS = re.compile(r"[.!?:\n]")
_TEXT_OF_WEIGHT = 5
"""A text of so many words says as much as several fields."""
_MOST_STEPS = 2_000
ENOUGH = 3
"""How many fields must be the same for items to be alike."""


@dataclass(frozen=True, slots=True)
class Given:
    """What may matter of what an item was given: field -> value as it is compared."""

    values: Mapping[str, JSON]
    repeated: bool = False
    """Whether another run was given the very same: then it is alike however little that is."""

    @property
    def key(self) -> frozenset[tuple[str, str]]:
        """Equal for items that were given the same."""
        return frozenset((name, repr(value)) for name, value in self.values.items() if value is not None)

    @property
    def weight(self) -> int:
        """How much there is to compare; long texts count as several fields."""
        if self.repeated:
            return ENOUGH
        told = [value for value in self.values.values() if value is not None]
        return sum(3 if isinstance(one, tuple) and len(one) >= _TEXT_OF_WEIGHT else 1 for one in told)

    def without(self, names: Collection[str]) -> "Given":
        """The same without some fields."""
        return replace(self, values={name: told for name, told in self.values.items() if name not in names})

    def unlike(self, other: "Given") -> tuple[str, ...]:
        """The fields in which two items differ."""
        names = {**self.values, **other.values}
        return tuple(n for n in names if repr(self.values.get(n)) != repr(other.values.get(n)))


def given_of(row: Fields, own: Collection[str], *, plainly: bool) -> Given:
    """What may matter of an item's fields.

    Args:
        row: The fields.
        own: Its ids.
        plainly: Whether only what never matters is left out: then places and names of things count.
    """
    free = {name for name in row if must_not_matter(name.rpartition("/")[2], places=not plainly)}
    words = {word.casefold() for name in free for word in _WORD.findall(str(row[name])[:200])}
    return Given(
        {
            name: _compared(value, words, plainly=plainly)
            for name, value in row.items()
            if name not in free and normal(value) not in own
        }
    )


def _compared(value: JSON, own: set[str], *, plainly: bool) -> JSON:
    """A value as it is compared; a text without its subject's names, titles and pronouns."""
    if not isinstance(value, str) or len(value[:200].split()) < 2 or is_number(value):
        return canonical(value)
    free = own | _GENDERED
    return tuple(
        word.casefold()
        for word, first in _words(value)
        if word.casefold() not in free and (plainly or not _names_somebody(word, first=first))
    )


def _words(text: str) -> Iterator[tuple[str, bool]]:
    """The words of a text, and whether each begins a sentence."""
    end = 0
    for match in _WORD.finditer(text):
        yield match[0], not end or bool(_ENDS.search(text, end, match.start()))
        end = match.end()


def _names_somebody(word: str, *, first: bool) -> bool:
    """Whether a word looks like a name or an id."""
    if any(char.isdigit() for char in word):
        return not word[0].isdigit()
    return word[0].isupper() and not word.isupper() and not (first and is_ordinary(word.casefold()))


def given_items(run: Run, ids: Collection[str], *, plainly: bool) -> dict[str, Given]:
    """What a run was given of each of the items with these ids (as `normal` writes them)."""
    rows, _ = items(run.input, ids)
    whole = {own: dict(row) for own, row in rows.items()}
    names = {**{own: own for own in ids}, **_aliases(rows)}
    for step in run.steps[:_MOST_STEPS]:
        if step.kind in {StepKind.TOOL, StepKind.RETRIEVAL}:
            for name, row in _looked_up(step, names):
                whole.setdefault(names[name], {}).update({f"{step.name}/{key}": v for key, v in row.items()})
    own_names: dict[str, set[str]] = {}
    for name, own in names.items():
        own_names.setdefault(own, set()).add(name)
    return {own: given_of(row, own_names[own], plainly=plainly) for own, row in whole.items()}


def given_run(run: Run, *, plainly: bool, repeated: bool) -> Given:
    """What a run was given, where it decides on one thing.

    Args:
        run: The run.
        plainly: As for `given_of`.
        repeated: Whether another run was given the very same.
    """
    return replace(given_of(_of_run(run), (), plainly=plainly), repeated=repeated)


def given_and_found(run: Run, until: str | None) -> Given:
    """What a run that decides on one thing was given and looked up; only what never matters is left out.

    Args:
        run: The run.
        until: Id of the step that decides: what came after it was not known. None where no step does.
    """
    return given_of({**_of_run(run), **dict(_found_before(run, until))}, (), plainly=True)


def _of_run(run: Run) -> dict[str, JSON]:
    return told(run.input) if isinstance(run.input, Mapping) else {"input": run.input}


def _found_before(run: Run, until: str | None) -> Iterator[tuple[str, JSON]]:
    """What look-ups brought in before a step, under the name of the look-up and of the field."""
    times: Counter[str] = Counter()
    for step in takewhile(lambda one: one.id != until, run.steps[:_MOST_STEPS]):
        if step.kind not in {StepKind.TOOL, StepKind.RETRIEVAL}:
            continue
        times[step.name] += 1
        name = step.name if times[step.name] == 1 else f"{step.name} {times[step.name]}"
        found = step.output if isinstance(step.output, Mapping) else {"": step.output}
        yield from ((f"{name}/{key}", value) for key, value in told(found).items())
        yield from ((f"{name}/text {at}", record.text) for at, record in enumerate(step.records))


def told(row: Mapping[str, JSON]) -> dict[str, JSON]:
    """The fields of an object; lists of objects in it as texts."""
    listed = {key: json.dumps(value, default=str, sort_keys=True) for key, value in nested_lists(row)}
    return {**fields(row), **listed}


def _aliases(rows: Mapping[str, Fields]) -> dict[str, str]:
    """Other ids of the items, such as a company's number, that look-ups go by: alias -> id."""
    owners: dict[str, set[str]] = {}
    for own, row in rows.items():
        for name, value in row.items():
            if is_key(name) and normal(value):
                owners.setdefault(normal(value), set()).add(own)
    return {alias: next(iter(who)) for alias, who in owners.items() if len(who) == 1 and len(alias) > 3}


def _looked_up(step: Step, names: Mapping[str, str]) -> Iterator[tuple[str, Fields]]:
    """What a look-up brought in, by the id or alias that it was asked for or that its rows hold."""
    asked = {normal(leaf) for leaf in leaves(step.input)} & names.keys()
    metadata = [{"id": record.id, **record.metadata, "text": record.text} for record in step.records]
    if len({names[name] for name in asked}) == 1:
        found = [step.output, *metadata]
        yield from ((next(iter(asked)), told(row)) for row in found if isinstance(row, Mapping))
        return
    rows, _ = items([step.output, metadata], names.keys())
    yield from rows.items()
