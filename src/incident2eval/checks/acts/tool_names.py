"""Which names are spellings of the same tool: `updateAccount`, `crm.update_account`, `UPDATE-ACCOUNT`."""

import re
from collections.abc import Iterable

from incident2eval.detection.text.views import plain

_SPAN_NAME = re.compile(r"\s*(?:execute_tool|tools/call)\s+", re.IGNORECASE)
"""What conventions for traces put in front of a tool's name."""
_MOST_PREFIXES = 8
_PREFIX_END = re.compile(r"[./:\\]+|__+")


class Tools:
    """Names of tools, asked whether another name is one of them in whatever spelling.

    Case and separators are no difference, nor is a prefix (`crm.`, `functions/`, `mcp__crm__`) that only one
    of the two names has.
    """

    def __init__(self, names: Iterable[str]) -> None:
        spelled = [_spellings(name) for name in names]
        self._whole = {spellings[0] for spellings in spelled}
        self._any = {spelling for spellings in spelled for spelling in spellings}

    def __contains__(self, name: str) -> bool:
        spellings = _spellings(name)
        return spellings[0] in self._any or not self._whole.isdisjoint(spellings)

    def __bool__(self) -> bool:
        return bool(self._whole)


def spelled(name: str) -> str:
    """A tool's name as it is compared within one run: its letters and digits, prefixes included."""
    return _spellings(name)[0]


def _spellings(name: str) -> list[str]:
    """The letters and digits of a name, then without its first prefix, without its second, ..."""
    bare = _SPAN_NAME.sub("", plain(name), count=1).casefold()
    starts = [0, *[match.end() for match in _PREFIX_END.finditer(bare)][-_MOST_PREFIXES:]]
    found = ("".join(char for char in bare[start:] if char.isalnum()) for start in starts)
    return [spelling for spelling in found if spelling] or [name.strip()]
