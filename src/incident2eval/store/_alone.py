"""One process at a time: whoever changes what others change too waits for whoever is doing so."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from incident2eval.model import BadInput, Fault, NotJudged
from incident2eval.store._files import is_link

LOCK = ".lock"
"""Hidden, so that nobody takes it for evidence; it stays and says nothing: the kernel holds the lock."""

PATIENCE = 600.0
"""Seconds to wait for somebody else; who died holds no lock, so this one is alive and busy."""


@contextmanager
def alone(folder: Path, *, shown: str) -> Iterator[None]:
    """Keep every other process out of here until this is done.

    Args:
        folder: Made where it is not there; its lock is for processes that agree to ask for it.
        shown: What a message calls the folder.

    Raises:
        BadInput: The folder is a link.
        NotJudged: Another process is still busy there, or the lock cannot be written.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415 - only needed to write

    if is_link(folder):
        raise BadInput(Fault(file=shown, message="is a link, and nothing is written through links"))
    if is_link(folder / LOCK):
        raise NotJudged(
            f"{shown}/{LOCK}: is a link, and nothing is written through links", hint="remove it, then again"
        )
    lock = FileLock(folder / LOCK, timeout=PATIENCE)
    try:
        folder.mkdir(exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise NotJudged(
            f"{shown}: another process has been busy there for {PATIENCE:g} seconds",
            hint="nothing was changed; wait for it, then again",
        ) from error
    except OSError as error:
        raise NotJudged(
            f"{shown}/{LOCK}: cannot be written: {error.strerror}",
            hint="nothing was changed; put it right, then again",
        ) from error
    try:
        yield
    finally:
        lock.release()
