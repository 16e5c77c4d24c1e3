"""Signals of the place: where in the run a step stands, and who speaks there. A value a step, 0 to 1."""

from incident2eval.rootcause.signals._transcript import Part, Transcript

_FIRST_FEW = 3
_MANY = 20
"""Assignments after which a run counts as long."""


def opens_the_run(told: Transcript) -> list[float]:
    """1 for the first line of an agent: the plan that all others follow."""
    return [float(at == told.opening) for at in range(len(told.lines))]


def is_no_decision(told: Transcript) -> list[float]:
    """1 for what tools, rules and spans around other steps say."""
    return [float(line.part is Part.SURROUNDINGS) for line in told.lines]


def says_little(told: Transcript) -> list[float]:
    """1 for an agent's line of a few characters: it passes the word on, or ends the run."""
    return [float(line.speaks and line.is_short) for line in told.lines]


def first_assignments(told: Transcript) -> list[float]:
    """1 for the first three things that workers did for a director."""
    early = set(told.assigned[:_FIRST_FEW])
    return [float(at in early) for at in range(len(told.lines))]


def start_of_a_long_way(told: Transcript) -> list[float]:
    """1 for the first thing that a worker did in a long run, then 1/2, 1/3, ...; less in a shorter run.

    A run that goes on and on lost its way at the start; one that breaks off soon did so close to its end.
    """
    turns = {at: turn for turn, at in enumerate(told.assigned, 1)}
    length = min(1.0, len(told.assigned) / _MANY)
    return [length / turns[at] if at in turns else 0.0 for at in range(len(told.lines))]
