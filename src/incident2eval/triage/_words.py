"""Words of people: what they are compared by, and whether they say anything."""

from incident2eval.model import Incident

_A_REASON = 3
"""Letters and digits that a reason holds at least: our choice; ticks, dots and unseen characters are none."""

_UNSEEN = frozenset("\u115f\u1160\u3164\uffa0")
"""Letters by their class that nobody sees: the fillers of Hangul."""

_CLIENTS = frozenset({"client", "customer"})


def plain(word: str) -> str:
    """What two spellings of one word share: case and spaces around it make no other word."""
    return word.strip().casefold()


def has_letters(text: str | None, at_least: int = 1) -> bool:
    """Whether a text is there that can be read, and not only blanks or characters that nobody sees.

    Args:
        text: Of a file or a log.
        at_least: How many letters and digits it has to hold.
    """
    return sum(char.isalnum() and char not in _UNSEEN for char in text or "") >= at_least


def is_reason(text: str | None) -> bool:
    """Whether a text says why or how."""
    return has_letters(text, _A_REASON)


def client_noticed(incident: Incident) -> bool:
    """Whether a client noticed it; a word that is not known tells nothing."""
    return plain(incident.noticed_by or "") in _CLIENTS


def domains(incident: Incident) -> tuple[str, ...]:
    """What it touched (`impact.domains`), in words that can be compared."""
    return tuple(plain(domain) for domain in incident.impact.domains)
