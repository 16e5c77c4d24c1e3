"""What a person should know of a step, in a few lines."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from incident2eval.model import JSON, Customers, Run, Status, Step, StepKind, is_empty
from incident2eval.pipeline._answer import Tone, Words
from incident2eval.pipeline.shown.cells import folded, plain

_MOST_OWNERS = 5
_DECIDED_BY = ("by", "reviewer", "approver", "approved_by", "decided_by")
_DECISION = ("decision", "approved", "status")
_WHY = ("reason", "comment", "explanation", "message", "feedback")
_YES = frozenset({"true", "yes", "ok", "accept", "accepted", "approve", "approved"})
_NO = frozenset({"false", "no", "reject", "rejected", "deny", "denied", "decline", "declined", "refused"})
_MODELS = ("gen_ai.response.model", "gen_ai.request.model", "llm.model_name", "model")
_CALLS = frozenset({StepKind.TOOL, StepKind.RETRIEVAL, StepKind.HANDOFF})
"""Of these it matters what they were given and gave back; of others the steps below, or the run, say it."""


class Note(NamedTuple):
    """A line under a step; one that may be cut to fit, or is too important for that."""

    words: Words
    whole: bool = False


class Owners:
    """Whose records a run read, as far as the roster and the run know."""

    def __init__(self, run: Run, customers: Customers) -> None:
        self._own = run.customer_id
        self._customers = customers
        owners = {record.owner for step in run.steps for record in step.records if record.owner is not None}
        # as the check on foreign records has it: without a roster, anybody but the run's customer is another
        self._known = self._own in customers or any(owner in customers for owner in owners)

    def is_other(self, owner: str | None) -> bool:
        """Whether somebody is another customer than the one whose run it was."""
        if owner is None or self._own is None or owner == self._own:
            return False
        return owner in self._customers or not self._known

    def reads_foreign(self, step: Step) -> bool:
        """Whether a step read another customer's records."""
        return any(self.is_other(record.owner) for record in step.records)

    def note(self, step: Step) -> Note:
        """How many records a step read, and whose they are."""
        counts = Counter(record.owner for record in step.records)
        total = "1 record" if len(step.records) == 1 else f"{len(step.records):,} records"
        if set(counts) == {None}:
            return Note(Words(f"{total}, nobody's", Tone.FAINT))
        if len(counts) == 1:
            (owner,) = counts
            return self._toned(f"{total} of {self._who(owner)}", foreign=self.is_other(owner))
        order = sorted(
            counts, key=lambda each: (each is None, self.is_other(each), -counts[each], each or "")
        )
        said = [f"{self._who(owner, counts[owner])}" for owner in order[:_MOST_OWNERS]]
        if len(order) > _MOST_OWNERS:
            said.append(f"{len(order) - _MOST_OWNERS:,} more owners")
        return self._toned(f"{total}: {', '.join(said)}", foreign=any(map(self.is_other, counts)))

    def _who(self, owner: str | None, count: int | None = None) -> str:
        who = self._customers.label(owner) + ("" if count is None else f" {count:,}")
        return f"{who} (other customer)" if self.is_other(owner) else who

    @staticmethod
    def _toned(text: str, *, foreign: bool) -> Note:
        return Note(Words(text, Tone.BAD if foreign else Tone.PLAIN), whole=True)


def tells(step: Step, owners: Owners) -> bool:
    """Whether a step should be seen even where most of a run's are not."""
    return (
        step.status is Status.ERROR
        or step.error is not None
        or step.kind in {StepKind.REVIEW, StepKind.HANDOFF}
        or owners.reads_foreign(step)
    )


def notes(step: Step, owners: Owners) -> Iterator[Note]:
    """The lines under a step: what it was given, whose records it read, what came of it, what failed."""
    if step.kind in _CALLS and not is_empty(step.input):
        yield Note(Words(f"in: {brief(step.input)}", Tone.FAINT))
    if step.records:
        yield owners.note(step)
    if step.kind is StepKind.REVIEW:
        yield decided(step.output)
    elif step.kind is StepKind.GUARDRAIL:
        yield from _verdict(step.output)
    elif step.kind is StepKind.MODEL:
        yield from _said(step.output)
    elif step.kind in _CALLS and not step.records and not is_empty(step.output):
        yield Note(Words(f"out: {brief(step.output)}", Tone.FAINT))
    if step.error is not None or step.status is Status.ERROR:
        yield Note(Words(f"error: {step.error or 'nothing more is said'}", Tone.BAD), whole=True)


def lines_of(note: Note, room: int) -> Iterator[Words]:
    """A note in so many columns: one line that is cut, or as many as it takes where all of it matters."""
    text, tone = note.words
    for line in folded(text, room, 4) if note.whole else [plain(text, room)]:
        yield Words(line, tone)


def model_of(step: Step) -> str | None:
    """The model that a step called, where its name does not say so."""
    if step.kind is not StepKind.MODEL:
        return None
    named = (step.attributes.get(key) for key in _MODELS)
    model = next((name for name in named if isinstance(name, str) and name), None)
    return model if model and model not in step.name else None


def brief(value: JSON) -> str:
    """A JSON value as a person would jot it down; it is cut by whoever shows it."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={_value(inner)}" for key, inner in value.items())
    return _value(value)


def _value(value: JSON) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def decided(output: JSON, *, named: bool = True) -> Note:
    """What a review decided, who did if they are to be named, and why."""
    said = output if isinstance(output, Mapping) else {"decision": output}
    decision, by, why = (_first(said, keys) for keys in (_DECISION, _DECIDED_BY, _WHY))
    word = (decision or "").casefold()
    tone = Tone.GOOD if word in _YES else Tone.BAD if word in _NO else Tone.STRONG
    what = {Tone.GOOD: "approved", Tone.BAD: "not approved"}.get(tone)
    what = what or (f"decided: {decision}" if decision else "what was decided is not told")
    who = "" if not named else f" by {by}" if by else ", by whom is not told"
    return Note(Words(what + who + (f": {why}" if why else ""), tone), whole=True)


def _first(said: Mapping[str, JSON], keys: tuple[str, ...]) -> str | None:
    return next((brief(said[key]) for key in keys if not is_empty(said.get(key))), None)


def _verdict(output: JSON) -> Iterator[Note]:
    """Whether a guardrail let it pass, and what it found."""
    said = dict(output) if isinstance(output, Mapping) else {"found": output}
    passed = next((said.pop(key) for key in ("passed", "ok") if isinstance(said.get(key), bool)), None)
    found = brief({key: value for key, value in said.items() if not is_empty(value)})
    word = None if passed is None else "passed" if passed else "did not pass"
    if word or found:
        tone = Tone.BAD if passed is False else Tone.PLAIN
        yield Note(Words(": ".join(filter(None, (word, found))), tone))


def _said(output: JSON) -> Iterator[Note]:
    """What a model said, and what it asked to be called; of several choices each."""
    for choice in output if isinstance(output, list) else [output]:
        message = choice if isinstance(choice, Mapping) else {}
        calls = message.get("tool_calls")
        content = message.get("content") if "content" in message or calls else choice
        if not is_empty(content):
            yield Note(Words(f"says: {brief(content)}", Tone.FAINT))
        for call in calls if isinstance(calls, list) else []:
            if isinstance(call, Mapping):
                arguments = brief(call.get("arguments") or "")
                yield Note(Words(f"calls: {call.get('name')}({arguments})", Tone.FAINT))
