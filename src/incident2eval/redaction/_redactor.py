"""The redactor: customers, people, contact data and secrets as keyed pseudonyms, the same everywhere."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from incident2eval.detection.people import is_first_name, name_words, people
from incident2eval.detection.personal import squeezed
from incident2eval.detection.spots import CUSTOMER, PERSON, Spot, apart, spots
from incident2eval.detection.text.wording import fold
from incident2eval.model import (
    JSON,
    Customer,
    Customers,
    Pseudonyms,
    Record,
    Run,
    Step,
    Subject,
    flat_text,
    texts,
)
from incident2eval.redaction._forms import name_word, pseudonym
from incident2eval.redaction._learned import Learned
from incident2eval.redaction._names import CustomerNames
from incident2eval.redaction._values import as_read, label_of, labelled, pieces, plain_words, value_key
from incident2eval.redaction._words import Keyed

WORD_BY_WORD = {"email", "street"}
"""Kinds of which each word has a pseudonym of its own."""
_REMEMBERED = 20_000
"""Texts whose spots are remembered."""
_LONG_ENOUGH = 7
"""Characters of a pseudonym that is found inside another text by no chance."""


class Redactor:
    """Replaces what says who somebody is, and what opens something.

    Ids, tool names, kinds, dates and times stay (contract section 1).
    """

    def __init__(self, key: bytes, customers: Customers, *, kept: Collection[str] = ()) -> None:
        """Take what it needs to know.

        Args:
            key: The project's; with another one every pseudonym is another.
            customers: The roster; pseudonyms among its aliases are known for what they are by `kept`.
            kept: Texts that are never replaced: ids, names of tools and workflows, pseudonyms.
        """
        self.customers = customers
        self._kept = frozenset(kept)
        self._keyed = Keyed(key)
        self._names = CustomerNames(customers, self._keyed)
        self._learned = Learned()
        self._made: dict[str, str] = {}
        """Pseudonym -> what it stands for: a customer's id, or a keyed digest."""
        self._seen: dict[str, list[Spot]] = {}
        self._met: set[str] = set()
        """Numbers, addresses and secrets that were replaced, without signs and blanks."""
        self._mentioned: dict[str, dict[str, None]] = {}
        """Customer id -> the pseudonyms that were used."""
        self._persons: dict[str, str] = {}
        """Words of the names of customers that are persons -> customer id."""
        for row in customers:
            self._meet(row)
            self.learn_names(row.people)
        for contact in (contact for row in customers for contact in row.contacts):
            self._learned.add_contact(contact)

    def _meet(self, customer: Customer) -> None:
        """Know a customer who is a person by a first name and by a surname as well."""
        for name in customer.names:
            # The first look is for large rosters: most customers are firms.
            if not is_first_name(name.split(maxsplit=1)[0]) or (0, len(name)) not in people(name):
                continue
            self._learned.add(name, [Spot(kind=PERSON, start=0, end=len(name))])
            for start, end in name_words(name):
                self._persons.setdefault(fold(name[start:end]), customer.id)

    def learn(self, values: Iterable[JSON]) -> None:
        """Note the people, numbers and secrets in these values: they are replaced without a label as well."""
        for value in values:
            for label, text in labelled(value):
                shown = f"{label}: {text}" if label else text
                self._learned.add(shown, self._found(shown))

    def learn_names(self, names: Iterable[str]) -> None:
        """Note names that a text does not tell from other words: of customers whom no roster knows."""
        for name in names:
            self._learned.add(name, [Spot(kind=PERSON, start=0, end=len(name))])

    def spare(self, values: Iterable[JSON]) -> None:
        """Leave what identifies somebody in these values as it is: they are in pseudonyms already."""
        for value in values:
            for label, text in labelled(value):
                shown = f"{label}: {text}" if label else text
                self._kept |= {shown[spot.start : spot.end] for spot in self._found(shown)}

    def text(self, text: str, *, label: str = "") -> str:
        """The text with a pseudonym in place of everything that identifies somebody.

        Args:
            text: Any text.
            label: What a key or a heading says of it, such as `account number`.
        """
        if not text or text in self._kept:
            return text
        before = f"{label}: " if label else ""
        found = [
            replace(spot, start=spot.start - len(before), end=spot.end - len(before))
            for spot in self._spots(before + text)
            if spot.start >= len(before)
        ]
        done, pieces = 0, []
        for spot in found:
            value = text[spot.start : spot.end]
            pieces += [text[done : spot.start], value if value in self._kept else self._instead(spot, value)]
            done = spot.end
        return "".join([*pieces, text[done:]])

    def json(self, value: JSON, *, label: str = "") -> JSON:
        """A JSON value with every text in it redacted, and names that are keys of an object."""
        if isinstance(value, str):
            return self.text(value, label=label)
        if isinstance(value, Mapping):
            return {
                self.text(str(key)): self.json(inner, label=label_of(str(key)))
                for key, inner in value.items()
            }
        if isinstance(value, (list, tuple)):
            return [self.json(inner, label=label) for inner in value]
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return self._number(value, label)
        return value

    def run(self, run: Run) -> Run:
        """A run with its texts redacted; ids, owners, names of steps, kinds and times stay."""
        return replace(
            run,
            subject=self._subject(run.subject),
            input=self.json(run.input),
            output=self.json(run.output),
            steps=tuple(map(self._step, run.steps)),
            attributes=_object(self.json(run.attributes)),
        )

    def pseudonyms(self) -> dict[str, Pseudonyms]:
        """What stands for the customers that were met so far: names as they were used, and addresses."""
        met = {row.id: self._contacts(row) for row in self.customers}
        return {
            row.id: Pseudonyms(
                names=tuple(dict.fromkeys([*self._all_names(row), *self._mentioned.get(row.id, ())])),
                contacts=met[row.id],
            )
            for row in self.customers
            if row.id in self._mentioned or met[row.id]
        }

    def label(self, customer: Customer) -> str:
        """What a customer is called where no name may stand."""
        return self._names.pseudonym(customer.id, customer.name) if customer.name else customer.id

    def named_in(self, value: JSON) -> tuple[str, ...]:
        """What a redacted value names by pseudonyms, for `Disguise`: customers' ids, digests of all else."""
        words = {word for _, text in texts(value) for word in plain_words(text)}
        whole = squeezed(flat_text(value))
        named = {
            digest
            for made, digest in self._made.items()
            # A fact may hold the stem of a word.
            if any(made[:length] in words for length in range(min(4, len(made)), len(made) + 1))
            or (len(made) > _LONG_ENOUGH and made in whole)
        }
        return tuple(sorted(named))

    def _all_names(self, customer: Customer) -> Iterator[str]:
        return (self._names.pseudonym(customer.id, name) for name in customer.names if name not in self._kept)

    def _contacts(self, customer: Customer) -> tuple[str, ...]:
        """Pseudonyms of those addresses of a customer that were met."""
        made = [self.text(one) for one in customer.contacts if squeezed(one) in self._met]
        return tuple(dict.fromkeys(made))

    def _spots(self, text: str) -> list[Spot]:
        return apart([*self._found(text), *self._learned.spots(text)])

    def _found(self, text: str) -> list[Spot]:
        """What stands in a text by itself; runs of one workflow say most things more than once."""
        if text not in self._seen:
            if len(self._seen) >= _REMEMBERED:
                self._seen.clear()
            self._seen[text] = [
                spot for start, piece in pieces(text) for spot in self._in_piece(start, piece)
            ]
        return self._seen[text]

    def _in_piece(self, start: int, piece: str) -> Iterator[Spot]:
        for spot in spots(piece, self.customers):
            yield replace(spot, start=start + spot.start, end=start + spot.end)

    def _instead(self, spot: Spot, value: str) -> str:
        if spot.kind == CUSTOMER and spot.customer is not None:
            made = self._names.pseudonym(spot.customer, as_read(value))
            self._mentioned.setdefault(spot.customer, {})[made] = None
            for one in plain_words(made):
                self._made[one] = f"{CUSTOMER}:{spot.customer}"
            return made
        if spot.kind == PERSON:
            return self._person(as_read(value))
        self._met.add(squeezed(value))
        made = pseudonym(spot.kind, value, self._keyed)
        self._made[squeezed(made)] = f"{spot.kind}:{self._keyed.name('value', value_key(value))}"
        if spot.kind in WORD_BY_WORD:
            self._note_words(spot.kind, value, made)
        return made

    def _note_words(self, kind: str, value: str, made: str) -> None:
        """Note what stands for each word of a mailbox or a street: each may turn up without the rest."""
        before, after = (re.findall(r"[^\W\d_]{3,}", one.partition("@")[0]) for one in (value, made))
        for word, other in zip(before, after, strict=False):
            named = PERSON if kind == "email" else kind
            self._made[fold(other)] = f"{named}:{self._keyed.name(named, fold(word))}"

    def _person(self, name: str) -> str:
        """A person's name with other words: each word has the same one everywhere; initials stay."""
        done, pieces = 0, []
        for start, end in list(name_words(name)) or [(0, len(name))]:
            pieces += [name[done:start], self._name_word(name[start:end])]
            done = end
        return "".join([*pieces, name[done:]])

    def _name_word(self, written: str) -> str:
        if customer := self._persons.get(fold(written)):
            made = self._names.pseudonym(customer, written)
            self._made[fold(made)] = f"{CUSTOMER}:{customer}"
            return made
        made = name_word(written, self._keyed)
        self._made[fold(made)] = f"{PERSON}:{self._keyed.name(PERSON, fold(written))}"
        return made

    def _number(self, value: float, label: str) -> JSON:
        """A whole number that identifies somebody, such as an account's, stays a number of its kind."""
        if not label or value != value // 1:
            return value
        made = self.text(str(int(value)), label=label)
        return type(value)(int(made)) if made.isdecimal() else value

    def _subject(self, subject: Subject | None) -> Subject | None:
        if subject is None or subject.customer is None or subject.customer in self._kept:
            return subject
        if subject.customer_id is not None:
            return replace(subject, customer=self._names.pseudonym(subject.customer_id, subject.customer))
        return replace(subject, customer=self.text(subject.customer))

    def _step(self, step: Step) -> Step:
        return replace(
            step,
            agent=self.text(step.agent, label="agent") if step.agent else step.agent,
            input=self.json(step.input),
            output=self.json(step.output),
            error=self.text(step.error) if step.error else step.error,
            records=tuple(map(self._record, step.records)),
            attributes=_object(self.json(step.attributes)),
        )

    def _record(self, record: Record) -> Record:
        return replace(record, text=self.text(record.text), metadata=_object(self.json(record.metadata)))


def _object(value: JSON) -> Mapping[str, JSON]:
    return value if isinstance(value, Mapping) else {}
