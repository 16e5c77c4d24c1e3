"""Which English words are ordinary ones: a customer may be called `Apex`, and demand has an apex."""

import zlib
from functools import cache
from pathlib import Path

_GZIP = 16 + zlib.MAX_WBITS


def is_ordinary(word: str) -> bool:
    """Whether a word in lower case is an English word rather than somebody's name alone."""
    return word in _words()


@cache
def _words() -> frozenset[str]:
    """ordinary_words.gz, read when first needed: each line begins with how much it shares with the last."""
    packed = Path(__file__).with_name("ordinary_words.gz").read_bytes()
    words, last = [], ""
    for line in zlib.decompress(packed, wbits=_GZIP).decode("ascii").split("\n"):
        last = last[: int(line[0], 36)] + line[1:]
        words.append(last)
    return frozenset(words)
