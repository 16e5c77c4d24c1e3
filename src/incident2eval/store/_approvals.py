"""approvals/: what people signed, a file each. Once a file is there it stays as it is."""

import re
from pathlib import Path

from incident2eval.model import BadInput, Fault
from incident2eval.store._alone import alone
from incident2eval.store._files import is_link, read_bytes, write_atomically
from incident2eval.store._validation import quoted

FOLDER = "approvals"
_ENDING = ".dsse.json"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,180}\.dsse\.json", re.ASCII)
_LIMIT = 1_000_000
"""Bytes of one approval, which is a few lines."""


def read_approvals(root: Path) -> tuple[tuple[str, bytes], ...]:
    """What every file of approvals/ holds, by its path from the root, sorted.

    Raises:
        BadInput: The folder or a file in it is a link, or cannot be read.
    """
    folder = root / FOLDER
    if is_link(folder):
        raise BadInput(Fault(file=FOLDER, message="is a link, and links are not followed"))
    names = sorted(path.name for path in folder.glob(f"*{_ENDING}")) if folder.is_dir() else []
    shown = [f"{FOLDER}/{name}" for name in names]
    return tuple((file, read_bytes(root / file, file=file, limit=_LIMIT)) for file in shown)


def keep_approval(root: Path, name: str, data: bytes) -> str:
    """Write an approval under a name that none has yet, and say its path from the root.

    Raises:
        BadInput: It is no plain name ending in .dsse.json, another approval has it, or the folder is a link.
        NotJudged: The file system refused.
    """
    shown = f"{FOLDER}/{name}"
    if is_link(root / FOLDER):
        raise BadInput(Fault(file=FOLDER, message="is a link, and nothing is written through links"))
    if not _NAME.fullmatch(name):
        raise BadInput(Fault(message=f"{quoted(name)} is no name for a file of approvals"))
    # The lock that reports are published under: git ignores it in every project.
    with alone(root / "reports", shown="reports"):
        path = root / shown
        if path.exists() and read_bytes(path, file=shown) != data:
            raise BadInput(Fault(file=shown, message="is there already, and approvals are never rewritten"))
        write_atomically(path, data)
    return shown
