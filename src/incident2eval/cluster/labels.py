"""What a failure type is called, in plain words."""

from incident2eval.checks import SHELF
from incident2eval.cluster.fault import Fault
from incident2eval.detection.names.roster import names_of
from incident2eval.model import Customers, visible

_LONGEST = 80
_NOBODY = "a customer"


class Labels:
    """Names types; no customer of the roster stands in a label."""

    def __init__(self, customers: Customers | None) -> None:
        self._names = names_of(customers) if customers is not None and len(customers) else None
        self._messages = {check.name: check.words.message for check in SHELF}

    def of(self, fault: Fault, text: str) -> str:
        """The control and what failed first, in the check's words; else the beginning of a member's text."""
        what = self._messages.get(fault.first, fault.first.replace("_", " "))
        if fault.control:
            return _line(f"{fault.control}: {what}" if what else f"{fault.control} failed")
        if what:
            return _line(f"{what} ({fault.tool})" if fault.tool else what)
        return _shortened(_line(self._anonymous(text[: 2 * _LONGEST]))) or "nothing is known of what failed"

    def _anonymous(self, text: str) -> str:
        if self._names is None:
            return text
        pieces, done = [], 0
        for mention in sorted(self._names.foreign(text, ""), key=lambda mention: mention.start):
            if mention.start >= done:
                pieces += [text[done : mention.start], _NOBODY]
            done = max(done, mention.end)
        return "".join((*pieces, text[done:]))


def _line(text: str) -> str:
    if not text.isprintable():
        # Half a character of a broken text cannot be written out.
        text = visible(text.encode(errors="backslashreplace").decode())
    return " ".join(text.split())


def _shortened(line: str) -> str:
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3].rstrip()}..."
