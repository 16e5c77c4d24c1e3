"""A run as a page of 80 columns: whose, when, its steps as a tree, what it said."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from incident2eval.model import JSON, Customers, RootCause, Run, Step, StepKind, is_empty
from incident2eval.pipeline._answer import Page, Tone, Words
from incident2eval.pipeline.shown.cells import folded, plain, width
from incident2eval.pipeline.shown.failure_path import FailurePath
from incident2eval.pipeline.shown.layout import WIDTH
from incident2eval.pipeline.shown.path_lines import Gutter, output_words, path_notes
from incident2eval.pipeline.shown.step_lines import Owners, brief, lines_of, model_of, notes, tells
from incident2eval.pipeline.shown.tree import Branch, Gap, branches

_TIMES = 18
"""Columns for when a step began and how long it took."""

_LABEL = 10
_OUTPUT_LINES = 40
_LONGEST_ID = 16
_SHORT_ID = 8

CONTEXT = {
    "session": frozenset({"sessionid", "conversationid", "threadid", "chatid", "session", "conversation"}),
    "user": frozenset({"userid", "enduserid", "user", "enduser"}),
    "tenant": frozenset(
        {
            *("tenant", "tenantid", "tenantname", "workspace", "workspaceid"),
            *("organization", "organizationid", "orgid"),
        }
    ),
}
"""The keys, in their spellings, under which a trace says these."""

_OS_THREAD = "thread.id"


def run_page(
    run: Run, *, customers: Customers, file: str | None = None, cause: RootCause | None = None
) -> Page:
    """A run for a person.

    Args:
        run: With subject and owners.
        customers: The roster, for their names.
        file: Where it was read from, if that should be said.
        cause: Its root cause; then the step where it came in is marked, and the way that it took.
    """
    path, owners = FailurePath(run, cause), Owners(run, customers)
    shown = [*branches(run.steps, tells=lambda step: tells(step, owners), first=path.steps)]
    gutter = Gutter(path, shown)
    return [
        [Words("run "), Words(plain(run.id or "(no id)", WIDTH - 4), Tone.STRONG)],
        *_header(run, customers, file),
        *_steps(run, owners, shown, gutter),
        *_output(run.output, output_words(path, gutter.at(len(shown)))),
        [],
    ]


def _header(run: Run, customers: Customers, file: str | None) -> Iterator[list[Words]]:
    said = {
        "workflow": " ".join(filter(None, (run.workflow, run.version and f"(version {run.version})"))),
        "model": run.model or "",
        "customer": _customer(run, customers),
        **_context(run),
        "started": _when(run),
        "file": file or "",
        "input": "" if is_empty(run.input) else brief(run.input),
    }
    for label, text in said.items():
        most = 3 if label == "input" else 2
        for at, line in enumerate(folded(text, WIDTH - 2 - _LABEL, most) if text else ()):
            yield [Words(f"  {label if not at else '':<{_LABEL}}", Tone.FAINT), Words(line)]


def _customer(run: Run, customers: Customers) -> str:
    subject = run.subject
    if subject is None:
        return "nobody is named"
    name = subject.customer or customers.label(subject.customer_id)
    return f"{name} ({subject.customer_id})" if subject.customer_id not in {None, name} else name


def _context(run: Run) -> dict[str, str]:
    """Session, user and tenant, where the run or its root step says these; the first that does counts."""
    root = run.root
    said: dict[str, str] = {}
    for attributes in (root.attributes if root else {}, run.attributes):
        for key, value in _leaves(attributes):
            noun = next((noun for noun, spellings in CONTEXT.items() if _last_words(key) & spellings), None)
            if noun and isinstance(value, (str, int)) and not isinstance(value, bool) and str(value).strip():
                said.setdefault(noun, str(value))
    return {noun: said[noun] for noun in CONTEXT if noun in said}


def _leaves(attributes: Mapping[str, JSON]) -> Iterator[tuple[str, JSON]]:
    """The attributes and, of those that are objects such as `metadata`, what is in them."""
    for key, value in attributes.items():
        if isinstance(value, Mapping):
            yield from ((f"{key}.{inner}", leaf) for inner, leaf in value.items())
        else:
            yield key, value


def _last_words(key: str) -> set[str]:
    """How a key ends, whatever its spelling: `metadata.session_id` and `session.id` end in `sessionid`."""
    if key == _OS_THREAD:
        return set()
    pieces = [re.sub(r"[^a-z0-9]", "", piece.lower()) for piece in key.split(".")[-2:]]
    return {pieces[-1], "".join(pieces)}


def _when(run: Run) -> str:
    if run.started is None:
        return ""
    took = f", took {_spelt(run.ended - run.started)}" if run.ended and run.ended > run.started else ""
    return f"{run.started:%Y-%m-%d %H:%M:%S} UTC{took}"


def _spelt(time: timedelta) -> str:
    """A time as a person reads it, in at most 8 columns."""
    seconds = time.total_seconds()
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 99.95:
        return f"{seconds:.1f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 600 else f"{round(minutes / 60):,} h"


def _steps(run: Run, owners: Owners, shown: Sequence[Branch | Gap], gutter: Gutter) -> Iterator[list[Words]]:
    count = "1 step" if len(run.steps) == 1 else f"{len(run.steps):,} steps"
    timed = any(step.started for step in run.steps)
    yield [
        Words(f"  {count}", Tone.STRONG),
        *([Words(f"{'at':>{WIDTH - 12 - len(count)}}{'took':>10}", Tone.FAINT)] if timed else []),
    ]
    room = WIDTH - 2 - (_TIMES if timed else 0)
    for at, each in enumerate(shown):
        front = gutter.at(at)
        if isinstance(each, Gap):
            yield [front.line, Words(each.guide, Tone.FAINT), Words(_gap(each.kinds), Tone.FAINT)]
            continue
        yield [front.line, Words(each.guide, Tone.FAINT), *_line(each, run, room=room)]
        for note in (*path_notes(gutter.path, each.step), *notes(each.step, owners)):
            for line in lines_of(note, WIDTH - 2 - width(each.below)):
                yield [front.below, Words(each.below, Tone.FAINT), line]


def _line(branch: Branch, run: Run, *, room: int) -> Iterator[Words]:
    """Kind, name, and what else fits of id, agent and model; then when it began and how long it took."""
    step = branch.step
    left = room - width(branch.guide)
    kind = f"{step.kind:<9} "
    yield Words(kind, Tone.FAINT)
    left -= len(kind)
    name = plain(step.name or "(no name)", left)
    yield Words(name, Tone.BAD if step.error is not None else Tone.STRONG)
    left -= width(name)
    for spellings in _details(branch, run):
        detail = next((each for each in spellings if width(each) <= left), "")
        yield Words(detail, Tone.FAINT)
        left -= width(detail)
    if times := _times(step, run):
        yield Words(" " * left + times, Tone.FAINT)


def _details(branch: Branch, run: Run) -> Iterator[tuple[str, ...]]:
    """What else is worth saying of a step, each in the spellings that would do, the longest first."""
    step, parent = branch.step, branch.parent
    ids = (step.id, f"{step.id[:_SHORT_ID]}…") if len(step.id) > _SHORT_ID + 1 else (step.id,)
    yield tuple(f" [{plain(each, _LONGEST_ID)}]" for each in ids if len(each) <= _LONGEST_ID)
    if step.agent and step.agent not in {step.name, parent.agent if parent else run.workflow}:
        yield (f" by {plain(step.agent, 24)}",)
    model = model_of(step)
    if model and model != run.model:
        yield (f" {plain(model, 24)}",)


def _times(step: Step, run: Run) -> str:
    if step.started is None or run.started is None:
        return ""
    took = _spelt(step.ended - step.started) if step.ended and step.ended > step.started else ""
    return f"{'+' + _spelt(step.started - run.started):>{_TIMES - 10}}{took:>10}".rstrip()


def _gap(kinds: Counter[StepKind]) -> str:
    total = sum(kinds.values())
    said = ", ".join(f"{count:,} {kind}" for kind, count in kinds.most_common())
    return f"… {total:,} more steps: {said} (--json has all)"


def _output(output: JSON, head: list[Words]) -> Iterator[list[Words]]:
    if is_empty(output):
        yield [*head, Words("  nothing", Tone.FAINT)]
        return
    yield head
    text = (
        output if isinstance(output, str) else json.dumps(output, ensure_ascii=False, indent=2, default=str)
    )
    yield from ([Words(f"    {line}")] if line else [] for line in folded(text, WIDTH - 4, _OUTPUT_LINES))
