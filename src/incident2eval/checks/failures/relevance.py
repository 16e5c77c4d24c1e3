"""Whether an incident is about a call that failed, or one merely happened to fail in the same run."""

from incident2eval.checks._check import Known
from incident2eval.checks.failures.calls import CALLS, FailedCall, calls
from incident2eval.checks.failures.disclosure import parts
from incident2eval.checks.failures.failure import failure, is_outage
from incident2eval.checks.failures.topics import speak_alike, words
from incident2eval.model import IncidentType, Origin, flat_text

_MODES = {"cascading_error", "silent_degradation"}


def is_about(call: FailedCall, known: Known) -> bool:
    """Whether the incident's file, its cause or the corrected run points at a call that failed."""
    incident, cause = known.incident, known.cause
    stated = incident.root_cause.step if incident.root_cause else None
    named = {step for step in (cause.step if cause else None, stated) if step}
    told = f"{incident.title}\n{incident.what_happened}"
    return (
        bool(named & {call.step.id, call.step.name})
        or not _MODES.isdisjoint(incident.failure_modes)
        or is_outage(told)
        or any(part.is_open() for right in incident.right for part in parts(right))
        or any(speak_alike(call.topics, frozenset(words(text))) for text in incident.wrong)
        or _fails_openly(call, known)
        or _stands_on_nothing(call, known)
    )


def _fails_openly(call: FailedCall, known: Known) -> bool:
    """Whether the same tool fails in the corrected run too, whose output nobody found fault with."""
    corrected = known.corrected if known.origin is not Origin.REPAIRED else None
    return corrected is not None and any(
        step.name == call.step.name and failure(step) is not None for step in calls(corrected)
    )


def _stands_on_nothing(call: FailedCall, known: Known) -> bool:
    """Whether the wrong words are about nothing that the calls that did answer returned."""
    types = known.incident.type
    if not is_outage(call.error) or (types and IncidentType.INCORRECT_EXTERNAL_OUTPUT not in types):
        return False
    run = known.recorded
    read = {word for step in run.steps if step.kind in CALLS for word in words(step.content)}
    read |= set(words(flat_text(run.input)))
    wrong = {word for text in known.incident.wrong for word in words(text) if len(word) > 3 or word.isdigit()}
    return bool(wrong) and len(wrong & read) < 0.5 * len(wrong)
