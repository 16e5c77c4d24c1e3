"""How often the input itself asks for a call: as often as it lists the same line."""

from collections import Counter
from collections.abc import Iterator, Mapping

from incident2eval.checks.acts.same_call import Call, Held, agree, held_by
from incident2eval.detection.text.wording import embedded
from incident2eval.model import JSON


def asked_for(call: Call, asked: JSON) -> int:
    """How many calls like this one the input lists; 0 where it lists none.

    Args:
        call: The call.
        asked: The run's input.
    """
    value = (embedded(asked) or asked) if isinstance(asked, str) else asked
    lines = (Counter(row for row in map(held_by, rows) if _speaks_of(row, call)) for rows in _lists(value))
    return max((count for counted in lines for count in counted.values()), default=0)


def _lists(value: JSON) -> Iterator[list[JSON]]:
    """Every list in a value."""
    pending: list[JSON] = [value]
    while pending:
        inner = pending.pop()
        if isinstance(inner, Mapping):
            pending += inner.values()
        elif isinstance(inner, (list, tuple)):
            yield list(inner)
            pending += inner


def _speaks_of(line: frozenset[tuple[str, Held]], call: Call) -> bool:
    """Whether a line can be what the call is about: they share a value, and contradict each other in none."""
    arguments = call.arguments
    if any(key in arguments and not agree(held, arguments[key]) for key, held in line):
        return False
    values = {value for held in arguments.values() for value in held}
    return any(value in values for _, held in line for value in held)
