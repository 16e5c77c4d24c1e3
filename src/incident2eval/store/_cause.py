"""root-cause.yaml: what the tool proposes, and what people say to it. Neither ever overwrites the other."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from incident2eval.model import (
    JSON,
    BadInput,
    Category,
    FailedControl,
    Fault,
    Moment,
    Proof,
    RootCause,
)
from incident2eval.store._dump import dump_yaml
from incident2eval.store._files import read_bytes, write_atomically
from incident2eval.store._schema import dump
from incident2eval.store._validation import Rules, check
from incident2eval.store._yaml import MAX_BYTES, Document, as_json, read_yaml

FILE = "root-cause.yaml"
"""The file's name in an incident's folder."""

_SCHEMA = "incident2eval/root-cause/1"


class Standing(StrEnum):
    """What people have said to a proposal so far."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    CHANGED = "proposal changed since it was confirmed"
    OVERRULED = "overruled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """A person's word that a proposal is right, with what was proposed then."""

    by: str | None = None
    at: Moment | None = None
    note: str | None = None
    category: Category | None = None
    step: str | None = None
    control: FailedControl | None = None

    def speaks_of(self, cause: RootCause) -> bool:
        """Whether a proposal still says what was confirmed, as far as that was written down."""
        return (
            self.category in {None, cause.category}
            and self.step in {None, cause.step}
            and (self.control is None or self.control.name == (cause.control and cause.control.name))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Overruled:
    """A person's word that a proposal is wrong, and what it was instead."""

    by: str | None = None
    at: Moment | None = None
    because: tuple[str, ...] = ()
    category: Category | None = None
    step: str | None = None
    name: str | None = None
    """The step's name."""
    control: FailedControl | None = None

    def instead_of(self, cause: RootCause) -> RootCause:
        """The cause that counts: a person's word where there is one, and what the trace showed all the same.

        A control that was proposed together with another category is none of this one's.
        """
        moved = self.step not in {None, cause.step}
        recast = self.category not in {None, cause.category}
        if moved:
            cause = replace(
                cause, step=self.step, name=None, step_kind=None, proof=Proof.LIKELY, path=(), ranked=()
            )
        if recast or self.control:
            cause = replace(cause, rules=())
        return replace(
            cause,
            category=self.category or cause.category,
            name=self.name or cause.name,
            control=self.control or (None if recast else cause.control),
            because=self.because,
            warnings=(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseFile:
    """What root-cause.yaml holds."""

    schema: str = _SCHEMA
    proposed: RootCause | None = None
    confirmed: Confirmed | None = None
    overruled: Overruled | None = None

    @property
    def standing(self) -> Standing:
        """What people have said; of two words the later one counts, where no times tell the overruling."""
        if self.overruled and not (self.confirmed and _is_after(self.confirmed.at, self.overruled.at)):
            return Standing.OVERRULED
        if self.confirmed is None or self.proposed is None:
            return Standing.PROPOSED
        return Standing.CONFIRMED if self.confirmed.speaks_of(self.proposed) else Standing.CHANGED

    @property
    def counting(self) -> RootCause | None:
        """The root cause that counts: a person's word before the tool's; None where nobody said anything."""
        if self.standing is Standing.OVERRULED and self.overruled:
            return self.overruled.instead_of(self.proposed or RootCause())
        return self.proposed


_RULES = Rules(
    short={
        "confirmed": "by",
        "confirmed.control": "name",
        "overruled.control": "name",
        "proposed.control": "name",
    }
)


def read_cause_file(folder: Path) -> CauseFile:
    """What is proposed and what people said to it; nothing of all that where there is no file.

    Raises:
        BadInput: The file cannot be read, or every fault of it.
    """
    if not (folder / FILE).exists() and not (folder / FILE).is_symlink():
        return CauseFile()
    return check(CauseFile, _read(folder)[1], _RULES).value


def write_root_cause(folder: Path, cause: RootCause) -> None:
    """Write the proposal; whatever else stands in the file stays, word for word where that can be done.

    Raises:
        BadInput: The file that is there cannot be read; it is left alone.
    """
    ours: dict[str, JSON] = {"schema": _SCHEMA, "proposed": dump(cause)}
    if (folder / FILE).exists():
        _rewrite(folder, ours)
    else:
        write_atomically(folder / FILE, dump_yaml({**ours, "confirmed": None}))


def write_word(folder: Path, word: Confirmed | Overruled) -> None:
    """Write what a person says to the proposal, in place of what was said to it before.

    The proposal stays.

    Raises:
        BadInput: The file cannot be read, or there is no proposal in it.
    """
    if read_cause_file(folder).proposed is None:
        hint = f"write one: incident2eval root-cause {folder.name}"
        raise BadInput(Fault(file=_shown(folder), message="holds no proposal yet", hint=hint))
    said: dict[str, JSON] = {key: value for key, value in dump(word).items() if value not in (None, [])}
    is_confirmed = isinstance(word, Confirmed)
    ours: dict[str, JSON] = {
        "confirmed": said if is_confirmed else None,
        "overruled": None if is_confirmed else said,
    }
    _rewrite(folder, ours, last=True)


def _shown(folder: Path) -> str:
    return f"{folder.parent.name}/{folder.name}/{FILE}"


def _read(folder: Path) -> tuple[bytes, Document]:
    file = _shown(folder)
    raw = read_bytes(folder / FILE, file=file, limit=MAX_BYTES)
    return raw, read_yaml(raw, file=file, plain=as_json)


def _rewrite(folder: Path, ours: Mapping[str, JSON], *, last: bool = False) -> None:
    """Put some top fields of the file anew, before or after all others; these stay in their own words."""
    raw, document = _read(folder)
    theirs = {key: value for key, value in document.data.items() if key not in ours}
    words = _words(raw.decode("utf-8-sig"), document, without=ours).encode()
    words += b"" if words.endswith(b"\n") or not words else b"\n"
    new = dump_yaml(ours)
    joined = words + new if last else new + words
    # Only where their own words would say something else they are put in ours.
    if not _says(joined, {**ours, **theirs}):
        joined = dump_yaml({**theirs, **ours} if last else {**ours, **theirs})
    write_atomically(folder / FILE, joined)


def _words(text: str, document: Document, *, without: Mapping[str, JSON]) -> str:
    """The lines from each top field up to the next one, without those of some fields."""
    lines = text.splitlines(keepends=True)
    starts = {document.lines[(key,)] - 1: key for key in document.data}
    ends = [*sorted(starts)[1:], len(lines)]
    kept = [
        lines[start:end]
        for start, end in zip(sorted(starts), ends, strict=True)
        if starts[start] not in without
    ]
    return "".join(line for part in kept for line in part)


def _says(raw: bytes, data: Mapping[str, JSON]) -> bool:
    try:
        return read_yaml(raw, file=FILE, plain=as_json).data == data
    except BadInput:
        return False


def _is_after(one: Moment | None, other: Moment | None) -> bool:
    if isinstance(one, datetime) and isinstance(other, datetime):
        return one > other
    return bool(one and other) and f"{one:%Y-%m-%d}" > f"{other:%Y-%m-%d}"
