"""SEALED.json: which evidence there was, byte for byte, in a chain that grows only at its end."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from incident2eval.model import NotJudged, NotProvable
from incident2eval.store._evidence import Kept
from incident2eval.store._files import opened, read_bytes, sha256, write_atomically
from incident2eval.store._json import canonical, pretty, read_object
from incident2eval.store._schema import dump
from incident2eval.store._validation import check
from incident2eval.store._yaml import Document

_SCHEMA = "incident2eval/sealed/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedFile:
    """One file as it was when it was sealed."""

    file: str
    """Relative to the incident's folder."""
    kind: str
    bytes: int
    sha256: str
    when: datetime
    by: str
    chain: str = ""
    """SHA-256 over the chain of the entry before and this entry: nothing before it can change unseen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Manifest:
    schema: str = _SCHEMA
    entries: tuple[SealedFile, ...] = ()


def sealed_files(manifest: Path, *, file: str) -> tuple[SealedFile, ...]:
    """What has been sealed so far; empty where nothing has.

    Raises:
        BadInput: The manifest cannot be read.
        NotProvable: Its chain does not hold: somebody changed it.
    """
    if not manifest.exists():
        return ()
    data = read_object(read_bytes(manifest, file=file), file=file)
    entries = check(_Manifest, Document(file=file, data=data)).value.entries
    if entries != tuple(_chained(entries, "")):
        raise NotProvable(
            f"{file}: was changed after the evidence was sealed", hint="restore it from version control"
        )
    return entries


def seal_files(manifest: Path, kept: Sequence[Kept], *, by: str, file: str) -> tuple[SealedFile, ...]:
    """Seal what is not sealed yet, having made sure that the rest is unchanged; returns all that is sealed.

    Raises:
        BadInput: The manifest or a file cannot be read.
        NotProvable: A sealed file was changed since; it is never sealed again.
        NotJudged: A sealed file is absent.
    """
    before = sealed_files(manifest, file=file)
    now = datetime.now(UTC).replace(microsecond=0)
    here = {one.evidence.file: _entry(one, when=now, by=by) for one in kept}
    _hold(before, here)
    known = {entry.file for entry in before}
    new = tuple(
        _chained([here[name] for name in here if name not in known], before[-1].chain if before else "")
    )
    if new:
        write_atomically(manifest, pretty(dump(_Manifest(entries=(*before, *new)))))
    return (*before, *new)


def verify_files(manifest: Path, kept: Sequence[Kept], *, file: str) -> None:
    """Make sure that all sealed evidence is there as it was sealed.

    Raises:
        BadInput: The manifest or a file cannot be read.
        NotProvable: A sealed file, or the manifest, was changed since.
        NotJudged: A sealed file is absent.
    """
    now = datetime.now(UTC)
    _hold(
        sealed_files(manifest, file=file), {one.evidence.file: _entry(one, when=now, by="") for one in kept}
    )


def _entry(kept: Kept, *, when: datetime, by: str) -> SealedFile:
    with opened(kept.path, file=kept.evidence.file) as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        size = stream.tell()
    return SealedFile(
        file=kept.evidence.file, kind=kept.evidence.kind, bytes=size, sha256=digest, when=when, by=by
    )


def _hold(before: Sequence[SealedFile], here: dict[str, SealedFile]) -> None:
    absent = [entry.file for entry in before if entry.file not in here]
    if absent:
        raise NotJudged(
            f"evidence was sealed but is absent: {', '.join(absent)}", hint="put it back as it was"
        )
    changed = [entry.file for entry in before if here[entry.file].sha256 != entry.sha256]
    if changed:
        raise NotProvable(
            f"evidence was changed after it was sealed: {', '.join(changed)}",
            hint="put the sealed file back, and keep the new one under another name",
        )


def _chained(entries: Sequence[SealedFile], chain: str) -> Iterator[SealedFile]:
    """The entries with the chain that they should have, from that of the entry before them."""
    for entry in entries:
        said = dump(replace(entry, chain=""))
        chain = sha256(chain.encode() + canonical(said))
        yield replace(entry, chain=chain)
