"""Secrets in what a command prints: masked but for their ends, whoever reads it."""

from collections.abc import Mapping
from dataclasses import replace

from incident2eval.detection.signs import may_hold_secret
from incident2eval.model import JSON, Run, texts


def masked_text(text: str) -> str:
    """A text with stars in place of every secret in it."""
    return str(_masked(text)) if may_hold_secret(text) else text


def masked_object(data: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """An object with stars in place of every secret in it."""
    if not any(may_hold_secret(text) or may_hold_secret(path) for path, text in texts(data)):
        return data
    value = _masked(data)
    assert isinstance(value, Mapping)  # noqa: S101 - an object stays one
    return value


def _masked(value: JSON) -> JSON:
    from incident2eval.redaction import masked  # noqa: PLC0415 - most answers hold nothing like a secret

    return masked(value)


def masked_run(run: Run) -> Run:
    """A run as an engineer may see it; of a run without secrets it is the very same."""
    return replace(
        run,
        input=_hidden(run.input),
        output=_hidden(run.output),
        attributes=masked_object(run.attributes),
        steps=tuple(
            replace(
                step,
                input=_hidden(step.input),
                output=_hidden(step.output),
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


def _hidden(value: JSON) -> JSON:
    return masked_object({"": value})[""] if value is not None else None
