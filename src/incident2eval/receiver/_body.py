"""The body of an HTTP request, plain or packed, whole or in chunks: never more of it than is taken."""

import zlib
from collections.abc import Iterable, Iterator
from email.message import Message
from http import HTTPStatus
from io import BufferedIOBase

from incident2eval.receiver._refused import RefusedError

MAX_BODY = 20 * 1024 * 1024
"""Bytes of a request, as sent and unpacked: as much as OpenTelemetry's own collector takes."""

_PIECE = 64 * 1024
_LONGEST_SIZE = 16
"""Digits of a length that is still a number of bytes."""

_WINDOWS = {"gzip": 31, "deflate": 15}
"""zlib's names for the ways in which exporters pack."""


def body_of(stream: BufferedIOBase, headers: Message) -> bytes:
    """Read a request's body and unpack it.

    Args:
        stream: Stands behind the headers.
        headers: Say how long the body is and how it is packed.

    Raises:
        RefusedError: It is too large, ends too early, is broken or packed otherwise.
        TimeoutError: From the stream, when it takes too long.
    """
    packing = headers.get("Content-Encoding", "identity").strip().lower()
    pieces = _within_limit(_pieces(stream, headers))
    if packing in {"identity", ""}:
        return b"".join(pieces)
    if packing not in _WINDOWS:
        raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "only gzip, deflate or nothing is unpacked")
    return _unpacked(pieces, packing)


def _unpacked(pieces: Iterable[bytes], packing: str) -> bytes:
    unpacker = zlib.decompressobj(_WINDOWS[packing])
    body = bytearray()
    try:
        for piece in pieces:
            body += unpacker.decompress(piece, MAX_BODY + 1 - len(body))
            if len(body) > MAX_BODY:
                raise _too_large()
    except zlib.error:
        raise RefusedError(HTTPStatus.BAD_REQUEST, f"the {packing} data are broken") from None
    if not unpacker.eof or unpacker.unused_data:
        raise RefusedError(HTTPStatus.BAD_REQUEST, f"the {packing} data do not end where the body does")
    return bytes(body)


def _within_limit(pieces: Iterable[bytes]) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > MAX_BODY:
            raise _too_large()
        yield piece


def _pieces(stream: BufferedIOBase, headers: Message) -> Iterator[bytes]:
    codings, lengths = headers.get_all("Transfer-Encoding"), headers.get_all("Content-Length")
    if codings and lengths:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "the request has both a length and a transfer encoding")
    if codings:
        if [coding.strip().lower() for coding in codings] != ["chunked"]:
            raise RefusedError(HTTPStatus.NOT_IMPLEMENTED, "no transfer encoding is known but chunked")
        return _chunks(stream)
    if not lengths:
        raise RefusedError(HTTPStatus.LENGTH_REQUIRED, "the request does not say how long it is")
    return _exactly(stream, _size(lengths[0] if len(lengths) == 1 else "", base=10))


def _chunks(stream: BufferedIOBase) -> Iterator[bytes]:
    """The chunks up to the empty one; what may follow it is not needed, as the connection is closed."""
    while size := _size(_line(stream).partition(b";")[0].decode("latin-1"), base=16):
        yield from _exactly(stream, size)
        if _line(stream):
            raise RefusedError(HTTPStatus.BAD_REQUEST, "a chunk does not end where it says")


def _line(stream: BufferedIOBase) -> bytes:
    line = stream.readline(1024)
    if not line.endswith(b"\n"):
        raise RefusedError(HTTPStatus.BAD_REQUEST, "the body ends in the middle of a chunk")
    return line.rstrip(b"\r\n")


def _size(text: str, *, base: int) -> int:
    digits = text.strip(" \t")
    if not digits.isascii() or not digits.isalnum() or len(digits) > _LONGEST_SIZE:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "the length of the body is no number")
    try:
        size = int(digits, base)
    except ValueError:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "the length of the body is no number") from None
    if size > MAX_BODY:
        raise _too_large()
    return size


def _exactly(stream: BufferedIOBase, size: int) -> Iterator[bytes]:
    while size:
        piece = stream.read(min(size, _PIECE))
        if not piece:
            raise RefusedError(HTTPStatus.BAD_REQUEST, "the body ends before its length")
        size -= len(piece)
        yield piece


def _too_large() -> RefusedError:
    return RefusedError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"the body is larger than {MAX_BODY // (1024 * 1024)} MB: export fewer spans at a time "
        "(OTEL_BSP_MAX_EXPORT_BATCH_SIZE)",
    )
