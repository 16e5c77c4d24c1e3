"""Secrets in what a command prints: masked but for their ends, whoever reads it."""

from collections.abc import Mapping
from dataclasses import replace

from incident2eval.detection.signs import may_hold_secret
from incident2eval.model import JSON, Run


def masked_text(text: str) -> str:
    """A text with stars in place of every secret in it."""
    return str(_hidden(text))


def masked_object(data: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """An object with stars in place of every secret in it."""
    value = _hidden(data)
    assert isinstance(value, Mapping)  # noqa: S101 - an object stays one
    return value


def _hidden(value: JSON) -> JSON:
    if not _may_hold(value):
        return value
    from incident2eval.redaction import masked  # noqa: PLC0415 - most answers hold nothing like a secret

    return masked(value)


def _may_hold(value: JSON) -> bool:
    if isinstance(value, str):
        return may_hold_secret(value)
    if isinstance(value, Mapping):
        return any(may_hold_secret(key) or _may_hold(inner) for key, inner in value.items())
    return any(map(_may_hold, value)) if isinstance(value, (list, tuple)) else False


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
