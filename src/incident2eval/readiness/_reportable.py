"""What is reportable, as one line a rule: whom to tell and how soon, before anything has happened."""

from collections.abc import Sequence

from incident2eval.model import Anchor, Organisation, Promptness, Rule, Term

_UNITS = (("hours", "hour"), ("days", "day"), ("working_days", "working day"), ("months", "month"))

_FROM = {
    Anchor.AWARE: "from becoming aware",
    Anchor.THRESHOLD: "from reaching the threshold",
    Anchor.CLASSIFIED: "from classifying it",
    Anchor.MATERIAL: "from finding it material",
    Anchor.FILING: "from the notice before",
    Anchor.NOW: "",
}


def reportable(rules: Sequence[Rule], declared: Organisation) -> tuple[Rule, ...]:
    """The rules that what the firm declares of itself does not rule out, in their order.

    Unknown rules nothing out: where the settings do not say, a rule stays, unless it is for those only who
    declare themselves.

    Args:
        rules: Every rule that counts.
        declared: What the settings say of the firm.
    """
    return tuple(rule for rule in rules if _concerns(rule, declared))


def how_soon(rule: Rule) -> str:
    """The term of a rule in words, such as `within 72 hours from becoming aware`."""
    if rule.term.promptly is Promptness.ALWAYS:
        return "always, from the first minute"
    if rule.term.promptly is not None:
        return str(rule.term.promptly)
    latest = f", at most {_amount(rule.at_most)} from becoming aware" if rule.at_most else ""
    return f"within {_amount(rule.term)} {_FROM[rule.anchor]}{latest}".strip()


def _amount(term: Term) -> str:
    for field, noun in _UNITS:
        if (number := getattr(term, field)) is not None:
            return f"{number} {noun}{'' if number == 1 else 's'}"
    return str(term.promptly or "no time given")


def _concerns(rule: Rule, declared: Organisation) -> bool:
    places, roles = declared.jurisdictions, [declared.roles.get(role) for role in rule.scope.roles]
    if rule.scope.jurisdictions and places is not None and not set(rule.scope.jurisdictions) & set(places):
        return False
    if rule.scope.declared_only and places is None and "yes" not in roles:
        return False
    return not roles or any(answer != "no" for answer in roles)
