"""Keyed hashes: equal for equal texts, and without the key nobody can try texts out."""

from hashlib import blake2b

_BYTES = 16
"""Of a million texts two have one hash with a chance of 1 in 10^26: more would only make files longer."""


class Keyed:
    """Hashes texts with one key, each kind of text apart from the others.

    BLAKE2b takes a key and a kind by itself, in one pass where HMAC needs two.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._begun: dict[str, blake2b] = {}

    def __call__(self, kind: str, *parts: str) -> str:
        """The hash of a text of some kind, or of several parts of one, in hex."""
        if kind not in self._begun:
            self._begun[kind] = blake2b(digest_size=_BYTES, key=self._key, person=kind.encode())
        hashed = self._begun[kind].copy()  # quicker than to begin anew
        hashed.update("\0".join(parts).encode("utf-8", errors="surrogatepass"))
        return hashed.hexdigest()
