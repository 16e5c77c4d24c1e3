"""Envelopes: the encoding of the standard, t of n people, and nothing that can be changed unseen."""

import base64
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from securesystemslib.dsse import Envelope

from incident2eval.model import BadInput
from incident2eval.signing import PAYLOAD_TYPE, PrivateKey, PublicKey, opened, sign, statement


def test_what_is_signed_is_the_encoding_of_the_standard(people: list[PrivateKey]) -> None:
    """The vector of the DSSE protocol, and that our signatures are over just this."""
    vector = Envelope(b"hello world", "http://example.com/HelloWorld", {})
    assert vector.pae() == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"

    payload = _said({"a": 1})
    envelope = json.loads(sign(payload, people[0]))
    signature = base64.b64decode(envelope["signatures"][0]["sig"])
    encoded = b"DSSEv1 %d %b %d %b" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(payload), payload)
    people[0].secret.public_key().verify(signature, encoded)


def test_an_envelope_hands_on_the_very_bytes_that_were_signed(
    people: list[PrivateKey], payload: bytes
) -> None:
    read = opened(sign(payload, people[0]), [people[0].public])
    assert read.payload == payload
    assert read.statement == json.loads(payload)


def test_t_of_n_people_sign_the_same_statement(people: list[PrivateKey], payload: bytes) -> None:
    known = [one.public for one in people]
    envelope = None
    for count, one in enumerate(people, start=1):
        envelope = sign(payload, one, beside=envelope)
        assert len(opened(envelope, known).signers) == count
    assert opened(envelope, known[:2]).signers == tuple(sorted(key.fingerprint for key in known[:2]))
    assert opened(envelope, known[:2]).strangers == 2
    assert opened(envelope, []).signers == ()


def test_the_order_of_signatures_and_signing_twice_change_nothing(
    people: list[PrivateKey], payload: bytes
) -> None:
    ana, lee = people[:2]
    both = sign(payload, lee, beside=sign(payload, ana))
    assert sign(payload, ana, beside=sign(payload, lee)) == both
    assert sign(payload, ana, beside=both) == both


def test_no_flipped_bit_is_accepted(people: list[PrivateKey], payload: bytes) -> None:
    known = [one.public for one in people]
    envelope = sign(payload, people[1], beside=sign(payload, people[0]))
    accepted = [
        (at, bit)
        for at in range(len(envelope))
        for bit in range(8)
        if _opens(envelope[:at] + bytes([envelope[at] ^ 1 << bit]) + envelope[at + 1 :], known)
    ]
    assert accepted == []


def test_no_cut_or_longer_envelope_is_accepted(people: list[PrivateKey], payload: bytes) -> None:
    envelope = sign(payload, people[0])
    known = [people[0].public]
    assert not any(_opens(envelope[:end], known) for end in range(len(envelope)))
    for more in (b"\n", b" ", b"{}", b"\0"):
        assert not _opens(envelope + more, known)
        assert not _opens(more + envelope, known)


def test_edits_of_an_envelope_are_refused(people: list[PrivateKey], payload: bytes) -> None:
    ana, lee = people[:2]
    known = [ana.public, lee.public]
    both = json.loads(sign(payload, lee, beside=sign(payload, ana)))
    first, second = both["signatures"]
    other = base64.b64encode(_said({"result": "PASSED", "of": "another"})).decode()
    edits = {
        "another payload": {**both, "payload": other},
        "another type": {**both, "payloadType": "text/plain"},
        "no signature": {**both, "signatures": []},
        "a field more": {**both, "extra": 1},
        "no type": {key: value for key, value in both.items() if key != "payloadType"},
        "a signature twice": {**both, "signatures": [first, first]},
        "swapped keys": {
            **both,
            "signatures": [{**first, "keyid": second["keyid"]}, {**second, "keyid": first["keyid"]}],
        },
        "another's name": {**both, "signatures": [{**first, "keyid": second["keyid"]}]},
        "a name of nobody": {**both, "signatures": [{**first, "keyid": f"SHA256:{'A' * 43}"}]},
        "no name": {**both, "signatures": [{**first, "keyid": ""}]},
        "no name at all": {**both, "signatures": [{"sig": first["sig"]}]},
        "a number for a name": {**both, "signatures": [{**first, "keyid": 7}]},
        "an empty signature": {**both, "signatures": [{**first, "sig": ""}]},
        "a short signature": {**both, "signatures": [{**first, "sig": first["sig"][:40]}]},
        "a field more in a signature": {**both, "signatures": [{**first, "cert": "x"}]},
        "another order": {**both, "signatures": [second, first]},
        "signatures as an object": {**both, "signatures": first},
    }
    for what, edited in edits.items():
        assert not _opens(_written(edited), known), what
    assert not _opens(json.dumps(both, indent=1).encode() + b"\n", known)
    assert not _opens(_written(both).replace(b'"payload":', b'"payload":"","payload":', 1), known)


def test_a_signature_over_the_bare_payload_is_none(people: list[PrivateKey], payload: bytes) -> None:
    """Type confusion: what was signed for another purpose does not open an envelope."""
    envelope = json.loads(sign(payload, people[0]))
    for signed in (payload, Envelope(payload, "text/plain", {}).pae()):
        envelope["signatures"][0]["sig"] = base64.b64encode(people[0].secret.sign(signed)).decode()
        with pytest.raises(BadInput, match="does not hold"):
            opened(_written(envelope), [people[0].public])


def test_a_signature_is_never_added_to_another_statement(people: list[PrivateKey], payload: bytes) -> None:
    with pytest.raises(BadInput, match="another statement"):
        sign(_said({"result": "FAILED"}), people[1], beside=sign(payload, people[0]))


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"hello world",
        b"[]",
        b'{"_type":"https://in-toto.io/Statement/v1"}',
        b'{"_type":"https://in-toto.io/Statement/v1", "predicate":{}}',
        b'{"a":NaN}',
    ],
)
def test_what_is_no_statement_is_not_signed(people: list[PrivateKey], payload: bytes) -> None:
    with pytest.raises(BadInput):
        sign(payload, people[0])


@pytest.mark.parametrize(
    ("subjects", "predicate_type", "predicate"),
    [
        ({}, "urn:x", {"a": 1}),
        ({"x": {}}, "urn:x", {"a": 1}),
        ({"x": {"sha256": "ab"}}, "", {"a": 1}),
        ({"x": {"sha256": "ab"}}, "urn:x", {}),
    ],
)
def test_a_statement_says_something_of_something(
    subjects: dict[str, dict[str, str]], predicate_type: str, predicate: dict[str, Any]
) -> None:
    with pytest.raises(BadInput, match="no in-toto statement"):
        statement(subjects=subjects, predicate_type=predicate_type, predicate=predicate)


def test_a_statement_with_a_field_that_is_unknown_is_refused(
    people: list[PrivateKey], payload: bytes
) -> None:
    more = {**json.loads(payload), "waived": True}
    raw = json.dumps(more, sort_keys=True, separators=(",", ":")).encode()
    with pytest.raises(BadInput, match="no in-toto statement"):
        sign(raw, people[0])


def _said(predicate: dict[str, Any]) -> bytes:
    subjects = {"report.json": {"sha256": "ab" * 32}}
    return statement(subjects=subjects, predicate_type="urn:x", predicate=predicate)


def _written(envelope: dict[str, Any]) -> bytes:
    return json.dumps(envelope, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def _opens(envelope: bytes, known: Sequence[PublicKey]) -> bool:
    try:
        return bool(opened(envelope, known).signers)
    except BadInput:
        return False


def test_the_lines_in_the_docs_check_a_signature_without_this_tool(
    people: list[PrivateKey], payload: bytes, tmp_path: Path
) -> None:
    docs = Path(__file__).parents[2] / "docs" / "signing.md"
    lines = docs.read_text().split("```python\n")[1].split("```")[0]
    (tmp_path / "report.dsse.json").write_bytes(sign(payload, people[0]))
    for at, holds in ((0, True), (1, False)):
        (tmp_path / "key.pub").write_bytes(
            people[at].secret.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
        )
        call = [sys.executable, "-c", lines, tmp_path / "report.dsse.json", tmp_path / "key.pub"]
        assert (subprocess.run(call, check=False, capture_output=True).returncode == 0) is holds
