"""Parts of a look-back that are done, kept until all are: what was interrupted goes on from there."""

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress

from incident2eval.lookback import PartResult, decoded
from incident2eval.model import BadInput, Incident2EvalError, NotJudged
from incident2eval.pipeline.past.pieces import Pieces
from incident2eval.store import Project, read_bytes, write_atomically

_SUM = 32
_LARGEST = 4 * 1024**3


class KeptParts:
    """The finished parts of one look-back."""

    def __init__(self, home: Project, question: str) -> None:
        """Find what is kept.

        Args:
            home: Whose look-back.
            question: Digest over what is asked.
        """
        self._folder = home.root / ".incident2eval" / "look-back" / question[:32]
        self._held: dict[str, bytes] = {}
        self.trouble: str | None = None
        """Why finished parts cannot be kept on disk; they are held in memory then."""

    def has(self, pieces: Pieces) -> bool:
        """Whether a part is done, and what it was made of is unchanged."""
        return self._read(_name(pieces)) is not None

    def keep(self, pieces: Pieces, result: bytes) -> None:
        """Keep what came of a part."""
        name = _name(pieces)
        if self.trouble is None:
            try:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                write_atomically(self._folder / name, hashlib.sha256(result).digest() + result)
            except (OSError, Incident2EvalError) as error:
                self.trouble = str(error)
            else:
                return
        self._held[name] = result

    def results(self, parts: Sequence[Pieces]) -> Iterator[PartResult]:
        """What came of the parts, one after the other, in that order.

        Raises:
            NotJudged: Some of it is gone.
        """
        for pieces in parts:
            if (data := self._read(_name(pieces))) is None:
                hint = "was the same asked twice at once? The same command judges again what is missing"
                raise NotJudged("what came of some parts is no longer there", hint=hint)
            yield decoded(data)

    def drop(self) -> None:
        """Keep nothing any more."""
        shutil.rmtree(self._folder, ignore_errors=True)
        with suppress(OSError):
            self._folder.parent.rmdir()

    def _read(self, name: str) -> bytes | None:
        """The result of that name, whole; None where there is none, or it is not as it was written."""
        if name in self._held:
            return self._held[name]
        try:
            data = read_bytes(self._folder / name, limit=_LARGEST)
        except BadInput:
            return None
        return data[_SUM:] if hashlib.sha256(data[_SUM:]).digest() == data[:_SUM] else None


def _name(pieces: Pieces) -> str:
    return hashlib.sha256(
        "\n".join(piece.mark for piece in pieces).encode(errors="surrogateescape")
    ).hexdigest()
