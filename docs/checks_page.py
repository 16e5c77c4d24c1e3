"""What cog writes into docs/checks.md: the page of every check, which is the docstring of its judge."""

import inspect
import re
from collections.abc import Iterator

from incident2eval.checks import SHELF, Check

HEADINGS = ("What went wrong", "What is right", "What this cannot see")
SKIPPED = ("Args", "Raises", "Returns")


def pages() -> str:
    """Every check, in the order of the shelf: what it is about, its facts, and its three sections."""
    return "\n".join(line for check in SHELF for line in _page(check))


def _page(check: Check) -> Iterator[str]:
    text = inspect.getdoc(check.judge) or ""
    first, _, rest = text.partition("\n")
    yield f"## `{check.name}`\n"
    yield first + "\n"
    facts = [check.fact(name) for name in check.parameters if name not in {"customer", "customers"}]
    kept = ", ".join(f"`{fact}`" for fact in facts) or "none beyond the customer and the roster"
    yield f"*A {'control' if check.control else 'harm'}. Facts in case.yaml: {kept}.*\n"
    yield from _sections(rest)


def _sections(text: str) -> Iterator[str]:
    """The sections of a page that are for its reader, each as a paragraph of its own."""
    for heading, body in re.findall(r"^([A-Z][\w ]+):\n((?:\n|[ ]{4}.*\n?)+)", text, re.MULTILINE):
        if heading in SKIPPED:
            continue
        paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", body.strip())]
        yield f"**{heading}.** " + "\n\n".join(paragraphs) + "\n"
