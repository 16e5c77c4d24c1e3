"""Files that a person named by a URL, wherever fsspec reads them: buckets, web servers, other machines.

Only what was typed or stands in the settings is ever opened, and what a folder or a pattern of these lists.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from io import SEEK_END, SEEK_SET, RawIOBase
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from urllib.parse import urlsplit

from incident2eval.formats import Skipped
from incident2eval.model import BadInput, Fault

if TYPE_CHECKING:
    from typing_extensions import Buffer

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://", re.ASCII)
_WEB = frozenset({"http", "https"})
_WILD = re.compile(r"[*?\[]")
_BLOCK = 8 * 1024 * 1024
"""Bytes that are fetched at once."""

HIDDEN = "is hidden: its name begins with a dot, and it was not read"

_INSTALL = 'pip install "incident2eval[remote]"'
_CONNECT, _ANSWER = 30.0, 60.0
"""Seconds to wait for a server, and for the next bytes of a file."""


def is_url(text: str) -> bool:
    """Whether it is meant as a URL: `s3://bucket/traces/*.jsonl.gz`."""
    return _URL.match(text) is not None


def shown_url(url: str) -> str:
    """A URL as a message may show it: without what lets somebody in."""
    scheme, _, rest = url.partition("://")
    place = re.split(r"[?#]", rest, maxsplit=1)
    host, slash, path = place[0].partition("/")
    return f"{scheme}://{_without_login(host)}{slash}{path}{'?...' if len(place) > 1 else ''}"


def _without_login(host: str) -> str:
    login, at, bare = host.rpartition("@")
    return f"***@{bare}" if at and login else host


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """One file to read, somewhere else."""

    url: str = field(repr=False)
    """With whatever lets somebody in: for nobody to see."""
    named: bool
    """Whether the person named it; else it lay in a folder that was named, and need be no trace."""

    @property
    def name(self) -> str:
        """How the person knows it."""
        return shown_url(self.url)

    @property
    def comes_once(self) -> bool:
        """Whether it can be read only once: no."""
        return False

    def shown(self, root: Path | None) -> str:  # noqa: ARG002 - as for a file here
        """What a message of a project calls it."""
        return self.name

    def size(self) -> int:
        """How many bytes it has; 0 where nobody knows."""
        size = self._info().get("size")
        return size if isinstance(size, int) else 0

    def mark(self) -> str:
        """What tells it from what it was before a change, as far as the server says; empty if it does not."""
        said = sorted((str(key), str(value)) for key, value in self._info().items() if key != "name")
        return hashlib.sha256(repr(said).encode(errors="surrogatepass")).hexdigest() if said else ""

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """The file, open for reading.

        Raises:
            BadInput: It cannot be opened; while it is read, it cannot be read any further.
        """
        with _told(self.url):
            system, path = _system(self.url)
            file = (
                _from_web(system, path) if _is_web(self.url) else system.open(path, "rb", block_size=_BLOCK)
            )
        try:
            yield cast("BinaryIO", _Stream(file, self.url))
        finally:
            file.close()

    def _info(self) -> dict[str, Any]:
        try:
            with _told(self.url):
                system, path = _system(self.url)
                return dict(system.info(path))
        except BadInput:
            return {}


def remote_files(url: str, *, tell_hidden: bool = False) -> Iterator[Remote | Skipped]:
    """The file at a URL; those below a folder, or that a pattern matches, in the order of their names.

    Args:
        url: As it was typed.
        tell_hidden: Whether what is hidden there is named as skipped.

    Returns:
        The files, and what could not be listed; a file that was named is not asked for yet.
    """
    try:
        with _told(url):
            system, path = _system(url)
            names = _web_names(system, url) if _is_web(url) else _names(system, path)
    except BadInput as error:
        yield from (Skipped(where=fault.file or "", why=_whole(fault)) for fault in error.faults)
        return
    if names is None:
        yield Remote(url=url, named=True)
        return
    for name in sorted(names):
        found = _as_url(url, path, name)
        if not _is_hidden(found, url):
            yield Remote(url=found, named=False)
        elif tell_hidden:
            yield Skipped(where=shown_url(found), why=HIDDEN)
    if not names:
        yield Skipped(where=shown_url(url), why="matches no file" if _WILD.search(url) else "holds no file")


def _is_hidden(found: str, url: str) -> bool:
    """Whether a dot begins its name, or that of a folder between it and what was typed."""
    typed = url.rstrip("/").split("/")
    return any(part.startswith(".") and part not in typed for part in found.split("/"))


def _is_web(url: str) -> bool:
    return url.partition("://")[0].lower() in _WEB


def _as_url(url: str, path: str, name: str) -> str:
    """The URL of a file that was listed: what stands before the path in that of the folder or the pattern."""
    if is_url(name):
        return name
    return url.rstrip("/").removesuffix(path.rstrip("/")) + name


def _whole(fault: Fault) -> str:
    return f"{fault.message} ({fault.hint})" if fault.hint else fault.message


def _names(system: Any, path: str) -> list[str] | None:
    """The files that a pattern matches or a folder holds; None of a file."""
    if _WILD.search(path):
        found = system.glob(path, detail=True)
        return [name for name, info in found.items() if info["type"] == "file"]
    try:
        is_folder = system.info(path)["type"] == "directory"
    except FileNotFoundError:
        return None  # it says so itself when it is opened
    return list(system.find(path)) if is_folder else None


def _web_names(system: Any, url: str) -> list[str] | None:
    """The files that a web server's page lists, in that folder itself; None of a file.

    A page of a folder is made by a stranger: only what stands below its address is taken.
    """
    parts = urlsplit(url)
    folder, _, pattern = parts.path.rpartition("/")
    if parts.query or (pattern and not _WILD.search(pattern)):
        return None
    base = f"{parts.scheme}://{parts.netloc}{folder}/"
    below = (str(name).removeprefix(base) for name in system.ls(base, detail=False) if name.startswith(base))
    files = (name for name in below if name not in {"", "..", "."} and not re.search(r"[/?#]", name))
    return [base + name for name in files if fnmatchcase(name, pattern or "*")]


def _from_web(system: Any, path: str) -> Any:
    """A file on a web server: in pieces where the server gives its last byte alone, else whole."""
    file = system.open(path, "rb", block_size=_BLOCK)
    try:
        file.seek(-1, SEEK_END)
        file.read(1)
        file.seek(0)
    except ValueError:
        file.close()
        return system.open(path, "rb", block_size=0)
    return file


def _system(url: str) -> tuple[Any, str]:
    """What reads such URLs, and what it calls the file.

    Raises:
        BadInput: Nothing that is installed does.
    """
    scheme = url.partition("://")[0].lower()
    try:
        import fsspec  # noqa: PLC0415 - an extra: only who names a URL needs it
    except ModuleNotFoundError:
        message = "is a URL, and the package fsspec that reads them is not installed"
        raise BadInput(Fault(file=shown_url(url), message=message, hint=_INSTALL)) from None
    try:
        kind = fsspec.get_filesystem_class(scheme)
    except ImportError as error:
        message = f"cannot be read with what is installed: {_line(error)}"
        hint = _INSTALL if _is_web(url) else "install that too"
        raise BadInput(Fault(file=shown_url(url), message=message, hint=hint)) from None
    except ValueError:
        message, hint = f"nothing is known that reads {scheme}://", "check how it is spelled"
        raise BadInput(Fault(file=shown_url(url), message=message, hint=hint)) from None
    given = _web_options(url) if _is_web(url) else kind._get_kwargs_from_urls(url)  # noqa: SLF001 - as fsspec.open does, without chains of URLs
    return kind(**given), str(kind._strip_protocol(url))  # noqa: SLF001


def _web_options(url: str) -> dict[str, Any]:
    import aiohttp  # noqa: PLC0415 - see _system

    # a large file takes as long as it takes, a server that says nothing does not
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT, sock_read=_ANSWER)
    # what is escaped already, such as a signature, must stay as it is
    return {"client_kwargs": {"timeout": timeout, "trust_env": True}, "encoded": "%" in url}


@contextmanager
def _told(url: str, what: str = "cannot be read") -> Iterator[None]:
    """Say what went wrong in words of our own: a library's may hold the URL with all that is in it."""
    try:
        yield
    except BadInput:
        raise
    except Exception as error:  # noqa: BLE001 - every library behind fsspec has errors of its own
        message = f"{what}: {_why(error)}"
        raise BadInput(Fault(file=shown_url(url), message=message, hint="check the URL")) from None


def _why(error: BaseException) -> str:
    """In a few words, none of them the library's where it may say more than it should."""
    chain = tuple(_chain(error))
    status = next((code for one in chain if isinstance(code := getattr(one, "status", None), int)), 0)
    if status in {401, 403}:
        return f"access is denied (the server answers {status})"
    if status and status != 404:
        return f"the server answers {status}"
    if any("Certificate" in type(one).__name__ for one in chain):
        return "the server's certificate is not trusted"
    if any(
        isinstance(one, ConnectionError) or type(one).__name__.startswith("ClientConnect") for one in chain
    ):
        return "the server cannot be reached"
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, PermissionError):
        return "access is denied"
    if isinstance(error, TimeoutError):
        return "the server does not answer in time"
    return type(error).__name__


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]


class _Stream(RawIOBase):
    """A remote file as files here are: it says truly whether one can jump about in it, and fails alike."""

    def __init__(self, file: Any, url: str) -> None:
        self._file = file
        self._url = url
        self._seekable = self._can_seek()

    def _can_seek(self) -> bool:
        try:
            self._file.seek(0, SEEK_END)
            self._file.seek(0)
        except Exception:  # noqa: BLE001 - a file without a size says so in many ways
            return False
        return True

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._seekable

    def seek(self, offset: int, whence: int = SEEK_SET, /) -> int:
        return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        return int(self._file.tell())

    def readinto(self, buffer: "Buffer", /) -> int:
        view = memoryview(buffer).cast("B")
        with _told(self._url, "cannot be read any further"):
            data = self._file.read(len(view))
        view[: len(data)] = data
        return len(data)
