"""Files: read with care, written whole or not at all."""

import hashlib
import os
import secrets
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
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


def write_together(files: Mapping[Path, bytes]) -> None:
    """Write several files, all or none as far as the file system allows; what is the same is left alone.

    Every file is complete on the disk under another name before the first takes its place. A fault while they
    do so puts the earlier ones back; a power cut just then may leave some old and some new, each whole.

    Raises:
        BadInput: A path, or the folder that holds it, is a link.
        NotJudged: The file system refused; the old files are still in place.
    """
    before = {path: _current(path) for path in files}
    changed = [path for path in files if files[path] != before[path]]
    staged: dict[Path, Path] = {}
    replaced: list[Path] = []
    try:
        for path in changed:
            staged[path] = _staged(path, files[path])
        for path in changed:
            staged[path].replace(path)
            replaced.append(path)
        _sync_folders(changed)
    except BaseException as error:
        _put_back({path: before[path] for path in replaced})
        if isinstance(error, OSError):
            raise _refused(error) from error
        raise
    finally:
        for temporary in staged.values():
            with suppress(OSError):
                temporary.unlink(missing_ok=True)


def _current(path: Path) -> bytes | None:
    for place in (path, path.parent):
        if place.is_symlink():
            raise BadInput(Fault(file=str(place), message="is a link, and nothing is written through links"))
    return read_bytes(path) if path.exists() else None


def _staged(path: Path, data: bytes) -> Path:
    """The data, complete on the disk beside the path under a name that nobody reads."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{secrets.token_hex(8)}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(temporary, flags, 0o666), "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _sync_folders(paths: Iterable[Path]) -> None:
    for folder in {path.parent for path in paths}:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _put_back(before: Mapping[Path, bytes | None]) -> None:
    for path, data in before.items():
        with suppress(OSError):
            if data is None:
                path.unlink()
            else:
                _staged(path, data).replace(path)


def _refused(error: OSError) -> NotJudged:
    where = error.filename2 or error.filename or "a file"
    return NotJudged(
        f"{where}: cannot be written: {error.strerror}",
        hint="nothing was changed; free space or rights, then again",
    )
