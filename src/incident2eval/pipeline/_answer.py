"""What every command hands back to its face: the data, the words for a person, and the exit code."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from incident2eval.model import JSON

Tell = Callable[[str], None]
"""Takes one line of progress, to be shown at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a command found, ready to print."""

    data: Mapping[str, JSON]
    """The one object that `--json` prints (contract section 5)."""
    text: str
    """The same for a person: plain text, at most 80 columns where it can be."""
    exit_code: int = 0
    """0 what was asked holds, 1 it does not, 2 bad input, 3 it could not be judged."""
    notes: tuple[str, ...] = ()
    """What else the person should know, one line each; goes to stderr."""
