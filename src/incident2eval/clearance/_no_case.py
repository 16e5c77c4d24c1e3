"""Level 1 without a case: a workflow that has none to run opens by the word that none is needed (R116)."""

from incident2eval.clearance._ask import Ask
from incident2eval.clearance._words import same
from incident2eval.model import Severity, SignedApproval


def is_exempt(ask: Ask) -> bool:
    """Whether no report is asked for: somebody signed that no incident needs a case, and none is there.

    Args:
        ask: Everything known.
    """
    signed = bool(ask.concerns) and all(one.no_case for one in ask.concerns)
    return ask.severity is Severity.LOW and ask.is_caseless and signed


def spoken(ask: Ask) -> tuple[SignedApproval, ...]:
    """The words that count as signatures under this restart.

    Where no report is asked for, whoever signed of every incident that it needs no case has signed.

    Args:
        ask: Everything known.
    """
    if not is_exempt(ask):
        return ask.words
    first, *others = ask.concerns
    everywhere = (
        word for word in first.no_case if all(_author(word) in map(_author, one.no_case) for one in others)
    )
    return (*ask.words, *everywhere)


def _author(word: SignedApproval) -> tuple[str, str]:
    return same(word.approval.by), word.approval.role
