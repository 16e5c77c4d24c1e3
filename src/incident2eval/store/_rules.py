"""Rules of duties as people write them, ours and a project's: read, and checked beyond their types."""

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from importlib.resources import files

from incident2eval.model import FACTS, JSON, JURISDICTIONS, ROLES, Anchor, Promptness, Rule, Term
from incident2eval.store._validation import Doubt, Rules, check, near, one_of, quoted
from incident2eval.store._yaml import as_json, read_yaml

SHIPPED = "obligations.yaml"
"""Lies in the package."""

_UNITS = tuple(one.name for one in fields(Term))


@dataclass(frozen=True, slots=True, kw_only=True)
class _RulesFile:
    """What the file holds."""

    obligations: tuple[Rule, ...]


@functools.cache
def shipped_rules() -> tuple[Rule, ...]:
    """The rules that come with the package, in the order of their file.

    Raises:
        BadInput: A fault in the file; a test reads it, so this is a broken installation.
    """
    raw = files("incident2eval").joinpath(SHIPPED).read_bytes()
    document = read_yaml(raw, file=SHIPPED, plain=as_json)
    return check(_RulesFile, document, Rules(doubts=RULE_DOUBTS)).value.obligations


def each(allowed: tuple[str, ...], hint: str) -> Callable[[JSON], Doubt | None]:
    """A doubt about a text, or a list or table whose texts or keys, are not all among those allowed."""

    def doubt(given: JSON) -> Doubt | None:
        names = [given] if isinstance(given, str) else given if isinstance(given, (list, dict)) else ()
        for name in names:
            if isinstance(name, str) and name not in allowed:
                meant = near(name, allowed)
                listed = f"one of: {', '.join(allowed)}"
                return f"{quoted(name)} is not known here", f"{meant or ''} {listed}; {hint}".strip()
        return None

    return doubt


def roles_doubt(given: JSON) -> Doubt | None:
    """What is wrong with what a firm declares itself to be."""
    for role, answer in given.items() if isinstance(given, dict) else ():
        if answer not in {"yes", "no", "unknown"}:
            said = f"{quoted(answer).lower()} is no answer for {quoted(role)}"
            return said, 'write "yes", "no" or "unknown"'
    return each(ROLES, "a rule of your own may go without a role")(given)


def jurisdictions_doubt(given: JSON) -> Doubt | None:
    """What is wrong with the places that a firm declares, or that a rule holds in."""
    return each(JURISDICTIONS, "a Member State counts as EU; a rule for elsewhere goes without a place")(
        given
    )


def _rule(given: JSON) -> Doubt | None:
    """What is wrong with a rule as a whole; of a list, what is wrong between its rules."""
    if isinstance(given, list):
        return next(_twice(given), None)
    if not isinstance(given, dict):
        return None
    if "term" not in given:
        return "has no term", "such as term = {hours = 72}, or {promptly = 'without undue delay'}"
    if given.get("anchor") == Anchor.FILING and not given.get("after"):
        return "counts from a filing, and does not say of which rule", "name it: after = 'nis2-23-4b'"
    if given["term"] == {"promptly": Promptness.HOLD} and not given.get("after"):
        return "is a hold, and does not say which filing ends it", "name it: after = 'aia-73-2'"
    return None


def _twice(given: list[JSON]) -> Iterator[Doubt]:
    """Ids that stand there twice."""
    seen: set[str] = set()
    for one in given:
        name = one.get("id") if isinstance(one, dict) else None
        if isinstance(name, str) and name in seen:
            yield f"two rules are called {quoted(name)}", "each id once"
        seen.add(str(name))


def _term(given: JSON) -> Doubt | None:
    """A term is one number of one unit, or one word."""
    if not isinstance(given, dict):
        return None
    named = [unit for unit in _UNITS if given.get(unit) is not None]
    if len(named) != 1:
        said = "says nothing" if not named else f"says {' and '.join(named)}"
        return said, f"one of: {', '.join(_UNITS)}"
    count = given[named[0]]
    if named[0] != "promptly" and isinstance(count, int) and not 0 < count < 10_000:
        return f"{quoted(count)} is no time", "1 or more"
    return None


_FACTS = each(FACTS, "questions and circumstances of incident.yaml")

RULE_DOUBTS: Mapping[str, Callable[[JSON], Doubt | None]] = {
    "obligations": _rule,
    "obligations.seen": one_of("primary", "secondary", "unverified"),
    "obligations.all_of": _FACTS,
    "obligations.any_of": _FACTS,
    "obligations.term": _term,
    "obligations.at_most": _term,
    "obligations.scope.jurisdictions": jurisdictions_doubt,
    "obligations.scope.roles": each(ROLES, "a rule of your own may go without a role"),
}
"""Place -> what could be wrong there: the same for our file and for `[[obligations]]` of the settings."""
