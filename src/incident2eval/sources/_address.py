"""The address of a server, as the user gave it."""

from urllib.parse import urlsplit

from incident2eval.model import BadInput, Fault, visible

_BELOW = ("/api/v1", "/api/public", "/v1/traces")
"""What the tools' own clients want at the end of an address, and is below it here."""


def address(url: str) -> str:
    """The address as paths are put behind it.

    Raises:
        BadInput: It is no address of a server, or holds a login; such a one is never quoted.
    """
    try:
        parts = urlsplit(url)
        has_host, _ = bool(parts.hostname), parts.port
    except ValueError:
        raise _unusable("is no address") from None
    if "@" in parts.netloc:
        raise _unusable("holds a login", hint="leave it out: keys come from the environment only")
    if parts.query or parts.fragment:
        raise _unusable("holds more than an address", hint="leave out what follows ? or #")
    if parts.scheme not in {"http", "https"} or not has_host or not url.isascii() or not url.isprintable():
        raise _unusable(
            "is no address", hint=f"write it such as http://127.0.0.1:6006, not {visible(url[:80])}"
        )
    base = url.rstrip("/")
    return next((base.removesuffix(each) for each in _BELOW if base.endswith(each)), base)


def is_here(url: str) -> bool:
    """Whether the address is one of this machine's."""
    return urlsplit(url).hostname in {"127.0.0.1", "::1", "localhost"}


def origin(url: str) -> str:
    """Scheme, host and port of an address that may be anybody's, to be shown."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "another address"
    return visible(f"{parts.scheme}://{parts.hostname}{port}"[:200]) if parts.hostname else "another path"


def _unusable(message: str, *, hint: str | None = None) -> BadInput:
    return BadInput(Fault(field="--url", message=message, hint=hint))
