"""Is a case red for the right reason? A test that fails for another one proves nothing about the incident."""

from dataclasses import dataclass

from incident2eval.checks import Known
from incident2eval.model import Finding, Origin, RootCause, Run, flat_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a finding counts as a finding about this incident."""

    holds: bool
    confirmed: bool
    because: str


def right_reason(finding: Finding, known: Known, cause: RootCause) -> Reason:
    """Tell whether a finding points at the incident.

    It does when it points at the words that people marked as wrong, at the step of the root cause, or at
    what was carried on from that step. Where people marked nothing, the cause is our own proposal, and a
    difference between the recorded run and the one that people handed over as corrected will do as well;
    where there is none either, the kind of control that failed, and the reason stays unconfirmed.
    """
    stated = known.incident.root_cause.step if known.incident.root_cause else None
    culprits = {step for step in (cause.step, stated) if step}
    if known.incident.wrong or stated:
        return _at_the_incident(finding, known, culprits)
    if culprits and (there := _at_the_incident(finding, known, culprits)).holds:
        return there
    if known.corrected is not None and known.origin is not Origin.REPAIRED:
        gone = bool(finding.excerpt) and finding.excerpt not in _everything(known.corrected)
        return Reason(
            holds=gone,
            confirmed=gone,
            because="what it quotes is gone from the corrected run"
            if gone
            else "the corrected run has it too",
        )
    if culprits:
        return _at_the_incident(finding, known, culprits)
    return Reason(holds=True, confirmed=False, because="only the kind of control that failed speaks for it")


def _at_the_incident(finding: Finding, known: Known, culprits: set[str]) -> Reason:
    for words in known.incident.wrong:
        if _overlap(finding.excerpt, words):
            return Reason(holds=True, confirmed=True, because="it quotes the words marked as wrong")
    run = known.recorded
    for step in run.steps:
        if step.id not in culprits and step.name not in culprits:
            continue
        if finding.step == step.id:
            return Reason(
                holds=True, confirmed=True, because=f"it points at {step.name}, where it went wrong"
            )
        if finding.excerpt and _overlap(finding.excerpt, step.content):
            return Reason(holds=True, confirmed=True, because=f"it quotes what {step.name} brought in")
    return Reason(holds=False, confirmed=True, because="it points elsewhere than the incident")


def _everything(run: Run) -> str:
    parts = [flat_text(run.output)]
    for step in run.steps:
        parts += [flat_text(step.input), flat_text(list(step.attributes.values())), step.content]
    return "\n".join(parts)


def _overlap(one: str, other: str) -> bool:
    """Whether one text quotes the other, or the two share most of their telling words."""
    a, b = " ".join(one.casefold().split()), " ".join(other.casefold().split())
    if not a or not b:
        return False
    if a in b or b in a:
        return True
    telling = {word.strip(".,;:!?\"'()") for word in a.split()} - {""}
    shared = telling & {word.strip(".,;:!?\"'()") for word in b.split()}
    return len(telling) >= 3 and len(shared) >= 0.6 * len(telling)
