"""customers.hashed.json: the roster as keyed hashes, which git may hold in the place of customers.csv."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

from incident2eval.detection.names.hashing import hashed
from incident2eval.detection.names.keyed import Keyed
from incident2eval.model import BadInput, Customer, Customers, Fault, NotJudged
from incident2eval.model.customer import Hashes
from incident2eval.store import _key
from incident2eval.store._json import read_object
from incident2eval.store._settings import SETTINGS
from incident2eval.store._validation import adapter, quoted

FILE = "customers.hashed.json"
SCHEMA = "incident2eval/customers/1"
_CHECK = "the key of this roster"
_MAKE = "incident2eval customers --hash makes it anew where the roster is in clear"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One customer of the file."""

    id: str
    hashes: Hashes = field(default=Hashes())


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """The file."""

    schema: str
    check: str
    """Tells whether a key is the one that the hashes were made with."""
    beginnings: tuple[str, ...] = ()
    customers: tuple[_Row, ...] = ()


def is_hashed(raw: bytes) -> bool:
    """Whether a roster's file is one of hashes: JSON, whatever its name."""
    return raw.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"


def refuse_unnamed(root: Path) -> None:
    """Make sure that no project goes without its roster because its settings name no file.

    Raises:
        BadInput: There is a roster of hashes that nobody reads.
    """
    if (root / FILE).exists():
        hint = f'write customers = "{FILE}" under [project]'
        message = f"does not name {FILE}, and there is no customers.csv"
        raise BadInput(Fault(file=SETTINGS, field="project.customers", message=message, hint=hint))


def dump_hashed(customers: Customers, key: bytes) -> bytes:
    """The file for a roster in clear: one customer a line, so that differences can be read.

    Args:
        customers: The roster in clear.
        key: The project's key.
    """
    roster_key = _roster_key(key)
    made = hashed(customers, roster_key)
    rows = ({"id": row.id, "hashes": _filled(asdict(row.hashes))} for row in made)
    head = {"schema": SCHEMA, "check": Keyed(roster_key)("check", _CHECK)}
    parts = [f' "{name}": {json.dumps(value)}' for name, value in head.items()]
    parts += [_listed("beginnings", map(json.dumps, sorted(made.beginnings)))]
    parts += [_listed("customers", map(_line, rows))]
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode()


def read_hashed(raw: bytes, *, key: bytes | None, file: str) -> Customers:
    """The roster that the file holds; its names can be looked up, and nobody can read them.

    Args:
        raw: The file's bytes.
        key: The project's key.
        file: What a message calls it.

    Raises:
        NotJudged: The key is not at hand.
        BadInput: It was made with another key, or is not as `customers --hash` writes it.
    """
    if key is None:
        where = f"put the line that {_key.FILE} holds where it was made into ${_key.VARIABLE}"
        raise NotJudged(f"{file}: the key to its hashes is not at hand", hint=where)
    told = _checked(read_object(raw, file=file), file=file)
    roster_key = _roster_key(key)
    if told.check != Keyed(roster_key)("check", _CHECK):
        hint = f"${_key.VARIABLE}, or {_key.FILE}, must hold the key of the machine where it was made"
        raise BadInput(Fault(file=file, message="was made with another key", hint=hint))
    rows = tuple(Customer(id=row.id, name="", hashes=row.hashes) for row in told.customers)
    if twice := _twice(rows):
        message = f"{quoted(twice)} stands there twice"
        raise BadInput(Fault(file=file, field="customers", message=message, hint=_MAKE))
    return Customers(rows=rows, key=roster_key, beginnings=frozenset(told.beginnings))


def _roster_key(key: bytes) -> bytes:
    """A key of the roster's own: what judges with it cannot tell pseudonyms."""
    return blake2b(digest_size=32, key=key, person=b"roster").digest()


def _checked(value: Mapping[str, Any], *, file: str) -> _File:
    from pydantic import ValidationError  # noqa: PLC0415 - heavy, and only needed to check a file

    if value.get("schema") != SCHEMA:
        raise BadInput(Fault(file=file, field="schema", message=f"is not {SCHEMA}", hint=_MAKE))
    try:
        return adapter(_File).validate_python(value)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(map(str, first["loc"]))
        fault = Fault(file=file, field=field, message=f"cannot be used: {first['msg']}", hint=_MAKE)
        raise BadInput(fault) from error


def _twice(rows: tuple[Customer, ...]) -> str | None:
    seen: set[str] = set()
    for row in rows:
        if row.id in seen:
            return row.id
        seen.add(row.id)
    return None


def _filled(value: Any) -> Any:
    """A value without what is empty in it."""
    if isinstance(value, dict):
        return {key: _filled(inner) for key, inner in value.items() if inner not in ("", (), [])}
    return [_filled(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def _line(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _listed(name: str, items: Iterator[str]) -> str:
    """A list of the file, one item a line."""
    lines = ",\n".join(f"  {item}" for item in items)
    return f' "{name}": [\n{lines}\n ]' if lines else f' "{name}": []'
