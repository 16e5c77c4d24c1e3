"""What is measured of each run of a series."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from incident2eval.checks._check import is_refusal, observing
from incident2eval.checks._ungrounded_figures import ungrounded_figures
from incident2eval.checks.acts.guardrails import left_open
from incident2eval.checks.items.fields import decides, is_class, is_number
from incident2eval.checks.items.rows import Fields, as_text, fields, structured, tables
from incident2eval.detection.names.ordinary import is_ordinary
from incident2eval.detection.text.wording import key_words
from incident2eval.model import JSON, CannotJudge, Run, Status, StepKind, flat_text

_WORD = re.compile(r"[^\W\d_]{3,24}")
_PROSE = 20
"""An output of so many words is a text."""
_MOST_VALUES, _MOST_TOOLS, _MOST_WORDS = 12, 20, 40
_SEEN = 3
"""What is seen in fewer runs cannot have drifted."""
_USUAL = 0.6
"""A word that stands in such a share of the outputs belongs to the way in which they are written."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One thing to measure: what, of what, and which value."""

    measure: str
    of: str = ""
    value: str = ""
    words: tuple[str, ...] = ()

    @property
    def is_form(self) -> bool:
        """Whether it tells how the outputs are written rather than what they say."""
        return self.measure in {"length", "likeness"}

    def __str__(self) -> str:
        return {
            "share": f"share of {self.value!r} in {self.of}",
            "calls": f"calls of {self.of} in a run",
            "failed checks": f"runs that fail {self.of}",
            "refusals": "runs that refuse or say nothing",
            "errors": "runs in which a step fails",
            "length": "words in an output",
            "likeness": "share of the usual words in an output",
        }.get(self.measure, self.measure)


def measured(metric: Metric, run: Run) -> float | None:
    """The figure of one run; None where the run has nothing to measure.

    Raises:
        CannotJudge: if nobody knows that measure.
    """
    if metric.measure not in _MEASURES:
        raise CannotJudge(f"the baseline speaks of {metric.measure!r}, which is not measured")
    figure = _MEASURES[metric.measure](metric, run)
    return None if figure is None else round(figure, 4)


def _share(metric: Metric, run: Run) -> float | None:
    """The share of the rows that have a value: of all rows in the lists where any has that field."""
    words = key_words(metric.of)
    there = [rows for rows in _row_lists(run) if any(_named(row, words) for row in rows)]
    held = [value for rows in there for row in rows for value in _named(row, words)]
    total = sum(len(rows) for rows in there)
    return sum(_spelt(value) == metric.value for value in held) / total if total else None


def _named(row: Fields, words: tuple[str, ...]) -> list[JSON]:
    return [value for name, value in row.items() if key_words(name) == words and value is not None]


def _row_lists(run: Run) -> Iterator[Sequence[Fields]]:
    """The rows of every list in an output, and the output's own fields as one row."""
    output = structured(run.output) if isinstance(run.output, str) else run.output
    if isinstance(output, Mapping):
        yield [fields(output)]
    yield from ([fields(row) for row in rows] for rows in tables(output))


def _spelt(value: JSON) -> str:
    return as_text(value).strip().casefold()


def _calls(metric: Metric, run: Run) -> float | None:
    return float(sum(step.name == metric.of for step in run.steps)) if run.steps else None


def _refuses(_: Metric, run: Run) -> float:
    return float(run.is_empty or is_refusal(run))


def _errs(_: Metric, run: Run) -> float | None:
    return float(any(step.status is Status.ERROR for step in run.steps)) if run.steps else None


def _fails(metric: Metric, run: Run) -> float | None:
    """Whether a run fails a check: a guardrail of its own, or one of ours that needs no facts."""
    if metric.of == "a guardrail":
        said = [left_open(step.output) for step in run.steps if step.kind is StepKind.GUARDRAIL]
        return float(any(said)) if said else None
    with observing():
        try:
            return float(bool(ungrounded_figures(run, sources=())))
        except CannotJudge:
            return None


def _length(_: Metric, run: Run) -> float | None:
    return float(len(flat_text(run.output).split())) if _is_prose(run) or run.is_empty else None


def _likeness(metric: Metric, run: Run) -> float | None:
    if not metric.words or not (_is_prose(run) or run.is_empty):
        return None
    return len(_words(run).intersection(metric.words)) / len(metric.words)


def _is_prose(run: Run) -> bool:
    if isinstance(run.output, str):
        return structured(run.output) is None
    return not any(tables(run.output)) and len(flat_text(run.output)[:4000].split()) >= _PROSE


def _words(run: Run) -> set[str]:
    return {word.casefold() for word in _WORD.findall(flat_text(run.output))}


_MEASURES: Mapping[str, Callable[[Metric, Run], float | None]] = {
    "share": _share,
    "calls": _calls,
    "failed checks": _fails,
    "refusals": _refuses,
    "errors": _errs,
    "length": _length,
    "likeness": _likeness,
}


def metrics_of(runs: Sequence[Run]) -> Iterator[Metric]:
    """Everything that can be measured of a series, what its outputs say first.

    Args:
        runs: All runs, from before and after: which side a run is on must not tell what is measured.
    """
    yield from _categories(runs)
    tools = Counter(name for run in runs for name in {step.name for step in run.steps if _is_tool(step.kind)})
    yield from (Metric("calls", name) for name, seen in tools.most_common(_MOST_TOOLS) if seen >= _SEEN)
    yield Metric("failed checks", "a guardrail")
    yield Metric("failed checks", "ungrounded_figures")
    yield Metric("refusals")
    yield Metric("errors")
    yield Metric("length")


def _is_tool(kind: StepKind) -> bool:
    return kind in {StepKind.TOOL, StepKind.RETRIEVAL, StepKind.OUTPUT}


def _categories(runs: Sequence[Run]) -> Iterator[Metric]:
    """The values of every field that holds choices; of two, one says it all."""
    held: dict[tuple[str, ...], Counter[str]] = {}
    names: dict[tuple[str, ...], str] = {}
    loose: set[tuple[str, ...]] = set()
    for run in runs:
        for name, value in {
            (name.rpartition(".")[2], value)
            for rows in _row_lists(run)
            for row in rows
            for name, value in row.items()
            if value is not None and not isinstance(value, list)
        }:
            words = key_words(name)
            names.setdefault(words, name)
            held.setdefault(words, Counter())[_spelt(value)] += 1
            loose |= set() if _is_choice(name, value) else {words}
    for words, values in held.items():
        if words and words not in loose and 1 < len(values) <= _MOST_VALUES:
            rarer = values.most_common()[1:] if len(values) == 2 else values.most_common()
            yield from (Metric("share", names[words], value) for value, seen in rarer if seen >= _SEEN)


def _is_choice(name: str, value: JSON) -> bool:
    if not decides(name, value) or isinstance(value, float):
        return False
    number = is_number(value) if isinstance(value, str) else not isinstance(value, bool)
    return not number or is_class(name)


def usual_words(runs: Iterable[Run]) -> Metric:
    """How much of the usual wording an output has: ordinary words that stand in most of the outputs."""
    texts = [_words(run) for run in runs if _is_prose(run)]
    seen = Counter(word for words in texts for word in words)
    usual = [word for word, times in seen.most_common() if times >= _USUAL * len(texts) and is_ordinary(word)]
    return Metric("likeness", words=tuple(sorted(usual[:_MOST_WORDS])) if len(usual) >= 10 else ())


def instance(metric: Metric, runs: Sequence[Run], *, rose: bool) -> str:
    """What a run shows of a drift, as it stands there: the first run comes first.

    Args:
        metric: What drifted.
        runs: The series.
        rose: Whether there is more of it; else it is shown by what stands in its place.
    """
    if metric.measure == "share":
        return metric.value if rose else _in_its_place(metric, runs)
    shown = (run for run in runs if measured(metric, run)) if rose else iter(runs)
    run = next(shown, runs[0])
    if metric.measure == "calls" and rose:
        return metric.of
    return flat_text(run.output)[:300]


def _in_its_place(metric: Metric, runs: Sequence[Run]) -> str:
    """The value that most often stands where another one used to."""
    words = key_words(metric.of)
    seen = Counter(
        as_text(value)
        for run in runs
        for rows in _row_lists(run)
        for row in rows
        for value in _named(row, words)
        if _spelt(value) != metric.value
    )
    return seen.most_common(1)[0][0] if seen else metric.value
