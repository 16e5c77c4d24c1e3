"""The same words in other clothes: rules that know nothing of how a statement is recognised."""

import re
from collections.abc import Iterator, Sequence

from incident2eval.checks.text.wording import leaves
from incident2eval.model import JSON

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_TENS = "ten twenty thirty forty fifty sixty seventy eighty ninety".split()
_OTHER_WORDS = (
    ("full refund", "complete refund"),
    ("refund", "reimbursement"),
    ("within", "inside"),
    ("free of charge", "at no cost"),
    ("at no cost", "free of charge"),
    ("you pay nothing", "there is no charge"),
    ("We will", "We'll"),
    ("You can", "You may"),
    ("were found", "came up"),
    ("is cleared", "has been approved"),
    (" days", " calendar days"),
    ("%", " per cent"),
)
"""Everyday swaps, tried one by one where the words stand."""
_LEADS = ("Good news: ", "As agreed, ", "To sum up: ", "Just so you know, ")


def reworded(wrong: Sequence[str], output: JSON) -> Iterator[JSON]:
    """Outputs that still say the first of the wrong words that an output holds.

    Args:
        wrong: Words marked as wrong.
        output: What the recorded run said.
    """
    for words in wrong:
        found = _around(words, output)
        if found is not None:
            yield from _dressed(found)
            yield from (other for swapped in _swapped(found, words) for other in (swapped, f"- {swapped}"))
            return


def _around(words: str, output: JSON) -> str | None:
    """The sentence of the output that holds the words."""
    flat = _flat(words)
    for _, leaf in leaves(output):
        if isinstance(leaf, str) and flat in _flat(leaf):
            return next((" ".join(one.split()) for one in _SENTENCE.split(leaf) if flat in _flat(one)), " ".join(words.split()))
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


def _swapped(sentence: str, words: str) -> Iterator[str]:
    """The sentence with other words for some, and with its numbers spelt otherwise."""
    for old, new in _OTHER_WORDS:
        if old in sentence:
            yield sentence.replace(old, new)
    for number in re.findall(r"(?<![\d.,])[1-9]0(?![\d.,])(?= [a-z])", sentence):
        yield re.sub(rf"(?<![\d.,]){number}(?![\d.,])", _TENS[int(number[0]) - 1], sentence)
    for name in _TENS:
        if re.search(rf"\b{name}\b", sentence):
            yield re.sub(rf"\b{name}\b", str((_TENS.index(name) + 1) * 10), sentence)
