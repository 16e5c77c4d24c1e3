"""Secrets in what a command prints: masked but for their ends, whoever reads it."""

from collections.abc import Mapping
from dataclasses import replace

from incident2eval.model import JSON, Run
from incident2eval.redaction import masked, may_hold_secret


def masked_text(text: str) -> str:
    """A text with stars in place of every secret in it."""
    return str(masked(text)) if may_hold_secret(text) else text


def masked_object(data: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """An object with stars in place of every secret in it."""
    value = masked(data)
    assert isinstance(value, Mapping)  # noqa: S101 - an object stays one
    return value


def masked_run(run: Run) -> Run:
    """A run as an engineer may see it; of a run without secrets it is the very same."""
    return replace(
        run,
        input=masked(run.input),
        output=masked(run.output),
        attributes=masked_object(run.attributes),
        steps=tuple(
            replace(
                step,
                input=masked(step.input),
                output=masked(step.output),
                error=masked_text(step.error) if step.error else step.error,
                attributes=masked_object(step.attributes),
                records=tuple(
                    replace(one, text=masked_text(one.text), metadata=masked_object(one.metadata))
                    for one in step.records
                ),
            )
            for step in run.steps
        ),
    )
