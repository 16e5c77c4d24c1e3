"""The file of a pack: a zip that is the same for the same content, with a manifest and digests."""

import json
import re
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import PurePosixPath
from typing import Self

from incident2eval.model import JSON, BadInput, Fault
from incident2eval.store import sha256

MANIFEST, SUMS = "MANIFEST.json", "SHA256SUMS"

_DATE = (1980, 1, 1, 0, 0, 0)
"""The time of every member: when a pack was made stands in its manifest."""
_UNSAFE = re.compile(r"[^\w .,()+@=/-]")


class PackFile:
    """A pack that is being made; no more than one of its files is in memory unpacked."""

    def __init__(self) -> None:
        self._stream = BytesIO()
        self._zip = zipfile.ZipFile(self._stream, "w", zipfile.ZIP_DEFLATED, compresslevel=6)
        self.files: dict[str, tuple[int, str]] = {}
        """Member -> bytes and SHA-256, in their order."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of a pack that was given up."""
        self._zip.close()

    def add(self, name: str, data: bytes) -> str:
        """Add a member; returns the name that it got.

        Signs that some systems do not allow are spelt out, and what would overwrite another member where
        capitals do not count gets a number.

        Raises:
            BadInput: The name leads out of the pack.
        """
        if ".." in PurePosixPath(name).parts or name.startswith("/") or name != str(PurePosixPath(name)):
            raise BadInput(Fault(file=name, message="is no name for a file of a pack"))
        safe = _UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), name)
        taken = {there.casefold() for there in (*self.files, MANIFEST, SUMS)}
        numbered = (safe, *(f"{safe}~{number}" for number in range(2, 10_000)))
        free = next(one for one in numbered if one.casefold() not in taken)
        self._write(free, data)
        self.files[free] = (len(data), sha256(data))
        return free

    def close(self, said: Mapping[str, JSON]) -> bytes:
        """The finished file.

        Args:
            said: What the manifest says beside the files.
        """
        files: list[JSON] = [
            {"file": name, "bytes": size, "sha256": digest} for name, (size, digest) in self.files.items()
        ]
        manifest = as_json({"schema": "incident2eval/pack/1", **said, "files": files})
        sums = {name: digest for name, (_, digest) in self.files.items()} | {MANIFEST: sha256(manifest)}
        self._write(MANIFEST, manifest)
        self._write(SUMS, "".join(f"{digest}  {name}\n" for name, digest in sums.items()).encode())
        self._zip.close()
        return self._stream.getvalue()

    def _write(self, name: str, data: bytes) -> None:
        member = zipfile.ZipInfo(name, _DATE)
        member.create_system, member.external_attr = 3, 0o100644 << 16
        member.compress_type = zipfile.ZIP_DEFLATED
        self._zip.writestr(member, data)


def as_json(value: JSON) -> bytes:
    """JSON as people read it, keys in their own order."""
    return f"{json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False)}\n".encode()
