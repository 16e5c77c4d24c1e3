"""What a client may see of an incident: its own name, and nobody else's."""

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from incident2eval.detection.addresses import Address, is_free_mail, mails
from incident2eval.detection.names.ordinary import is_ordinary
from incident2eval.detection.personal import squeezed
from incident2eval.detection.spots import CUSTOMER, PERSON, spots
from incident2eval.detection.text.wording import key_words
from incident2eval.model import JSON, Customer, Incident, NotProvable, Record, Run, Step, Subject, texts
from incident2eval.pipeline._pack_names import Others, Plain
from incident2eval.pipeline._pack_withheld import Withheld
from incident2eval.pipeline._redacting import learn_incident
from incident2eval.redaction import Redactor
from incident2eval.store import Project, dump

_TELLING = {CUSTOMER, PERSON, "email", "secret", "iban", "card"}
"""What an id must not hold to be left as it is."""
_SIGNERS = {"author", "reviewer", "approver", "assignee", "editor", "username", "by"}
"""Words of a key whose value is somebody's name or account."""
_LONGEST_NAME = 80


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
        kept = {
            *client.names,
            *client.contacts,
            *own.domains,
            client.id,
            *own.found_in(values),
            *_ids(home, bare),
        }
        key = home.key() or secrets.token_bytes(32)
        self._redactor = Redactor(key, home.customers, kept=kept - own.foreign)
        learn_incident(self._redactor, incident, tuple(bare))
        named = sorted({name.strip() for name in (*people, *_signatures(values))} - {""})
        self._redactor.learn({"contact": name} for name in named)
        self._others = Others(home.customers, client, key)
        hidden = [
            *self._others.hidden(values, self._redactor),
            *_people((name for name in named if name not in kept), self._redactor),
        ]
        mine = [Plain(name, name, loose=False) for name in (*client.names, *client.contacts)]
        # The longest first: where one name is a part of another, the whole one counts.
        rows = sorted([*mine, *hidden], key=lambda row: -len(row.written))
        self._instead = [row.instead for row in rows]
        self._plain = re.compile("|".join(f"({row.pattern})" for row in rows) or r"(?!)")

    def text(self, text: str) -> str:
        """A text with nobody else's name in it."""
        if text in self._others.ids:
            return self._others.ids[text]
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
        if self._others.are_named_in(incident, short=True):
            hint = "file the incident under a neutral id, and export that"
            raise NotProvable("the incident's id names another customer; nothing was written", hint=hint)

    def refuse_names(self, member: str, data: bytes) -> None:
        """Make sure that nobody else's name stands in a file of the pack, whatever was overlooked before.

        Raises:
            NotProvable: It does.
        """
        if self._others.are_named_in(f"{member}\n{data.decode('utf-8', 'replace')}"):
            raise NotProvable(
                f"{member}: would name somebody who is not the client, and nothing was written",
                hint="put it down as a bug; the full pack, made for the regulator, is not affected",
            )

    def _without_names(self, text: str) -> str:
        return self._plain.sub(self._instead_of, text)

    def _instead_of(self, found: re.Match[str]) -> str:
        instead = self._instead[(found.lastindex or 1) - 1]
        return found[0] if instead.casefold() == found[0].casefold() else instead

    def _json(self, value: JSON) -> JSON:
        if isinstance(value, str):
            return self._others.ids.get(value) or self._without_names(value)
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
        self.domains = {one.domain for one in _mails(client) if not is_free_mail(one.domain)} - shared
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
        return squeezed(text) in self._contacts or any(one.domain in self.domains for one in mails(text))


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


def _people(names: Iterable[str], redactor: Redactor) -> Iterator[Plain]:
    for name in names:
        words = re.findall(r"\w+", name)
        if not all(is_ordinary(word.casefold()) for word in words):
            instead = redactor.text(name, label="contact")
            yield Plain(name, instead if instead != name else "(a person)", loose=len(words) > 1)
