"""Failures of other programs: a file with one JSON object a line, of any length."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson

from incident2eval.model import BadInput, Failure, Fault
from incident2eval.store._files import opened
from incident2eval.store._moments import UnclearMoment, moment

_LONGEST = 10_000_000
"""Bytes of one line; more is a file that is not made of lines."""

_EXAMPLE = 'write {"id": "1", "text": "what went wrong"} on a line'
_TEXTS = ("workflow", "control", "step_kind", "tool")


def read_failures(path: Path) -> Iterator[Failure]:
    """The failures of a file, one after the other; blank lines are passed over.

    Raises:
        BadInput: The first fault, with its line: no JSON object, an id or a text that is missing, an id that
            came before, another value than text; or no failure in the file.
    """
    ids: set[str] = set()
    with opened(path, file=str(path)) as stream:
        number = 0
        while line := stream.readline(_LONGEST + 1):
            number += 1
            if not line.strip():
                continue
            failure = _Row(str(path), number, line).failure()
            if failure.id in ids:
                fault = Fault(
                    file=str(path),
                    line=number,
                    field="id",
                    message=f"{failure.id[:80]!r} stands on an earlier line",
                    hint="every failure needs an id of its own",
                )
                raise BadInput(fault)
            ids.add(failure.id)
            yield failure
    if not ids:
        raise BadInput(Fault(file=str(path), message="holds no failure", hint=_EXAMPLE))


class _Row:
    """One line, and where it stands."""

    __slots__ = ("_data", "_file", "_line")

    def __init__(self, file: str, line: int, raw: bytes) -> None:
        self._file = file
        self._line = line
        if len(raw) > _LONGEST:
            raise self._fault(f"is a line of more than {_LONGEST // 1_000_000} MB", hint=_EXAMPLE)
        try:
            data: Any = orjson.loads(raw.removeprefix(b"\xef\xbb\xbf") if line == 1 else raw)
        except orjson.JSONDecodeError as error:
            raise self._fault(f"is not JSON: {error.msg}", hint=_EXAMPLE) from error
        if not isinstance(data, dict):
            raise self._fault("is not a JSON object", hint=_EXAMPLE)
        self._data = data

    def failure(self) -> Failure:
        """What the line says; raises BadInput where it is none."""
        given = {
            key: text
            for key in _TEXTS
            if self._data.get(key) is not None and (text := self._text(key).strip())
        }
        return Failure(
            id=self._needed("id"),
            text=self._needed("text", may_be_empty=True),
            checks=self._checks() if self._data.get("checks") is not None else (),
            at=self._moment() if self._data.get("at") is not None else None,
            **given,
        )

    def _needed(self, key: str, *, may_be_empty: bool = False) -> str:
        if self._data.get(key) is None:
            raise self._fault("is missing", field=key, hint=_EXAMPLE)
        text = self._text(key)
        if not text.strip() and not may_be_empty:
            raise self._fault("is empty", field=key, hint=_EXAMPLE)
        return text

    def _text(self, key: str) -> str:
        value = self._data[key]
        if not isinstance(value, str):
            raise self._fault("should be text", field=key, hint="put it in quotes")
        return value

    def _checks(self) -> tuple[str, ...]:
        value = self._data["checks"]
        names = [value] if isinstance(value, str) else value
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise self._fault("should be a list of names", field="checks", hint='such as ["foreign_names"]')
        return tuple(name.strip() for name in names if name.strip())

    def _moment(self) -> datetime | date:
        try:
            return moment(self._text("at"), bare_date=True)
        except UnclearMoment as error:
            raise self._fault(str(error), field="at", hint=error.hint) from error

    def _fault(self, message: str, *, field: str | None = None, hint: str) -> BadInput:
        return BadInput(Fault(file=self._file, line=self._line, field=field, message=message, hint=hint))
