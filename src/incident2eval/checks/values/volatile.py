"""What may differ from run to run and is no mistake: a run's id, its time of day, how long it took."""

import re
from collections.abc import Collection

from incident2eval.checks.values.reading import values_in
from incident2eval.checks.values.value import Amount, Clock, Date, Told
from incident2eval.checks.values.words import stem
from incident2eval.detection.text.wording import key_words, leaves, vocabulary
from incident2eval.model import JSON, Run

_KEYS = vocabulary(
    "timestamp ts generated created updated modified printed rendered processed logged executed now "
    "latency elapsed runtime uuid guid nonce seed hash checksum digest etag signature token tokens trace "
    "span correlation commit build confidence probability similarity perplexity temperature"
)
"""Words of keys whose values are a run's own."""
_OF_A_RUN = vocabulary("run request session trace span execution correlation")
_PROVENANCE = vocabulary("version model engine prompt")
_SHORT_TIMES = vocabulary("ms millis milliseconds msec seconds secs sec s took")
_RANDOM = re.compile(
    r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}|[0-9a-f]{16,}|(?=[a-z_-]*\d)[0-9A-HJKMNP-TV-Z]{26}"
    r"|(?:run|req|sess|trace|msg|chatcmpl|job)[-_][\w-]{4,}",
    re.IGNORECASE,
)
_RUN_STEMS = frozenset(
    map(
        stem,
        "run session trace latency elapsed runtime uuid token checksum hash confidence version build".split(),
    )
)
_MADE_STEMS = frozenset(map(stem, "generated created updated printed rendered exported timestamp".split()))
_TOOK_STEMS = frozenset(map(stem, "took processed computed generated rendered".split()))
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:(?!00(?:\.0+)?(?![\d.]))\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?"
)
"""A moment to the second: nobody makes appointments for one."""


def is_volatile(path: str, value: JSON) -> bool:
    """Whether a field's value is a run's own, by the field's name and by how the value looks."""
    words = key_words(path)
    if _KEYS.intersection(words) or (words and words[-1] in _PROVENANCE):
        return True
    if "id" in words and _OF_A_RUN.intersection(words):
        return True
    if words and words[0] in {"duration", "took"} and _SHORT_TIMES.intersection(words):
        return True
    if not isinstance(value, str):
        return False
    return any(form.fullmatch(value.strip()) for form in (_RANDOM, _MOMENT))


def is_own_moment(value: JSON, run: Run) -> bool:
    """Whether a value is the day of the run itself, or the time of day, in whatever zone."""
    moments = [moment for moment in (run.started, run.ended) if moment]
    for one in values_in(str(value)):
        if isinstance(one.value, Date) and one.value.day.complete in {moment.date() for moment in moments}:
            return True
        if isinstance(one.value, Clock):
            away = [(one.value.minutes - moment.minute + 2) % 60 for moment in moments]
            if any(minutes <= 4 for minutes in away):
                return True
    return False


def says_of_the_run(words: Collection[str], value: Told) -> bool:
    """Whether the words around a value of a text, as stems, say that it is the run's own."""
    if not _RUN_STEMS.isdisjoint(words):
        return True
    if isinstance(value, Amount):
        return not _TOOK_STEMS.isdisjoint(words) and not value.number.is_integer()
    return not _MADE_STEMS.isdisjoint(words)


def same_input(one: Run, other: Run) -> bool:
    """Whether two runs were given the same to do; what is a run's own, such as when it began, is free."""
    given, theirs = (dict(leaves(run.input)) for run in (one, other))
    if not given or not theirs:
        return True
    differing = [path for path in given.keys() | theirs.keys() if given.get(path) != theirs.get(path)]
    return all(
        is_volatile(path, value)
        for path in differing
        for value in (given.get(path), theirs.get(path))
        if value is not None
    )
