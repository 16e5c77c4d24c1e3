"""What speaks against each step of a run, each with a weight and in words."""

from collections.abc import Iterator
from typing import NamedTuple

from incident2eval.checks import refuses
from incident2eval.model import Answer, ChangeKind, Finding, IncidentType, Step, StepKind, flat_text
from incident2eval.rootcause._content import content, negation_turned, tokens
from incident2eval.rootcause._divergence import first_divergence
from incident2eval.rootcause._grounds import BLAMES, Ground
from incident2eval.rootcause._inquiry import Inquiry, short
from incident2eval.rootcause._losses import fallbacks, losses, unanswered
from incident2eval.rootcause._provenance import WRITING
from incident2eval.rootcause._reviews import careless, of_another
from incident2eval.rootcause._symptoms import symptom

_OF_WORDS = frozenset({"error_passed_on", "lost_context", "lost_goal", "unreviewed"})
"""Checks of controls that are no cause where the words had come in before; others find the harm itself."""
_SHORTEST_TERM = 5


class Suspicion(NamedTuple):
    """One thing that speaks against a step."""

    step: Step
    ground: Ground
    because: str


def suspicions(inquiry: Inquiry) -> Iterator[Suspicion]:
    """All that speaks against the steps of a run, in no particular order."""
    yield from (Suspicion(step, Ground.LET_THROUGH, because) for step, because in careless(inquiry))
    yield from (Suspicion(step, Ground.OF_ANOTHER, because) for step, because in of_another(inquiry))
    yield from (Suspicion(*lost) for lost in (*unanswered(inquiry), *losses(inquiry), *fallbacks(inquiry)))
    for finding in inquiry.evidence.findings:
        yield from _found(inquiry, finding)
    yield from _parted(inquiry)
    yield from _turned(inquiry)
    yield from _chosen(inquiry)
    yield from _reprompted(inquiry)
    yield from _held(inquiry)


def _found(inquiry: Inquiry, finding: Finding) -> Iterator[Suspicion]:
    """What a check found on a step; an address counts where it was looked up."""
    step = inquiry.run.step(finding.step)
    if step is None:
        return
    ground, because = _ground(inquiry, finding, step), f"{finding.check}: {finding.message}"
    yield Suspicion(step, ground, because)
    if finding.check == "wrong_recipient" and finding.excerpt:
        yield from _address(inquiry, finding.excerpt, step)


def _address(inquiry: Inquiry, address: str, used: Step) -> Iterator[Suspicion]:
    """Who chose a wrong address: a model that was shown several, else the call that looked it up."""
    told, contents = symptom(address), inquiry.contents
    holders = [one for one in contents.before(used) if told.stands_in(contents.brought(one))]
    chose = next((one for one in holders if one.kind in WRITING and _addresses(inquiry, one) > 1), None)
    source = chose or next((one for one in holders if one.kind not in WRITING), None)
    if source is not None:
        did = "chose" if chose else "gave"
        yield Suspicion(source, Ground.ADDRESS, f"{did} the address that {used.name} used: {short(address)}")


def _addresses(inquiry: Inquiry, step: Step) -> int:
    """How many e-mail addresses a step was given."""
    return sum("@" in value for value in inquiry.contents.given(step).values)


def _ground(inquiry: Inquiry, finding: Finding, step: Step) -> Ground:
    if finding.check not in BLAMES:
        return Ground.FOUND
    if finding.check == "rubber_stamped":
        return Ground.LET_THROUGH if _is_the_reviews(inquiry, finding, step) else Ground.FOUND
    behind = inquiry.first is not None and inquiry.first < inquiry.order[step.id]
    return Ground.FOUND if behind and finding.check in _OF_WORDS else Ground.CONTROL


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
            step, Ground.PARTED, "the first step that brought in something else than in the corrected run"
        )


def _is_about_it(inquiry: Inquiry, step: Step) -> bool:
    """Whether what differs at a step has to do with what is wrong; where nothing holds that, any does."""
    other = inquiry.others.of(step)
    if inquiry.first is None or other is None or step.status is not other.status:
        return True
    differs = inquiry.others.differs(step) or frozenset()
    return any(differs & set(tokens(one.quote)) for one in inquiry.symptoms)


def _chosen(inquiry: Inquiry) -> Iterator[Suspicion]:
    """Steps that were given the right and the wrong, and took the wrong.

    A step that was given the wrong beside what it is said of, and the right nowhere, only passed it on.
    """
    for one in (trail.symptom for trail in inquiry.trails):
        for step in inquiry.contents.parts if one.right is not None else ():
            given, brought = inquiry.contents.given(step), inquiry.contents.brought(step)
            passed_on = given.repeats(one.says) or (
                one.is_stated_in(given) and not one.right_is_stated_in(given)
            )
            if step.kind is StepKind.GUARDRAIL or passed_on:
                continue
            both = one.right_in(given) and one.wrongly_in(given)
            took = brought.repeats(one.says) or (one.wrongly_in(brought) and not one.right_in(brought))
            if both and took:
                yield Suspicion(
                    step, Ground.CHOSE, f"was given the right words too, and took {short(one.quote)}"
                )
                break


def _turned(inquiry: Inquiry) -> Iterator[Suspicion]:
    """Models that lost a not, or put one in, where the corrected run words the same sentence."""
    about = {word for one in inquiry.symptoms for word in one.says.words}
    for step in inquiry.contents.parts:
        other = inquiry.others.of(step)
        if step.kind not in WRITING or other is None:
            continue
        turned = negation_turned(flat_text(step.output), flat_text(other.output))
        if turned and about & content(turned).words:
            yield Suspicion(step, Ground.TURNED, f"turned a not round: {short(turned)}")
            return


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
                yield Suspicion(
                    step, Ground.REPROMPTED, "its prompt had changed, in words that this is about"
                )


def _held(inquiry: Inquiry) -> Iterator[Suspicion]:
    """The steps that hold what is wrong, the first of them and those that passed it on."""
    incident = inquiry.evidence.incident
    marked = set(incident.wrong) if incident else set()
    for trail in inquiry.trails:
        quote = short(trail.symptom.quote)
        ground = Ground.MARKED if (trail.symptom.of or trail.symptom.quote) in marked else Ground.ORIGIN
        if trail.origin and _was_given(inquiry, trail.origin):
            ground = Ground.CARRIED
        for at, step in enumerate(trail.steps):
            yield Suspicion(
                step, Ground.CARRIED if at else ground, f"{'passes on' if at else 'first to hold'} {quote}"
            )


def _was_given(inquiry: Inquiry, step: Step) -> bool:
    """Whether a step that is no source was given what another symptom came in with before."""
    given = inquiry.contents.given(step).values
    return step.kind not in WRITING and any(
        trail.origin is not None
        and inquiry.order[trail.origin.id] < inquiry.order[step.id]
        and trail.symptom.wrong is not None
        and trail.symptom.wrong.values & given
        for trail in inquiry.trails
    )
