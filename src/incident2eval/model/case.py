"""Cases, and what came of running them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from incident2eval.model.run import JSON, Run


class Origin(StrEnum):
    """Where a corrected run comes from (contract section 3)."""

    CORRECTED_TRACE = "corrected_trace"
    CORRECTED_OUTPUT = "corrected_output"
    REPAIRED = "repaired"


class Observation(StrEnum):
    """What a target reports of itself."""

    OUTPUT = "output"
    STEPS = "steps"
    RECORDS = "records"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The two runs that prove a case, by digest, and where the corrected one comes from."""

    recorded: str
    corrected: str
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """case.yaml: what to replay, and the facts that the checks need.

    Facts hold ids of customers, never names.
    """

    schema: str = "incident2eval/case/1"
    incident: str
    workflow: str
    target: str | None = None
    customer_id: str | None = None
    """Whose run it is; a replay takes the subject from here, never from what the target says of itself."""
    input: Mapping[str, JSON] | None = None
    inputs: Mapping[str, Mapping[str, JSON]] = field(default_factory=dict)
    wrong_at: str | None = None
    """The name of the input whose run went wrong, where there are several and it is not the first."""
    observes: tuple[Observation, ...] = (Observation.OUTPUT,)
    trials: int = 1
    k: int | None = None
    """So many trials must pass, where somebody approved that; None: all of them."""
    facts: Mapping[str, JSON] = field(default_factory=dict)
    reason: str = "confirmed"
    """`unconfirmed` where only the kind of control that failed says that it is red for the right reason."""
    sources: Sources | None = None
    notes: tuple[str, ...] = ()
    """What the reader of the case should know: what was left out and why."""
    named: tuple[str, ...] = ()
    """Keyed digests of what the facts name by a pseudonym: in runs of today it gets the same one first."""
    synthetic: bool = False
    """A person gave the input in place of the recorded one."""
    unredacted: bool = False
    """The runs hold customers, people and secrets as they are, on request."""
    draft: bool = False
    """Nothing could be proved: a person has to finish the case, and until then it blocks the gate."""

    @property
    def named_inputs(self) -> Mapping[str, Mapping[str, JSON]]:
        """Every input by name, in order; a single one is called `input`."""
        return self.inputs or {"input": self.input or {}}

    @property
    def faulty(self) -> str:
        """The name of the input whose run went wrong."""
        return self.wrong_at or next(iter(self.named_inputs))


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A case that a person has to finish."""

    path: str
    """Of its test file, relative to the project."""
    because: str
    """What was tried, and which fact would help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variants:
    """How many generated variants of the failure the case was tried on, and how many it caught."""

    made: int = 0
    caught: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FalseAlarms:
    """How many known-good runs the case was tried on, and how many it flagged."""

    runs: int = 0
    flagged: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalCase:
    """One test, and the proof that it can fail and can pass."""

    id: str
    """`<ID>::<test name>`."""
    incident: str
    workflow: str
    path: str
    """Relative to the project, such as `cases/INC-2026-0142/test_inc_2026_0142.py`."""
    test: str
    check: str
    red: bool
    green: bool
    variants: Variants = field(default_factory=Variants)
    false_alarms: FalseAlarms = field(default_factory=FalseAlarms)

    @property
    def blind(self) -> bool:
        """Whether it fails to see the failure it was written for."""
        return not self.red


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """A person accepted a file under cases/ as it is, with a reason."""

    path: str
    sha256: str
    reason: str
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pseudonyms:
    """What stands for one customer in the runs of the cases."""

    names: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """cases.lock: what must run, with digests."""

    schema: str = "incident2eval/lock/1"
    cases: tuple[EvalCase, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    """Path relative to cases/, such as `INC-2026-0142/case.yaml` -> sha256 in hex."""
    accepted: tuple[Acceptance, ...] = ()
    pseudonyms: Mapping[str, Pseudonyms] = field(default_factory=dict)
    """Customer id -> what stands for that customer; with it a case is judged where the key is not at hand."""
    key: str | None = None
    """What tells the key of these pseudonyms from others, and says nothing of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSet:
    """Runs that a case's tests are judged on together.

    One trial of today's workflow, the evidence, a variant.
    """

    name: str
    """`live-1`, `recorded`, `corrected`, `good-1`, `variant-foreign_names-3`."""
    runs: Mapping[str, Run]
    """Input name -> the run of that input, in the order of the inputs."""
    live: bool = False
    """Whether they are runs of today's workflow, which must not say less than the evidence did."""


class Outcome(StrEnum):
    """What came of one case. Only `passed` is a pass."""

    PASSED = "passed"
    FAILED = "failed"
    ERRORED = "errored"
    TIMEOUT = "timeout"
    VACUOUS = "vacuous"
    SKIPPED = "skipped"
    NOT_RUN = "not_run"
    FLAKY = "flaky"
    EDITED = "edited"
    BLIND = "blind"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one call of a workflow came to: a run, or why there is none."""

    run: Run | None = None
    outcome: Outcome = Outcome.PASSED
    """PASSED where there is a run, else ERRORED or TIMEOUT."""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of one test on one set of runs."""

    case: str
    """`<ID>::<test name>`."""
    runs: str
    """Name of the set of runs."""
    outcome: Outcome
    """PASSED (green), FAILED (red: an AssertionError that carries findings), VACUOUS, SKIPPED or ERRORED."""
    message: str = ""
    judged: int = 0
    """How many steps, records or items the test's checks looked at."""


class Ruling(StrEnum):
    """What the gate says."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    BLOCKED = "blocked"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOutcome:
    """One locked case in the gate's decision."""

    id: str
    outcome: Outcome
    trials: int = 0
    failed_trials: int = 0
    message: str = ""
    recorded: Outcome | None = None
    """What came of it on the incident itself: only FAILED is right. None where it did not run."""
    corrected: Outcome | None = None
    """What came of it on the corrected run: only PASSED is right."""
    seconds: float = 0.0
    """How long the workflow took in all trials."""
    outputs: tuple[str, ...] = ()
    """SHA-256 of what the workflow put out, by trial and input."""
    bound: float | None = None
    """With no failure in n trials: the failure rate is below this with 95 % confidence (Clopper-Pearson)."""
    waived: str = ""
    """Who put it in quarantine, why and until when; empty where nobody did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The gate's verdict over a workflow, with everything it rests on."""

    workflow: str
    decision: Ruling
    reasons: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    cases: tuple[CaseOutcome, ...] = ()
