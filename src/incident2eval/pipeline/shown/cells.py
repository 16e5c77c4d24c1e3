"""Text from strangers in the columns of a terminal: made harmless, measured, cut and wrapped."""

from collections.abc import Iterator

from incident2eval.model import visible

_PER_CELL = 8
"""Characters looked at for each column; more than that are combining marks piled up."""


def plain(text: str, cells: int) -> str:
    """A text as one harmless line of at most so many columns, with dots where it goes on."""
    line = _flat(text[: _PER_CELL * (cells + 1)])
    return line if width(line) <= cells else _head(line, cells - 1).rstrip() + "…"


def width(text: str) -> int:
    """How many columns a terminal needs for a text: two for a wide character, none for a combining one."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # noqa: PLC0415 - only where text is more than ASCII

    return cell_len(text)


def folded(text: str, cells: int, most: int) -> Iterator[str]:
    """A text as so many lines at most; its own line breaks and indents stay, and words where they fit.

    Returns:
        The lines; where there are more, one besides says how many characters are left out.
    """
    looked_at = text[: _PER_CELL * cells * most]
    lines, left = 0, len(text)
    for line in looked_at.splitlines(keepends=True):
        indent = " " * min(len(line) - len(line.lstrip(" ")), cells // 2)
        rest = left - len(line)
        for piece in _pieces(_flat(line), cells - len(indent)):
            if lines == most:
                yield f"… {left:,} more characters"
                return
            lines += 1
            left -= len(piece) + 1
            yield indent + piece if piece else ""
        left = rest
    if left:
        yield f"… {left:,} more characters"


def _flat(text: str) -> str:
    return visible(" ".join(text.split()))


def _pieces(line: str, cells: int) -> Iterator[str]:
    while True:
        head = _head(line, cells + 1)
        if len(head) == len(line) and width(line) <= cells:
            yield line
            return
        at = head.rfind(" ")
        if at > 0:
            yield head[:at]
            line = line[at + 1 :]
        else:
            head = _head(line, cells)
            yield head
            line = line[len(head) :]


def _head(text: str, cells: int) -> str:
    """As much of the beginning as fits."""
    head = text[:cells]
    if width(head) == len(head):
        return head
    used = 0
    for at, char in enumerate(text):
        used += width(char)
        if used > cells:
            return text[:at]
    return text
