"""What runs decided of each item."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from incident2eval.checks.items.fields import canonical, decides, differ, is_measure, is_number
from incident2eval.checks.items.prose import decided_in, verdict
from incident2eval.checks.items.rows import Fields, as_text, fields, items, normal, structured
from incident2eval.detection.text.wording import key_words
from incident2eval.model import JSON, Run, Step

_A_CHOICE = 40
"""A text as short as this may be the decision itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What was decided of one item, or in one run."""

    run: Run
    fields: Fields
    from_text: bool = False
    """Read from prose: a field that is not there could not be read, it need not be missing."""

    def value(self, name: str) -> JSON:
        """The value of a field, whatever the case and the separators of its name."""
        if name in self.fields:
            return self.fields[name]
        words = key_words(name)
        return next((value for own, value in self.fields.items() if key_words(own) == words), None)

    def has(self, name: str) -> bool:
        """Whether it has that field."""
        return name in self.fields or any(key_words(own) == key_words(name) for own in self.fields)


def decided_items(run: Run, ids: Collection[str], names: Collection[str] = ()) -> dict[str, Decided]:
    """What the output of a run decides of the items with these ids (as `normal` writes them).

    Args:
        run: The run.
        ids: The items.
        names: Fields whose numbers are looked for where the output is prose.
    """
    rows, texts = items(run.output, ids)
    found = {own: Decided(run=run, fields=row) for own, row in rows.items()}
    for own, row in decided_in(texts, [one for one in ids if one not in rows], names):
        known = found.get(own)
        if known is None or known.from_text:
            merged = {**row, **(known.fields if known else {})}
            found[own] = Decided(run=run, fields=merged, from_text=True)
    return found


def decided_run(run: Run) -> Decided | None:
    """What a run decides that is about one thing; None where its output says nothing that can be compared."""
    output = run.output
    if isinstance(output, str):
        parsed = structured(output)
        if parsed is None and len(output) <= _A_CHOICE and len(output.split()) == 1:
            return Decided(run=run, fields={"output": output})
        output = parsed if parsed is not None else output
    if isinstance(output, dict):
        own = fields(output)
        if any(value is not None and decides(name, value) for name, value in own.items()):
            return Decided(run=run, fields=own)
        output = "\n".join(value for value in own.values() if isinstance(value, str))
    if isinstance(output, str):
        said = verdict(output)
        return Decided(run=run, fields={"decision": said} if said else {}, from_text=True)
    return None if isinstance(output, list) else Decided(run=run, fields={"output": output})


def deciding(cells: Sequence[Decided]) -> tuple[str, ...]:
    """The fields in which the decisions stand; what they were made from only where there is nothing else."""
    names = dict.fromkeys(name for cell in cells for name in cell.fields)
    held = [
        name
        for name in names
        if all(decides(name, cell.fields[name]) for cell in cells if name in cell.fields)
        and any(canonical(cell.fields.get(name)) is not None for cell in cells)
    ]
    return tuple(name for name in held if not is_measure(name)) or tuple(held)


def choices(cells: Sequence[Decided]) -> tuple[str, ...]:
    """The fields that hold choices; where there are none, the others in which decisions stand."""
    held = deciding(cells)
    chosen = [name for name in held if not any(_is_amount(cell.value(name)) for cell in cells)]
    return tuple(chosen) or held


def _is_amount(value: JSON) -> bool:
    amount = isinstance(value, (int, float)) and not isinstance(value, bool)
    return amount or (isinstance(value, str) and is_number(value))


def compared(cells: Sequence[Decided], named: Sequence[str]) -> tuple[str, ...]:
    """What is compared: the fields that a case names, or the choices, where none of these is there."""
    if any(cell.has(name) for cell in cells for name in named):
        return tuple(named)
    return tuple(name for name in choices(cells) if not is_measure(name))


def unlike(cells: Sequence[Decided], names: Sequence[str]) -> tuple[str, ...]:
    """The fields in which decisions differ; what prose leaves out differs from nothing."""
    return tuple(
        name
        for name in names
        if differ(cell.value(name) for cell in cells if cell.has(name) or not cell.from_text)
    )


def treatment(cell: Decided | None, names: Sequence[str]) -> tuple[str, ...]:
    """How an item was treated, as it is compared; empty where it was left out."""
    return tuple(repr(canonical(cell.value(name))) for name in names) if cell else ()


def said(cell: Decided, names: Sequence[str]) -> str:
    """The decision in words, for a reader."""
    return " and ".join(f"{name} {_shown(cell.value(name))!r}" for name in names)


def _shown(value: JSON) -> str:
    return "nothing" if value is None else as_text(value)[:200]


def deciding_step(
    cell: Decided, item: str | None, others: Collection[str], names: Collection[str]
) -> str | None:
    """The id of the step whose output first gives an item these decisions.

    Args:
        cell: What was decided, and the run.
        item: The item; None where the run decides on one thing.
        others: Items that it is compared with: a step about several is not about this one by its input.
        names: The fields.
    """
    found = [step for step in cell.run.steps if _gives(step, cell, item, others, names)]
    parents = {step.parent for step in found}
    inner = [step for step in found if step.id not in parents]
    return inner[0].id if inner else None


def _gives(
    step: Step, cell: Decided, item: str | None, others: Collection[str], names: Collection[str]
) -> bool:
    said = Run(output=step.output)
    own = decided_run(said) if item is None else decided_items(said, [item]).get(item)
    if own is None and item is not None and _is_about(step, item, others):
        own = decided_run(said)
    if own is None:
        return False
    there = [name for name in names if own.value(name) is not None]
    return bool(there) and not any(differ([own.value(name), cell.value(name)]) for name in there)


def _is_about(step: Step, item: str, others: Collection[str]) -> bool:
    """Whether a step was asked about that item and none of the others."""
    asked, _ = items(step.input, [item, *others])
    return set(asked) == {normal(item)}
