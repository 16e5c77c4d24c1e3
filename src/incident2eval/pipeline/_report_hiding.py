"""An incident file in pseudonyms: everything that `report` prints or writes is made from this."""

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any, TypeVar

from incident2eval.detection.spots import CUSTOMER, spots
from incident2eval.model import Incident2EvalError, IncidentFile, NotJudged, Rule, Run
from incident2eval.pipeline._dossier import read_traces
from incident2eval.pipeline._hiding import sure_of_key
from incident2eval.pipeline._redacting import learn_incident, redactor_of
from incident2eval.store import Project

Noun = TypeVar("Noun")

_PEOPLE = frozenset({"by", "owner", "deputy", "switch_off_by", "confirmed_by", "decided_by", "to"})
"""Fields whose value is a person, in whatever noun."""
_NAMES = frozenset({("Reporter", "name"), ("Approver", "name"), ("Recipient", "ref")})
"""Nouns and their fields whose value is a person, or somebody by a reference that may be a name."""
_WORD = re.compile(r"(?<![^\W\d_])(?![A-Z]{1,3}\b)[^\W\d_a-z][^\W\d_]+")
"""A word with a capital that is no abbreviation."""
_IDS = frozenset(
    "id schema event rule state previous workflow version prompt_version data_version permissions_version "
    "model customer_id run format sha256 chain public_key target targets python".split()
)
"""Fields that are never replaced: ids, versions, kinds (contract section 1). Those of tasks hold names."""


class Hiding:
    """Puts the nouns of an incident into pseudonyms, the same for the same person throughout."""

    def __init__(
        self, home: Project, file: IncidentFile, more: Iterable[object] = (), *, for_others: bool
    ) -> None:
        """Read everything once, so that who is named in one place is hidden in all.

        Args:
            home: Whose key, roster and settings; the project gets a key where it has none.
            file: The incident.
            more: What else will be shown, such as the seal.
            for_others: Whether it leaves the house: else who answers for a workflow by the settings stays in
                clear wherever the whole name stands, as signers do in other reports.
        """
        key, self.notes = _key(home)
        runs = _runs(home, file.incident.id)
        self._redactor = redactor_of(home, runs=runs, key=key)
        learn_incident(self._redactor, file.incident, runs)
        people = sorted({name.strip() for name in _people([file, *more])}, key=len, reverse=True)
        self._redactor.learn_names(name for name in people if " " in name and _WORD.search(name))
        clear = frozenset() if for_others else frozenset(_answering(home))
        self._redactor.spare({"contact": name} for name in clear)
        self._called = {name: name if name in clear else self._made(name) for name in people}
        self._whole = [
            (self._anywhere(name), made)
            for name, made in self._called.items()
            if " " in name and name not in clear
        ]

    def text(self, text: str) -> str:
        """A sentence with nobody's name in it."""
        told = self._redactor.text(text)
        for pattern, made in self._whole:
            told = pattern.sub(made.replace("\\", r"\\"), told)
        return told

    def name(self, name: str) -> str:
        """A person as they may be called; what is no name, such as a rota, stays."""
        return self._called.get(name.strip()) or self.text(name)

    def _made(self, name: str) -> str:
        """What stands for a person, word by word: each word has the same one wherever it stands."""
        return _WORD.sub(lambda word: self._redactor.text(word[0], label="first name"), name)

    def _anywhere(self, name: str) -> re.Pattern[str]:
        """Finds a whole name in what was redacted: of a surname that is a common word a part may be left."""
        words = (f"(?:{re.escape(word)}|{re.escape(self._made(word))})" for word in name.split())
        return re.compile(r"(?<!\w)" + r"\s+".join(words) + r"(?!\w)", re.IGNORECASE)

    def __call__(self, noun: Noun) -> Noun:
        """The noun with every text in it hidden, ids and kinds as they are."""
        hidden: Noun = self._value(noun, "", "")
        return hidden

    def _value(self, value: Any, noun: str, field: str) -> Any:
        if isinstance(value, Enum) or (isinstance(value, Rule) and not value.own):
            return value
        if isinstance(value, str):
            if _is_person(noun, field):
                return self.name(value)
            return value if field in _IDS and noun != "Task" else self.text(value)
        if is_dataclass(value) and not isinstance(value, type):
            named = type(value).__name__
            return replace(
                value,
                **{one.name: self._value(getattr(value, one.name), named, one.name) for one in fields(value)},
            )
        if isinstance(value, Mapping):
            return {self.text(str(key)): self._value(inner, noun, field) for key, inner in value.items()}
        if isinstance(value, tuple):
            return tuple(self._value(inner, noun, field) for inner in value)
        if isinstance(value, list):
            return [self._value(inner, noun, field) for inner in value]
        return value


def _key(home: Project) -> tuple[bytes, tuple[str, ...]]:
    """The project's key, made where it has none; without it one for this process, and what that means."""
    try:
        notes = sure_of_key(home)
        return home.make_key(), notes
    except NotJudged as error:
        why = "; ".join(fault.message for fault in error.faults)
        return secrets.token_bytes(32), (f"{why}: those written here are others, and new ones each time",)


def _is_person(noun: str, field: str) -> bool:
    return field in _PEOPLE or (noun, field) in _NAMES


def _answering(home: Project) -> Iterator[str]:
    """Who answers for a workflow by the settings; a customer of the same name is nobody's to show."""
    flows = home.settings.workflows.values()
    named = {one.name for one in home.settings.approvers}
    named |= {name for flow in flows for name in (flow.owner, flow.deputy, flow.switch_off_by) if name}
    for name in sorted(map(str.strip, named)):
        if not any(spot.kind == CUSTOMER for spot in spots(name, home.customers)):
            yield name


def _people(value: object, noun: str = "", field: str = "") -> Iterator[str]:
    """Every name of a person that stands in a field for one."""
    if isinstance(value, str):
        if value.strip() and _is_person(noun, field):
            yield value
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            yield from _people(getattr(value, one.name), type(value).__name__, one.name)
    elif isinstance(value, (tuple, list)):
        for inner in value:
            yield from _people(inner, noun, field)


def _runs(home: Project, incident: str) -> tuple[Run, ...]:
    """The runs among its evidence, for who is named there; none where they cannot be read here."""
    try:
        readings, _ = read_traces(home.evidence(incident))
    except Incident2EvalError:
        return ()
    return tuple(run for reading in readings.values() for run in reading.runs)
