"""A run as the lines of a conversation: who spoke, in which part, and what each line holds."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from incident2eval.model import Run, Status, Step, StepKind, flat_text

FEW_CHARACTERS = 60
"""A line shorter than this says nothing of its own: a name, a word to stop."""
_LONGEST = 20_000
"""Characters of a line that are read: what went wrong is said early, pages can be long and texts hostile."""
_FENCE = "```"
_WORD = re.compile(r"[^\W\d_]{4,}")
_FIGURE = re.compile(r"\d+(?:[.,:]\d+)*")
_NAME = re.compile(r"\b[A-Z][a-z]{2,}")
_ERRORS = (
    "traceback (most recent",
    "error processing",
    "404 not",
    "403 forbidden",
    "file not found",
    "no such file",
)
"""How programs, pages and shells say that something went wrong."""
_EXIT_CODE = re.compile(r"exit ?code: [1-9]")
_SPEAKS = {StepKind.AGENT, StepKind.MODEL, StepKind.HANDOFF, StepKind.OUTPUT, StepKind.REVIEW}
_ANSWERS = {StepKind.TOOL, StepKind.RETRIEVAL}


class Part(StrEnum):
    """The part that the speaker of a line plays, told by what it does in the run, never by its name."""

    REQUEST = "request"
    DIRECTOR = "director"
    """An agent that hands work to others."""
    WORKER = "worker"
    SURROUNDINGS = "surroundings"
    """Tools, rules, guardrails, and spans around other steps: what answers or frames, but decides nothing."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One step, read."""

    step: Step
    speaker: str
    part: Part
    text: str
    """Its first characters, as a reader would see them."""

    @property
    def speaks(self) -> bool:
        """Whether an agent decided what the line says."""
        return self.part in {Part.DIRECTOR, Part.WORKER}

    @property
    def answers(self) -> bool:
        """Whether a tool or a search said it."""
        return self.part is Part.SURROUNDINGS and self.step.kind in _ANSWERS

    @property
    def is_short(self) -> bool:
        """Whether it says next to nothing."""
        return len(self.text) < FEW_CHARACTERS

    @cached_property
    def failed(self) -> bool:
        """Whether it reports an error, by its status or in its words."""
        if self.step.status is Status.ERROR or self.step.error is not None:
            return True
        said = self.text.casefold()
        begins = said.lstrip().startswith(("error:", "error "))
        return begins or any(one in said for one in _ERRORS) or bool(_EXIT_CODE.search(said))

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
        """Its words of four letters or more, without case."""
        return words(self.text)

    @cached_property
    def holds(self) -> frozenset[str]:
        """All facts in it, code included."""
        return facts(self.text)

    @cached_property
    def claims(self) -> frozenset[str]:
        """The facts it states outside of code."""
        return facts(self.prose) if _FENCE in self.text else self.holds


@dataclass(frozen=True, kw_only=True)
class Transcript:
    """All lines of a run, in order."""

    request: str
    lines: tuple[Line, ...]

    @cached_property
    def asked(self) -> frozenset[str]:
        """The words of the request."""
        return words(self.request)

    @cached_property
    def spoken(self) -> tuple[int, ...]:
        """Positions of the lines of directors and workers."""
        return tuple(at for at, line in enumerate(self.lines) if line.speaks)

    @cached_property
    def opening(self) -> int | None:
        """Position of the first line that an agent spoke."""
        return self.spoken[0] if self.spoken else None

    @cached_property
    def last_word(self) -> int | None:
        """Position of the last line of an agent that says something: what the run ended with."""
        return next((at for at in reversed(self.spoken) if not self.lines[at].is_short), None)

    @cached_property
    def is_directed(self) -> bool:
        """Whether one agent hands work to others."""
        return any(line.part is Part.DIRECTOR for line in self.lines)

    @cached_property
    def assigned(self) -> tuple[int, ...]:
        """Positions of what workers did under a director; none where nobody directs."""
        worked = (at for at in self.spoken if self.lines[at].part is Part.WORKER)
        return tuple(worked) if self.is_directed else ()

    @cached_property
    def moves(self) -> tuple[int, ...]:
        """Positions of the lines that do something: the workers' or, undirected, all but the opening."""
        return self.assigned if self.is_directed else self.spoken[1:]

    def result(self, at: int) -> Line | None:
        """What a tool answered right after an agent's line, None where it called none."""
        after = self.lines[at + 1] if at + 1 < len(self.lines) else None
        return after if self.lines[at].speaks and after is not None and after.answers else None

    def before(self, at: int) -> Line | None:
        """The line before."""
        return self.lines[at - 1] if at else None

    def unheard(self) -> Iterator[frozenset[str]]:
        """Of every line the claims that neither the request nor any line before it holds."""
        heard = set(facts(self.request))
        for line in self.lines:
            yield line.claims - heard
            heard |= line.holds


def transcript(run: Run) -> Transcript:
    """Read a run."""
    tools = {_speaker(step) for step in run.steps if step.kind in _ANSWERS}
    directors = {step.agent for step in run.steps if step.kind is StepKind.HANDOFF and step.agent}
    frames = {step.parent for step in run.steps if step.kind in _SPEAKS and step.parent}
    return Transcript(
        request=flat_text(run.input)[:_LONGEST],
        lines=tuple(
            Line(
                step=step,
                speaker=_speaker(step),
                part=_part(step, tools, directors, frames),
                text="" if step.id in frames else step.content[:_LONGEST],
            )
            for step in run.steps
        ),
    )


def words(text: str) -> frozenset[str]:
    """The words of four letters or more, without case."""
    return frozenset(_WORD.findall(text.casefold()))


def facts(text: str) -> frozenset[str]:
    """What can be invented: figures of two digits or more, and words with a capital."""
    figures = (found.replace(",", "") for found in _FIGURE.findall(text) if len(found) > 1)
    return frozenset(figures).union(_NAME.findall(text))


def share(part: Iterable[str], whole: frozenset[str]) -> float:
    """How much of a whole some words cover, 0 to 1; nothing covers an empty whole."""
    return len(whole.intersection(part)) / max(1, len(whole))


def _part(step: Step, tools: set[str], directors: set[str], frames: set[str]) -> Part:
    if step.kind is StepKind.INPUT:
        return Part.REQUEST
    if step.kind not in _SPEAKS or step.id in frames or _speaker(step) in tools:
        return Part.SURROUNDINGS
    return Part.DIRECTOR if step.agent in directors else Part.WORKER


def _speaker(step: Step) -> str:
    return step.agent or step.name
