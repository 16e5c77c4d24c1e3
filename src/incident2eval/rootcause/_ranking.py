"""The root cause: every step that something speaks against, the likeliest first, and what that says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from incident2eval.checks import careless_reviews, refuses
from incident2eval.model import (
    JSON,
    Answer,
    FailedControl,
    Finding,
    Incident,
    IncidentType,
    Onset,
    Passage,
    Proof,
    RankedStep,
    RootCause,
    Run,
    SeenChange,
    Step,
    flat_text,
)
from incident2eval.rootcause._content import content
from incident2eval.rootcause._divergence import Counterparts, counterparts, first_divergence
from incident2eval.rootcause._examined import examined, warnings
from incident2eval.rootcause._provenance import Contents, Trail, trails
from incident2eval.rootcause._repair import Judge, heals, is_where_they_part
from incident2eval.rootcause._rules import BLAMES, WRITING, Scene, rulings
from incident2eval.rootcause._symptoms import Symptom, symptoms

APPROVED, CONTROL, PARTED, MARKED, ORIGIN, FOUND, CARRIED = 6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.5
"""What speaks against a step, the strongest first.

It approved what stood open; a control failed at it; there the run left the way of the corrected one; it is the
first to hold what people marked as wrong; the first to hold what a check quotes; a check found something on it;
it passed the fault on. The strongest thing known of a step decides; how often it was said breaks ties.
"""

_ONCE_MORE = 0.01
_MUCH_MORE = 2.0
"""How much more of a step must be about it before the step is taken for the origin in place of an earlier one."""
_MOST_PROVED = 4
"""How many steps are tried by repair at most."""
_ALWAYS = {
    "unapproved_actions",
    "unauthorised_tools",
    "amounts_over_limit",
    "wrong_recipient",
    "wrong_record",
    "repeated_calls",
}
"""Checks of acts: the act is the harm, wherever the words came from."""


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


@dataclass(slots=True)
class _Suspicions:
    """What speaks against each step."""

    scores: dict[str, float] = field(default_factory=dict)
    reasons: dict[str, list[str]] = field(default_factory=dict)

    def add(self, step: Step, weight: float, because: str) -> None:
        known = self.reasons.setdefault(step.id, [])
        if because not in known:
            known.append(because)
            before = self.scores.get(step.id, 0.0)
            self.scores[step.id] = max(before, weight) + (_ONCE_MORE if before else 0.0)


class _Inquiry:
    """One run looked into."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.run = evidence.run
        self.contents = Contents(self.run)
        self.others = counterparts(self.run, evidence.corrected)
        self.symptoms = symptoms(self.run, evidence.findings, evidence.incident, evidence.right)
        self.trails = tuple(map(self._told_apart, trails(self.contents, self.symptoms)))
        self.blind = careless_reviews(self.run)
        self.order = {step.id: at for at, step in enumerate(self.run.steps)}
        self.against = _Suspicions()
        for step, weight, because in self._suspected():
            self.against.add(step, weight, because)

    def ranked(self) -> list[str]:
        """Ids of the steps under suspicion, the likeliest first."""
        scores = self.against.scores
        return sorted(scores, key=lambda step: (-scores[step], self.order[step]))

    def _told_apart(self, trail: Trail) -> Trail:
        """The trail without the steps that hold the same in the corrected run, where any is left.

        What brought in the very same when all went right cannot be where it came in.
        """
        unlike = [
            one
            for one in trail.steps
            if self.others.of(one) is None or self.others.differs(one) is not None
        ]
        lacking = [
            one
            for one in unlike
            if (other := self.others.of(one)) is None
            or not self.others.contents.brought(other).holds(trail.symptom.says)
        ]
        return replace(trail, steps=self._telling_first(trail.symptom, lacking or unlike or trail.steps))

    def _telling_first(self, symptom: Symptom, steps: Sequence[Step]) -> tuple[Step, ...]:
        """Of several steps that hold it and were not given it, the one that says little else comes first."""
        own = [
            step
            for step in steps
            if step.kind not in WRITING and not self.contents.given(step).quotes(symptom.says)
        ]
        if not own or own[0] is not steps[0]:
            return tuple(steps)
        shares = {step.id: self.contents.brought(step).share_of(symptom.says) for step in own}
        first = max(own, key=lambda step: shares[step.id])
        if shares[first.id] < _MUCH_MORE * shares[own[0].id]:
            return tuple(steps)
        return (first, *(step for step in steps if step is not first))

    def _suspected(self) -> Iterator[tuple[Step, float, str]]:
        yield from ((step, APPROVED, "approved although a check before it had open findings") for step in self.blind)
        came_in = [self.order[trail.origin.id] for trail in self.trails if trail.origin]
        first = min(came_in, default=None)
        for finding in self.evidence.findings:
            step = self.run.step(finding.step)
            if step is not None:
                yield step, self._weight(finding, step, first), f"{finding.check}: {finding.message}"
        parted = first_divergence(self.contents, self.others)
        if parted and (first is None or self.order[parted.id] < first) and self._is_about_it(parted, first):
            yield parted, PARTED, "the first step that brought in something else than in the corrected run"
        marked = set(self.evidence.incident.wrong) if self.evidence.incident else set()
        for trail in self.trails:
            quote = _short(trail.symptom.quote)
            for at, step in enumerate(trail.steps):
                weight = MARKED if trail.symptom.quote in marked else ORIGIN
                yield step, CARRIED if at else weight, f"{'passes on' if at else 'first step that holds'} {quote}"

    def _weight(self, finding: Finding, step: Step, first: int | None) -> float:
        """How much a finding on a step says."""
        if finding.check not in BLAMES:
            return FOUND
        if finding.check == "rubber_stamped":
            return APPROVED if first is None or self._is_the_reviews(step) else FOUND
        behind = first is not None and first < self.order[step.id]
        return FOUND if behind and finding.check not in _ALWAYS else CONTROL

    def _is_the_reviews(self, review: Step) -> bool:
        """Whether people say that the review failed, or the right run shows the same review refusing."""
        incident, other = self.evidence.incident, self.others.of(review)
        stated = incident is not None and (
            IncidentType.HUMAN_REVIEW_FAILURE in incident.type
            or incident.questions.approved_wrongly is Answer.YES
        )
        return stated or (other is not None and refuses(other))

    def _is_about_it(self, step: Step, first: int | None) -> bool:
        """Whether what differs at a step has to do with what is wrong; where nothing holds that, any does."""
        other = self.others.of(step)
        if first is None or other is None or step.status is not other.status:
            return True
        differs = content(self.others.differs(step) or "")
        telling = differs.values | differs.words
        return any(telling & (one.says.values | one.says.words) for one in self.symptoms)

    def about(self, culprit: Step) -> tuple[Symptom, ...]:
        """The symptoms that a step brought in; all, where none can be told."""
        brought = self.contents.brought(culprit)
        return tuple(one for one in self.symptoms if brought.holds(one.says)) or self.symptoms

    def proves(self, culprit: Step) -> bool:
        """Whether without this step's part, or with the right one in its place, nothing is found."""
        judge, corrected = self.evidence.judge, self.evidence.corrected
        if judge is None:
            return False
        return heals(self.contents, culprit, self.symptoms, self.evidence.findings, judge) or (
            corrected is not None and is_where_they_part(self.contents, culprit, self.others, corrected, judge)
        )

    def path(self, culprit: Step) -> tuple[Passage, ...]:
        """Where it came in, the steps that passed it on, and the output where it says it."""
        named = {one.excerpt for one in self.evidence.findings if one.step == culprit.id}
        records = [record.text for record in culprit.records if record.id in named and record.text]
        said = [*self.about(culprit), *(Symptom(quote=text, says=content(text)) for text in records)]
        passages = [Passage(step=culprit.id, name=culprit.name, quote=_short(said[0].quote if said else ""))]
        for step in self.contents.parts[self._after(culprit) :]:
            held = next((one for one in said if self.contents.brought(step).holds(one.says)), None)
            if held:
                passages.append(Passage(step=step.id, name=step.name, quote=_short(held.quote)))
        out = content(flat_text(self.run.output))
        last = next((one for one in said if out.holds(one.says)), None)
        return (*passages, *([Passage(step=None, name="output", quote=_short(last.quote))] if last else ()))

    def _after(self, culprit: Step) -> int:
        parts = self.contents.parts
        return parts.index(culprit) + 1 if culprit in parts else 0


def root_cause(evidence: Evidence) -> RootCause:
    """Name the step where the failure came in, the control that failed there, the category, and how we know.

    Returns:
        A proposal. Where nothing points at a step, `step` and `category` are None and `because` says so.
    """
    checks = tuple(dict.fromkeys(finding.check for finding in evidence.findings))
    base = RootCause(changes=evidence.changes, onset=evidence.onset, checks=checks)
    inquiry = _Inquiry(evidence)
    ranked = inquiry.ranked()
    if not ranked:
        return replace(
            base,
            examined=examined(evidence.run, evidence.findings, None, None),
            because=("no check found anything that points at a step of this run",),
        )
    chosen, proved = _chosen(inquiry, ranked)
    return _told(base, inquiry, chosen, [chosen.id, *(one for one in ranked if one != chosen.id)], proved=proved)


def _chosen(inquiry: _Inquiry, ranked: Sequence[str]) -> tuple[Step, bool]:
    """The likeliest step; among those that only hold the words, the first that a repair proves."""
    steps = [step for one in ranked[:_MOST_PROVED] if (step := inquiry.run.step(one))]
    if inquiry.against.scores[steps[0].id] >= PARTED:
        return steps[0], inquiry.proves(steps[0])
    proved = next((step for step in steps if inquiry.proves(step)), None)
    return proved or steps[0], proved is not None


def _told(
    base: RootCause, inquiry: _Inquiry, culprit: Step, ranked: Sequence[str], *, proved: bool
) -> RootCause:
    evidence = inquiry.evidence
    said = rulings(
        Scene(
            contents=inquiry.contents,
            culprit=culprit,
            symptoms=inquiry.about(culprit),
            findings=evidence.findings,
            others=inquiry.others,
            changes=evidence.changes,
            approved_blindly=culprit in inquiry.blind,
        )
    )
    deciding = said[0]
    areas = examined(evidence.run, evidence.findings, deciding.category, culprit)
    scores, reasons = inquiry.against.scores, inquiry.against.reasons
    return replace(
        base,
        category=deciding.category,
        step=culprit.id,
        name=culprit.name,
        step_kind=culprit.kind,
        control=FailedControl(name=deciding.control, where=culprit.name, why=deciding.why),
        proof=Proof.REPAIR if proved else Proof.LIKELY,
        rules=tuple(dict.fromkeys(one.rule for one in said)),
        ranked=tuple(
            RankedStep(step=one, score=round(scores[one], 2), because="; ".join(reasons[one])) for one in ranked
        ),
        path=inquiry.path(culprit),
        examined=areas,
        because=(deciding.why, *reasons[culprit.id]),
        warnings=warnings(deciding.category, areas, evidence.changes, evidence.incident),
    )


def _short(quote: str) -> str:
    flat = " ".join(quote.split())
    return repr(flat if len(flat) <= 60 else flat[:57] + "...")
