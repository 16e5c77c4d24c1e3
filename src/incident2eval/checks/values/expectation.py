"""Expectations: what should stand where in the output for one input, as case.yaml holds it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from incident2eval.checks.values.reading import bare, cell_value
from incident2eval.checks.values.value import Amount, Value, Word
from incident2eval.checks.values.words import content, stems
from incident2eval.detection.text.wording import key_words
from incident2eval.model import JSON, CannotJudge

Item = tuple[tuple[str, str], ...]
"""The ids of an item, outermost first, each with its key: ((`order`, `A-7`), (`line`, `2`))."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One value that should be there, and which one stood there instead."""

    value: JSON
    instead_of: JSON = None
    item: Item = ()
    path: str = ""
    """The keys that lead to it within the item, joined by dots."""
    about: str = ""
    """What a text says it of."""
    right: Value = field(init=False)
    old: Value | None = field(init=False)

    def __post_init__(self) -> None:
        key = key_words(self.path)
        right = cell_value(self.value, key) or Word(stems=stems(str(self.value)))
        object.__setattr__(self, "right", right)
        object.__setattr__(self, "old", cell_value(self.instead_of, key))

    @classmethod
    def of(cls, fact: JSON) -> "Expectation":
        """Read one of the case's facts.

        Raises:
            CannotJudge: if it does not say which value is right, or of what.
        """
        given = fact if isinstance(fact, Mapping) else {}
        if given.get("value") is None or not (given.get("field") or given.get("item") or given.get("about")):
            raise CannotJudge(
                "an expected value needs `value`, and `field`, `item` or `about` to say of what"
            )
        item = given.get("item")
        return cls(
            value=given["value"],
            instead_of=given.get("instead_of"),
            item=tuple((str(key), str(own)) for key, own in item.items())
            if isinstance(item, Mapping)
            else ((("", str(item)),) if item is not None else ()),
            path=str(given.get("field") or ""),
            about=str(given.get("about") or ""),
        )

    @property
    def fact(self) -> dict[str, JSON]:
        """The expectation as case.yaml holds it."""
        said = {
            "item": dict(self.item) or None,
            "field": self.path or None,
            "about": self.about or None,
            "value": self.value,
            "instead_of": self.instead_of,
        }
        return {key: value for key, value in said.items() if value is not None}

    @property
    def subject(self) -> tuple[str, ...]:
        """The stems of the words that say what it is of."""
        words = self.about or self.path.replace(".", " ")
        return content(stems(words)) or stems(words)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of its item, as they are compared."""
        return tuple(bare(own) for _, own in self.item)

    @property
    def is_zero(self) -> bool:
        """Whether zero is expected, which may be said by leaving it out."""
        return isinstance(self.right, Amount) and self.right.number == 0

    @property
    def shown(self) -> str:
        """The right value, for a message."""
        return as_shown(self.value)

    @property
    def label(self) -> str:
        """What it is of, for a message."""
        where = " of " + " / ".join(f"{key} {own}".strip() for key, own in self.item) if self.item else ""
        return f"{self.path or self.about or 'the value'}{where}"


def expectations(facts: Sequence[JSON]) -> tuple[Expectation, ...]:
    """All expectations of a case.

    Raises:
        CannotJudge: if there is none, or one does not say what it expects.
    """
    if not isinstance(facts, (list, tuple)) or not facts:
        raise CannotJudge("nothing says which values are expected")
    return tuple(Expectation.of(fact) for fact in facts)


def as_shown(value: JSON) -> str:
    """A value as a message shows it."""
    if value in (None, "", [], {}):
        return "empty"
    return ("'yes'" if value else "'no'") if isinstance(value, bool) else f"'{value}'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """An expectation that an output does not meet."""

    message: str
    excerpt: str
    """What stands there instead, as it stands; the nearest words where nothing does."""
    left_out: bool = False
    """Whether nothing stands there."""
