"""What a look-back came to: counted run by run, so that a million of them need no memory."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from incident2eval.model import Customers, Fault, Run
from incident2eval.model.incident import Affected
from incident2eval.pipeline._look_back_hits import Hit, hit_of
from incident2eval.pipeline._look_back_window import Coverage, Window
from incident2eval.pipeline._watch import Seen

_MOST_REASONS = 1000
"""So many reasons are told apart: a hostile archive has a new one for every run."""

NOTHING_TO_SEE = "none of these runs reports anything that it looks at"


@dataclass(slots=True, kw_only=True)
class NotJudged:
    """Why some runs were not judged, by one check or by any."""

    check: str | None
    """None: by any of them."""
    why: str
    runs: int = 0
    first: str | None = None
    """One of them."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """What became of the runs."""

    window: Window
    customers: Customers
    coverage: Coverage
    own: int = 0
    """Runs that are the incident's own."""
    earlier: int = 0
    """Runs from before the time that was asked for."""
    twice: int = 0
    """Runs that came again, from another file say."""
    unjudged: int = 0
    """Runs that say something, and that no check could judge."""
    unreadable: list[Fault] = field(default_factory=list)
    _hits: dict[tuple[str, object], Hit] = field(default_factory=dict)
    _judged: Counter[frozenset[str]] = field(default_factory=Counter)
    _looked_at: Counter[str] = field(default_factory=Counter)
    _not_judged: dict[tuple[str | None, str], NotJudged] = field(default_factory=dict)
    _known: set[int] = field(default_factory=set)

    def take(self, seen: Seen, name: str) -> None:
        """Count a run, and keep what was found in it."""
        self.take_again(seen, name)
        names = set()
        for one, said in seen.said:
            if isinstance(said, str):
                self.leave_out(one.check.name, said, name)
            else:
                names.add(one.check.name)
                self._looked_at[one.check.name] += said.judged + len(said)
        if names:
            self._judged[frozenset(names)] += 1
            self.coverage.add(seen.run)
        else:
            self.unjudged += bool(seen.run.steps) or not seen.run.is_empty

    def take_again(self, seen: Seen, name: str) -> None:
        """Keep what was found in a run that is counted already; what it says may have changed."""
        if hit := hit_of(seen, name, self.customers):
            self._hits.setdefault((hit.run, hit.at), hit)

    def came_before(self, run: Run) -> bool:
        """Whether a run of that id and time came before, from another file say; it is noted."""
        key = hash((run.id, run.started))
        before = bool(run.id) and key in self._known
        self._known.add(key)
        self.twice += before
        return before

    def leave_out(self, check: str | None, why: str, name: str | None = None) -> None:
        """Count a run that was not judged."""
        if (check, why) not in self._not_judged and len(self._not_judged) >= _MOST_REASONS:
            check, why = None, "for yet other reasons"
        row = self._not_judged.setdefault((check, why), NotJudged(check=check, why=why, first=name))
        row.runs += 1

    @property
    def checked(self) -> int:
        """How many runs were judged by a check that found anything to look at in any of them."""
        return sum(number for names, number in self._judged.items() if not names <= self._blind)

    @property
    def is_complete(self) -> bool:
        """Whether all that was handed over could be read and judged, and some is of the time asked about."""
        all_judged = not self.unreadable and not self.unjudged
        return bool(self.checked) and all_judged and self.coverage.is_begun

    @property
    def judges(self) -> tuple[str, ...]:
        """The checks that judged them."""
        return tuple(sorted({name for names in self._judged for name in names} - self._blind))

    @property
    def hits(self) -> tuple[Hit, ...]:
        """Every hit, by time; those without one at the end."""
        return tuple(sorted(self._hits.values(), key=lambda hit: (hit.at is None, str(hit.at), hit.run)))

    @property
    def affected(self) -> tuple[Affected, ...]:
        """Each customer who came to harm, once."""
        return tuple(Affected(kind="customer", ref=ref, count=1) for ref in sorted(self.runs_by_customer))

    @property
    def runs_by_customer(self) -> Counter[str]:
        """In how many hits each customer came to harm."""
        return Counter(ref for hit in self._hits.values() for ref in hit.affected)

    @property
    def not_judged(self) -> Sequence[NotJudged]:
        """What was not judged and why, the most runs first."""
        blind = (
            NotJudged(check=name, why=NOTHING_TO_SEE, runs=self._runs_of(name))
            for name in sorted(self._blind)
        )
        return sorted(
            [*self._not_judged.values(), *blind], key=lambda row: (-row.runs, row.check or "", row.why)
        )

    @property
    def _blind(self) -> set[str]:
        """The checks that found nothing to look at in any run: that they found no fault says nothing."""
        return {name for names in self._judged for name in names if not self._looked_at[name]}

    def _runs_of(self, check: str) -> int:
        return sum(number for names, number in self._judged.items() if check in names)
