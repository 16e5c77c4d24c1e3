"""Monthly account summaries, drafted from an account's notes and tickets of the last 31 days.

Notes are found through a search index over the whole workspace. What the service may read of it stands in
`data/acl.json`; what a draft has to keep to stands in `prompts/summary.txt`. The drafter is a template, not a
language model: the same notes give the same draft, so what you see change is what you changed.
"""

import csv
import json
import math
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).resolve().parent
SERVICE = "summary-drafter"
PERIOD = timedelta(days=31)
AT_MOST = 6
NO_OTHER_NAMES = "Do not mention other customers."

Row = Mapping[str, Any]


def draft(request: Row) -> dict[str, Any]:
    """Draft one account's monthly summary and queue it for the account manager.

    Args:
        request: `{"customer_id": "K-101", "as_of": "2026-11-12"}`; a summary covers the 31 days before.

    Returns:
        The draft as `output`, whose it is as `subject`, and what was done to write it as `steps`.
    """
    account = _accounts()[request["customer_id"]]
    as_of = date.fromisoformat(request["as_of"])
    since = as_of - PERIOD
    found = search_notes(account, since=since, until=as_of)
    tickets = list_tickets(account, since=since, until=as_of)
    written = write_draft(account, as_of=as_of, notes=found["records"], tickets=tickets["output"])
    if not os.environ.get("INCIDENT2EVAL_REPLAY"):
        _queue_for_review(account, request["as_of"], written["output"])
    return {
        "output": written["output"],
        "subject": {"customer": account["name"], "customer_id": account["id"]},
        "steps": [found, tickets, written],
    }


# --- step 1: what may be read, and what is found there ---


def read_scope(customer_id: str) -> str:
    """What the service may read for an account, by the permission file: `account:K-101` or `workspace:W1`."""
    acl = json.loads((HERE / "data" / "acl.json").read_text(encoding="utf-8"))
    scope: str = acl["services"][SERVICE]["read"]
    return scope.format(customer_id=customer_id)


def search_notes(account: Row, *, since: date, until: date) -> dict[str, Any]:
    """Find the notes of the period that speak of the account, as far as the service may read."""
    scope = read_scope(account["id"])
    readable = [
        note
        for note in _notes()
        if _in_scope(note, scope) and since.isoformat() <= note["written"] < until.isoformat()
    ]
    hits = _index().search(account["name"], among=readable, limit=AT_MOST)
    return {
        "id": "s1",
        "kind": "retrieval",
        "name": "search_notes",
        "input": {
            "query": account["name"],
            "scope": scope,
            "since": f"{since}",
            "until": f"{until}",
            "limit": AT_MOST,
        },
        "records": [_record(note, score) for note, score in hits],
    }


def _in_scope(note: Row, scope: str) -> bool:
    kind, _, wanted = scope.partition(":")
    return bool(note[f"{kind}_id"] == wanted)


def _record(note: Row, score: float) -> dict[str, Any]:
    metadata = {key: note[key] for key in ("account_id", "title", "author", "written")}
    return {
        "id": note["id"],
        "owner": note["account_id"],
        "text": note["text"],
        "metadata": {**metadata, "score": score},
    }


class Index:
    """Notes as TF-IDF vectors, compared with a query by the cosine of the angle between them."""

    def __init__(self, notes: Sequence[Row]) -> None:
        counts = {note["id"]: Counter(_words(f"{note['title']} {note['text']}")) for note in notes}
        spread = Counter(word for count in counts.values() for word in count)
        self._rarity = {word: math.log(len(notes) / found) for word, found in spread.items()}
        self._vectors = {note_id: self._vector(count) for note_id, count in counts.items()}

    def search(self, query: str, *, among: Iterable[Row], limit: int) -> list[tuple[Row, float]]:
        """The notes that share words with the query, the best first."""
        wanted = self._vector(Counter(_words(query)))
        scored = [(note, self._cosine(wanted, self._vectors[note["id"]])) for note in among]
        hits = [(note, round(score, 3)) for note, score in scored if score > 0]
        return sorted(hits, key=lambda hit: (-hit[1], hit[0]["id"]))[:limit]

    def _vector(self, count: Mapping[str, int]) -> dict[str, float]:
        weights = {word: (1 + math.log(times)) * self._rarity.get(word, 0.0) for word, times in count.items()}
        length = math.hypot(*weights.values()) or 1.0
        return {word: weight / length for word, weight in weights.items()}

    @staticmethod
    def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
        return sum(weight * other.get(word, 0.0) for word, weight in one.items())


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


# --- step 2: the service desk ---


def list_tickets(account: Row, *, since: date, until: date) -> dict[str, Any]:
    """Look up the account's tickets of the period."""
    tickets = [
        ticket
        for ticket in _tickets()
        if ticket["account_id"] == account["id"] and since.isoformat() <= ticket["opened"] < until.isoformat()
    ]
    minutes = [int(ticket["minutes"]) for ticket in tickets if ticket["minutes"]]
    return {
        "id": "s2",
        "kind": "tool",
        "name": "list_tickets",
        "input": {"account_id": account["id"], "since": f"{since}", "until": f"{until}"},
        "output": {
            "opened": len(tickets),
            "closed": len(minutes),
            "median_minutes": median(minutes) if minutes else None,
            "tickets": tickets,
        },
    }


# --- step 3: the draft ---


def write_draft(account: Row, *, as_of: date, notes: Sequence[Row], tickets: Row) -> dict[str, Any]:
    """Write the draft by the rules of the prompt: a line on the tickets, then what each note says first."""
    rules = (HERE / "prompts" / "summary.txt").read_text(encoding="utf-8")
    in_order = sorted(notes, key=lambda note: note["metadata"]["written"])
    sentences = [re.split(r"(?<=\.) ", note["text"])[0] for note in in_order]
    if NO_OTHER_NAMES in rules:
        sentences = [sentence for sentence in sentences if not _names_another(sentence, account)]
    day = f"{as_of.day} {as_of:%B %Y}"
    return {
        "id": "s3",
        "kind": "model",
        "name": "write_draft",
        "input": {
            "system": rules,
            "prompt": f"Account: {account['name']}\nAs of: {day}\n\nNotes:\n"
            + "\n".join(f"- {note['text']}" for note in in_order)
            + f"\n\nTickets: {json.dumps(tickets)}",
        },
        "output": f"Monthly summary for {account['name']}, as of {day}.\n\n"
        f"{_ticket_line(tickets)}\n\n{' '.join(sentences)}",
    }


def _ticket_line(tickets: Row) -> str:
    if not tickets["opened"]:
        return "No tickets were opened."
    line = f"Tickets opened: {tickets['opened']}, closed: {tickets['closed']}."
    return (
        f"{line} Half of them took {tickets['median_minutes']:g} minutes or less."
        if tickets["closed"]
        else line
    )


def _names_another(sentence: str, account: Row) -> bool:
    others = [other for other in _accounts().values() if other["id"] != account["id"]]
    names = [name for other in others for name in (other["name"], *other["aliases"].split(";"))]
    return any(re.search(rf"\b{re.escape(name)}\b", sentence) for name in names)


def _queue_for_review(account: Row, as_of: str, text: str) -> None:
    """Nothing is sent from here: an account manager reads every draft first."""
    queue = HERE / "outbox" / "for_review.jsonl"
    queue.parent.mkdir(exist_ok=True)
    with queue.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps({"account": account["id"], "as_of": as_of, "draft": text}) + "\n")


# --- the data ---


@cache
def _accounts() -> dict[str, Row]:
    return {row["id"]: row for row in _table("customers.csv")}


@cache
def _tickets() -> list[Row]:
    return _table("data/tickets.csv")


@cache
def _notes() -> list[Row]:
    return [
        json.loads(line) for line in (HERE / "data" / "notes.jsonl").read_text(encoding="utf-8").splitlines()
    ]


@cache
def _index() -> Index:
    return Index(_notes())


def _table(name: str) -> list[Row]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
