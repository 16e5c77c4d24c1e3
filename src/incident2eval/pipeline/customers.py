"""`customers`: what the roster holds, and the roster as hashes for git."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from incident2eval.detection.names.forms import names_in
from incident2eval.model import Customers, visible
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline.shown.layout import wrapped
from incident2eval.store import Project, write_atomically
from incident2eval.store._customers import clear_roster
from incident2eval.store._hashed import FILE, dump_hashed

_AFTERWARDS = (
    f'In incident2eval.toml, write under [project]: customers = "{FILE}"',
    "Take the roster in clear and the canaries out of git: git rm --cached, and a line each in .gitignore.",
    "Take the line canaries = ... out of the settings, if there is one: the file holds them as hashes.",
    "Put the line of .incident2eval/key into INCIDENT2EVAL_KEY, a secret of the CI.",
    "Run this again whenever the roster changes.",
)
_NOTES = (
    "Names that were committed once stay in the history of git, on every clone of it.",
    "Hashes keep casual readers out, no more: who has the key can try names, and ids stay in clear.",
)


def customers(*, project: Path | None, hashed: bool) -> Answer:
    """Say what the roster holds, or write it as keyed hashes that git may hold.

    Args:
        project: A folder of the project; the working directory when not given.
        hashed: Write customers.hashed.json, made of the roster in clear.

    Raises:
        BadInput: There is no project, no roster in clear to be hashed, or every fault of it.
        NotJudged: The key to a roster of hashes is not at hand, or the file system refused.
    """
    home = Project.find(project)
    return _written(home) if hashed else _told(home.customers)


def _told(roster: Customers) -> Answer:
    counts = _counts(roster)
    doubts = tuple(_doubts(roster))
    held = "as hashes" if roster.is_hashed else "in clear"
    said = ", ".join(f"{count:,} {what}" for what, count in counts.items())
    return Answer(
        data={**counts, "hashed": roster.is_hashed, "doubts": list(doubts)},
        text=wrapped([f"The roster holds {held}: {said}.", *doubts]),
    )


def _written(home: Project) -> Answer:
    roster = clear_roster(home.root, home.settings)
    write_atomically(home.root / FILE, dump_hashed(roster, home.make_key()))
    counts = _counts(roster)
    said = ", ".join(f"{count:,} {what}" for what, count in counts.items())
    steps = (f"{number}. {step}" for number, step in enumerate(_AFTERWARDS, start=1))
    return Answer(
        data={**counts, "hashed": True, "written": FILE, "doubts": list(_doubts(roster))},
        text=wrapped([f"Wrote {FILE}: {said}.", "", "What is left to do:", *steps]),
        notes=_NOTES,
    )


def _counts(roster: Customers) -> dict[str, int]:
    """How many of what; of a roster of hashes, forms of names are all that can be counted."""
    names = {"aliases": sum(len(row.aliases) for row in roster)}
    if roster.is_hashed:
        names = {"forms of names": sum(len(row.hashes.names) for row in roster)}
    return {
        "customers": len(roster),
        **names,
        "contacts": sum(len(row.contacts) + len(row.hashes.contacts) for row in roster),
        "canaries": sum(len(row.canaries) + len(row.hashes.canaries) for row in roster),
    }


def _doubts(roster: Customers) -> Iterator[str]:
    """Customers who cannot be told from others by name, and those whom no name finds."""
    bearers: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for name in names_in(roster):
        bearers[name.words].add(name.customer)
    for words, ids in bearers.items():
        if len(ids) > 1:
            who = ", ".join(map(visible, sorted(ids)))
            yield f"{visible(' '.join(words))}: {who} are called that; a text that says so is nobody's own"
    found = set().union(*bearers.values()) if bearers else set()
    for row in roster:
        if row.id not in found and not row.hashes.names:
            yield f"{visible(row.id)}: no name that can be looked for (a month, a weekday, a number)"
