"""Whether a rule is for this firm: what the settings do not declare is unknown."""

from dataclasses import dataclass

from incident2eval.model import Organisation, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """How a rule's scope fits the firm."""

    fits: bool | None
    """None where the settings do not declare what would tell."""
    because: tuple[str, ...] = ()


def match(scope: Scope, organisation: Organisation) -> Match:
    """Whether place and role of a rule fit what a firm declares of itself."""
    place, role = _place(scope, organisation), _role(scope, organisation)
    for fit, words in (place, role):
        if fit is False:
            return Match(fits=False, because=(words,))
    undeclared = tuple(words for fit, words in (place, role) if fit is None)
    is_declared = (scope.jurisdictions and place[0]) or (scope.roles and role[0])
    if undeclared and scope.declared_only and not is_declared:
        return Match(fits=False, because=("off until declared", *undeclared))
    return Match(fits=None if undeclared else True, because=undeclared)


def _place(scope: Scope, organisation: Organisation) -> tuple[bool | None, str]:
    """Whether the jurisdictions fit, and the words for it."""
    where = " or ".join(scope.jurisdictions)
    if not scope.jurisdictions:
        return True, ""
    if not organisation.jurisdictions:
        return None, f"the settings declare no jurisdictions; this holds in {where}"
    if set(scope.jurisdictions) & set(organisation.jurisdictions):
        return True, ""
    return False, f"this holds in {where}, and the settings declare {', '.join(organisation.jurisdictions)}"


def _role(scope: Scope, organisation: Organisation) -> tuple[bool | None, str]:
    """Whether the roles fit, and the words for it."""
    answers = {organisation.roles.get(role, "unknown") for role in scope.roles}
    who = " or ".join(scope.roles)
    if not scope.roles or "yes" in answers:
        return True, ""
    if answers == {"no"}:
        return False, f"this is for a {who}, and the settings say that the firm is none"
    return None, f"the settings do not declare whether the firm is a {who}"
