"""An emergency: the workflow runs before it may, by the word of the level above, and not for long."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from incident2eval.clearance._approvals import missing_signatures
from incident2eval.clearance._ask import Ask
from incident2eval.clearance._words import says
from incident2eval.model import LevelPolicy, SignedApproval


def override_until(
    ask: Ask,
    above: LevelPolicy | None,
    words: Sequence[SignedApproval],
    hours: int,
    *,
    since: datetime | None = None,
) -> datetime | None:
    """Until when the workflow may run without the rest; None where nobody may say so, or nobody has.

    Args:
        ask: Everything known.
        above: What one level up asks for; None at the highest: nobody stands above it.
        words: Signed overrides of what is deployed now, of approvers who count.
        hours: The longest that one may last, and all of them together.
        since: When the first one was given since the last signed restart; None where this is the first.
    """
    if above is None:
        return None
    holding = [one for one in words if _holds(one, ask.now, hours)]
    questions = tuple(one.questions for one in ask.concerns)
    if not holding or any(missing_signatures(ask, above.signatures, above.people, holding, questions)):
        return None
    ends = [one.approval.until for one in holding if one.approval.until is not None]
    until = min([*ends, *([since + timedelta(hours=hours)] if since else [])])
    return until if until > ask.now else None


def _holds(word: SignedApproval, now: datetime, hours: int) -> bool:
    """Whether it gives a reason, lasts no longer than it may, and has not ended."""
    said = word.approval
    if said.until is None or not says(said.reason) or said.at > now + timedelta(minutes=5):
        return False
    return now < said.until <= said.at + timedelta(hours=hours)
