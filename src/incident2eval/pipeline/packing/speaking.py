"""Of a run that was made for another customer: what in it speaks of the client, and nothing else."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from incident2eval.detection.personal import squeezed
from incident2eval.detection.spots import CUSTOMER, spots
from incident2eval.detection.text.wording import WORD, embedded, fold
from incident2eval.model import JSON, Customer, Customers, Record, Run, Step, texts
from incident2eval.pipeline.packing.own import is_own, own_records
from incident2eval.pipeline.packing.withheld import FOREIGN

FOREIGN_RUN = "(left out: the run was made for another customer)"

_PART = re.compile(r"[^\n]*?(?:[.!?;](?=\s)|\n|\Z)")
"""A sentence, a line, or what stands between semicolons."""
_FIGURE = re.compile(r"\d(?:[\d.,:/-]*\d)?")
_DATE = re.compile(r"(?:19|20)\d\d(?:\d{4})?")
_DIGITS = 4
"""Digits of a figure that tells whose it is."""
_IN_A_ROW = 5
"""Words in a row that are a quotation, where they stand in no other record."""
_SHORTEST = 8
"""Letters of a line that is one."""


class Speaking:
    """Whether words speak of the client: they name it, or quote what only its own records say."""

    def __init__(self, customers: Customers, client: Customer, runs: Sequence[Run]) -> None:
        """Read the records.

        Args:
            customers: The roster.
            client: Of whom.
            runs: Runs without secrets.
        """
        self._customers = customers
        self._client = client
        own = [text for run in runs for one in own_records(run, client) for text in _of(one)]
        other = [*_other_texts(runs, client)]
        self._marks = _marks(own) - _marks(other)

    def only(self, run: Run) -> Run:
        """The run without its input, others' records and whatever does not speak of the client."""
        return replace(
            run,
            input=FOREIGN_RUN,
            output=self.json(run.output),
            steps=tuple(map(self._step, run.steps)),
            attributes={},
        )

    def json(self, value: JSON) -> JSON:
        """A value with what speaks of the client in it, and objects that are the client's."""
        if isinstance(value, str):
            inside = embedded(value)
            return self.text(value) if inside is None else json.dumps(self.json(inside), ensure_ascii=False)
        if isinstance(value, Mapping):
            if any(isinstance(inner, str) and inner == self._client.id for inner in value.values()):
                return dict(value)
            return {
                key if str(key).isidentifier() or self._named(str(key)) else FOREIGN: self.json(inner)
                for key, inner in value.items()
            }
        if isinstance(value, (list, tuple)):
            return [self.json(inner) for inner in value]
        return value if value is None or isinstance(value, bool) else FOREIGN

    def text(self, text: str) -> str:
        """Those sentences and lines of a text that speak of the client."""
        named, told, left_out = self._named(text), [], False
        for part in _PART.finditer(text):
            if not part[0].strip():
                told.append(part[0])
            elif self._speaks(part, named):
                told.append(part[0])
                left_out = False
            elif not left_out:
                told.append(part[0].replace(part[0].strip(), FOREIGN))
                left_out = True
        return "".join(told)

    def _speaks(self, part: re.Match[str], named: Sequence[tuple[int, int]]) -> bool:
        if any(start < part.end() and part.start() < end for start, end in named):
            return True
        return bool(_marks([part[0]]) & self._marks)

    def _named(self, text: str) -> list[tuple[int, int]]:
        """Where a text names the client: by a name, the id or an address."""
        found = [
            (spot.start, spot.end)
            for spot in spots(text, self._customers)
            if spot.kind == CUSTOMER and spot.customer == self._client.id
        ]
        for written in (self._client.id, *self._client.contacts):
            pattern = re.compile(rf"(?<!\w){re.escape(written)}(?!\w)", re.IGNORECASE)
            found += [match.span() for match in pattern.finditer(text)]
        return found

    def _step(self, step: Step) -> Step:
        return replace(
            step,
            input=self.json(step.input),
            output=self.json(step.output),
            error=self.text(step.error) if step.error else step.error,
            records=tuple(map(self._record, step.records)),
            attributes={},
        )

    def _record(self, record: Record) -> Record:
        mine = record.owner == self._client.id
        return record if mine else replace(record, text=FOREIGN, metadata={})


def _other_texts(runs: Iterable[Run], client: Customer) -> Iterator[str]:
    for run in runs:
        if not is_own(run, client):
            yield from (text for _, text in texts(run.input))
        records = (one for step in run.steps for one in step.records if one.owner != client.id)
        yield from (text for one in records for text in _of(one))


def _of(record: Record) -> Iterator[str]:
    yield record.text
    yield from (text for _, text in texts(dict(record.metadata)))


def _marks(said: Iterable[str]) -> set[str]:
    """What may be recognised in a quotation: whole lines, words in a row, figures."""
    found: set[str] = set()
    for text in said:
        for part in _PART.finditer(text):
            plain = squeezed(part[0])
            if len(plain) >= _SHORTEST:
                found.add(plain)
        words = [fold(match[0]) for match in WORD.finditer(text)]
        found |= {" ".join(words[at : at + _IN_A_ROW]) for at in range(len(words) - _IN_A_ROW + 1)}
        figures = (squeezed(match[0]) for match in _FIGURE.finditer(text))
        found |= {
            f"#{figure}" for figure in figures if len(figure) >= _DIGITS and not _DATE.fullmatch(figure)
        }
    return found
