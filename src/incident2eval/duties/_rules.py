"""The rules that count in a project, and which of them somebody should look at again."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from graphlib import CycleError, TopologicalSorter

from incident2eval.model import BadInput, Fault, Incident, Rule, visible


def rules(shipped: Sequence[Rule], own: Sequence[Rule]) -> tuple[Rule, ...]:
    """The shipped rules with those of the project: one of the same id takes the shipped one's place.

    Args:
        shipped: The rules that come with the package.
        own: The rules of the project's settings; each is marked as its own, and as replacing ours where it
            does.

    Raises:
        BadInput: One waits, under `after`, for a rule that does not exist, or for itself in a circle.
    """
    theirs = {rule.id for rule in shipped}
    ours = {rule.id: replace(rule, own=True, replaces=rule.id in theirs) for rule in own}
    kept = [ours.pop(rule.id, rule) for rule in shipped]
    together = (*kept, *ours.values())
    if faults := [*_lost(together)] or [*_circle(together)]:
        raise BadInput(*faults)
    return together


def near(rule_id: str, rules: Sequence[Rule]) -> str | None:
    """A hint that names the rule whose id is most like one that is none, if any is.

    Args:
        rule_id: As somebody wrote it.
        rules: The rules that count.
    """
    folded = {rule.id.casefold(): rule.id for rule in rules}
    close = difflib.get_close_matches(rule_id[:80].casefold(), folded, n=1)
    return f"did you mean {_named(folded[close[0]])}?" if close else None


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
    """A line for each note about a rule that is not there.

    Args:
        incident: File and log together.
        rules: The rules that count.
    """
    known = {rule.id for rule in rules}
    noted = dict.fromkeys(note.rule for note in incident.duties if note.rule not in known)
    return tuple(
        f"no rule is called {_named(name)!r}: what was noted about it has no effect" for name in noted
    )


def _lost(rules: Sequence[Rule]) -> Iterator[Fault]:
    """Each rule that waits for one that is not there."""
    known = {rule.id for rule in rules}
    for rule in rules:
        for name in rule.after:
            if name not in known:
                message = f"the rule {_named(rule.id)!r} waits for {_named(name)!r}, which is no rule"
                hint = near(name, rules) or "name under `after` a rule of ours or of your own"
                yield Fault(field="obligations", message=message, hint=hint)


def _circle(rules: Sequence[Rule]) -> Iterator[Fault]:
    """The first circle of rules that wait for each other."""
    try:
        TopologicalSorter({rule.id: rule.after for rule in rules}).prepare()
    except CycleError as error:
        # Given from the one that is waited for to the one that waits.
        names = " waits for ".join(repr(_named(name)) for name in reversed(error.args[1]))
        hint = "none of these clocks could ever start: leave one `after` away"
        yield Fault(field="obligations", message=f"the rule {names}", hint=hint)


def _named(name: str) -> str:
    """An id on one line, harmless to a terminal."""
    return " ".join(visible(name).split())
