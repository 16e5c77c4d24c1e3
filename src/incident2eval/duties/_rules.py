"""The rules that count in a project, and which of them somebody should look at again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from incident2eval.model import Incident, Rule, visible


def rules(shipped: Sequence[Rule], own: Sequence[Rule]) -> tuple[Rule, ...]:
    """The shipped rules with those of the project: one of the same id takes the shipped one's place.

    Args:
        shipped: The rules that come with the package.
        own: The rules of the project's settings; each is marked as its own.
    """
    ours = {rule.id: replace(rule, own=True) for rule in own}
    kept = [ours.pop(rule.id, rule) for rule in shipped]
    return (*kept, *ours.values())


def stale(rules: Sequence[Rule], today: date) -> tuple[str, ...]:
    """A line for each rule past the day by which somebody had to compare it with its source again.

    Args:
        rules: The rules that count.
        today: The day in the reader's zone.
    """
    return tuple(
        f"rule {rule.id} was checked on {rule.checked} and had to be looked at again by {rule.review_by}: "
        f"compare it with {visible(rule.source)}"
        for rule in rules
        if rule.review_by < today
    )


def unread(incident: Incident, rules: Sequence[Rule]) -> tuple[str, ...]:
    """A line for each note about a rule that is not there, and for each rule that waits for such a one.

    Args:
        incident: File and log together.
        rules: The rules that count.
    """
    known = {rule.id for rule in rules}
    noted = dict.fromkeys(note.rule for note in incident.duties if note.rule not in known)
    waiting = ((rule.id, name) for rule in rules for name in rule.after if name not in known)
    return (
        *(f"{_no_rule(name)}: what was noted about it has no effect" for name in noted),
        *(f"{_no_rule(name)}: the clock of {rule} waits for its filing" for rule, name in waiting),
    )


def _no_rule(name: str) -> str:
    """That a rule is not there."""
    return f"no rule is called {' '.join(visible(name).split())!r}"
