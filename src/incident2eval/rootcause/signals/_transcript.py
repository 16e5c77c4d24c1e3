"""A run as lines of a conversation: who spoke, in which part, and what each line holds. Read once per run."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from incident2eval.model import Run, Status, Step, StepKind, flat_text

_LONGEST = 20_000
"""Characters of a step that are read: what went wrong is said early, and pages can be long."""
_WORD = re.compile(r"[^\W\d_]{4,}")
_FIGURE = re.compile(r"\d+(?:[.,:]\d+)*")
_NAME = re.compile(r"\b[A-Z][a-z]{2,}")
_FENCE = "```"
_ERROR_TEXT = re.compile(
    r"\A\s*error\b|\btraceback \(most recent|\bexit ?code: [1-9]|\berror processing|\b(?:404|403) (?:not|forb|file)"
    r"|\bfile not found|\bno such file",
    re.IGNORECASE,
)


class Shape(StrEnum):
    """How the agents of a run work together, as far as its own steps show it."""

    DIRECTED = "directed"
    """One agent hands work to others."""
    PANEL = "panel"
    """Several agents speak in turn, none hands on."""
    SINGLE = "single"
    """One assistant, with or without tools."""


class Part(StrEnum):
    """The part a line's speaker plays."""

    REQUEST = "request"
    DIRECTOR = "director"
    WORKER = "worker"
    SURROUNDINGS = "surroundings"
    """Tools, rules, guardrails: what answers but decides nothing."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One step, read."""

    step: Step
    speaker: str
    part: Part
    text: str
    """Its first characters, as a reader would see them."""
    failed: bool
    """Whether it reports an error."""

    @cached_property
    def prose(self) -> str:
        """The text outside of code fences."""
        return "\n".join(self.text.split(_FENCE)[::2])

    @cached_property
    def code(self) -> str:
        """The text inside of code fences."""
        return "\n".join(self.text.split(_FENCE)[1::2])

    @cached_property
    def words(self) -> frozenset[str]:
        """Its words of four letters or more."""
        return frozenset(_WORD.findall(self.text.casefold()))

    @cached_property
    def facts(self) -> frozenset[str]:
        """Figures of two digits or more and capitalised words, outside of code: what can be invented."""
        figures = (found.replace(",", "") for found in _FIGURE.findall(self.prose) if len(found) > 1)
        return frozenset(figures) | frozenset(_NAME.findall(self.prose))

    @cached_property
    def figures(self) -> frozenset[str]:
        """Figures of two digits or more, outside of code."""
        return frozenset(found.replace(",", "") for found in _FIGURE.findall(self.prose) if len(found) > 1)


@dataclass(frozen=True, kw_only=True)
class Transcript:
    """All lines of a run."""

    request: frozenset[str]
    """The words of what was asked."""
    shape: Shape
    lines: tuple[Line, ...]

    @cached_property
    def spoken(self) -> tuple[int, ...]:
        """Positions of the lines of directors and workers."""
        return tuple(at for at, line in enumerate(self.lines) if line.part in {Part.DIRECTOR, Part.WORKER})

    @cached_property
    def worked(self) -> tuple[int, ...]:
        """Positions of the lines of workers."""
        return tuple(at for at, line in enumerate(self.lines) if line.part is Part.WORKER)

    def result(self, at: int) -> Line | None:
        """What the surroundings answered right after a line."""
        after = self.lines[at + 1] if at + 1 < len(self.lines) else None
        return after if after and after.part is Part.SURROUNDINGS else None

    def calls(self, at: int) -> bool:
        """Whether a line called a tool."""
        after = self.result(at)
        return after is not None and after.step.kind in {StepKind.TOOL, StepKind.RETRIEVAL}


def transcript(run: Run) -> Transcript:
    """Read a run."""
    tools = {_speaker(step) for step in run.steps if step.kind in {StepKind.TOOL, StepKind.RETRIEVAL}}
    directors = {step.agent for step in run.steps if step.kind is StepKind.HANDOFF and step.agent}
    lines = tuple(_line(step, tools, directors) for step in run.steps)
    workers = Counter(line.speaker for line in lines if line.part is Part.WORKER)
    shape = Shape.DIRECTED if directors else Shape.PANEL if len(workers) > 1 else Shape.SINGLE
    request = " ".join([flat_text(run.input)[:_LONGEST]])
    return Transcript(request=frozenset(_WORD.findall(request.casefold())), shape=shape, lines=lines)


def _line(step: Step, tools: set[str], directors: set[str]) -> Line:
    text = step.content[:_LONGEST]
    failed = step.status is Status.ERROR or step.error is not None or bool(_ERROR_TEXT.search(text))
    return Line(step=step, speaker=_speaker(step), part=_part(step, tools, directors), text=text, failed=failed)


def _speaker(step: Step) -> str:
    return step.agent or step.name


def _part(step: Step, tools: set[str], directors: set[str]) -> Part:
    if step.kind is StepKind.INPUT:
        return Part.REQUEST
    if step.kind in {StepKind.AGENT, StepKind.MODEL, StepKind.HANDOFF, StepKind.OUTPUT, StepKind.REVIEW}:
        if _speaker(step) in tools:
            return Part.SURROUNDINGS
        return Part.DIRECTOR if step.agent in directors else Part.WORKER
    return Part.SURROUNDINGS


def is_mapping(value: object) -> bool:
    """Whether a value is an object of JSON."""
    return isinstance(value, Mapping)
