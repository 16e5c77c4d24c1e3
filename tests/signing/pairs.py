"""One key in all the forms that people have keys in."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)


@dataclass(frozen=True)
class Keys:
    """One key in all its forms."""

    secret: Ed25519PrivateKey

    def openssh(self, passphrase: bytes | None = None) -> bytes:
        return self._written(PrivateFormat.OpenSSH, passphrase)

    def pem(self, passphrase: bytes | None = None) -> bytes:
        return self._written(PrivateFormat.PKCS8, passphrase)

    def _written(self, form: PrivateFormat, passphrase: bytes | None) -> bytes:
        locked = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
        return self.secret.private_bytes(Encoding.PEM, form, locked)

    def line(self) -> str:
        public = self.secret.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
        return f"{public.decode()} ana@example.org\n"

    def public_pem(self) -> str:
        public = self.secret.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
