"""Repair: the recorded run without what was wrong with it, where nobody handed over a corrected one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from incident2eval.model import JSON, Finding, Run, Step, flat_text

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


def repair(run: Run, findings: Sequence[Finding]) -> Run:
    """Take what was wrong out of a run, and drop what quotes it (contract section 3).

    That is the record, call, approval or value that a finding names.

    The run may lose its output with what quoted the fault; it keeps its other steps.
    """
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
        if any(not _names_a_value(mended, finding) for finding in rest):
            continue
        for finding in rest:
            mended = _without_value(mended, finding.excerpt)
        steps.append(mended)
    cleaned = tuple(
        replace(step, input=_unquoted(step.input, quotes), output=_unquoted(step.output, quotes))
        for step in steps
    )
    return replace(run, steps=cleaned, output=_unquoted(run.output, quotes))


def _without_records(step: Step, ids: set[str]) -> Step:
    return replace(step, records=tuple(r for r in step.records if (r.id or r.text[:200]) not in ids))


def _names_a_value(step: Step, finding: Finding) -> bool:
    """Whether the finding is about an argument or attribute of the step, not about the call itself."""
    values = flat_text([step.input, *step.attributes.values()]).splitlines()
    return finding.excerpt != step.name and finding.excerpt in values


def _without_value(step: Step, value: str) -> Step:
    def keep(thing: JSON) -> JSON:
        if isinstance(thing, Mapping):
            return {key: keep(inner) for key, inner in thing.items() if inner != value}
        return (
            [keep(inner) for inner in thing if inner != value] if isinstance(thing, (list, tuple)) else thing
        )

    attributes = {key: inner for key, inner in step.attributes.items() if inner != value}
    return replace(step, input=keep(step.input), attributes=attributes)


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
