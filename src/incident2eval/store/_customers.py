"""customers.csv: the roster; canaries.csv: what was planted in whose records."""

import csv
import io
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from incident2eval.model import BadInput, Customer, Customers, Fault, Settings
from incident2eval.model.settings import ProjectSettings
from incident2eval.store._files import decoded, read_bytes
from incident2eval.store._hashed import is_hashed
from incident2eval.store._validation import near, quoted

_COLUMNS = ("id", "name", "aliases")
_CANARY_COLUMNS = ("customer_id", "text")
_SHORTEST_CANARY = 8
"""Letters and digits: what is shorter may turn up by chance."""
_MAIL = re.compile(r"[^\s@;,<>]+@[^\s@;,<>]+\.[^\s@;,<>]+")
_TELEPHONE = re.compile(r"(?:\+|00|\()?\d[\d ()./-]{5,}\d")
_PERSON_COLUMN = re.compile(
    r"contact|person|manager|owner|representative|attention|director|\bname", re.IGNORECASE
)
_TELEPHONE_COLUMN = re.compile(r"\b(?:tele)?(?:phone|fax|mobile|cell|tel)", re.IGNORECASE)


def read_customers(raw: bytes, *, file: str) -> Customers:
    """The roster that a CSV file holds.

    Columns `id`, `name` and `aliases` (separated by `;`) make the customer. E-mail addresses and telephone
    numbers in other columns become its contacts; the rest is ignored.

    Args:
        raw: The file's bytes, UTF-8, with or without a byte order mark.
        file: What a message calls it.

    Raises:
        BadInput: Every fault at once: columns that are missing, ids or names that are empty, ids that stand
            there twice (also in another case or another Unicode form), rows with more cells than columns.
    """
    rows = _rows(raw, file)
    _, header = next(rows, (1, []))
    columns = [cell.strip().casefold() for cell in header]
    faults = [_missing(name, columns, file) for name in _COLUMNS if name not in columns]
    if faults:
        raise BadInput(*faults)
    found: list[Customer] = []
    lines: dict[str, int] = {}
    for line, cells in rows:
        row_faults = list(_row_faults(cells, columns, lines, file=file, line=line))
        faults += row_faults
        if not row_faults:
            found.append(_customer(dict(zip(columns, cells, strict=False))))
    if faults:
        raise BadInput(*faults)
    return Customers(rows=tuple(found))


def with_canaries(customers: Customers, raw: bytes, *, file: str) -> Customers:
    """The roster with the canaries that a CSV file holds: columns `customer_id` and `text`, one canary a row.

    Raises:
        BadInput: Every fault at once: columns that are missing, customers whom the roster does not know,
            texts of fewer than eight letters and digits.
    """
    rows = _rows(raw, file)
    _, header = next(rows, (1, []))
    columns = ["_".join(cell.casefold().split()) for cell in header]
    faults = [
        replace(_missing(name, columns, file), hint="the first line names the columns: customer_id,text")
        for name in _CANARY_COLUMNS
        if name not in columns
    ]
    if faults:
        raise BadInput(*faults)
    planted: dict[str, list[str]] = defaultdict(list)
    for line, cells in rows:
        row = dict(zip(columns, cells, strict=False))
        owner, text = row.get("customer_id", "").strip(), row.get("text", "").strip()
        planted[owner].append(text)
        faults += _canary_faults(owner, text, customers, file=file, line=line)
    if faults:
        raise BadInput(*faults)
    found = (replace(row, canaries=(*row.canaries, *planted[row.id])) for row in customers)
    return replace(customers, rows=tuple(found))


def clear_roster(root: Path, settings: Settings) -> Customers:
    """The roster in clear, with its canaries: as the settings name it, or customers.csv beside one of hashes.

    Args:
        root: The project's folder.
        settings: Its settings.

    Raises:
        BadInput: There is none in clear, or every fault of it.
    """
    named, default = settings.project, ProjectSettings()
    file, path = named.customers, root / named.customers
    if path.exists() and is_hashed(read_bytes(path.resolve(), file=file)):
        file, path = default.customers, root / default.customers
        if not path.exists():
            message = f"there is no such file, and {named.customers} holds hashes"
            hint = f"hashes are made of the roster in clear: put it into {file}, outside git"
            raise BadInput(Fault(file=file, message=message, hint=hint))
    customers = read_customers(read_bytes(path.resolve(), file=file), file=file)
    planted = root / named.canaries
    if not planted.exists() and named.canaries == default.canaries:
        return customers
    return with_canaries(customers, read_bytes(planted.resolve(), file=named.canaries), file=named.canaries)


def _canary_faults(owner: str, text: str, customers: Customers, *, file: str, line: int) -> Iterator[Fault]:
    if owner not in customers:
        hint = near(owner, [row.id for row in customers]) or "canaries name customers by the roster's ids"
        message = f"the roster knows no customer {quoted(owner)}"
        yield Fault(file=file, line=line, field="customer_id", message=message, hint=hint)
    if sum(map(str.isalnum, text)) < _SHORTEST_CANARY:
        message = f"has fewer than {_SHORTEST_CANARY} letters and digits: it may turn up by chance"
        yield Fault(file=file, line=line, field="text", message=message)


def _rows(raw: bytes, file: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, with the line each starts on."""
    reader = csv.reader(io.StringIO(decoded(raw, file=file), newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise BadInput(Fault(file=file, line=line, message=f"is not CSV: {error}")) from error


def _missing(name: str, columns: Sequence[str], file: str) -> Fault:
    hint = near(name, columns) or "the first line names the columns: id,name,aliases"
    return Fault(file=file, line=1, field=name, message="there is no such column", hint=hint)


def _row_faults(
    cells: Sequence[str], columns: Sequence[str], lines: dict[str, int], *, file: str, line: int
) -> Iterator[Fault]:
    """What is wrong with one row; the line of its id is noted in `lines`."""
    if len(cells) > len(columns):
        message = f"has {len(cells)} cells, and there are {len(columns)} columns"
        yield Fault(file=file, line=line, message=message, hint="put text that holds a comma in quotes")
        return
    row = dict(zip(columns, cells, strict=False))
    for name in ("id", "name"):
        if not row.get(name, "").strip():
            yield Fault(file=file, line=line, field=name, message="is empty")
    if customer_id := row.get("id", "").strip():
        folded = unicodedata.normalize("NFKC", customer_id).casefold()
        if folded in lines:
            message = f"{quoted(customer_id)} stands there twice, the first time on line {lines[folded]}"
            yield Fault(file=file, line=line, field="id", message=message)
        lines.setdefault(folded, line)


def _customer(row: dict[str, str]) -> Customer:
    return Customer(
        id=row["id"].strip(),
        name=row["name"].strip(),
        aliases=tuple(alias for part in row.get("aliases", "").split(";") if (alias := part.strip())),
        contacts=tuple(_contacts(row)),
        people=tuple(_people(row)),
    )


def _people(row: dict[str, str]) -> Iterator[str]:
    """Names in columns whose heading says that a person stands there."""
    for column, cell in row.items():
        if column in _COLUMNS or not _PERSON_COLUMN.search(column):
            continue
        for part in cell.split(";"):
            if " " in part.strip() and not any(char in "@0123456789" for char in part):
                yield part.strip()


def _contacts(row: dict[str, str]) -> Iterator[str]:
    """Addresses in other columns; digits are a telephone number with a + or under a heading that says so."""
    for column, cell in row.items():
        for part in cell.split(";") if column not in _COLUMNS else ():
            text = part.strip()
            is_telephone = text.startswith("+") or _TELEPHONE_COLUMN.search(column)
            if _MAIL.fullmatch(text) or (is_telephone and _TELEPHONE.fullmatch(text)):
                yield text
