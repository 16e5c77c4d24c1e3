"""Signatures by people: in-toto statements in DSSE envelopes, with Ed25519 keys that people already have."""

from incident2eval.signing._envelope import PAYLOAD_TYPE, Opened, opened, sign
from incident2eval.signing._keys import PrivateKey, PublicKey, private_key, public_key
from incident2eval.signing._statement import statement

__all__ = [
    "PAYLOAD_TYPE",
    "Opened",
    "PrivateKey",
    "PublicKey",
    "opened",
    "private_key",
    "public_key",
    "sign",
    "statement",
]
