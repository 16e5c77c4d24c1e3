"""Words of people on hits: what a look-back found is kept, shown one by one; each word goes into the log."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from incident2eval.lookback import reached, reviewed
from incident2eval.model import JSON, BadInput, Event, Fault, Incident2EvalError, LogEntry, visible
from incident2eval.model.incident import Affected
from incident2eval.model.log import AS_REVIEWED
from incident2eval.model.look_back import Hit, Reached, Review, Reviewed
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline._word import append, now, refuse_name
from incident2eval.pipeline.past.lines import hit_lines
from incident2eval.pipeline.shown.layout import counted, wrapped
from incident2eval.store import Project, read_bytes, write_together

if TYPE_CHECKING:
    from msgspec.json import Decoder

_LARGEST = 4 * 1024**3
_SAID = {str(said): said for said in Reviewed}
_NAMED = 5
"""So many runs are named where one is not among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the last look-back found, with the words of past runs."""

    digest: str
    """The one of its line in the log."""
    hits: tuple[Hit, ...]
    doubtful: tuple[Hit, ...]

    @property
    def every(self) -> tuple[Hit, ...]:
        """The hits, and then what is in doubt."""
        return (*self.hits, *self.doubtful)


def keep_found(home: Project, incident: str, found: Found) -> str | None:
    """Keep what was found, on this machine only and readable by nobody else: it quotes past runs.

    Returns:
        Why it could not be kept.
    """
    import msgspec  # noqa: PLC0415 - only where something is kept

    path = _place(home, incident)
    try:
        if not found.every:
            path.unlink(missing_ok=True)
            return None
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        files = {path.parent / ".gitignore": b"*\n", path: msgspec.json.encode(found)}
        write_together(files, private={path})
    except (OSError, ValueError, Incident2EvalError) as error:
        return str(error)
    return None


def reviews_of(entries: Iterable[LogEntry]) -> dict[str, Review]:
    """The last word on each hit, by its mark."""
    words: dict[str, Review] = {}
    for one in entries:
        said = _SAID.get(one.state or "") if one.event == Event.HIT_REVIEWED else None
        if said and one.digest and one.by and one.reason:
            words[one.digest] = Review(said=said, reason=one.reason, by=one.by)
    return words


def customers_of(affected: Iterable[Reached]) -> tuple[Affected, ...]:
    """The customers whom hits reached, as the log holds them."""
    return tuple(Affected(kind="customer", ref=one.ref, count=1) for one in affected)


class HitReview:
    """A person's way through what the last look-back found; every word counts as soon as it is said."""

    def __init__(self, *, project: Path | None, incident: str, by: str) -> None:
        """Open what was found.

        Args:
            project: The project's folder, or None for the nearest one upward.
            incident: Its id.
            by: Who says so.

        Raises:
            BadInput: No such incident, a name that is none, or nothing was found here by the last look-back.
        """
        self._home = Project.find(project)
        self._incident = incident
        self._by = by
        refuse_name(by)
        entries = self._entries()
        self._found = _kept(self._home, incident, entries)
        self._said: list[tuple[Hit, Review]] = []

    @property
    def open(self) -> tuple[Hit, ...]:
        """What nobody has said anything of."""
        words = reviews_of(self._entries())
        return tuple(hit for hit in self._found.every if hit.mark not in words)

    def words(self, hit: Hit) -> str:
        """A hit for a person: the run, whose it was, whose data showed, and the words."""
        lines = [*hit_lines([hit]), *(f"    {name}: {value}" for name, value in hit.version)]
        quoted = [f"    words: {hit.excerpt}"] if hit.excerpt != hit.message else []
        return visible(wrapped([*lines, *quoted]))

    def named(self, run: str) -> tuple[Hit, ...]:
        """What was found in a run.

        Raises:
            BadInput: Nothing was.
        """
        hits = tuple(hit for hit in self._found.every if hit.run == run)
        if hits:
            return hits
        names = list(dict.fromkeys(visible(hit.run) for hit in self._found.every))
        more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
        message = f"the last look-back found nothing in a run called {visible(run)!r}"
        raise BadInput(Fault(message=message, hint=f"it found: {', '.join(names[:_NAMED])}{more}"))

    def say(self, hit: Hit, said: Reviewed, reason: str) -> None:
        """Keep a word on a hit; the same word again adds nothing.

        Raises:
            BadInput: It says no reason.
            NotJudged: The log cannot be written.
        """
        if not any(map(str.isalnum, reason)):
            raise BadInput(Fault(field="--reason", message="says no reason", hint="why is it one, or none?"))
        word = Review(said=said, reason=reason, by=self._by)
        self._said.append((hit, word))
        if reviews_of(self._entries()).get(hit.mark) == word:
            return
        entry = LogEntry(
            at=now(),
            event=Event.HIT_REVIEWED,
            by=self._by,
            ref=hit.run,
            state=said,
            reason=reason,
            digest=hit.mark,
        )
        append(self._home, self._incident, entry)

    def answer(self) -> Answer:
        """How the look-back stands now; the log says so too, where that is new."""
        entries = self._entries()
        hits, doubtful = reviewed(self._found.hits, self._found.doubtful, reviews_of(entries))
        affected = customers_of(reached(hits))
        number = sum(hit.counts for hit in hits)
        last = next(one for one in reversed(entries) if one.digest == self._found.digest)
        is_new = (last.hits, last.affected) != (number, affected)
        if is_new:
            again = replace(last, at=now(), by=self._by, kind=AS_REVIEWED, hits=number, affected=affected)
            append(self._home, self._incident, replace(again, given=None, previous=None))
        dismissed = sum(not hit.counts for hit in (*hits, *doubtful))
        data: dict[str, JSON] = {
            "incident": self._incident,
            "reviewed": [
                {"run": hit.run, "said": word.said, "reason": word.reason, "by": word.by}
                for hit, word in self._said
            ],
            "hits": number,
            "dismissed": dismissed,
            "for_review": sum(one.counts for one in doubtful),
            "affected": [one.ref for one in affected],
            "logged": is_new,
        }
        return Answer(data=data, text=wrapped(self._lines(number, dismissed, doubtful)))

    def _lines(self, number: int, dismissed: int, doubtful: Sequence[Hit]) -> Iterator[str]:
        yield from (f"{hit.run}: {word.said} by {word.by}: {word.reason}" for hit, word in self._said)
        left = sum(one.counts for one in doubtful)
        yield (
            f"{self._incident}: {counted(number, 'hit')} count{'s' * (number == 1)}, {dismissed:,} dismissed"
            f"{f', {left:,} in doubt' if left else ''}"
        )
        if number:
            yield f"next: incident2eval triage {self._incident}"

    def _entries(self) -> tuple[LogEntry, ...]:
        return self._home.incident(self._incident).entries


def _place(home: Project, incident: str) -> Path:
    return home.root / ".incident2eval" / "hits" / f"{incident}.json"


def _kept(home: Project, incident: str, entries: Sequence[LogEntry]) -> Found:
    """What the last look-back found, if that was here."""
    last = next((one for one in reversed(entries) if one.event == Event.LOOKED_BACK and one.digest), None)
    if last is None:
        raise _refused(incident, "no past runs were looked at yet")
    path = _place(home, incident)
    if not path.exists():
        why = "the last look-back found nothing" if not last.hits else "its hits are not on this machine"
        raise _refused(incident, why)
    try:
        found = _decoder().decode(read_bytes(path, limit=_LARGEST))
    except ValueError:
        raise _refused(incident, "what was found can no longer be read") from None
    if found.digest != last.digest:
        raise _refused(incident, "the last look-back was not on this machine")
    return found


def _refused(incident: str, why: str) -> BadInput:
    return BadInput(
        Fault(
            field="--review",
            message=f"{incident}: {why}, so there is nothing to review",
            hint=f"look back here first: incident2eval look-back {incident}",
        )
    )


@cache
def _decoder() -> "Decoder[Found]":
    import msgspec  # noqa: PLC0415 - only where something was kept

    return msgspec.json.Decoder(Found)
