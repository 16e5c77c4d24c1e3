"""What was once seen to identify somebody: it does so wherever it stands, with a label or without."""

import re
from collections.abc import Iterable, Iterator

from incident2eval.detection.addresses import is_free_mail
from incident2eval.detection.names.ordinary import is_ordinary
from incident2eval.detection.people import handles, handles_in, name_words, short_names
from incident2eval.detection.personal import squeezed
from incident2eval.detection.spots import CUSTOMER, PERSON, Spot
from incident2eval.detection.text.wording import WORD, Span, fold

_SHORTEST = 6
"""Characters of a number that is recognised without its label: shorter ones turn up by chance."""
_SURNAME = re.compile(r"[ \u00a0]([^\W\d_a-z][^\W\d_]+(?:['\u2019-][^\W\d_]{2,})*)(?![\w@])")
_HOST = re.compile(r"(?<![\w.@-])(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w-])")
_DIGITS = re.compile(r"(?<!\w)\+?\(?\d[\d .()/\u00a0-]{4,40}\d(?!\w)")
_TOKEN = re.compile(r"(?<![^\W_])[^\W_][^\s,;:()\[\]{}\"'<>=]{4,80}(?<=[^\W_])")


class Learned:
    """People, numbers and secrets that were seen."""

    def __init__(self) -> None:
        self._people: set[str] = set()
        """Words of persons' names as compared, but for those that are ordinary words as well."""
        self._called: set[str] = set()
        """What calls them in the very case it is written in: `Grace`."""
        self._handles: set[str] = set()
        self._values: dict[str, str] = {}
        """Numbers and addresses without signs and blanks -> kind."""
        self._secrets: set[str] = set()
        """As they are written: they stand in addresses and in other words too."""
        self._domains: set[str] = set()
        """Where only one customer has addresses."""

    def add_contact(self, contact: str) -> None:
        """Note a customer's address, and its domain unless everybody may have an address there."""
        kind = "email" if "@" in contact else "phone"
        self.add(contact, [Spot(kind=kind, start=0, end=len(contact))])
        domain = contact.rpartition("@")[2].strip().casefold()
        if "@" in contact and not is_free_mail(domain):
            self._domains.add(domain)

    def add(self, text: str, found: Iterable[Spot]) -> None:
        """Note what a text with these spots teaches."""
        for spot in found:
            value = text[spot.start : spot.end]
            if spot.kind == PERSON:
                words = (fold(value[start:end]) for start, end in name_words(value))
                self._people.update(one for one in words if len(one) > 2 and not is_ordinary(one))
                self._called |= short_names(value)
                self._handles |= handles(value)
            elif spot.kind == "secret" and len(value) >= _SHORTEST:
                self._secrets.add(value)
            elif spot.kind != CUSTOMER and len(squeezed(value)) >= _SHORTEST:
                self._values[squeezed(value)] = spot.kind

    def spots(self, text: str) -> Iterator[Spot]:
        """Where the text holds any of it."""
        yield from (Spot(kind=PERSON, start=start, end=end) for start, end in self._people_in(text))
        for start, end in numbers(text) if self._values else ():
            if kind := self._values.get(squeezed(text[start:end])):
                yield Spot(kind=kind, start=start, end=end)
        for match in _HOST.finditer(text) if self._domains else ():
            if found := self._domain(match[0].casefold()):
                yield Spot(kind="domain", start=match.end() - len(found), end=match.end())
        for value in self._secrets:
            at = text.find(value)
            while at >= 0:
                yield Spot(kind="secret", start=at, end=at + len(value))
                at = text.find(value, at + len(value))

    def _people_in(self, text: str) -> Iterator[Span]:
        for match in WORD.finditer(text) if self._people or self._called else ():
            if fold(match[0]) in self._people or match[0] in self._called:
                behind = _SURNAME.match(text, match.end()) if match[0][0].isupper() else None
                is_name = behind and not is_ordinary(fold(behind[1]))
                yield match.start(), behind.end() if behind and is_name else match.end()
        for start, end in handles_in(text) if self._handles else ():
            if squeezed(text[start:end]) in self._handles:
                yield start, end

    def _domain(self, host: str) -> str | None:
        """The customer's domain that a host is at: `quillon.example` of `www.quillon.example`."""
        parts = host.split(".")
        ends = (".".join(parts[at:]) for at in range(len(parts) - 1))
        return next((end for end in ends if end in self._domains), None)


def numbers(text: str) -> Iterator[Span]:
    """Where anything stands that may be a number or a code, with blanks and signs in it or without."""
    for form in (_DIGITS, _TOKEN):
        yield from (match.span() for match in form.finditer(text))
