"""The tables of docs/exchange.md, taken from the package itself."""

import tables

from incident2eval.exchange import TARGETS, Fit


def targets() -> str:
    """Every target: of what its field names are, and how its fields fit."""
    rows = (
        (
            f"`{each.name}`",
            each.title,
            each.version,
            ", ".join(f"{sum(field.fit is fit for field in each.fields)} {fit}" for fit in Fit),
        )
        for each in TARGETS.values()
    )
    return tables.table(("`--as`", "record of", "field names of", "fields"), rows)


def fields(name: str) -> str:
    """The fields of a target that are filled, and what from; those that stay empty are only counted."""
    rows = (
        (
            f"`{field.name}`" + (" (asked for)" if field.required else ""),
            str(field.fit),
            ", ".join(f"`{source}`" for source in field.sources),
            field.note,
        )
        for field in TARGETS[name].fields
        if field.fit is not Fit.UNMAPPED
    )
    return tables.table(("field", "fit", "from", "note"), rows)


def empty(name: str) -> str:
    """The fields of a target that always stay empty, by name."""
    names = [f"`{field.name}`" for field in TARGETS[name].fields if field.fit is Fit.UNMAPPED]
    return "Always empty: " + ", ".join(names) + "."
