"""Amounts in a text: in digits or words, with their unit, their sign and how roughly they are said."""

import re
from collections.abc import Iterator, Sequence

from incident2eval.checks.figures.units import ONES, SCALES, TENS, UNITS, Unit, number_in_words
from incident2eval.checks.values.value import Amount, Found
from incident2eval.checks.values.words import content, stem
from incident2eval.detection.text.wording import Span

_ANY_ONE, _ANY_TEN, _DIGIT = ("|".join(words) for words in (ONES[::-1], TENS, ONES[8::-1]))
_BELOW_HUNDRED = rf"(?:(?:{_ANY_TEN})(?:[ -](?:{_DIGIT}))?|{_ANY_ONE})"
_BELOW_THOUSAND = rf"(?:(?:a|{_DIGIT}) hundred(?:(?: and)? {_BELOW_HUNDRED})?|{_BELOW_HUNDRED})"
_NUMBER = re.compile(
    rf"\b(?P<words>(?:a|{_BELOW_THOUSAND}) thousand(?:,?(?: and)? {_BELOW_THOUSAND})?|{_BELOW_THOUSAND}"
    r"|zero|a dozen)\b"
    r"|\b(?P<one>an?)(?= (?:second|minute|hour|day|week|fortnight|month|quarter|year)\b)"
    r"|(?P<digits>\d{1,3}(?:[,\u00a0\u202f]\d{3}){1,5}(?:\.\d{1,9})?(?!\d)|\d{1,18}(?:\.\d{1,9})?(?!\d))",
    re.IGNORECASE,
)
_SEPARATORS = re.compile(r"[,\u00a0\u202f]")
_SIGNS = r"[\u00a3$\u20ac\u00a5]"
_CURRENCY = re.compile(rf"(?:{_SIGNS}|\b(?:GBP|USD|EUR|JPY))[ \u00a0]{{0,2}}\Z", re.IGNORECASE)
_MINUS = re.compile(rf"(?:\A|[\s(|:=])[-\u2212](?:{_SIGNS}|GBP|USD|EUR|JPY)?[ \u00a0]?\Z")
_SCALE = re.compile(r"[ \u00a0]?(k|mn|bn|m|thousand|million|billion)\b", re.IGNORECASE)
_UNIT = re.compile(
    r"[ \u00a0-]{0,2}(?:(?:working|business|calendar|full|consecutive)[ -])?"
    r"(%|per cent\b|[\u00a3\u20ac$]|[A-Za-z]{1,12}\b)"
)
_LENGTH = re.compile(
    r" (?!(?:and|or|of|in|per|to|for|at|on|by|until|within|from|each|every|an?|the|this|last|next|same) )"
    r"[a-z]{3,12} (seconds?|minutes?|hours?|days?|weeks?|months?|years?)\b"
)
"""A length of time with a word in between: `three free days`."""
_ABOUT = re.compile(
    r"(?:\b(?:about|around|approximately|approx\.?|roughly|some|nearly|almost|over|under|ca\.?|circa|"
    rf"close to|(?:more|less|fewer) than|just (?:over|under))|[~\u2248])[ \u00a0]?{_SIGNS}?\Z",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"(?:\b(?:section|clause|article|table|step|invoice|order|ticket|case|nos?|numbers?|refs?|reference|version|"
    r"phase|chapter|appendix|schedule|form|rule|paragraph|box|page|figure|note|ISO|tel|phone)|#)"
    r"[.:]?[ \u00a0]{0,2}\Z",
    re.IGNORECASE,
)
_NOUN = re.compile(r"[ \u00a0]([A-Za-z]{3,20})\b")
_LETTERS = re.compile(r"[A-Za-z]{1,12}(?![\w])")


def amounts(text: str, hidden: Sequence[Span], unit: Unit | None = None) -> Iterator[Found]:
    """The amounts of a text, in order.

    Args:
        text: The text in English notation.
        hidden: Where no amounts stand though numbers may, in order.
        unit: The unit of amounts that stand without one, where something else says it.
    """
    at = 0
    for match in _NUMBER.finditer(text):
        while at < len(hidden) and hidden[at][1] <= match.start():
            at += 1
        if at < len(hidden) and hidden[at][0] < match.end():
            continue
        if match["digits"] and _is_glued(text, *match.span()):
            continue
        if found := _amount(text, match, unit):
            yield found


def _amount(text: str, match: re.Match[str], unit: Unit | None) -> Found | None:
    """The amount that a number is, with what stands in front of it and behind."""
    start, end = match.span()
    number = _number(match)
    if number is None:
        return None
    ahead = text[max(0, start - 24) : start]
    currency = _CURRENCY.search(ahead[-6:])
    times, after = _scaled(text, end, money=currency is not None)
    own, stop = (UNITS.get(currency[0].strip().casefold()), after) if currency else _unit(text, after)
    decimals = len(match[0].partition(".")[2]) if match["digits"] else 0
    loose = times != 1 or bool(_ABOUT.search(ahead))
    amount = Amount(
        number=number * times * (-1 if _MINUS.search(ahead) else 1),
        unit=own or unit,
        slack=_slack(number * times, 10**-decimals * times, loose=loose),
    )
    begin = start - len(currency[0]) if currency else start
    return Found(
        value=amount,
        start=begin,
        end=stop,
        sure=_is_sure(match, own or unit, ahead),
        counts=own is None and _counts(text, stop),
    )


def _counts(text: str, end: int) -> bool:
    behind = _NOUN.match(text, end)
    return behind is not None and bool(content([stem(behind[1])]))


def _scaled(text: str, end: int, *, money: bool) -> tuple[float, int]:
    """What multiplies a number (`k`, `million`), and where that ends; `m` is a million of money only."""
    scale = _SCALE.match(text, end)
    if scale is None or (scale[1].casefold() == "m" and not money):
        return 1.0, end
    return SCALES[scale[1].casefold()], scale.end()


def _unit(text: str, end: int) -> tuple[Unit | None, int]:
    """The unit behind a number, and where it ends."""
    for form in (_UNIT, _LENGTH):
        behind = form.match(text, end)
        word = behind[1].casefold().replace("per cent", "%") if behind else ""
        if behind and word in UNITS:
            return UNITS[word], behind.end()
    return None, end


def _number(match: re.Match[str]) -> float | None:
    if match["one"]:
        return 1.0
    if match["digits"]:
        return float(_SEPARATORS.sub("", match["digits"]))
    words = match["words"].casefold().replace(",", "").replace(" and", "")
    if words in {"zero", "a dozen"}:
        return 0.0 if words == "zero" else 12.0
    above, scale, rest = words.rpartition("thousand")
    if not scale:
        return _below_thousand(words)
    return 1000 * (_below_thousand(above) or 1.0) + (_below_thousand(rest) or 0.0)


def _below_thousand(words: str) -> float | None:
    return number_in_words(words.strip().removeprefix("a "))


def _slack(number: float, step: float, *, loose: bool) -> float:
    """How far off a number may be: half of what the last digit stands for, or the last that is no zero."""
    if loose and number:
        while step < abs(number) and (number / (10 * step)).is_integer():
            step *= 10
    return step / 2


def _is_glued(text: str, start: int, end: int) -> bool:
    """Whether digits are part of a code, a version, an ordinal or a fraction: `T-88213`, `2.1.3`, `3rd`."""
    before, behind = text[max(0, start - 2) : start], text[end : end + 2]
    if before[-1:].isalpha() and before[-1:] not in "\u00a3\u20ac\u00a5":
        return not _CURRENCY.search(text[max(0, start - 4) : start])
    if before[-1:] in {"_", "/", "#", ".", ",", "\\"} and before[:-1].isalnum():
        return True
    if before[-1:] in {"-", "\u2010"} and before[:-1].isalpha():
        return True
    if behind[:1] in {".", "/", ":", ",", "_"} and behind[1:].isdigit():
        return True
    if not behind[:1].isalpha():
        return False
    letters = _LETTERS.match(text, end)
    return letters is None or not (letters[0].casefold() in UNITS or letters[0].casefold() in SCALES)


def _is_sure(match: re.Match[str], unit: Unit | None, ahead: str) -> bool:
    if unit is not None:
        return True
    digits = match["digits"] or ""
    is_year = len(digits) == 4 and digits[:2] in {"19", "20"}
    return (
        len(digits) > 1
        and len(digits) <= 12
        and digits[0] != "0"
        and not is_year
        and not _REFERENCE.search(ahead)
    )
