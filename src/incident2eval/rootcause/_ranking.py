"""The root cause: every step that something speaks against, the likeliest first, and what that says."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from incident2eval.model import FailedControl, Proof, RankedStep, RootCause, Step
from incident2eval.rootcause._examined import examined, warnings
from incident2eval.rootcause._grounds import WEIGHTS, Ground
from incident2eval.rootcause._inquiry import Evidence, Inquiry
from incident2eval.rootcause._provenance import WRITING
from incident2eval.rootcause._rules import rulings
from incident2eval.rootcause._scene import Scene
from incident2eval.rootcause._suspicions import suspicions
from incident2eval.rootcause.signals import probable_category, rank_steps

_ONCE_MORE = 0.01
"""What it adds to a step's score when one more thing of less or equal weight speaks against it."""
_ABOVE_CHANCE = 1.5
"""How many times its share of chance a step must have for the signals to say anything."""
_FEWEST_TURNS = 2
"""Steps of models and agents from which on a run is a conversation in which somebody may have gone astray."""
_MOST_PROVED = 4
"""How many steps are tried by repair at most."""


@dataclass(slots=True)
class _Against:
    """What speaks against one step."""

    grounds: set[Ground] = field(default_factory=set)
    reasons: list[str] = field(default_factory=list)

    @property
    def weight(self) -> float:
        return max(WEIGHTS[ground] for ground in self.grounds)

    @property
    def score(self) -> float:
        return round(self.weight + _ONCE_MORE * (len(self.reasons) - 1), 2)


def root_cause(evidence: Evidence) -> RootCause:
    """Name the step where the failure came in, the control that failed there, the category, and how we know.

    Returns:
        A proposal. Where nothing points at a step, `step` and `category` are None and `because` says so.
    """
    checks = tuple(dict.fromkeys(finding.check for finding in evidence.findings))
    base = RootCause(changes=evidence.changes, onset=evidence.onset, checks=checks)
    inquiry = Inquiry(evidence)
    against = _against(inquiry)
    if _is_left_to_signals(evidence, against):
        return _signalled(base, evidence)
    culprit, proved = _culprit(inquiry, against)
    return _told(base, inquiry, culprit, against, proved=proved)


def _is_left_to_signals(evidence: Evidence, against: Mapping[str, _Against]) -> bool:
    """Whether nothing certain is known: no check points at a step, or only a run and its words are known."""
    stated = evidence.incident is not None
    return not against or (
        not stated and max(one.weight for one in against.values()) < WEIGHTS[Ground.PARTED]
    )


def _signalled(base: RootCause, evidence: Evidence) -> RootCause:
    """What general signals of failing agents say, where several steps spoke and no check pointed at one."""
    run = evidence.run
    spoke = sum(step.kind in WRITING for step in run.steps)
    nothing = "no check found anything that points at a step of this run"
    if evidence.findings:
        nothing = "what the checks found points at no step of this run for certain"
    ranked = (
        rank_steps(run) if spoke >= _FEWEST_TURNS and not (evidence.incident and evidence.findings) else ()
    )
    told_apart = bool(ranked) and ranked[0].score * len(ranked) >= _ABOVE_CHANCE
    culprit = run.step(ranked[0].step) if told_apart else None
    category = probable_category(run, culprit.id) if culprit else None
    told = replace(
        base,
        category=category,
        examined=examined(run, evidence.findings, category, culprit),
        because=(nothing,),
    )
    if culprit is None:
        return told
    return replace(
        told,
        step=culprit.id,
        name=culprit.name,
        step_kind=culprit.kind,
        rules=("signals of a failing agent",),
        ranked=tuple(replace(one, score=round(one.score, 3)) for one in ranked),
        because=(f"{nothing}; of the signals of failing agents, the most point here", ranked[0].because),
        warnings=warnings(category, told.examined, evidence.changes, evidence.incident),
    )


def _against(inquiry: Inquiry) -> dict[str, _Against]:
    """What speaks against each step by its id, the likeliest step first.

    The strongest thing known of a step decides. Where a control failed at several steps, the first of them
    counts; of steps that only hold the words, the one that holds most of them.
    """
    found: dict[str, _Against] = {}
    for one in suspicions(inquiry):
        mine = found.setdefault(one.step.id, _Against())
        mine.grounds.add(one.ground)
        if one.because not in mine.reasons:
            mine.reasons.append(one.because)

    def likeliest(step: str) -> tuple[float, float, int]:
        mine = found[step]
        return (
            -mine.weight,
            0.0 if mine.weight >= WEIGHTS[Ground.PARTED] else -mine.score,
            inquiry.order[step],
        )

    return {step: found[step] for step in sorted(found, key=likeliest)}


def _culprit(inquiry: Inquiry, against: Mapping[str, _Against]) -> tuple[Step, bool]:
    """The likeliest step, and whether a repair proves it.

    Among those that only hold the words, the first without whose part nothing is found comes first.
    """
    steps = [step for one in list(against)[:_MOST_PROVED] if (step := inquiry.run.step(one))]
    if against[steps[0].id].weight > WEIGHTS[Ground.MARKED]:
        return steps[0], inquiry.proves(steps[0])
    cleared = next((step for step in steps if inquiry.clears(step) or inquiry.proves(step)), steps[0])
    return cleared, inquiry.proves(cleared)


def _told(
    base: RootCause, inquiry: Inquiry, culprit: Step, against: Mapping[str, _Against], *, proved: bool
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
            grounds=frozenset(against[culprit.id].grounds),
        )
    )
    deciding = said[0]
    areas = examined(evidence.run, evidence.findings, deciding.category, culprit)
    most = max(one.score for one in against.values())
    ranked = [culprit.id, *(step for step in against if step != culprit.id)]
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
            RankedStep(
                step=step,
                score=most if step == culprit.id else against[step].score,
                because="; ".join(against[step].reasons),
            )
            for step in ranked
        ),
        path=inquiry.path(culprit),
        examined=areas,
        because=(deciding.why, *against[culprit.id].reasons),
        warnings=warnings(deciding.category, areas, evidence.changes, evidence.incident),
    )
