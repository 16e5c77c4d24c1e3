"""Plain data into the model's dataclasses: every fault at once, with its line and field, in plain words."""

import difflib
import functools
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, Generic, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from incident2eval.model import JSON, BadInput, Fault, visible
from incident2eval.store._moments import UnclearMoment, moment
from incident2eval.store._yaml import Document, FieldPath, dotted

if TYPE_CHECKING:
    from pydantic import TypeAdapter, ValidationError

T = TypeVar("T")

Doubt = tuple[str, str | None]
"""What is wrong with a value, and what to do about it."""

_ADAPTERS: dict[type, Any] = {}

_PLAIN_WORDS = {
    "missing": "is missing",
    "string_type": "should be text",
    "tuple_type": "should be a list",
    "dict_type": "should hold fields of its own",
    "mapping_type": "should hold fields of its own",
    "dataclass_type": "should hold fields of its own",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a kind of file asks beyond the types. Places are fields without positions: `evidence.kind`."""

    known: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Place -> values that are known; others are kept and warned about."""
    doubts: Mapping[str, Callable[[JSON], Doubt | None]] = field(default_factory=dict)
    """Place -> what could be wrong with the value there; `*` stands for a key that people choose."""
    short: Mapping[str, str] = field(default_factory=dict)
    """Place of fields -> the one of them that a mere text stands for."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Key in the file -> field of the model, where the two differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked(Generic[T]):
    """What a file says, and what is odd about it."""

    value: T
    warnings: tuple[str, ...] = ()


def check(kind: type[T], document: Document, rules: Rules | None = None) -> Checked[T]:
    """What a document says, as an object of the model.

    A field without a value counts as not given. A single value where a list is expected is a list of one.

    Args:
        kind: The dataclass that it should be.
        document: Plain data with lines.
        rules: What this kind of file asks beyond the types.

    Raises:
        BadInput: Every fault, in the order of the file.
    """
    from pydantic import ValidationError  # noqa: PLC0415 - heavy, and only needed to check a file

    fitting = _Fitting(document, rules or Rules())
    fitted = fitting.fit(_shape(kind), document.data)
    try:
        value = adapter(kind).validate_python(fitted)
    except ValidationError as error:
        fitting.add(error)
    if fitting.faults:
        raise BadInput(*sorted(fitting.faults.values(), key=lambda fault: fault.line or 0))
    odd = sorted(fitting.odd, key=lambda fault: fault.line or 0)
    return Checked(value=value, warnings=tuple(str(fault) for fault in odd))


def adapter(kind: type[T]) -> "TypeAdapter[T]":
    """The view that pydantic has of one of the model's dataclasses; it is made once."""
    from pydantic import TypeAdapter  # noqa: PLC0415

    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return cast("TypeAdapter[T]", _ADAPTERS[kind])


def one_of(*values: str) -> Callable[[JSON], Doubt | None]:
    """A doubt about every text that is none of the values."""
    return lambda given: _none_of(given, values) if isinstance(given, str) and given not in values else None


def quoted(value: JSON) -> str:
    """A value as a message shows it: short, on one line, harmless to a terminal."""
    text = visible(str(value)).replace("\n", " ")
    return f"'{text}'" if len(text) <= 60 else f"'{text[:57]}...'"


def near(given: str, names: Iterable[str]) -> str | None:
    """A hint that names the one that is most like the given text, if any is."""
    folded = {name.casefold(): name for name in names}
    close = difflib.get_close_matches(given[:80].casefold(), folded, n=1, cutoff=0.7)
    return f"did you mean {folded[close[0]]}?" if close else None


def _none_of(given: JSON, values: Iterable[str]) -> Doubt:
    listed = f"one of: {', '.join(values)}"
    meant = near(str(given), values)
    return f"{quoted(given)} is not a value that is known here", f"{meant} {listed}" if meant else listed


class _Fitting:
    """One walk over the data along the model's types."""

    def __init__(self, document: Document, rules: Rules) -> None:
        self.document = document
        self.rules = rules
        self.faults: dict[FieldPath, Fault] = {}
        self.odd: list[Fault] = []
        self.unread: dict[FieldPath, list[str]] = {}

    def fit(self, shape: "_Shape", data: JSON, path: FieldPath = (), place: str = "") -> JSON:
        """The data as pydantic takes it; what is wrong or odd is noted on the way."""
        inner = shape.inner
        if (doubts := self.rules.doubts.get(place)) and (doubt := doubts(data)):
            self._fault(path, *doubt)
        elif shape.is_dataclass:
            return self._fields(shape.kind, data, path, place)
        elif inner and shape.origin is tuple:
            items = data if isinstance(data, list) else [data]
            return [self.fit(inner, item, (*path, at), place) for at, item in enumerate(items)]
        elif inner and shape.origin in {Mapping, dict} and isinstance(data, dict):
            return {key: self.fit(inner, value, (*path, key), f"{place}.*") for key, value in data.items()}
        elif isinstance(shape.kind, type):
            return self._leaf(shape.kind, data, path, place)
        return data

    def add(self, error: "ValidationError") -> None:
        """Note what pydantic found where the walk found nothing."""
        file_keys = {name: key for key, name in self.rules.names.items()}
        for item in error.errors(include_url=False, include_context=False):
            top, *rest = item["loc"] or ("",)
            path = (file_keys.get(str(top), top), *rest)
            message = _PLAIN_WORDS.get(item["type"], item["msg"])
            number = item["type"] == "string_type" and isinstance(item["input"], (int, float))
            if item["type"] == "missing":
                hint = self._misspelt(path)
            else:
                hint = "put it in quotes" if number else None
            if not any(path[:length] in self.faults for length in range(len(path) + 1)):
                self._fault(path, message, hint)

    def _fields(self, kind: type, data: JSON, path: FieldPath, place: str) -> JSON:
        if isinstance(data, str) and place in self.rules.short:
            data = {self.rules.short[place]: data}
        if not isinstance(data, dict):
            return data
        known, shapes = _known(kind), _shapes(kind)
        fitted: dict[str, JSON] = {}
        for key, value in data.items():
            name = self.rules.names.get(key, key) if not path else key
            if name not in known or (name != key and key in known):
                self._unknown(key, known, path)
            elif value is not None:
                here = (*path, key)
                fitted[name] = self.fit(shapes[name], value, here, f"{place}.{key}" if place else key)
                self._ask(known[name], value, here)
        return fitted

    def _ask(self, asked: Field[Any], value: JSON, path: FieldPath) -> None:
        if asked.name == "schema" and value != asked.default:
            self._fault(path, f"{quoted(value)} is not what this version reads", f"write {asked.default}")
        elif _is_required(asked) and isinstance(value, str) and not value.strip():
            self._fault(path, "is empty", None)

    def _leaf(self, kind: type, data: JSON, path: FieldPath, place: str) -> JSON:
        doubt: Doubt | None = None
        if issubclass(kind, date):
            try:
                return moment(str(data), bare_date=not issubclass(kind, datetime))
            except UnclearMoment as error:
                doubt = f"{quoted(data)} {error}", error.hint
        elif issubclass(kind, Enum):
            values = {str(member.value): member for member in kind}
            if str(data) in values:
                return values[str(data)]
            doubt = _none_of(data, values)
        elif kind in _NUMBERS:
            try:
                return _number(kind, data)
            except ValueError as error:
                doubt = f"{quoted(data)} {error}", None
        elif isinstance(data, str) and data not in self.rules.known.get(place, {data}):
            message, hint = _none_of(data, sorted(self.rules.known[place]))
            self._odd(path, f"{message}, and is kept", hint)
        if doubt:
            self._fault(path, *doubt)
        return data

    def _unknown(self, key: str, known: Iterable[str], path: FieldPath) -> None:
        self.unread.setdefault(path, []).append(key)
        self._odd((*path, key), "is not known and has no effect", near(key, known))

    def _misspelt(self, path: FieldPath) -> str | None:
        """What stands in the file and may be meant for a missing field."""
        close = difflib.get_close_matches(str(path[-1]), self.unread.get(path[:-1], ()), n=1, cutoff=0.7)
        return f"{quoted(close[0])} stands there; is it meant?" if close else None

    def _fault(self, path: FieldPath, message: str, hint: str | None) -> None:
        self.faults.setdefault(path, self._at(path, message, hint))

    def _odd(self, path: FieldPath, message: str, hint: str | None) -> None:
        self.odd.append(self._at(path, message, hint))

    def _at(self, path: FieldPath, message: str, hint: str | None) -> Fault:
        line = self.document.line(path)
        return Fault(file=self.document.file, line=line, field=dotted(path), message=message, hint=hint)


_NUMBERS = {int: "should be a whole number", float: "should be a number", bool: "should be true or false"}


def _number(kind: type, data: JSON) -> JSON:
    """A number or flag of just that kind; from text only as digits, as incident files hold text."""
    if type(data) is kind or (kind is float and type(data) is int):
        return data
    if (
        kind is int
        and isinstance(data, str)
        and data.isascii()
        and data.removeprefix("-").isdigit()
        and len(data) < 16
    ):
        return int(data)
    raise ValueError(_NUMBERS[kind])


@dataclass(frozen=True, slots=True)
class _Shape:
    """What the walk asks of a type; asking the type itself again and again takes most of the walk's time."""

    kind: Any
    origin: Any
    is_dataclass: bool
    inner: "_Shape | None"
    """The shape of the items of a list, or of the values of a mapping."""


def _shape(kind: Any) -> _Shape:
    kind = _given(kind)
    origin, arguments = get_origin(kind), get_args(kind)
    held = {tuple: 0, Mapping: 1, dict: 1}.get(origin)
    return _Shape(
        kind=kind,
        origin=origin,
        is_dataclass=is_dataclass(kind),
        inner=_shape(arguments[held]) if held is not None else None,
    )


@functools.cache
def _shapes(kind: type) -> Mapping[str, _Shape]:
    """The shape of each field. Not cached by the field's type: `int | str` and `str | int` are equal."""
    return {name: _shape(type_) for name, type_ in get_type_hints(kind).items()}


@functools.cache
def _known(kind: type) -> Mapping[str, Field[Any]]:
    return {item.name: item for item in fields(kind)}


def _given(kind: Any) -> Any:
    """The type of a value that is there: without None, and a moment as `date`."""
    if get_origin(kind) not in {Union, types.UnionType}:
        return kind
    given = [one for one in get_args(kind) if one is not type(None)]
    return date if date in given else given[0]


def _is_required(asked: Field[Any]) -> bool:
    return asked.default is MISSING and asked.default_factory is MISSING
