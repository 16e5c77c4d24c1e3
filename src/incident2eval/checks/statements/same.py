"""Whether a sentence says the same as a statement, in whatever words and figures."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from incident2eval.checks.figures.quantities import Quantity
from incident2eval.checks.statements.groups import (
    ALLOWED,
    APPROVED,
    CLAIMS,
    MAXIMUM,
    MINIMUM,
    REFUND,
    RETURN,
    spellings,
)
from incident2eval.checks.statements.sentences import sentences
from incident2eval.checks.statements.statement import Statement, joined, read
from incident2eval.model import JSON

_LEAST_SHARED, _LEAST_OF_MERE_WORDS = 0.6, 0.75
"""How much of a statement must come back where nothing new stands beside it; the more where it is mere words:
without a figure, and without a term that claims something."""
_MOST_NEW, _MOST_NEW_WITH_FIGURES = 1, 3
"""How many new telling words may stand beside all of a statement; figures leave less doubt what it is of."""
_STANDS_FOR = {RETURN: REFUND, APPROVED: ALLOWED}
"""A term that may stand for another one in the right surroundings: a deposit paid back is returned."""
_SAYS_LITTLE = frozenset({ALLOWED, MAXIMUM, MINIMUM})
_MOST_SENTENCES, _MOST_LETTERS = 1_000, 60_000
"""How much of a text is read that speaks of the same again and again."""
_YES = re.compile(r"\W*(?:yes|yep|certainly|of course|absolutely|sure|correct)\b", re.IGNORECASE)
_CONTRAST = re.compile(r"\b(?:but|however|whereas|while|although|though|only|except)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A statement to be recognised in other words."""

    terms: frozenset[str]
    quantities: tuple[Quantity, ...]
    denials: int
    of: frozenset[str] = frozenset()
    """Terms in front of it, of what it was said: new words only where one of them is there, too."""
    beside: frozenset[str] = frozenset()
    """Other terms around it: they may come along."""

    @property
    def familiar(self) -> frozenset[str]:
        """Terms that a condition may name: a figure says well enough what it is the figure of."""
        return self.terms | _SAYS_LITTLE | (self.of | self.beside if self.quantities else frozenset())

    @property
    def claims(self) -> frozenset[str]:
        """What it claims of its subject."""
        return self.terms & CLAIMS


def said_in(text: JSON, claim: Claim) -> Iterator[str]:
    """The sentences of a text that say what the statement says; when in doubt, none.

    Of a text with thousands of sentences about the same, the first ones are read.
    """
    before, seen, left = "", set[str](), _MOST_LETTERS
    for sentence in sentences(text, spellings(claim.terms) if claim.terms else None):
        if sentence and sentence not in seen and len(seen) < _MOST_SENTENCES and left > 0:
            seen.add(sentence)
            left -= len(sentence)
            if _says(sentence, claim):
                yield sentence
            elif before and _share_it(before, sentence, claim):
                yield f"{before} {sentence}"
        before = sentence


def _says(text: str, claim: Claim) -> bool:
    """Whether a sentence, or some of its clauses, says it."""
    sentence = read(text)
    if not sentence.said:
        return False
    if any(_is(statement, claim) for statement in sentence.statements()):
        return True
    return (
        len(sentence.parts) > 1
        and _is(sentence.whole, claim, nothing_new=True)
        and not _CONTRAST.search(text)
    )


def _share_it(one: str, other: str, claim: Claim) -> bool:
    """Whether two neighbouring sentences say it together and nothing else: a question and its yes, too."""
    first, second = read(one), read(other)
    answered = one.endswith("?") and _YES.match(other)
    if not (second.said and (first.said or answered)) or _CONTRAST.search(f"{one} {other}"):
        return False
    both = joined([clause for part in (*first.parts, *second.parts) for clause in part])
    return _is(both, claim, nothing_new=True)


def _is(said: Statement, claim: Claim, *, nothing_new: bool = False) -> bool:
    if said.denials != claim.denials or not _same_figures(said.quantities, claim.quantities):
        return False
    if said.conditions - claim.familiar or (said.priced and not claim.quantities):
        return False
    stand_ins = {
        one: _STANDS_FOR[one] for one in claim.terms - said.terms if _STANDS_FOR.get(one) in said.terms
    }
    numbers = {f"{one.value:g}" for one in said.quantities if one.kind == "count"}
    missing = claim.terms - said.terms - stand_ins.keys() - numbers
    new = _telling(said.terms - claim.terms - claim.of - claim.beside - set(stand_ins.values()))
    if any(one in CLAIMS or one.isdigit() for one in missing) or missing == claim.terms:
        return False
    if not _asserts(said, claim):
        return False
    replaced = bool(missing and said.terms & (claim.of | claim.beside)) and not claim.quantities
    if not new and not replaced:
        figures = len(claim.quantities)
        shared = (len(claim.terms) - len(missing) + figures) / (len(claim.terms) + figures)
        return shared >= (_LEAST_SHARED if figures or claim.claims else _LEAST_OF_MERE_WORDS)
    if nothing_new or missing or ALLOWED in stand_ins.values():
        return False
    if not claim.quantities and new & said.attached:
        return False
    at_home = not claim.of or bool(claim.of & said.terms)
    most = _MOST_NEW_WITH_FIGURES if claim.quantities and said.personal else _MOST_NEW
    return at_home and len(new) <= most


def _telling(terms: frozenset[str]) -> set[str]:
    """Terms that may make it another statement: no mere numbers, which stand in references, too."""
    return {one for one in terms - _SAYS_LITTLE if not one.isdigit()}


def _asserts(said: Statement, claim: Claim) -> bool:
    """Whether what it claims stands outside of its conditions."""
    wanted = claim.claims or claim.terms
    return any(
        one in said.main or (one not in said.terms and _STANDS_FOR.get(one) in said.main) for one in wanted
    )


def _same_figures(said: tuple[Quantity, ...], wanted: tuple[Quantity, ...]) -> bool:
    """Whether every figure wanted is there, and no other one that could stand in its place."""
    measures = {one.is_like for one in wanted}
    return all(any(one.same(other) for other in said) for one in wanted) and all(
        any(one.same(other) for other in wanted) for one in said if one.is_like in measures
    )
