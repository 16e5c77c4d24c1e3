"""Units of figures: which words mean the same unit, and how units of one kind convert."""

from dataclasses import dataclass

from incident2eval.detection.text.wording import vocabulary


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as a kind of quantity and how much of that kind's base it is: a week is 604,800 of `time`."""

    kind: str
    size: float = 1.0

    @property
    def is_money(self) -> bool:
        """Whether it is a currency."""
        return self.kind in {"£", "$", "€", "¥"}


_SPELLINGS = {
    Unit("time", 0.001): "ms millisecond milliseconds",
    Unit("time", 1): "second seconds sec secs",
    Unit("time", 60): "minute minutes min mins",
    Unit("time", 3600): "hour hours hr hrs h",
    Unit("time", 86_400): "day days",
    Unit("time", 604_800): "week weeks",
    Unit("time", 1_209_600): "fortnight fortnights",
    Unit("months", 1): "month months",
    Unit("months", 3): "quarters",
    Unit("months", 12): "year years yr yrs",
    Unit("%"): "% percent pct percentage",
    Unit("£"): "£ gbp pound pounds sterling",
    Unit("$"): "$ usd dollar dollars",
    Unit("€"): "€ eur euro euros",
    Unit("¥"): "¥ jpy yen",
    Unit("mass", 1): "g gram grams",
    Unit("mass", 1000): "kg kilo kilos kilogram kilograms",
    Unit("mass", 1_000_000): "tonne tonnes",
    Unit("length", 1): "mm",
    Unit("length", 10): "cm",
    Unit("length", 1000): "metre metres meter meters",
    Unit("length", 1_000_000): "km kilometre kilometres",
    Unit("miles"): "mile miles",
    Unit("volume", 1): "ml",
    Unit("volume", 1000): "litre litres liter liters",
    Unit("data", 1): "mb",
    Unit("data", 1000): "gb",
    Unit("data", 1_000_000): "tb",
    Unit("energy"): "kwh",
}
UNITS = {spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in spellings.split()}
"""Spelling in lower case -> unit."""

SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9}
"""Words that multiply the number before them."""

_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", *_TEENS.split())
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")

_KEY_UNITS = (
    "days hours minutes mins seconds secs ms weeks months years pct percent percentage gbp usd eur kg km "
    "gb mb tb kwh"
)
_KEYS_WITH_UNITS = vocabulary(_KEY_UNITS)
_REFERENCES = """
id ids code codes ref refs reference no number version line batch index page year month day week sku postcode
zip phone telephone vat port position rank
"""
_KEYS_OF_REFERENCES = vocabulary(_REFERENCES)


def unit_of_key(words: tuple[str, ...]) -> Unit | None:
    """The unit that a key gives its numbers, by its words in lower case: `terms_days`, `total_gbp`."""
    return next((UNITS[word] for word in reversed(words) if word in _KEYS_WITH_UNITS), None)


def tells_apart(words: tuple[str, ...]) -> bool:
    """Whether numbers under a key tell things apart rather than count them: `order_id`, `version`, `page`."""
    return bool(words) and words[-1] in _KEYS_OF_REFERENCES


def number_in_words(words: str) -> float | None:
    """The number that words such as `ninety`, `twenty-one` or `two hundred` say, or None."""
    parts = words.casefold().replace("-", " ").split()
    total = 0
    for part in parts:
        if part in ONES:
            total += ONES.index(part) + 1
        elif part in TENS:
            total += (TENS.index(part) + 2) * 10
        elif part == "hundred":
            total = (total or 1) * 100
        else:
            return None
    return float(total) if parts else None
