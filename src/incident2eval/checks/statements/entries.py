"""A wrong statement as a case keeps it, for people to read and for the check to recognise."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from incident2eval.checks._check import Known
from incident2eval.checks.figures.quantities import counted
from incident2eval.checks.statements.groups import ALLOWED, term
from incident2eval.checks.statements.same import Claim
from incident2eval.checks.statements.sentences import parts, readable, sentences
from incident2eval.checks.statements.statement import Statement, read
from incident2eval.detection.names.roster import names_of
from incident2eval.model import JSON, Run, StepKind

_PLACEHOLDER = re.compile(r"\[[^\[\]]{1,60}\]|\{\{?[^{}]{1,60}\}|<[A-Za-z][^<>]{0,60}>|_{3,}")
_WORD = re.compile(r"[a-z0-9]+")
_LISTS = ("figures", "words", "of", "beside", "calls")
_AND = re.compile(
    r"(?:;|,?\s(?:and|so|but))\s(?=(?:no|nothing|you|we|it|they|there|the|your|our|this|that)\s)",
    re.IGNORECASE,
)
_MOST_BESIDE = 12
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|has|have|had|can|may|will|must|need|needs|cover|covers|get|gets|pay|pays|do|does|did|"
    r"\w+ed)\b|['\u2019]ll\b",
    re.IGNORECASE,
)
_CALLS = {StepKind.TOOL, StepKind.OUTPUT}
_BLANK = "\u2026"
"""Stands where the name of the run's own customer stood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A wrong statement with where it may stand."""

    says: str
    figures: tuple[str, ...]
    words: tuple[str, ...]
    of: tuple[str, ...] = ()
    """Telling words in front of it: what it was said of."""
    beside: tuple[str, ...] = ()
    """Other telling words of its sentence, and of the one before."""
    calls: tuple[str, ...] = ()
    """Tools in whose arguments it stood, where the output did not hold it."""
    only_while_a_call_fails: bool = False

    @property
    def claim(self) -> Claim:
        """What a sentence must say to say it again."""
        return Claim(
            terms=_terms(self.words),
            quantities=tuple(one for figure in self.figures for one in counted(figure).quantities),
            denials=read(self.says).whole.denials,
            of=_terms(self.of),
            beside=_terms(self.beside),
        )

    @property
    def fact(self) -> dict[str, JSON]:
        """As case.yaml keeps it, what is empty left out."""
        lists = {name: list(getattr(self, name)) for name in _LISTS}
        return {"says": self.says, **{name: value for name, value in lists.items() if value}}


@dataclass(frozen=True, slots=True)
class Spot:
    """A sentence of the recorded run, the one before it, and the tool that was given it."""

    sentence: str
    before: str = ""
    calls: tuple[str, ...] = ()


def entry_in(fact: JSON) -> Entry | None:
    """The entry that a fact of a case holds; None if there is nothing in it to recognise."""
    if not isinstance(fact, Mapping):
        return None
    lists = {name: _texts(fact.get(name)) for name in _LISTS}
    entry = Entry(
        says=str(fact.get("says", "")),
        only_while_a_call_fails=fact.get("only_while_a_call_fails") is True,
        **lists,
    )
    return entry if entry.claim.terms or entry.claim.quantities else None


def _texts(value: JSON) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, (list, tuple)) else ()


def _terms(words: Sequence[str]) -> frozenset[str]:
    return frozenset(map(term, (word.casefold() for word in words))) - {""}


def entries_of(known: Known) -> Iterator[Entry]:
    """The statements among the words marked as wrong, in order.

    Left out is what other checks know better: a field that nobody filled in, and what is said of another
    customer; and what has too few telling words to be recognised by.
    """
    places = list(_places(known.recorded))
    for marked in known.incident.wrong:
        for words in chain.from_iterable(map(_divided, filter(None, sentences(marked)))):
            if _PLACEHOLDER.search(words):
                continue
            place = next((one for one in places if _flat(words) in _flat(one.sentence)), Spot(words))
            entry = _entry(words, place, known)
            if entry is not None:
                yield entry


def _divided(words: str) -> tuple[str, ...]:
    """The statements of a sentence, where `and` joins several that say enough each."""
    several = tuple(_AND.split(words))
    return several if all(_VERB.search(one) and _tells(read(one).whole) for one in several) else (words,)


def _places(run: Run) -> Iterator[Spot]:
    """Every sentence of the output, then of what calls were given."""
    yield from _spots(run.output)
    for step in run.steps:
        if step.kind in _CALLS:
            yield from _spots(step.input, step.name)


def _spots(value: JSON, *calls: str) -> Iterator[Spot]:
    before = ""
    for sentence in sentences(value):
        if sentence:
            yield Spot(sentence, before, calls)
        before = sentence


def _flat(text: str) -> str:
    return " ".join(readable(text).casefold().split()).strip(" .!")


def _entry(words: str, spot: Spot, known: Known) -> Entry | None:
    part = next((one for one in parts(spot.sentence) if _flat(words) in _flat(one)), spot.sentence)
    for text in (words, part):
        says = _without_names(readable(text), known)
        if says is not None and _tells(said := read(says).whole):
            around = _without_names(readable(part), known) or says
            before, behind = _around(says, around)
            of = read(before).whole.terms - said.terms
            near = _without_names(readable(f"{behind} {spot.sentence} {spot.before}"), known) or behind
            return Entry(
                says=says,
                figures=tuple(dict.fromkeys(counted(says).words)),
                words=_shown(said.terms, says),
                of=_shown(of, before),
                beside=_shown(read(near).whole.terms - said.terms - of, near)[:_MOST_BESIDE],
                calls=spot.calls,
            )
    return None


def _around(says: str, text: str) -> tuple[str, str]:
    """What stands in front of the words in a text, and what behind them; all of it, if they are not there."""
    at = text.casefold().find(says.casefold().strip(" ."))
    return (text[:at], text[at + len(says) :]) if at >= 0 else ("", text)


def _tells(said: Statement) -> bool:
    """Whether it says enough to be recognised: a figure with what it is of, or two telling words."""
    return len(said.terms - {ALLOWED}) >= (1 if said.quantities else 2)


def _without_names(text: str, known: Known) -> str | None:
    """The text without the name of the run's own customer; None if it names another one."""
    mentions = list(names_of(known.customers).foreign(text, ""))
    if any(mention.customer != known.customer_id for mention in mentions):
        return None
    for mention in reversed(mentions):
        text = f"{text[: mention.start]}{_BLANK}{text[mention.end :]}"
    return text


def _shown(terms: frozenset[str], text: str) -> tuple[str, ...]:
    """A word for each term: the first one of the text that stands for it, else the term's own name."""
    words = {term(word): word for word in reversed(_WORD.findall(text.casefold()))}
    return tuple(words.get(one, one.casefold()) for one in sorted(terms - {ALLOWED}))
