"""Signals of what is said: a request that is dropped, facts from nowhere, results that are only played."""

from math import log1p

from incident2eval.rootcause.signals._transcript import Transcript, facts, share

_MOST = 3
_PRETENCE = tuple(
    "simulat assum hypothe placeholder dummy mock fictional fictitious demonstrat illustrat manually plausib "
    "likely presum pretend".split()
)
"""How the words begin of those who go on without having looked."""


def drops_the_request(told: Transcript) -> list[float]:
    """Of the first line of an agent, the share of the request's words that it doesn't carry, 0 to 1."""
    return [
        1 - share(line.words, told.asked) if at == told.opening else 0.0 for at, line in enumerate(told.lines)
    ]


def opens_with_code(told: Transcript) -> list[float]:
    """1 for a first line that brings code along: a solution before anybody has looked at the task."""
    return [float(at == told.opening and bool(line.code.strip())) for at, line in enumerate(told.lines)]


def states_unheard_facts(told: Transcript) -> list[float]:
    """For an agent's line, ln(1 + its figures and names that neither the request nor a line before it holds).

    0 under a director: what workers report to it is what they saw, and new by right.
    """
    return [
        log1p(len(new)) if line.speaks and not told.is_directed else 0.0
        for line, new in zip(told.lines, told.unheard(), strict=True)
    ]


def first_says_the_result(told: Transcript) -> list[float]:
    """The share of what the run ended with, its figures and names, that stands here for the first time.

    Judged for the opening and all moves but the last word itself; what the request holds doesn't count.
    """
    last = told.last_word
    ended = told.lines[last].claims - facts(told.request) if last is not None else frozenset()
    judged = {told.opening, *told.moves} - {last}
    found, heard = [], set[str]()
    for at, line in enumerate(told.lines):
        holds = line.holds & ended
        found.append(share(holds - heard, ended) if at in judged else 0.0)
        heard |= holds
    return found


def pretends(told: Transcript) -> list[float]:
    """How many words of assuming or simulating an agent's line holds, but for the opening: 1/3, 2/3, 1."""
    return [
        min(_MOST, sum(word.startswith(_PRETENCE) for word in line.words)) / _MOST
        if line.speaks and at != told.opening
        else 0.0
        for at, line in enumerate(told.lines)
    ]
