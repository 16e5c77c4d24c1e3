"""Whether somebody may sign at all: said before they are shown what, and before a passphrase is asked for."""

from incident2eval.model import BadInput, Fault
from incident2eval.pipeline.signed.signer import Signatory
from incident2eval.store import Project

_SETTINGS = "incident2eval.toml"


def refuse_stranger(home: Project, who: Signatory) -> None:
    """Refuse whoever could not sign with any key: a name, a role or a public key that the settings lack.

    Args:
        home: The project.
        who: Who wants to sign, as what.

    Raises:
        BadInput: What the settings lack, and what to do about it.
    """
    approvers = home.settings.approvers
    own = [one for one in approvers if one.name == who.name]
    roles = {role: None for one in own for role in one.roles}
    if not own:
        known = ", ".join(one.name for one in approvers) or "nobody"
        hint = f"[[approvers]] of {_SETTINGS} names: {known}"
        raise BadInput(Fault(field="--as", message=f"{who.name!r} is no approver", hint=hint))
    if who.role not in roles:
        message, hint = f"{who.name} may not sign as {who.role}", f"roles of {who.name}: {', '.join(roles)}"
        raise BadInput(Fault(field="--role", message=message, hint=hint))
    if not any(one.public_key for one in own):
        message = f"holds no public_key of {who.name}, so no signature of theirs counts"
        hint = f'public_key = "the line of {who.key_file.name}.pub" there, then commit and run the gate again'
        raise BadInput(Fault(file=_SETTINGS, field="approvers", message=message, hint=hint))
