"""An incident as its case may hold it: in pseudonyms, or as it is where the team asked for that."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from incident2eval import evalcase
from incident2eval.checks import Known
from incident2eval.evalcase import Search
from incident2eval.model import Pseudonyms, Run
from incident2eval.pipeline._dossier import Dossier
from incident2eval.pipeline._redacting import (
    disguised,
    learn_incident,
    redacted_known,
    redactor_of,
    roster_of,
    with_pseudonyms,
)
from incident2eval.redaction import Redactor
from incident2eval.store import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """What is written of an incident."""

    known: Known
    """With the roster that its tests are judged with."""
    search: Search
    """The tests, their facts in the words of these runs."""
    runs: Mapping[int, Run]
    """Id of a run of the dossier -> the run as it is written."""
    redactor: Redactor | None
    """None where nothing is redacted."""
    named: tuple[str, ...] = ()
    """What a run of today gets the same pseudonyms for, before the tests see it."""

    def text(self, text: str) -> str:
        """A text as it may be written."""
        return self.redactor.text(text) if self.redactor else text

    def texts(self, texts: tuple[str, ...]) -> tuple[str, ...]:
        """Texts as they may be written."""
        return tuple(map(self.text, texts))

    def of(self, runs: Mapping[str, Run]) -> dict[str, Run]:
        """Runs by name as they are written."""
        return {name: self.runs.get(id(run), run) for name, run in runs.items()}

    @property
    def pseudonyms(self) -> Mapping[str, Pseudonyms]:
        """What stands for customers in these runs."""
        return self.redactor.pseudonyms() if self.redactor else {}


def hide(dossier: Dossier, found: Search, *, redact: bool) -> Hidden:
    """Put an incident into pseudonyms, and prove that its tests still see it.

    Args:
        dossier: The incident as it is.
        found: The tests that were found for it.
        redact: Whether to; where not, everything stays as it is.
    """
    if not redact:
        known = replace(dossier.known, customers=roster_of(dossier.project))
        return Hidden(known=known, search=found, runs={}, redactor=None)
    redactor = incident_redactor(dossier)
    known = dossier.known
    if not any(one.check.all_runs for one in found.kept):
        known = replace(known, before=(), since=())  # only a series is measured against them
    hidden = redacted_known(known, redactor, dossier.known.customers)
    runs = {id(run): told for run, told in _pairs(known, hidden)}
    customers = with_pseudonyms(roster_of(dossier.project), redactor.pseudonyms())
    hidden = replace(hidden, customers=customers)
    retold = evalcase.retell(found, hidden, redactor.json)
    named = _named(found, retold, hidden, redactor)
    retold = evalcase.as_live(retold, _live(known, dossier, named, hidden))
    return Hidden(known=hidden, search=retold, runs=runs, redactor=redactor, named=named)


def _named(found: Search, retold: Search, hidden: Known, redactor: Redactor) -> tuple[str, ...]:
    """What the facts name by pseudonyms; they may hold a piece of one, so all that leaves the runs counts."""
    plain = {one.check.name: one.facts for one in found.kept}
    if all(one.facts == plain[one.check.name] for one in retold.kept):
        return ()
    runs = [*hidden.recorded_runs, *hidden.corrected_runs]
    leaving = [value for run in runs for value in (run.output, *(s.input for s in run.steps if s.is_call))]
    return redactor.named_in([*leaving, *(dict(one.facts) for one in retold.kept)])


def _live(known: Known, dossier: Dossier, named: tuple[str, ...], hidden: Known) -> Known:
    """The incident's runs as if today's workflow gave them, with what the facts name in disguise."""

    def told(run: Run) -> Run:
        return disguised(run, dossier.project, named, incident=dossier.incident.id)

    return replace(
        known,
        recorded=told(known.recorded),
        corrected=told(known.corrected) if known.corrected else None,
        all_recorded=tuple(map(told, known.all_recorded)),
        all_corrected=tuple(map(told, known.all_corrected)),
        customers=hidden.customers,
    )


def sure_of_key(project: Project) -> tuple[str, ...]:
    """Make the project's key where it has none, and what a person should then know."""
    if project.key() is not None:
        return ()
    project.make_key()
    made = ".incident2eval/key was made, and what is written is in its pseudonyms"
    return (f"{made}: git ignores it, so keep a copy where your passwords are",)


def incident_redactor(dossier: Dossier) -> Redactor:
    """A redactor that has read the incident's file and runs; the project gets a key where it has none."""
    runs = (*dossier.known.recorded_runs, *dossier.known.corrected_runs)
    redactor = redactor_of(dossier.project, runs=runs, key=dossier.project.make_key())
    learn_incident(redactor, dossier.incident, runs)
    return redactor


def _pairs(known: Known, hidden: Known) -> list[tuple[Run, Run]]:
    pairs = [(known.recorded, hidden.recorded)]
    if known.corrected and hidden.corrected:
        pairs.append((known.corrected, hidden.corrected))
    for plain, told in (
        (known.all_recorded, hidden.all_recorded),
        (known.all_corrected, hidden.all_corrected),
        (known.before, hidden.before),
        (known.since, hidden.since),
    ):
        pairs += zip(plain, told, strict=True)
    return pairs
