"""An answer that comes in pages, each naming the next."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from incident2eval.model import NotJudged

if TYPE_CHECKING:
    from incident2eval.sources._server import Answer

MOST = 1000
"""Pages that are asked for."""
LIMIT = 200_000_000
"""Bytes that all pages together may hold."""


def pages(
    ask: Callable[[Mapping[str, str]], "Answer | None"],
    *,
    following: Callable[["Answer"], str | None],
    key: str = "cursor",
) -> Iterator["Answer"]:
    """Every page there is; none where the server has no such thing.

    Args:
        ask: Asks for a page, with what is to be added to the question.
        following: What a page calls the next one; None at the end.
        key: How the question names it.

    Raises:
        NotJudged: It goes on for longer than any honest answer.
    """
    seen: set[str] = set()
    held = 0
    more: dict[str, str] = {}
    while answer := ask(more):
        yield answer
        held += len(answer.data)
        cursor = following(answer)
        if not cursor:
            return
        if cursor in seen or len(seen) > MOST or held > LIMIT:
            raise NotJudged("the server's answer goes on without end", hint="ask for fewer traces at once")
        seen.add(cursor)
        more = {key: cursor}
