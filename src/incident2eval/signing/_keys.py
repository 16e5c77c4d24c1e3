"""Keys of people: Ed25519 as ssh-keygen makes it, or in a PEM file. Every other kind is refused by name."""

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from incident2eval.model import BadInput, Fault

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from securesystemslib.signer import SSlibKey  # type: ignore[attr-defined]

_MAKE_ONE = "make one of the right kind: ssh-keygen -t ed25519"
_PRIVATE = re.compile(rb"-----BEGIN ([A-Z0-9 ]*)PRIVATE KEY-----")
_SSH_PUBLIC = re.compile(rb"\s*((?:sk-)?(?:ssh|ecdsa)-[\w@.-]+)\s")
_KINDS = (
    ("sk-", "is a key on a security token, which cannot sign here"),
    ("-cert-v", "is a certificate, not a key"),
    ("ssh-rsa", "is an RSA key, not Ed25519"),
    ("ssh-dss", "is a DSA key, not Ed25519"),
    ("ecdsa-", "is an ECDSA key, not Ed25519"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """What a signature is checked with."""

    fingerprint: str
    """`SHA256:...`, as `ssh-keygen -lf` prints it."""
    raw: bytes
    """The 32 bytes of the key."""

    def verifier(self) -> "SSlibKey":
        """The key as the library for signatures takes it."""
        # Imported late: only who signs or verifies pays for it.
        from securesystemslib.signer import SSlibKey  # type: ignore[attr-defined] # noqa: PLC0415

        return SSlibKey(self.fingerprint, "ed25519", "ed25519", {"public": self.raw.hex()})


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateKey:
    """What somebody signs with; it is never written or shown."""

    public: PublicKey
    secret: "Ed25519PrivateKey" = field(repr=False)


def public_key(text: str) -> PublicKey:
    """The key that a line of `id_ed25519.pub`, or a PEM text, holds.

    Args:
        text: `ssh-ed25519 AAAA... comment`, or `-----BEGIN PUBLIC KEY-----` and so on.

    Raises:
        BadInput: It is a private key, another kind of key, several keys, or none.
    """
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415

    data = text.strip().encode("utf-8", "backslashreplace")
    if _PRIVATE.search(data):
        raise _no_key("is a private key, which nobody else may read", "put the line of the .pub file here")
    is_pem = data.startswith(b"-----BEGIN")
    if not is_pem and b"\n" in data:
        raise _no_key("is more than one line", "one key: the line of the .pub file")
    try:
        load = serialization.load_pem_public_key if is_pem else serialization.load_ssh_public_key
        return _public(load(data))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _no_key(_kind_of(data) or "is no public key", "the line of id_ed25519.pub, or PEM") from error


def private_key(data: bytes, *, passphrase: Callable[[], str] | None = None) -> PrivateKey:
    """The key that a file holds: OpenSSH's own form or PEM, encrypted or not.

    Args:
        data: The file.
        passphrase: Asked once, and only where the key is encrypted.

    Raises:
        BadInput: It is a public key, another kind of key or none; or its passphrase is wrong or missing.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

    if not _PRIVATE.search(data):
        raise _not_private(data)
    try:
        secret = _loaded(data, None)
    except TypeError:  # the library's word for: it is encrypted
        secret = _decrypted(data, passphrase)
    if not isinstance(secret, Ed25519PrivateKey):
        raise _no_key(f"is of another kind ({_kind_name(secret)}), not Ed25519", _MAKE_ONE)
    return PrivateKey(public=_public(secret.public_key()), secret=secret)


def _loaded(data: bytes, password: bytes | None) -> object:
    """The key in the file, of whatever kind; TypeError where it is encrypted and no password is given."""
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415

    is_ssh = b"BEGIN OPENSSH" in data
    load = serialization.load_ssh_private_key if is_ssh else serialization.load_pem_private_key
    try:
        return load(data, password)
    except UnsupportedAlgorithm as error:
        raise _no_key(
            "is of a kind that cannot sign here (a token's, say), not Ed25519", _MAKE_ONE
        ) from error
    except ValueError as error:
        if password is not None:
            raise _no_key("does not open with that passphrase", "nothing was signed; try again") from error
        raise _no_key("is damaged: it cannot be read as a private key", _MAKE_ONE) from error


def _decrypted(data: bytes, passphrase: Callable[[], str] | None) -> object:
    given = passphrase() if passphrase else ""
    if not given:
        hint = "a terminal asks for it; elsewhere INCIDENT2EVAL_KEY_PASSPHRASE holds it"
        raise _no_key("is encrypted, and no passphrase was given", hint)
    return _loaded(data, given.encode())


def _public(key: object) -> PublicKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: PLC0415

    if not isinstance(key, Ed25519PublicKey):
        raise _no_key(f"is of another kind ({_kind_name(key)}), not Ed25519", _MAKE_ONE)
    line = key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    digest = hashlib.sha256(base64.b64decode(line.split()[1])).digest()
    fingerprint = f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"
    return PublicKey(fingerprint=fingerprint, raw=key.public_bytes_raw())


def _kind_name(key: object) -> str:
    return type(key).__name__.removesuffix("PrivateKey").removesuffix("PublicKey").removeprefix("_")


def _kind_of(data: bytes) -> str | None:
    """What a line for ssh is where it is no Ed25519 key, in words."""
    found = _SSH_PUBLIC.match(data)
    name = found[1].decode() if found else ""
    return next((words for part, words in _KINDS if part in name), None)


def _not_private(data: bytes) -> BadInput:
    """Why a file without a private key is none, in words."""
    if data.startswith(b"PuTTY-User-Key-File"):
        return _no_key("is a key of PuTTY", "export it: PuTTYgen, Conversions, Export OpenSSH key")
    if _SSH_PUBLIC.match(data) or data.startswith(b"-----BEGIN PUBLIC KEY"):
        return _no_key("is a public key", "give the private one: most often the same name without .pub")
    return _no_key("is no private key", _MAKE_ONE)


def _no_key(message: str, hint: str) -> BadInput:
    return BadInput(Fault(message=f"the key {message}", hint=hint))
