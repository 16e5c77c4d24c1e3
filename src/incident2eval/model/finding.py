"""Findings: what a check saw in a run."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Control characters but newline and tab, and what turns the direction of writing round."""


def visible(text: str) -> str:
    r"""The text with every control and direction character but newline and tab shown as `\x..` or `\u....`.

    Hostile text never drives a terminal.
    """
    return _UNSAFE.sub(_spelt, text)


def _spelt(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong, where it stands, and the words or the call that show it."""

    check: str
    step: str | None
    """Id of the step that shows it; None is the output of the run."""
    message: str
    excerpt: str = ""
    """The words, record id or call quoted from the run."""

    def __str__(self) -> str:
        return visible(f"{self.step or 'output'}: {self.message}").replace("\n", " ")


@dataclass(frozen=True, slots=True, repr=False)
class Findings(Sequence[Finding]):
    """What a check found in a run, false when it found nothing; reads as a list in an assertion's message."""

    found: tuple[Finding, ...] = ()
    judged: int = 0
    """How many steps, records or items the check looked at: none judged is no proof of anything."""
    doubtful: tuple[Finding, ...] = ()
    """What may be wrong and is not certain: for a person to look at; it makes no test red."""

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Finding, ...]: ...
    def __getitem__(self, index: int | slice) -> Finding | tuple[Finding, ...]:
        return self.found[index]

    def __len__(self) -> int:
        return len(self.found)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.found)

    def __str__(self) -> str:
        return "\n".join(f"  - {finding}" for finding in self.found)

    def __repr__(self) -> str:
        return f"<{len(self.found)} finding{'' if len(self.found) == 1 else 's'}>"
