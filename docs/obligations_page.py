"""What cog writes into docs/obligations.md: the rules as they ship, and the names that a rule may use."""

from tables import table

from incident2eval.duties._clock import told
from incident2eval.duties._facts import WEIGHED, WORDS
from incident2eval.model import JURISDICTIONS, ROLES, Anchor, Rule
from incident2eval.store import shipped_rules

COUNTED_FROM = {
    Anchor.AWARE: "`when.aware`",
    Anchor.NOW: "no clock",
    Anchor.THRESHOLD: "`circumstances.threshold_at`",
    Anchor.CLASSIFIED: "`circumstances.classified_at`",
    Anchor.MATERIAL: "`circumstances.material_at`",
}


def rules() -> str:
    """Every rule: what and whom to tell, by when, for whom, and which answers end it."""
    headings = ("rule", "what to do", "tell", "by when", "for", "ends where the answer is no")
    rows = (
        (f"`{rule.id}`", rule.name, rule.tell, _by_when(rule), _for_whom(rule), _ends(rule))
        for rule in shipped_rules()
    )
    return table(headings, rows)


def sources() -> str:
    """Every rule with the words that its number comes from, where they stand, and how they were seen."""
    headings = ("rule", "article", "words", "seen", "checked", "look again by")
    rows = (
        (
            f"`{rule.id}`",
            f"[{rule.article}]({rule.source})" if rule.source.startswith("https:") else rule.article,
            rule.quote,
            rule.seen,
            rule.checked,
            rule.review_by,
        )
        for rule in shipped_rules()
    )
    return table(headings, rows)


def facts() -> str:
    """Every fact that a rule may hang on."""
    return table(("fact", "yes says"), ((f"`{name}`", words) for name, words in WORDS.items()))


def names() -> str:
    """Every place and role that a firm can declare."""
    places = ", ".join(f"`{name}`" for name in JURISDICTIONS)
    roles = ", ".join(f"`{name}`" for name in ROLES)
    return f"Places: {places} (a Member State counts as `EU`). Roles: {roles}."


def _by_when(rule: Rule) -> str:
    """The term, what it counts from, and from which day on."""
    start = COUNTED_FROM.get(rule.anchor) or f"the filing of {_listed(rule.after)}"
    words = told(rule.term) if rule.term.promptly else f"{told(rule.term)} from {start}"
    if rule.at_most:
        words += f", at most {told(rule.at_most)} from `when.aware`"
    return f"{words}; in force from {rule.in_force}" if rule.in_force else words


def _for_whom(rule: Rule) -> str:
    """Place and role."""
    words = " ".join([*rule.scope.jurisdictions, *(f"`{role}`" for role in rule.scope.roles)])
    return f"{words}, if declared" if rule.scope.declared_only else words or "everybody"


def _ends(rule: Rule) -> str:
    """The facts of which any, or all, end it."""
    needed = [name for name in rule.all_of if name != WEIGHED]
    parts = [f"any of {_listed(needed)}" if len(needed) > 1 else _listed(needed)] if needed else []
    parts += [f"all of {_listed(rule.any_of)}"] if rule.any_of else []
    return "; ".join(parts)


def _listed(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
