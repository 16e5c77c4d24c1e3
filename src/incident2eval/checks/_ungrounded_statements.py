"""Does the output grant or promise something that nothing the run had grants?"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from incident2eval.checks._check import Check, Known, Words, check
from incident2eval.checks.figures.grounds import as_texts, held
from incident2eval.checks.statements.promises import RELEVANT, Entitlement, promises_of, provisions
from incident2eval.checks.statements.sentences import readable, sentences
from incident2eval.detection.text.wording import embedded, key_words, leaves
from incident2eval.model import (
    JSON,
    CannotJudge,
    Finding,
    Findings,
    IncidentType,
    Observation,
    Run,
    StepKind,
    is_empty,
)

_MOST_SENTENCES = 1_000
"""How many different sentences are read of an output, and of sources; what more sources say is not known."""
_HEADINGS = {"title", "name", "heading", "topic", "subject", "category", "tags", "query", "question"}
_WISHED = re.compile(r"\b(?:i|my|me|want|would like|please|demand|expect|hope|wish|need)\b|\?", re.IGNORECASE)
"""Marks what a customer asks for: an input grants nothing by it."""


@check(absence=False)
def ungrounded_statements(run: Run, *, sources: Sequence[str]) -> Findings:
    """Promises and policies in the output that no source of the run has.

    Args:
        run: The run to judge.
        sources: What the recorded run had to go by, for runs that do not report their own reading steps.

    Raises:
        CannotJudge: if neither the run nor the case says what it had to go by.

    What went wrong:
        A refund, a replacement, a voucher, something free of charge was granted that no policy grants, or
        that one grants for other things. It reads like all the rest, and the reader insists on it.

    What is right:
        Whatever is granted, some source grants, in whatever words: `reimbursed` is `money back`, `on us` is
        `free of charge`. A source that denies it, or puts a price on the very thing, does not. Questions,
        doubts, conditions, mere mentions (`your refund request`) and courtesies promise nothing.

    What this cannot see:
        Figures (`ungrounded_figures` looks for them), a condition of the source that the output leaves out,
        a right grant for the wrong thing where no source says a word against it, and services that are not
        among the usual entitlements (a visit, a call). Where the sources are too long to be read, nothing.
    """
    own = held(run)
    if not own and not sources and is_empty(run.input):
        raise CannotJudge(
            "nothing says what the run had to go by: no reading steps, no input, no sources in the case"
        )
    said = tuple(dict.fromkeys(filter(None, sentences(run.output))))
    promised = {one: promises for one in said[:_MOST_SENTENCES] if (promises := tuple(promises_of(one)))}
    ground = _told(own or tuple(sources or ()), run.input) if promised else None
    return Findings(tuple(_found(promised, ground)) if ground is not None else (), judged=len(said))


def _found(promised: Mapping[str, Sequence[Entitlement]], ground: Sequence[str]) -> Iterator[Finding]:
    for sentence, promises in promised.items():
        kinds = dict.fromkeys(one.kind for one in promises if not _is_granted(one, ground))
        if kinds:
            yield Finding(
                check="ungrounded_statements",
                step=None,
                message=f"promises what nothing the run had to go by grants ({', '.join(kinds)})",
                excerpt=sentence,
            )


def _told(sources: Sequence[JSON], given: JSON) -> tuple[str, ...] | None:
    """What the sources and the input say of entitlements; None if it is too much to be read."""
    told: dict[str, None] = {}
    wishes = (one for one in _facts(given) if not _WISHED.search(one))
    for one in chain(chain.from_iterable(map(_facts, sources)), wishes):
        told[one] = None
        if len(told) > _MOST_SENTENCES:
            return None
    return tuple(told)


def _facts(source: JSON) -> Iterator[str]:
    for path, leaf in leaves((embedded(source) or source) if isinstance(source, str) else source):
        words = key_words(path)
        if words and words[-1] in _HEADINGS:
            continue
        if isinstance(leaf, str) and leaf.strip():
            yield from filter(None, sentences(leaf, RELEVANT))
        if words and not (isinstance(leaf, str) and len(leaf.split()) > 3):
            yield " ".join(
                (*words, "no" if leaf in (False, None, "", 0) else "" if leaf is True else str(leaf))
            )


def _is_granted(promise: Entitlement, ground: Iterable[str]) -> bool:
    """Whether a source grants it, and none that is nearer to it denies it."""
    granted, denied = -1, -1
    for sentence in ground:
        for one in provisions(sentence):
            if one.bears_on(promise):
                shared = len(one.of & promise.of)
                granted, denied = (
                    (granted, max(denied, shared)) if one.denied else (max(granted, shared), denied)
                )
    return granted >= max(denied, 0)


def propose(known: Known) -> Mapping[str, JSON] | None:
    """The recorded run's sources but for those that hold the wrong words; they hold for this input.

    Only where the words marked as wrong are such a promise, or nobody marked words and a model is the cause.
    """
    run, wrong = known.recorded, [_flat(words) for words in known.incident.wrong if words.strip()]
    if is_empty(run.output) or (not held(run) and is_empty(run.input)):
        return None
    found = [_flat(finding.excerpt) for finding in ungrounded_statements(run, sources=())]
    if wrong:
        is_meant = any(words in one or one in words for one in found for words in wrong)
    else:
        step = known.cause.step if known.cause else None
        is_meant = bool(found) and any(one.id == step and one.kind is StepKind.MODEL for one in run.steps)
    if not is_meant:
        return None
    texts = as_texts(held(run))
    return {"sources": [text for text in texts if not any(words in _flat(text) for words in wrong)]}


def _flat(text: str) -> str:
    return " ".join(readable(text).casefold().split()).strip(" .!")


_INVENTED = (
    ("voucher coupon credit", "You will also receive a voucher for your next order."),
    ("compensat goodwill", "We will compensate you for the trouble."),
    ("upgrad", "Everyone affected is upgraded to the next class."),
    ("discount % off reduc", "As a regular customer you get a discount on everything."),
    ("waive", "We waive every fee for you this year."),
    ("refund reimburs repa back return", "Of course you can get all your money back, whatever the reason."),
    ("replac exchang swap new", "If you are not happy with it, we replace it at once."),
    ("guarant warrant cover", "We guarantee that it lasts a lifetime."),
    ("gift present hamper", "A gift hamper is on its way to you."),
    ("hotel night room stay", "We pay for a hotel of your choice."),
    ("parking", "Parking at our premises is on the house for you."),
    ("cancel", "You may cancel at any time without notice."),
)
"""Letters of the words that a source would say it in, and the promise."""


def variants(known: Known) -> Iterable[Run]:
    """Other invented promises in place of the wrong sentence, and alone, of what no source says a word."""
    run = known.recorded
    given = " ".join(as_texts((run.input, *held(run)))).casefold()
    wrong = next((words for words in known.incident.wrong if words and words in str(run.output)), None)
    for at, (words, promise) in enumerate(_INVENTED):
        if any(word in given for word in words.split()):
            continue
        if isinstance(run.output, str) and wrong:
            yield replace(run, output=run.output.replace(wrong, promise))
        else:
            yield replace(run, output=promise)
        if at % 3 == 0:
            yield replace(run, output={"reply": {"text": f"Dear customer,\n\n{promise}\n\nKind regards"}})


CHECK = Check(
    judge=ungrounded_statements,
    propose=propose,
    variants=variants,
    words=Words(
        test="every_promise_stands_in_the_sources",
        found="promises",
        message="something was promised that no source grants",
    ),
    control=False,
    needs=frozenset({Observation.OUTPUT}),
    this_input=frozenset({"sources"}),
    type=IncidentType.INCORRECT_EXTERNAL_OUTPUT,
)
