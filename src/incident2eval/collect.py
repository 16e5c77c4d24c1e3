"""Collect: which run it was, what it was given, and how it should have gone."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from incident2eval.model import (
    JSON,
    BadInput,
    EvidenceKind,
    Fault,
    Incident,
    NotProvable,
    Origin,
    Run,
    StepKind,
    flat_text,
)

ONE = "input"
"""The name of an incident's only run."""

SAME_TIME = timedelta(minutes=10)
"""How far from the time in the incident file a run may have started and still be the one meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceRun:
    """A run as it came out of a file of evidence."""

    file: str
    kind: str
    run: Run
    named: str | None = None
    """The run that the incident file names for this file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What the evidence of an incident comes to."""

    recorded: Run
    """The run that went wrong; of several the one that `at` names."""
    corrected: Run | None = None
    origin: Origin | None = None
    good: tuple[Run, ...] = ()
    inputs: Mapping[str, Mapping[str, JSON]]
    """What each recorded run was given, by name, in order; a single one is called `input`."""
    recorded_runs: Mapping[str, Run]
    """The runs that the incident took, by the same names."""
    corrected_runs: Mapping[str, Run] = field(default_factory=dict)
    """How those beside the one that went wrong should have gone: as they did, unless a trace says so."""
    at: str = ONE
    """The name of the run that went wrong."""
    warnings: tuple[str, ...] = ()

    @property
    def input(self) -> Mapping[str, JSON]:
        """What the run that went wrong was given."""
        return self.inputs[self.at]


def squeeze(text: str) -> str:
    """The text in one case and with single spaces, for finding words that were copied by hand."""
    return re.sub(r"\s+", " ", text).strip().casefold()


def holds(text: str, words: str) -> bool:
    """Whether the text holds the words, whatever the case and the line breaks."""
    return squeeze(words) in squeeze(text)


def gather(
    incident: Incident,
    traces: Sequence[TraceRun],
    *,
    given_input: JSON = None,
    corrected_output: JSON = None,
) -> Gathered:
    """Choose the incident's run, its input and its corrected run.

    Args:
        incident: The incident file.
        traces: Every run that was read from the evidence, with the kind of evidence it came from.
        given_input: Content of the evidence of kind input: JSON or text; None where there is none.
        corrected_output: Content of the evidence of kind corrected_output, else None.

    Raises:
        BadInput: No run, or several that might be the one.
        NotProvable: Nothing to replay: no input in the evidence or in the trace.
    """
    _refuse_unknown(incident, traces)
    traced = [trace for trace in traces if trace.kind == EvidenceKind.TRACE]
    recorded = _the_run(incident, traced)
    runs = _runs_of(recorded, traced)
    at = next(name for name, run in runs.items() if run is recorded)
    corrected_traces = [trace for trace in traces if trace.kind == EvidenceKind.CORRECTED_TRACE]
    right_text = corrected_output if corrected_output is not None else incident.corrected_output
    corrected: Run | None = None
    origin: Origin | None = None
    if corrected_traces:
        corrected, origin = _same_input(recorded, corrected_traces), Origin.CORRECTED_TRACE
    elif right_text is not None:
        corrected, origin = with_output(recorded, right_text), Origin.CORRECTED_OUTPUT
    return Gathered(
        recorded=recorded,
        corrected=corrected,
        origin=origin,
        good=tuple(trace.run for trace in traces if trace.kind == EvidenceKind.GOOD_TRACE),
        inputs={name: _input(run, given_input if name == at else None) for name, run in runs.items()},
        recorded_runs=runs,
        corrected_runs={
            name: next((trace.run for trace in corrected_traces if trace.run.input == run.input), run)
            for name, run in runs.items()
            if name != at
        },
        at=at,
        warnings=tuple(
            f"wrong: the run does not hold these words: {words[:80]!r}"
            for words in incident.wrong
            if not holds(_whole_text(recorded), words)
        ),
    )


def _whole_text(run: Run) -> str:
    """Everything a run says: its output and every step's input, output, records and error."""
    parts = [flat_text(run.output)]
    for step in run.steps:
        parts += [step.content, flat_text(step.input)]
    return "\n".join(parts)


def with_output(run: Run, right: JSON) -> Run:
    """The run with another output in place of its own, wherever the old one stands."""
    old = run.output

    def swap(value: JSON) -> JSON:
        if value == old:
            return right
        if isinstance(value, str) and isinstance(old, str) and isinstance(right, str) and len(old) > 20:
            return value.replace(old, right)
        if isinstance(value, Mapping):
            return {key: swap(inner) for key, inner in value.items()}
        return [swap(inner) for inner in value] if isinstance(value, (list, tuple)) else value

    steps = tuple(replace(step, input=swap(step.input), output=swap(step.output)) for step in run.steps)
    return replace(run, output=right, steps=steps)


def _the_run(incident: Incident, traces: Sequence[TraceRun]) -> Run:
    if not traces:
        raise BadInput(
            Fault(
                message="no run was read from the evidence",
                file=incident.id,
                field="evidence",
                hint="add the trace under evidence/ and list it with `kind: trace`",
            )
        )
    named = [trace for trace in traces if trace.named is not None and trace.named == trace.run.id]
    fits = named or list(traces)
    for narrow in (_holds_wrong_words, _is_about_subject, _is_about_time):
        if len(fits) > 1:
            fits = [trace for trace in fits if narrow(incident, trace.run)] or fits
    if len(fits) > 1 and fits[0].named and all(trace.named == trace.run.id for trace in fits):
        # Each is named, so all are the incident's; what went wrong shows in the last one.
        return fits[-1].run
    if len(fits) > 1:
        raise BadInput(
            Fault(
                message="several runs could be the incident's: "
                + ", ".join(_name(trace) for trace in fits[:8]),
                file=incident.id,
                field="evidence",
                hint="name the one with `run:` beside the file (of several, each in a row)",
            )
        )
    return fits[0].run


def _refuse_unknown(incident: Incident, traces: Sequence[TraceRun]) -> None:
    """Refuse a row of evidence that names a run which its file does not hold."""
    held = {(trace.file, trace.named) for trace in traces if trace.named == trace.run.id}
    for trace in traces:
        if trace.named is not None and (trace.file, trace.named) not in held:
            there = [_name(each) for each in traces if each.file == trace.file][:8]
            raise BadInput(
                Fault(
                    message=f"no run is called {trace.named!r} in {trace.file}",
                    file=incident.id,
                    field="evidence.run",
                    hint="it holds " + ", ".join(dict.fromkeys(there)),
                )
            )


def _runs_of(recorded: Run, traces: Sequence[TraceRun]) -> dict[str, Run]:
    """The runs that the incident took: several where its file names several, in the order of their start."""
    named = [trace.run for trace in traces if trace.named is not None and trace.named == trace.run.id]
    if len(named) < 2 or all(run is not recorded for run in named):
        return {ONE: recorded}
    started = {id(run): run.started for run in named if run.started}
    ordered = sorted(named, key=lambda run: started[id(run)]) if len(started) == len(named) else named
    return {f"run-{number}": run for number, run in enumerate(ordered, start=1)}


def _name(trace: TraceRun) -> str:
    return f"{trace.run.id} ({trace.file})"


def _holds_wrong_words(incident: Incident, run: Run) -> bool:
    return any(holds(flat_text(run.output), words) for words in incident.wrong)


def _is_about_subject(incident: Incident, run: Run) -> bool:
    return incident.subject is not None and run.customer_id == incident.subject.customer_id


def _is_about_time(incident: Incident, run: Run) -> bool:
    happened = incident.when.happened
    if happened is None or run.started is None:
        return False
    if isinstance(happened, datetime):
        return abs(run.started - happened) <= SAME_TIME
    return run.started.date() == happened


def _same_input(recorded: Run, traces: Sequence[TraceRun]) -> Run:
    same = [trace for trace in traces if trace.run.input == recorded.input] or list(traces)
    if len(same) > 1:
        raise BadInput(
            Fault(
                message="several corrected runs: " + ", ".join(_name(trace) for trace in same[:8]),
                field="evidence",
                hint="name the one with `run:` beside the file",
            )
        )
    return same[0].run


def _input(run: Run, given: JSON) -> Mapping[str, JSON]:
    for value in (given, run.input, _first_user_message(run)):
        found = _as_object(value)
        if found is not None:
            return found
    raise NotProvable(
        f"run {run.id or '(no id)'} does not say what the workflow was given, so nothing can be replayed",
        hint="add the input as a JSON object under evidence/ and list it with `kind: input`",
    )


def _as_object(value: JSON) -> Mapping[str, JSON] | None:
    if isinstance(value, Mapping):
        return dict(value) or None
    if isinstance(value, str) and value.strip():
        try:
            inner = json.loads(value)
        except ValueError:
            inner = None
        return inner if isinstance(inner, dict) else {"message": value}
    return None


def _first_user_message(run: Run) -> JSON:
    for step in run.steps:
        if step.kind is StepKind.MODEL and isinstance(step.input, (list, tuple)):
            for message in step.input:
                if isinstance(message, Mapping) and message.get("role") == "user":
                    return message.get("content")
    return None
