"""Repair: the recorded run without what was wrong with it, where nobody handed over a corrected one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from incident2eval.model import JSON, Finding, Incident, Run, Step, StepKind, flat_text

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


def repair(run: Run, findings: Sequence[Finding], incident: Incident | None = None) -> Run:
    """Take what was wrong out of a run, and drop what quotes it (contract section 3).

    That is the record, call, approval or value that a finding names. Where the incident file says which words
    should have been there, they stand in place of the wrong ones.

    The run may lose its output with what quoted the fault; it keeps its other steps.
    """
    if incident is not None and incident.right:
        run = _with_right_words(run, incident.wrong, incident.right)
    quotes = [finding.excerpt for finding in findings if finding.step is None and finding.excerpt]
    steps: list[Step] = []
    for step in run.steps:
        mine = [finding for finding in findings if finding.step == step.id]
        records = {finding.excerpt for finding in mine} & {
            record.id or record.text[:200] for record in step.records
        }
        quotes += [
            record.text
            for record in step.records
            if (record.id or record.text[:200]) in records and record.text
        ]
        mended = _without_records(step, records)
        rest = [finding for finding in mine if finding.excerpt not in records]
        # A review decides on what it was given: without the fault in that, it would be another review.
        if any(step.kind is StepKind.REVIEW or not _names_a_value(mended, finding) for finding in rest):
            continue
        for finding in rest:
            mended = _without_value(mended, finding.excerpt)
        steps.append(mended)
    cleaned = tuple(
        replace(step, input=_unquoted(step.input, quotes), output=_unquoted(step.output, quotes))
        for step in steps
    )
    return replace(run, steps=cleaned, output=_unquoted(run.output, quotes))


def _with_right_words(run: Run, wrong: Sequence[str], right: Sequence[str]) -> Run:
    """The run with the right words in place of the wrong ones in its output, else behind it."""
    old = run.output
    if not isinstance(old, str):
        return run
    text, rest = old, list(right)
    for words in wrong:
        if words in text and rest:
            text = text.replace(words, rest.pop(0))
    text = "\n".join((text, *rest))

    def swap(value: JSON) -> JSON:
        return text if value == old else value

    steps = tuple(replace(step, input=swap(step.input), output=swap(step.output)) for step in run.steps)
    return replace(run, output=text, steps=steps)


def _without_records(step: Step, ids: set[str]) -> Step:
    return replace(step, records=tuple(r for r in step.records if (r.id or r.text[:200]) not in ids))


def _names_a_value(step: Step, finding: Finding) -> bool:
    """Whether the finding is about an argument or attribute of the step, not about the call itself."""
    values = flat_text([step.input, *step.attributes.values()]).splitlines()
    return finding.excerpt != step.name and finding.excerpt in values


def _without_value(step: Step, value: str) -> Step:
    def keep(thing: JSON) -> JSON:
        if isinstance(thing, Mapping):
            return {key: keep(inner) for key, inner in thing.items() if not _is(inner, value)}
        if isinstance(thing, (list, tuple)):
            return [keep(inner) for inner in thing if not _is(inner, value)]
        return thing

    attributes = {key: inner for key, inner in step.attributes.items() if not _is(inner, value)}
    return replace(step, input=keep(step.input), attributes=attributes)


def _is(value: JSON, quoted: str) -> bool:
    """Whether a value is what a finding quotes: numbers are quoted as text."""
    return not isinstance(value, (Mapping, list, tuple)) and str(value) == quoted


def _unquoted(value: JSON, quotes: Sequence[str]) -> JSON:
    """The value without the sentences that quote, or are quoted by, one of the quotes."""
    if isinstance(value, str):
        return _drop_sentences(value, quotes)
    if isinstance(value, Mapping):
        return {key: _unquoted(inner, quotes) for key, inner in value.items()}
    return [_unquoted(inner, quotes) for inner in value] if isinstance(value, (list, tuple)) else value


def _drop_sentences(text: str, quotes: Sequence[str]) -> str:
    flat = [" ".join(quote.split()).casefold() for quote in quotes]
    kept, last = [], 0
    for match in [*_SENTENCE.finditer(text), None]:
        end = match.start() if match else len(text)
        sentence = " ".join(text[last:end].split()).casefold()
        if not (
            sentence
            and any(quote in sentence or (len(sentence) > 20 and sentence in quote) for quote in flat)
        ):
            kept.append(text[last : match.end() if match else end])
        last = match.end() if match else end
    return "".join(kept).rstrip() if kept else ""
