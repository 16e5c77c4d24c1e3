"""YAML as people write it, read so that nothing changes meaning, with the line of every field."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from incident2eval.model import JSON, BadInput, Fault, visible
from incident2eval.store._files import decoded

FieldPath = tuple[str | int, ...]
"""Keys and positions that lead to a field: `("evidence", 2, "file")`."""

MAX_BYTES = 5_000_000
MAX_DEPTH = 100
MAX_NODES = 100_000

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULLS = {"", "~", "null"}
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_JSON_STRING_OR_TAB = re.compile(r'"(?:[^"\\]|\\.)*"|\t')
_SURROGATE_PAIR = re.compile(r"\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})")
_HINTS = {
    "cannot start any token": "indent with spaces; put text that starts with @, ` or % in quotes",
    "mapping values are not allowed": "put text that holds a colon in quotes",
    "found unexpected end of stream": "a quote is not closed",
    "invalid Unicode character": "half a character cannot stand in a file",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file's content as plain data, and where each field stands in it."""

    file: str
    """What a message calls the file."""
    data: dict[str, JSON]
    lines: Mapping[FieldPath, int] = field(default_factory=dict)

    def line(self, path: FieldPath) -> int | None:
        """The line of a field, else that of the nearest field around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)


def as_text(written: str) -> JSON:
    """A plain scalar as the text that was written: `4.10`, `NO`, `14:32` and `007` stay what they are."""
    return None if written in _NULLS else written


def as_json(written: str) -> JSON:
    """A plain scalar as the number, true or false that JSON would write in just this way; else the text."""
    if written in _NULLS:
        return None
    try:
        value = json.loads(written, parse_constant=_no_constant)
    except ValueError:
        return written
    return value if json.dumps(value) == written else written


def _no_constant(name: str) -> JSON:
    raise ValueError(name)


def read_yaml(raw: bytes, *, file: str, plain: Callable[[str], JSON] = as_text) -> Document:
    """A YAML (or JSON) file as plain data with lines.

    Args:
        raw: The file's bytes, UTF-8.
        file: What a message calls it.
        plain: What a scalar without quotes means: `as_text` or `as_json`.

    Raises:
        BadInput: One fault that says why the file is not read: too large, binary, not UTF-8, not YAML, empty,
            several documents, no fields at the top, a key twice, an anchor, alias, tag or merge key, too
            deep, too many values.
    """
    text = _safe_text(raw, file)
    if text.lstrip().startswith("{"):
        text = _json_as_yaml(text)
    return _Tree(text, file=file, plain=plain).document()


def _safe_text(raw: bytes, file: str) -> str:
    if len(raw) > MAX_BYTES:
        raise BadInput(
            Fault(file=file, message=f"holds more than {MAX_BYTES // 1_000_000} MB, which is not read")
        )
    if b"\0" in raw:
        raise BadInput(Fault(file=file, message="is a binary file, not YAML"))
    text = decoded(raw, file=file)
    if found := _UNPRINTABLE.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise BadInput(
            Fault(file=file, line=line, message=f"holds a control character ({visible(found.group())})")
        )
    return text


def _json_as_yaml(text: str) -> str:
    """JSON with what YAML reads differently (tabs, escapes) rewritten in place; what is no JSON as it is."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return text
    return _JSON_STRING_OR_TAB.sub(_yaml_token, text)


def _yaml_token(found: re.Match[str]) -> str:
    if found.group() == "\t":
        return " "
    ascii_only = json.dumps(json.loads(found.group())).replace("\x7f", "\\u007f")
    return _SURROGATE_PAIR.sub(
        lambda pair: f"\\U{ord(bytes.fromhex(pair[1] + pair[2]).decode('utf-16-be')):08X}", ascii_only
    )


class _Tree:
    """Builds plain data from YAML's events, so that a bomb is refused before it unfolds."""

    def __init__(self, text: str, *, file: str, plain: Callable[[str], JSON]) -> None:
        self.file = file
        self.plain = plain
        self.lines: dict[FieldPath, int] = {}
        self.nodes = 0
        self.events = self._events(text)

    def document(self) -> Document:
        next(self.events)  # the stream starts
        event = next(self.events)
        if not isinstance(event, yaml.DocumentStartEvent):
            raise self._fault(event, "is empty")
        top = next(self.events)
        if not isinstance(top, yaml.MappingStartEvent):
            raise self._fault(top, "should hold fields, such as `id: ...`, at the top")
        data = self._mapping(top, ())
        next(self.events)  # the document ends
        event = next(self.events)
        if isinstance(event, yaml.DocumentStartEvent):
            raise self._fault(event, "holds more than one document", "leave one, and take out the line `---`")
        return Document(file=self.file, data=data, lines=self.lines)

    def _events(self, text: str) -> Iterator[yaml.Event]:
        try:
            yield from yaml.parse(text, Loader=_LOADER)
        except yaml.MarkedYAMLError as error:
            problem = error.problem or error.context or "it cannot be parsed"
            hint = next((hint for words, hint in _HINTS.items() if words in problem), None)
            line = error.problem_mark.line + 1 if error.problem_mark else None
            raise BadInput(
                Fault(file=self.file, line=line, message=f"is not YAML: {visible(problem)}", hint=hint)
            ) from error
        except yaml.YAMLError as error:
            raise BadInput(Fault(file=self.file, message=f"is not YAML: {visible(str(error))}")) from error

    def _node(self, event: yaml.Event, path: FieldPath) -> JSON:
        self._admit(event, path)
        self.lines.setdefault(path, _line(event))
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(event, path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        return self._scalar(event)

    def _admit(self, event: yaml.Event, path: FieldPath) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise self._fault(event, f"holds more than {MAX_NODES:,} values")
        if len(path) > MAX_DEPTH:
            raise self._fault(event, f"is nested more than {MAX_DEPTH} deep")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise self._fault(
                event, "uses an anchor or alias (& or *)", "write the value out, or put it in quotes"
            )
        if getattr(event, "tag", None):
            raise self._fault(event, "uses a tag (!)", "leave the tag out, or put the text in quotes")

    def _mapping(self, start: yaml.Event, path: FieldPath) -> dict[str, JSON]:
        if not path:
            self._admit(start, path)
            self.lines[()] = _line(start)
        found: dict[str, JSON] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._key(event, path)
            here = (*path, key)
            if key in found:
                hint = f"the first one is on line {self.lines[here]}"
                raise self._fault(event, "stands there twice", hint, path=here)
            self.lines[here] = _line(event)
            found[key] = self._node(next(self.events), here)
        return found

    def _sequence(self, path: FieldPath) -> list[JSON]:
        found: list[JSON] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            found.append(self._node(event, (*path, len(found))))
        return found

    def _key(self, event: yaml.Event, path: FieldPath) -> str:
        self._admit(event, path)
        if not isinstance(event, yaml.ScalarEvent) or (_is_plain(event) and not event.value):
            raise self._fault(event, "has a key that is not text", path=path)
        if _is_plain(event) and event.value == "<<":
            raise self._fault(event, "uses a merge key (<<)", "write the fields out", path=path)
        return self._text(event)

    def _scalar(self, event: Any) -> JSON:
        return self.plain(event.value) if _is_plain(event) else self._text(event)

    def _text(self, event: Any) -> str:
        text: str = event.value
        if any("\ud800" <= char <= "\udfff" for char in text):
            raise self._fault(event, "holds half a character (a lone surrogate)")
        return text

    def _fault(
        self, event: yaml.Event, message: str, hint: str | None = None, *, path: FieldPath = ()
    ) -> BadInput:
        return BadInput(
            Fault(file=self.file, line=_line(event), field=dotted(path), message=message, hint=hint)
        )


def _line(event: Any) -> int:
    line: int = event.start_mark.line
    return line + 1


def _is_plain(event: Any) -> bool:
    """Whether a scalar stands there without quotes."""
    return bool(event.implicit[0])


def dotted(path: FieldPath) -> str | None:
    """A field's path as messages show it, such as `evidence.2.file`; None for the whole file."""
    return visible(".".join(str(part) for part in path)).replace("\n", " ")[:200] or None
