"""What detectors are measured on, and how: real English, tickets, and which share of a value is found."""

import json
import os
import random
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

SHARED = Path(os.environ.get("INCIDENT2EVAL_SHARED", Path(__file__).parents[2] / "shared"))
DATA = SHARED / "data"
MOST_TEXTS = 1_500

Find = Callable[[str], Iterable[tuple[int, int]]]
Names = Collection[str]


def share(span: tuple[int, int], found: Iterable[tuple[int, int]]) -> float:
    """How much of a span was found."""
    start, end = span
    marks = {at for one, other in found for at in range(max(start, one), min(end, other))}
    return len(marks) / (end - start)


def alarms(find: Find, texts: list[str]) -> float:
    """Places found per 1,000 words."""
    words = sum(len(text.split()) for text in texts)
    return 1000 * sum(len(merged(find(text))) for text in texts) / words


def merged(found: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans without those that begin inside another."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


def lines(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a file of JSON lines."""
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def clean() -> dict[str, list[str]]:
    """Prose in which nobody's data stand, and tickets full of versions and hexadecimals."""
    prose = {
        row["summ_sent"] for path in sorted((DATA / "tofueval").glob("*.inputs.jsonl")) for row in lines(path)
    }
    tickets = [" ".join(map(str, row.values())) for row in lines(DATA / "gitbugs" / "seamonkey_issues.jsonl")]
    chance = random.Random(3)  # noqa: S311
    return {
        "prose": chance.sample(sorted(prose), min(MOST_TEXTS, len(prose))),
        "tickets": [text[:1500] for text in chance.sample(tickets, MOST_TEXTS // 5)],
    }
