"""Values as a redactor reads them: texts with what their keys say of them, in pieces, and as compared."""

from collections.abc import Iterator, Mapping

from incident2eval.detection.personal import squeezed
from incident2eval.detection.text.views import views
from incident2eval.detection.text.wording import WORD, fold, key_words
from incident2eval.model import JSON

_PIECE = 40_000
"""Characters that are looked at together."""


def pieces(text: str) -> Iterator[tuple[int, str]]:
    """A text in pieces that end with a line: detection looks at so many numbers in a text at most."""
    start = 0
    while len(text) - start > _PIECE:
        end = text.rfind("\n", start, start + _PIECE) + 1 or text.rfind(" ", start, start + _PIECE) + 1
        end = end if end > start else start + _PIECE
        yield start, text[start:end]
        start = end
    yield start, text[start:]


def as_read(value: str) -> str:
    """A name as its reader sees it, whatever it was escaped as."""
    *_, read = views(value)
    return read.text


def value_key(value: str) -> str:
    """What a number or address is known by: signs and blanks left out, and a country's prefix."""
    plain = squeezed(value)
    return plain[-9:] if plain.isdecimal() else plain


def plain_words(text: str) -> list[str]:
    """The words of a text as they are compared."""
    return [fold(match[0]) for match in WORD.finditer(text)]


def label_of(key: str) -> str:
    """What a key says of its value, as words: `account number` for `accountNumber`."""
    return " ".join(key_words(key)) or key


def labelled(value: JSON, label: str = "") -> Iterator[tuple[str, str]]:
    """Every text and whole number of a value, with the words of its key."""
    if isinstance(value, str):
        yield label, value
    elif isinstance(value, (int, float)) and not isinstance(value, bool) and value == value // 1:
        yield label, str(int(value))
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield "", str(key)
            yield from labelled(inner, label_of(str(key)))
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from labelled(inner, label)
