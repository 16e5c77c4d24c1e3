"""Words that name somebody or say something, and words that only fill a field."""

import re

_NOTHING = frozenset(
    "? ?? ??? - -- n/a na tba tbc tbd todo fixme xxx none nobody unknown pending placeholder".split()
) | {"", "to do", "no one", "not known", "not decided", "not decided yet"}
"""Fillers: a field that holds one of them is as good as empty."""

_QUEUES = frozenset(
    "team teams queue desk helpdesk servicedesk department dept division mailbox inbox rota oncall group "
    "committee support".split()
)
"""One of these words, and it is no person."""

_ROLES = _QUEUES | frozenset(
    "it ops operations service services help platform engineering engineer security legal finance sales "
    "marketing hr compliance data ai ml product customer client account accounts admin administrator "
    "director manager lead leader head officer chief owner deputy executive sponsor partner coordinator "
    "on call duty of the for and our a an infrastructure devops sre ceo cto coo cfo ciso dpo cio vp".split()
)
"""Nothing but these words, and it is a role: somebody holds it, but who?"""


def stated(text: str | None) -> str | None:
    """What a field of the settings says; None where it is empty or holds a filler such as `TBD`.

    Which words are fillers is our choice.
    """
    said = " ".join((text or "").split())
    return None if said.casefold().rstrip(".!") in _NOTHING else said


def is_person(name: str) -> bool:
    """Whether a name is that of a person, as far as words tell: not a queue, not a role (R67).

    The list of words is our choice. A name that happens to be made of such words only is taken for a role;
    an address is judged by what stands before the `@`.
    """
    words = re.findall(r"[^\W\d_]+", name.partition("@")[0].casefold())
    return bool(words) and not (_QUEUES & set(words) or set(words) <= _ROLES)


def person(name: str | None) -> str | None:
    """The name, if it is one and a person's; a queue or a role decides and signs nothing."""
    said = stated(name)
    return said if said and is_person(said) else None


def same_person(one: str | None, other: str | None) -> bool:
    """Whether two fields name the same person, whatever the case and the blanks."""
    names = [" ".join((name or "").casefold().split()) for name in (one, other)]
    return bool(names[0]) and names[0] == names[1]
