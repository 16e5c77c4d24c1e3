"""What honest arithmetic makes of the rows that a tool returned: counts, sums, means, shares, differences."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from incident2eval.checks.figures.figures import figures
from incident2eval.checks.figures.units import UNITS, Unit, tells_apart, unit_of_key
from incident2eval.detection.dates import days
from incident2eval.detection.text.wording import key_words, vocabulary
from incident2eval.model import JSON

Row = Mapping[str, JSON]

_MOST_ROWS, _MOST_COLUMNS = 2_000, 40
_QUANTITIES = {"qty", "quantity", "count", "units", "hours", "days", "nights", "seats", "pieces"}
_PRICES = {"price", "rate", "fee", "cost", "amount"}
_PERCENT = UNITS["%"]
_SHORT = 60
_LEAST_SEPARATORS = 2
_LIST_LINE = re.compile(r"^[ \t]{0,12}(?:[-*\u2022]|\d{1,2}[.)])[ \t](.{1,200})$", re.MULTILINE)
_LIMITS = vocabulary(
    "limit max min maximum minimum cap allowance warranty guarantee notice period validity term terms "
    "rate apr interest discount threshold deadline sla window target pct percent percentage"
)
"""Words of keys whose numbers bound or promise something: no two of them make a third."""
_PERIODS = vocabulary(
    "jan january feb february mar march apr april may jun june jul july aug august sep september oct "
    "october nov november dec december this last previous prior current before after old new opening "
    "closing first second start end month year quarter week"
)
_WHOLES = vocabulary("total price amount budget due billed invoiced gross sum ordered contract")
_PARTS = vocabulary("paid deposit spent received credited refunded used discounted net delivered invoiced")


@dataclass(frozen=True, slots=True)
class Value:
    """A number with the unit that its text or its key gives it."""

    number: float
    unit: Unit | None


def number_in(key: str, cell: JSON) -> Value | None:
    """The number that a cell is, or None if it is text around a number, a truth value or no number at all."""
    words = key_words(key)
    if tells_apart(words):
        return None
    unit = unit_of_key(words)
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return Value(float(cell), unit)
    if not isinstance(cell, str) or not any(char.isdigit() for char in cell[:40]) or len(cell) > 40:
        return None
    try:
        return Value(float(cell), unit)
    except ValueError:
        found = figures(cell.strip(), unit=unit)
    whole = len(found) == 1 and (found[0].start, found[0].end) == (0, len(cell.strip()))
    return Value(found[0].value, found[0].unit) if whole else None


def placed(value: JSON) -> Iterator[tuple[str, JSON, str]]:
    """Every value in a JSON value that is neither object nor list: its path, itself, and what is beside it.

    Beside it are its keys and the short texts of the object that holds it.
    """
    pending: list[tuple[str, JSON, str]] = [("", value, "")]
    while pending:
        path, inner, beside = pending.pop()
        if isinstance(inner, Mapping):
            texts = [one for one in list(inner.values())[:_MOST_COLUMNS] if isinstance(one, str)]
            row = " ".join(text[:_SHORT] for text in texts)
            pending += [
                (f"{path}.{key}".lstrip("."), one, f"{_spaced(key)} {row}"[: 10 * _SHORT])
                for key, one in reversed(list(inner.items()))
            ]
        elif isinstance(inner, (list, tuple)):
            pending += [
                (f"{path}.{at}".lstrip("."), one, beside) for at, one in reversed(list(enumerate(inner)))
            ]
        else:
            yield path, inner, beside


def _spaced(key: str) -> str:
    return " ".join(key_words(str(key)[:_SHORT]))


def tables(value: JSON) -> Iterator[Sequence[Row]]:
    """Every list of objects or of numbers in a JSON value; an object that is in no list is one row."""
    pending: list[tuple[str, JSON]] = [("", value)]
    while pending:
        key, inner = pending.pop()
        if isinstance(inner, Mapping):
            yield [inner]
            pending += [(str(name), one) for name, one in inner.items()]
        elif isinstance(inner, (list, tuple)):
            rows = [row for row in inner if isinstance(row, Mapping)]
            numbers = [{key: one} for one in inner[:_MOST_ROWS] if number_in(key, one)]
            if rows or len(numbers) > 1:
                yield rows[:_MOST_ROWS] or numbers
            pending += [(str(name), one) for row in rows for name, one in row.items()]
            pending += [(key, one) for one in inner if isinstance(one, (list, tuple))]


def rows_in(text: str) -> Iterator[Sequence[Row]]:
    """The tables of a text: columns between `|`, tabs, semicolons or commas, and the amounts of a list."""
    for separator in ("|", "\t", ";", ","):
        if text.count(separator) >= _LEAST_SEPARATORS:
            yield from _separated(text.splitlines(), separator)
    lines = _LIST_LINE.findall(text)[:_MOST_ROWS]
    amounts = [line[found[0].start : found[0].end] for line in lines if len(found := figures(line)) == 1]
    if len(amounts) > 1:
        yield [{"": amount} for amount in amounts]


def _separated(lines: Sequence[str], separator: str) -> Iterator[Sequence[Row]]:
    """The lines with as many cells as the first one of a block, which is taken for its head."""
    head: list[str] = []
    rows: list[Row] = []
    for line in lines[:_MOST_ROWS]:
        cells = [cell.strip() for cell in line.strip().strip("|").split(separator)]
        if len(cells) < 2 or len(cells) > _MOST_COLUMNS:
            if len(rows) > 1:
                yield rows
            head, rows = [], []
        elif not head:
            head = cells
        elif len(cells) == len(head) and not set(line) <= set("|-: \t"):
            rows.append(dict(zip(head, cells, strict=True)))
    if len(rows) > 1:
        yield rows


def longest(value: JSON) -> int:
    """How many entries the longest list in a JSON value has."""
    most, pending = 0, [value]
    while pending:
        inner = pending.pop()
        if isinstance(inner, Mapping):
            pending += inner.values()
        elif isinstance(inner, (list, tuple)):
            most = max(most, len(inner))
            pending += inner
    return most


def derived(rows: Sequence[Row]) -> Iterator[Value]:
    """Counts, sums, means, medians and extremes of like values, of all rows and of rows that share a value.

    Differences and ratios are taken of two values only, where it is plain which two; of many, any number
    comes out.
    """
    columns = _columns(rows)
    for group in _groups(rows):
        yield Value(float(len(group)), None)
        if len(rows) > 1:
            yield Value(100 * len(group) / len(rows), _PERCENT)
        for column in columns:
            yield from _figures_of([column[at] for at in group if at in column])
    for row in rows:
        yield from _between_cells(row)


def _columns(rows: Sequence[Row]) -> list[dict[int, Value]]:
    """The columns that hold numbers, and what a price times a quantity comes to in each row: row -> value."""
    columns: dict[str, dict[int, Value]] = defaultdict(dict)
    for at, row in enumerate(rows):
        for key, cell in row.items():
            if value := number_in(str(key), cell):
                columns[str(key)][at] = value
    quantities = [column for key, column in columns.items() if _QUANTITIES.intersection(key_words(key))]
    priced = [column for key, column in columns.items() if _PRICES.intersection(key_words(key))]
    totals = [
        {
            at: Value(price[at].number * quantity[at].number, price[at].unit)
            for at in price.keys() & quantity.keys()
        }
        for price in priced
        for quantity in quantities
        if price is not quantity
    ]
    summed = [column for key, column in columns.items() if not _LIMITS.intersection(key_words(key))]
    return [*summed, *totals][:_MOST_COLUMNS]


def _groups(rows: Sequence[Row]) -> Iterator[list[int]]:
    """All rows, rows that share a value under a key, and rows that have one there at all."""
    yield list(range(len(rows)))
    for key in list(dict.fromkeys(key for row in rows[:50] for key in row))[:_MOST_COLUMNS]:
        shared: dict[str, list[int]] = defaultdict(list)
        for at, row in enumerate(rows):
            shared[str(row.get(key))].append(at)
        if len(shared) <= max(2, len(rows) // 2):
            yield from shared.values()
        yield [at for at, row in enumerate(rows) if row.get(key)]


def _figures_of(values: Sequence[Value]) -> Iterator[Value]:
    """Sum, mean, median, least and most of like values; difference and ratio where there are two."""
    if not values or any(value.unit != values[0].unit for value in values):
        return
    unit, numbers = values[0].unit, sorted(value.number for value in values)
    half = len(numbers) // 2
    total = sum(numbers)
    median = numbers[half] if len(numbers) % 2 else (numbers[half - 1] + numbers[half]) / 2
    yield from (
        Value(number, unit) for number in (total, total / len(numbers), median, numbers[0], numbers[-1])
    )
    if len(numbers) == 2:
        yield from _of_two(numbers[0], numbers[1], unit)


def _of_two(low: float, high: float, unit: Unit | None) -> Iterator[Value]:
    """Their difference, and each as a share of the other."""
    yield Value(abs(high - low), unit)
    if low and high:
        shares = (low / high, high / low, abs(high - low) / abs(low), abs(high - low) / abs(high))
        yield from (Value(100 * share, _PERCENT) for share in shares)


def _between_cells(row: Row) -> Iterator[Value]:
    """What two numbers of a row come to: the same field twice, a whole and its part; and two dates of it."""
    numbers = [
        (key_words(str(key)), value) for key, cell in row.items() if (value := number_in(str(key), cell))
    ]
    if len(numbers) == 2 and _are_like(*numbers):
        low, high = sorted(value.number for _, value in numbers)
        yield from _of_two(low, high, numbers[0][1].unit)
    said = [day.complete for cell in row.values() if isinstance(cell, str) for day in days(cell[:40])]
    for one, other in _ordered([day for day in said if day]):
        yield Value(float((other - one).days), UNITS["days"])


def _are_like(one: tuple[tuple[str, ...], Value], other: tuple[tuple[str, ...], Value]) -> bool:
    """Whether a difference of two cells says something: `sales_2025` and `sales_2026`, `total` and `paid`."""
    (words, value), (others, second) = one, other
    if value.unit != second.unit or (value.unit is not None and not value.unit.is_money):
        return False
    if _LIMITS.intersection((*words, *others)):
        return False
    if _WHOLES.intersection(words) and _PARTS.intersection(others):
        return True
    if _PARTS.intersection(words) and _WHOLES.intersection(others):
        return True
    apart = {*words} ^ {*others}
    return apart <= _PERIODS


def _ordered(dates: Sequence[date]) -> Iterator[tuple[date, date]]:
    """Every two of the first few dates, the earlier one first."""
    return ((one, other) for one in dates[:6] for other in dates[:6] if one < other)
