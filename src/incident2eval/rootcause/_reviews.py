"""What speaks against the people who looked at it before it went out."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from incident2eval.checks import approves, careless_reviews, is_review, reviewer_of
from incident2eval.detection.text.wording import embedded, key_words, leaves, vocabulary
from incident2eval.model import JSON, Step, flat_text
from incident2eval.rootcause._content import content
from incident2eval.rootcause._inquiry import Inquiry, short

_NO = frozenset(
    "refuse refused reject rejected decline declined deny denied block blocked stop stopped".split()
)
_OVERRIDES = frozenset("override overrides overridden overrule overruled bypass bypassed".split())
_ASKING = vocabulary("requested requester raised submitted submitter proposed proposer applicant")
_ANOTHER = frozenset("another other second different two".split())


class Reviewed(NamedTuple):
    """A review that something speaks against."""

    step: Step
    because: str


def careless(inquiry: Inquiry) -> Iterator[Reviewed]:
    """Reviews that let pass what stood open, overrode a refusal, or were by no independent person."""
    for step in careless_reviews(inquiry.run):
        yield Reviewed(step, "approved although a check before it had open findings")
    approved: dict[str, Step] = {}
    for step in filter(is_review, inquiry.run.steps):
        if overrides(step):
            yield Reviewed(step, "overrode a refusal")
        who = reviewer_of(step)
        if who and approves(step) and who.casefold() in _askers(step.input):
            yield Reviewed(step, f"{short(who)} approved what they had asked for themselves")
        if who and approves(step):
            if who in approved and _asks_for_another(step, inquiry):
                yield Reviewed(step, f"{short(who)} approved twice where two people were asked for")
            approved[who] = step


def overrides(review: Step) -> bool:
    """Whether a review says that it overrode something, or was shown a refusal and decided the opposite."""
    shown, said = (_verdicts(value) for value in (review.input, review.output))
    return bool(said & _OVERRIDES) or (bool(shown & _NO) and bool(said) and not said & _NO)


def of_another(inquiry: Inquiry) -> Iterator[Reviewed]:
    """Approvals that name another record of the kind that the run is about."""
    first = next((step for step in inquiry.contents.parts if step.input), None)
    own = _ids(inquiry.run.input) or (_ids(first.input) if first else {})
    for step in filter(is_review, inquiry.run.steps):
        theirs = _ids(step.output)
        for key in own.keys() & theirs.keys():
            if approves(step) and own[key] != theirs[key]:
                yield Reviewed(
                    step, f"is an approval of {key} {short(theirs[key])}, the run is about {short(own[key])}"
                )


def _ids(value: JSON) -> dict[str, str]:
    """The ids in a value by the words of their keys; of a key that stands twice, none."""
    told = (embedded(value) or value) if isinstance(value, str) else value
    found: dict[str, str] = {}
    for path, leaf in leaves(told):
        key = " ".join(word for word in key_words(path) if word != "id")
        if key and isinstance(leaf, str) and any(char.isdigit() for char in leaf) and " " not in leaf:
            found[key] = "" if key in found else leaf
    return {key: one for key, one in found.items() if one}


def _verdicts(value: JSON) -> frozenset[str]:
    """The short answers in what a review was shown or said, word by word."""
    told = (embedded(value) or value) if isinstance(value, str) else value
    answers = told.values() if isinstance(told, Mapping) else [told]
    brief = [one for one in answers if isinstance(one, str) and len(one.split()) <= 3]
    return frozenset(word for one in brief for word in one.casefold().split())


def _askers(value: JSON) -> frozenset[str]:
    """Who asked for what a review is about, as its input says."""
    told = (embedded(value) or value) if isinstance(value, str) else value
    return frozenset(
        str(leaf).strip().casefold()
        for path, leaf in leaves(told)
        if not _ASKING.isdisjoint(words := key_words(path)) and (words[-1] == "by" or len(words) == 1)
    )


def _asks_for_another(review: Step, inquiry: Inquiry) -> bool:
    other = inquiry.others.of(review)
    if other is not None and reviewer_of(other) not in {None, reviewer_of(review)}:
        return True
    return not _ANOTHER.isdisjoint(content(flat_text(review.input)).flat.split())
