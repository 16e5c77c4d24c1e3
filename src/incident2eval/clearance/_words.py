"""Words of people, and names, as demands show and compare them."""

import shlex
from collections.abc import Callable, Collection, Iterable

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


def the_only(names: Collection[str], otherwise: str) -> str:
    """The one name there is, as it is typed into a command; the word for any of them, where there are more.

    Args:
        names: Ids of what is open; what an incident says of itself runs in no shell that it is copied to.
        otherwise: Such as `TASK`.
    """
    return shlex.quote(line(next(iter(names)))) if len(names) == 1 else otherwise


def says(text: str | None) -> bool:
    """Whether it says anything: three letters or digits at least (our choice)."""
    return sum(map(str.isalnum, text or "")) >= 3


def each(  # noqa: PLR0913 - what a demand is made of
    name: str,
    concerns: Iterable[Concern],
    lacks: Callable[[Concern], Iterable[str]],
    *,
    held: str,
    todo: str | Callable[[Concern], str],
    is_order: bool = False,
) -> Demand:
    """A demand on every incident by itself.

    Args:
        name: Of the demand.
        concerns: The incidents whose level asks for it.
        lacks: What one of them lacks, each in words.
        held: How it is met, where it is.
        todo: What to do, said of each incident that lacks something: made of it, or a text in which `ID`
            stands for it.
        is_order: As in `Demand`.
    """
    lacking = [(one, why) for one in concerns if (why := tuple(lacks(one)))]
    return judged(
        name,
        (f"{one.name}: {what}" for one, why in lacking for what in why),
        held=held,
        todo="; ".join(_todo(todo, one) for one, _ in lacking),
        is_order=is_order,
    )


def _todo(told: str | Callable[[Concern], str], concern: Concern) -> str:
    return told.replace("ID", concern.name) if isinstance(told, str) else told(concern)


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
