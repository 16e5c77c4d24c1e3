"""Keys of four people, and something to sign."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from signing.pairs import Keys

from incident2eval.signing import PrivateKey, private_key, statement


@pytest.fixture(scope="session")
def keys() -> Keys:
    return Keys(Ed25519PrivateKey.generate())


@pytest.fixture(scope="session")
def people() -> list[PrivateKey]:
    """The keys of four people."""
    return [private_key(Keys(Ed25519PrivateKey.generate()).openssh()) for _ in range(4)]


@pytest.fixture(scope="session")
def payload() -> bytes:
    return statement(
        subjects={"report.json": {"sha256": "ab" * 32}},
        predicate_type="https://in-toto.io/attestation/test-result/v0.1",
        predicate={"result": "PASSED", "passedTests": ["INC-2026-0142::test_scope"]},
    )
