"""Lines and tables for a person to read, as plain text of 80 columns."""

import textwrap
from collections.abc import Iterable, Sequence
from io import StringIO

from incident2eval.model import visible
from incident2eval.pipeline.shown.masking import masked_text

WIDTH = 80


def wrapped(lines: Iterable[str]) -> str:
    """Lines as one text, each wrapped under its own indent; words are never cut.

    Secrets are masked before: what tells a token may stand on the line above it afterwards.

    Args:
        lines: As they would stand on an endless line.
    """
    return "\n".join(
        textwrap.fill(
            line,
            WIDTH,
            subsequent_indent=" " * (len(line) - len(line.lstrip()) + 2),
            break_long_words=False,
            break_on_hyphens=False,
        )
        for line in map(masked_text, lines)
    )


def counted(number: int, noun: str) -> str:
    """A number with its noun, such as `1 run` and `3 runs`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table of 80 columns, wrapped inside its cells, without colours.

    Args:
        headings: One for each column.
        rows: The cells; what is no text is shown as `str` shows it.

    Returns:
        Lines without blanks at their ends; nothing in a cell is taken for markup.
    """
    # Imported late: most commands print no table, and rich costs more than all of them.
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    drawn = Table(*headings, box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for row in rows:
        drawn.add_row(*(Text(visible(masked_text(str(cell)))) for cell in row))
    page = StringIO()
    Console(file=page, width=WIDTH, color_system=None).print(drawn)
    return "\n".join(line.rstrip() for line in page.getvalue().splitlines())
