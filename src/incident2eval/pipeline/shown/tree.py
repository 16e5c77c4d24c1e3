"""The steps of a run as a tree with guides, shortened where there are too many to read."""

from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterator, Sequence
from typing import NamedTuple

from incident2eval.model import Step, StepKind

MOST_STEPS = 300
"""How many steps of a run are shown; of more, half of these are kept for steps that tell something."""

_DEEPEST = 8
"""Levels that are drawn; what lies deeper says its level."""

_TOP, _GAP = -1, -2
"""Positions that are no step's: what the topmost steps hang on, and what stands for steps not shown."""


class Branch(NamedTuple):
    """A step where it stands in the tree."""

    step: Step
    parent: Step | None
    guide: str
    """What is drawn in front of it."""
    below: str
    """What is drawn in front of its further lines."""
    depth: int
    """How many steps it hangs under."""


class Gap(NamedTuple):
    """Steps that are not shown here."""

    guide: str
    kinds: Counter[StepKind]
    depth: int


class _Place(NamedTuple):
    at: int
    parent: int
    front: str
    depth: int
    last: bool


def branches(
    steps: Sequence[Step],
    *,
    tells: Callable[[Step], bool],
    first: Container[str] = (),
    most: int = MOST_STEPS,
) -> Iterator[Branch | Gap]:
    """The steps in the order of the tree.

    Args:
        steps: Of one run; what hangs on nothing here, or on itself, stands at the top.
        tells: Whether a step should be shown even where most are not.
        first: Ids of the steps that are shown before all others.
        most: How many steps are shown.
    """
    parents = _parents(steps)
    wanted = [at for at, step in enumerate(steps) if step.id in first]
    telling = [at for at, step in enumerate(steps) if tells(step)]
    shown = _chosen(parents, wanted, telling, most=most)
    gaps = _gaps(steps, parents, shown)
    children: dict[int, list[int]] = defaultdict(list)
    for at in shown:
        children[parents[at]].append(at)
    for parent in gaps:
        children[parent].append(_GAP)

    def under(parent: int, front: str, depth: int) -> Iterator[_Place]:
        row = children.get(parent, [])
        return (_Place(at, parent, front, depth, at == row[-1]) for at in reversed(row))

    waiting = list(under(_TOP, "", 0))
    while waiting:
        place = waiting.pop()
        drawn = place.depth < _DEEPEST
        guide = place.front + (("└─ " if place.last else "├─ ") if drawn else "")
        if place.at == _GAP:
            yield Gap(guide, gaps[place.parent], place.depth)
            continue
        front = place.front + (("   " if place.last else "│  ") if drawn else "")
        yield Branch(
            step=steps[place.at],
            parent=None if place.parent == _TOP else steps[place.parent],
            guide=guide + ("" if drawn else f"[level {place.depth + 1}] "),
            below=front + ("│ " if place.at in children and place.depth + 1 < _DEEPEST else "  "),
            depth=place.depth,
        )
        waiting += under(place.at, front, place.depth + 1)


def _parents(steps: Sequence[Step]) -> list[int]:
    """The position of each step's parent; the top's for one that has none here, or is its own ancestor."""
    first: dict[str | None, int] = {}
    for at, step in enumerate(steps):
        first.setdefault(step.id, at)
    parents = [_TOP if step.parent is None else first.get(step.parent, _TOP) for step in steps]
    settled: set[int] = set()
    for start in range(len(steps)):
        line, path, at = list[int](), set[int](), start
        while at != _TOP and at not in settled:
            line.append(at)
            path.add(at)
            if parents[at] in path:
                parents[at] = _TOP
            at = parents[at]
        settled.update(line)
    return parents


def _chosen(
    parents: Sequence[int], wanted: Sequence[int], telling: Sequence[int], *, most: int
) -> Sequence[int]:
    """The positions of what is shown, each with all that it hangs on."""
    if len(parents) <= most:
        return range(len(parents))
    chosen: set[int] = set()
    for room, candidates in ((most, wanted), (most // 2, telling), (most, range(len(parents)))):
        for candidate in candidates:
            if len(chosen) >= room:
                break
            line = _upward(candidate, parents, chosen, most=room - len(chosen) + 1)
            if len(chosen) + len(line) <= room:
                chosen.update(line)
    return sorted(chosen)


def _gaps(
    steps: Sequence[Step], parents: Sequence[int], shown: Sequence[int]
) -> dict[int, Counter[StepKind]]:
    """The kinds of what is not shown, under the next thing above it that is."""
    gaps: dict[int, Counter[StepKind]] = {}
    above = {_TOP: _TOP} | {at: at for at in shown}
    for at, step in enumerate(steps):
        line = _upward(at, parents, above, most=len(steps))
        if line:
            above |= dict.fromkeys(line, above[parents[line[-1]]])
        if above[at] != at:
            gaps.setdefault(above[at], Counter())[step.kind] += 1
    return gaps


def _upward(at: int, parents: Sequence[int], known: Container[int], *, most: int) -> list[int]:
    """The positions from one upward, to below the first that is known or the top; so many at most."""
    line: list[int] = []
    while at != _TOP and at not in known and len(line) < most:
        line.append(at)
        at = parents[at]
    return line
