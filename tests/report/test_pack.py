"""The page of a pack: what it says to whom, in which order, and that no text in it becomes markup."""

import base64
import hashlib
import re
from dataclasses import fields, replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from report.test_hostile_text import ACTIVE

from incident2eval.report.pack import Event, Exhibit, Exposed, Gap, PackPage, Reading, Stand, pack_page

AT = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
PACK = PackPage(
    incident="INC-2026-0142",
    audience="regulator",
    title="A draft spoke of somebody else",
    what_happened="One sentence too many.",
    made=AT,
    by="Ruth Calloway",
    tool="0.1.0",
    digest="c" * 64,
    times=(("Noticed", "12 November 2026, 09:20 UTC"),),
    impact=(("In words", "Nothing was sent."),),
    done=("Switched off.",),
    workflow=(("Name", "monthly-summary"),),
    timeline=(Event(at="2026-11-12 09:20:00", what="noticed", by="reviewer", source="incident.yaml"),),
    evidence=(
        Exhibit(given="incident/evidence/trace.json", kind="trace", bytes=7, sha256="d" * 64, sealed=AT),
    ),
    kinds=(
        Stand(kind="outputs", where="evidence/draft.txt", reason=""),
        Stand(kind="user actions", where="", reason="nobody records clicks"),
        Stand(kind="approvals", where="", reason=""),
    ),
    left_out=(Gap(what="reports", why="none speaks of this incident"),),
    exposed=Exposed(
        summary="The run read one of your records.",
        read=(Reading(record="N-1", by="search_notes, 12 November 2026, 09:12 UTC", text="They leave."),),
        said=(("the run's result", "They leave, it says."),),
        went=(("Did anything leave the company", "No."),),
    ),
    files=(("runs/recorded.json", "What the software wrote down."),),
)


class Seen(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] and self.tags[-1][0] == "h2" and data.strip():
            self.headings.append(data)
        self.text += data


def hostile(value: Any, text: str) -> Any:
    """The same with another text in place of every one."""
    if isinstance(value, str):
        return text
    if isinstance(value, tuple):
        return tuple(hostile(one, text) for one in value)
    if isinstance(value, (Event, Exhibit, Exposed, Gap, Reading, Stand, PackPage)):
        kept = {"audience"}
        return replace(
            value,
            **{f.name: hostile(getattr(value, f.name), text) for f in fields(value) if f.name not in kept},
        )
    return value


@pytest.mark.requirement("R154")
@pytest.mark.parametrize(
    ("audience", "first"),
    [
        ("regulator", ["What happened", "When", "The workflow"]),
        ("insurer", ["What it did", "What was done", "When"]),
        ("client", ["What happened", "What of yours was exposed", "When"]),
    ],
)
def test_every_reader_gets_first_what_that_one_asks_first(audience: str, first: list[str]) -> None:
    headings = Seen(pack_page(replace(PACK, audience=audience))).headings
    assert headings[:3] == first
    assert headings[-3:] == ["Not in this pack", "How to check it", "What this is not"]


def test_it_says_where_evidence_is_why_it_is_absent_and_how_to_check_it() -> None:
    text = Seen(pack_page(PACK)).text
    for said in (
        "incident/evidence/trace.json",
        "d" * 64,
        "Absent: nobody records clicks",
        "Absent, and no reason is written down",
        "sha256sum -c SHA256SUMS",
        "none speaks of this incident",
        "not legal advice",
    ):
        assert said in text


def test_a_client_reads_what_was_exposed_what_is_made_up_and_what_the_files_are() -> None:
    text = Seen(pack_page(replace(PACK, audience="client"))).text
    for said in (
        "The run read one of your records.",
        "N-1",
        "They leave.",
        "In the run's result: They leave, it says.",
        "What the software wrote down.",
        "Do not take it for your own.",
    ):
        assert said in text
    assert "What of yours" not in Seen(pack_page(PACK)).text


@pytest.mark.parametrize("text", ACTIVE)
@pytest.mark.parametrize("audience", ["regulator", "insurer", "client"])
def test_hostile_text_is_text(audience: str, text: str) -> None:
    plain = replace(PACK, audience=audience)
    seen = Seen(pack_page(hostile(plain, text)))
    assert seen.tags == Seen(pack_page(hostile(plain, "x"))).tags
    assert not {"script", "a", "img", "link", "iframe", "form"} & {tag for tag, _ in seen.tags}


def test_controls_and_turns_of_direction_are_shown() -> None:
    page = pack_page(replace(PACK, title="a\x1b[31m\u202eb\ud800"))
    assert r"a\x1b[31m\u202eb\ud800" in page


@pytest.mark.parametrize("audience", ["regulator", "insurer", "client"])
def test_the_policy_allows_nothing_but_the_one_style(audience: str) -> None:
    page = pack_page(replace(PACK, audience=audience))
    style = re.search(r"<style>(.*)</style>", page, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policies = [said.get("content") for _, said in Seen(page).tags if said.get("http-equiv")]
    assert policies == [
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    ]
    assert page.count("<style") == 1
    assert " style=" not in page
