"""How the archive and the incident's evidence came about: the 60 days before the incident, run again.

Every past run is a real run of the workflow in this folder, with the permission of its day. Clock and ids are
fixed, so that running this file again writes the same bytes.
"""

import csv
import gzip
import hashlib
import io
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import summaries  # type: ignore[import-not-found]
import tracing  # type: ignore[import-not-found]

HERE = Path(__file__).resolve().parent
EVIDENCE = HERE / "incidents" / "INC-2026-0142" / "evidence"

FIRST_DAY = date(2026, 9, 14)
DAYS = 60
TURNS = (("K-101", "K-104"), ("K-102", "K-103"), ("K-105", "K-106"))
"""Two accounts are drafted each morning, so every account's turn comes each third day."""

UPGRADE = datetime(2026, 10, 23, 21, 0, tzinfo=UTC)
ACCOUNT, WORKSPACE = "account:{customer_id}", "workspace:W1"
"""What the service was granted before the upgrade of the CRM, and from then on."""

Row = Mapping[str, Any]


def main() -> None:
    """Write the archive and the evidence."""
    os.environ["INCIDENT2EVAL_REPLAY"] = "1"
    past = [
        run(customer_id, datetime(day.year, day.month, day.day, 6, 30 + 2 * turn, tzinfo=UTC))
        for day in (FIRST_DAY + timedelta(days=days) for days in range(DAYS))
        for turn, customer_id in enumerate(TURNS[(day - FIRST_DAY).days % 3])
    ]
    write_archive(past)
    write_evidence(past)


def run(customer_id: str, at: datetime, *, granted: str | None = None) -> dict[str, Any]:
    """Draft a summary as it was drafted at that time, by default with the permission of that time."""
    scope = granted or (ACCOUNT if at < UPGRADE else WORKSPACE)
    request = {"customer_id": customer_id, "as_of": f"{at:%Y-%m-%d}"}
    with patch.object(summaries, "read_scope", lambda account: scope.format(customer_id=account)):
        answer = summaries.draft(request)
    return {
        "id": hashlib.sha256(f"{customer_id} {at.isoformat()}".encode()).hexdigest()[:32],
        "version": "2026.9.2" if at < UPGRADE else "2026.10.1",
        "started": at,
        "input": request,
        **answer,
    }


def reviewed(drafted: Row, decision: str, by: str, comment: str) -> dict[str, Any]:
    """The run with the account manager's decision, which the review desk adds to the trace."""
    review = {
        "id": "s4",
        "kind": "review",
        "name": "review_draft",
        "input": {"queue": "for_review"},
        "output": {"decision": decision, "by": by, "comment": comment},
    }
    return {**drafted, "steps": [*drafted["steps"], review]}


# --- the archive ---


def write_archive(past: Iterable[Row]) -> None:
    """One file of past runs a month. It keeps what each run read and wrote, not under which permission."""
    months: dict[str, list[str]] = {}
    for one in past:
        months.setdefault(f"{one['started']:%Y-%m}", []).append(
            json.dumps(_archived(one), ensure_ascii=False)
        )
    (HERE / "archive").mkdir(exist_ok=True)
    for month, lines in months.items():
        data = "".join(f"{line}\n" for line in lines).encode()
        (HERE / "archive" / f"{month}.jsonl.gz").write_bytes(gzip.compress(data, mtime=0))


def _archived(one: Row) -> dict[str, Any]:
    at, steps = one["started"], []
    for step in one["steps"]:
        given = {key: value for key, value in step["input"].items() if key != "scope"}
        done = tracing.ended(at, step)
        steps.append({**step, "input": given, "started": at.isoformat(), "ended": done.isoformat()})
        at = done
    return {
        "schema": "incident2eval/run/1",
        "workflow": tracing.WORKFLOW,
        "model": tracing.MODEL,
        **one,
        "started": one["started"].isoformat(),
        "ended": at.isoformat(),
        "steps": steps,
    }


# --- the evidence ---


def write_evidence(past: Sequence[Row]) -> None:
    """What was kept of the incident: draft, trace, input and logs, and two traces to compare it with."""
    at = datetime(2026, 11, 12, 9, 12, tzinfo=UTC)
    bad = reviewed(run("K-101", at), "rejected", "h.osei", "Why does this speak of another customer?")
    repaired = run("K-101", at.replace(hour=15, minute=40), granted=ACCOUNT)
    mended = reviewed(repaired, "approved", "h.osei", "Checked two figures against the CRM.")
    earlier = run("K-106", datetime(2026, 10, 22, 6, 32, tzinfo=UTC))
    good = reviewed(earlier, "approved", "t.lindqvist", "Fine.")

    EVIDENCE.mkdir(parents=True, exist_ok=True)
    for name, one in (("trace", bad), ("trace_after_fix", mended), ("trace_castlemead", good)):
        _write(f"{name}.json", json.dumps(tracing.export(one), ensure_ascii=False, indent=1))
    _write("input.json", json.dumps(bad["input"], indent=1))
    _write("draft.txt", bad["output"])
    _write("prompt.txt", bad["steps"][2]["input"]["system"].rstrip())
    _write("retrieval_log.csv", _csv(row for one in (*past[-6:], bad) for row in _reads(one)))
    _write("reviews.csv", _csv(_decision(one) for one in (good, bad)))


def _reads(one: Row) -> list[Row]:
    search = one["steps"][0]
    return [
        {
            "at": one["started"].isoformat(),
            "service": summaries.SERVICE,
            "for_account": one["subject"]["customer_id"],
            "scope": search["input"]["scope"],
            "note_id": record["id"],
            "note_account": record["owner"],
            "score": record["metadata"]["score"],
        }
        for record in search["records"]
    ]


def _decision(one: Row) -> Row:
    decided = tracing.ended(one["started"], one["steps"][-1])
    return {"at": decided.isoformat(), "run": one["id"], **one["steps"][-1]["output"]}


def _csv(rows: Iterable[Row]) -> str:
    listed = list(rows)
    text = io.StringIO()
    table = csv.DictWriter(text, fieldnames=list(listed[0]), lineterminator="\n")
    table.writeheader()
    table.writerows(listed)
    return text.getvalue().rstrip()


def _write(name: str, text: str) -> None:
    (EVIDENCE / name).write_bytes(f"{text}\n".encode())


if __name__ == "__main__":
    main()
