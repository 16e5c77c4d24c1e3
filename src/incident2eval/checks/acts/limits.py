"""Limits on amounts as words state them: `refunds over £500 need a manager`, `approved up to £500`."""

import re
from collections.abc import Iterator

from incident2eval.checks.acts.amounts import SAID, Amount, read

_TO = r"[: ]{1,3}(?:an? |the )?\Z"
_CAPS = (
    r"\bup to|\bno more than|\bnot more than|\bat most|\bnot exceed(?:ing)?|\bnot to exceed|\bcapped at|"
    r"\blimited to|\bmax(?:imum|\.)?(?: (?:is|of))?"
)
_CAPPING = re.compile(rf"(?:{_CAPS}){_TO}", re.IGNORECASE)
"""What stands before an amount up to which something is allowed."""
_LIMITING = re.compile(
    rf"(?:{_CAPS}|\blimit(?: (?:is|of|for [\w ]{{1,40}} is))?|\bceiling (?:is|of)"
    rf"|\bunder|\bbelow|\bover|\babove|\bmore than|\bexceed(?:s|ing)?|\bbeyond|\bfrom){_TO}",
    re.IGNORECASE,
)
"""What stands before an amount that is a limit."""
_LIMIT_BEHIND = re.compile(r"[ -](?:limit|cap|ceiling|maximum)\b", re.IGNORECASE)
_ASKING = re.compile(
    r"\b(?:approv\w*|sign(?:s|ed)?[ -]?off|sign(?:s|ed)? by|authori[sz]\w*|manager|supervisor|senior"
    r"|escalat\w*|limits?|cap|capped|ceiling|max\w*|no more than|not more than|at most|exceed\w*|may|allowed"
    r"|without asking)\b",
    re.IGNORECASE,
)
"""Words of a sentence that is about who may do how much."""
_SENTENCE_END = re.compile(r"[.!?](?=\s)|\n")
_REACH = 160


def limits_in(text: str) -> Iterator[Amount]:
    """The limits on amounts that a text states, in order."""
    for match in SAID.finditer(text):
        start, end = match.span()
        if not (_LIMITING.search(text[max(0, start - 60) : start]) or _LIMIT_BEHIND.match(text, end)):
            continue
        amount = read(match)
        if (amount.currency or amount.value >= 10) and _ASKING.search(_sentence(text, start, end)):
            yield amount


def cap_in(text: str) -> Amount | None:
    """The amount up to which a text allows something, if it says one."""
    return next((read(match) for match, _ in _caps(text)), None)


def without_cap(text: str) -> str:
    """The text without the words that only say up to which amount it holds."""
    for match, start in _caps(text):
        return f"{text[:start].rstrip()}{text[match.end() :]}"
    return text


def _caps(text: str) -> Iterator[tuple[re.Match[str], int]]:
    """Each amount that is a cap, and where the words that make it one begin."""
    for match in SAID.finditer(text):
        begin = max(0, match.start() - 40)
        if capping := _CAPPING.search(text[begin : match.start()]):
            yield match, begin + capping.start()


def _sentence(text: str, start: int, end: int) -> str:
    """The sentence that a span stands in, as far as it reaches to either side."""
    low = max(0, start - _REACH)
    begins = [match.end() for match in _SENTENCE_END.finditer(text, low, start)]
    stop = _SENTENCE_END.search(text, end, end + _REACH)
    return text[begins[-1] if begins else low : stop.start() if stop else end + _REACH]
