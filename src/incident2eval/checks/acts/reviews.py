"""What a reviewer was given, how long the review took, and what stood open when it approved."""

import json
import re
from collections.abc import Iterator, Mapping

from incident2eval.checks.acts.approvals import is_review, lets_through
from incident2eval.checks.acts.guardrails import Open, left_open, shown_open
from incident2eval.checks.figures.figures import figures
from incident2eval.detection.text.wording import embedded, key_words, leaves, vocabulary
from incident2eval.model import JSON, Run, Step, StepKind, flat_text, is_empty

_DRAFTS = (
    *("draft", "drafts", "text", "output", "letter", "letters", "message", "mail", "email", "reply", "body"),
    *(
        "content",
        "document",
        "documents",
        "offer",
        "report",
        "summary",
        "response",
        "answer",
        "copy",
        "proposal",
    ),
)
"""Keys of what a reviewer is to read, the plainest first."""
_WRITING = {StepKind.MODEL, StepKind.AGENT}
_SECONDS = {"seconds": 1.0, "secs": 1.0, "sec": 1.0, "s": 1.0, "minutes": 60.0, "mins": 60.0, "ms": 0.001}
_TAKING = vocabulary("seconds secs sec minutes mins ms duration spent took taken reading elapsed time")
_AT_LEAST = re.compile(
    r"(?:at least|minimum(?: of)?|no less than|not less than|no fewer than)[: ]{1,3}\Z", re.IGNORECASE
)
_OWN = vocabulary(
    "run check review trace request rule session span step guardrail draft version attempt revision message"
)
_IDS = vocabulary("id ids ref reference number no")
_APART = vocabulary("id ids ref reference at time timestamp date item draft record number no link url")
"""Keys that differ between two reviews however alike they are."""
_ANSWERS = vocabulary(
    "override overrides overridden overruled waive waived waiver waivers exception exceptions"
)
_SHORTEST_QUOTE = 3


def draft_of(run: Run, at: int) -> JSON:
    """What the review at a position was about: the draft in its input, else what was last written."""
    given = run.steps[at].input
    shown = embedded(given) or given if isinstance(given, str) else given
    if isinstance(shown, str) and not is_empty(shown):
        return shown
    if isinstance(shown, Mapping):
        spelt = {"_".join(key_words(str(key))): value for key, value in shown.items()}
        for key in _DRAFTS:
            if not is_empty(spelt.get(key)):
                return spelt[key]
    if isinstance(shown, (list, tuple)) and shown and isinstance(shown[-1], Mapping):
        return shown[-1].get("content")
    written = (step.output for step in reversed(run.steps[:at]) if step.kind in _WRITING)
    return next((output for output in written if not is_empty(output)), None)


def open_at_reviews(run: Run) -> Mapping[int, tuple[tuple[str, Open], ...]]:
    """What stood open when each review was held: its position -> who had found what.

    That is what guardrails had found before and nobody had answered, and what the reviewer was shown as open.
    A guardrail that passes later has been answered. After another draft a finding is open only where what it
    quotes still stands in what the reviewer was given.
    """
    unanswered: dict[tuple[str, frozenset[str]], tuple[int, tuple[Open, ...]]] = {}
    written = -1
    found: dict[int, tuple[tuple[str, Open], ...]] = {}
    for at, step in enumerate(run.steps):
        if is_review(step):
            found[at] = tuple(_open_at(run, at, unanswered, written))
        elif step.kind is StepKind.GUARDRAIL and (said := left_open(step.output)) is not None:
            unanswered[step.name, subjects(step.input)] = (at, said)
        elif step.kind in _WRITING and not is_empty(step.output):
            written = at
    return found


def _open_at(
    run: Run,
    at: int,
    unanswered: Mapping[tuple[str, frozenset[str]], tuple[int, tuple[Open, ...]]],
    written: int,
) -> Iterator[tuple[str, Open]]:
    """The same for one review, when the last draft had been written at the position `written`."""
    review = run.steps[at]
    draft = _flat(flat_text(draft_of(run, at)))
    about = subjects(review.input)
    seen: set[str] = set()
    for (name, others), (position, items) in unanswered.items():
        if about and others and about.isdisjoint(others):
            continue
        for item in items:
            if written < position or any(_stands_in(quote, draft) for quote in item.quotes):
                seen.add(item.label)
                yield name, item
    shown = embedded(review.input) if isinstance(review.input, str) else review.input
    yield from ((review.name, item) for item in shown_open(shown) if item.label not in seen)


def careless_reviews(run: Run) -> tuple[Step, ...]:
    """The reviews that let pass what a guardrail had found, or what they were shown as open."""
    left = open_at_reviews(run)
    return tuple(
        step
        for at, step in enumerate(run.steps)
        if left.get(at) and lets_through(step) and not is_answered(step)
    )


def subjects(given: JSON) -> frozenset[str]:
    """Ids of what a step is about, so that two letters of one run are told apart."""
    shown = embedded(given) if isinstance(given, str) else given
    found = set()
    for path, leaf in leaves(shown):
        words = key_words(path)
        if words and words[-1] in _IDS and _OWN.isdisjoint(words) and isinstance(leaf, (str, int)):
            found.add(str(leaf).strip().casefold())
    return frozenset(found)


def _stands_in(quote: str, draft: str) -> bool:
    flat = _flat(quote)
    return len(flat) >= _SHORTEST_QUOTE and flat in draft


def _flat(text: str) -> str:
    return " ".join(text.split()).casefold()


def is_answered(review: Step) -> bool:
    """Whether the reviewer says why findings are let pass: an exception, a waiver, an override."""
    said = embedded(review.output) if isinstance(review.output, str) else review.output
    return isinstance(said, Mapping) and any(
        bool(value) and not _ANSWERS.isdisjoint(key_words(str(key))) for key, value in said.items()
    )


def seconds_of(review: Step) -> float | None:
    """How long the reviewer took, as the review says itself: the clock of a replay tells nothing."""
    for path, leaf in leaves([review.output, review.attributes]):
        words = key_words(path)
        factor = next((_SECONDS[word] for word in reversed(words) if word in _SECONDS), None)
        number = isinstance(leaf, (int, float)) and not isinstance(leaf, bool)
        if number and factor and _TAKING.issuperset(words) and isinstance(leaf, (int, float)):
            return float(leaf) * factor
    return None


def least_seconds(text: str) -> float | None:
    """How long a review takes at least, where a text says so: `at least two minutes`."""
    for figure in figures(text):
        unit = figure.unit
        if unit and unit.kind == "time" and _AT_LEAST.search(text[max(0, figure.start - 20) : figure.start]):
            return figure.value * unit.size
    return None


def wording_of(review: Step) -> str:
    """What a review says but for what tells it from its neighbours: which draft, when."""
    said = embedded(review.output) or review.output if isinstance(review.output, str) else review.output
    told = [(path, leaf) for path, leaf in leaves(said) if _APART.isdisjoint(key_words(path))]
    return json.dumps(told, default=str, sort_keys=True)


def reviews(run: Run) -> list[tuple[int, Step]]:
    """The review steps of a run, with their positions."""
    return [(at, step) for at, step in enumerate(run.steps) if is_review(step)]
