"""Numbers in a text, in every way to read them: £41,250, 41.250,00, £41.25k, forty-one thousand."""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass

from incident2eval.checks.figures.units import ONES, SCALES, TENS, UNITS

_GROUPED = r"\d{1,3}(?:[ ,.'\u2019\u00a0\u202f\u2009]\d{3}){1,5}(?:[.,]\d{1,2})?(?!\d)"
_DIGITS = re.compile(rf"(?<![^\W_])(?:{_GROUPED}|\d{{1,18}}(?:[.,]\d{{1,9}})?)(?!\d)")
_SPELLED = "|".join((*ONES[::-1], *TENS, "hundred", "thousand", "million"))
_IN_WORDS = re.compile(
    rf"\b(?:{_SPELLED})(?:(?:[\s-]{{1,3}}(?:and\s{{1,3}})?)(?:{_SPELLED}))+\b", re.IGNORECASE
)
_WORD_OF_NUMBER = re.compile(_SPELLED, re.IGNORECASE)
_SEPARATORS = str.maketrans("", "", " ,.'\u2019\u00a0\u202f\u2009")
_BLANKS = str.maketrans("", "", " '\u2019\u00a0\u202f\u2009")
_MONEY_BEFORE = re.compile(r"(?:[£$€¥]|\b(?:GBP|USD|EUR|JPY|CHF))[ \u00a0]?\Z")
_BEHIND = re.compile(
    r"(?:[ \u00a0-]?(?P<scale>k|mn|m|bn|thousand|million|billion)(?![a-z]))?"
    r"[ \u00a0-]?(?P<unit>[£$€¥](?!\d)|%|per cent\b|[A-Za-z]{1,12}\b)?",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"(?:\b(?:about|around|approximately|approx\.?|roughly|some|nearly|almost|over|under|circa|ca?\.|"
    r"close to|"
    r"(?:more|less) than|just (?:over|under))|[~\u2248])[ \u00a0]?(?:[£$€¥][ \u00a0]?)?\Z",
    re.IGNORECASE,
)
_SCALE = re.compile(r"[ \u00a0-]?(k|mn|m|bn|thousand|million|billion)(?![a-z])", re.IGNORECASE)
_SCALE_LETTERS = frozenset("kKmMbBtT")
_LETTERS = re.compile(r"[A-Za-z]{1,12}")
_MONEY = {"£", "$", "€", "¥"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A number as it stands in a text."""

    values: tuple[float, ...]
    """Every way to read it, the likeliest first: 41.250 is 41.25, or 41,250 where a dot parts thousands."""
    digits: str
    """Its digits without zeros at either end: what stays the same however it is written."""
    step: float
    """What its last digit stands for."""
    start: int
    end: int
    money: bool = False
    unit: str | None = None
    """The unit behind it in lower case, if it is one."""
    bare: bool = True
    """Whether it is nothing but digits: such a number may be anything."""
    about: bool = False
    """Whether the text says that it is rounded."""

    @property
    def value(self) -> float:
        """The likeliest reading."""
        return self.values[0]

    @property
    def is_year(self) -> bool:
        """Whether it may be a calendar year."""
        return self.bare and not self.money and 1900 <= self.value <= 2100

    @property
    def tells_alone(self) -> bool:
        """Whether two unrelated texts would hardly hold it both: four telling digits, or three of money."""
        if self.is_year:
            return False
        if self.money:
            return len(self.digits) >= 4 or (len(self.digits) == 3 and self.value >= 1000)
        return len(self.digits) >= (5 if self.bare else 4)

    @property
    def tells_with_words(self) -> bool:
        """Whether it tells beside words of its sentence: not `2`, `50%` or `30 days`."""
        long = len(self.digits) >= 2 and self.value >= 10
        return not self.is_year and (long or (self.money and self.value >= 100))


def signature(digits: str) -> str:
    """The digits of a number without separators and zeros at either end."""
    return digits.translate(_SEPARATORS).strip("0")


def amounts(text: str, *, wanted: Container[str] | None = None) -> Iterator[Amount]:
    """The numbers of a text that stand by themselves: no parts of codes, dates, times or versions.

    Args:
        text: The text, with plain digits.
        wanted: Only those whose digits are among these; everything where it is None.
    """
    for match in _DIGITS.finditer(text):
        digits = signature(match[0])
        if digits and (wanted is None or digits in wanted) and not _is_part(text, *match.span()):
            yield _amount(text, match[0], digits, match.start())
    for match in _IN_WORDS.finditer(text):
        value = _spelled(match[0])
        digits = signature(str(int(value)))
        if digits and (wanted is None or digits in wanted):
            start, end = match.span()
            yield Amount(
                values=(value,),
                digits=digits,
                step=1.0,
                start=start,
                end=end,
                money=bool(_MONEY_BEFORE.search(text[max(0, start - 4) : start])),
                bare=False,
            )


def values(text: str) -> set[float]:
    """What every number of a text may say, wherever it stands: for texts that may say anything."""
    found: set[float] = set()
    for match in _DIGITS.finditer(text):
        token, end = match[0], match.end()
        scale = _SCALE.match(text, end) if text[end : end + 2].strip()[:1] in _SCALE_LETTERS else None
        times = SCALES[scale[1].casefold()] if scale else 1.0
        if token.isdigit():
            found.add(float(token) * times)
        else:
            found.update(value * times for value, _ in _readings(token, is_money=False))
    found.update(_spelled(match[0]) for match in _IN_WORDS.finditer(text))
    return found


def _is_part(text: str, start: int, end: int) -> bool:
    """Whether it is part of a code, a date, a time or a version: `NL-2231`, `05/11`, `14:05`, `2.1.3`."""
    before, behind = text[max(0, start - 2) : start], text[end : end + 2]
    if before[-1:] in {"/", "#", ":", "_", ".", ","} and before[:1].isalnum() and len(before) == 2:
        return True
    if before[-1:] == "#" or (before[-1:] in {"-", "\u2010", "\u2011"} and before[:1].isalnum()):
        return True
    if behind[:1] in {"-", "/", ":", ".", ","} and behind[1:].isdigit():
        return True
    if text[start] == "0" and text[start + 1 : start + 2].isdigit():
        return True
    letters = _LETTERS.match(text, end)
    return letters is not None and letters[0].casefold() not in UNITS and letters[0].casefold() not in SCALES


def _amount(text: str, token: str, digits: str, start: int) -> Amount:
    end = start + len(token)
    money = _MONEY_BEFORE.search(text[max(0, start - 4) : start])
    behind = _BEHIND.match(text, end)
    scale = (behind["scale"] or "").casefold() if behind else ""
    word = (behind["unit"] or "").casefold().replace("per cent", "%") if behind else ""
    unit = UNITS.get(word)
    is_money = bool(money) or word in _MONEY or (unit is not None and unit.is_money)
    readings = _readings(token, is_money=is_money)
    times = (1.0, 1e6) if scale == "m" and not is_money else (SCALES.get(scale, 1.0),)  # metres or millions
    return Amount(
        values=tuple(value * size for size in times for value, _ in readings),
        digits=digits,
        step=times[-1] * 10.0 ** -readings[0][1],
        start=start - len(money[0]) if money else start,
        end=behind.end("scale") if behind and scale else end,
        money=is_money,
        unit=word if unit is not None else None,
        bare=token.isdigit() and not scale and unit is None,
        about=bool(_ABOUT.search(text[max(0, start - 24) : start])),
    )


def _readings(token: str, *, is_money: bool) -> tuple[tuple[float, int], ...]:
    """What the digits may say, with how many decimals; the likeliest first."""
    plain = token.translate(_BLANKS)
    dots, commas = plain.count("."), plain.count(",")
    if dots and commas:
        mark = max(plain.rfind("."), plain.rfind(","))
        whole = plain[:mark].replace(".", "").replace(",", "")
        return ((float(f"{whole}.{plain[mark + 1 :]}"), len(plain) - mark - 1),)
    whole = plain.replace(".", "").replace(",", "")
    if dots + commas == 0 or dots > 1 or commas > 1:
        return ((float(whole), 0),)
    decimals = len(plain) - max(plain.rfind("."), plain.rfind(",")) - 1
    fraction = (float(plain.replace(",", ".")), decimals)
    if decimals != 3:
        return (fraction,)
    thousands = (float(whole), 0)
    return (thousands, fraction) if commas or is_money else (fraction, thousands)


def _spelled(words: str) -> float:
    """The number that words such as `forty-one thousand two hundred and fifty` say."""
    total = part = 0
    for word in _WORD_OF_NUMBER.findall(words.casefold()):
        if word in ONES:
            part += ONES.index(word) + 1
        elif word in TENS:
            part += (TENS.index(word) + 2) * 10
        elif word == "hundred":
            part = (part or 1) * 100
        else:
            total += (part or 1) * int(SCALES[word])
            part = 0
    return float(total + part)
