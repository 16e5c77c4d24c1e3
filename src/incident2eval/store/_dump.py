"""YAML as the tool writes it: readable, the same bytes every time, and read back as just what was meant."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from incident2eval.model import JSON, BadInput, Fault

_PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9_./+ -]*[A-Za-z0-9_./+-])?")
_NOT_TEXT = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
"""What some YAML reader takes for something else than text when it stands without quotes."""

_ESCAPED = re.compile("[\x7f-\xa0\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\uffff]")
"""What a reader of the file would not see, or a YAML reader would not take as it is."""

_LONGEST_KEY = 120
"""YAML readers give up on a key of more than 1,024 characters unless it is marked as one."""


def dump_yaml(value: Mapping[str, JSON]) -> bytes:
    """The value as a YAML file in block style; text is in quotes unless every YAML reader takes it for text.

    Raises:
        BadInput: A text holds half a character (a lone surrogate), which no UTF-8 file can hold.
    """
    lines = "\n".join(_block(value, 0)) if value else "{}"
    try:
        return f"{lines}\n".encode()
    except UnicodeEncodeError as error:
        raise BadInput(
            Fault(message="a text holds half a character (a lone surrogate) and cannot be written")
        ) from error


def _block(value: JSON, indent: int) -> Iterator[str]:
    """The lines of a filled mapping or list."""
    pad = " " * indent
    if isinstance(value, Mapping):
        for key, inner in value.items():
            written = _scalar(str(key))
            head, *rest = _entry(inner, indent)
            if len(written) > _LONGEST_KEY:
                yield f"{pad}? {written}"
                written = ""
            yield f"{pad}{written}:{head}"
            yield from rest
    elif isinstance(value, Sequence):
        for inner in value:
            yield from _item(inner, indent)


def _entry(value: JSON, indent: int) -> Iterator[str]:
    """What follows `key:`, on its line and below."""
    if _is_nested(value):
        yield ""
        yield from _block(value, indent + 2)
    else:
        yield from _inline(value, indent + 2)


def _item(value: JSON, indent: int) -> Iterator[str]:
    """A list's item; what is nested starts on the line of its dash."""
    pad = " " * indent
    if _is_nested(value):
        first, *rest = _block(value, indent + 2)
        yield f"{pad}- {first[indent + 2 :]}"
        yield from rest
    else:
        first, *rest = _inline(value, indent + 2)
        yield f"{pad}-{first}"
        yield from rest


def _inline(value: JSON, indent: int) -> Iterator[str]:
    if isinstance(value, str) and _is_readable_block(value):
        yield " |" if value.endswith("\n") else " |-"
        for line in value.removesuffix("\n").split("\n"):
            yield " " * indent + line if line else ""
    else:
        yield f" {_scalar(value)}"


def _is_nested(value: JSON) -> bool:
    return bool(value) and isinstance(value, (Mapping, list, tuple))


def _is_readable_block(text: str) -> bool:
    """Whether a literal block says exactly this text, and a reader sees all of it."""
    lines = text.removesuffix("\n").split("\n")
    if len(lines) == 1 or not lines[0] or not lines[-1] or lines[0].startswith(" "):
        return False
    if any(line.endswith(" ") for line in lines):
        return False
    return not _ESCAPED.search(text) and all(char == "\n" or char >= " " for char in text)


def _scalar(value: JSON) -> str:
    if isinstance(value, str):
        return value if _is_plain(value) else _quoted(value)
    if isinstance(value, Mapping):
        return "{}"
    if isinstance(value, (list, tuple)):
        return "[]"
    return json.dumps(value, allow_nan=False)


def _is_plain(text: str) -> bool:
    return bool(_PLAIN.fullmatch(text)) and text.casefold() not in _NOT_TEXT


def _quoted(text: str) -> str:
    return _ESCAPED.sub(lambda char: f"\\u{ord(char.group()):04x}", json.dumps(text, ensure_ascii=False))
