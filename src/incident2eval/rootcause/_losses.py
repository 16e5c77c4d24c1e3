"""What got lost on the way: a field not handed on, a text cut short, a call that nobody answered for."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from incident2eval.detection.text.wording import key_words, leaves, vocabulary
from incident2eval.model import Status, Step, StepKind, flat_text, texts
from incident2eval.rootcause._content import content, rows
from incident2eval.rootcause._grounds import Ground
from incident2eval.rootcause._inquiry import Inquiry, short
from incident2eval.rootcause._provenance import WRITING

_FOUND = vocabulary("matched match found exact hit resolved")
_DEFAULTS = vocabulary("fallback default defaulted guessed assumed")
_SHORTEST_TERM = 5
_SHORTEST_NAME = 4
_SHARED_KEYS = 2
_SHORTEST_CUT = 100
"""Characters: a shorter text may well begin like a longer one."""


class Lost(NamedTuple):
    """A step at which something got lost that the incident is about."""

    step: Step
    ground: Ground
    because: str


def losses(inquiry: Inquiry) -> Iterator[Lost]:
    """Handovers that left out a field, and steps that cut a text, where the incident is about that."""
    about = _about(inquiry)
    for at, step in enumerate(inquiry.run.steps):
        if step.kind is StepKind.HANDOFF and isinstance(step.output, Mapping):
            yield from _left_out(step, inquiry.run.steps[:at], about)
        elif step.kind not in WRITING:
            rest = _cut_off(step, inquiry.run.steps[:at])
            if rest and about & content(rest).words:
                yield Lost(step, Ground.CUT_OFF, f"cut off {short(rest)}")


def unanswered(inquiry: Inquiry) -> Iterator[Lost]:
    """Calls that failed, and never went well later, that the incident speaks of by their names."""
    about = _about(inquiry, shortest=_SHORTEST_NAME)
    for at, step in enumerate(inquiry.run.steps):
        if not (step.status is Status.ERROR or step.error) or step.kind in WRITING:
            continue
        later = inquiry.run.steps[at + 1 :]
        if any(one.name == step.name and one.status is Status.OK and not one.error for one in later):
            continue
        if about & {word for word in key_words(step.name.replace(".", "_")) if len(word) >= _SHORTEST_NAME}:
            yield Lost(
                step,
                Ground.UNANSWERED,
                f"failed, and nothing answered for it: {short(step.error or 'no more is said')}",
            )


def fallbacks(inquiry: Inquiry) -> Iterator[Lost]:
    """Lookups that found nothing and gave something else, which led to the step where the words came in."""
    origins = [trail.origin for trail in inquiry.trails if trail.origin]
    for step in inquiry.contents.parts:
        if not _fell_back(step):
            continue
        gave = content(rows(step.output)).values
        for origin in origins:
            used = inquiry.contents.given(origin).values
            if (
                inquiry.order[step.id] < inquiry.order[origin.id]
                and gave & used - inquiry.contents.request.values
            ):
                yield Lost(step, Ground.FELL_BACK, "found nothing and went on with something else")
                break


def _fell_back(step: Step) -> bool:
    """Whether a step says that it matched nothing, or used a default."""
    for path, leaf in leaves(step.output):
        words = set(key_words(path))
        if (leaf is False and words & _FOUND) or (leaf is True and words & _DEFAULTS):
            return True
    return False


def _about(inquiry: Inquiry, shortest: int = _SHORTEST_TERM) -> frozenset[str]:
    """The words that the incident is about."""
    incident = inquiry.evidence.incident
    told = [one.quote for one in inquiry.symptoms]
    if incident is not None:
        told += [*incident.right, incident.title, incident.what_happened]
    return frozenset(word for text in told for word in content(text).words if len(word) >= shortest)


def _left_out(step: Step, before: tuple[Step, ...], about: frozenset[str]) -> Iterator[Lost]:
    output = step.output if isinstance(step.output, Mapping) else {}
    given = next(
        (
            one.output
            for one in reversed(before)
            if isinstance(one.output, Mapping) and len(one.output.keys() & output.keys()) >= _SHARED_KEYS
        ),
        {},
    )
    for key in given.keys() - output.keys():
        if about & content(flat_text(given[key])).words:
            yield Lost(
                step, Ground.LEFT_OUT, f"did not hand on {short(str(key))}: {short(flat_text(given[key]))}"
            )


def _cut_off(step: Step, before: tuple[Step, ...]) -> str:
    """What is missing at the end of a text that a step passed on; empty where it passed on all of it."""
    for _, text in texts(step.output):
        piece = text.rstrip(" .\u2026\n")
        if len(piece) < _SHORTEST_CUT:
            continue
        for one in before:
            whole = next(
                (whole for whole in _texts(one) if len(whole) > len(text) and whole.startswith(piece)), ""
            )
            if whole:
                return whole[len(piece) :]
    return ""


def _texts(step: Step) -> Iterator[str]:
    yield from (record.text for record in step.records)
    yield from (text for _, text in texts(step.output))
