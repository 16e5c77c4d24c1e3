"""Which keys sign: Ed25519 as engineers have it. Every other kind is refused in one clear line."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from signing.pairs import Keys

from incident2eval.model import BadInput
from incident2eval.signing import opened, private_key, public_key, sign

MADE = Path(__file__).with_name("keys_for_tests")
"""Files that ssh-keygen made."""


def test_every_form_of_a_key_is_the_same_key(keys: Keys) -> None:
    held = public_key(keys.line())
    assert public_key(keys.public_pem()) == held
    assert private_key(keys.openssh()).public == held
    assert private_key(keys.pem()).public == held


@pytest.mark.parametrize("form", ["openssh", "pem"])
def test_an_encrypted_key_asks_for_its_passphrase_once(keys: Keys, form: str) -> None:
    asked = []

    def passphrase() -> str:
        asked.append(1)
        return "correct horse"

    data = getattr(keys, form)(b"correct horse")
    assert private_key(data, passphrase=passphrase).public == public_key(keys.line())
    assert asked == [1]


@pytest.mark.parametrize("form", ["openssh", "pem"])
def test_a_key_that_is_not_encrypted_asks_for_nothing(keys: Keys, form: str) -> None:
    private_key(getattr(keys, form)(), passphrase=lambda: pytest.fail("asked for a passphrase"))


@pytest.mark.parametrize("form", ["openssh", "pem"])
@pytest.mark.parametrize(
    ("passphrase", "says"),
    [
        (None, "is encrypted, and no passphrase was given"),
        (lambda: "", "is encrypted, and no passphrase was given"),
        (lambda: "wrong", "does not open with that passphrase"),
    ],
)
def test_an_encrypted_key_opens_with_nothing_else(
    keys: Keys, form: str, passphrase: Callable[[], str] | None, says: str
) -> None:
    with pytest.raises(BadInput, match=says) as refused:
        private_key(getattr(keys, form)(b"correct horse"), passphrase=passphrase)
    assert len(refused.value.faults) == 1


def test_the_fingerprint_is_the_one_that_ssh_keygen_prints() -> None:
    held = public_key((MADE / "plain.pub").read_text())
    assert (MADE / "plain.listed").read_text().split()[1] == held.fingerprint
    assert private_key((MADE / "plain").read_bytes()).public == held


def test_an_encrypted_key_of_ssh_keygen_signs(payload: bytes) -> None:
    key = private_key((MADE / "encrypted").read_bytes(), passphrase=lambda: "correct horse")
    assert opened(sign(payload, key), [key.public]).signers == (key.public.fingerprint,)


def test_other_kinds_of_private_key_are_refused_by_name() -> None:
    small = rsa.generate_private_key(65537, 2048)
    curve = ec.generate_private_key(ec.SECP256R1())
    for secret, kind in ((small, "RSA"), (curve, "EC")):
        for form in (PrivateFormat.OpenSSH, PrivateFormat.PKCS8):
            data = secret.private_bytes(Encoding.PEM, form, NoEncryption())
            with pytest.raises(BadInput, match=rf"of another kind \({kind}.*ssh-keygen -t ed25519"):
                private_key(data)


def test_what_is_no_private_key_is_refused_with_what_to_do(keys: Keys) -> None:
    for data, says in (
        (keys.line().encode(), "is a public key.*without .pub"),
        (keys.public_pem().encode(), "is a public key"),
        (b"PuTTY-User-Key-File-3: ssh-ed25519\n", "is a key of PuTTY.*Export OpenSSH key"),
        (b"", "is no private key"),
        (b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n", "is damaged"),
        (keys.pem()[:60], "is damaged"),
    ):
        with pytest.raises(BadInput, match=says):
            private_key(data)


def test_other_kinds_of_public_key_are_refused_by_name(keys: Keys) -> None:
    public = rsa.generate_private_key(65537, 2048).public_key()
    for text, says in (
        (public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode(), r"of another kind \(RSA"),
        (
            public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
            r"of another kind \(RSA",
        ),
        ("sk-ssh-ed25519@openssh.com AAAA ana", "on a security token"),
        ("ssh-ed25519-cert-v01@openssh.com AAAA ana", "is a certificate"),
        ("ssh-rsa AAAA", "RSA"),
        (keys.openssh().decode(), "is a private key, which nobody else may read"),
        (keys.line() * 2, "more than one line"),
        ("", "is no public key"),
        ("ssh-ed25519 AAAA", "is no public key"),
        ("ssh-ed25519 \udcff", "is no public key"),
    ):
        with pytest.raises(BadInput, match=says):
            public_key(text)


def test_a_private_key_is_never_shown(keys: Keys) -> None:
    assert "secret" not in repr(private_key(keys.openssh()))
