"""What a quarter of a megabyte of hostile text costs: labels, digits, quotes and blanks without end."""

import time
from collections.abc import Callable, Iterator, Mapping

SIZE = 250_000
HOSTILE: Mapping[str, str] = {
    "digits": "1",
    "digits and blanks": "4 1 ",
    "numbers": "07700 900123 ",
    "cards": "4111 1111 1111 1112 ",
    "groups": "1-",
    "colons": "a:1:",
    "dots": "1.1.",
    "labels": "password secret token account passport nhs number ",
    "label signs": "password: ",
    "password is is": "password is is ",
    "keys": "-----BEGIN RSA PRIVATE KEY-----\n",
    "key bodies": "-----BEGIN PRIVATE KEY-----" + "A" * 300 + "\n",
    "addresses": "a://b:c",
    "words in capitals": "Ann ",
    "initials": "A. ",
    "capitals": "A",
    "houses": "1 Aa ",
    "streets": "12 Mill Road, Upper ",
    "quotes": "\"'",
    "backslashes": "\\",
    "blanks": " ",
    "lines": "\n",
    "labels and blanks": "name:    ",
    "roles": "reviewed by: ann ",
    "ibans": "GB29 NWBK 6016 1331 9268 18 ",
    "base58": "1" * 20 + "a" * 12 + " ",
    "at signs": "a@b.",
    "tables": "born|1 May 1980|",
    "birthdays": "born 01.02.1980 ",
    "underscores": "a_",
    "tokens": "eyJaaaaaaaaaaa.",
    "authorization": "authorization: ",
}


def costs(find: Callable[[str], object], size: int = SIZE) -> Iterator[tuple[str, float, float]]:
    """Each text with the CPU seconds that it takes, and how much longer twice as much of it takes."""
    for name, piece in HOSTILE.items():
        half, whole = (
            _seconds(find, (piece * (length // len(piece) + 1))[:length]) for length in (size // 2, size)
        )
        yield name, whole, whole / max(half, 1e-9)


def _seconds(find: Callable[[str], object], text: str) -> float:
    began = time.process_time()
    find(text)
    return time.process_time() - began
