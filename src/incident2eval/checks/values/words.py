"""Words as they are compared: by stem, the few that mean one decision alike, and whether they are denied."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from incident2eval.checks.values.notation import CONTINENTAL
from incident2eval.detection.text.wording import Span, fold, vocabulary

TOKEN = re.compile(r"[^\W_]+(?:['\u2019][^\W\d_]{1,2}(?![^\W_]))?")
"""One word; what stands on both sides of `_`, `-` or `/` are words of their own."""

_SUFFIXES = (
    *(("ations", ""), ("ation", ""), ("ings", ""), ("ing", ""), ("ied", "i"), ("ies", "i")),
    *(("als", ""), ("al", ""), ("ed", ""), ("es", ""), ("s", "")),
)
_ALIKE = (
    vocabulary("approv accept grant allow permit authoris authoriz"),
    vocabulary("declin reject refus deni disallow"),
)
"""Stems of words that say the same decision."""
_DENYING = vocabulary(
    "not no never nor neither cannot without instead rather formerly previously non un longer wrongly"
)
_CLAUSE = re.compile(r"[.;,:!?\n]")
_PUTTING_OFF = re.compile(r"\b(?:instead of|rather than|no longer|not|never)\b.{0,24}\Z", re.IGNORECASE)


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """What words of one family share: `approve`, `approved` and `approval`; `denied` and `deny`."""
    folded = fold(word)
    if len(folded) < 4 or not folded.isalpha():
        return folded
    for suffix, by in _SUFFIXES:
        if folded.endswith(suffix) and len(folded) - len(suffix) >= 3:
            folded = folded[: len(folded) - len(suffix)] + by
            break
    folded = folded[:-1] + "i" if folded.endswith("y") else folded.removesuffix("e")
    return folded[:-1] if len(folded) > 3 and folded[-1] == folded[-2] else folded


def stems(text: str) -> tuple[str, ...]:
    """The stems of a text's words, in order; `needsReview` is two words."""
    return tuple(stem(word) for word in TOKEN.findall(_CAMEL.sub(" ", text)))


_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def alike(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two words, as stems, say the same."""
    if tuple(one) == tuple(other) or ("".join(one) == "".join(other) != ""):
        return True
    return len(one) == len(other) == 1 and any({one[0], other[0]} <= group for group in _ALIKE)


def said_at(text: str, wanted: Sequence[str], *, strictly: bool = False) -> Iterator[Span]:
    """Where a text says a word (given as stems) and doesn't deny it.

    Args:
        text: The text.
        wanted: The word, as stems.
        strictly: Whether words that mean the same decision do not count.
    """
    size = len(wanted)
    if not size:
        return
    tokens = [(match.start(), match.end(), stem(match[0])) for match in TOKEN.finditer(text)]
    for at in range(len(tokens) - size + 1):
        here = [one for _, _, one in tokens[at : at + size]]
        if not (here == list(wanted) if strictly else alike(here, wanted)):
            continue
        start, end = tokens[at][0], tokens[at + size - 1][1]
        if not is_denied(text, start):
            yield start, end


def is_denied(text: str, start: int) -> bool:
    """Whether what stands there is named as what is not so: `not 60 days`, `never approved`."""
    ahead = _CLAUSE.split(text[max(0, start - 40) : start])[-1]
    return bool(_PUTTING_OFF.search(ahead)) or any(map(denies, TOKEN.findall(ahead)[-2:]))


def denies(word: str) -> bool:
    """Whether a word turns what follows into its opposite."""
    folded = fold(word)
    return folded in _DENYING or (
        len(folded) > 3 and folded.endswith("nt") and ("'" in word or "\u2019" in word)
    )


def content(words: Iterable[str]) -> tuple[str, ...]:
    """The words that say what a text is about, each once, in order."""
    return tuple(dict.fromkeys(word for word in words if len(word) > 1 and word not in _EMPTY))


_SMALL = """
a an the of to for and or but in on at by with within from into up out off over under than then so if as
per is are was were be been being am it its this that these those there here we you your our us i me my
he she they them their his her has have had having will would can could may might shall should must do
does did done also all any each both about around approximately roughly only just still already yet now
not no yes please which who whom whose what when where how why more most less least very too same such
other another one two three four five six seven eight nine ten
"""
_EMPTY = frozenset(stem(word) for word in (*_SMALL.split(), *CONTINENTAL))
"""Stems of words that say nothing of the subject."""
