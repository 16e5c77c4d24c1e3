"""`collect --export`: what an incident left behind, as one file for a regulator, an insurer or a client."""

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from incident2eval.model import JSON, BadInput, Customer, Fault, Incident2EvalError, NotProvable
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline.intake import whoami
from incident2eval.pipeline.packing.client import client_pack
from incident2eval.pipeline.packing.contents import Asked, Made
from incident2eval.pipeline.packing.file import MANIFEST, SUMS
from incident2eval.pipeline.packing.full import full_pack
from incident2eval.pipeline.shown.layout import wrapped
from incident2eval.store import Project, sha256, write_atomically

_FULL = ("regulator", "insurer")
_SHOWN = 40
"""Files that the terminal lists."""
_IN_CLEAR = "people and customers stand in it in clear, in the evidence as it was sealed: nothing is redacted"


def export(
    *, project: Path | None, incident: str, pack: Path, audience: str, by: str | None = None
) -> Answer:
    """Write an incident's evidence as one zip with a manifest and a page that explains it, and log that.

    Args:
        project: The project's folder, or None for the nearest one upward.
        incident: Its id.
        pack: The zip to write; nothing may be there.
        audience: `regulator` or `insurer` for all of it; `client:<id>` for what that customer may see.
        by: Who gives it away, for the log and the manifest; the name of the account when not given.

    Raises:
        BadInput: No such incident or customer, or the pack does not go there: nothing was written.
        NotProvable: Evidence is not sealed, or was changed since: nothing was written.
        NotJudged: Evidence is listed or sealed but absent, or the file system refused.
    """
    home = Project.find(project)
    loaded = home.incident(incident)
    client = _client(home, audience)
    _refuse_place(home, pack, incident, audience)
    home.verify_seal(incident)
    _refuse_unsealed(home, incident)
    asked = Asked(
        home=home,
        incident=loaded.incident,
        sealed=home.sealed(incident),
        audience=audience,
        client=client,
        by=by or whoami(),
        at=datetime.now(UTC).replace(microsecond=0),
    )
    made = client_pack(asked, client) if client else full_pack(asked)
    digest = _hand_out(asked, pack, made)
    data: dict[str, JSON] = {
        "incident": incident,
        "pack": str(pack),
        "audience": audience,
        "by": asked.by,
        "files": len(made.files),
        "bytes": len(made.data),
        "sha256": digest,
        "left_out": [{"what": gap.what, "why": gap.why} for gap in made.left_out],
    }
    return Answer(data=data, text=wrapped(_lines(asked, pack, made, digest)), notes=loaded.warnings)


def _client(home: Project, audience: str) -> Customer | None:
    """The customer that the pack is for; None for who may see all of it.

    Raises:
        BadInput: It is for nobody that is known.
    """
    if audience in _FULL:
        return None
    whose, _, customer_id = audience.partition(":")
    if whose != "client" or not customer_id:
        hint = "use regulator, insurer, or client:<id> with an id of the roster"
        raise BadInput(Fault(message=f"{audience!r} is nobody that a pack is made for", hint=hint))
    customer = home.customers.get(customer_id)
    if customer is None:
        where = home.settings.project.customers
        raise BadInput(Fault(file=where, message=f"there is no customer {customer_id!r}"))
    return customer


def _refuse_place(home: Project, pack: Path, incident: str, audience: str) -> None:
    """Refuse a place where the pack would be taken for something else, or overwrite it.

    Raises:
        BadInput: It is one.
    """
    place, named = pack.resolve(), home.settings.project
    folders = ("incidents", "cases", "reports", ".incident2eval", named.evidence)
    why, hint = "", "name another file"
    if any(place.is_relative_to((home.root / folder).resolve()) for folder in folders):
        why = "a pack does not go there"
    elif place.suffix.casefold() != ".zip":
        why, hint = "is no name for a pack", "end it in .zip"
    elif place.is_dir() or not place.parent.is_dir():
        why, hint = "is no place for a file", "name a file in a folder"
    elif pack.is_symlink() or (place.exists() and not _is_such_a_pack(place, incident, audience)):
        why = "is there already, and is no pack of this incident for them"
    if why:
        raise BadInput(Fault(file=str(pack), message=why, hint=hint))


def _is_such_a_pack(place: Path, incident: str, audience: str) -> bool:
    """Whether it is what the same command wrote before, which may be written again."""
    try:
        with zipfile.ZipFile(place) as archive:
            said = json.loads(archive.read("MANIFEST.json"))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, RecursionError):
        return False
    return isinstance(said, dict) and (said.get("incident"), said.get("audience")) == (incident, audience)


def _refuse_unsealed(home: Project, incident: str) -> None:
    """Refuse evidence that nobody sealed: a pack says of every file that it is as it was sealed."""
    home.evidence(incident)
    state = home.seal_state(incident)
    seal = f"`incident2eval collect {incident}` seals it"
    if state.added:
        raise NotProvable(f"{incident}: evidence is not sealed: {', '.join(state.added)}", hint=seal)
    if not state.entries:
        raise NotProvable(f"{incident}: there is no sealed evidence", hint=seal)


def _hand_out(asked: Asked, pack: Path, made: Made) -> str:
    """Log the pack, then write it: none is ever there that the log does not name."""
    digest = sha256(made.data)
    entry: dict[str, JSON] = {
        "at": asked.at.isoformat(),
        "event": "exported",
        "by": asked.by,
        "audience": asked.audience,
        "pack": pack.name,
        "sha256": digest,
    }
    asked.home.log(asked.incident.id, entry)
    try:
        write_atomically(pack, made.data)
    except Incident2EvalError:
        asked.home.log(asked.incident.id, entry | {"event": "export_failed"})
        raise
    return digest


def _lines(asked: Asked, pack: Path, made: Made, digest: str) -> list[str]:
    files = [*made.files, MANIFEST, SUMS]
    lines = [f"{asked.incident.id}: {len(files)} files for {asked.audience} in {pack}"]
    lines += [f"  {name}" for name in files[:_SHOWN]]
    lines += [f"  and {len(files) - _SHOWN} more" for _ in files[_SHOWN:][:1]]
    lines += [] if asked.client else [_IN_CLEAR]
    lines.append(f"sha256 {digest}")
    lines += [f"left out: {gap.what}: {gap.why}" for gap in made.left_out]
    lines.append("General information, not legal advice.")
    return lines
