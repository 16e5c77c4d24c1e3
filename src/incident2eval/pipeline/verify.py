"""`verify`: does a report hold, and speak of what is deployed now? Is evidence what was sealed?"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from incident2eval.model import INCIDENT_ID, BadInput, Fault
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline.gating.reports import all_documents
from incident2eval.pipeline.shown.layout import counted, wrapped
from incident2eval.store import Project, SealState, read_bytes


def verify(*, project: Path | None, what: str, at: datetime | None = None) -> Answer:
    """Say everything that speaks against a report, or about an incident's evidence that is not as sealed.

    Args:
        project: Where the project is.
        what: The id of an incident, or the file of a report in any of its forms.
        at: Judge the age of a report at this time, and leave what is deployed now aside; None: all of it now.

    Returns:
        Exit code 0 where all holds, 1 where something does not. For an incident 3 where nothing of it is here
        (a checkout without evidence), or all that was sealed holds but evidence is listed that never was
        there.

    Raises:
        BadInput: No such incident or report, or it cannot be read; or it is neither an id nor a file.
    """
    from incident2eval.pipeline.signed.verify_report import verify_report  # noqa: PLC0415 - heavy, for reports only

    if re.fullmatch(INCIDENT_ID, what):
        if at is not None:
            raise BadInput(Fault(field="--at", message="is about a report, and evidence holds now or not"))
        return _incident(Project.find(project), what)
    home = Project.find(project)
    if Path(what).is_file() or (home.root / what).is_file():
        return verify_report(home, Path(what), at)
    raise BadInput(
        Fault(message=f"{what!r} is neither the id of an incident nor a file", hint="such as INC-2026-0142")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Word:
    """What a report says of an incident's seal."""

    report: str
    digest: str


def _incident(home: Project, incident: str) -> Answer:
    state = home.seal_state(incident)
    words, notes = _reports(home, incident)
    absent = [f"{file}: is listed, but absent, and was never sealed" for file in state.absent]
    if state.entries and len(state.gone) == len(state.entries):
        # A checkout without evidence, which git does not hold: nothing here speaks for it or against it.
        absent.append(
            f"none of the {len(state.entries)} sealed files is here: verify where the evidence is kept"
        )
        state = replace(state, gone=())
    problems = [*_problems(state), *_taken_away(state, words)]
    digest = state.entries[-1].chain if state.entries else None
    if problems or absent:
        lines = [f"{incident}: does not hold" if problems else f"{incident}: cannot be judged"]
        lines += [f"  {problem}" for problem in (*problems, *absent)]
    else:
        sealed = counted(len(state.entries), "file")
        are = "is as it was" if len(state.entries) == 1 else "are as they were"
        lines = [f"{incident}: {sealed} {are} sealed"]
    if digest:
        lines.append(f"newest digest: {digest}")
    if state.entries and not words:
        notes.append(
            "no report holds a digest of this seal yet, so nobody could tell if evidence and seal were both "
            "replaced: write the newest digest down where others cannot change it"
        )
    return Answer(
        data={"ok": not (problems or absent), "problems": [*problems, *absent], "digest": digest},
        text=wrapped(lines),
        exit_code=1 if problems else 3 if absent else 0,
        notes=tuple(notes),
    )


def _problems(state: SealState) -> Iterator[str]:
    """What is not as it was sealed, in words, all of it."""
    yield from state.manifest
    if not (state.entries or state.manifest):
        yield "nothing is sealed (incident2eval collect seals what is there)"
    for files, words in (
        (state.changed, "was changed after it was sealed"),
        (state.gone, "was sealed, and is gone"),
        (state.added, "was added since, and is not sealed"),
    ):
        for file in files:
            yield f"{file}: {words}"
    for file, what in state.passed_over.items():
        yield f"{file}: {what}, and is not sealed"


def _taken_away(state: SealState, words: Sequence[_Word]) -> Iterator[str]:
    """Digests that reports hold and the chain does not come through: it was cut short, or is another."""
    chain = {entry.chain for entry in state.entries}
    for word in words:
        if word.digest not in chain:
            yield (
                f"{word.report}: speaks of the digest {word.digest[:12]}, which the chain does not come "
                "through: entries were taken away"
            )


def _reports(home: Project, incident: str) -> tuple[list[_Word], list[str]]:
    """What every report says of the incident's seal, and which reports cannot be read."""
    words: list[_Word] = []
    unread: list[str] = []
    for path in all_documents(home):
        shown = path.relative_to(home.root).as_posix()
        try:
            report = json.loads(read_bytes(path, file=shown))
        except (BadInput, ValueError, RecursionError):
            unread.append(f"{shown}: cannot be read, so what it says of the seal was not looked at")
            continue
        digests = report.get("digests") if isinstance(report, dict) else None
        digest = digests.get(f"sealed:{incident}") if isinstance(digests, dict) else None
        if isinstance(digest, str):
            words.append(_Word(report=shown, digest=digest))
    return words, unread
