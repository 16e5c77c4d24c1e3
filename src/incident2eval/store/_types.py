"""incidents/failure-types.yaml: the failure types that a project has met, and what people call them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from incident2eval.model import JSON, BadInput, Fault
from incident2eval.store._alone import alone
from incident2eval.store._dump import dump_yaml
from incident2eval.store._files import decoded, read_bytes, write_atomically
from incident2eval.store._schema import dump
from incident2eval.store._validation import check, near, quoted
from incident2eval.store._yaml import MAX_BYTES, Document, FieldPath, read_yaml

TYPES = "incidents/failure-types.yaml"
"""Where the register lies, and what a message calls it."""

_SCHEMA = "incident2eval/failure-types/1"
_FAULT = ("checks", "control", "step_kind", "tool")
"""What a type that was known by its words alone learns from a member's cause."""
_BEGINS = "FT-"
_NEW = (
    "# The failure types of this project. `label` is yours: write one, or\n"
    '#   incident2eval cluster --name FT-... "what you call it" --by NAME\n'
    "# The rest is how the tool finds a type again.\n"
    f"schema: {_SCHEMA}\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredType:
    """A failure type as the register keeps it; it holds nobody's name."""

    id: str
    label: str | None = None
    """What people call it; None where the tool names it."""
    by: str | None = None
    """Who calls it so."""
    checks: tuple[str, ...] = ()
    control: str | None = None
    step_kind: str | None = None
    tool: str | None = None
    words: str = ""
    """Masked words of the incident that founded it."""
    incidents: Mapping[str, str | None] = field(default_factory=dict)
    """Id of each that is of the type -> a few digits of what failed first there, by which a change is seen.

    None where somebody put it there by hand.
    """


def read_types(incidents: Path) -> tuple[RegisteredType, ...]:
    """The registered types, in the order of the file; none where there is no register.

    Args:
        incidents: The folder with all incidents.

    Raises:
        BadInput: The register cannot be read, or every fault of it.
    """
    document = _document(incidents)
    return tuple(_types_in(document)) if document else ()


def add_types(incidents: Path, types: Iterable[RegisteredType]) -> bool:
    """Put types into the register, and say of those that it holds which incidents are theirs now.

    Whatever else stands in the file stays: labels, comments, keys of other programs.

    Returns:
        Whether anything was to be written.

    Raises:
        BadInput: The register cannot be read; it is left alone.
        NotJudged: The file system refused.
    """
    types = tuple(types)
    if not _news(types, _document(incidents)):
        return False
    with alone(incidents, shown="incidents"):
        document = _document(incidents)
        news = _news(types, document)
        _write(incidents, document, news)
    return bool(news)


def name_type(incidents: Path, type_id: str, *, label: str, by: str | None) -> None:
    """Call a registered type by a name of people's own.

    Raises:
        BadInput: No such type, or the register cannot be read.
        NotJudged: The file system refused.
    """
    with alone(incidents, shown="incidents"):
        document = _document(incidents)
        held = {one.id: one for one in _types_in(document)} if document else {}
        if type_id not in held:
            hint = near(type_id, held) or "`incident2eval cluster` lists them"
            raise BadInput(Fault(file=TYPES, message=f"there is no type {quoted(type_id)}", hint=hint))
        said: dict[str, JSON] = {"label": label, "by": by} if by or held[type_id].by else {"label": label}
        _write(incidents, document, {type_id: said})


def _news(types: Iterable[RegisteredType], document: Document | None) -> dict[str, Mapping[str, JSON]]:
    """What the file does not say of the types: all of a new one, else which incidents are of it."""
    held = {one.id: one for one in _types_in(document)} if document else {}
    news: dict[str, Mapping[str, JSON]] = {}
    for one in types:
        if one.id not in held:
            news[one.id] = _as_file(one)
        elif (one.checks or one.control) and not (held[one.id].checks or held[one.id].control):
            learned = {key: value for key, value in _as_file(one).items() if key in _FAULT}
            news[one.id] = learned | {"incidents": dict(one.incidents)}
        elif dict(held[one.id].incidents) != dict(one.incidents):
            news[one.id] = {"incidents": dict(one.incidents)}
    return news


def _path(incidents: Path) -> Path:
    return incidents / Path(TYPES).name


def _document(incidents: Path) -> Document | None:
    path = _path(incidents)
    if not path.exists() and not path.is_symlink():
        return None
    return read_yaml(read_bytes(path, file=TYPES, limit=MAX_BYTES), file=TYPES)


def _types_in(document: Document) -> Iterator[RegisteredType]:
    faults: list[Fault] = []
    schema = document.data.get("schema")
    if schema not in {None, _SCHEMA}:
        hint = f"this version reads {_SCHEMA}; nothing was changed"
        line = document.line(("schema",))
        raise BadInput(Fault(file=TYPES, line=line, field="schema", message="is another one", hint=hint))
    for key, said in document.data.items():
        if not key.startswith(_BEGINS):
            continue
        if not isinstance(said, dict):
            message = "should hold fields of its own"
            faults.append(Fault(file=TYPES, line=document.line((key,)), field=key, message=message))
            continue
        lines = {path[1:]: line for path, line in document.lines.items() if path[:1] == (key,)}
        part = Document(file=TYPES, data={**said, "id": key}, lines=lines)
        try:
            yield check(RegisteredType, part).value
        except BadInput as error:
            faults += error.faults
    if faults:
        raise BadInput(*faults)


def _as_file(one: RegisteredType) -> Mapping[str, JSON]:
    """What the file holds of a type: the label always, so that people see where to write one."""
    said = {key: value for key, value in dump(one).items() if key != "id"}
    return {key: value for key, value in said.items() if value or key == "label"}


def _write(incidents: Path, document: Document | None, changed: Mapping[str, Mapping[str, JSON]]) -> None:
    """Write what changed of each type; the lines of all else stay as they are, where that can be done."""
    text = _NEW
    if document:
        text = decoded(read_bytes(_path(incidents), file=TYPES, limit=MAX_BYTES), file=TYPES)
    data: dict[str, JSON] = dict(document.data) if document else {"schema": _SCHEMA}
    for type_id, fields in changed.items():
        before = data.get(type_id)
        data[type_id] = {**(before if isinstance(before, dict) else {}), **fields}
    edited = _edited(text, document, changed).encode()
    write_atomically(_path(incidents), edited if _says(edited, data) else dump_yaml(data))


def _says(raw: bytes, data: Mapping[str, JSON]) -> bool:
    try:
        return read_yaml(raw, file=TYPES).data == data
    except BadInput:
        return False


def _edited(text: str, document: Document | None, changed: Mapping[str, Mapping[str, JSON]]) -> str:
    """The text with new types at its end, and new values in the place of old ones."""
    lines = (text if text.endswith("\n") else f"{text}\n").splitlines(keepends=True)
    places = document.lines if document else {}
    new_types = {type_id: fields for type_id, fields in changed.items() if (type_id,) not in places}
    edits: list[tuple[int, int, str]] = []
    for type_id in changed.keys() - new_types.keys():
        for key, value in changed[type_id].items():
            start, end = _span((type_id, key), places, lines)
            edits.append((start, end, _indented(dump_yaml({key: value}).decode())))
    # From the end to the beginning: what was edited moves no line that still has to be.
    for start, end, new in sorted(edits, key=lambda edit: edit[0], reverse=True):
        lines[start:end] = [new]
    return "".join(lines) + (dump_yaml(new_types).decode() if new_types else "")


def _span(path: FieldPath, places: Mapping[FieldPath, int], lines: Sequence[str]) -> tuple[int, int]:
    """The lines of a field, without comments behind it; of one that is not there, the place for it."""
    if path not in places:
        label = (path[0], "label")
        end = _span(label, places, lines)[1] if label in places else places[path[:1]]
        return end, end
    start = places[path] - 1
    later = (line - 1 for other, line in places.items() if line - 1 > start and other[: len(path)] != path)
    end = min(later, default=len(lines))
    while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return start, end


def _indented(text: str) -> str:
    return "".join(f"  {line}" for line in text.splitlines(keepends=True))
