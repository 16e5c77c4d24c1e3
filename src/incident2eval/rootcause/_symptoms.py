"""What is wrong with a run, as its output and the incident file show it: where the way back begins."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from incident2eval.model import JSON, Finding, Incident, Run, flat_text
from incident2eval.rootcause._content import Content, content, is_weak, tokens

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_ALIKE = 0.3
"""From which likeness on a right sentence is taken for what a wrong one should have been."""
_MOST_RIGHT = 200
"""Right sentences that a wrong one is compared with."""
_WHOLE_TEXT = 3
"""Sentences from which on a quote is the text itself, such as where a fact is missing."""
_MOST_QUOTED = 60
"""Quotes of findings that are followed back; more of them say nothing new."""
_MASKED = "*****"


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptom:
    """Words that are wrong, and what of them tells."""

    quote: str
    says: Content
    """All of the quote."""
    wrong: Content | None = None
    """What stands in it in place of the right words, where these are known."""
    phrases: tuple[str, ...] = ()
    """The same as pieces of text, as they follow one another in the quote."""
    right: Content | None = None
    """What should stand there instead."""
    of: str = ""
    """The quote whose figure was reckoned with this one; empty where it is a quote itself."""
    known: frozenset[str] = frozenset()
    """Values of the quote that are no part of the fault: the right words or the run's own input have them."""

    @property
    def values(self) -> frozenset[str]:
        """The values that may be what is wrong."""
        if self.wrong is not None:
            return self.wrong.values
        return (self.says.values - self.known) or self.says.values

    @property
    def words(self) -> frozenset[str]:
        """The words that may be what is wrong."""
        return self.wrong.words if self.wrong is not None else self.says.words

    def stands_in(self, text: Content) -> bool:
        """Whether a text says it: word for word, by its values, or in other words."""
        if text.repeats(self.says) or len(self.says.sentences) >= _WHOLE_TEXT:
            return text.repeats(self.says)
        if self.values < self.says.values and all(map(is_weak, self.values)):
            # A mere 0 or 3 stands everywhere: it counts beside what it is said of only.
            return text.says_near(self.says.values, self.says.words)
        if self.values:
            return text.states(self.values, self.says.words)
        if self.wrong is not None:
            return all(f" {phrase} " in f" {text.flat} " for phrase in self.phrases)
        return text.holds(self.says)

    def partly_in(self, text: Content) -> bool:
        """Whether a text holds one of the values that are wrong for certain: the right words have another."""
        return self.wrong is not None and any(
            value in text.values and not is_weak(value) for value in self.wrong.values
        )

    def wrongly_in(self, text: Content) -> bool:
        """Whether a text holds what stands in place of the right words."""
        wrong = self.wrong
        if wrong is None:
            return self.stands_in(text)
        return self.stands_in(text) or bool(wrong.values & text.values)

    @property
    def _about(self) -> frozenset[str]:
        """What the wrong and the right words have in common: what they speak of."""
        wrong = self.wrong.words if self.wrong else frozenset()
        return self.says.words - wrong

    def is_stated_in(self, text: Content) -> bool:
        """Whether a text puts the wrong value beside what it is said of."""
        wrong = self.wrong
        return text.repeats(self.says) or (
            wrong is not None
            and bool(self._about)
            and text.says_near(wrong.values or wrong.words, self._about)
        )

    def right_is_stated_in(self, text: Content) -> bool:
        """Whether a text puts the right value beside what it is said of."""
        right = self.right
        return right is not None and text.says_near(right.values or right.words, self._about)

    def right_in(self, text: Content) -> bool:
        """Whether a text holds what should have been said, or one of the values that tell it."""
        right = self.right
        if right is None:
            return False
        if right.values:
            strong = {value for value in right.values if not is_weak(value)}
            return bool(strong & text.values) or text.states(right.values, self.says.words)
        return text.tells(right.words)


def symptoms(
    run: Run, findings: Sequence[Finding], incident: Incident | None, right: JSON
) -> tuple[Symptom, ...]:
    """The words that people marked as wrong, then those that a finding quotes from the output.

    Args:
        run: The recorded run.
        findings: What the checks found in it.
        incident: The incident file, where there is one.
        right: What the output should have been, where people say; else None.
    """
    marked = incident.wrong if incident else ()
    quoted = [one.excerpt for one in findings if one.step is None and _MASKED not in one.excerpt]
    quoted = quoted[:_MOST_QUOTED]
    stated = incident.right if incident else ()
    should = (*stated, *filter(None, _SENTENCE.split(flat_text(right))))
    known = content(flat_text(run.input)).values.union(*(content(text).values for text in should))
    beside = dict(zip(marked, stated, strict=True)) if len(marked) == len(stated) else {}
    return tuple(
        _symptom(quote, should[:_MOST_RIGHT], known, beside.get(quote))
        for quote in dict.fromkeys((*marked, *quoted))
        if quote.strip()
    )


def symptom(quote: str) -> Symptom:
    """Words that are wrong, when nothing more is known of them."""
    return Symptom(quote=quote, says=content(quote))


def _symptom(quote: str, should: Sequence[str], known: frozenset[str], beside: str | None) -> Symptom:
    """A quote beside what should have stood there: the right words most like it, else those at its place."""
    mine = tokens(quote)
    matchers = (
        (SequenceMatcher(None, mine, theirs, autojunk=False), theirs) for theirs in map(tokens, should)
    )
    best, theirs = max(matchers, key=lambda one: one[0].ratio(), default=(None, ()))
    plain = Symptom(quote=quote, says=content(quote), known=known)
    if beside and (best is None or best.ratio() < _ALIKE):
        theirs = tokens(beside)
        best = SequenceMatcher(None, mine, theirs, autojunk=False)
    elif best is None or best.ratio() < _ALIKE or best.ratio() == 1:
        return plain
    changed = [code for code in best.get_opcodes() if code[0] != "equal"]
    pieces = [" ".join(mine[start:end]) for _, start, end, _, _ in changed if end > start]
    wrong = content(" ".join(pieces))
    right = content(" ".join(word for _, _, _, start, end in changed for word in theirs[start:end]))
    if not (wrong.values or wrong.words):
        return plain
    told = right if right.values or right.words else None
    phrases = tuple(content(piece).flat for piece in pieces)
    return Symptom(quote=quote, says=plain.says, wrong=wrong, phrases=phrases, right=told, known=known)
