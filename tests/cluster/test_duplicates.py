"""Known duplicates among real bug reports are found again."""

import json
from pathlib import Path

from incident2eval.cluster import Neighbourhood
from incident2eval.model import Failure


def test_three_of_four_duplicates_are_among_the_first_five(shared: Path) -> None:
    folder = shared / "data" / "gitbugs"
    reports = {
        row["id"]: Failure(id=row["id"], text=f"{row['summary']}\n{row['description'] or ''}")
        for row in map(json.loads, (folder / "seamonkey_issues.jsonl").read_text("utf-8").splitlines())
    }
    pairs = [
        pair
        for row in map(
            json.loads, (folder / "seamonkey_duplicate_pairs.jsonl").read_text("utf-8").splitlines()
        )
        if row["both_present"]
        for pair in ((row["a"], row["b"]), (row["b"], row["a"]))
    ]
    neighbourhood = Neighbourhood(reports.values())

    found = [
        other in {similar.incident for similar in neighbourhood.nearest(reports[one])} for one, other in pairs
    ]

    assert sum(found) / len(found) >= 0.75
