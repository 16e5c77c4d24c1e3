"""One run looked into: its contents, what is wrong with it, and the way that took through the steps."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from incident2eval.detection.text.wording import key_words
from incident2eval.model import (
    JSON,
    Finding,
    Incident,
    Onset,
    Passage,
    Run,
    SeenChange,
    Status,
    Step,
    flat_text,
)
from incident2eval.rootcause._content import content
from incident2eval.rootcause._divergence import counterparts
from incident2eval.rootcause._provenance import WRITING, Contents, Trail, trails
from incident2eval.rootcause._reckoning import factor
from incident2eval.rootcause._repair import Judge, heals, is_where_they_part
from incident2eval.rootcause._symptoms import Symptom, symptom, symptoms

_SHORTEST_NAME = 4
_MUCH_MORE = 2.0
"""How much more of a step must be about it for it to be the origin in place of an earlier one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that the root cause is worked out from."""

    run: Run
    findings: Sequence[Finding] = ()
    incident: Incident | None = None
    corrected: Run | None = None
    """A trace that people handed over as right; a run of our own making is no witness of its steps."""
    right: JSON = None
    """What the output should have been, where people say."""
    judge: Judge | None = None
    """Judges another run as the recorded one was judged; without one nothing is proved by repair."""
    changes: tuple[SeenChange, ...] = ()
    onset: Onset | None = None


class Inquiry:
    """One run looked into."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.run = evidence.run
        self.contents = Contents(self.run)
        self.others = counterparts(self.run, evidence.corrected)
        self.symptoms = symptoms(self.run, evidence.findings, evidence.incident, evidence.right)
        found = tuple(map(self._told_apart, trails(self.contents, self.symptoms)))
        self.trails = (*found, *map(self._told_apart, trails(self.contents, self._factors(found))))
        self.order = {step.id: at for at, step in enumerate(self.run.steps)}

    @property
    def first(self) -> int | None:
        """Position of the first step that holds something wrong; None where none does."""
        return min((self.order[trail.origin.id] for trail in self.trails if trail.origin), default=None)

    def _factors(self, found: Sequence[Trail]) -> list[Symptom]:
        """What was multiplied to get the figures that are wrong."""
        incident = self.evidence.incident
        told = f"{incident.title} {incident.what_happened}" if incident else ""
        made = (factor(self.contents, one.symptom, one.origin, told) for one in found if one.origin)
        return list({one.quote: one for one in made if one}.values())

    def _told_apart(self, trail: Trail) -> Trail:
        """The trail without the steps that hold the same in the corrected run, where any is left.

        What brought in the very same when all went right cannot be where it came in.
        """
        unlike = [
            one for one in trail.steps if self.others.of(one) is None or self.others.differs(one) is not None
        ]
        lacking = [
            one
            for one in unlike
            if (other := self.others.of(one)) is None
            or not trail.symptom.stands_in(self.others.contents.brought(other))
        ]
        return replace(trail, steps=self._telling_first(trail.symptom, lacking or unlike or trail.steps))

    def _telling_first(self, wrong: Symptom, steps: Sequence[Step]) -> tuple[Step, ...]:
        """Of several steps that hold it and were not given it, the one that says little else comes first."""
        own = [
            step
            for step in steps
            if step.kind not in WRITING and not wrong.wrongly_in(self.contents.given(step))
        ]
        if not own or own[0] is not steps[0]:
            return tuple(steps)
        if wrong.values and self.contents.brought(own[0]).says_near(wrong.values, wrong.says.words):
            return tuple(steps)
        shares = {step.id: self.contents.brought(step).share_of(wrong.says) for step in own}
        first = max(own, key=lambda step: shares[step.id])
        if shares[first.id] < _MUCH_MORE * shares[own[0].id]:
            return tuple(steps)
        return (first, *(step for step in steps if step is not first))

    def about(self, culprit: Step) -> tuple[Symptom, ...]:
        """The symptoms that a step brought in; all, where none can be told."""
        return self._brought_in(culprit) or self.symptoms

    def _brought_in(self, culprit: Step) -> tuple[Symptom, ...]:
        brought = self.contents.brought(culprit)
        return tuple(
            one.symptom for one in self.trails if one.origin is culprit or one.symptom.stands_in(brought)
        )

    def clears(self, culprit: Step) -> bool:
        """Whether without this step's part nothing is found any more, behind the step either."""
        judge = self.evidence.judge
        behind = any(one.step != culprit.id for one in self.evidence.findings)
        return (
            judge is not None
            and behind
            and heals(self.contents, culprit, self._brought_in(culprit), self.evidence.findings, judge)
        )

    def proves(self, culprit: Step) -> bool:
        """Whether a repair proves the step: without its part, or with the right one in its place.

        That words vanish with the model that wrote them proves nothing; only a right run does.
        """
        judge, corrected = self.evidence.judge, self.evidence.corrected
        if judge is None:
            return False
        parted = corrected is not None and is_where_they_part(
            self.contents, culprit, self.others, corrected, judge
        )
        return parted or (culprit.kind not in WRITING and self.clears(culprit))

    def path(self, culprit: Step) -> tuple[Passage, ...]:
        """Where it came in, the steps that passed it on, and the output where it says it."""
        named = {one.excerpt for one in self.evidence.findings if one.step == culprit.id}
        records = [record.text for record in culprit.records if record.id in named and record.text]
        said = [*self.about(culprit), *(symptom(text) for text in records)]
        mine = next((line for one in said if (line := self.contents.line(culprit, one))), culprit.error or "")
        passages = [Passage(step=culprit.id, name=culprit.name, quote=short(mine) if mine else "")]
        for step in self.contents.parts[self._after(culprit) :]:
            if culprit.status is Status.ERROR and (empty := _handed_on_empty(culprit, step)):
                passages.append(Passage(step=step.id, name=step.name, quote=empty))
                continue
            held = next((one for one in said if one.stands_in(self.contents.brought(step))), None)
            if held:
                passages.append(Passage(step=step.id, name=step.name, quote=short(held.quote)))
        out = content(flat_text(self.run.output))
        last = next((one for one in said if one.stands_in(out)), None)
        return (*passages, *([Passage(step=None, name="output", quote=short(last.quote))] if last else ()))

    def _after(self, culprit: Step) -> int:
        parts = self.contents.parts
        return parts.index(culprit) + 1 if culprit in parts else 0


def _handed_on_empty(failed: Step, step: Step) -> str:
    """What a step handed on as empty in the name of a call that had failed: `sanctions.matches: nothing`."""
    about = {word for word in key_words(failed.name.replace(".", "_")) if len(word) >= _SHORTEST_NAME}
    for path, empty in _empties(step.output):
        if any(about & set(key_words(key)) for key in path.split(".")):
            return f"{path}: {empty}"
    return ""


def _empties(value: JSON, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _empties(inner, f"{path}.{key}".lstrip("."))
    elif isinstance(value, (list, tuple, Mapping)) and not value:
        yield path, "{}" if isinstance(value, Mapping) else "[]"


def short(quote: str) -> str:
    """A quote of at most 100 characters on one line."""
    flat = " ".join(quote.split())
    return repr(flat if len(flat) <= 100 else flat[:97] + "...")
