"""A text as its reader sees it: without what is invisible, marked up or encoded; and where it stood."""

import html
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

_CHANGING = re.compile(r"[^\t-\r -$'-),-;=-\[\]^a-}]")
"""Every character that any view, but for joined lines, may take for something else: all beyond ASCII, too."""
_UNSEEN = re.compile(r"[\x1b\x9b]\[?[0-?]{0,64}[ -/]{0,8}[@-~]|[^\t-\r -~\x85]")
"""Terminal sequences, and every character that may be invisible or another way to write a letter."""
_TERMINAL_TEXT = re.compile(r"\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)")
"""A terminal's title or link: it stands in the text, and nobody sees it."""
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8});")
_LOOSE_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8});?")
_PERCENT = re.compile(r"(?:%(?:25){0,3}[0-9a-fA-F]{2})+")
_PLUS = re.compile(r"(?<=[^\W_])\+(?=[^\W_])")
_ESCAPES = re.compile(r"(?:\\{1,8}u[0-9a-fA-F]{4})+|\\{1,8}x[0-9a-fA-F]{2}|\\{1,8}[nrt]")
_INLINE_TAG = re.compile(r"</?(?:b|i|u|em|strong|mark|small|span)>", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:b|i|u|s|em|strong|mark|small|big|span|font|code|a|sub|sup|wbr)(?:\s[^<>]{0,300})?/?>"
    r"|<!--[^<>]{0,300}-->",
    re.IGNORECASE,
)
_EMPHASIS = re.compile(r"(?<=[^\W_])[*`~]{1,3}(?=[^\W_])")
_UNDERSCORED = re.compile(
    r"(?<!\w)(_{1,2})([^\W_]{1,60})\1(?=[^\W_])|(?<=[^\W_])(_{1,2})([^\W_]{1,60})\3(?!\w)"
)
_LINE_END_HYPHEN = re.compile(r"[-\u2010](?<=[^\W\d_].)[ \t]{0,8}\r?\n[ \t]{0,8}(?=[^\W\d_])")
_LETTER_IN_A_BOX = re.compile(r"LETTER ([A-Z])\Z")
_APOSTROPHES = "\u00b4\u02bc"
_BLANKS_THAT_ARE_LETTERS = "\u115f\u1160\u17b4\u17b5\u3164\uffa0"
"""Letters by their category that show nothing; all others that show nothing are marks or controls."""


@dataclass(frozen=True, slots=True)
class View:
    """A text as it reads, and where each of its characters stood in the text that it was made of."""

    text: str
    at: Sequence[int]
    """One offset a character, and the end."""

    @classmethod
    def of(cls, text: str) -> "View":
        """The text itself."""
        return cls(text, range(len(text) + 1))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a span of it stood."""
        return self.at[start], max(self.at[end], self.at[end - 1] + 1)

    def replaced(self, pattern: re.Pattern[str], by: Callable[[re.Match[str]], str]) -> "View":
        """The view with something else wherever the pattern matches."""
        pieces: list[str] = []
        at: list[int] = []
        done = 0
        for match in pattern.finditer(self.text):
            start, new = match.start(), by(match)
            pieces += (self.text[done:start], new)
            at += self.at[done:start]
            at += [self.at[start]] * len(new)
            done = match.end()
        if not pieces:
            return self
        return View("".join((*pieces, self.text[done:])), [*at, *self.at[done:]])


def views(text: str) -> Iterator[View]:
    """The text freed from what no reader sees, with split words joined, and as rendered and decoded.

    The first view changes nothing that a reader would not read past; the others may also misread, so none of
    them stands in for the first.
    """
    raw, changing = View.of(text), _CHANGING.search(text)
    plain = _plain(raw) if changing else raw
    yield plain
    joined = plain.replaced(_LINE_END_HYPHEN, _nothing)
    if joined is not plain:
        yield joined
    if changing and (rendered := _rendered(raw)).text != plain.text:
        yield rendered


def plain(text: str) -> str:
    """The text without what no reader sees, letters in any dress as plain ones."""
    return _plain(View.of(text)).text if _CHANGING.search(text) else text


def _plain(raw: View) -> View:
    view = raw.replaced(_ENTITY, _unescaped) if "&" in raw.text else raw
    view = view.replaced(_UNSEEN, lambda match: _seen(match[0]))
    return view.replaced(_INLINE_TAG, _nothing) if "<" in view.text else view


def _rendered(raw: View) -> View:
    """What a browser, a Markdown reader or a JSON parser would make of it."""
    view = raw.replaced(_TERMINAL_TEXT, _nothing)
    for sign, pattern, by in (
        ("\\", _ESCAPES, _parsed),
        ("%", _PERCENT, lambda match: unquote(match[0].replace("%25", "%").replace("%25", "%"))),
        ("&", _LOOSE_ENTITY, lambda match: html.unescape(match[0])),
        ("+", _PLUS, lambda _: " "),
    ):
        view = view.replaced(pattern, by) if sign in view.text else view
    view = view.replaced(_UNSEEN, lambda match: _drawn(match[0]))
    view = view.replaced(_TAG, _nothing) if "<" in view.text else view
    view = view.replaced(_UNDERSCORED, lambda match: match[2] or match[4]) if "_" in view.text else view
    return view.replaced(_EMPHASIS, _nothing)


def _nothing(_: re.Match[str]) -> str:
    return ""


def _unescaped(entity: re.Match[str]) -> str:
    char = html.unescape(entity[0])
    return char if len(char) == 1 else entity[0]


def _parsed(escape: re.Match[str]) -> str:
    """What an escape of JSON stands for, however often it was encoded."""
    kind = escape[0].lstrip("\\")[0]
    if kind in "nrt":
        return "\n"
    codes = re.findall(r"[ux]([0-9a-fA-F]{2,4})", escape[0])
    units = b"".join(int(code, 16).to_bytes(2, "big") for code in codes)
    return units.decode("utf-16-be", errors="replace")


@lru_cache(maxsize=8_000)
def _seen(char: str) -> str:
    """A character as it reads: nothing, itself, or the plain letters that it is another shape of.

    Small raised ones are read past: a trade mark's sign, the number of a note.
    """
    raised = len(char) == 1 and unicodedata.decomposition(char).startswith(("<super>", "<sub>"))
    return "" if raised else _compatible(char)


@lru_cache(maxsize=8_000)
def _drawn(char: str) -> str:
    """A character as it looks: raised letters and letters in boxes are letters too."""
    if len(char) == 1 and unicodedata.category(char) == "So":
        letter = _LETTER_IN_A_BOX.search(unicodedata.name(char, ""))
        return letter[1] if letter else _compatible(char)
    return _compatible(char)


def _compatible(char: str) -> str:
    if len(char) > 1 or char in _BLANKS_THAT_ARE_LETTERS or _is_unseen(char):
        return ""
    if char in _APOSTROPHES:
        return "\u2019"
    return "".join(one for one in unicodedata.normalize("NFKC", char) if not _is_unseen(one))


def _is_unseen(char: str) -> bool:
    """Whether it is a mark on other characters, a control or no character at all."""
    return unicodedata.category(char) in {"Mn", "Me", "Cf", "Cc", "Cs", "Co", "Cn"} and not char.isspace()
