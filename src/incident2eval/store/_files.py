"""Files: read with care, written whole or not at all."""

import errno
import hashlib
import os
import secrets
import stat
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from incident2eval.model import BadInput, Fault, NotJudged

LIMIT = 50_000_000
"""Bytes that one file may hold."""


def sha256(data: bytes) -> str:
    """The SHA-256 of the data, in hex."""
    return hashlib.sha256(data).hexdigest()


def read_bytes(path: Path, *, file: str | None = None, limit: int = LIMIT) -> bytes:
    """The bytes of a regular file.

    Args:
        path: Where it is.
        file: What a message calls it; the path itself when not given.
        limit: How many bytes it may hold.

    Raises:
        BadInput: The file is absent, a folder, a link, a pipe, not readable or too large.
    """
    shown = file or str(path)
    with opened(path, file=shown) as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise BadInput(Fault(file=shown, message=f"holds more than {limit / 1e6:g} MB, which is not read"))
    return data


def decoded(raw: bytes, *, file: str) -> str:
    """The text that the bytes are in UTF-8, without a byte order mark.

    Raises:
        BadInput: They are not UTF-8; the line is named.
    """
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        fault = Fault(file=file, line=line, message="is not UTF-8 text", hint="save it as UTF-8")
        raise BadInput(fault) from error


@contextmanager
def opened(path: Path, *, file: str) -> Iterator[BufferedReader]:
    """A regular file opened for reading; links are not followed and pipes not waited for.

    Raises:
        BadInput: It cannot be opened or read, or is no regular file.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise BadInput(Fault(file=file, message="is not a file"))
            yield stream
    except (OSError, ValueError) as error:
        raise BadInput(Fault(file=file, message=_why_not(path, error))) from error


def _why_not(path: Path, error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, IsADirectoryError):
        return "is a folder, not a file"
    if is_link(path):
        return "is a link, and links are not followed"
    return f"cannot be read: {error.strerror if isinstance(error, OSError) else error}"


def is_link(path: Path) -> bool:
    """Whether the path itself is a symbolic link; a path that no file system can hold is none."""
    try:
        return path.is_symlink()
    except (OSError, ValueError):
        return False


def write_atomically(path: Path, data: bytes) -> None:
    """Write one file so that a reader, after a crash too, sees the old bytes or the new ones.

    Raises:
        BadInput: The path, or the folder that holds it, is a link.
        NotJudged: The file system refused (full, read-only); the old file is still in place.
    """
    write_together({path: data})


def write_together(files: Mapping[Path, bytes], *, private: Collection[Path] = ()) -> None:
    """Write several files, all or none as far as the file system allows; what is the same is left alone.

    Every file is complete on the disk under another name before the first takes its place. A fault while they
    do so puts the earlier ones back; a power cut just then may leave some old and some new, each whole.

    Args:
        files: Where -> what.
        private: Those that only their owner may read.

    Raises:
        BadInput: A path, or the folder that holds it, is a link.
        NotJudged: The file system refused; the old files are still in place.
    """
    before = {path: _current(path) for path in files}
    changed = [path for path in files if files[path] != before[path]]
    replaced: list[Path] = []
    with ExitStack() as folders:
        try:
            staged = {
                path: folders.enter_context(_staged(path, files[path], private=path in private))
                for path in changed
            }
            for path in changed:
                staged[path].put()
                replaced.append(path)
            for each in staged.values():
                os.fsync(each.folder)
        except BaseException as error:
            new = _put_back({path: before[path] for path in replaced})
            if isinstance(error, OSError):
                raise _refused(error, new, changed) from error
            raise


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk: before that, a power cut takes a new file away.

    Raises:
        OSError: The file system refused, or it is no folder.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _current(path: Path) -> bytes | None:
    for place in (path, path.parent):
        if place.is_symlink():
            raise BadInput(_through_a_link(place))
    return read_bytes(path) if path.exists() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Staged:
    """A file that is complete on the disk, in its folder under a name that nobody reads."""

    folder: int
    """Open: whatever takes the folder's place meanwhile, it is this one that is written to."""
    temporary: str
    name: str

    def put(self) -> None:
        """Give it its name."""
        os.replace(self.temporary, self.name, src_dir_fd=self.folder, dst_dir_fd=self.folder)


@contextmanager
def _staged(path: Path, data: bytes, *, private: bool = False) -> Iterator[_Staged]:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENOTDIR}:
            raise BadInput(_through_a_link(path.parent)) from error
        raise
    staged = _Staged(folder=folder, temporary=f".{secrets.token_hex(8)}.tmp", name=path.name)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        mode = 0o600 if private else 0o666
        with os.fdopen(os.open(staged.temporary, flags, mode, dir_fd=folder), "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        yield staged
    finally:
        with suppress(OSError):
            os.unlink(staged.temporary, dir_fd=folder)
        os.close(folder)


def _through_a_link(path: Path) -> Fault:
    return Fault(file=str(path), message="is a link, and nothing is written through links")


def _put_back(before: Mapping[Path, bytes | None]) -> list[str]:
    """Put files back as they were; the names of those that could not be, which are whole and new."""
    new = []
    for path, data in before.items():
        try:
            if data is None:
                path.unlink()
            else:
                with _staged(path, data) as staged:
                    staged.put()
        except OSError:
            new.append(path.name)
    return new


def _refused(error: OSError, new: Sequence[str], changed: Sequence[Path]) -> NotJudged:
    where = error.filename2 or error.filename or changed[0]  # a full disk names no file
    state = f"new already, and not put back: {', '.join(new)}" if new else "nothing was changed"
    return NotJudged(
        f"{where}: cannot be written: {error.strerror}", hint=f"{state}; free space or rights, then again"
    )
