"""What a test said: red, green, vacuous or broken."""

from collections.abc import Iterable, Mapping

from incident2eval.checks import Judgement
from incident2eval.model import CannotJudge, Outcome, visible

LONGEST_MESSAGE = 4000

WORST_LAST = (Outcome.PASSED, Outcome.FAILED, Outcome.VACUOUS, Outcome.SKIPPED, Outcome.ERRORED)


def outcome_of(error: BaseException | None, judgements: Iterable[Judgement]) -> Outcome:
    """What came of the body of a test.

    Args:
        error: What it raised.
        judgements: What `observing` noted while it ran.

    Returns:
        FAILED only for an AssertionError of a test whose checks found something; the rest proves nothing.
    """
    if error is None:
        return Outcome.PASSED
    if isinstance(error, CannotJudge):
        return Outcome.VACUOUS
    if isinstance(error, AssertionError) and any(judgement.findings for judgement in judgements):
        return Outcome.FAILED
    return Outcome.ERRORED


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome that speaks for several: they pass only together."""
    return max(outcomes, key=WORST_LAST.index)


def weighed(judgements: Iterable[Judgement]) -> dict[str, int]:
    """Check -> how much it judged, for the checks that prove nothing unless they judged something."""
    counts: dict[str, int] = {}
    for one in judgements:
        if not one.absence:
            counts[one.check] = counts.get(one.check, 0) + one.findings.judged
    return counts


def idle_checks(now: Mapping[str, int], corrected: Mapping[str, int]) -> str | None:
    """Why a green test is vacuous: a check judged nothing now, but did on the corrected run; else None."""
    idle = [check for check, judged in now.items() if not judged and corrected.get(check)]
    if not idle:
        return None
    judged = ", ".join(f"{check} ({corrected[check]} on the corrected run)" for check in idle)
    return f"green only because it found nothing to judge: {judged}"


def message_of(error: BaseException | None, outcome: Outcome) -> str:
    """What a test raised, safe to print; without the assertion's source, which says nothing more."""
    if error is None:
        return ""
    text = visible(str(error))
    if isinstance(error, AssertionError):
        said, _, _ = text.partition("\nassert ")
        text = said.replace("\n  ", "\n")
    if outcome is Outcome.ERRORED:
        text = f"{type(error).__name__}: {text}"
    return text[:LONGEST_MESSAGE]
