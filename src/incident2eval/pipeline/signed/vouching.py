"""What vouches for a report: its form, its place among the others, and the signatures under it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from incident2eval.model import Approver, BadInput, Fault, Report, visible
from incident2eval.pipeline.gating.reports import ENVELOPE, FORMS, documents_in, folder_of, stem_of
from incident2eval.pipeline.signed.approvals import signed_approvals
from incident2eval.pipeline.signed.contradictions import contradictions
from incident2eval.report import render
from incident2eval.report.statement import statement_over
from incident2eval.signing import PublicKey, opened, public_key, statement
from incident2eval.store import Project, read_bytes, read_report, sha256

_VIEWS = tuple(form for form in FORMS if form != ".json")
_NONCE = re.compile(rb'^ "nonce": "([^"]*)"', re.MULTILINE)
"""Where a canonical report has it: one blank deep, so no text inside can be taken for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attested:
    """A report, and what vouches for it."""

    report: Report
    path: Path
    """Of its JSON."""
    shown: str
    """The same as a message names it."""
    digest: str
    """SHA-256 of its JSON."""
    signers: tuple[str, ...] = ()
    """Approvers whose signature under it holds, by name."""
    signed: bool = False
    problems: tuple[str, ...] = ()
    """Why it cannot be believed, whatever is deployed; empty where nothing speaks against it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFile:
    """A report as it lies on disk."""

    report: Report
    path: Path
    shown: str
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signed:
    """What its envelope says."""

    signers: tuple[str, ...] = ()
    forms: Mapping[str, str] = field(default_factory=dict)
    """Ending -> digest that was signed."""
    problems: tuple[str, ...] = ()


def document_of(path: Path) -> Path:
    """The JSON of the report that a file is a form or the envelope of.

    Raises:
        BadInput: Its ending is none that a file of a report has.
    """
    ending = next((one for one in (ENVELOPE, *FORMS) if path.name.endswith(one)), None)
    if ending is None:
        hint = "a report ends in " + ", ".join((*FORMS, ENVELOPE))
        raise BadInput(Fault(file=str(path), message="is no report", hint=hint))
    return path.with_name(f"{path.name.removesuffix(ending)}.json")


def read_file(home: Project, path: Path) -> ReportFile:
    """The report that a file is a form or the envelope of.

    Args:
        home: The project.
        path: From here, else from the project's folder: so the gate's answer names it.

    Raises:
        BadInput: There is none, or it cannot be read as one.
    """
    place = document_of(path if path.exists() else home.root / path)
    root, real = home.root.resolve(), place.parent.resolve() / place.name
    shown = real.relative_to(root).as_posix() if real.is_relative_to(root) else str(place)
    raw = read_bytes(place, file=shown)
    return ReportFile(report=read_report(raw, file=shown), path=real, shown=shown, raw=raw)


def judged(home: Project, read: ReportFile, approvers: Sequence[Approver]) -> Attested:
    """A report with what speaks against it by itself, and whose of the signatures that count it has."""
    signed = _signed(read, approvers)
    problems = [
        *contradictions(read.report),
        *_misplaced(home, read),
        *signed.problems,
        *_other_forms(read, signed.forms),
        *_unsigned_words(home, read.report, approvers),
    ]
    return Attested(
        report=read.report,
        path=read.path,
        shown=read.shown,
        digest=sha256(read.raw),
        signers=signed.signers,
        signed=bool(signed.signers),
        problems=tuple(map(visible, problems)),
    )


def _misplaced(home: Project, read: ReportFile) -> Iterator[str]:
    """A report is where it was written: a copy under another name speaks of something else."""
    folder = folder_of(home, read.report.decision.workflow)
    if read.path.parent.resolve() != folder.resolve() or folder.is_symlink() or folder.parent.is_symlink():
        yield f"does not lie in reports/{folder.name}, where this workflow's reports are written"
    stem = re.escape(stem_of(read.report))
    if not re.fullmatch(rf"{stem}(-[1-9][0-9]{{0,2}})?", read.path.stem):
        yield f"is not called {stem_of(read.report)}, as its time and commit would have it"


def out_of_chain(read: ReportFile) -> Iterator[str]:
    """What does not fit the reports beside it: each has a nonce of its own, and names the one before it."""
    earlier: dict[str, Path] = {}
    for path in documents_in(read.path.parent):
        if path.name == read.path.name:
            continue
        try:
            raw = read_bytes(path)
        except BadInput as error:
            yield f"beside it {error}"
            continue
        if read.report.nonce.encode() in _NONCE.findall(raw):
            yield f"{path.name} has the same nonce: one of the two is a copy"
        if path.stem < read.path.stem:
            earlier[sha256(raw)] = path
    if read.report.previous is not None and read.report.previous not in earlier:
        yield f"the report before it ({read.report.previous[:12]}) is gone or another one"
    if read.report.previous is None:
        yield from _no_first(read, earlier.values())


def _no_first(read: ReportFile, earlier: Iterable[Path]) -> Iterator[str]:
    """A report that names none before it is the first, at least on the machine where it was made."""
    for path in earlier:
        try:
            before = read_report(read_bytes(path), file=path.name)
        except BadInput:
            continue
        if before.environment.get("runner") == read.report.environment.get("runner"):
            yield f"names no report before it, and there is {path.name}"
            return


def _signed(read: ReportFile, approvers: Sequence[Approver]) -> _Signed:
    """Who signed a report, and what about its envelope is not as it should be."""
    path = read.path.with_suffix(ENVELOPE)
    if not path.exists() and not path.is_symlink():
        return _Signed()
    owners, keys, problems = _keys(approvers)
    try:
        envelope = opened(read_bytes(path, file=path.name), keys)
        forms = _signed_forms(envelope.statement)
        said = statement_over(read.report, read.raw, forms)
        ours = statement(subjects=said.subjects, predicate_type=said.predicate_type, predicate=said.predicate)
    except BadInput as error:
        return _Signed(problems=(*problems, *(f"{path.name}: {fault}" for fault in error.faults)))
    if ours != envelope.payload:
        return _Signed(problems=(*problems, f"{path.name}: what was signed is not this report"))
    if not envelope.signers:
        return _Signed(problems=(*problems, f"{path.name}: is signed, and by nobody whose word counts"))
    names = tuple(sorted({owners[one] for one in envelope.signers}))
    return _Signed(signers=names, forms=forms, problems=tuple(problems))


def _keys(approvers: Sequence[Approver]) -> tuple[Mapping[str, str], list[PublicKey], list[str]]:
    """Whose key is which; a key that stands for two names is nobody's."""
    found: dict[PublicKey, set[str]] = {}
    for one in approvers:
        try:
            if one.public_key is not None:
                found.setdefault(public_key(one.public_key), set()).add(one.name)
        except BadInput:
            continue  # an approver without a key that can be read has signed nothing
    shared = [" and ".join(sorted(names)) for names in found.values() if len(names) > 1]
    single = {key: next(iter(names)) for key, names in found.items() if len(names) == 1}
    problems = [f"one key stands for {names}, so it counts for none of them" for names in shared]
    return {key.fingerprint: name for key, name in single.items()}, list(single), problems


def _signed_forms(said: Mapping[str, Any]) -> dict[str, str]:
    """Ending -> digest of the other forms that a statement names; what else it says is held against ours."""
    subjects = {one.get("name"): one.get("digest", {}).get("sha256") for one in said["subject"]}
    return {form: subjects[f"report{form}"] for form in _VIEWS if f"report{form}" in subjects}


def _other_forms(read: ReportFile, signed: Mapping[str, str]) -> Iterator[str]:
    """Each other form that is there has to be the one that was signed, or what the report looks like."""
    looks: Mapping[str, str] | None = None
    for form in _VIEWS:
        path = read.path.with_suffix(form)
        if not (path.exists() or path.is_symlink()):
            continue
        try:
            digest = sha256(read_bytes(path, file=path.name))
        except BadInput as error:
            yield str(error)
            continue
        if form in signed:
            if digest != signed[form]:
                yield f"{path.name}: is not what was signed"
            continue
        looks = looks or _looks(read.report)
        if digest != looks[form]:
            yield f"{path.name}: does not show what the report says"


def _looks(report: Report) -> Mapping[str, str]:
    """Digest of each form as this version renders it."""
    done = render(report)
    forms = {".html": done.html.encode(), ".md": done.markdown.encode(), ".xml": done.junit}
    return {form: sha256(data) for form, data in forms.items()}


def _unsigned_words(home: Project, report: Report, approvers: Sequence[Approver]) -> Iterator[str]:
    """Approvals that it rests on, and that nobody whose word counts has signed."""
    if not report.approvals:
        return
    signed = [one.approval for one in signed_approvals(home, approvers)[0]]
    for word in report.approvals:
        if word not in signed:
            yield f"rests on a word of {word.by} about {word.subject} ({word.matter}) that nobody signed"
