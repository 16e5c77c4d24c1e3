"""What a client does not get at all: the firm's prompts, and what other customers' records say."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from incident2eval.detection.text.wording import embedded, key_words
from incident2eval.model import JSON, EvidenceKind, Record, Run, Step, StepKind, texts
from incident2eval.pipeline.packing.own import Own
from incident2eval.store import Project

PROMPT = "(prompt left out)"
FOREIGN = "(left out: another customer's data)"

_ROLES = {"system", "developer"}
_KEYS = {"prompt", "prompts", "instruction", "instructions"}
_LONG_ENOUGH = 24
"""Characters of a line or sentence that stand elsewhere by no chance."""
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n")


class Withheld:
    """Prompts and other customers' records of an incident, to be taken out of its runs."""

    def __init__(
        self, runs: Sequence[Run], *, prompts: Iterable[str], wrong: Sequence[str], own: Own
    ) -> None:
        """Read what is to be withheld.

        Args:
            runs: The runs, with the owners of their records: system messages and records are read.
            prompts: The firm's prompts that lie beside the runs.
            wrong: What should not have been said of other customers.
            own: What is the client's: its own records stay, and what they say is not another's alone.
        """
        self._client, self._others = own.client.id, own.others
        cut = dict.fromkeys(_lines((*prompts, *_messages(runs))), PROMPT)
        records = (
            one.text for run in runs for step in run.steps for one in step.records if self._is_foreign(one)
        )
        foreign = {sentence for text in (*records, *wrong) for sentence in _SENTENCE.split(text)}
        cut |= {one: FOREIGN for one in foreign if not any(one.strip() in said for said in own.said)}
        cut = {text.strip(): instead for text, instead in cut.items()}
        self._cut = {
            text: cut[text]
            for text in sorted(cut, key=lambda one: (-len(one), one))
            if len(text) >= _LONG_ENOUGH
        }

    def cut(self, text: str) -> str:
        """The text without lines of a prompt and sentences of other customers' records."""
        for withheld, instead in self._cut.items():
            text = text.replace(withheld, instead)
        return text

    def without(self, run: Run) -> Run:
        """The run without them, and without what exporters write beside it: they stand there too."""
        return replace(
            run,
            input=self._json(run.input),
            output=self._json(run.output),
            steps=tuple(map(self._step, run.steps)),
            attributes={},
        )

    def _step(self, step: Step) -> Step:
        return replace(
            step,
            input=PROMPT if step.kind is StepKind.MODEL else self._json(step.input),
            output=self._json(self._own(step.output)),
            error=self.cut(step.error) if step.error else step.error,
            records=tuple(map(self._record, step.records)),
            attributes={},
        )

    def _record(self, record: Record) -> Record:
        if self._is_foreign(record):
            return replace(record, text=FOREIGN, metadata={})
        return replace(record, text=self.cut(record.text), metadata=self._object(record.metadata))

    def _own(self, value: JSON) -> JSON:
        """What a step brought in, without what objects say that name another customer as theirs."""
        if isinstance(value, str):
            inside = embedded(value)
            told = self._own(inside) if inside is not None else None
            return value if told == inside else json.dumps(told, ensure_ascii=False)
        if isinstance(value, Mapping):
            theirs = {key for key, inner in value.items() if isinstance(inner, str) and inner in self._others}
            if theirs:
                return {key: inner if key in theirs else FOREIGN for key, inner in value.items()}
            return {key: self._own(inner) for key, inner in value.items()}
        return [self._own(inner) for inner in value] if isinstance(value, (list, tuple)) else value

    def _is_foreign(self, record: Record) -> bool:
        return record.owner is not None and record.owner != self._client

    def _json(self, value: JSON) -> JSON:
        if isinstance(value, str):
            inside = embedded(value)
            # Messages that an exporter wrote as text of JSON.
            return (
                json.dumps(self._json(inside), ensure_ascii=False)
                if any(_system_texts(inside))
                else self.cut(value)
            )
        if isinstance(value, Mapping):
            return self._object(value)
        if isinstance(value, (list, tuple)):
            return [self._json(inner) for inner in value]
        return value

    def _object(self, value: Mapping[str, JSON]) -> dict[str, JSON]:
        if _is_system(value):
            return {"role": value.get("role"), "content": PROMPT}
        return {
            key: PROMPT if _KEYS & set(key_words(str(key))) else self._json(inner)
            for key, inner in value.items()
        }


def prompts_of(home: Project, incident: str) -> Iterator[str]:
    """The prompts among an incident's evidence."""
    for item in home.evidence(incident):
        if item.evidence.kind == EvidenceKind.PROMPT:
            yield item.read().decode("utf-8", "replace")


def _messages(runs: Iterable[Run]) -> Iterator[str]:
    for run in runs:
        for value in (run.input, *(step.input for step in run.steps)):
            yield from _system_texts(embedded(value) if isinstance(value, str) else value)


def _lines(written: Iterable[str]) -> Iterator[str]:
    return (line for text in written for line in text.splitlines())


def _is_system(value: Mapping[str, JSON]) -> bool:
    return str(value.get("role") or value.get("type") or "").casefold() in _ROLES


def _system_texts(value: JSON) -> Iterator[str]:
    """The texts of every system message in a value."""
    if isinstance(value, Mapping):
        if _is_system(value):
            yield from (text for _, text in texts(value))
        else:
            for inner in value.values():
                yield from _system_texts(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _system_texts(inner)
