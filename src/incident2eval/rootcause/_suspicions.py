"""What speaks against each step of a run, each with a weight and in words."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from incident2eval.checks import approves, careless_reviews, is_review, refuses, reviewer_of
from incident2eval.detection.text.wording import embedded
from incident2eval.model import JSON, Answer, ChangeKind, Finding, IncidentType, Step, StepKind, flat_text
from incident2eval.rootcause._content import content, tokens
from incident2eval.rootcause._divergence import first_divergence
from incident2eval.rootcause._inquiry import Inquiry, short
from incident2eval.rootcause._provenance import WRITING
from incident2eval.rootcause._rules import BLAMES
from incident2eval.rootcause._symptoms import symptom

REVIEWED, CONTROL, PARTED, CHOSE, MARKED, ORIGIN, FOUND, CARRIED = 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.5
"""How much it says, the most first.

Somebody let pass what stood open; a control failed; the run parted there from the corrected one; right and
wrong were at hand, and the wrong was taken; it is the first to hold what people marked as wrong; the first to
hold what a check quotes; a check found something on it; it passed the fault on.
"""

_ALWAYS = frozenset(
    {
        "unapproved_actions",
        "unauthorised_tools",
        "amounts_over_limit",
        "wrong_recipient",
        "wrong_record",
        "repeated_calls",
        "inconsistent_decisions",
    }
)
"""Checks whose finding is the harm itself, wherever the words came from."""

_NO = frozenset("refuse refused reject rejected decline declined deny denied block blocked".split())
_OVERRIDES = frozenset("override overridden overrule overruled bypass bypassed".split())
_ANOTHER = frozenset("another other second different two".split())
_SHORTEST_TERM = 5
_SHARED_KEYS = 2


class Suspicion(NamedTuple):
    """One thing that speaks against a step."""

    step: Step
    weight: float
    because: str


def suspicions(inquiry: Inquiry) -> Iterator[Suspicion]:
    """All that speaks against the steps of a run, in no particular order."""
    yield from _reviews(inquiry)
    for finding in inquiry.evidence.findings:
        yield from _found(inquiry, finding)
    yield from _parted(inquiry)
    yield from _dropped(inquiry)
    yield from _chosen(inquiry)
    yield from _reprompted(inquiry)
    yield from _held(inquiry)


def _reviews(inquiry: Inquiry) -> Iterator[Suspicion]:
    """Reviews that let pass what stood open, overrode a refusal, or were the same person's twice."""
    for step in careless_reviews(inquiry.run):
        yield Suspicion(step, REVIEWED, "approved although a check before it had open findings")
    approved: dict[str, Step] = {}
    for step in filter(is_review, inquiry.run.steps):
        if _overrides(step):
            yield Suspicion(step, REVIEWED, "overrode a refusal")
        who = reviewer_of(step)
        if who and approves(step):
            if who in approved and _asks_for_another(step, inquiry):
                yield Suspicion(
                    step, REVIEWED, f"{short(who)} approved twice where two people were asked for"
                )
            approved[who] = step


def _overrides(review: Step) -> bool:
    """Whether the review was shown a refusal and decided the opposite."""
    shown, said = (_verdicts(value) for value in (review.input, review.output))
    return bool(shown & _NO) and (bool(said & _OVERRIDES) or (bool(said) and not said & _NO))


def _verdicts(value: JSON) -> frozenset[str]:
    """The short answers in what a review was shown or said, word by word."""
    told = (embedded(value) or value) if isinstance(value, str) else value
    answers = told.values() if isinstance(told, Mapping) else [told]
    short_ones = [one for one in answers if isinstance(one, str) and len(one.split()) <= 3]
    return frozenset(word for one in short_ones for word in one.casefold().split())


def _asks_for_another(review: Step, inquiry: Inquiry) -> bool:
    other = inquiry.others.of(review)
    if other is not None and reviewer_of(other) not in {None, reviewer_of(review)}:
        return True
    return not _ANOTHER.isdisjoint(content(flat_text(review.input)).flat.split())


def _found(inquiry: Inquiry, finding: Finding) -> Iterator[Suspicion]:
    """What a check found on a step; an address counts where it was looked up."""
    step = inquiry.run.step(finding.step)
    if step is None:
        return
    weight, because = _weight(inquiry, finding, step), f"{finding.check}: {finding.message}"
    yield Suspicion(step, weight, because)
    if finding.check == "wrong_recipient" and finding.excerpt:
        told = symptom(finding.excerpt)
        before = inquiry.contents.before(step)
        source = next(
            (
                one
                for one in before
                if one.kind not in WRITING and told.stands_in(inquiry.contents.brought(one))
            ),
            None,
        )
        if source is not None:
            yield Suspicion(
                source, CONTROL, f"gave the address that {step.name} used: {short(finding.excerpt)}"
            )


def _weight(inquiry: Inquiry, finding: Finding, step: Step) -> float:
    if finding.check not in BLAMES:
        return FOUND
    if finding.check == "rubber_stamped":
        return REVIEWED if _is_the_reviews(inquiry, finding, step) else FOUND
    behind = inquiry.first is not None and inquiry.first < inquiry.order[step.id]
    return FOUND if behind and finding.check not in _ALWAYS else CONTROL


def _is_the_reviews(inquiry: Inquiry, finding: Finding, review: Step) -> bool:
    """Whether it is the review that failed, rather than the one who wrote what it passed.

    People say so, the right run shows the same review refusing, nothing wrong stands in what was written, or
    what it passed was a field left open, which any reader sees.
    """
    incident, other = inquiry.evidence.incident, inquiry.others.of(review)
    stated = incident is not None and (
        IncidentType.HUMAN_REVIEW_FAILURE in incident.type
        or incident.questions.approved_wrongly is Answer.YES
    )
    left_open = any(
        one.check == "unfilled_placeholders" and one.excerpt == finding.excerpt
        for one in inquiry.evidence.findings
    )
    return stated or left_open or inquiry.first is None or (other is not None and refuses(other))


def _parted(inquiry: Inquiry) -> Iterator[Suspicion]:
    """Where the run left the way of the corrected one, if that has to do with what is wrong."""
    step = first_divergence(inquiry.contents, inquiry.others)
    if step is None or (inquiry.first is not None and inquiry.order[step.id] >= inquiry.first):
        return
    if _is_about_it(inquiry, step):
        yield Suspicion(
            step, PARTED, "the first step that brought in something else than in the corrected run"
        )


def _is_about_it(inquiry: Inquiry, step: Step) -> bool:
    """Whether what differs at a step has to do with what is wrong; where nothing holds that, any does."""
    other = inquiry.others.of(step)
    if inquiry.first is None or other is None or step.status is not other.status:
        return True
    differs = inquiry.others.differs(step) or frozenset()
    return any(differs & set(tokens(one.quote)) for one in inquiry.symptoms)


def _dropped(inquiry: Inquiry) -> Iterator[Suspicion]:
    """Handovers that left out a field of what they were given, whose words the incident is about."""
    incident = inquiry.evidence.incident
    told = [*(one.quote for one in inquiry.symptoms), *(incident.right if incident else ())]
    about = {word for text in told for word in content(text).words if len(word) >= _SHORTEST_TERM}
    for at, step in enumerate(inquiry.run.steps):
        if step.kind is not StepKind.HANDOFF or not isinstance(step.output, Mapping):
            continue
        given = next(
            (
                one.output
                for one in reversed(inquiry.run.steps[:at])
                if isinstance(one.output, Mapping)
                and len(one.output.keys() & step.output.keys()) >= _SHARED_KEYS
            ),
            {},
        )
        for key in given.keys() - step.output.keys():
            if about & content(flat_text(given[key])).words:
                yield Suspicion(
                    step, PARTED, f"did not hand on {short(str(key))}: {short(flat_text(given[key]))}"
                )


def _chosen(inquiry: Inquiry) -> Iterator[Suspicion]:
    """Steps that were given the right and the wrong, and took the wrong."""
    for one in inquiry.symptoms:
        if one.right is None:
            continue
        for step in inquiry.contents.parts:
            given, brought = inquiry.contents.given(step), inquiry.contents.brought(step)
            if step.kind is StepKind.GUARDRAIL or not (one.right_in(given) and one.wrongly_in(given)):
                continue
            if one.wrongly_in(brought) and not one.right_in(brought):
                yield Suspicion(step, CHOSE, f"was given the right words too, and took {short(one.quote)}")
                break


def _reprompted(inquiry: Inquiry) -> Iterator[Suspicion]:
    """Models whose prompt the runs show to have changed, in words that the incident is about."""
    incident = inquiry.evidence.incident
    told = [
        *(one.quote for one in inquiry.symptoms),
        *((incident.what_happened, *incident.right) if incident else ()),
    ]
    about = {word for text in told for word in content(text).words if len(word) >= _SHORTEST_TERM}
    for change in inquiry.evidence.changes:
        if change.kind is not ChangeKind.PROMPT or not change.is_seen:
            continue
        lost = content(f"{change.what or ''} {change.source}")
        for step in inquiry.contents.parts:
            named = step.name in f"{change.what} {change.source}"
            if step.kind in WRITING and named and about & lost.words:
                yield Suspicion(step, CHOSE, "its prompt had changed, in words that this is about")


def _held(inquiry: Inquiry) -> Iterator[Suspicion]:
    """The steps that hold what is wrong, the first of them and those that passed it on."""
    incident = inquiry.evidence.incident
    marked = set(incident.wrong) if incident else set()
    for trail in inquiry.trails:
        quote = short(trail.symptom.quote)
        weight = MARKED if trail.symptom.quote in marked else ORIGIN
        for at, step in enumerate(trail.steps):
            yield Suspicion(
                step, CARRIED if at else weight, f"{'passes on' if at else 'first to hold'} {quote}"
            )
