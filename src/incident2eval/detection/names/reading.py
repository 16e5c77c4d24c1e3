"""A text in Western letters as the search for names reads it: at once, not word by word.

`read` takes only texts for which that is the same: texts that are their only view, whose words no dots and no
escapes make anything but runs of letters and digits. Most texts are, and it is tens of times faster.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from incident2eval.detection.text.views import plain
from incident2eval.detection.text.wording import POSSESSIVE, WORD, fold, shape

_WESTERN = "cp1252"
"""Letters with accents, dashes, curly quotes, bullets and signs of currencies, in one byte each."""
_UNREAD = b"\0"
"""What stands for a character that reads as something else than itself."""

_LETTER = rb"[0-9A-Za-z\x80-\xff]"
_DRESSED = re.compile(
    rb"""[&%\\<_+*`~](?:
      (?<=&)(?:\#|[A-Za-z]{2})
    | (?<=%)[0-9A-Fa-f]{2}
    | (?<=\\)[nrtux]
    | (?<=<)[!/A-Za-z]
    | (?<=_)LETTER+_
    | (?<=LETTER\+)LETTER
    | (?<=LETTER[*`~])[*`~]{0,2}LETTER
    )""".replace(b"LETTER", _LETTER),
    re.VERBOSE,
)
"""Where a view may read something else: entities, escapes, tags, `+` for a space, emphasis inside a word."""
_SIGNS = b"&%\\<_+*`~"
_LINE_END_HYPHEN = re.compile(rb"-[ \t]{0,8}\r?\n")
_LONG = b"x" * 59
"""The longest words are not compared; a possessive 's counts, too."""

_POSSESSIVE = re.compile(rb"'(?<=[0-9A-Za-z]')[sS](?![0-9A-Za-z])")
_INSIDE_INITIALS = re.compile(rb"\.(?<=[A-Za-z]\.)(?=[A-Za-z]\.)")
_INITIALS = re.compile(rb"(?<![0-9A-Za-z])(?:[A-Za-z]\.){2,8}(?:[A-Za-z](?![0-9A-Za-z]))?")
_UNCLEAR = re.compile(rb"'[sS](?:'[sS]|\.[A-Za-z]\.)")
"""Where it takes a second look which s is possessive and which an initial."""
_MARKS_APART = bytes.maketrans(b"'.", b"  ")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A text, or a view of one, as words in a row."""

    line: str
    """Its words in lower case, one space around each; initials without dots, nothing with a possessive 's."""
    written: str
    """The line in the text's case."""
    possessives: Sequence[str]
    """Those of them that have a possessive 's, with that s: a name may end in it."""

    def may_have_capital(self, word: str, at: int) -> bool:
        """Whether a word begins with no small letter, or has a possessive 's.

        Args:
            word: A word of the line, or one of the possessives.
            at: Where it begins, in bytes; a possessive stands behind the line.
        """
        if self.written.isascii():
            return at >= len(self.written) or not self.written[at].islower()
        return word in self._capitalised

    @cached_property
    def _capitalised(self) -> set[str]:
        capitalised = (word.casefold() for word in self.written.split() if not word[0].islower())
        return {*capitalised, *self.possessives}


@lru_cache(maxsize=4)
def read(text: str) -> Reading | None:
    """A text at once, or None where that might differ from reading every view of it word by word."""
    try:
        raw = text.encode("ascii" if text.isascii() else _WESTERN)
    except UnicodeEncodeError:
        return None
    letters, shapes = (raw.translate(table) for table in _tables())
    if _UNREAD in letters or _LONG in shapes or _UNCLEAR.search(letters):
        return None
    if (len(raw.translate(None, _SIGNS)) < len(raw) and _DRESSED.search(raw)) or _LINE_END_HYPHEN.search(raw):
        return None
    if _INSIDE_INITIALS.search(letters):
        letters = _initials_joined(letters)
    possessives: Sequence[str] = ()
    if found := [match.start() for match in _POSSESSIVE.finditer(letters)]:
        possessives = [
            str(letters[shapes.rfind(b" ", 0, at) + 1 : at] + b"s", "ascii").lower() for at in found
        ]
        letters = _POSSESSIVE.sub(b"  ", letters)
    words = letters.translate(_MARKS_APART).replace(b"&", b" and ").replace(b"+", b" and ").split()
    written = str(b" %b " % b" ".join(words), "ascii")
    return Reading(line=written.lower(), written=written, possessives=possessives)


def read_by_words(view: str) -> Reading:
    """One view of any text."""
    tokens = WORD.findall(view)
    words = (shape(POSSESSIVE.sub("", token)) if fold(token) else "" for token in tokens)
    written = f" {' '.join(words)} "
    return Reading(
        line=written.casefold(),
        written=written,
        possessives=[shape(token).casefold() for token in tokens if POSSESSIVE.search(token)],
    )


def _initials_joined(letters: bytes) -> bytes:
    """The letters with initials without dots, and as many spaces behind: all else stays in its place."""
    joined, done = bytearray(letters), 0
    for dot in _INSIDE_INITIALS.finditer(letters):
        if dot.start() > done and (initials := _INITIALS.match(letters, dot.start() - 1)):
            done = initials.end()
            joined[initials.start() : done] = initials[0].replace(b".", b"").ljust(len(initials[0]))
    return bytes(joined)


@cache
def _tables() -> tuple[bytes, bytes]:
    """How each character of the code page is written, and which ones are parts of words."""
    letters = b"".join(_written(bytes([code])) for code in range(256))
    return letters, bytes(ord("x") if chr(code).isalnum() else ord(" ") for code in letters)


def _written(code: bytes) -> bytes:
    """A character as a plain letter, a space, an apostrophe or a sign: as it is taken word by word."""
    char = code.decode(_WESTERN, errors="replace")
    inside = f"x{char}s"
    words = [fold(word) for word in WORD.findall(inside)]
    if char in "&+.":
        return code
    if words != [fold(word) for word in WORD.findall(plain(inside))]:
        return _UNREAD
    if words == ["x", "s"]:
        return b" "
    if words == ["x"]:
        return b"'"
    letter = shape(char)
    return letter.encode() if len(letter) == 1 and letter.isascii() and letter.isalnum() else _UNREAD
