"""What a sentence says: its telling terms and figures, how often it denies, and whether it says it at all."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from incident2eval.checks.figures.quantities import Quantity, counted
from incident2eval.checks.statements.groups import FREE, PAY, denies, term
from incident2eval.checks.statements.phrases import folded
from incident2eval.checks.statements.sentences import clauses, parts

_TOKEN = re.compile(r"[A-Za-z][A-Za-z0-9]*|\d+(?:\.\d+)?")
_SHORTENED = tuple(
    (re.compile(short), full)
    for short, full in (
        (r"\bcan['\u2019]t\b|\bcannot\b", "can not"),
        (r"\bwon['\u2019]t\b", "will not"),
        (r"\bshan['\u2019]t\b", "shall not"),
        (r"n['\u2019]t\b", " not"),
        (r"['\u2019](?:ll|re|ve|d|s|m)\b", " "),
    )
)
_SAYING = (
    "say said tell told confirm confirmed promise promised rule verify verified know known state stated "
    "assure check checked assume claim conclude believe mean sure clear certain established"
)
_NOT_SAID = re.compile(
    rf"\b(?:not|never|unable|un)\s?(?:\w{{1,9}}\s){{0,2}}(?:{'|'.join(_SAYING.split())})\b"
    r"|\bwhether\b|\bhow (?:much|many|long)\b|\bto find out\b|\bremains to be\b|\bwould have\b|\bused to\b"
    r"|\b(?:wrong|incorrect|mistake|mistaken|erroneous)(?:ly)?\b|\bnot (?:true|correct|right|accurate)\b"
    r"|\b(?:in error|untrue|misleading|inaccurate|disregard|retract(?:ed)?|withdrawn)\b"
    r"|\bapolog\w{1,8} (?:for|that) (?:\w{1,7} ){0,2}(?:promis|sa[iy]|stat|writ|wrote|tell|told|error)"
    r"|\b(?:almost|probably|likely|usually|generally|typically|often|sometimes|partly|partially|so far)\b"
    r"|\b(?:in part|part of)\b"
    r"|\b(?:some|other|others|many|most) (?:\w+ ){0,2}(?:give|offer|get|have|grant|do|pay)\b"
    r"|\b(?:corrected|correction|formerly|previously|might|perhaps|pending|provisionally)\b"
    r"|\b(?:previous|earlier|old|last|former)\s(?:e-?mail|mail|message|letter|reply|note|version|draft|answer)s?\b"
    r"|\b(?:you|customer|client|he|she|they)\s(?:asked|wrote|said|mentioned|quoted|claim that|claimed)\b"
    r"|\b(?:was|were|been)\stold\b|\bwe (?:will|shall) (?:let you know|see)\b"
)
"""What keeps a sentence from saying what it mentions: doubt, correction, report."""
_CONDITION = re.compile(
    r"(?:and |or |even |only )?"
    r"(?:if|unless|once|until|when|whenever|should|as soon as|provided|in case|subject to)\b"
)
_ATTACHED = re.compile(
    r"\b(?:for|of|about|on|in|at|by) (?:(?:the|your|our|a|an|his|her|their|its|any|this) )?"
    r"([a-z]+)(?: ([a-z]+))?"
)
_PERSONAL = re.compile(r"\b(?:you|your|we|us|our|i|my)\b")
_PRICED = re.compile(
    r"\b(?:for|at|costs?|plus|up to|limited to) (?:only |just |about )?[£$€]\d", re.IGNORECASE
)
"""A price or a limit set on it."""
_MOST_CLAUSES = 12


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence between commas."""

    terms: frozenset[str]
    quantities: tuple[Quantity, ...]
    denials: int
    conditional: bool
    attached: frozenset[str]
    """The terms that are tied to another word: `for the director`, `visa photo`."""
    personal: bool
    priced: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """Clauses that stand together, as one."""

    terms: frozenset[str]
    quantities: tuple[Quantity, ...]
    denials: int
    main: frozenset[str]
    """The terms outside of its conditions."""
    attached: frozenset[str]
    """The terms that are tied to another word."""
    personal: bool
    """Whether it speaks of `you` or `us`."""
    priced: bool
    """Whether it sets a price or a limit in money."""
    conditions: frozenset[str]
    """The terms of every condition in the part of the sentence that it is of."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, read."""

    parts: tuple[tuple[Clause, ...], ...]
    said: bool
    """Whether it says what it mentions: neither asks nor doubts nor takes it back."""

    def statements(self) -> Iterator[Statement]:
        """Every run of neighbouring clauses in one of its parts, as one statement, the shortest first."""
        for part in self.parts:
            conditions = joined(part).conditions
            for length in range(1, min(len(part), _MOST_CLAUSES) + 1):
                for start in range(min(len(part), _MOST_CLAUSES) - length + 1):
                    yield replace(joined(part[start : start + length]), conditions=conditions)

    @property
    def whole(self) -> Statement:
        """All of it as one statement."""
        return joined([clause for part in self.parts for clause in part])


@lru_cache(maxsize=20_000)
def read(sentence: str) -> Sentence:
    """What a sentence says."""
    plain = _in_full(sentence.casefold())
    divided = tuple(tuple(map(_clause, clauses(part))) for part in parts(sentence))
    asked = sentence.rstrip("\"'\u2019\u201d)* _").endswith("?")
    return Sentence(divided, said=not asked and not _NOT_SAID.search(plain))


def joined(clauses: Sequence[Clause]) -> Statement:
    """Several clauses as one statement."""
    terms = frozenset(term for clause in clauses for term in clause.terms)
    main = frozenset(term for clause in clauses if not clause.conditional for term in clause.terms)
    return Statement(
        terms=terms - {PAY} if FREE in terms else terms,
        quantities=tuple(one for clause in clauses for one in clause.quantities),
        denials=sum(clause.denials for clause in clauses),
        main=main,
        attached=frozenset(term for clause in clauses for term in clause.attached),
        personal=any(clause.personal for clause in clauses),
        priced=any(clause.priced for clause in clauses),
        conditions=frozenset(term for clause in clauses if clause.conditional for term in clause.terms),
    )


def _in_full(text: str) -> str:
    for short, full in _SHORTENED:
        text = short.sub(full, text)
    return text


@dataclass(frozen=True, slots=True)
class Word:
    """A word that tells something: its term, and whether it denies."""

    text: str
    term: str
    denies: bool = False
    joined: bool = False
    """Whether it stands right behind another telling word: `photo` in `visa photo`."""


def words(text: str) -> tuple[Word, ...]:
    """The telling words of a text without its figures, in order; one that denies may have no term."""
    return tuple(_words(" ".join(_in_full(text.casefold()).split())))


def _words(plain: str) -> Iterator[Word]:
    before = ""
    for word in _TOKEN.findall(folded(plain)):
        denied = "" if word == "0" else None if word.isupper() else denies(word)
        found = word if word.isupper() else term(word)
        if denied is not None:
            yield Word(word, denied, denies=True)
        elif found:
            yield Word(word, found, joined=bool(before))
        before = found if denied is None else ""


def _clause(text: str) -> Clause:
    figures = counted(text)
    plain = " ".join(_in_full(figures.rest.casefold()).split())
    found = tuple(_words(plain))
    free = {FREE} if any(one.is_no_money for one in figures.quantities) else set()
    return Clause(
        terms=frozenset(one.term for one in found if one.term) | free,
        quantities=tuple(one for one in figures.quantities if not one.is_no_money),
        denials=sum(one.denies for one in found),
        conditional=bool(_CONDITION.match(plain)),
        personal=bool(_PERSONAL.search(plain)),
        priced=bool(_PRICED.search(text)),
        attached=frozenset(term(word) for words in _ATTACHED.findall(plain) for word in words if word)
        | {one.term for one in found if one.joined},
    )
