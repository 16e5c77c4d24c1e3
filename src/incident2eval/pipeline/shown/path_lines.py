"""The way of a failure in a terminal: two columns in front of the tree, and words under the steps."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from incident2eval.model import Part, Step
from incident2eval.pipeline._answer import Tone, Words
from incident2eval.pipeline.shown.cells import plain
from incident2eval.pipeline.shown.failure_path import FailurePath
from incident2eval.pipeline.shown.layout import WIDTH
from incident2eval.pipeline.shown.step_lines import Note
from incident2eval.pipeline.shown.tree import Branch, Gap


class Front(NamedTuple):
    """What stands in front of a step's line, and of the lines under it."""

    line: Words
    below: Words


class Gutter:
    """The two columns in front of a tree: `>>` where the failure came in, then a line down its way."""

    def __init__(self, path: FailurePath, shown: Sequence[Branch | Gap]) -> None:
        """Lay the path beside what is shown of a run."""
        ids = [each.step.id if isinstance(each, Branch) else None for each in shown]
        self.path = path
        self._marked = {at for at, step in enumerate(ids) if step in path.steps} | {len(ids)}
        self._end = path.last(ids)
        self._start = ids.index(path.culprit) if self._end >= 0 else -1

    def at(self, position: int) -> Front:
        """What stands in front of the step at a position; the output's own comes behind all steps."""
        if self._start < 0 or not self._start <= position <= self._end:
            return Front(Words("  "), Words("  "))
        below = Words("  ") if position == self._end else Words("│ ", Tone.BAD)
        if position == self._start:
            return Front(Words(">>", Tone.BAD), below)
        if position not in self._marked:
            return Front(below, below)
        return Front(Words("└>" if position == self._end else "├>", Tone.BAD), below)


def path_notes(path: FailurePath, step: Step) -> Iterator[Note]:
    """The lines under a step on the path: what it has to do with the failure, in words."""
    part, quote = path.part(step.id, step.kind), path.quote(step.id)
    if part is Part.CULPRIT:
        control = f"; the control that failed: {path.control}" if path.control else ""
        yield Note(Words(f"came in here{control}", Tone.BAD), whole=True)
        if quote:
            yield Note(Words(f'holds: "{quote}"', Tone.BAD))
    elif part is not Part.ASIDE:
        word = "says it" if part is Part.OUTPUT else "carried on"
        yield Note(Words(f'{word}: "{quote}"' if quote else word, Tone.BAD))


def output_words(path: FailurePath, front: Front) -> list[Words]:
    """The line of the run's own output, and whether the failure came out there."""
    head = [front.line, Words("output", Tone.STRONG)]
    if not path.reaches_output:
        return head
    quote = path.quote(None)
    says = plain(f'says it: "{quote}"' if quote else "says it", WIDTH - 10)
    return [*head, Words("  "), Words(says, Tone.BAD)]
