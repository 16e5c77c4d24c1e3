"""Evidence: the files that belong to an incident, and what each one is."""

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from incident2eval import formats
from incident2eval.model import BadInput, Evidence, EvidenceKind, Fault, Incident, NotJudged
from incident2eval.store._files import opened, read_bytes, sha256, write_together
from incident2eval.store._incidents import is_linked
from incident2eval.store._validation import quoted

_IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF")
_TABLES = {".csv", ".tsv", ".xlsx"}
_TRACES = {".json", ".jsonl", ".ndjson", ".gz", ".zst", ".zip"}
_PLAIN = frozenset({"jsonl", "messages"})
"""Formats without a standard: what a log of tools or an input looks like as well."""

_CALLS = frozenset({"openai-chat", "openai-responses", "anthropic"})
"""Formats of which one document may be a call's input or its answer."""

_WORDS: tuple[tuple[EvidenceKind, frozenset[str]], ...] = (
    (
        EvidenceKind.TRACE,
        frozenset({"trace", "traces", "span", "spans", "run", "runs", "otel", "langfuse", "langsmith"}),
    ),
    (EvidenceKind.PROMPT, frozenset({"prompt", "prompts", "instructions"})),
    (EvidenceKind.INPUT, frozenset({"input", "inputs", "request"})),
    (EvidenceKind.OUTPUT, frozenset({"output", "outputs", "draft", "reply", "answer", "sent"})),
    (EvidenceKind.APPROVAL, frozenset({"approval", "approvals", "approved", "release"})),
    (EvidenceKind.RETRIEVAL_LOG, frozenset({"retrieval", "retrievals", "retrieved", "lookup", "lookups"})),
    (EvidenceKind.TOOL_LOG, frozenset({"tool", "tools", "calls", "audit"})),
    (EvidenceKind.USER_ACTION, frozenset({"click", "clicks", "user"})),
    (EvidenceKind.SCREENSHOT, frozenset({"screenshot"})),
)
_CORRECTED = frozenset({"corrected", "fixed", "fix"})
_GOOD = frozenset({"good"})
_NO_EVIDENCE = re.compile(r"\.gitkeep|\.DS_Store|\.lock|\.[0-9a-f]{16}\.tmp")
"""What nobody put there as evidence: what keeps or describes a folder, our lock, what a dead writer left."""

_VARIATIONS = {
    (EvidenceKind.TRACE, _CORRECTED): EvidenceKind.CORRECTED_TRACE,
    (EvidenceKind.OUTPUT, _CORRECTED): EvidenceKind.CORRECTED_OUTPUT,
    (EvidenceKind.TRACE, _GOOD): EvidenceKind.GOOD_TRACE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One file of evidence, and where it is."""

    evidence: Evidence
    path: Path
    listed: bool
    """Whether the incident file names it; else it was found in evidence/."""

    def read(self) -> bytes:
        """The file's bytes.

        Raises:
            BadInput: It is no regular file, cannot be read, or is too large.
        """
        return read_bytes(self.path, file=self.evidence.file)


def evidence_of(incident: Incident, folder: Path) -> tuple[Kept, ...]:
    """The incident's evidence: what its file lists, in that order, then what else lies in evidence/.

    Args:
        incident: The incident; its paths were checked when it was read.
        folder: The folder that the paths start from.

    Raises:
        NotJudged: A file is listed but absent.
    """
    refuse_absent(incident, folder)
    return present_of(incident, folder)


def absent_of(incident: Incident, folder: Path) -> tuple[str, ...]:
    """The files that the incident file lists and that are not there."""
    listed = dict.fromkeys(evidence.file for evidence in incident.evidence if evidence.file)
    return tuple(file for file in listed if not (folder / file).is_file())


def refuse_absent(incident: Incident, folder: Path) -> None:
    """Raise NotJudged where a file is listed but absent."""
    absent = absent_of(incident, folder)
    if absent:
        hint = f"put it into {folder.name}/, or take it out of incident.yaml"
        raise NotJudged(f"{incident.id}: evidence is listed but absent: {', '.join(absent)}", hint=hint)


def present_of(incident: Incident, folder: Path) -> tuple[Kept, ...]:
    """As `evidence_of`, but what is listed and absent is passed over, as rows are that name no file."""
    rows = (
        Kept(evidence=evidence, path=folder / evidence.file, listed=True)
        for evidence in incident.evidence
        if evidence.file and (folder / evidence.file).is_file()
    )
    listed = tuple(
        one if one.evidence.kind else replace(one, evidence=replace(one.evidence, kind=kind_of(one.path)))
        for one in rows
    )
    named = {kept.path for kept in listed}
    found = (
        Kept(evidence=Evidence(file=_written(path, folder), kind=kind_of(path)), path=path, listed=False)
        for path in sorted(_files_in(folder / "evidence"))
        if path not in named
    )
    return (*listed, *found)


def files_of(incident: Incident, folder: Path) -> tuple[str, ...]:
    """The evidence that is there, by its path from the folder, as `present_of` finds it; unopened."""
    listed = [evidence.file for evidence in incident.evidence if (folder / evidence.file).is_file()]
    found = [_shown(path, folder) for path in sorted(_files_in(folder / "evidence"))]
    return tuple(dict.fromkeys(file for file in (*listed, *found) if file))


def passed_over(incident: Incident, folder: Path) -> dict[str, str]:
    """What lies among the evidence and is never sealed: its path from the folder, and what it is."""
    listed = [evidence.file for evidence in incident.evidence if evidence.file]
    linked = {file: "goes through a link" for file in listed if is_linked(folder, PurePosixPath(file))}
    there = {folder / file for file in listed}
    found = sorted(
        (_shown(path, folder), what)
        for path, what in _looked_at(folder / "evidence")
        if what and not (path in there and path.is_file())
    )
    return {**linked, **dict(found)}


def keep_files(folder: Path, files: Mapping[str, bytes], *, sealed: Mapping[str, str] | None = None) -> None:
    """Put files into the folder, all or none; one that is there already with these bytes is left alone.

    Args:
        folder: Where evidence lies.
        files: Name -> bytes.
        sealed: Name -> SHA-256 of what was sealed under it, there or not.

    Raises:
        BadInput: A name is no plain one, or it stands for other bytes already; every such name at once.
        NotJudged: The file system refused.
    """
    sealed = sealed or {}
    faults = [
        fault
        for name, data in files.items()
        if (fault := _name_fault(name) or _other_fault(folder / name, data, sealed.get(name)))
    ]
    if faults:
        raise BadInput(*faults)
    write_together({folder / name: data for name, data in files.items() if not (folder / name).exists()})


def digest_of(path: Path, *, file: str) -> tuple[str, int]:
    """SHA-256 and size of a file of any size; raises BadInput where it cannot be read."""
    with opened(path, file=file) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest(), stream.tell()


def _written(path: Path, folder: Path) -> str:
    """The path from the folder as a manifest holds it; BadInput where it cannot hold it."""
    shown = _shown(path, folder)
    if shown != path.relative_to(folder).as_posix():
        raise BadInput(Fault(file=shown, message="has a name that is not UTF-8", hint="rename it"))
    return shown


def _shown(path: Path, folder: Path) -> str:
    return os.fsencode(path.relative_to(folder).as_posix()).decode("utf-8", "backslashreplace")


def _name_fault(name: str) -> Fault | None:
    if not name or name != Path(name).name or name.startswith(".") or "\\" in name or not name.isprintable():
        return Fault(file=quoted(name), message="is no name for a file of evidence")
    return None


def _other_fault(path: Path, data: bytes, sealed: str | None) -> Fault | None:
    file, digest = f"evidence/{path.name}", sha256(data)
    hint = "give the new one another name; evidence is never written over"
    if path.exists() and digest_of(path, file=file)[0] != digest:
        return Fault(file=file, message="is another file of that name", hint=hint)
    if sealed not in {None, digest}:
        return Fault(file=file, message="was sealed with other bytes, and is gone", hint=hint)
    return None


def _files_in(folder: Path) -> Iterator[Path]:
    """Every file below the folder, but hidden ones; links are not followed."""
    return (path for path, what in _looked_at(folder) if not what and path != folder)


def _looked_at(place: Path, *, hidden: bool = False) -> Iterator[tuple[Path, str]]:
    """Every file below a folder, and what else lies there with what it is, in words."""
    if place.is_dir() and not place.is_symlink():
        for path in place.iterdir():
            yield from _looked_at(path, hidden=hidden or path.name.startswith("."))
    elif place.is_symlink():
        yield place, "is a link"
    elif place.is_file():
        if not _NO_EVIDENCE.fullmatch(place.name):
            yield place, "is hidden" if hidden else ""
    elif place.exists():
        yield place, "is a pipe" if place.is_fifo() else "is no file"


def kind_of(path: Path) -> EvidenceKind:
    """What a file is: a trace where its content is one, else by the words of its name; else an account.

    Raises:
        BadInput: It cannot be read.
    """
    with opened(path, file=path.name) as stream:
        start = stream.read(512)
        if start.startswith(_IMAGES):
            return EvidenceKind.SCREENSHOT
        stream.seek(0)
        told = formats.told_as(stream, name=path.name)
    words = set(re.split(r"[\W_\d]+", path.stem.casefold()))
    named = next((kind for kind, names in _WORDS if names & words), None)
    kind = EvidenceKind.TRACE if _is_trace(told, named) else named or _by_content(path, start)
    varied = (special for (plain, signs), special in _VARIATIONS.items() if plain is kind and signs & words)
    return next(varied, kind)


def _is_trace(told: str | None, named: EvidenceKind | None) -> bool:
    """Whether the content outweighs the name: a format that anything may look like does not."""
    if told is None or told in _PLAIN:
        return False
    return not (told in _CALLS and named in {EvidenceKind.INPUT, EvidenceKind.OUTPUT, EvidenceKind.PROMPT})


def _by_content(path: Path, start: bytes) -> EvidenceKind:
    if path.suffix.casefold() in _TABLES:
        return EvidenceKind.EXPORT
    if path.suffix.casefold() in _TRACES or start.lstrip()[:1] in {b"{", b"["}:
        return EvidenceKind.TRACE
    return EvidenceKind.ACCOUNT
