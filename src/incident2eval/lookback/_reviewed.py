"""What people said of hits, and whom those that count reached."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from incident2eval.model.look_back import Hit, Reached, Review


def reviewed(
    hits: Iterable[Hit], doubtful: Iterable[Hit], reviews: Mapping[str, Review]
) -> tuple[list[Hit], list[Hit]]:
    """The hits and what is in doubt, with what people said; what was in doubt and is confirmed is a hit.

    Args:
        hits: What was found.
        doubtful: What a person should look at.
        reviews: Mark of either -> the last word on it.

    Returns:
        Both, by time.
    """
    found = [_with_review(hit, reviews) for hit in hits]
    doubts = [_with_review(doubt, reviews) for doubt in doubtful]
    found += (doubt for doubt in doubts if doubt.is_confirmed)
    return sorted(found, key=_by_time), sorted((one for one in doubts if not one.is_confirmed), key=_by_time)


def reached(hits: Iterable[Hit]) -> Iterator[Reached]:
    """The customers who came to harm by hits that nobody dismissed, by id, with their runs and records."""
    counted = [hit for hit in hits if hit.counts]
    runs = Counter(ref for hit in counted for ref in hit.affected)
    records = Counter(one.owner for one in {record for hit in counted for record in hit.records})
    yield from (Reached(ref=ref, runs=runs[ref], records=records[ref]) for ref in sorted(runs))


def _with_review(hit: Hit, reviews: Mapping[str, Review]) -> Hit:
    return replace(hit, review=reviews.get(hit.mark)) if reviews else hit


def _by_time(hit: Hit) -> tuple[bool, str, str]:
    return hit.at is None, str(hit.at), hit.run
