"""Made-up words: what a name is replaced by, pronounceable, of the same length class, and nobody's."""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Sequence

_ONSETS = "b d f g h k l m n p r s t v w br dr gr kr tr st sh th fl".split()
_VOWELS = "a e i o u".split()
_INNER = ("", "", "", "l", "n", "r", "s", "m")
_ENDS = "n r l d t k s m nd rn st th ck ld".split()
_LONGEST = 14


class Keyed:
    """A source of chance that gives the same for the same question, and tells nothing without the key."""

    def __init__(self, key: bytes) -> None:
        """Take the project's key."""
        self._key = key

    def digest(self, *asked: str) -> bytes:
        """32 bytes for a question."""
        return hmac.new(self._key, "\x1f".join(asked).encode("utf-8", "surrogatepass"), "sha256").digest()

    def name(self, *asked: str) -> str:
        """A question as who has no key may read it: 16 hexadecimal digits."""
        return self.digest("name", *asked).hex()[:16]

    def numbers(self, *asked: str) -> Iterator[int]:
        """Endless numbers below 256 for a question."""
        seed, block = self.digest(*asked), 0
        while True:
            yield from hashlib.sha256(seed + block.to_bytes(4, "big")).digest()
            block += 1


def word(chance: Iterator[int], length: int, *, taken: Callable[[str], bool]) -> str:
    """A word in lower case that is about as long, and that nobody bears.

    Args:
        chance: Numbers below 256.
        length: Letters of the word that it stands for.
        taken: Whether a word is in use: a real name, an ordinary word.
    """
    wanted = min(max(length, 4), _LONGEST)
    while True:
        made = _of(_ONSETS, chance) + _of(_VOWELS, chance)
        while len(made) < wanted - 2:
            made += _of(_INNER, chance) + _of(_ONSETS, chance) + _of(_VOWELS, chance)
        made += _of(_ENDS, chance)
        if len(made) <= wanted + 3 and not taken(made):
            return made


def _of(parts: Sequence[str], chance: Iterator[int]) -> str:
    return parts[(next(chance) * 256 + next(chance)) % len(parts)]


def in_the_case_of(made: str, original: str) -> str:
    """A made-up word in capitals, with a capital, or in lower case, as the word that it stands for."""
    if original.isupper() and len(original) > 1:
        return made.upper()
    return made.capitalize() if original[:1].isupper() else made


def scrambled(value: str, chance: Iterator[int], *, keep: int = 0) -> str:
    """A value with other digits and letters of the same case; signs, and the first characters, stay."""
    return value[:keep] + "".join(_other(char, chance) for char in value[keep:])


def _other(char: str, chance: Iterator[int]) -> str:
    if char.isdigit():
        return str((next(chance) * 256 + next(chance)) % 10)
    if char.isalpha():
        letter = chr(ord("a") + (next(chance) * 256 + next(chance)) % 26)
        return letter.upper() if char.isupper() else letter
    return char
