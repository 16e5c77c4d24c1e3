"""Divergence: where the recorded run first left the way of the run that people handed over as right."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from incident2eval.detection.text.wording import key_words, leaves
from incident2eval.model import JSON, Run, Step, StepKind, flat_text
from incident2eval.rootcause._content import tokens
from incident2eval.rootcause._provenance import Contents

_OWN = re.compile(
    r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}|[0-9a-f]{16,64}"
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?",
    re.IGNORECASE,
)
"""Random ids and moments to the second: a run's own."""
_WRITING = {StepKind.MODEL, StepKind.AGENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterparts:
    """For each step of the recorded run the one that did the same in the corrected run."""

    pairs: Mapping[str, Step]
    contents: Contents
    """Of the corrected run."""

    def of(self, step: Step) -> Step | None:
        """The step's counterpart, or None."""
        return self.pairs.get(step.id)

    def differs(self, step: Step) -> frozenset[str] | None:
        """The words and values in which a step and its counterpart are not the same; None where they are.

        What stands under the same path is compared, records by their ids; times and random ids, which no two
        runs share, are left out. Of a path that differs, its key is among the words.
        """
        other = self.of(step)
        if other is None:
            return None
        mine, theirs = _told(step), _told(other)
        unlike = [path for path in {**mine, **theirs} if mine.get(path) != theirs.get(path)]
        if not unlike and step.status is other.status:
            return None
        keys = (word for path in unlike for word in key_words(path))
        apart = (set(tokens(mine.get(path, ""))) ^ set(tokens(theirs.get(path, ""))) for path in unlike)
        return frozenset(keys).union(*apart)

    def given_alike(self, step: Step) -> bool | None:
        """Whether both were asked the same; None where there is no counterpart."""
        other = self.of(step)
        return None if other is None else _plain(step.input) == _plain(other.input)


def counterparts(run: Run, corrected: Run | None) -> Counterparts:
    """Pair the steps of two runs by kind and name: the first with the first, the second with the second."""
    there: dict[tuple[StepKind, str, int], Step] = {}
    seen: Counter[tuple[StepKind, str]] = Counter()
    for step in corrected.steps if corrected else ():
        there[step.kind, step.name, seen[step.kind, step.name]] = step
        seen[step.kind, step.name] += 1
    pairs = {}
    seen.clear()
    for step in run.steps:
        other = there.get((step.kind, step.name, seen[step.kind, step.name]))
        seen[step.kind, step.name] += 1
        if other is not None:
            pairs[step.id] = other
    return Counterparts(pairs=pairs, contents=Contents(corrected or Run()))


def first_divergence(contents: Contents, others: Counterparts) -> Step | None:
    """The first step that brought in something else than its counterpart, or None.

    A model words the same thing in many ways, so only the other steps are compared here, and only where each
    step enclosing them stands for what is inside.
    """
    enclosing = {step.parent for step in contents.run.steps}
    for step in contents.parts:
        if step.kind in _WRITING or step.id in enclosing or others.of(step) is None:
            continue
        if others.differs(step) is not None:
            return step
    return None


def _told(step: Step) -> dict[str, str]:
    """What a step brought in, by path, but for what is a run's own."""
    told = {f"record {one.id}": " ".join(one.text.split()) for one in step.records}
    for path, leaf in leaves(step.output):
        if leaf is not None and not _OWN.fullmatch(str(leaf).strip()):
            told[path] = " ".join(str(leaf).split())
    return told


def _plain(value: JSON) -> str:
    return " ".join(flat_text(value).split()).casefold()
