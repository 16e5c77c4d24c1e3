"""Values read from running text and from single cells."""

import re
from collections.abc import Iterable
from itertools import islice

from incident2eval.checks.figures.units import Unit, tells_apart, unit_of_key
from incident2eval.checks.values.amounts import amounts
from incident2eval.checks.values.moments import INSTANT, moments
from incident2eval.checks.values.notation import plainly
from incident2eval.checks.values.value import Amount, Code, Date, Flag, Found, Value, Word
from incident2eval.checks.values.words import stems
from incident2eval.detection.dates import days
from incident2eval.detection.text.wording import vocabulary
from incident2eval.model import JSON

_MOST = 10_000
"""No honest output holds more figures; what stands behind them is not read."""
_LONGEST = 60
"""A longer text is no single value."""

_LISTED = re.compile(r"^[ \t]{0,12}(?:[-*>] )?\(?\d{1,3}[.)](?=\s)", re.MULTILINE)
_NO_FIGURES = re.compile(r"https?://\S{1,2000}|\b[\w.+-]{1,64}@[\w.-]{1,255}|\+\d{2}[\d -]{6,18}\d")
_YES = vocabulary("yes y true on \u2713 \u2714 \u2611 \u2705 ja oui")
_NO = vocabulary("no n false off \u2717 \u2718 \u274c \u2610 nein non")
_DRESS = " \t\r\n*_`\"'\u201c\u201d\u2018\u2019"
_ALNUM = re.compile(r"[\W_]+")
_ASIDE = vocabulary(
    "per each a month monthly year yearly annum day week plus excl incl vat net gross pa pm pcm only "
    "about ca approx"
)
"""Words that may stand beside the one figure that a cell is."""


def values_in(text: str, *, unit: Unit | None = None) -> list[Found]:
    """The amounts, dates and times that a text says, in order.

    Args:
        text: The text in English notation (`notation.plainly`).
        unit: The unit of amounts that stand without one, where something else says it.
    """
    found = list(moments(text))
    hidden = sorted(
        [(one.start, one.end) for one in found]
        + [match.span() for form in (_LISTED, _NO_FIGURES) for match in form.finditer(text)]
    )
    return sorted([*found, *islice(amounts(text, hidden, unit), _MOST)], key=lambda one: one.start)


def cell_value(cell: JSON, key: Iterable[str] = (), *, decimal_comma: bool = False) -> Value | None:
    """The value that a cell is; None for text of several words, for nothing, lists and objects.

    Args:
        cell: The cell, as JSON has it or as a table shows it.
        key: The words of its key: they may give a unit, or say that a number only tells apart.
        decimal_comma: Whether the text that it stands in writes decimals with a comma.
    """
    words = tuple(key)
    if isinstance(cell, bool):
        return Flag(yes=cell)
    if isinstance(cell, (int, float)):
        return _plain_number(cell, words)
    if not isinstance(cell, str) or len(cell) > _LONGEST:
        return None
    text = cell.strip(_DRESS).rstrip(".")
    if not text:
        return None
    if text.casefold() in _YES | _NO:
        return Flag(yes=text.casefold() in _YES)
    return _whole(plainly(text, decimal_comma=decimal_comma), words) or _single(text)


def _plain_number(number: float, words: tuple[str, ...]) -> Value | None:
    if tells_apart(words):
        return Code(text=bare(number))
    try:
        value = float(number)
    except OverflowError:
        return Code(text=str(number))
    decimals = 0 if value.is_integer() else len(repr(value).partition(".")[2])
    return Amount(number=value, unit=unit_of_key(words), slack=0.5 * 10.0**-decimals)


def _whole(text: str, words: tuple[str, ...]) -> Value | None:
    """The date, time or amount that a text is as a whole."""
    if instant := INSTANT.fullmatch(text):
        day = days(instant["day"])
        return Date(day=day[0]) if day else None
    found = [one for one in values_in(text, unit=unit_of_key(words)) if one.sure or one.start == 0]
    if not found:
        return None
    one = found[0]
    rest = [*text[: one.start].split(), *text[one.end :].split()]
    if len(found) > 1 and not all(other.start == one.start for other in found):
        return None
    if any(word.strip("()~+-\u2212.,/").casefold() not in {"", *_ASIDE} for word in rest):
        return None
    if isinstance(one.value, Amount):
        if tells_apart(words) and one.value.unit is None:
            return None
        if text.startswith("(") and text.endswith(")"):
            return Amount(number=-abs(one.value.number), unit=one.value.unit, slack=one.value.slack)
    return one.value


def _single(text: str) -> Value | None:
    """The id or the word that a text without blanks is."""
    if any(char.isspace() for char in text):
        return None
    if any(char.isdigit() for char in text):
        return Code(text=bare(text))
    found = stems(text)
    return Word(stems=found) if found else None


def bare(text: JSON) -> str:
    """An id without case and without what stands between its letters and digits."""
    return _ALNUM.sub("", str(text)).casefold()
