"""Names as words, so that `accountId`, `account_id` and `account.id` are one."""

import re

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def words(name: str) -> tuple[str, ...]:
    """The words of a key or a step's name, in lower case."""
    return tuple(word.lower() for word in _WORD.findall(name[:200]))
