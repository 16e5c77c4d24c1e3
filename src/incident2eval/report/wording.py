"""How a verdict reads: the words that every form of the report shares."""

import inspect
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from incident2eval import checks
from incident2eval.model import (
    Approval,
    Area,
    CaseOutcome,
    Category,
    ChangeKind,
    Decision,
    EvalCase,
    Matter,
    Moment,
    Onset,
    Outcome,
    Proof,
    Report,
    RootCause,
    Ruling,
    State,
    visible,
)


@dataclass(frozen=True, slots=True)
class Wording:
    """A verdict in plain words."""

    label: str
    meaning: str


RULINGS: Mapping[Ruling, Wording] = {
    Ruling.PASS: Wording(
        "PASS",
        "Today's workflow no longer shows any of the failures that its cases stand for. "
        "This is about the cases only: whether it may restart is a decision of its own.",
    ),
    Ruling.BLOCKED: Wording(
        "BLOCKED",
        "At least one failure is still there, or nothing shows that it is gone. "
        "The workflow must not go live until every case passes.",
    ),
    Ruling.ERROR: Wording(
        "COULD NOT BE JUDGED",
        "Some cases did not run to the end, so there is no verdict. "
        "That is not a pass: mend what broke and run again.",
    ),
}

OUTCOMES: Mapping[Outcome, Wording] = {
    Outcome.PASSED: Wording("Passed", "Every trial was right."),
    Outcome.FAILED: Wording("Failed", "Today's workflow shows the failure."),
    Outcome.ERRORED: Wording(
        "Broke off", "The workflow or the test stopped with an error, so nothing is shown."
    ),
    Outcome.TIMEOUT: Wording("Timed out", "The workflow gave no answer in the time it has."),
    Outcome.VACUOUS: Wording(
        "Nothing to judge", "Today's run lacks what the test looks at, so green means nothing."
    ),
    Outcome.SKIPPED: Wording("Skipped", "The test was switched off, so nothing is shown."),
    Outcome.NOT_RUN: Wording("Did not run", "The test is locked but was not run."),
    Outcome.FLAKY: Wording("Unsteady", "Right in some trials, wrong in others."),
    Outcome.EDITED: Wording("Changed", "The case is not the one that was proved and locked."),
    Outcome.BLIND: Wording("Blind", "The test no longer sees the incident that it was written for."),
}

LEVELS: Mapping[int, str] = {1: "low impact", 2: "material", 3: "had an impact", 4: "severe"}

ORIGINS: Mapping[str, str] = {
    "corrected_trace": "a recorded run of the repaired workflow",
    "corrected_output": "the recorded run with the text that a person corrected",
    "repaired": "made by the tool: the recorded run with the fault taken out, as nobody supplied a right one",
}

CATEGORIES: Mapping[Category, str] = {
    Category.MODEL: "the model",
    Category.WORKFLOW_DESIGN: "the design of the workflow",
    Category.DATA: "the data",
    Category.HUMAN_REVIEW: "the human review",
}

PROOFS: Mapping[Proof, str] = {
    Proof.REPAIR: "Without what this step brought in, everything that was found wrong after it is gone.",
    Proof.LIKELY: "The evidence points here; taking the step's words out of the run did not prove it.",
}

AREAS: Mapping[Area, str] = {
    Area.PERMISSION: "Permissions",
    Area.DATA: "Data",
    Area.INTEGRATION: "Integrations",
    Area.REVIEW: "Review",
}

STATES: Mapping[State, str] = {
    State.FAILED: "failed",
    State.HELD: "held",
    State.NOT_SEEN: "not seen in the trace",
}

CHANGES: Mapping[ChangeKind, str] = {
    ChangeKind.MODEL: "The model",
    ChangeKind.PROMPT: "The prompt",
    ChangeKind.PERMISSION: "Permissions",
    ChangeKind.DATA: "The data",
    ChangeKind.INTEGRATION: "An integration",
}

NO_CAUSE = "No root cause was written for this incident, or none that can be read."
NO_STEP = "The trace does not show at which step it came in."
NO_CONTROL = "Which control failed is not known."

MATTERS: Mapping[Matter, str] = {
    Matter.RESTART: "Restart",
    Matter.NO_CASE: "No case needed",
    Matter.CHANGED_CASE: "Changed case",
    Matter.EDITED_TEST: "Test edited by hand",
    Matter.QUARANTINE: "Quarantine",
    Matter.TOLERANCE: "Tolerated failures",
    Matter.OVERRIDE: "Emergency override",
    Matter.SETTINGS: "Approvers, policy and targets",
}

QUARANTINED = Wording("In quarantine", "It does not count until then.")
MONITORED = "A daily run after a restart: it watches whether the failure comes back."
FIRST = "none, this is the first"
AS_REPORTED = "Steps are as reported by the workflow itself."
NO_ADVICE = "This report is not legal advice."

_UNPRINTABLE = re.compile("[\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
_RIGHT = re.compile(r"^What is right:\n((?:[ ]+\S.*\n?)+)", re.MULTILINE)


def plain(text: str) -> str:
    r"""Text without disguise: controls, turns of direction and the unwritable as `\x..`, `\u..`."""
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", visible(text))


def one_line(text: str, limit: int) -> str:
    """The text on one line, cut with `...` where it is longer than the limit."""
    line = " ".join(plain(text).split())
    return line if len(line) <= limit else f"{line[: limit - 3].rstrip()}..."


def utc(moment: datetime) -> datetime:
    """The moment in UTC."""
    return moment.astimezone(UTC)


def spoken(moment: datetime) -> str:
    """A moment as people write it, such as `18 November 2026, 09:41 UTC`."""
    return f"{utc(moment).day} {utc(moment):%B %Y, %H:%M} UTC"


def day(moment: Moment) -> str:
    """A day as people write it, such as `18 November 2026`; of a time the day in UTC."""
    at = utc(moment) if isinstance(moment, datetime) else moment
    return f"{at.day} {at:%B %Y}"


def cause_in_words(cause: RootCause) -> tuple[str, str, str]:
    """The category, where the failure came in, and the control that failed there, a sentence each."""
    where = f"It came in at the step {cause.name or cause.step}." if cause.step else NO_STEP
    control = cause.control
    failed = f"The control that failed: {control.name}." if control and control.name else NO_CONTROL
    category = f"Root cause: {CATEGORIES[cause.category] if cause.category else 'not known'}."
    return category, where, failed


def sentence(text: str) -> str:
    """A text that begins as a sentence does, unless it begins with a name such as `search_notes`."""
    first = text.partition(" ")[0]
    return f"{text[:1].upper()}{text[1:]}" if first.isalpha() and first.islower() else text


def onset(began: Onset) -> str:
    """Since when, as far as past runs bound it."""
    if not began.checked:
        return f"Of {began.read:,} past runs none could be judged for the same failure."
    runs = f"{began.checked:,} past run{'' if began.checked == 1 else 's'} looked at"
    if not began.hits:
        return f"{runs}, none of them with the same failure."
    first = f", first on {day(began.first_hit.at)}" if began.first_hit and began.first_hit.at else ""
    good = f"; still right on {day(began.last_good.at)}" if began.last_good and began.last_good.at else ""
    return f"{runs}, {began.hits:,} with the same failure{first}{good}."


def duration(report: Report) -> str:
    """How long the run took, such as `3 s` or `4 min 10 s`."""
    minutes, seconds = divmod(round((report.finished - report.started).total_seconds()), 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def version(report: Report) -> str:
    """Which state of the repository was judged, such as `3fa91c2 with uncommitted changes`."""
    if report.commit is None:
        return "no commit: the project is bound by digests alone"
    return f"{report.commit} with uncommitted changes" if report.dirty else report.commit


def trials(case: CaseOutcome) -> str:
    """How many trials were right, such as `5 of 5`."""
    return f"{case.trials - case.failed_trials} of {case.trials}" if case.trials else "none"


def bound(case: CaseOutcome) -> str:
    """What trials without a failure show, such as `0 of 5 failed: failure rate below 45.1 % (95 % ...)`.

    Rounded up: what is said to be a bound has to be one.
    """
    if case.bound is None:
        return ""
    percent = math.ceil(round(case.bound * 1_000, 6)) / 10
    return f"0 of {case.trials} failed: failure rate below {percent:g} % (95 % confidence)"


def weakest_bound(decision: Decision) -> str:
    """The bound of the case that shows the least; empty unless every case that counts has one."""
    counting = [case for case in decision.cases if not case.waived]
    if not counting or any(case.bound is None for case in counting):
        return ""
    return bound(max(counting, key=lambda case: case.bound or 0))


def controls(decision: Decision) -> str:
    """How many cases were seen today to go red on the incident and green on the corrected run."""
    ran = [case for case in decision.cases if case.recorded or case.corrected]
    held = [case for case in ran if case.recorded is Outcome.FAILED and case.corrected is Outcome.PASSED]
    if not ran:
        return ""
    return f"{len(held)} of {len(decision.cases)} red on the incident and green on the corrected run"


def level(severity: int) -> str:
    """A level of severity, such as `level 2: material`."""
    return f"level {severity}: {LEVELS.get(severity, 'unknown')}"


def counts_until(report: Report) -> str:
    """Until when a pass opens anything; empty where it is no pass, or where that is not known."""
    passed = report.decision.decision is Ruling.PASS
    return spoken(report.expires) if passed and report.expires else ""


def may_sign(report: Report) -> str:
    """Who may sign and as what, such as `Ana Pereira (workflow owner); Lee Okafor (legal)`."""
    return "; ".join(f"{who.name} ({', '.join(map(role, who.roles))})" for who in report.trust.approvers)


def role(name: str) -> str:
    """A role as people say it, such as `workflow owner`."""
    return name.replace("_", " ")


def approved(approval: Approval) -> str:
    """An approval in a sentence: what, of what, by whom in which role, when, until when, and why."""
    until = f", until {spoken(approval.until)}" if approval.until else ""
    why = f": {approval.reason}" if approval.reason else ""
    return (
        f"{MATTERS[approval.matter]} ({approval.subject}), {approval.decision} by {approval.by} "
        f"({role(approval.role)}) on {spoken(approval.at)}{until}{why}"
    )


def quarantined(decision: Decision) -> tuple[CaseOutcome, ...]:
    """The cases that somebody put in quarantine."""
    return tuple(case for case in decision.cases if case.waived)


def meaning(decision: Decision) -> str:
    """What the verdict means; one that leaves cases out says so."""
    aside = len(quarantined(decision))
    if decision.decision is not Ruling.PASS or not aside:
        return RULINGS[decision.decision].meaning
    are = "case is in quarantine and does" if aside == 1 else "cases are in quarantine and do"
    return (
        f"Every case that counts passed. {aside} {are} not count: nothing shows that what it stands for is "
        "gone. This is about the cases only: whether it may restart is a decision of its own."
    )


def tally(decision: Decision) -> str:
    """What was expected and what came of it, such as `4 expected, 3 passed, 1 failed; 20 trials in all`."""
    came = [
        f"{number} {OUTCOMES[outcome].label.lower()}"
        for outcome in Outcome
        if (number := decision.counts.get(outcome, 0))
    ]
    aside = len(quarantined(decision))
    came += [f"{aside} of them in quarantine"] if aside else []
    counted = ", ".join((f"{decision.counts.get('expected', len(decision.cases))} expected", *came))
    return f"{counted}; {sum(case.trials for case in decision.cases)} trials in all"


def reasons(decision: Decision) -> tuple[str, ...]:
    """The reasons in words: one about a case names its incident and leaves the details to the case."""
    return tuple(dict.fromkeys(_in_words(reason, decision) for reason in decision.reasons))


def _in_words(reason: str, decision: Decision) -> str:
    for case in decision.cases:
        told = reason.removeprefix(f"{case.id}: ")
        if told and told != reason:
            first = told.partition("\n")[0].rstrip(":")
            return f"{first[:1].upper()}{first[1:]} ({case.id.partition('::')[0]})"
    return reason


def worst_first(decision: Decision) -> tuple[CaseOutcome, ...]:
    """The cases: what did not pass, then what is in quarantine, then what passed, else in their own order."""
    return tuple(
        sorted(decision.cases, key=lambda case: 1 if case.waived else 2 * (case.outcome is Outcome.PASSED))
    )


def guards(case: CaseOutcome, proof: EvalCase | None) -> str:
    """What a test guards against, in words: what its check calls right, else the test's own name."""
    stated = _right(getattr(checks, proof.check)) if proof and proof.check in checks.NAMES else ""
    return stated or _name_in_words(case.id)


def _right(judge: object) -> str:
    found = _RIGHT.search(inspect.getdoc(judge) or "")
    return re.split(r"(?<=\.) ", " ".join(found[1].split()))[0] if found else ""


def _name_in_words(case_id: str) -> str:
    words = case_id.partition("::")[2].removeprefix("test_").replace("_", " ").strip()
    return f"{words[0].upper()}{words[1:]}." if words else "A test without a name."
