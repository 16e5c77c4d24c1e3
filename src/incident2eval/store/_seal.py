"""SEALED.json: which evidence there was, byte for byte, in a chain that grows only at its end."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from incident2eval.model import BadInput, NotJudged, NotProvable
from incident2eval.store._evidence import Kept, digest_of
from incident2eval.store._files import read_bytes, sha256, write_atomically
from incident2eval.store._incidents import is_linked
from incident2eval.store._json import canonical, pretty, read_object
from incident2eval.store._schema import dump
from incident2eval.store._validation import check, quoted
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


@dataclass(frozen=True, slots=True, kw_only=True)
class SealState:
    """What became of sealed evidence: everything that is not as it was, at once."""

    entries: tuple[SealedFile, ...] = ()
    """What the manifest says now, whether its chain holds or not."""
    manifest: tuple[str, ...] = ()
    """What is wrong with the manifest itself, in words."""
    changed: tuple[str, ...] = ()
    """Files whose bytes are not those that were sealed."""
    gone: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    """Files among the evidence that nobody sealed."""
    absent: tuple[str, ...] = ()
    """Files that the incident file lists, that nobody sealed, and that are not there."""
    passed_over: Mapping[str, str] = field(default_factory=dict)
    """What lies among the evidence and is never sealed, and what it is: a link, hidden, a pipe."""


def sealed_files(manifest: Path, *, file: str) -> tuple[SealedFile, ...]:
    """What has been sealed so far; empty where nothing has.

    Raises:
        BadInput: The manifest cannot be read.
        NotProvable: Its chain does not hold: somebody changed it.
    """
    if not manifest.exists():
        return ()
    entries = _entries(read_bytes(manifest, file=file), file=file)
    if any(_breaks(entries)):
        raise NotProvable(
            f"{file}: was changed after the evidence was sealed", hint="restore it from version control"
        )
    return entries


def seal_files(
    manifest: Path, kept: Sequence[Kept], *, folder: Path, by: str, file: str
) -> tuple[SealedFile, ...]:
    """Seal what is not sealed yet, then make sure that the rest is unchanged; returns all that is sealed.

    Args:
        manifest: SEALED.json; nobody else writes it meanwhile.
        kept: The evidence that is there.
        folder: Where its paths start from.
        by: Who seals it.
        file: What a message calls the manifest.

    Raises:
        BadInput: The manifest or a file cannot be read.
        NotProvable: A sealed file was changed since, and is never sealed again; what is new is sealed.
        NotJudged: A sealed file is absent; what is new is sealed.
    """
    before = sealed_files(manifest, file=file)
    known, now = {entry.file for entry in before}, datetime.now(UTC).replace(microsecond=0)
    unsealed = {one.evidence.file: one for one in kept if one.evidence.file not in known}
    fresh = [_entry(one, when=now, by=by) for one in unsealed.values()]
    new = tuple(_chained(fresh, before[-1].chain if before else ""))
    if new:
        write_atomically(manifest, pretty(dump(_Manifest(entries=(*before, *new)))))
    _hold(before, folder, done="; what is new is sealed" if new else "")
    return (*before, *new)


def verify_files(manifest: Path, *, folder: Path, file: str) -> None:
    """Make sure that all sealed evidence is there as it was sealed.

    Raises:
        BadInput: The manifest cannot be read.
        NotProvable: A sealed file, or the manifest, was changed since.
        NotJudged: A sealed file is absent.
    """
    _hold(sealed_files(manifest, file=file), folder)


def seal_state(manifest: Path, here: Iterable[str], *, folder: Path, file: str) -> SealState:
    """Everything that is not as it was sealed; nothing is raised for what a person may have done to it.

    Args:
        manifest: SEALED.json, there or not.
        here: The evidence that is there, by its path from the folder.
        folder: Where these paths start from.
        file: What a message calls the manifest.
    """
    entries, wrong = _manifest_state(manifest, file=file)
    there = _there(entries, folder)
    return SealState(
        entries=entries,
        manifest=wrong,
        changed=tuple(name for name, same in there.items() if same is False),
        gone=tuple(name for name, same in there.items() if same is None),
        added=tuple(name for name in here if name not in there),
    )


def _manifest_state(manifest: Path, *, file: str) -> tuple[tuple[SealedFile, ...], tuple[str, ...]]:
    if not manifest.exists():
        return (), ()
    try:
        raw = read_bytes(manifest, file=file)
        entries = _entries(raw, file=file)
    except BadInput as error:
        return (), tuple(str(fault) for fault in error.faults)
    wrong = [f"{file}: {words}" for words in _breaks(entries)]
    if not wrong and raw != pretty(dump(_Manifest(entries=entries))):
        # What the values do not show: a space more, a key that nobody reads.
        wrong.append(f"{file}: is not byte for byte as it was written")
    return entries, tuple(wrong)


def _entries(raw: bytes, *, file: str) -> tuple[SealedFile, ...]:
    return check(_Manifest, Document(file=file, data=read_object(raw, file=file))).value.entries


def _breaks(entries: Sequence[SealedFile]) -> Iterator[str]:
    """Where the chain does not hold, each place by itself: what follows is judged by what stands there."""
    before = ""
    for number, entry in enumerate(entries, start=1):
        (right,) = _chained([entry], before)
        if right != entry:
            yield (
                f"entry {number} ({quoted(entry.file)}) is not as it was sealed, "
                "or an entry before it was taken away"
            )
        before = entry.chain


def _entry(kept: Kept, *, when: datetime, by: str) -> SealedFile:
    digest, size = digest_of(kept.path, file=kept.evidence.file)
    return SealedFile(
        file=kept.evidence.file, kind=kept.evidence.kind, bytes=size, sha256=digest, when=when, by=by
    )


def _hold(entries: Sequence[SealedFile], folder: Path, *, done: str = "") -> None:
    there = _there(entries, folder)
    changed = [name for name, same in there.items() if same is False]
    absent = [name for name, same in there.items() if same is None]
    if changed:
        raise NotProvable(
            f"evidence was changed after it was sealed: {', '.join(changed)}",
            hint=f"put the sealed file back, and keep the new one under another name{done}",
        )
    if absent:
        raise NotJudged(
            f"evidence was sealed but is absent: {', '.join(absent)}", hint=f"put it back as it was{done}"
        )


def _there(entries: Sequence[SealedFile], folder: Path) -> dict[str, bool | None]:
    """For every sealed file whether it has the bytes that were sealed; None where it is gone."""
    there: dict[str, bool | None] = {}
    for entry in entries:
        # Two entries for one file are somebody's forgery: the file has to fit the first as well.
        if there.get(entry.file, True):
            there[entry.file] = _is_as_sealed(entry, folder)
    return there


def _is_as_sealed(entry: SealedFile, folder: Path) -> bool | None:
    # One that leads elsewhere now, or cannot be read any more, is not what was sealed.
    inside = PurePosixPath(entry.file)
    if inside.is_absolute() or ".." in inside.parts or is_linked(folder, inside):
        return False
    path = folder / inside
    try:
        return digest_of(path, file=entry.file)[0] == entry.sha256
    except BadInput:
        return False if path.exists() else None


def _chained(entries: Sequence[SealedFile], chain: str) -> Iterator[SealedFile]:
    """The entries with the chain that they should have, from that of the entry before them."""
    for entry in entries:
        said = dump(replace(entry, chain=""))
        chain = sha256(chain.encode() + canonical(said))
        yield replace(entry, chain=chain)
