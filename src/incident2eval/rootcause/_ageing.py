"""Whether what was read was still valid, as the record or the step says itself."""

from collections.abc import Mapping
from datetime import datetime

from incident2eval.detection.dates import days
from incident2eval.detection.text.wording import key_words, leaves, vocabulary
from incident2eval.model import JSON, Step

_ENDS = vocabulary(
    "until expires expiry expired expiration end ends superseded replaced retired withdrawn to"
)
_STATES = vocabulary(
    "superseded expired outdated obsolete archived deprecated withdrawn replaced retired old"
)
_CACHE = vocabulary("cache cached stale hit")


def is_out_of_date(metadata: Mapping[str, JSON], at: datetime | None) -> bool:
    """Whether a record says that it no longer held: a status, or an end before the run.

    Args:
        metadata: The record's.
        at: When the run started; None where it does not say, then dates are not compared.
    """
    for path, leaf in leaves(metadata):
        words = set(key_words(path))
        if isinstance(leaf, str) and leaf.strip().casefold() in _STATES:
            return True
        if words & _STATES and leaf is True:
            return True
        if at and words & _ENDS and isinstance(leaf, str):
            ended = next((day.complete for day in days(leaf)), None)
            if ended and ended < at.date():
                return True
    return False


def says_cached(step: Step) -> bool:
    """Whether a step says that it answered from a cache."""
    said = [*leaves(step.output), *leaves(step.attributes)]
    return any(
        leaf in (True, "hit", "HIT", "true") and not _CACHE.isdisjoint(key_words(path)) for path, leaf in said
    )
