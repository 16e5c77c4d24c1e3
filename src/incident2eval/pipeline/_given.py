"""The files that a person named, one by one or as a folder, here or somewhere else."""

import glob
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import BinaryIO, cast

from incident2eval.formats import Skipped
from incident2eval.model import BadInput, Fault
from incident2eval.pipeline._remote import HIDDEN, Remote, is_url, remote_files, shown_url
from incident2eval.store import UNFINISHED, Project

_BY_SYSTEMS = frozenset({".DS_Store", ".gitkeep", ".gitignore", ".lock"})
"""Hidden files that programs leave in any folder: no trace is called so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One file to read."""

    path: Path
    named: bool
    """Whether the person named it; else it lay in a folder that was named, and need be no trace."""

    @property
    def name(self) -> str:
        """How the person knows it."""
        return str(self.path)

    @property
    def comes_once(self) -> bool:
        """Whether it is a pipe or the like, which can be read only once."""
        return self.named and not self.path.is_file()

    def shown(self, root: Path | None) -> str:
        """What a message of a project calls it: its path from the root, where it lies below that."""
        return str(self.path.relative_to(root)) if root and self.path.is_relative_to(root) else self.name

    def size(self) -> int:
        """How many bytes it has; 0 where nobody knows."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    def mark(self) -> str:
        """What tells it from what it was before a change, without reading it; empty where it is gone."""
        try:
            stat = self.path.stat()
        except OSError:
            return ""
        return f"{stat.st_size} {stat.st_mtime_ns} {stat.st_ino}"

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """The file, open for reading; a link that took a file's place in a folder is not followed.

        Raises:
            BadInput: It cannot be opened.
        """
        flags = os.O_RDONLY | os.O_CLOEXEC | (0 if self.named else os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            descriptor = os.open(self.path, flags)
        except OSError as error:
            message = f"cannot be read: {error.strerror}"
            raise BadInput(Fault(message=message, file=self.name, hint="check the path")) from error
        try:
            # whoever reads it buffers it, and may drop that buffer without closing what is not theirs
            yield cast("BinaryIO", FileIO(descriptor, closefd=False))
        finally:
            os.close(descriptor)


File = Given | Remote
"""A file to read, wherever it lies."""


def place(text: str) -> Path | str:
    """What a person typed for a file or a folder: a URL stays as it is, anything else is a path."""
    return text if is_url(text) else Path(text)


def shown(where: Path | str) -> str:
    """What a message calls it: a URL without what lets somebody in."""
    return shown_url(where) if isinstance(where, str) else str(where)


def placed_files(places: Iterable[Path | str], *, tell_hidden: bool = False) -> Iterator[File | Skipped]:
    """The files at paths and URLs, in the order in which these were given; each once.

    Args:
        places: Files and folders, and URLs of files, of folders and with `*` in them.
        tell_hidden: Whether what is hidden in a folder is named as skipped.

    Returns:
        As `given_files` does; and URLs behind which nothing can be listed.
    """
    seen: set[Path | str] = set()
    for each in places:
        for found in _at(each, tell_hidden=tell_hidden):
            key = found.path if isinstance(found, Given) else found.url if isinstance(found, Remote) else None
            if key is None or key not in seen:
                yield found
            if key is not None:
                seen.add(key)


def _at(where: Path | str, *, tell_hidden: bool) -> Iterator[File | Skipped]:
    if isinstance(where, Path):
        return given_files([where], tell_hidden=tell_hidden)
    return remote_files(where, tell_hidden=tell_hidden)


def settings_files(home: Project) -> Iterator[File | Skipped]:
    """The files of past runs that the settings of a project name, and what they name and cannot be had."""
    patterns = home.settings.project.archive
    yield from (Given(path=path, named=False) for path in home.archive_files())
    yield from hidden_files(home.root, [one for one in patterns if not is_url(one)])
    yield from placed_files([one for one in patterns if is_url(one)], tell_hidden=True)


def given_files(paths: Iterable[Path], *, tell_hidden: bool = False) -> Iterator[Given | Skipped]:
    """The files, and those below the folders in the order of their names; what is hidden is left out.

    Args:
        paths: Files and folders as they were typed.
        tell_hidden: Whether what is hidden in a folder is named as skipped.

    Returns:
        Each file once, and what lies in a folder and is none or cannot be listed.
    """
    seen: set[Path] = set()
    for path in paths:
        below = _below(path, tell_hidden=tell_hidden)
        for found in below if path.is_dir() else [Given(path=path, named=True)]:
            if isinstance(found, Skipped):
                yield found
            elif found.path not in seen:
                seen.add(found.path)
                yield found


def hidden_files(root: Path, patterns: Iterable[str]) -> Iterator[Skipped]:
    """What patterns would match if they matched hidden names too; of a folder and what is in it, the folder.

    Args:
        root: Where the patterns begin.
        patterns: As the settings hold them.
    """
    whole = [str(root / pattern) for pattern in patterns]
    seen = {name for one in whole for name in glob.iglob(one, recursive=True)}  # noqa: PTH207 - may be absolute
    every = {
        name
        for one in whole
        for name in glob.iglob(one, recursive=True, include_hidden=True)  # noqa: PTH207 - may be absolute
    }
    hidden = set(map(Path, every - seen))
    for path in sorted(hidden):
        if hidden.isdisjoint(path.parents) and not _is_nobodys(path):
            yield _hidden(path.relative_to(root) if path.is_relative_to(root) else path)


def _is_nobodys(path: Path) -> bool:
    """Whether a hidden file is none that holds runs: a system's, or one that an archive has not finished."""
    return path.name in _BY_SYSTEMS or path.name.startswith(UNFINISHED)


def _below(folder: Path, *, tell_hidden: bool) -> Iterator[Given | Skipped]:
    waiting = [folder]
    while waiting:
        path = waiting.pop()
        try:
            mode = path.lstat().st_mode if path != folder else stat.S_IFDIR
            if stat.S_ISDIR(mode):
                names = sorted(os.listdir(path), reverse=True)  # noqa: PTH208 - names are all that is needed
                waiting += [path / name for name in names if not name.startswith(".")]
                hidden = [path / name for name in reversed(names) if name.startswith(".") and tell_hidden]
                yield from (_hidden(one) for one in hidden if not _is_nobodys(one))
            elif stat.S_ISREG(mode):
                yield Given(path=path, named=False)
            else:
                kind = "link, and links" if stat.S_ISLNK(mode) else "pipe or device, and these"
                yield Skipped(where=str(path), why=f"is a {kind} in a folder are not followed")
        except OSError as error:
            yield Skipped(where=str(path), why=f"cannot be read: {error.strerror}")


def _hidden(path: Path) -> Skipped:
    return Skipped(where=str(path), why=HIDDEN)
