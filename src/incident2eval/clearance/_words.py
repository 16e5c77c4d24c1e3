"""Words of people, and names, as demands show and compare them."""

from collections.abc import Callable, Iterable

from incident2eval.clearance._ask import Concern, Demand
from incident2eval.model import visible


def line(text: str) -> str:
    """A text of a person, on one line and harmless to a terminal."""
    return " ".join(visible(text).split())


def role_words(role: str) -> str:
    """A role as a person says it."""
    return line(role.replace("_", " "))


def same(name: str) -> str:
    """What two spellings of one name share: case and spaces make no other person."""
    return " ".join(name.split()).casefold()


def says(text: str | None) -> bool:
    """Whether it says anything: three letters or digits at least (our choice)."""
    return sum(map(str.isalnum, text or "")) >= 3


def each(  # noqa: PLR0913 - what a demand is made of
    name: str,
    concerns: Iterable[Concern],
    lacks: Callable[[Concern], Iterable[str]],
    *,
    held: str,
    todo: str,
    is_order: bool = False,
) -> Demand:
    """A demand on every incident by itself.

    Args:
        name: Of the demand.
        concerns: The incidents whose level asks for it.
        lacks: What one of them lacks, each in words.
        held: How it is met, where it is.
        todo: What to do; `ID` stands for the incident, and it is said of each that lacks something.
        is_order: As in `Demand`.
    """
    found = {one.name: tuple(lacks(one)) for one in concerns}
    lacking = [incident for incident, why in found.items() if why]
    return judged(
        name,
        (f"{incident}: {why}" for incident in lacking for why in found[incident]),
        held=held,
        todo="; ".join(todo.replace("ID", incident) for incident in lacking),
        is_order=is_order,
    )


def judged(name: str, lacks: Iterable[str], *, held: str, todo: str, is_order: bool = False) -> Demand:
    """A demand that is met where nothing is lacking.

    Args:
        name: Of the demand.
        lacks: What is missing, each in words.
        held: How it is met, where it is.
        todo: What to do, where it is not.
        is_order: As in `Demand`.
    """
    found = tuple(dict.fromkeys(lacks))
    if not found:
        return Demand(name=name, met=True, why=held, is_order=is_order)
    return Demand(name=name, met=False, why="; ".join(found), todo=todo, is_order=is_order)
