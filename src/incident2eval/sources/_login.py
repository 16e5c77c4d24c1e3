"""The headers that log in, made of what stands in the environment; no value of it is ever shown."""

import base64
import re
from collections.abc import Mapping

from incident2eval.model import BadInput, Fault

_PLAIN = re.compile(r"[!-~]+")
"""What may stand in a header; anything else would be quoted by the error that refuses it."""


def value(environment: Mapping[str, str], variable: str) -> str | None:
    """What a variable holds, None where it is not set.

    Raises:
        BadInput: It holds what no key can: spaces, control characters, letters beyond ASCII.
    """
    found = environment.get(variable, "").strip()
    if found and not _PLAIN.fullmatch(found):
        raise BadInput(
            Fault(
                message=f"the environment variable {variable} holds characters that no key has",
                hint="set it once more; its value is not shown here",
            )
        )
    return found or None


def bearer(token: str) -> dict[str, str]:
    """The header for a token."""
    return {"Authorization": f"Bearer {token}"}


def basic(user: str, password: str) -> dict[str, str]:
    """The header for a name and a password."""
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}
