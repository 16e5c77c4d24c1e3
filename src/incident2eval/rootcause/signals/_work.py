"""Signals of the work: calls that fail, errors, no progress, changes. A value a step, 0 to 1."""

import json
from collections.abc import Iterator, Mapping

from incident2eval.checks.acts.tool_names import Tools
from incident2eval.checks.acts.writes import Effect, effect_of
from incident2eval.model import JSON
from incident2eval.rootcause.signals._transcript import FEW_CHARACTERS, Line, Part, Transcript

_DEEPEST = 5
_NO_TOOLS = Tools(())


def calls_what_fails(told: Transcript) -> list[float]:
    """1 for an agent's line whose call or code came back with an error."""
    return [float(result is not None and result.failed) for result in _results(told)]


def calls_for_nothing(told: Transcript) -> list[float]:
    """1 for an agent's line whose call or code came back with next to nothing."""
    return [float(_is_bare(result)) for result in _results(told)]


def reports_an_error(told: Transcript) -> list[float]:
    """1 for an agent's line that is or holds an error itself: it broke there, or passes the error on."""
    return [float(line.speaks and line.failed) for line in told.lines]


def follows_a_failure(told: Transcript) -> list[float]:
    """1 for the line of an agent right after a failed call: mostly the symptom, the cause is the call."""
    before = (told.before(at) for at in range(len(told.lines)))
    return [
        float(line.speaks and last is not None and last.answers and last.failed)
        for line, last in zip(told.lines, before, strict=True)
    ]


def brings_no_progress(told: Transcript) -> list[float]:
    """1 for a worker's line after which the director's own record says: no progress, or going in circles."""
    verdicts = [line.part is Part.DIRECTOR and _says_stuck(line.text) for line in told.lines]
    found, stuck = [0.0] * len(told.lines), False
    for at in range(len(told.lines) - 1, -1, -1):
        if told.lines[at].part is Part.DIRECTOR:
            stuck = verdicts[at]
        elif told.lines[at].part is Part.WORKER:
            found[at] = float(stuck)
    return found


def changes_something(told: Transcript) -> list[float]:
    """1 for an agent's line that calls a tool which changes something, by the tool's name and arguments."""
    return [
        float(result is not None and effect_of(result.step, _NO_TOOLS) is Effect.WRITE)
        for result in _results(told)
    ]


def _results(told: Transcript) -> Iterator[Line | None]:
    return (told.result(at) for at in range(len(told.lines)))


def _is_bare(result: Line | None) -> bool:
    return result is not None and not result.failed and len(result.text) < FEW_CHARACTERS


def _says_stuck(text: str) -> bool:
    """Whether a text holds an object of JSON in which progress is denied or a loop is owned up to."""
    start, end = text.find("{"), text.rfind("}")
    if not 0 <= start < end:
        return False
    try:
        held = json.loads(text[start : end + 1])
    except (ValueError, RecursionError):
        return False
    return any(said is ("loop" in key or "stuck" in key) for key, said in _verdicts(held))


def _verdicts(value: JSON, key: str = "", depth: int = 0) -> Iterator[tuple[str, bool]]:
    """The truth values in an object under keys that speak of progress or loops, however they are wrapped."""
    if isinstance(value, Mapping) and depth < _DEEPEST:
        for name, inner in value.items():
            named = str(name).casefold()
            about = named if any(word in named for word in ("progress", "loop", "stuck")) else key
            yield from _verdicts(inner, about, depth + 1)
    elif isinstance(value, bool) and key:
        yield key, value
