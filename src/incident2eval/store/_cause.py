"""root-cause.yaml: what the tool proposes, and what people say to it. Only the proposal is ever rewritten."""

from pathlib import Path

from incident2eval.model import JSON, BadInput, RootCause
from incident2eval.store._dump import dump_yaml
from incident2eval.store._files import read_bytes, write_atomically
from incident2eval.store._schema import dump
from incident2eval.store._validation import check
from incident2eval.store._yaml import MAX_BYTES, Document, as_json, read_yaml

_SCHEMA = "incident2eval/root-cause/1"
_OURS = ("schema", "proposed")


def read_root_cause(path: Path, *, file: str) -> RootCause | None:
    """The root cause that counts: what a person wrote under `overruled`, else the proposal, else None.

    Raises:
        BadInput: The file cannot be read, or every fault of what counts.
    """
    if not path.exists():
        return None
    document = read_yaml(read_bytes(path, file=file, limit=MAX_BYTES), file=file, plain=as_json)
    part = "overruled" if isinstance(document.data.get("overruled"), dict) else "proposed"
    said = document.data.get(part)
    if not isinstance(said, dict):
        return None
    return check(RootCause, _part(document, part, said)).value


def _part(document: Document, part: str, said: dict[str, JSON]) -> Document:
    lines = {path[1:]: line for path, line in document.lines.items() if path[:1] == (part,)}
    return Document(file=document.file, data=said, lines=lines)


def write_root_cause(path: Path, cause: RootCause, *, file: str) -> None:
    """Write the proposal; whatever else stands in the file stays, word for word where that can be done.

    Raises:
        BadInput: The file that is there cannot be read; it is left alone.
    """
    ours: dict[str, JSON] = {"schema": _SCHEMA, "proposed": dump(cause)}
    if not path.exists():
        write_atomically(path, dump_yaml({**ours, "confirmed": None}))
        return
    raw = read_bytes(path, file=file, limit=MAX_BYTES)
    document = read_yaml(raw, file=file, plain=as_json)
    theirs = {key: value for key, value in document.data.items() if key not in _OURS}
    write_atomically(path, _joined(ours, theirs, _their_words(raw.decode("utf-8-sig"), document), file=file))


def _their_words(text: str, document: Document) -> str:
    """The lines from each top field that is not ours up to the next field."""
    lines = text.splitlines(keepends=True)
    starts = {document.lines[(key,)] - 1: key for key in document.data}
    ends = [*sorted(starts)[1:], len(lines)]
    kept = [
        lines[start:end]
        for start, end in zip(sorted(starts), ends, strict=True)
        if starts[start] not in _OURS
    ]
    return "".join(line for part in kept for line in part)


def _joined(ours: dict[str, JSON], theirs: dict[str, JSON], words: str, *, file: str) -> bytes:
    """Our fields, then theirs in their own words; only where that would say something else, in ours."""
    joined = dump_yaml(ours) + words.encode()
    try:
        if read_yaml(joined, file=file, plain=as_json).data == {**ours, **theirs}:
            return joined
    except BadInput:
        pass
    return dump_yaml({**ours, **theirs})
