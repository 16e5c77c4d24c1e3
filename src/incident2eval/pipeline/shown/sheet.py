"""What reading came to beside the runs: files, what was inferred, what was left out; in bounded memory."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from incident2eval.formats import Inferred, Skipped

MOST_NAMED = 1000
"""How many things that were left out, or inferred, are named; the rest are counted."""


@dataclass(slots=True, kw_only=True)
class FileRead:
    """One file, or one in an archive, and what came of it."""

    file: str
    format: str
    runs: int = 0
    skipped: int = 0
    tells_more: bool = False
    """Whether it only tells more of other files' runs; those that it alone knows count as its own."""


@dataclass(slots=True)
class _Like:
    """Sentences that say the same of different runs, steps or customers."""

    first: str
    times: int = 0
    records: int = 0


@dataclass(slots=True)
class Sheet:
    """Filled in while files are read."""

    skipped: list[Skipped] = field(default_factory=list)
    """The first of them."""
    _files: dict[str, FileRead] = field(default_factory=dict)
    _more_skipped: int = 0
    _inferred: dict[str, _Like] = field(default_factory=dict)
    _more_inferred: int = 0

    @property
    def files(self) -> Sequence[FileRead]:
        """Every file, in the order in which they were met."""
        return tuple(self._files.values())

    @property
    def runs(self) -> int:
        """How many runs were read."""
        return sum(file.runs for file in self.files)

    @property
    def formats(self) -> str:
        """The names of the formats that were found."""
        return ", ".join(dict.fromkeys(file.format for file in self.files if file.format))

    def entry(self, file: str, format: str = "") -> FileRead:  # noqa: A002 - the field's word
        """The entry of a file, made when it is first asked for."""
        return self._files.setdefault(file, FileRead(file=file, format=format))

    def skip(self, skipped: Skipped, entry: FileRead | None = None) -> None:
        """Note that something was left out, of a file where it was in one."""
        if entry:
            entry.skipped += 1
        if len(self.skipped) < MOST_NAMED:
            self.skipped.append(skipped)
        else:
            self._more_skipped += 1

    def infer(self, sources: Iterable[Inferred]) -> None:
        """Note what was inferred in one run."""
        for source in sources:
            if source.alike not in self._inferred and len(self._inferred) == MOST_NAMED:
                self._more_inferred += 1
                continue
            like = self._inferred.setdefault(source.alike, _Like(source.said))
            like.times += 1
            like.records += source.records

    def left_out(self) -> Iterator[Skipped]:
        """What was left out, by name up to a limit."""
        yield from self.skipped
        if self._more_skipped:
            yield Skipped(where="elsewhere", why=f"{self._more_skipped:,} more were skipped")

    def inferred(self) -> Iterator[str]:
        """What was inferred and from where: one sentence, or one for all that are alike."""
        for pattern, like in self._inferred.items():
            if like.times == 1:
                yield like.first
            elif like.records:
                yield f"{pattern} ({like.records:,} records in {like.times:,} steps)"
            else:
                yield f"{pattern} ({like.times:,} runs)"
        if self._more_inferred:
            yield f"and {self._more_inferred:,} times more, from other keys"
