"""People with keys of their own, and settings that know them."""

from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from incident2eval.pipeline.signed.signer import Signatory
from incident2eval.signing import PrivateKey, private_key


@dataclass(frozen=True)
class Person:
    """Somebody who signs, with a key."""

    name: str
    roles: tuple[str, ...]
    secret: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def file(self) -> bytes:
        return self.secret.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())

    @property
    def key(self) -> PrivateKey:
        return private_key(self.file)

    @property
    def line(self) -> str:
        public = self.secret.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
        return public.decode()

    def settings(self) -> str:
        roles = ", ".join(f'"{role}"' for role in self.roles)
        return f'\n[[approvers]]\nname = "{self.name}"\nroles = [{roles}]\npublic_key = "{self.line}"\n'


ANA = Person("Ana Pereira", ("workflow_owner",))
LEE = Person("Lee Okafor", ("functional_leader", "executive"))
MAX = Person("Max Stranger", ("workflow_owner",))
"""Nobody whom the settings know."""


def with_approvers(project: Path, *people: Person) -> Path:
    """Let the settings of a project know nobody but these."""
    path = project / "incident2eval.toml"
    others = path.read_text().split("[[approvers]]")[0]
    path.write_text(others + "".join(person.settings() for person in people))
    return project


def signatory(
    folder: Path, person: Person, *, name: str | None = None, role: str | None = None
) -> tuple[Signatory, list[str]]:
    """Somebody before a signature, and what they are told."""
    told: list[str] = []
    key_file = folder / f"{person.name.split()[0].lower()}_ed25519"
    key_file.write_bytes(person.file)
    key_file.chmod(0o600)
    who = Signatory(
        name=name or person.name, role=role or person.roles[0], key_file=key_file, tell=told.append
    )
    return who, told
