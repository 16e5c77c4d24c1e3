"""Who signs: somebody whom the settings know, with their own key, in a role of theirs."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from incident2eval.model import BadInput, Fault
from incident2eval.pipeline._answer import Tell
from incident2eval.pipeline.signed.approvals import approver_of
from incident2eval.pipeline.signed.trust import Trusted
from incident2eval.signing import PrivateKey, private_key
from incident2eval.store import Project, read_bytes

Passphrase = Callable[[], str]
"""Asks a person for the passphrase of a key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    """What somebody says of who they are: it has to be true before they sign."""

    name: str
    role: str
    key_file: Path
    tell: Tell
    """Shows them what they are about to sign."""
    passphrase: Passphrase | None = None
    """None where nobody can be asked."""

    @property
    def words(self) -> str:
        """Name and role, as a person reads them."""
        return f"{self.name} ({self.role.replace('_', ' ')})"

    def key(self, home: Project, trusted: Trusted) -> PrivateKey:
        """The key of the signatory, if their signature counts.

        Args:
            home: The project.
            trusted: Whose signatures count for the workflow.

        Raises:
            BadInput: The key cannot be read; the settings do not know name, key or role; or nobody approved
                them yet.
        """
        shown = str(self.key_file)
        try:
            # People keep keys where links lead, and it is their own file.
            key = private_key(read_bytes(self.key_file.resolve(), file=shown), passphrase=self.passphrase)
        except BadInput as error:
            raise BadInput(*(_with_file(fault, shown) for fault in error.faults)) from error
        approver_of(home.settings, self.name, self.role, key.public)
        if not any(one.name == self.name and self.role in one.roles for one in trusted.approvers):
            message = f"nobody has approved {self.name} as {self.role} yet: a signature would not count"
            hint = f"somebody who was an approver before ({trusted.source}) approves the settings first"
            raise BadInput(Fault(field="--as", message=message, hint=hint))
        return key

    def notes(self, home: Project) -> tuple[str, ...]:
        """What the signatory should know of where their key lies, and who can read it."""
        place, notes = self.key_file.resolve(), []
        if place.is_relative_to(home.root):
            notes.append(f"{self.key_file} lies inside the project: move it out, so that nobody commits it")
        if place.stat().st_mode & 0o077:
            notes.append(f"others on this machine can read {self.key_file}: chmod 600 {self.key_file}")
        return tuple(notes)


def _with_file(fault: Fault, shown: str) -> Fault:
    return Fault(file=shown, field=fault.field or "--key", message=fault.message, hint=fault.hint)
