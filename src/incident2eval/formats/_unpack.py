"""From a file's bytes to UTF-8 bytes: gzip undone under a cap, what is no text refused in one clear line."""

import zlib

from incident2eval.model import BadInput, Fault

MAX_UNPACKED = 512 * 1024 * 1024
"""The most that a compressed file may unpack to, whatever its ratio."""

MAX_RATIO = 100
"""The most that a compressed file may unpack to, as a multiple of its size."""

FREE_RATIO = 1024 * 1024
"""Up to this many bytes the ratio does not matter: a short log of like lines packs very well."""

_BLOCK = 1024 * 1024
_GZIP = b"\x1f\x8b"
_UTF8_BOM = b"\xef\xbb\xbf"
_WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")


def text_bytes(data: bytes, *, name: str) -> bytes:
    """The text of a file, as UTF-8 bytes without a byte order mark.

    Args:
        data: The file as it is, gzip or plain.
        name: How the user knows the file, for messages.

    Raises:
        BadInput: for an empty or binary file, another encoding, a broken or monstrous gzip.
    """
    if data.startswith(_GZIP):
        data = _gunzipped(data, name=name)
    if data.startswith(_WIDE_BOMS):
        raise BadInput(Fault(message="is UTF-16 or UTF-32 text", file=name, hint="save it as UTF-8"))
    data = data.removeprefix(_UTF8_BOM)
    if not data.strip():
        raise BadInput(
            Fault(message="the file is empty", file=name, hint="hand over the file as it was exported")
        )
    if b"\0" in data[:8192]:
        raise BadInput(
            Fault(message="is a binary file, not JSON text", file=name, hint="export the trace as JSON")
        )
    return data


def _gunzipped(data: bytes, *, name: str) -> bytes:
    limit = min(MAX_UNPACKED, max(FREE_RATIO, MAX_RATIO * len(data)))
    blocks: list[bytes] = []
    size, rest = 0, data
    try:
        while rest.startswith(_GZIP):  # a gzip file may hold several members, one after the other
            member = zlib.decompressobj(wbits=31)
            while not member.eof:
                block = member.decompress(rest, _BLOCK)
                rest = member.unconsumed_tail
                if not block and not rest and not member.eof:
                    raise BadInput(Fault(message="the gzip file is cut off", file=name, hint="copy it again"))
                blocks.append(block)
                size += len(block)
                if size > limit:
                    raise BadInput(_bomb(name, limit))
            rest = member.unused_data
    except zlib.error:
        raise BadInput(Fault(message="the gzip file is broken", file=name, hint="copy it again")) from None
    return b"".join(blocks)


def _bomb(name: str, limit: int) -> Fault:
    return Fault(
        message=f"unpacks to more than {limit // (1024 * 1024)} MB: {MAX_RATIO} times its size, or too much",
        file=name,
        hint="unpack it and split it, if it is what it should be",
    )
