"""What must not stand in a pack for a client: everything that names another customer, letter by letter.

The redactor finds names as they are used; this finds what it overlooked, at the price of ordinary words.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape

from incident2eval.detection.addresses import is_free_mail, mails
from incident2eval.detection.names.ordinary import is_ordinary
from incident2eval.detection.personal import squeezed
from incident2eval.model import JSON, Customer, Customers
from incident2eval.redaction import Redactor

_SHORT = 5
"""Letters of a name that may stand inside other words by chance."""
_BETWEEN = r"[\W_]{0,3}"
"""Between the words of a name: a blank, a hyphen in a domain, or nothing."""
_WORD = re.compile(r"[^\W_]+")
LEFT_OUT = "(left out)"
MARKS = "\u2039\u203a"
"""What stands around every made-up word: nobody is to take it for a fact."""


def marked(made: str) -> str:
    """A made-up word that shows that it is one."""
    return f"{MARKS[0]}{made}{MARKS[1]}"


@dataclass(frozen=True, slots=True)
class Plain:
    """A text that must not stand in the pack, or one of the client's own that may."""

    written: str
    instead: str
    loose: bool
    """Whether it is looked for in any case and inside other words; else as it is written, by itself."""

    @property
    def pattern(self) -> str:
        """Finds it."""
        if not self.loose:
            return rf"(?<!\w){re.escape(self.written)}(?!\w)"
        words = _BETWEEN.join(_WORD.findall(self.written))
        return f"(?i:{words})"


class Others:
    """All customers but one, and what they are called in its pack."""

    def __init__(self, customers: Customers, client: Customer, key: bytes) -> None:
        """Take the roster, the one customer that may be named, and the key that stand-ins are made with."""
        self._own = sorted((*client.names, *client.contacts), key=len, reverse=True)
        self._rows = [row for row in customers if row.id != client.id]
        self._key = key
        self.ids = {row.id: self._stand_in(row) for row in self._rows}
        """Id -> what stands for it."""
        own = {text.casefold() for text in self._own}
        self.names = [
            (written, row)
            for row in self._rows
            for written in dict.fromkeys(self._written(row))
            if written.casefold() not in own and squeezed(written)
        ]
        """Every name, address and canary, and whose it is."""

    def hidden(self, values: Iterable[JSON], redactor: Redactor) -> Iterator[Plain]:
        """What of it stands in these values, with what stands for it."""
        there = squeezed("\n".join(text for value in values for text in _words(value)))
        for written, row in self.names:
            if squeezed(written) in there:
                yield Plain(written, self._instead(written, row, redactor), is_telling(written))
        for name, instead in self.ids.items():
            # A number by itself is a figure; where a whole text is an id, it is replaced anyway.
            if not name.isdecimal() and len(name) > 3 and squeezed(name) in there:
                yield Plain(name, instead, loose=False)

    def are_named_in(self, text: str, *, short: bool = False) -> bool:
        """Whether another customer is named in a text, as it is or as a browser shows it.

        Args:
            text: Any text.
            short: Look for names as well that other words may hold by chance.
        """
        for one in {text, unescape(text)}:
            for own in self._own:
                one = one.replace(own, "\n")  # noqa: PLW2901 - what is the client's own is nobody else's
            there = squeezed(one)
            for written, _ in self.names:
                if squeezed(written) not in there:
                    continue
                loose = is_telling(written)
                if (loose or short) and re.search(Plain(written, "", loose).pattern, one):
                    return True
        return False

    def _written(self, row: Customer) -> Iterator[str]:
        yield from (*row.names, *row.contacts, *row.canaries)
        own = {one.domain for contact in self._own for one in mails(contact)}
        domains = (one.domain for contact in row.contacts for one in mails(contact))
        yield from (domain for domain in domains if domain not in own and not is_free_mail(domain))

    def _instead(self, written: str, row: Customer, redactor: Redactor) -> str:
        if written in row.names:
            return marked(redactor.label(row))
        told = redactor.text(written, label="contact") if written in row.contacts else LEFT_OUT
        return told if told != written else LEFT_OUT

    def _stand_in(self, row: Customer) -> str:
        return f"customer-{hmac.new(self._key, row.id.encode(), hashlib.sha256).hexdigest()[:8]}"


def is_telling(written: str) -> bool:
    """Whether it names its customer wherever it stands: no ordinary word, and not too short for that."""
    if len(squeezed(written)) < _SHORT:
        return False
    words = _WORD.findall(written)
    return len(words) > 1 or any(map(str.isdecimal, written)) or not is_ordinary(written.casefold())


def _words(value: JSON) -> Iterator[str]:
    """Every text of a value, keys as well."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key)
            yield from _words(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _words(inner)
