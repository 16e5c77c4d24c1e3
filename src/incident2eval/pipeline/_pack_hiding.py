"""What a client may see of an incident: its own name, and nobody else's."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import unescape

from incident2eval.detection.addresses import Address, is_free_mail, mails
from incident2eval.detection.names.ordinary import is_ordinary
from incident2eval.detection.personal import squeezed
from incident2eval.detection.spots import CUSTOMER, PERSON, spots
from incident2eval.detection.text.wording import key_words
from incident2eval.model import JSON, Customer, Incident, NotProvable, Record, Run, Step, Subject, texts
from incident2eval.pipeline._pack_withheld import Withheld
from incident2eval.pipeline._redacting import learn_incident
from incident2eval.redaction import Redactor
from incident2eval.store import Project, dump

_TELLING = {CUSTOMER, PERSON, "email", "secret", "iban", "card"}
"""What an id must not hold to be left as it is."""
_SIGNERS = {"author", "reviewer", "approver", "assignee", "editor", "username", "by"}
"""Words of a key whose value is somebody's name or account."""
_LONGEST_NAME = 80
_SHORT = 5
"""Letters of a name that may stand inside other words by chance."""


@dataclass(frozen=True, slots=True)
class _Plain:
    """A text that must not stand in the pack in clear, or one of the client's own that may."""

    written: str
    instead: str
    loose: bool
    """Whether it is looked for in any case and inside other words; else as it is written, by itself."""

    @property
    def pattern(self) -> str:
        words = r"\s+".join(map(re.escape, self.written.split()))
        return f"(?i:{words})" if self.loose else rf"(?<!\w){words}(?!\w)"


class ClientView:
    """An incident as one client may see it: everybody else in pseudonyms, without prompts."""

    def __init__(
        self, home: Project, client: Customer, incident: Incident, runs: Sequence[Run], people: Iterable[str]
    ) -> None:
        """Read everything once, so that who is named in one place is hidden in all.

        Args:
            home: Whose key and roster.
            client: The one whose names and addresses stay.
            incident: The incident file.
            runs: The runs that are given.
            people: Names of people who are not the client's.
        """
        self._client = client
        foreign = [
            words
            for words in incident.wrong
            if any(spot.customer not in {None, client.id} for spot in spots(words, home.customers))
        ]
        self._withheld = Withheld(home, incident.id, runs, client=client.id, wrong=foreign)
        bare = [self._withheld.without(run) for run in runs]
        own = _Own(home, client)
        values = [dump(incident), *map(dump, bare)]
        kept = {*client.names, *client.contacts, client.id, *own.found_in(values), *_ids(home, bare)}
        key = home.key() or secrets.token_bytes(32)
        self._redactor = Redactor(key, home.customers, kept=kept - own.foreign)
        learn_incident(self._redactor, incident, tuple(bare))
        named = sorted({name.strip() for name in (*people, *_signatures(values))} - {""})
        self._redactor.learn({"contact": name} for name in named)
        others = list(_customers(home, client, self._redactor, key))
        hidden = [*others, *_people((name for name in named if name not in kept), self._redactor)]
        mine = [_Plain(name, name, loose=False) for name in (*client.names, *client.contacts)]
        rows = sorted([*mine, *hidden], key=lambda row: -len(row.written))
        self._instead = [row.instead for row in rows]
        self._plain = re.compile("|".join(f"({row.pattern})" for row in rows) or r"(?!)")
        self._others = others
        self._certain = [row for row in others if row.loose]
        """What is looked for in the finished pack: names that no other text holds by chance."""
        self._exact = {row.id: _stand_in(key, row.id) for row in home.customers if row.id != client.id}

    def text(self, text: str) -> str:
        """A text with nobody else's name in it."""
        if text in self._exact:
            return self._exact[text]
        return self._without_names(self._redactor.text(self._withheld.cut(text)))

    def run(self, run: Run) -> Run:
        """A run without prompts and the exporter's attributes, and with nobody else's name in it."""
        told = self._redactor.run(self._withheld.without(run))
        return replace(
            told,
            id=self.text(run.id),
            workflow=self._maybe(run.workflow),
            version=self._maybe(run.version),
            model=self._maybe(run.model),
            subject=self._subject(run.subject),
            input=self._json(told.input),
            output=self._json(told.output),
            steps=tuple(map(self._step, told.steps)),
        )

    def refuse_id(self, incident: str) -> None:
        """Make sure that the incident's id names no other customer: it stands in every pack as it is.

        Raises:
            NotProvable: It does.
        """
        if any(re.search(row.pattern, incident) for row in self._others):
            hint = "file the incident under a neutral id, and export that"
            raise NotProvable("the incident's id names another customer; nothing was written", hint=hint)

    def refuse_names(self, member: str, data: bytes) -> None:
        """Make sure that nobody else's name stands in a file of the pack, whatever was overlooked before.

        Raises:
            NotProvable: It does.
        """
        text = f"{member}\n{data.decode('utf-8', 'replace')}"
        for row in self._certain:
            pattern = re.compile(row.pattern)
            if any(pattern.search(one) and not self._is_own(pattern, one) for one in (text, unescape(text))):
                raise NotProvable(
                    f"{member}: would name somebody who is not the client, and nothing was written",
                    hint="put it down as a bug; the full pack, made for the regulator, is not affected",
                )

    def _is_own(self, pattern: re.Pattern[str], text: str) -> bool:
        """Whether it stands there only as a part of what is the client's own."""
        for name in sorted((*self._client.names, *self._client.contacts), key=len, reverse=True):
            text = text.replace(name, "")
        return not pattern.search(text)

    def _without_names(self, text: str) -> str:
        return self._plain.sub(self._instead_of, text)

    def _instead_of(self, found: re.Match[str]) -> str:
        instead = self._instead[(found.lastindex or 1) - 1]
        return found[0] if instead.casefold() == found[0].casefold() else instead

    def _json(self, value: JSON) -> JSON:
        if isinstance(value, str):
            return self._exact.get(value) or self._without_names(value)
        if isinstance(value, Mapping):
            return {str(self._json(str(key))): self._json(inner) for key, inner in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._json(inner) for inner in value]
        return value

    def _maybe(self, text: str | None) -> str | None:
        return self.text(text) if text else text

    def _subject(self, subject: Subject | None) -> Subject | None:
        if subject is None or subject.customer_id == self._client.id:
            return subject
        return Subject(customer=self._maybe(subject.customer), customer_id=self._maybe(subject.customer_id))

    def _step(self, step: Step) -> Step:
        return replace(
            step,
            id=self.text(step.id),
            parent=self._maybe(step.parent),
            name=self.text(step.name),
            agent=self._maybe(step.agent),
            input=self._json(step.input),
            output=self._json(step.output),
            error=self._without_names(step.error) if step.error else step.error,
            records=tuple(map(self._record, step.records)),
        )

    def _record(self, record: Record) -> Record:
        metadata = self._json(record.metadata)
        return Record(
            id=self.text(record.id),
            owner=self._maybe(record.owner),
            text=self._without_names(record.text),
            metadata=metadata if isinstance(metadata, Mapping) else {},
        )


class _Own:
    """How the client itself is named and reached."""

    def __init__(self, home: Project, client: Customer) -> None:
        self._customers = home.customers
        self._client = client
        self._contacts = {squeezed(one) for one in client.contacts}
        others = [row for row in home.customers if row.id != client.id]
        shared = {one.domain for row in others for one in _mails(row)}
        self._domains = {one.domain for one in _mails(client) if not is_free_mail(one.domain)} - shared
        self.foreign = {text for row in others for text in (*row.names, *row.contacts)} - {
            *client.names,
            *client.contacts,
        }

    def found_in(self, values: Iterable[JSON]) -> set[str]:
        """The client's names and addresses in these values, as they are written there."""
        return {
            text[spot.start : spot.end]
            for value in values
            for _, text in texts(value)
            for spot in spots(text, self._customers)
            if spot.customer == self._client.id or self._is_contact(text[spot.start : spot.end])
        }

    def _is_contact(self, text: str) -> bool:
        return squeezed(text) in self._contacts or any(one.domain in self._domains for one in mails(text))


def _mails(row: Customer) -> Iterator[Address]:
    return (one for contact in row.contacts for one in mails(contact))


def _ids(home: Project, runs: Iterable[Run]) -> Iterator[str]:
    """Ids and names of tools and steps, which stay in texts; not those that say who somebody is."""
    found: dict[str, None] = {}
    for name, settings in home.settings.workflows.items():
        found |= dict.fromkeys((name, *(settings.approved_tools or ())))
    for run in runs:
        found |= dict.fromkeys(filter(None, (run.id, run.workflow, run.version, run.model)))
        for step in run.steps:
            found |= dict.fromkeys((step.id, step.name, *(record.id for record in step.records)))
    for one in found:
        if not any(spot.kind in _TELLING for spot in spots(one, home.customers)):
            yield one


def _customers(home: Project, client: Customer, redactor: Redactor, key: bytes) -> Iterator[_Plain]:
    """Everything that names another customer."""
    for row in home.customers:
        if row.id == client.id:
            continue
        own = {text.casefold() for text in (*client.names, *client.contacts)}
        stand_in = redactor.label(row) if row.name else _stand_in(key, row.id)
        rows = [(name, stand_in) for name in row.names]
        rows += [(one, redactor.text(one, label="contact")) for one in row.contacts]
        rows += [(one, "(left out)") for one in row.canaries]
        if not row.id.isdecimal() and len(row.id) > 3:
            yield _Plain(row.id, _stand_in(key, row.id), loose=False)
        for written, instead in rows:
            if written.strip() and written.casefold() not in own:
                hidden = instead if instead.casefold() != written.casefold() else "(left out)"
                yield _Plain(written, hidden, loose=_is_telling(written))


def _signatures(value: JSON) -> Iterator[str]:
    """Who wrote, approved or was given something, as it stands in the fields for that."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if isinstance(inner, str) and _SIGNERS & set(key_words(str(key))):
                if not inner.isdecimal() and len(inner) < _LONGEST_NAME:
                    yield inner
            else:
                yield from _signatures(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _signatures(inner)


def _people(names: Iterable[str], redactor: Redactor) -> Iterator[_Plain]:
    for name in names:
        words = re.findall(r"\w+", name)
        if not all(is_ordinary(word.casefold()) for word in words):
            instead = redactor.text(name, label="contact")
            yield _Plain(name, instead if instead != name else "(a person)", loose=len(words) > 1)


def _is_telling(written: str) -> bool:
    """Whether it names its customer wherever it stands: no ordinary word, and not too short for that."""
    words = [word.casefold() for word in re.findall(r"\w+", written)]
    if len(words) > 1 or any(char in "@0123456789" for char in written):
        return len(written) >= _SHORT
    return len(written) >= _SHORT and not is_ordinary(written.casefold())


def _stand_in(key: bytes, customer: str) -> str:
    return f"customer-{hmac.new(key, customer.encode(), hashlib.sha256).hexdigest()[:8]}"
