"""What a client may see of an incident: its own name, and nobody else's."""

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from incident2eval.detection.names.ordinary import is_ordinary
from incident2eval.detection.spots import CUSTOMER, PERSON, Spot, spots
from incident2eval.detection.text.wording import key_words
from incident2eval.model import JSON, Customer, Incident, NotProvable, Record, Run, Step, Subject
from incident2eval.pipeline._redacting import learn_incident
from incident2eval.pipeline.packing.names import MARKS, Others, Plain, marked
from incident2eval.pipeline.packing.own import Own, is_own, without_form
from incident2eval.pipeline.packing.secrets import Secrets, as_object
from incident2eval.pipeline.packing.speaking import Speaking
from incident2eval.pipeline.packing.withheld import Withheld, prompts_of
from incident2eval.redaction import Redactor
from incident2eval.store import Project, dump

_TELLING = {CUSTOMER, PERSON, "email", "secret", "iban", "card"}
"""What an id must not hold to be left as it is."""
_SIGNERS = {"author", "reviewer", "approver", "assignee", "editor", "username", "by"}
"""Words of a key whose value is somebody's name or account."""
_LONGEST_NAME = 80


class _Marking(Redactor):
    """A redactor that shows which words are made up."""

    def json(self, value: JSON, *, label: str = "") -> JSON:
        """The value with marked pseudonyms; whole numbers stay whole numbers."""
        if isinstance(value, int) and not isinstance(value, bool):
            made = self.text(str(value), label=label).strip(MARKS) if label else ""
            return int(made) if made.isdecimal() else value
        return super().json(value, label=label)

    def _instead(self, spot: Spot, value: str) -> str:
        name = without_form(value) if spot.kind == PERSON else value
        form = value.removesuffix(name)
        return form + (name if name in self._kept else marked(super()._instead(spot, name)))


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
        self._customers = home.customers
        self._secrets = Secrets([dump(incident), *map(dump, runs)])
        known = [self._secrets.run(run) for run in runs]
        self._own = Own(home, client, known)
        self._speaking = Speaking(home.customers, client, known)
        self._withheld = self._to_withhold(home, incident, known)
        filed = self._secrets.json(dump(incident))
        values = [filed, *(dump(self._given(run)) for run in runs)]
        signed = {name for name in _signatures([filed, *map(dump, known)]) if not self._own.says(name)}
        staff = sorted({name.strip() for name in (*people, *signed)} - {""})
        kept = {client.id, *self._own.kept(values, staff=staff), *_ids(home, known)}
        key = home.key() or secrets.token_bytes(32)
        self._redactor = _Marking(key, home.customers, kept=kept - self._own.foreign)
        learn_incident(self._redactor, incident, known)
        self._redactor.learn({"contact": name} for name in staff)
        self._others = Others(home.customers, client, key)
        rows = [
            *(Plain(name, name, loose=False) for name in (*client.names, *client.contacts)),
            *self._others.hidden(values, self._redactor),
            *_people(staff, self._redactor),
        ]
        # The longest first: where one name is a part of another, the whole one counts.
        rows.sort(key=lambda row: -len(row.written))
        self._instead = [row.instead for row in rows]
        self._plain = re.compile("|".join(f"({row.pattern})" for row in rows) or r"(?!)")

    def _to_withhold(self, home: Project, incident: Incident, known: Sequence[Run]) -> Withheld:
        foreign = [
            words
            for words in incident.wrong
            if any(spot.customer not in {None, self._client.id} for spot in spots(words, home.customers))
        ]
        prompts = map(self._secrets.hide, prompts_of(home, incident.id))
        return Withheld(known, prompts=prompts, wrong=foreign, own=self._own)

    def _given(self, run: Run) -> Run:
        """What of a run is given at all."""
        known = self._secrets.run(run)
        return self._withheld.without(known if is_own(run, self._client) else self._speaking.only(known))

    def text(self, text: str, *, label: str = "") -> str:
        """A text with nobody else's name in it."""
        if text in self._others.ids:
            return self._others.ids[text]
        text = self._secrets.hide(text, label=label)
        return self._without_names(self._redactor.text(self._withheld.cut(text), label=label))

    def who(self, ref: str) -> str:
        """Somebody by a reference of the firm's own: an id, a name, an address."""
        stand_in = self._others.ids.get(ref)
        return f"another customer ({stand_in})" if stand_in else self.text(ref, label="contact")

    def run(self, run: Run) -> Run:
        """A run without prompts and the exporter's attributes, and with nobody else's name in it."""
        given = self._given(run)
        told = self._redactor.run(given)
        return replace(
            told,
            id=self.text(run.id),
            workflow=self._maybe(run.workflow),
            version=self._maybe(run.version),
            model=self._maybe(run.model),
            subject=self._subject(run.subject),
            input=self._own_json(given.input) if is_own(run, self._client) else self._json(told.input),
            output=self._json(told.output),
            steps=tuple(map(self._step, given.steps, told.steps)),
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

    def _step(self, given: Step, told: Step) -> Step:
        return replace(
            told,
            id=self.text(given.id),
            parent=self._maybe(given.parent),
            name=self.text(given.name),
            agent=self._maybe(given.agent),
            input=self._json(told.input),
            output=self._json(told.output),
            error=self._without_names(told.error) if told.error else told.error,
            records=tuple(map(self._record, given.records, told.records)),
        )

    def _record(self, given: Record, told: Record) -> Record:
        if given.owner == self._client.id:
            words, metadata = self._own_text(given.text), self._own_json(given.metadata)
        else:
            words, metadata = self._without_names(told.text), self._json(told.metadata)
        return Record(
            id=self.text(given.id), owner=self._maybe(given.owner), text=words, metadata=as_object(metadata)
        )

    def _own_text(self, text: str) -> str:
        """What the client's own record or question says: as it is, but for the names of others."""
        if text in self._others.ids:
            return self._others.ids[text]
        named = [spot for spot in spots(text, self._customers) if spot.kind == CUSTOMER]
        for spot in reversed(named):
            row = self._customers.get(spot.customer or "")
            if row is not None and row.id != self._client.id:
                text = f"{text[: spot.start]}{marked(self._redactor.label(row))}{text[spot.end :]}"
        return self._without_names(text)

    def _own_json(self, value: JSON) -> JSON:
        if isinstance(value, str):
            return self._own_text(value)
        if isinstance(value, Mapping):
            return {self._own_text(str(key)): self._own_json(inner) for key, inner in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._own_json(inner) for inner in value]
        return value


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
            yield Plain(name, instead if instead != name else marked("a person"), loose=len(words) > 1)
