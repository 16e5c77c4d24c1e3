"""Keys, tokens and passwords of an incident: in no pack for a client, also where the text was taken apart."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from incident2eval.detection.signs import may_hold_secret
from incident2eval.detection.spots import secrets
from incident2eval.detection.text.wording import key_words
from incident2eval.model import JSON, Run, Step, texts

SECRET = "(secret left out)"  # noqa: S105 - what stands for one
_SHORTEST = 6
_SHORTEST_LINE = 16
"""Characters of a secret, and of one of its lines, that stand elsewhere by no chance."""


class Secrets:
    """Every secret that stands somewhere in an incident."""

    def __init__(self, values: Iterable[JSON]) -> None:
        """Read them, whole: a key of many lines is none any more once it is taken apart."""
        found = {
            piece
            for value in values
            for path, text in texts(value)
            for secret in _secrets(" ".join(key_words(path)), text)
            for piece in _pieces(secret)
        }
        self._known = sorted(found, key=lambda one: (-len(one), one))

    def hide(self, text: str, *, label: str = "") -> str:
        """The text without secrets."""
        before = f"{label}: " if label else ""
        whole = before + text
        for start, end in sorted(secrets(whole), reverse=True) if may_hold_secret(whole) else ():
            if start >= len(before):
                whole = f"{whole[:start]}{SECRET}{whole[end:]}"
        text = whole[len(before) :]
        for known in self._known:
            text = text.replace(known, SECRET)
        return text

    def json(self, value: JSON, *, label: str = "") -> JSON:
        """The value without secrets."""
        if isinstance(value, str):
            return self.hide(value, label=label)
        if isinstance(value, Mapping):
            return {
                self.hide(str(key)): self.json(inner, label=" ".join(key_words(str(key))))
                for key, inner in value.items()
            }
        if isinstance(value, (list, tuple)):
            return [self.json(inner, label=label) for inner in value]
        return value

    def run(self, run: Run) -> Run:
        """The run without secrets, and without what exporters write beside it."""
        return replace(
            run,
            input=self.json(run.input),
            output=self.json(run.output),
            steps=tuple(map(self._step, run.steps)),
            attributes={},
        )

    def _step(self, step: Step) -> Step:
        records = (
            replace(one, text=self.hide(one.text), metadata=as_object(self.json(one.metadata)))
            for one in step.records
        )
        return replace(
            step,
            input=self.json(step.input),
            output=self.json(step.output),
            error=self.hide(step.error) if step.error else step.error,
            records=tuple(records),
            attributes={},
        )


def as_object(value: JSON) -> Mapping[str, JSON]:
    """An object; an empty one where the value is none."""
    return value if isinstance(value, Mapping) else {}


def _secrets(label: str, text: str) -> Iterator[str]:
    whole = f"{label}: {text}" if label else text
    if may_hold_secret(whole):
        before = len(whole) - len(text)
        yield from (whole[start:end] for start, end in secrets(whole) if start >= before)


def _pieces(secret: str) -> Iterator[str]:
    """A secret and its lines."""
    if len(secret) >= _SHORTEST:
        yield secret
    lines = secret.replace("\\n", "\n").splitlines()
    yield from (line.strip() for line in lines if len(line.strip()) >= _SHORTEST_LINE)
