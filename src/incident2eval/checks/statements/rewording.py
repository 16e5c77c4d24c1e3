"""The same words in other clothes: rules that know nothing of how a statement is recognised."""

import re
from collections.abc import Iterator, Sequence

from incident2eval.detection.text.wording import leaves
from incident2eval.model import JSON

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_TENS = "ten twenty thirty forty fifty sixty seventy eighty ninety".split()
_OTHER_WORDS = (
    ("full refund", "complete refund"),
    ("refund", "reimbursement"),
    ("within", "inside"),
    ("free of charge", "at no cost"),
    ("at no cost", "free of charge"),
    ("is free", "costs nothing"),
    ("you pay nothing", "there is no charge"),
    ("We will", "We'll"),
    ("You can", "You may"),
    ("you will have", "you get"),
    ("were found", "came up"),
    ("No ", "Zero "),
    ("is cleared", "has been approved"),
    ("up to", "as long as"),
    ("until", "till"),
    (" days", " calendar days"),
    ("%", " per cent"),
)
"""Everyday swaps, tried one by one where the words stand."""
_BOUND = re.compile(
    r" (?:within|up to|for up to|until|before|after|from) (?:\w+ ){0,2}?\S*\d[\d.,]*\S*(?: [a-z]+)?"
    r"(?: (?:of|before|after|from) (?:\w+ ?){1,3})?(?=[.,;]|\Z)"
)
_NOTHING = re.compile(r"\bNo (?P<what>[\w ]{3,40}?) (?:matches|hits|entries|results|records) were found\b")
_MOST = 2
_LEADS = ("Good news: ", "As agreed, ", "To sum up: ", "Just so you know, ")


def reworded(wrong: Sequence[str], output: JSON) -> Iterator[JSON]:
    """Outputs that still say what the wrong words of an output say.

    Args:
        wrong: Words marked as wrong.
        output: What the recorded run said.
    """
    found = [one for words in wrong if (one := _around(words, output)) is not None]
    for sentence in tuple(dict.fromkeys(found))[:_MOST]:
        yield from _dressed(sentence)
        yield from _swapped(sentence)
        yield from _turned(sentence)


def _around(words: str, output: JSON) -> str | None:
    """The sentence of the output that holds the words."""
    flat = _flat(words)
    for _, leaf in leaves(output):
        if isinstance(leaf, str) and flat in _flat(leaf):
            return next(
                (" ".join(one.split()) for one in _SENTENCE.split(leaf) if flat in _flat(one)),
                " ".join(words.split()),
            )
    return None


def _flat(text: str) -> str:
    return " ".join(text.casefold().split())


def _dressed(sentence: str) -> Iterator[JSON]:
    """The sentence alone, in capitals, in a list, a table, a field, a letter, wrapped, emphasised, twice."""
    yield sentence
    yield sentence.upper()
    yield f"Thank you for your message.\n\n- Noted.\n- {sentence}\n\nKind regards"
    yield f"| Point | Answer |\n| --- | --- |\n| 1 | {sentence} |"
    yield {"reply": {"text": sentence, "language": "en"}}
    yield f"Dear customer,\n\n{_wrapped(sentence)}\n\nYours sincerely"
    yield f"**{sentence}**"
    yield f"{sentence} {sentence}"
    yield from (f"{lead}{sentence[:1].lower()}{sentence[1:]}" for lead in _LEADS)


def _wrapped(sentence: str) -> str:
    words = sentence.split(" ")
    return "\n".join(" ".join(words[at : at + 6]) for at in range(0, len(words), 6))


def _swapped(sentence: str) -> Iterator[str]:
    """The sentence with other words for some, and with its numbers spelt otherwise."""
    for old, new in _OTHER_WORDS:
        if old in sentence:
            yield sentence.replace(old, new)
    for number in re.findall(r"(?<![\d.,])[1-9]0(?![\d.,])(?= [a-z])", sentence):
        yield re.sub(rf"(?<![\d.,]){number}(?![\d.,])", _TENS[int(number[0]) - 1], sentence)
    for name in _TENS:
        if re.search(rf"\b{name}\b", sentence):
            yield re.sub(rf"\b{name}\b", str((_TENS.index(name) + 1) * 10), sentence)


def _turned(sentence: str) -> Iterator[str]:
    """The sentence with its limit in front, and what was not found as a line of a list."""
    if bound := _BOUND.search(sentence):
        rest = f"{sentence[: bound.start()]}{sentence[bound.end() :]}"
        limit = bound[0].strip()
        yield f"{limit[:1].upper()}{limit[1:]}, {rest[:1].lower()}{rest[1:]}"
        yield f"{rest.rstrip('. ')} ({limit})."
    if nothing := _NOTHING.search(sentence):
        yield f"- {nothing['what']}: none found"
        yield f"There is nothing under {nothing['what']}: no matches."
