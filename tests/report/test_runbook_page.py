"""The runbook's page: nothing in it becomes markup, and nothing is loaded but the style sheet it names."""

import base64
import hashlib
import re
from datetime import date

import pytest
from markdown_it import MarkdownIt
from report.test_hostile_text import ACTIVE
from report.test_pack import Seen

from incident2eval.report.runbook import (
    Entry,
    Grade,
    RunbookPage,
    Said,
    System,
    runbook_lines,
    runbook_markdown,
    runbook_page,
)


def page_of(text: str) -> RunbookPage:
    entry = Entry(name=text, said=(Said(text), Said(text, missing=True)), note=text)
    return RunbookPage(
        workflow=text,
        made=date(2026, 11, 23),
        review=Said(text),
        owner=Said(text),
        deputy=Said(text, missing=True),
        missing=(text,) * 10,
        four=(entry,) * 4,
        duties=((text, text),),
        meanwhile=(entry,) * 3,
        decisions=((text, Said(text), text),),
        grades=(Grade(level=1, name=text, what=text, response=text, signers=(Said(text, missing=True),)),),
        definition=text,
        markers=(text, text),
        systems=(System(name=text, vendor=text, entries=(entry,)),),
        may=(entry,),
        open=(entry,),
        notice=text,
    )


@pytest.mark.parametrize("text", [*ACTIVE, "\x1b[31mred"])
def test_no_text_becomes_markup(text: str) -> None:
    harmless, hostile = Seen(runbook_page([page_of("plain")])), Seen(runbook_page([page_of(text)]))

    assert [tag for tag, _ in hostile.tags] == [tag for tag, _ in harmless.tags]
    assert "\x1b" not in hostile.text


@pytest.mark.parametrize("text", [*ACTIVE, "\x1b[31mred"])
def test_no_text_becomes_markup_in_markdown(text: str) -> None:
    tokens = [
        inner
        for token in MarkdownIt("commonmark").parse(runbook_markdown([page_of(text)]))[
            1:
        ]  # the first is our mark
        for inner in (token, *(token.children or ()))
    ]

    assert not {token.type for token in tokens} & {"html_block", "html_inline", "link_open", "image"}
    assert not any("\x1b" in token.content for token in tokens)


def test_the_policy_names_the_one_style_sheet_and_forbids_the_rest() -> None:
    page = runbook_page([page_of("plain")])
    style = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style[0].encode()).digest()).decode()

    assert len(style) == 1
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in page
    assert "http://" not in page
    assert "@import" not in style[0]


def test_a_sheet_is_a4_and_each_workflow_begins_its_own() -> None:
    page = runbook_page([page_of("one"), page_of("two")])

    assert "size: A4 portrait" in page
    assert "article + article { margin: 0; padding: 0; border: 0; break-before: page; }" in page
    assert page.count("<article>") == 2


@pytest.mark.requirement("R71")
def test_what_is_missing_is_marked() -> None:
    assert "MISSING: who" in "\n".join(runbook_lines(page_of("who")))
