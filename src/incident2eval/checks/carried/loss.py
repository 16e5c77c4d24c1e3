"""Values that a run was given and did not carry on: neither its output nor a call speaks of them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from incident2eval.checks._check import Known
from incident2eval.checks.carried.sources import lost_at, made
from incident2eval.checks.carried.values import Kind, Said, Value, value, values
from incident2eval.checks.failures.disclosure import parts
from incident2eval.model import Customers, Finding, Origin, Run, Step

Wanted = str | Sequence[str]
"""What must come back: a value, or terms of which one is enough."""
_ENOUGH = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Something that a run was given and that it did not carry on."""

    shown: str
    step: Step | None
    """The first step that worked on without it."""
    instead: tuple[str, ...]
    """The sentences of the output that speak of another value of that kind, else how it begins."""


def losses(run: Run, wanted: Iterable[Wanted]) -> Iterator[Loss]:
    """What a run lost of the values that it had to carry on."""
    done = Said(made(run))
    for one in wanted:
        choices = [value(text) for text in ([one] if isinstance(one, str) else one)]
        if not any(done.holds(choice) for choice in choices):
            steps = [lost_at(run, choice) for choice in choices[:1]]
            shown = " or ".join(choice.shown for choice in choices)
            yield Loss(shown=shown, step=steps[0] if steps else None, instead=_instead(run, choices))


def _instead(run: Run, lost: Sequence[Value]) -> tuple[str, ...]:
    said = [part.text[:500] for part in islice(parts(run.output), _ENOUGH) if part.text]
    rivals = [text for text in said if any(one.is_rival_of(other) for one in values(text) for other in lost)]
    return tuple(text[:300] for text in rivals[:3]) or (" ".join(said)[:300],)


def findings(check: str, losses: Iterable[Loss], *, of: str) -> Iterator[Finding]:
    """What a check says of losses: where each came about, and what the output says instead."""
    for loss in losses:
        if loss.step is not None:
            yield Finding(
                check=check,
                step=loss.step.id,
                message=f"{loss.step.name} works on without '{loss.shown}', {of}",
                excerpt=loss.step.name,
            )
        message = f"neither the output nor a call speaks of '{loss.shown}', {of}"
        yield from (Finding(check=check, step=None, message=message, excerpt=text) for text in loss.instead)


def worth_asking(found: Iterable[Value], known: Known, mode: str) -> list[str]:
    """The values that the corrected run carries on, the recorded one does not, and the incident is about.

    Args:
        found: Values that the run was given.
        known: The incident with its runs.
        mode: The failure mode that says outright that this is what went wrong.
    """
    lost = list(carried_only_by_the_corrected(found, known))
    sure = [one for one in lost if _is_about(one, known)]
    named = known.incident.wrong and mode in known.incident.failure_modes
    return list(dict.fromkeys(one.shown for one in sure or (lost if named else ())))


def carried_only_by_the_corrected(found: Iterable[Value], known: Known) -> Iterator[Value]:
    """Values that the corrected run speaks of and the recorded run doesn't; never a customer's name."""
    if known.corrected is None or known.origin is Origin.REPAIRED:
        return
    right, wrong = Said(made(known.corrected)), Said(made(known.recorded))
    for one in found:
        if right.holds(one) and not wrong.holds(one) and not is_name(one, known.customers):
            yield one


def _is_about(lost: Value, known: Known) -> bool:
    """Whether the wrong or right words, or the step of the cause, say that this value is missing."""
    incident = known.incident
    stated = incident.root_cause.step if incident.root_cause else None
    culprits = {step for step in (known.cause.step if known.cause else None, stated) if step}
    step = lost_at(known.recorded, lost)
    if (
        step is not None
        and culprits & {step.id, step.name}
        and _is_replaced(lost, made(known.recorded), known)
    ):
        return True
    expected = any(Said(text).holds(lost) for text in incident.right)
    return bool(incident.wrong) and (expected or _is_replaced(lost, "\n".join(incident.wrong), known))


def _is_replaced(lost: Value, text: str, known: Known) -> bool:
    """Whether a text holds another value of that kind which the corrected run does not."""
    right = Said(made(known.corrected) if known.corrected else "")
    return any(one.is_rival_of(lost) and not right.holds(one) for one in values(text))


def is_name(one: Value, customers: Customers) -> bool:
    """Whether a value is, or holds, the name of a customer."""
    said = Said(one.shown)
    names = [name for row in customers for name in row.names] if one.kind is Kind.TERM else []
    return any(said.holds(Value(kind=Kind.TERM, shown=name)) or Said(name).holds(one) for name in names)
