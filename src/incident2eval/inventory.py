"""Inventory: which of the eight kinds of evidence an incident has, where, and why the others are absent."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from incident2eval.model import EvidenceKind, Incident, Run, Step, StepKind, is_empty


class Needed(StrEnum):
    """What has to be kept of every incident (R32)."""

    PROMPTS = "prompts"
    INPUTS = "inputs"
    OUTPUTS = "outputs"
    TOOL_CALLS = "tool_calls"
    APPROVALS = "approvals"
    TIMESTAMPS = "timestamps"
    USER_ACTIONS = "user_actions"
    MODEL_VERSION = "model_version"

    @property
    def words(self) -> str:
        """As a person says it."""
        return self.value.replace("_", " ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One of the eight kinds: where it is, or why it is not there."""

    kind: Needed
    where: tuple[str, ...] = ()
    """Files and runs that show it; empty where none does."""
    absent_reason: str | None = None
    """Why it is absent, in the words of the incident file."""

    @property
    def is_missing(self) -> bool:
        """Whether it is absent and nobody says why."""
        return not self.where and self.absent_reason is None

    def __str__(self) -> str:
        if self.where:
            more = f" and {len(self.where) - 3} more" if len(self.where) > 3 else ""
            return f"{self.kind.words}: {', '.join(self.where[:3])}{more}"
        if self.absent_reason is not None:
            return f"{self.kind.words}: absent, because {self.absent_reason}"
        row = f"{{kind: {ROWS[self.kind]}, absent_reason: ...}}"
        return f"{self.kind.words}: MISSING (add it, or say why not, under evidence: {row})"


ROWS: Mapping[Needed, str] = {
    Needed.PROMPTS: EvidenceKind.PROMPT,
    Needed.INPUTS: EvidenceKind.INPUT,
    Needed.OUTPUTS: EvidenceKind.OUTPUT,
    Needed.TOOL_CALLS: EvidenceKind.TOOL_LOG,
    Needed.APPROVALS: EvidenceKind.APPROVAL,
    Needed.TIMESTAMPS: "timestamp",
    Needed.USER_ACTIONS: EvidenceKind.USER_ACTION,
    Needed.MODEL_VERSION: "model_version",
}
"""The kind that a row of the incident file calls it by."""

_SHOWS: Mapping[str, Needed] = {kind: needed for needed, kind in ROWS.items()} | {
    EvidenceKind.RETRIEVAL_LOG: Needed.TOOL_CALLS
}

_NAMED: Mapping[Needed, frozenset[str]] = {
    Needed.PROMPTS: frozenset({"prompt", "prompts", "instructions"}),
    Needed.INPUTS: frozenset({"input", "inputs", "request"}),
    Needed.TOOL_CALLS: frozenset({"tool", "tools", "calls", "retrieval", "lookup", "lookups"}),
    Needed.APPROVALS: frozenset({"approval", "approvals", "approved", "release", "review", "reviews"}),
    Needed.USER_ACTIONS: frozenset({"click", "clicks", "actions"}),
    Needed.MODEL_VERSION: frozenset({"model"}),
}
"""Words in the name of a picture or an export that say what it shows."""

_PICTURES = frozenset({EvidenceKind.SCREENSHOT, EvidenceKind.EXPORT})


def inventory(incident: Incident, kinds_of_files: Mapping[str, str], runs: Sequence[Run]) -> tuple[Item, ...]:
    """Take stock of the eight kinds of evidence, in their fixed order.

    A trace shows what its run holds: what the model was sent is a prompt, the run's input an input, its
    output an output, tool calls and lookups tool calls, reviews approvals, a step of kind input what a user
    did. Other files count by their kind. What small firms have counts too (R34): a screenshot or an export
    shows what its name says it shows (`approval-queue.png` an approval), else an output. A written account
    says what somebody saw; it is welcome, and stands for none of the eight. Nor does what was made
    afterwards: a corrected run or output, or a run that went well.

    Args:
        incident: The incident file: reasons for what is absent, and the model that people name.
        kinds_of_files: The evidence that is there: file -> kind.
        runs: The runs read from evidence of kind trace.
    """
    found: dict[Needed, dict[str, None]] = {needed: {} for needed in Needed}
    for file, kind in kinds_of_files.items():
        if needed := _shown_by(file, kind):
            found[needed][file] = None
    for number, run in enumerate(runs, start=1):
        for needed in (needed for needed, shows in _IN_RUNS.items() if shows(run)):
            found[needed][f"run {run.id or number}"] = None
    if incident.workflow.model:
        found[Needed.MODEL_VERSION]["incident.yaml (workflow.model)"] = None
    reasons = {row.kind: row.absent_reason for row in incident.evidence if not row.file}
    return tuple(
        Item(kind=needed, where=tuple(where), absent_reason=None if where else reasons.get(ROWS[needed]))
        for needed, where in found.items()
    )


def _shown_by(file: str, kind: str) -> Needed | None:
    if kind not in _PICTURES:
        return _SHOWS.get(kind)
    words = set(re.split(r"[\W_\d]+", PurePosixPath(file).stem.casefold()))
    return next((needed for needed, names in _NAMED.items() if names & words), Needed.OUTPUTS)


def _any_step(*kinds: StepKind) -> Callable[[Run], bool]:
    return lambda run: any(step.kind in kinds for step in run.steps)


def _has_prompt(run: Run) -> bool:
    return any(step.kind is StepKind.MODEL and not is_empty(step.input) for step in run.steps)


def _has_time(run: Run) -> bool:
    started: list[Run | Step] = [run, *run.steps]
    return any(each.started for each in started)


_IN_RUNS: Mapping[Needed, Callable[[Run], bool]] = {
    Needed.PROMPTS: _has_prompt,
    Needed.INPUTS: lambda run: not is_empty(run.input),
    Needed.OUTPUTS: lambda run: not run.is_empty,
    Needed.TOOL_CALLS: _any_step(StepKind.TOOL, StepKind.RETRIEVAL),
    Needed.APPROVALS: _any_step(StepKind.REVIEW),
    Needed.TIMESTAMPS: _has_time,
    Needed.USER_ACTIONS: _any_step(StepKind.INPUT),
    Needed.MODEL_VERSION: lambda run: bool(run.model),
}
"""What each kind looks like in a run."""
