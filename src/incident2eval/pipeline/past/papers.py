"""Papers of a look-back: they quote past runs as they are, so not every place is for them."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path

from incident2eval.model import BadInput, Customers, Fault
from incident2eval.model.look_back import Hit, LookBackReport
from incident2eval.pipeline.shown.masking import masked_text
from incident2eval.report import look_back as forms
from incident2eval.store import Project, write_together

FORMS: Mapping[str, Callable[[LookBackReport, Mapping[str, str]], bytes]] = {
    ".json": lambda report, _: forms.document(report),
    ".csv": lambda report, _: forms.sheet(report),
    ".parquet": lambda report, _: forms.columnar(report),
    ".html": forms.page,
}
"""The forms by their endings; the page names customers."""

_HEAD = 4096


def refuse_papers(home: Project, papers: Sequence[Path], archive: Sequence[Path | str]) -> None:
    """Refuse papers that could not be written, or should not be, before anything is judged.

    Args:
        home: Whose look-back.
        papers: Where somebody wants them.
        archive: The files, folders and URLs of past runs that were named.

    Raises:
        BadInput: An ending names no form; the place is no place for a file, is meant for what is redacted,
            among the past runs, or holds another file.
    """
    faults = [
        Fault(file=str(paper), message=why, hint=hint)
        for paper in papers
        for why, hint in [next(_doubts(home, paper, archive), (None, None))]
        if why
    ]
    if faults:
        raise BadInput(*faults)


def write_papers(papers: Sequence[Path], report: LookBackReport, customers: Customers) -> None:
    """Write the papers, all or none of them; secrets are masked.

    Args:
        papers: Where, each with the ending of its form.
        report: What the look-back came to.
        customers: The roster, which tells names.

    Raises:
        BadInput: A place became a link meanwhile.
        NotJudged: The file system refused.
    """
    if not papers:
        return
    told = _masked(report)
    named = {ref for hit in (*told.hits, *told.doubtful) for ref in (hit.subject or "", *hit.exposed)}
    labels = {ref: customers.label(ref) for ref in named | {one.ref for one in told.affected} if ref}
    made = {ending: FORMS[ending](told, labels) for ending in {_ending(paper) for paper in papers}}
    write_together({paper: made[_ending(paper)] for paper in papers}, private=frozenset(papers))


def closed_folders(home: Project) -> tuple[Path, ...]:
    """Where past runs are not put as they are: what lies there goes to others, into git, or is the tool's."""
    own = (home.settings.project.evidence, "reports", "approvals", ".incident2eval", ".git")
    others = (home.root / name for name in own)
    return tuple(folder.resolve() for folder in (home.cases, home.incidents, *others))


def _ending(paper: Path) -> str:
    return paper.suffix.casefold()


def _doubts(home: Project, paper: Path, archive: Sequence[Path | str]) -> Iterator[tuple[str, str]]:
    """Why a paper is not written there, and what to do."""
    if _ending(paper) not in FORMS:
        yield "the form of a paper is told by its ending", "use " + ", ".join(FORMS)
    if paper.is_symlink() or paper.parent.is_symlink():
        yield "is a link, and nothing is written through links", "name another file"
    if paper.is_dir() or not paper.parent.is_dir():
        yield "is no place for a file", "name a file in a folder that is there"
    if not os.access(paper.parent, os.W_OK):
        yield "nothing may be written there", "name a file in another folder"
    place, elsewhere = paper.resolve(), "name a file outside of it"
    for folder in closed_folders(home):
        if place.is_relative_to(folder):
            yield f"would quote past runs as they are, and {folder.name}/ is no place for that", elsewhere
    if _is_read(home, place, archive):
        yield "would be taken for past runs itself", "name a file that is not among them"
    if paper.exists() and not _is_paper(paper):
        yield "is there already, and is no paper of a look-back", "name another file"


def _is_read(home: Project, place: Path, archive: Sequence[Path | str]) -> bool:
    """Whether a later look-back would read it."""
    if archive:
        return any(place.is_relative_to(one.resolve()) for one in archive if isinstance(one, Path))
    if not place.is_relative_to(home.root.resolve()):
        return False
    name = place.relative_to(home.root.resolve()).as_posix()
    return any(fnmatch(name, pattern) for pattern in home.settings.project.archive)


def _is_paper(path: Path) -> bool:
    """Whether a file is such a paper: that may be written again."""
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
            if head.startswith(b"PAR1"):
                stream.seek(max(0, path.stat().st_size - 16 * _HEAD))
                head = stream.read()
    except OSError:
        return False
    return forms.SCHEMA.encode() in head or head.startswith(",".join(forms.COLUMNS).encode())


def _masked(report: LookBackReport) -> LookBackReport:
    return replace(
        report,
        hits=tuple(map(_masked_hit, report.hits)),
        doubtful=tuple(map(_masked_hit, report.doubtful)),
        not_judged=tuple(replace(one, why=masked_text(one.why)) for one in report.not_judged),
        unreadable=tuple(replace(one, message=masked_text(one.message)) for one in report.unreadable),
        versions=tuple(
            replace(one, said=tuple((name, masked_text(value)) for name, value in one.said))
            for one in report.versions
        ),
        marks=tuple(replace(one, what=masked_text(one.what)) for one in report.marks),
    )


def _masked_hit(hit: Hit) -> Hit:
    return replace(
        hit,
        message=masked_text(hit.message),
        excerpt=masked_text(hit.excerpt),
        version=tuple((name, masked_text(value)) for name, value in hit.version),
    )
