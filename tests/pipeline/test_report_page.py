"""`report`: the page of an incident and its records for others, nobody named, nothing guessed."""

import base64
import hashlib
import json
import re
import shutil
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from incident2eval.cli import main
from incident2eval.exchange import TARGETS
from incident2eval.model import NOTICE, BadInput, Event, LogEntry
from incident2eval.pipeline.report import report
from incident2eval.pipeline.shown.report_page import _logged

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
INCIDENT = "INC-2026-0001"
SETTINGS = """
[workflows.letters]
target = "python:letters:draft"
owner = "Wilhelmina Brackenbury"
fallback = "People write letters; ask Wilhelmina Brackenbury"

[organisation]
jurisdictions = ["UK"]
roles = {controller = "yes"}

[[approvers]]
name = "Theodora Ashgrove"
roles = ["legal"]
"""
FILE = """
id: INC-2026-0001
title: A letter to Harrow & Vale quoted Northgate Logistics
workflow: letters
reporter: {name: Bartholomew Quill, role: clerk}
noticed_by: staff
outcome: near_miss
what_happened: |
  Bartholomew Quill saw that the letter to Harrow & Vale held a figure of Northgate Logistics.
  He told Ursula Pennyfeather (ursula.pennyfeather@harrowvale.example, 020 7946 0018).
when: {noticed: "2026-11-12T09:20:00+00:00", aware: "2026-11-12T09:40:00+00:00"}
questions: {exposed_information: "yes", left_company: "no"}
affected: [{kind: customer, ref: A2, count: 1}]
recipients: [{ref: Ursula Pennyfeather, assessed: she read one line}]
impact: {domains: [customer], text: Northgate Logistics would have been named.}
containment:
  - {at: "2026-11-12T09:46:00+00:00", by: Cornelius Vane, action: stopped, did: Cornelius Vane did it}
communications: [{to: Ursula Pennyfeather, at: "2026-11-13", text: "Dear Ursula Pennyfeather, we are sorry."}]
actions: [{kind: corrective, text: Ask Cornelius Vane, owner: Cornelius Vane, due: "2026-11-14"}]
"""
LOG = [
    {
        "at": "2026-11-12T10:00:00+00:00",
        "event": "duty",
        "rule": "ukgdpr-33-1",
        "state": "filed",
        "by": "Theodora Ashgrove",
        "reason": "Northgate Logistics agreed",
    },
    {"at": "2026-11-12T11:00:00+00:00", "event": "signed_off", "by": "Theodora Ashgrove", "role": "legal"},
]
OTHERS = "Harrow Vale Northgate Quill Bartholomew Pennyfeather Ursula Vane Cornelius 7946".split()
ANSWERING = "Brackenbury Wilhelmina Ashgrove Theodora".split()
"""Who answers for the workflow by the settings."""


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
        if self.tags and self.tags[-1][0] == "h2" and data.strip():
            self.headings.append(data)
            self.tags.append(("", {}))
        self.text += data


@pytest.fixture
def firm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A firm with one incident, in which everybody is named somewhere."""
    # A key of chance may give a telephone the same group of digits again: numbers for drama share them.
    monkeypatch.setenv("INCIDENT2EVAL_KEY", "5d" * 32)
    (tmp_path / "incident2eval.toml").write_text(SETTINGS)
    (tmp_path / "customers.csv").write_text("id,name,aliases\nA1,Harrow & Vale,\nA2,Northgate Logistics,\n")
    folder = tmp_path / "incidents" / INCIDENT
    folder.mkdir(parents=True)
    (folder / "incident.yaml").write_text(FILE)
    (folder / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in LOG))
    return tmp_path


def page_of(firm: Path) -> str:
    where = firm / "page.html"
    answer = report(project=firm, incident=INCIDENT, write=where, at=NOW)
    assert answer.exit_code == 0
    return where.read_text()


def names_in(text: str) -> list[str]:
    return [name for name in (*OTHERS, *ANSWERING) if re.search(rf"\b{name}\b", text, re.IGNORECASE)]


@pytest.mark.requirement("R154", "R151")
def test_the_page_says_what_a_reader_asks_first(firm: Path) -> None:
    seen = Seen(page_of(firm))
    assert seen.headings == [
        "Who may have to be told",
        "What has to be done",
        "How far it is",
        "What happened",
        "How serious it is",
        "Why it happened, and what was done",
        "Timeline",
        "Rules that were looked at and not triggered",
    ]
    assert "A near miss: caught before it had an effect." in seen.text
    assert "Time until it was stopped" in seen.text
    assert "26 minutes" in seen.text


def test_duties_without_a_date_are_named_in_the_terminal(firm: Path) -> None:
    told = report(project=firm, incident=INCIDENT, at=NOW).text

    assert "  harm: solicitor and insurer, before anything is admitted: as the contract says" in told
    assert "which the page names" not in told
    assert re.search(r"without a date, if they are for us at all: .*fca-p11", told)


def test_what_keeps_it_from_the_next_stage_is_named_and_not_the_stage_beside_its_opposite(firm: Path) -> None:
    confirmed = {
        "at": "2026-11-12T12:00:00+00:00",
        "event": "triaged",
        "by": "Theodora Ashgrove",
        "severity": 2,
    }
    with (firm / "incidents" / INCIDENT / "log.jsonl").open("a") as log:
        log.write(json.dumps(confirmed) + "\n")

    told = report(project=firm, incident=INCIDENT, at=NOW).text

    assert "Stopped.\n" in told
    assert "Level confirmed by Theodora Ashgrove." in told
    assert "next: level confirmed" not in told
    assert (
        "missing for the next stage (level and facts settled):\n"
        "    whether anybody acted on it is not known (impact.acted_on)\n"
    ) in told


def test_of_what_keeps_it_from_the_next_stage_three_stand_at_the_top(firm: Path) -> None:
    file = firm / "incidents" / INCIDENT / "incident.yaml"
    file.write_text(re.sub(r"(?m)^(affected|reporter|impact):.*\n", "", FILE))

    answer = report(project=firm, incident=INCIDENT, at=NOW)
    page = answer.data["page"]

    assert isinstance(page, dict)
    shown = answer.text.partition("missing for the next stage (level and facts settled):\n")[2].partition(
        "\n\n"
    )[0]
    lines = re.findall(r"^    (\S.*)", shown, re.MULTILINE)
    assert len(lines) == 4
    assert lines[3] == f"and {len(page['blockers']) - 3} more, which the page names"


def test_what_is_not_written_down_is_told_in_one_line_and_has_no_row(firm: Path) -> None:
    seen = Seen(page_of(firm))

    assert "Not written down: Happened." in seen.text
    assert "Nothing is written down of: a change before it" in " ".join(seen.text.split())


@pytest.mark.requirement("R152", "R78")
def test_duties_go_with_the_notice_and_clocks_with_their_zone(firm: Path) -> None:
    seen = Seen(page_of(firm))
    assert NOTICE in seen.text
    assert "Rules as checked on" in seen.text
    assert "UK GDPR, Article 33(1)" in seen.text
    assert "On 12 November 2026, 10:00 UTC, by " in seen.text
    assert ", in time: " in seen.text
    assert "Overdue" not in seen.text
    (firm / "incidents" / INCIDENT / "log.jsonl").unlink()
    seen = Seen(page_of(firm))
    assert "Overdue: 1 notice." in seen.text
    assert "15 November 2026, 09:40 UTC (4 days late)" in seen.text


@pytest.mark.requirement("R90")
def test_what_was_said_to_others_stands_in_it(firm: Path) -> None:
    assert "we are sorry" in Seen(page_of(firm)).text


def test_the_page_names_who_answers_for_the_workflow_and_nobody_else(firm: Path) -> None:
    page = page_of(firm)

    assert names_in(page) == ANSWERING
    assert "Wilhelmina Brackenbury" in page
    assert "signed off by Theodora Ashgrove (legal)" in page
    assert "Only who answers for a workflow by the settings is called by the real name." in page


def test_what_is_printed_says_first_that_names_are_made_up_and_names_nobody_else(firm: Path) -> None:
    owner = 'owner = "Theodora Ashgrove"'
    (firm / "incident2eval.toml").write_text(SETTINGS.replace('owner = "Wilhelmina Brackenbury"', owner))
    answer = report(project=firm, incident=INCIDENT, at=NOW)

    first = answer.text.partition("Level 2")[0]
    assert "here are made up, though they may look real" in " ".join(first.split())
    assert not {*names_in(answer.text), *names_in(json.dumps(answer.data))} & set(OTHERS)
    assert names_in("\n".join(answer.notes)) == []
    assert "Theodora Ashgrove" in json.dumps(answer.data)


def test_an_approver_called_like_a_customer_and_part_of_a_longer_name_stay_hidden(firm: Path) -> None:
    (firm / "customers.csv").write_text("id,name,aliases\nA1,Theodora Ashgrove,\n")
    (firm / "incidents" / INCIDENT / "incident.yaml").write_text(
        FILE.replace("He told", "Mary Wilhelmina Brackenbury told")
    )

    assert not {"Theodora", "Ashgrove", "Mary"} & {*re.findall(r"\w+", page_of(firm))}
    assert "Mary Wilhelmina" not in page_of(firm)


def test_a_record_for_others_names_nobody_at_all(firm: Path) -> None:
    for target in TARGETS:
        answer = report(project=firm, incident=INCIDENT, target=target, at=NOW)
        assert names_in(answer.text) == []
        assert names_in(json.dumps(answer.data)) == []
        assert names_in("\n".join(answer.notes)) == []


def test_nobody_is_named_in_a_record_or_beside_it(firm: Path) -> None:
    for target in TARGETS:
        report(project=firm, incident=INCIDENT, target=target, write=firm / f"{target}.json", at=NOW)
        assert names_in((firm / f"{target}.json").read_text()) == []
        assert names_in((firm / f"{target}.md").read_text()) == []


def test_the_same_person_has_the_same_name_throughout(firm: Path) -> None:
    shown = report(project=firm, incident=INCIDENT, at=NOW).data["page"]
    assert isinstance(shown, dict)
    stopped = next(row for row in shown["timeline"] if row["what"].startswith("contained"))
    assert stopped["by"] in stopped["what"]


def test_a_name_in_a_file_name_or_an_id_of_a_customer_is_told_apart(firm: Path) -> None:
    assert "customer A2" in Seen(page_of(firm)).text


def test_the_page_runs_nothing_and_loads_nothing(firm: Path) -> None:
    page = page_of(firm)
    seen = Seen(page)
    assert not {"script", "img", "link", "iframe", "object", "form"} & {tag for tag, _ in seen.tags}
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = next(
        given["content"] for tag, given in seen.tags if given.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def test_text_of_an_incident_is_never_markup(firm: Path) -> None:
    file = firm / "incidents" / INCIDENT / "incident.yaml"
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)> {{ 7*7 }}"
    file.write_text(
        FILE.replace("she read one line", f"'{hostile}'").replace("Ask Cornelius Vane", f"'{hostile}'")
    )
    page = page_of(firm)
    assert not {"script", "img"} & {tag for tag, _ in Seen(page).tags}
    assert "{{ 7*7 }}" in Seen(page).text


def test_twice_gives_the_same_bytes(firm: Path) -> None:
    assert page_of(firm) == page_of(firm)


def test_no_incident_file_changes(firm: Path) -> None:
    folder = firm / "incidents" / INCIDENT
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    page_of(firm)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_record_has_every_field_and_says_how_it_was_filled(firm: Path) -> None:
    where = firm / "oecd.json"
    data = report(project=firm, incident=INCIDENT, target="oecd", write=where, at=NOW).data
    assert json.loads(where.read_text()) == data["record"]
    assert len(data["fields"]) == 29
    beside = where.with_suffix(".md").read_text()
    assert all(f"`{row['field']}`" in beside for row in data["fields"])


@pytest.mark.parametrize(
    ("target", "place"),
    [
        (None, "page.txt"),
        (None, "incidents/page.html"),
        ("oecd", "page.html"),
        ("oecd", "incidents/INC-2026-0001/SEALED.json"),
        ("oecd", "reports/letters.json"),
        ("oecd", "nowhere/oecd.json"),
    ],
)
def test_it_is_written_where_it_can_be_mistaken_for_nothing(
    firm: Path, target: str | None, place: str
) -> None:
    with pytest.raises(BadInput):
        report(project=firm, incident=INCIDENT, target=target, write=firm / place, at=NOW)


def test_unknown_incident_and_target_are_bad_input(firm: Path) -> None:
    with pytest.raises(BadInput):
        report(project=firm, incident="INC-2026-9999", at=NOW)
    with pytest.raises(BadInput, match="is none of aiid, oecd, avid, veris"):
        report(project=firm, incident=INCIDENT, target="cve", at=NOW)


def test_a_lost_key_is_said_and_holds_nothing_up(project: Path) -> None:
    shutil.rmtree(project / ".incident2eval")
    answer = report(project=project, incident="INC-2026-0142", at=NOW)
    assert answer.exit_code == 0
    assert any("key that is not at hand" in note for note in answer.notes)


def test_an_incident_that_went_through_every_stage_is_told_in_full(project: Path) -> None:
    seen = Seen(report_to(project))
    assert "the design of the workflow" in seen.text
    assert "This is what the tool proposes; nobody has confirmed it yet." in seen.text
    assert "INC-2026-0142::test_" in seen.text
    assert re.search(r"\d+ files sealed since", seen.text)


def report_to(project: Path) -> str:
    where = project / "page.html"
    report(project=project, incident="INC-2026-0142", write=where, at=NOW)
    return where.read_text()


def test_the_command_prints_one_object(
    firm: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(firm)
    assert main(["report", INCIDENT, "--as", "avid", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["record"]["data_type"] == "AVID"


def test_whatever_the_log_tells_of_has_words() -> None:
    for event in (*Event, "somebody's own"):
        told = _logged(LogEntry(at=NOW, event=event, state="dismissed", reason="a test account"))

        assert told[:1].isalpha()
        assert "_" not in told
        assert told.endswith("; dismissed; a test account")
