"""What is the client's own, and stays as it is everywhere in its pack: names, people, numbers, addresses."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from incident2eval.detection.addresses import Address, is_free_mail, mails
from incident2eval.detection.people import name_words
from incident2eval.detection.personal import squeezed
from incident2eval.detection.spots import CUSTOMER, PERSON, Spot, spots
from incident2eval.detection.text.wording import WORD, fold, key_words
from incident2eval.model import JSON, Customer, Record, Run, texts
from incident2eval.store import Project

_NUMBER = re.compile(r"\+?\(?\d[\d .()/\u00a0-]{2,40}\d|[^\s,;:()\[\]{}\"'<>=]*\d[^\s,;:()\[\]{}\"'<>=]*")
"""Whatever may be a number or a code."""
_FORM = re.compile(r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof(?:essor)?|Sir|Dame|Lady|Lord)\.?[ \u00a0]", re.IGNORECASE)
_SHORTEST = 6
"""Letters and digits of a number that is the same one however it is written."""


def is_own(run: Run, client: Customer) -> bool:
    """Whether a run was made for the client; one that says for whom it was counts as somebody else's."""
    return run.customer_id == client.id


def own_records(run: Run, client: Customer) -> Iterator[Record]:
    """The records of the client that a run read."""
    return (one for step in run.steps for one in step.records if one.owner == client.id)


def without_form(name: str) -> str:
    """A person's name without a form of address: `Miss` is some people's first name."""
    form = _FORM.match(name)
    return name[form.end() :] if form else name


class Own:
    """How the client is named and reached, and what its own records and questions say."""

    def __init__(self, home: Project, client: Customer, runs: Sequence[Run]) -> None:
        """Read it.

        Args:
            home: Whose roster.
            client: Whose it is.
            runs: Runs without secrets: records of the client, and its input where the run is its own.
        """
        self._customers = home.customers
        self.client = client
        self.others = {row.id for row in home.customers} - {client.id}
        self._contacts = {squeezed(one) for one in client.contacts}
        others = [row for row in home.customers if row.id != client.id]
        shared = {one.domain for row in others for one in _mails(row)}
        self.domains = {one.domain for one in _mails(client) if not is_free_mail(one.domain)} - shared
        self.foreign = {text for row in others for text in (*row.names, *row.contacts)} - {
            *client.names,
            *client.contacts,
        }
        self.said = tuple(_said(client, runs))
        """What the client's records, its row and its questions say, texts of theirs that people wrote."""
        self._texts = (*self.said, *_beside(client, runs))
        self._words = f" {' '.join(fold(match[0]) for text in self._texts for match in WORD.finditer(text))} "
        self._letters = "\n".join(map(squeezed, self._texts))

    def says(self, text: str) -> bool:
        """Whether these very words stand in what people wrote for or of the client."""
        pattern = re.compile(rf"(?<!\w){re.escape(text)}(?!\w)")
        return any(map(pattern.search, self.said))

    def kept(self, values: Iterable[JSON], *, staff: Collection[str]) -> set[str]:
        """What stays in these values, as it is written there.

        Args:
            values: What the pack is made from.
            staff: Names of people who are not the client's, whatever stands in its records.
        """
        strangers = {word for name in staff for word in _folded(name)}
        found, people = self._facts(strangers)
        written = [text for value in values for _, text in texts(value)]
        for text in written:
            for spot in spots(text, self._customers):
                value = text[spot.start : spot.end]
                if self._is_own(spot, value, strangers):
                    found |= {value, without_form(value)}
                elif spot.kind == PERSON:
                    strangers |= _folded(value)
        people -= strangers
        found |= {match[0] for text in written for match in WORD.finditer(text) if fold(match[0]) in people}
        return (found | self.domains) - self.foreign

    def _facts(self, strangers: Collection[str]) -> tuple[set[str], set[str]]:
        """What is recognised in the client's own texts, and the words of people's names there."""
        found: set[str] = set()
        people: set[str] = set()
        for text in self._texts:
            found |= {match[0].strip(" .()/-") for match in _NUMBER.finditer(text)}
            for spot in spots(text, self._customers):
                value = text[spot.start : spot.end]
                if self._is_own(spot, value, strangers):
                    found |= {value, without_form(value)}
                    people |= _folded(value) if spot.kind == PERSON else set()
        return found, people

    def _is_own(self, spot: Spot, value: str, strangers: Collection[str]) -> bool:
        if spot.kind == "secret":
            return False
        if spot.kind == CUSTOMER:
            return spot.customer == self.client.id
        if spot.kind == PERSON:
            words = [fold(match[0]) for match in WORD.finditer(without_form(value))]
            return f" {' '.join(words)} " in self._words and not _folded(value) & set(strangers)
        plain = squeezed(value)
        stands = len(plain) >= _SHORTEST and plain in self._letters
        return stands or plain in self._contacts or any(one.domain in self.domains for one in mails(value))


def _said(client: Customer, runs: Iterable[Run]) -> Iterator[str]:
    yield from (*client.names, *client.contacts)
    for run in runs:
        yield from (record.text for record in own_records(run, client))
        if is_own(run, client):
            yield from _labelled(run.input)


def _beside(client: Customer, runs: Iterable[Run]) -> Iterator[str]:
    for run in runs:
        for record in own_records(run, client):
            yield from _labelled(dict(record.metadata))


def _labelled(value: JSON) -> Iterator[str]:
    for path, text in texts(value):
        label = " ".join(key_words(path))
        yield f"{label}: {text}" if label else text


def _folded(name: str) -> set[str]:
    name = without_form(name)
    return {fold(name[start:end]) for start, end in name_words(name)}


def _mails(row: Customer) -> Iterator[Address]:
    return (one for contact in row.contacts for one in mails(contact))
