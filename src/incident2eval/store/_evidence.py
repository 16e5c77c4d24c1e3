"""Evidence: the files that belong to an incident, and what each one is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from incident2eval import formats
from incident2eval.model import BadInput, Evidence, EvidenceKind, Fault, Incident, NotJudged
from incident2eval.store._files import opened, read_bytes, write_atomically
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
    listed = tuple(
        Kept(evidence=evidence, path=folder / evidence.file, listed=True) for evidence in incident.evidence
    )
    absent = [kept.evidence.file for kept in listed if not kept.path.is_file()]
    if absent:
        hint = f"put it into {folder.name}/, or take it out of incident.yaml"
        raise NotJudged(f"{incident.id}: evidence is listed but absent: {', '.join(absent)}", hint=hint)
    listed = tuple(
        one if one.evidence.kind else replace(one, evidence=replace(one.evidence, kind=kind_of(one.path)))
        for one in listed
    )
    named = {kept.path for kept in listed}
    found = (
        Kept(
            evidence=Evidence(file=path.relative_to(folder).as_posix(), kind=kind_of(path)),
            path=path,
            listed=False,
        )
        for path in sorted(_files_in(folder / "evidence"))
        if path not in named
    )
    return (*listed, *found)


def keep_file(folder: Path, name: str, data: bytes) -> None:
    """Put a file into the folder under that name; the same file again changes nothing.

    Raises:
        BadInput: The name is no plain one, or another file of that name is there.
        NotJudged: The file system refused.
    """
    if not name or name != Path(name).name or name.startswith(".") or "\\" in name or not name.isprintable():
        raise BadInput(Fault(file=quoted(name), message="is no name for a file of evidence"))
    path = folder / name
    if path.exists() and read_bytes(path, file=f"evidence/{name}") != data:
        hint = "give the new one another name; evidence is never written over"
        raise BadInput(Fault(file=f"evidence/{name}", message="is another file of that name", hint=hint))
    write_atomically(path, data)


def _files_in(folder: Path) -> Iterator[Path]:
    """Every file below the folder, but hidden ones; links are not followed."""
    if not folder.is_dir() or folder.is_symlink():
        return
    for path in folder.iterdir():
        if path.name.startswith(".") or path.is_symlink():
            continue
        if path.is_dir():
            yield from _files_in(path)
        elif path.is_file():
            yield path


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
