"""What every pack has: who asked for it, its page, and what its manifest says."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from incident2eval import __version__
from incident2eval.model import JSON, BadInput, Customer, Incident, NotProvable, Run, WorkflowSettings
from incident2eval.pipeline._dossier import Dossier, open_dossier
from incident2eval.pipeline.packing import account
from incident2eval.pipeline.packing.file import PackFile
from incident2eval.report.pack import Exhibit, Gap, PackPage
from incident2eval.store import Project, SealedFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A pack that was asked for."""

    home: Project
    incident: Incident
    sealed: tuple[SealedFile, ...]
    audience: str
    """As the user names it: `regulator`, `insurer`, `client:K-101`."""
    client: Customer | None
    by: str
    at: datetime

    @property
    def folder(self) -> Path:
        """Where the paths of sealed files start from."""
        return self.home.root / self.home.settings.project.evidence / self.incident.id

    @property
    def files(self) -> tuple[SealedFile, ...]:
        """Every sealed file once."""
        return tuple({entry.file: entry for entry in self.sealed}.values())

    @property
    def chain(self) -> str:
        """The newest digest of the chain over the sealed files."""
        return self.sealed[-1].chain

    @property
    def settings(self) -> WorkflowSettings | None:
        """The settings of the workflow; None where there are none."""
        return self.home.settings.workflows.get(self.incident.workflow.name)

    @property
    def reader(self) -> str:
        """Who reads it."""
        return "client" if self.client else self.audience


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A finished pack."""

    data: bytes
    files: tuple[str, ...]
    left_out: tuple[Gap, ...]


def closed(asked: Asked, pack: PackFile, gaps: list[Gap], **more: JSON) -> Made:
    """The finished pack; `more` is what its manifest says beside what every one does."""
    data = pack.close(said(asked, gaps) | more)
    return Made(data=data, files=tuple(pack.files), left_out=tuple(gaps))


def said(asked: Asked, gaps: list[Gap]) -> dict[str, JSON]:
    """What the manifest of every pack says."""
    return {
        "incident": asked.incident.id,
        "audience": asked.audience,
        "made_at": asked.at.isoformat(),
        "by": asked.by,
        "tool": __version__,
        "chain": asked.chain,
        "left_out": [{"what": gap.what, "why": gap.why} for gap in gaps],
        "note": "General information, not legal advice. "
        "It says no more than that the sealed files are as they were when they were sealed.",
    }


def page_of(asked: Asked, told: account.Told, gaps: list[Gap], run: Run | None) -> PackPage:
    """What the page of every pack says; `run` is the recorded one, for what the incident file leaves open."""
    incident, full = asked.incident, asked.client is None
    return PackPage(
        incident=incident.id,
        audience=asked.reader,
        title=told(incident.title),
        what_happened=told(incident.what_happened),
        made=asked.at,
        by=asked.by,
        tool=__version__,
        digest=asked.chain,
        times=account.times(incident, run),
        impact=account.impact(incident, told, full=full),
        done=account.done(incident, told, full=full),
        left_out=tuple(gaps),
    )


def dossier_of(asked: Asked) -> tuple[Dossier | None, str]:
    """The incident as it was read; where no run can be told, why not."""
    asked.home.evidence(asked.incident.id)
    try:
        return open_dossier(asked.home, asked.incident.id), ""
    except (BadInput, NotProvable) as error:
        return None, str(error)


def exhibit(one: SealedFile, given: str) -> Exhibit:
    """A sealed file as the page shows it."""
    return Exhibit(given=given, kind=one.kind, bytes=one.bytes, sha256=one.sha256, sealed=one.when)
