"""The project's key: pseudonyms and hashed names are made with it, and it never goes into git."""

import hmac
import os
import secrets
from pathlib import Path

from incident2eval.model import BadInput, Fault
from incident2eval.store._alone import alone
from incident2eval.store._files import read_bytes, write_together

FOLDER = ".incident2eval"
FILE = f"{FOLDER}/key"
VARIABLE = "INCIDENT2EVAL_KEY"
"""Where a machine without the file finds the key: a secret of the CI."""

_BYTES = 32
_IGNORE = b"# What lies here never goes into git: the key tells pseudonyms from names.\n*\n"


def read_key(root: Path) -> bytes | None:
    """The key from the environment, else from the project's file; None where there is neither.

    Raises:
        BadInput: It is no key: 64 hexadecimal digits.
    """
    if given := os.environ.get(VARIABLE, "").strip():
        return _parsed(given, where=f"${VARIABLE}")
    path = root / FILE
    if not path.exists():
        return None
    return _parsed(read_bytes(path, file=FILE).decode("ascii", errors="replace").strip(), where=FILE)


def make_key(root: Path) -> bytes:
    """The key; made of chance and kept, readable by its owner only, where there is none yet.

    However many processes ask at once, one makes it and the others read it.

    Raises:
        BadInput: What is there is no key, or its folder is a link.
        NotJudged: The file system refused.
    """
    if (key := read_key(root)) is not None:
        return key
    with alone(root / FOLDER, shown=FOLDER):
        if (key := read_key(root)) is not None:
            return key
        key = secrets.token_bytes(_BYTES)
        files = {root / FOLDER / ".gitignore": _IGNORE, root / FILE: f"{key.hex()}\n".encode()}
        write_together(files, private={root / FILE})
        return key


def check_value(key: bytes) -> str:
    """What tells one key from another and says nothing of either; the lock holds it."""
    return hmac.new(key, b"incident2eval check value", "sha256").hexdigest()[:16]


def _parsed(text: str, *, where: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != _BYTES:
        hint = f"it is the line that {FILE} holds on the machine where the cases are written"
        raise BadInput(Fault(file=where, message="is no key: 64 hexadecimal digits", hint=hint))
    return key
