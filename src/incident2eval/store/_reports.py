"""A pass report as it was written: read strictly, for what it says opens a gate."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from incident2eval.model import JSON, BadInput, Decision, Fault, Report, visible
from incident2eval.store._json import canonical, pretty, read_object
from incident2eval.store._validation import adapter

if TYPE_CHECKING:
    from pydantic import ValidationError

_AT_THE_TOP = tuple(one.name for one in fields(Decision))
"""Fields of the decision: in the file they stand at the top, where scripts look for them."""

_SCHEMA = next(one.default for one in fields(Report) if one.name == "schema")

_MOST_DIFFERENCES = 20
"""So many are named; whoever changed more than that wrote another report."""


@lru_cache(maxsize=4)
def read_report(raw: bytes, *, file: str) -> Report:
    """The report that canonical JSON says, and nothing beside it.

    A field that is not known could bear a verdict, and one that is missing could have borne one: neither is
    passed over. The same bytes are understood once: who asks about a report asks several things.

    Args:
        raw: The bytes of the file.
        file: What a message calls it.

    Raises:
        BadInput: It is no report, holds a field that is not known or lacks one, or something is spelt in
            another way than reports are written.
    """
    from pydantic import ValidationError  # noqa: PLC0415 - heavy, and only needed to read a report

    told = read_object(raw, file=file)
    if told.get("schema") != _SCHEMA or not told.keys() >= {*_AT_THE_TOP}:
        raise BadInput(Fault(file=file, message="is no report that this version reads"))
    _refuse_other_layout(told, raw, file)
    inner = {name: value for name, value in told.items() if name not in _AT_THE_TOP}
    inner["decision"] = {name: told[name] for name in _AT_THE_TOP}
    try:
        report = adapter(Report).validate_json(canonical(inner), strict=True)
    except ValidationError as error:
        raise BadInput(*_faults(error, file)) from error
    if found := list(_differences(inner, report, file))[:_MOST_DIFFERENCES]:
        raise BadInput(*found)
    return report


def _refuse_other_layout(told: Mapping[str, JSON], raw: bytes, file: str) -> None:
    """Refuse bytes that are not the one form of what they say: half a character has none; raises BadInput."""
    with suppress(UnicodeEncodeError):
        if pretty(told) == raw:
            return
    raise BadInput(Fault(file=file, message="is not laid out as reports are: it was written anew"))


def _faults(error: "ValidationError", file: str) -> Iterator[Fault]:
    for item in error.errors(include_url=False, include_context=False)[:_MOST_DIFFERENCES]:
        yield Fault(file=file, field=_dotted(*item["loc"]), message=visible(item["msg"]))


def _differences(told: Any, read: Any, file: str, *place: str | int) -> Iterator[Fault]:
    """Where a file says something else than the report that was read from it, or says it in other words."""
    if is_dataclass(read):
        kind: Any = type(read)
        read = {name: getattr(read, name) for name in _names(kind)}
    if isinstance(read, Mapping) and isinstance(told, Mapping):
        for key in told.keys() ^ read.keys():
            message = "is not known" if key in told else "is missing"
            yield Fault(file=file, field=_dotted(*place, key), message=message)
        for key in told.keys() & read.keys():
            yield from _differences(told[key], read[key], file, *place, key)
    elif isinstance(read, tuple | list) and isinstance(told, list) and len(told) == len(read):
        for at, one in enumerate(told):
            yield from _differences(one, read[at], file, *place, at)
    elif not _is_spelt(told, read):
        yield Fault(file=file, field=_dotted(*place), message="is not spelt as reports spell it")


def _is_spelt(told: JSON, read: object) -> bool:
    """Whether a value is written as it always is: UTC with Z, and 1 is neither 1.0 nor true."""
    if isinstance(read, Enum):
        return bool(told == read.value)
    if isinstance(read, datetime):
        zone = read.utcoffset()
        return zone == timedelta(0) and told == f"{read.replace(tzinfo=None).isoformat()}Z"
    if isinstance(read, date):
        return told == read.isoformat()
    return type(told) is type(read) and bool(told == read)


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind))


def _dotted(*place: str | int) -> str:
    return visible(".".join(str(one) for one in place if one != "decision" or len(place) == 1))
