"""Failures whose true types are known, from 1,000 to 1,000,000, as machines and people would report them.

A type is a fault (checks, control, kind of step, tool) x a symptom x a component (area x artefact). Two of
five failures are messages of a machine, the others notes of people: other words for the same thing, the
cause told or not, asides, ticket headers, typing errors, capitals, cuts, clauses in another order, and values
(customers, people, amounts, dates, ids, hex, addresses, versions) that say nothing about the type.
One type in five is a twin: its texts are those of another type, and only the fault tells them apart.
One failure in five has no fields at all, as in a file of `{"id", "text"}` rows; the fields of the others have
gaps and wrong entries. Twins keep their fields: without them no truth would be left.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import cluster_words_score
import cluster_words_tune
from cluster_words import Fault, Part, Symptom, Words

from incident2eval.model import Customer, Customers, Failure

VOCABULARIES = {"tune": (cluster_words_tune.WORDS, 1601), "score": (cluster_words_score.WORDS, 90417)}
"""Words and seed of each; the words of the one are not in the other. `score` was drawn anew at last."""

FEW = 200
"""How many types `few` has, whatever the number of failures."""

MACHINE = 0.4
NO_FIELDS = 0.2
LETTERS = "abcdefghijklmnopqrstuvwxyz"
OTHER_CHECKS = ("said_again", "lost_context_twice", "rubric_failed")
"""Found beside the right ones now and then."""


class Row(NamedTuple):
    """A failure, and the types it truly is of."""

    failure: Failure
    type: int
    told: int
    """The type by the text alone: twins have one."""
    wording: int
    """Which of the type's wordings the text has: 0 for a machine's."""


@dataclass(frozen=True, slots=True)
class Type:
    """A true type."""

    fault: Fault
    symptom: Symptom
    area: Part
    artefact: Part
    twin: bool
    told: int


def how_many(spread: str, n: int) -> int:
    """The number of types: 200, or a number that grows with the failures."""
    return FEW if spread == "few" else round(25 * n**0.3)


def rows(vocabulary: str, spread: str, n: int) -> Iterator[Row]:
    """Failures of one data set, the same ones every time."""
    words, seed = VOCABULARIES[vocabulary]
    chance = random.Random(seed)  # noqa: S311
    types = true_types(words, how_many(spread, n), chance)
    # `few`: the commonest type is eight times as frequent as the rarest; `zipf`: frequency falls as 1 / rank.
    weights = [(rank + 30) ** -1.0 if spread == "few" else 1 / (rank + 1) for rank in range(len(types))]
    values = Values(words, chance)
    for at, index in enumerate(chance.choices(range(len(types)), weights, k=n)):
        kind = types[index]
        wording = 0 if chance.random() < MACHINE else 1 + chance.randrange(len(kind.symptom.notes))
        text = _note(kind, wording, values, chance) if wording else _message(kind, values, chance)
        yield Row(_failure(f"f{at}", text, kind, chance), index, kind.told, wording)


def customers(vocabulary: str) -> Customers:
    """The roster: every name a customer can have."""
    names = list(_customer_names(VOCABULARIES[vocabulary][0]))
    return Customers(rows=tuple(Customer(id=f"C{at}", name=name) for at, name in enumerate(names)))


def true_types(words: Words, count: int, chance: random.Random) -> list[Type]:
    """So many different types, a fifth of them twins. In a random order, so that size says nothing."""
    places = [
        (symptom, area, artefact)
        for symptom in words.symptoms
        for area in words.areas
        for artefact in words.artefacts
    ]
    chance.shuffle(places)
    types: list[Type] = []
    for told, place in enumerate(places):
        fault, other = chance.sample(words.faults, 2)
        twin = told % 9 == 0
        types += [Type(each, *place, twin, told) for each in ((fault, other) if twin else (fault,))]
        if len(types) >= count:
            break
    chance.shuffle(types)
    return types[:count]


class Values(dict[str, str]):
    """Fills the places of a text; every value is drawn anew."""

    def __init__(self, words: Words, chance: random.Random) -> None:
        super().__init__()
        self.words = words
        self.chance = chance
        self.names = list(_customer_names(words))

    def __missing__(self, name: str) -> str:
        return str(getattr(self, f"_{name}")())

    def fill(self, template: str, **given: str) -> str:
        """The template with every place filled, the given ones as given."""
        self.clear()
        self.update(given)
        return template.format_map(self)

    def _customer(self) -> str:
        return self.chance.choice(self.names)

    def _person(self) -> str:
        first, last = (self.chance.choice(names) for names in self.words.people)
        return self.chance.choice((f"{first} {last}", first, f"{first[0]}. {last}"))

    def _amount(self) -> str:
        value = self.chance.randrange(100, 10_000_000) / 100
        return self.chance.choice(
            (f"EUR {value:,.2f}", f"${value:.2f}", f"{value:.0f}", f"\N{POUND SIGN}{value:,.0f}")
        )

    def _date(self) -> str:
        pick = self.chance.randrange
        year, month, day = 2023 + pick(4), 1 + pick(12), 1 + pick(28)
        iso = f"{year}-{month:02}-{day:02}"
        time = f"{pick(24):02}:{pick(60):02}:{pick(60):02}"
        return self.chance.choice(
            (iso, f"{iso}T{time}Z", f"{day:02}.{month:02}.{year}", f"{month}/{day}/{year % 100}")
        )

    def _id(self) -> str:
        value = self.chance.randrange(1_000, 10_000_000)
        return self.chance.choice(
            (f"INC-{value}", f"#{value}", str(value), f"{value % 97:02}/{value}", f"A{value:X}")
        )

    def _hex(self) -> str:
        return f"{self.chance.getrandbits(48):012x}"

    def _url(self) -> str:
        return f"https://{self.words.host}/{self._hex()[:6]}/{self._n()}"

    def _version(self) -> str:
        return ".".join(str(self.chance.randrange(20)) for _ in range(3))

    def _n(self) -> int:
        return self.chance.randrange(1, 500)

    def _level(self) -> int:
        return self.chance.randrange(1, 5)


def _customer_names(words: Words) -> Iterator[str]:
    firsts, seconds, forms = words.customers
    for first in firsts:
        for at, second in enumerate(seconds):
            yield f"{first} {second} {forms[at % len(forms)]}".strip()


def _failure(name: str, text: str, kind: Type, chance: random.Random) -> Failure:
    if not kind.twin and chance.random() < NO_FIELDS:
        return Failure(id=name, text=text)
    fault = kind.fault
    return Failure(
        id=name,
        text=text,
        workflow=None if chance.random() < 0.2 else kind.area.slug,
        checks=_checks(kind, chance),
        control=None if chance.random() < 0.15 else fault.control,
        step_kind=None if chance.random() < 0.1 else fault.step_kind,
        tool=None if chance.random() < 0.3 else f"{kind.area.slug}.{fault.tool}",
    )


def _checks(kind: Type, chance: random.Random) -> tuple[str, ...]:
    checks = kind.fault.checks
    luck = chance.random()
    if luck < 0.08:
        return (*checks, chance.choice(OTHER_CHECKS))
    if luck < 0.18:
        return checks[:1]
    return checks


def _message(kind: Type, values: Values, chance: random.Random) -> str:
    """What a machine wrote: one wording a type, in a few layouts, with other values."""
    slug = f"{kind.area.slug}-{kind.artefact.slug}"
    text = kind.symptom.message if kind.twin else f"{kind.symptom.message} ({kind.fault.code})"
    log = chance.choice(values.words.logs).replace("{text}", text)
    if chance.random() < 0.3:
        log += "\n" + chance.choice(values.words.traces)
    return _cut(values.fill(log, slug=slug, host=values.words.host), chance)


def _note(kind: Type, wording: int, values: Values, chance: random.Random) -> str:
    """What a person wrote."""
    area, artefact = chance.choice(kind.area.names), chance.choice(kind.artefact.names)
    part = chance.choice((f"the {area} {artefact}", f"{area} {artefact}", f"the {artefact} for {area}"))
    clauses = [kind.symptom.notes[wording - 1]]
    if not kind.twin and chance.random() < 0.6:
        clauses.append(chance.choice(kind.fault.causes))
    clauses += chance.sample(values.words.asides, chance.choice((0, 0, 1, 1, 2)))
    if chance.random() < 0.35:
        chance.shuffle(clauses)
    text = chance.choice((". ", ". ", "; ", ", ", " - ")).join(clauses)
    told = _mistyped(values.fill(text, part=part), chance)
    return _cut(_cased(values.fill(chance.choice(values.words.layouts), text=told), chance), chance)


def _mistyped(text: str, chance: random.Random) -> str:
    """One to three typing errors in every third text."""
    if chance.random() < 0.67:
        return text
    for _ in range(chance.choice((1, 1, 2, 3))):
        at = chance.randrange(len(text) - 1)
        here, then, letter = text[at], text[at + 1], chance.choice(LETTERS)
        text = (
            text[:at] + chance.choice((then + here, here, here + here + then, letter + then)) + text[at + 2 :]
        )
    return text


def _cased(text: str, chance: random.Random) -> str:
    luck = chance.random()
    if luck < 0.1:
        return text.lower()
    if luck < 0.14:
        return text.upper()
    return text[:1].upper() + text[1:]


def _cut(text: str, chance: random.Random) -> str:
    """The text, or now and then no more than what a field of a form held."""
    if chance.random() < 0.92:
        return text
    return text[: int(len(text) * chance.uniform(0.6, 0.9))] + chance.choice(("", "..."))
