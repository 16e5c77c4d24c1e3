"""What a figure is: a name, a formula in words, and a small function over the tables."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from incident2eval.model import Figure, FigureRow, Unit
from incident2eval.review._tables import Tables

NOT_TOLD = "not told"
"""Stands where a file does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What the function of a figure found."""

    value: int | float | str | None
    n: int
    ids: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    rows: tuple[FigureRow, ...] = ()
    because: str | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """One figure, before it is worked out."""

    id: str
    name: str
    formula: str
    unit: Unit
    measure: Callable[[Tables], Measured]

    def over(self, tables: Tables) -> Figure:
        """The figure, worked out."""
        found = self.measure(tables)
        return Figure(
            id=self.id,
            name=self.name,
            formula=self.formula,
            unit=self.unit,
            value=found.value,
            n=found.n,
            ids=found.ids,
            unknown=found.unknown,
            rows=found.rows,
            because=found.because,
        )


def figure(name: str, unit: Unit = Unit.COUNT) -> Callable[[Callable[[Tables], Measured]], Definition]:
    """Make a figure of a function over the tables: its name is the figure's id, its docstring the formula."""

    def define(measure: Callable[[Tables], Measured]) -> Definition:
        formula = " ".join((measure.__doc__ or "").split())
        return Definition(measure.__name__, name, formula, unit, measure)

    return define


def count(
    hits: pd.DataFrame,
    *,
    of: pd.DataFrame,
    rows: Iterable[FigureRow] = (),
    unknown: pd.DataFrame | None = None,
) -> Measured:
    """How many records there are of all that could be.

    Args:
        hits: The records, with a column `id`.
        of: All that were looked at.
        rows: The same by something.
        unknown: Records that do not say.
    """
    ids = ids_of(hits)
    without = ids_of(unknown) if unknown is not None else ()
    if of.empty and without:
        return Measured(value=None, n=0, unknown=without, because=f"none of {len(without)} says")
    return Measured(value=len(ids), n=len(of), ids=ids, unknown=without, rows=tuple(rows))


def share(
    hits: pd.DataFrame, *, of: pd.DataFrame, what: str, unknown: pd.DataFrame | None = None
) -> Measured:
    """Which share of all there are; of nothing there is none.

    Args:
        hits: The records, with a column `id`.
        of: All that were looked at.
        what: What they are, in the plural.
        unknown: Records that do not say.
    """
    ids = ids_of(hits)
    without = ids_of(unknown) if unknown is not None else ()
    if of.empty:
        return Measured(value=None, n=0, unknown=without, because=f"there are no {what}")
    return Measured(value=round(len(ids) / len(of), 4), n=len(of), ids=ids, unknown=without)


def median(table: pd.DataFrame, column: str, *, by: str, what: str) -> Measured:
    """The middle of a column, and the middle of each group; what is not known is in no middle.

    Args:
        table: Records with a column `id`.
        column: Hours.
        by: The column to group by.
        what: What is not known of the others.
    """
    known = table[table[column].notna()]
    without = ids_of(table[table[column].isna()])
    if known.empty:
        because = f"no incident tells {what}" if without else "there are no incidents"
        return Measured(value=None, n=0, unknown=without, because=because)
    rows = tuple(
        FigureRow(label=label, value=_middle(group[column]), n=len(group), ids=ids_of(group))
        for label, group in groups(known, by)
    )
    return Measured(value=_middle(known[column]), n=len(known), ids=ids_of(known), unknown=without, rows=rows)


def _middle(hours: "pd.Series[float]") -> float:
    return round(float(hours.astype(float).median()), 2)


def counted_by(table: pd.DataFrame, column: str, *, always: Sequence[str] = ()) -> tuple[FigureRow, ...]:
    """Incidents by a column: one row a value, and one for those that do not say.

    Args:
        table: Incidents.
        column: What to go by.
        always: Values that get a row without any record too, in this order, before others.
    """
    found = dict(groups(table, column))
    order = [*always, *(label for label in found if label not in always)]
    return tuple(_row(label, found.get(label, table.iloc[:0])) for label in order)


def groups(table: pd.DataFrame, column: str) -> Iterable[tuple[str, pd.DataFrame]]:
    """The records by a column, in the order of its values; those without one come last."""
    for label, group in table.groupby(column, sort=True):
        yield str(label), group
    without = table[table[column].isna()]
    if not without.empty:
        yield NOT_TOLD, without


def _row(label: str, group: pd.DataFrame) -> FigureRow:
    near = int((group["outcome"] == "near_miss").sum()) if "outcome" in group else None
    return FigureRow(label=label, value=len(group), n=len(group), ids=ids_of(group), near_misses=near)


def ids_of(table: pd.DataFrame) -> tuple[str, ...]:
    """The ids of records, each once, in order."""
    return tuple(sorted(set(table["id"])))


def where(table: pd.DataFrame, column: str, *values: object) -> pd.DataFrame:
    """The records that have one of these values in a column."""
    return table[table[column].isin(values)]


def told(table: pd.DataFrame, column: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The records that say what a column asks, and those that do not."""
    says = table[column].notna()
    return table[says], table[~says]
