"""How much a call is about: its amount, and in which currency."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from incident2eval.checks.figures.units import SCALES, UNITS
from incident2eval.detection.text.wording import embedded, key_words, leaves, vocabulary
from incident2eval.model import JSON

_AMOUNTS = vocabulary("amount amounts sum total subtotal amt")
"""Keys that say outright how much."""
_PERHAPS = vocabulary(
    "refund payment payout price fee credit discount settlement compensation bonus deposit transfer "
    "salary goodwill invoice charge donation budget spend premium payable"
)
"""Keys whose number is how much, where none says it outright."""
_INNER = vocabulary("value amount number units")
"""Keys of the number inside an object that is an amount: `amount.value`."""
_NO_AMOUNT = vocabulary(
    "id ids ref refs reference no number code type method reason currency status date at index limit page "
    "max maximum min minimum balance remaining before previous old original name version year month day"
)
_NO_MONEY = vocabulary("count tax vat percent percentage pct rate qty quantity")
_MINOR = vocabulary("cents cent pence penny minor")
_CURRENCIES = vocabulary("currency ccy")
_NUMBER = r"\d{1,3}(?:[.,'\u00a0\u202f ]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d{1,15}(?:[.,]\d{1,4})?(?!\d)"
_SIGN = r"[£$€¥]|\b(?:GBP|USD|EUR|JPY|CHF|SEK|NOK|DKK|PLN|CAD|AUD|INR)\b"
SAID = re.compile(
    rf"(?:(?P<before>{_SIGN})[ \u00a0]?)?(?P<number>{_NUMBER})"
    rf"(?:[ \u00a0]?(?P<scale>k|thousand|million)\b)?"
    rf"(?:[ \u00a0]?(?P<after>{_SIGN}|\b(?:pounds?|dollars?|euros?)\b))?",
    re.IGNORECASE,
)
"""An amount as a text says it, currency and all."""
_LONGEST = 40
"""A longer text is no amount."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """So much, of a currency where one is said."""

    value: float
    currency: str | None = None

    def exceeds(self, other: "Amount") -> bool:
        """Whether it is more; amounts of two currencies are neither more nor less."""
        return self.is_like(other) and self.value > other.value + 0.005

    def is_like(self, other: "Amount") -> bool:
        """Whether the two can be compared: of one currency, as far as both say."""
        return self.currency is None or other.currency is None or self.currency == other.currency

    def __str__(self) -> str:
        number = f"{self.value:,.2f}".removesuffix(".00")
        if self.currency is None:
            return number
        return f"{self.currency}{number}" if len(self.currency) == 1 else f"{number} {self.currency}"


def amount_of(value: JSON, *, any_number: bool = False) -> Amount | None:
    """How much a call's arguments say that it is about; of a list of items what they come to.

    Args:
        value: The arguments. Keys tell the amount: `amount`, `total_gbp`, `refund_cents`, `amount.value`.
        any_number: Whether the only number among them is the amount too, whatever its key.
    """
    given = embedded(value) or value if isinstance(value, str) else value
    if not isinstance(given, (Mapping, list, tuple)):
        return None
    said = [(path, key_words(path), leaf) for path, leaf in leaves(given)]
    currency = next((currency_of(leaf) for _, words, leaf in said if _CURRENCIES.intersection(words)), None)
    for keys in (_AMOUNTS, _PERHAPS, *([None] if any_number else [])):
        found = [
            (path, amount)
            for path, words, leaf in said
            if _is_key(path, words, keys) and (amount := _amount(words, leaf, currency))
        ]
        if found and (keys is not None or len(found) == 1):
            return _together(found)
    return None


def is_amount_key(path: str) -> bool:
    """Whether a key says how much, outright or as keys of payments do."""
    words = key_words(path)
    return _is_key(path, words, _AMOUNTS) or _is_key(path, words, _PERHAPS)


def _is_key(path: str, words: Sequence[str], keys: frozenset[str] | None) -> bool:
    """Whether a key says how much, in one of these words, or in any where there are none."""
    if not words or words[-1] in _NO_AMOUNT:
        return False
    if keys is None:
        return True
    if words[-1] in _NO_MONEY:
        return False
    if not keys.isdisjoint(words):
        return True
    outer, _, _ = path.rpartition(".")
    return len(words) == 1 and words[0] in _INNER and not keys.isdisjoint(key_words(outer))


def _amount(words: Sequence[str], leaf: JSON, currency: str | None) -> Amount | None:
    """The amount that a value is, with the currency that it, its key or the call names."""
    named = next((currency_of(word) for word in words if word in UNITS), None) or currency
    if isinstance(leaf, str):
        text = leaf.strip()
        match = SAID.fullmatch(text) if len(text) <= _LONGEST else None
        amount = read(match) if match else None
    elif isinstance(leaf, (int, float)) and not isinstance(leaf, bool) and abs(leaf) < 1e15:
        amount = Amount(value=float(leaf))
    else:
        amount = None
    if amount is None:
        return None
    minor = 100 if not _MINOR.isdisjoint(words) else 1
    return Amount(value=amount.value / minor, currency=amount.currency or named)


def _together(found: Sequence[tuple[str, Amount]]) -> Amount:
    """What several amounts of one call come to: the most said of all of it, else the sum over its items."""
    least = min(path.count(".") for path, _ in found)
    outer = [amount for path, amount in found if path.count(".") == least and not _in_list(path)]
    if outer:
        return max(outer, key=lambda amount: amount.value)
    first = _column(found[0][0])
    items = [amount for path, amount in found if _column(path) == first]
    return Amount(value=sum(amount.value for amount in items), currency=items[0].currency)


def _in_list(path: str) -> bool:
    return any(key.isdigit() for key in path.split("."))


def _column(path: str) -> str:
    """The path without positions in lists: the same for every item."""
    return ".".join(key for key in path.split(".") if not key.isdigit())


def currency_of(value: JSON) -> str | None:
    """The sign of a currency (`£` for `gbp` and `pounds`), else its code; None where it is no currency."""
    if not isinstance(value, str) or not value.strip():
        return None
    unit = UNITS.get(value.strip().casefold())
    if unit is not None:
        return unit.kind if unit.is_money else None
    return value.strip().upper() if re.fullmatch(r"\s*[A-Za-z]{3}\s*", value) else None


def as_amount(value: JSON) -> Amount | None:
    """An amount as settings write it: a number, a text (`£500`), or `{amount, currency}`."""
    if isinstance(value, Mapping):
        currency = next((currency_of(inner) for key, inner in value.items() if key in _CURRENCIES), None)
        number = next((inner for key, inner in value.items() if key in {"amount", "value", "limit"}), None)
        return _amount((), number, currency)
    return _amount((), value, None)


def read(match: re.Match[str]) -> Amount:
    """The amount that a match of `SAID` says."""
    value = _value(match["number"])
    scale = SCALES.get((match["scale"] or "").casefold(), 1.0)
    return Amount(value=value * scale, currency=currency_of(match["before"] or match["after"]))


def _value(digits: str) -> float:
    """The number as its own separators tell: `1,200.50`, `1.200,50`, `1 200`, `12,5`."""
    plain = re.sub(r"['\u00a0\u202f ]", "", digits)
    last = max(plain.rfind("."), plain.rfind(","))
    if last < 0:
        return float(plain)
    whole, rest = re.sub(r"[.,]", "", plain[:last]), plain[last + 1 :]
    groups = len(rest) == 3 and (plain.count(".") == 0 or plain.count(",") == 0)
    return float(whole + rest) if groups else float(f"{whole}.{rest}")
