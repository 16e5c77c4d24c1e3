"""The archive of past runs on the disk: a folder for each workflow, files for each day, only added to."""

import errno
import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import BinaryIO, cast

from incident2eval.model import BadInput, Fault, NotJudged
from incident2eval.store._alone import alone
from incident2eval.store._files import is_link, sync_folder

UNNAMED = "unnamed"
"""The folder of runs that do not say whose they are."""

UNDATED = "undated"
"""In the place of the day, of runs that do not say when they were."""

UNFINISHED = ".unfinished-"
"""How the name of a file begins while it is written."""

_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,79}", re.ASCII)
_ODD = re.compile(r"[^A-Za-z0-9_-]+", re.ASCII)
_NUMBER = re.compile(r"(\d{1,9})\.parquet", re.ASCII)


class ArchiveFolder:
    """An archive: what is in it stays as it is."""

    def __init__(self, root: Path) -> None:
        """The archive in that folder, which is made when something is added."""
        self.root = root

    def alone(self) -> AbstractContextManager[None]:
        """No other process adds to it meanwhile.

        Raises:
            BadInput: It is a link.
            NotJudged: It cannot be written, or another process is still busy there.
        """
        with _writing(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
        return alone(self.root, shown=str(self.root))

    def files(self, workflow: str | None, day: date | None) -> tuple[Path, ...]:
        """Those of a workflow and a day, in the order in which they were added."""
        numbered = self._numbered(workflow, day)
        return tuple(numbered[number] for number in sorted(numbered))

    @contextmanager
    def adding(self, workflow: str | None, day: date | None) -> "Iterator[NewFile]":
        """A new file of a workflow and a day; in `alone`.

        Unless it is kept, nothing of it stays.

        Raises:
            BadInput: The folder is a link.
            NotJudged: The disk takes no more; what was there before still is.
        """
        folder = self._folder(workflow)
        if is_link(folder):
            message = "is a link, and nothing is written through links"
            raise BadInput(Fault(file=str(folder), message=message))
        with _writing(folder):
            is_new = not folder.is_dir()
            folder.mkdir(exist_ok=True)
            if is_new:
                sync_folder(self.root)
            _tidy(folder)
            last = max(self._numbered(workflow, day), default=0)
            with _unfinished(folder, f"{_day(day)}-{last + 1}.parquet") as new:
                yield new

    def _numbered(self, workflow: str | None, day: date | None) -> dict[int, Path]:
        folder, start = self._folder(workflow), f"{_day(day)}-"
        found = (
            (_NUMBER.fullmatch(path.name.removeprefix(start)), path) for path in folder.glob(f"{start}*")
        )
        return {int(number[1]): path for number, path in found if number}

    def _folder(self, workflow: str | None) -> Path:
        return self.root / folder_name(workflow)


class NewFile:
    """A file that is being written, under a name that nobody reads."""

    def __init__(self, stream: BinaryIO, *, folder: int, temporary: str, path: Path) -> None:
        self.stream = stream
        """Open for writing and reading."""
        self.path = path
        """Where it will be."""
        self._folder = folder
        self._temporary = temporary

    def settle(self) -> None:
        """Have all that was written on the disk; what is read back from now on comes from there if it can."""
        self.stream.flush()
        os.fsync(self.stream.fileno())
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(self.stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)

    def size(self) -> int:
        """How many bytes it has."""
        return os.fstat(self.stream.fileno()).st_size

    def keep(self) -> None:
        """Give it its name."""
        if os.path.lexists(self.path):
            raise FileExistsError(errno.EEXIST, "another file has taken the name", str(self.path))
        os.replace(self._temporary, self.path.name, src_dir_fd=self._folder, dst_dir_fd=self._folder)
        os.fsync(self._folder)


def folder_name(workflow: str | None) -> str:
    """What the folder of a workflow is called: its name where that is plain, else the like with a digest.

    Args:
        workflow: As a trace calls it: whatever a stranger may have written.
    """
    if not workflow:
        return UNNAMED
    if _PLAIN.fullmatch(workflow):
        return workflow
    digest = hashlib.sha256(workflow.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{_ODD.sub('-', workflow)[:60].strip('-') or 'workflow'}-{digest}"


def _day(day: date | None) -> str:
    return day.isoformat() if day else UNDATED


def _tidy(folder: Path) -> None:
    """Take away what a process that died has left; nobody else is writing here."""
    for path in folder.glob(f"{UNFINISHED}*"):
        path.unlink(missing_ok=True)


@contextmanager
def _unfinished(folder: Path, name: str) -> Iterator[NewFile]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    temporary = f"{UNFINISHED}{secrets.token_hex(8)}"
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(temporary, flags, 0o666, dir_fd=descriptor), "w+b") as stream:
            yield NewFile(
                cast("BinaryIO", stream), folder=descriptor, temporary=temporary, path=folder / name
            )
    finally:
        with suppress(OSError):
            os.unlink(temporary, dir_fd=descriptor)
        os.close(descriptor)


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENOTDIR}:
            message = "is a link or a file, and nothing is written through it"
            raise BadInput(Fault(file=str(folder), message=message)) from error
        hint = "every file that is there is whole; free space or rights, then the same again"
        raise NotJudged(f"{folder}: cannot be written: {error.strerror or error}", hint=hint) from error
