"""What each type asks for: at once, and in the longer term (R101 to R107)."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from incident2eval.model import IncidentType, Stage, TaskKind
from incident2eval.triage._steps import Pace, Step, Whose

_Row = tuple[str, str, Stage, Whose, Pace]

_STOP, _KEEP, _RIGHT = Stage.CLASSIFIED, Stage.PRESERVED, Stage.REMEDIATED
"""What else has to stop follows from the type, so it holds up the stage after the first stop."""

_AT_ONCE: Mapping[IncidentType, tuple[_Row, ...]] = {
    IncidentType.DATA_EXPOSURE: (
        (
            "stop-use",
            "Stop using the tool on this kind of data.",
            _STOP, Whose.SWITCH, Pace.AT_ONCE,
        ),
        (
            "preserve-logs",
            "Copy the logs of who read what before they are overwritten.",
            _KEEP, Whose.OWNER, Pace.AT_ONCE,
        ),
        (
            "assess-recipients",
            "List everybody who got the data or could open it, and note for each what they saw.",
            _RIGHT, Whose.SECURITY, Pace.NEXT,
        ),
    ),
    IncidentType.INCORRECT_EXTERNAL_OUTPUT: (
        (
            "pause-outbound",
            "Hold back everything that is still waiting to be sent.",
            _STOP, Whose.SWITCH, Pace.AT_ONCE,
        ),
        (
            "correct-communication",
            "Tell everybody who got the wrong text what is right.",
            _RIGHT, Whose.OWNER, Pace.NEXT,
        ),
    ),
    IncidentType.UNAUTHORISED_ACTION: (
        (
            "revoke-access",
            "Take the tool's access away: keys, accounts, permissions.",
            _STOP, Whose.SWITCH, Pace.AT_ONCE,
        ),
        (
            "reverse-action",
            "List what it did, and take each action back or note that it cannot be.",
            _RIGHT, Whose.OWNER, Pace.NEXT,
        ),
    ),
    IncidentType.BIASED_OR_INCONSISTENT_DECISION: (
        (
            "suspend-decisions",
            "Let a person decide until this is settled.",
            _STOP, Whose.SWITCH, Pace.AT_ONCE,
        ),
        (
            "review-cases",
            "Have a person decide again on every case that it decided.",
            _RIGHT, Whose.OWNER, Pace.REVIEW,
        ),
    ),
    IncidentType.WORKFLOW_DRIFT: (
        (
            "use-fallback",
            "Go over to the fallback.",
            _STOP, Whose.SWITCH, Pace.AT_ONCE,
        ),
        (
            "compare-outputs",
            "Compare the latest outputs with older ones or with the fallback, and list what differs.",
            _RIGHT, Whose.OWNER, Pace.REVIEW,
        ),
    ),
    IncidentType.HUMAN_REVIEW_FAILURE: (
        (
            "correct-impact",
            "Put right what the review let through.",
            _RIGHT, Whose.OWNER, Pace.NEXT,
        ),
        (
            "clarify-accountability",
            "Write down who checks what before it goes out, one name for each check.",
            _RIGHT, Whose.LEADER, Pace.NEXT,
        ),
    ),
}  # fmt: skip

_FIXES: Mapping[IncidentType, tuple[tuple[str, str], ...]] = {
    IncidentType.DATA_EXPOSURE: (
        (
            "tool-rules",
            "Write down which tools may see which data, and tell everybody.",
        ),
        ("permissions", "Let the workflow read only the records that its task needs."),
        ("classification", "Mark confidential and personal data where they are kept."),
    ),
    IncidentType.INCORRECT_EXTERNAL_OUTPUT: (
        ("require-approval", "Have a person approve each text before it is sent."),
        ("add-cases", "Lock an eval case that is red on this output."),
        (
            "grounding",
            "Make it take every fact and figure from a source that can be shown.",
        ),
    ),
    IncidentType.UNAUTHORISED_ACTION: (
        ("reduce-permissions", "Leave the tool only the rights that its task needs."),
        (
            "approval-gates",
            "Ask for a person's approval before each action that matters.",
        ),
    ),
    IncidentType.BIASED_OR_INCONSISTENT_DECISION: (
        ("remove-authority", "Let it propose only; a person decides and signs."),
        ("test-consistency", "Lock a case of pairs that have to be decided alike."),
    ),
    IncidentType.WORKFLOW_DRIFT: (
        (
            "change-control",
            "Run the gate before each change of model, prompt, data, rights or integration.",
        ),
        (
            "recurring-evaluation",
            "Run the cases by a timetable, not only after changes.",
        ),
        ("owner-review", "Have the owner review the workflow, and set the next date."),
    ),
    IncidentType.HUMAN_REVIEW_FAILURE: (
        ("checklist", "Add what was missed to the checklist of the review."),
        ("training", "Show the reviewers this case, and what to look for."),
        (
            "escalation-rules",
            "Write down when a reviewer has to ask somebody else, and whom.",
        ),
    ),
}


def _controls(kind: IncidentType) -> Iterator[Step]:
    """The steps of a type: what it asks for at once, then in the longer term.

    Who does a step and how soon it is due are our choice; a longer-term fix holds up the closing, and what is
    proved before a restart is the gate's.

    Args:
        kind: The type.
    """
    for name, text, stage, whose, pace in _AT_ONCE[kind]:
        yield Step(
            id=f"{kind}/{name}",
            kind=TaskKind.IMMEDIATE,
            text=text,
            stage=stage,
            whose=whose,
            pace=pace,
        )
    for name, text in _FIXES[kind]:
        yield Step(
            id=f"{kind}/{name}",
            kind=TaskKind.FIX,
            text=text,
            stage=Stage.CLOSED,
            whose=Whose.OWNER,
            pace=Pace.FIX,
        )


CONTROLS: Mapping[IncidentType, tuple[Step, ...]] = MappingProxyType(
    {kind: tuple(_controls(kind)) for kind in IncidentType}
)
"""The steps of each type."""
