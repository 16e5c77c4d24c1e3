"""The runbook: one page a workflow, to be printed and hung on the wall; what is missing stands out."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from incident2eval.report import wording
from incident2eval.report.templating import filled

LONGEST = 600
"""A text longer than this is cut: the page is for the wall."""

MARK = "made by: incident2eval runbook"
"""Stands at the head of every runbook file, so that one may be written over and nothing else."""

FIRST = "Stop it first. Then copy the evidence, before anything is mended. Why it happened can wait."

_MARKUP = re.compile(r"([\\`*_\[\]<>|~#!$&])")


class Said(NamedTuple):
    """What the settings say of something, or that they do not say it."""

    text: str
    missing: bool = False
    """Then the text says what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A question and its answers."""

    name: str
    said: tuple[Said, ...]
    note: str = ""
    """What goes with it, in small."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """One row of the severity matrix."""

    level: int
    name: str
    what: str
    response: str
    signers: tuple[Said, ...]
    """Who signs before it runs again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """One integration."""

    name: str
    vendor: str
    """Empty where it is the firm's own."""
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunbookPage:
    """Everything that the page of one workflow says."""

    workflow: str
    made: date
    """The day in UTC."""
    review: Said
    owner: Said
    deputy: Said
    missing: tuple[str, ...]
    """What is missing before the workflow is production-ready."""
    four: tuple[Entry, ...]
    """Who can switch it off, what is reportable, where the logs are, when it is safe again (R72)."""
    duties: tuple[tuple[str, str], ...]
    """Whom to tell how soon, by rule: what, and whom and when."""
    meanwhile: tuple[Entry, ...]
    """Fallback, escalation path, review standard."""
    decisions: tuple[tuple[str, Said, str], ...]
    """What, who, who stands in."""
    grades: tuple[Grade, ...]
    definition: str
    markers: tuple[str, ...]
    systems: tuple[System, ...]
    may: tuple[Entry, ...]
    """What it may read, call and write."""
    open: tuple[Entry, ...]
    """Where no case stands guard."""
    notice: str


def runbook_page(pages: Sequence[RunbookPage]) -> str:
    """The runbook as HTML, an A4 sheet a workflow; no script, nothing loaded, one style sheet."""
    return filled(
        "runbook.html.j2",
        longest=LONGEST,
        cut="cut here",
        sheet="runbook.css",
        pages=tuple(pages),
        mark=MARK,
        first=FIRST,
    )


def runbook_markdown(pages: Sequence[RunbookPage]) -> str:
    """The same as Markdown: headings and lists, every text escaped."""
    sheets = ("\n".join(_lines(page, _escaped)) for page in pages)
    return f"<!-- {MARK} -->\n\n" + "\n\n---\n\n".join(sheets) + "\n"


def runbook_lines(page: RunbookPage) -> tuple[str, ...]:
    """The same as lines for a terminal, not wrapped."""
    return tuple(_lines(page, wording.plain))


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\1", wording.one_line(text, LONGEST))


def _lines(page: RunbookPage, text: Callable[[str], str]) -> Iterator[str]:
    def said(one: Said) -> str:
        return f"MISSING: {text(one.text)}" if one.missing else text(one.text)

    def entry(one: Entry) -> str:
        note = f" ({text(one.note)})" if one.note else ""
        return f"- {text(one.name)}: {'; '.join(map(said, one.said))}{note}"

    yield f"# Runbook: {text(page.workflow)}"
    yield ""
    yield f"Owner: {said(page.owner)}. Deputy: {said(page.deputy)}. {said(page.review)}."
    yield FIRST
    if page.missing:
        yield from ("", f"## NOT READY: {len(page.missing)} missing", "")
        yield from (f"- {text(line)}" for line in page.missing)
    for number, one in enumerate(page.four, start=1):
        yield from ("", f"## {number}. {text(one.name)}", "")
        yield from (f"- {said(each)}" for each in one.said)
        yield from [f"- {text(one.note)}"] if one.note else []
        yield from (f"- {text(what)}: {text(how)}" for what, how in page.duties if number == 2)
    yield from ("", "## Meanwhile", "", *map(entry, page.meanwhile))
    yield from ("", "## Who decides", "")
    for what, who, other in page.decisions:
        yield f"- {text(what)} {said(who)}{f' (stands in: {text(other)})' if other else ''}"
    yield from ("", "## How bad is it?", "", text(page.definition), "")
    for grade in page.grades:
        yield f"- Level {grade.level}, {text(grade.name)}: {text(grade.what)} {text(grade.response)}"
        yield f"  Runs again when signed by: {'; '.join(map(said, grade.signers))}"
    yield from ("", f"No mere quality issue, if {', or '.join(map(text, page.markers))}.")
    if page.systems:
        yield from ("", "## Systems it acts on", "")
        for system in page.systems:
            yield f"- {text(system.name)}{f' ({text(system.vendor)})' if system.vendor else ''}"
            yield from (f"  {entry(one)}" for one in system.entries)
    yield from ("", "## What it may do", "", *map(entry, page.may))
    yield from ("", "## Where no case stands guard", "", *map(entry, page.open))
    yield from ("", text(page.notice))
