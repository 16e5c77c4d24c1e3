"""Grouping on real text: duplicates of bug reports, and failures of agents by category."""
# ruff: noqa: PLC0415 - a peer is imported where it runs, and may be missing

import json
import math
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from cluster_methods import METHODS, OURS, PEERS, masked
from cluster_metrics import quality

from incident2eval.model import Customers, Failure

DATA = Path(os.environ.get("INCIDENT2EVAL_SHARED", Path(__file__).parents[2] / "shared")) / "data"
FIRST = 5
WORD = re.compile(r"\w\w+")

Rank = Callable[[Failure], Sequence[str]]
"""Ids of the failures most like one, without itself, the likest first."""


def recall(chosen: Sequence[str]) -> None:
    """Recall@5 of duplicates: how often the one report of a pair is among the five likest to the other."""
    folder = DATA / "gitbugs"
    if not folder.is_dir():
        print(f"SKIPPED: no bug reports at {folder}; no recall was measured")
        return
    reports = [
        Failure(id=row["id"], text=f"{row['summary']}\n{row['description']}")
        for row in _lines(folder / "seamonkey_issues.jsonl")
    ]
    pairs = [
        (row["a"], row["b"])
        for row in _lines(folder / "seamonkey_duplicate_pairs.jsonl")
        if row["both_present"]
    ]
    asked = [*pairs, *((other, one) for one, other in pairs)]
    print(f"\n{len(pairs)} pairs of duplicates among {len(reports):,} bug reports, asked both ways")
    for name, prepare in RANKINGS.items():
        if name == "ours" or name in chosen:
            _recalled(name, prepare, {report.id: report for report in reports}, asked)


def _recalled(
    name: str,
    prepare: Callable[[Sequence[Failure]], Rank],
    reports: Mapping[str, Failure],
    asked: Sequence[tuple[str, str]],
) -> None:
    begun = time.process_time()
    try:
        rank = prepare(list(reports.values()))
    except ImportError as missing:
        print(f"  {name:<18} NOT INSTALLED: {missing}")
        return
    ready = time.process_time()
    found = {one: rank(reports[one]) for one, _ in asked}
    each = 1000 * (time.process_time() - ready) / len(found)
    hits = sum(other in found[one] for one, other in asked)
    print(
        f"  {name:<18} recall@{FIRST} {100 * hits / len(asked):5.1f} % ({hits} of {len(asked)}), "
        f"{each:7.1f} ms CPU a question, {ready - begun:5.2f} s before"
    )


def _nearest(reports: Sequence[Failure]) -> Rank:
    from incident2eval.cluster import Neighbourhood

    neighbourhood = Neighbourhood(reports)
    return lambda report: [each.incident for each in neighbourhood.nearest(report, k=FIRST)]


def _cosine(reports: Sequence[Failure]) -> Rank:
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectors = TfidfVectorizer(sublinear_tf=True).fit_transform([report.text for report in reports])
    at = {report.id: row for row, report in enumerate(reports)}

    def rank(report: Failure) -> list[str]:
        likeness = (vectors @ vectors[at[report.id]].T).toarray().ravel()
        return _best({each.id: float(likeness[row]) for row, each in enumerate(reports)}, report.id)

    return rank


def _bm25(reports: Sequence[Failure], k1: float = 1.2, b: float = 0.75) -> Rank:
    counts = {report.id: Counter(WORD.findall(report.text.lower())) for report in reports}
    spread = Counter(word for words in counts.values() for word in words)
    rarity = {word: math.log(1 + (len(reports) - n + 0.5) / (n + 0.5)) for word, n in spread.items()}
    lengths = {name: words.total() for name, words in counts.items()}
    usual = sum(lengths.values()) / len(lengths)

    def score(asked: Counter[str], name: str) -> float:
        words, damp = counts[name], k1 * (1 - b + b * lengths[name] / usual)
        return sum(
            rarity[word] * words[word] * (k1 + 1) / (words[word] + damp) for word in asked if word in words
        )

    return lambda report: _best({name: score(counts[report.id], name) for name in counts}, report.id)


def _best(scores: Mapping[str, float], own: str) -> list[str]:
    others = sorted((name for name in scores if name != own), key=lambda name: -scores[name])
    return others[:FIRST]


BM25, COSINE = "BM25", "TF-IDF cosine"
RANKINGS: dict[str, Callable[[Sequence[Failure]], Rank]] = {"ours": _nearest, COSINE: _cosine, BM25: _bm25}


def categories(chosen: Sequence[str]) -> None:
    """Failures of agents, each text once, against the categories that people gave them."""
    folder = DATA / "grouping"
    if not folder.is_dir():
        print(f"SKIPPED: no failures of agents at {folder}; nothing was grouped")
        return
    labels = {row["id"]: row["category"] for row in _lines(folder / "agentrx_failures.labels.jsonl")}
    every = [
        Failure(id=row["id"], text=row["text"]) for row in _lines(folder / "agentrx_failures.inputs.jsonl")
    ]
    failures = list({masked(failure.text): failure for failure in reversed(every)}.values())[::-1]
    truth = [labels[failure.id] for failure in failures]
    print(
        f"\n{len(failures)} distinct texts of {len(every)} failures of agents, {len(set(truth))} categories"
    )
    for name in (OURS, *(name for name in PEERS if name in chosen and name != "same fields")):
        try:
            found = METHODS[name](Customers())(failures)
        except ImportError as missing:
            print(f"  {name:<18} NOT INSTALLED: {missing}")
            continue
        seen = quality(truth, found)
        print(
            f"  {'ours' if name == OURS else name:<18} {seen.clusters:5} clusters  ARI {seen.ari:6.3f}  "
            f"B-cubed {seen.precision:.3f} / {seen.recall:.3f} / F1 {seen.f1:.3f}"
        )


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines)
