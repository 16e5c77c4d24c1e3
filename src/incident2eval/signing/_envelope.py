"""DSSE envelopes: a statement and signatures over its very bytes and its type; one form, or refused."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from incident2eval.model import JSON, BadInput, Fault
from incident2eval.signing._keys import PrivateKey, PublicKey
from incident2eval.signing._statement import canonical, parsed, strictly

if TYPE_CHECKING:
    from securesystemslib.dsse import Envelope
    from securesystemslib.signer import Signature  # type: ignore[attr-defined]

PAYLOAD_TYPE = "application/vnd.in-toto+json"
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What an envelope says, and who vouches for it."""

    payload: bytes
    """The very bytes that were signed."""
    statement: Mapping[str, JSON]
    signers: tuple[str, ...]
    """Fingerprints of the known keys whose signature holds, each once, sorted."""
    strangers: int
    """Signatures by keys that are not known here: they count for nothing."""


def sign(payload: bytes, key: PrivateKey, *, beside: bytes | None = None) -> bytes:
    """A DSSE envelope around a statement, signed.

    Args:
        payload: The statement, as `statement` makes it.
        key: Whose signature it gets.
        beside: An envelope with the same payload; its signatures stay.

    Returns:
        The envelope in its one form, with a newline at the end. Signed by the same key again, it is the same.

    Raises:
        BadInput: The payload is no statement, or `beside` is no envelope around it.
    """
    from securesystemslib.dsse import Envelope  # noqa: PLC0415 - only who signs or verifies pays for it
    from securesystemslib.signer import CryptoSigner  # type: ignore[attr-defined] # noqa: PLC0415

    parsed(payload)
    envelope = _read(beside) if beside is not None else Envelope(payload, PAYLOAD_TYPE, {})
    if envelope.payload != payload:
        raise BadInput(Fault(message="the envelope that is there is around another statement"))
    envelope.sign(CryptoSigner(key.secret, key.public.verifier()))
    return _written(envelope)


def opened(envelope: bytes, keys: Sequence[PublicKey]) -> Opened:
    """What an envelope says, and which of the keys vouch for it.

    A signature by an unknown key counts for nothing; everything that is not as `sign` writes it is refused,
    so that nothing in an envelope can be changed unseen.

    Args:
        envelope: The file.
        keys: Those that are known. A signature is tried with each, whatever key it names.

    Raises:
        BadInput: It is not in its one form, of another type, without a signature, or signed twice by one key;
            a signature does not hold under the key that it names, or names another key than its own.
    """
    read = _read(envelope)
    if not read.signatures:
        raise BadInput(Fault(message="the envelope holds no signature"))
    said = parsed(read.payload)
    known = {key.fingerprint: key for key in keys}
    signers = [_signer(one, read.pae(), known) for one in read.signatures.values()]
    return Opened(
        payload=read.payload,
        statement=said,
        signers=tuple(sorted(one for one in signers if one is not None)),
        strangers=signers.count(None),
    )


def _read(raw: bytes) -> "Envelope":
    """The envelope that the bytes are, of our type and in its one form; its signatures are not checked."""
    from securesystemslib.dsse import Envelope  # noqa: PLC0415

    if not raw.endswith(b"\n"):
        raise BadInput(Fault(message="the envelope is cut short: it does not end with a newline"))
    data = strictly(raw[:-1], what="the envelope")
    try:
        envelope = Envelope.from_dict(data)
        same = _written(envelope) == raw
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(Fault(message="is no DSSE envelope, or one key signed it twice")) from error
    if envelope.payload_type != PAYLOAD_TYPE:
        raise BadInput(Fault(message="the envelope holds something else than an in-toto statement"))
    if not (same and all(map(_is_ours, envelope.signatures.values()))):
        raise BadInput(Fault(message="the envelope is not in its one form: it was changed after signing"))
    return envelope


def _is_ours(signature: "Signature") -> bool:
    """Whether a signature names a fingerprint, and holds nothing that nobody vouches for."""
    return bool(_FINGERPRINT.fullmatch(str(signature.keyid))) and not signature.unrecognized_fields


def _written(envelope: "Envelope") -> bytes:
    """The one form: keys and signatures sorted, no blanks, a newline at the end."""
    data = envelope.to_dict()
    data["signatures"].sort(key=lambda one: one["keyid"])
    return canonical(data) + b"\n"


def _signer(signature: "Signature", pae: bytes, known: Mapping[str, PublicKey]) -> str | None:
    """The fingerprint of the known key that made a signature; None where none did, and none is claimed."""
    # DSSE: the id of a key is a hint and decides nothing, so all are tried, the likely one first.
    names = sorted(known, key=lambda name: name != signature.keyid)
    made_by = next((name for name in names if _holds(signature, pae, known[name])), None)
    if made_by == signature.keyid:
        return made_by
    if made_by is not None:
        raise BadInput(Fault(message=f"a signature by {made_by} names another key: {signature.keyid}"))
    if signature.keyid in known:
        raise BadInput(Fault(message=f"the signature by {signature.keyid} does not hold"))
    return None


def _holds(signature: "Signature", pae: bytes, key: PublicKey) -> bool:
    from securesystemslib.exceptions import UnverifiedSignatureError  # noqa: PLC0415
    from securesystemslib.signer import Signature  # type: ignore[attr-defined] # noqa: PLC0415

    try:
        key.verifier().verify_signature(Signature(key.fingerprint, signature.signature), pae)
    except UnverifiedSignatureError:
        return False
    return True
