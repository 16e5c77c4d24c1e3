"""How a text writes its numbers. One notation a text: what `5,000` is, is never decided figure by figure."""

import re

from incident2eval.detection.text.wording import vocabulary

_SPACE = " \u00a0\u202f\u2009"
_POINT = re.compile(
    r"(?<![\d.,])(?:\d{1,3}(?:,\d{3}){1,5}\.\d{1,9}|\d{1,3}(?:,\d{3}){2,5}|\d{1,15}\.(?:\d{1,2}|\d{4,9}))(?![.,]?\d)"
)
_COMMA = re.compile(
    rf"(?<![\d.,])(?:\d{{1,3}}(?:[.{_SPACE}]\d{{3}}){{1,5}},\d{{1,9}}|\d{{1,3}}(?:\.\d{{3}}){{2,5}}|"
    r"\d{1,15},(?:\d{1,2}|\d{4,9}))(?![.,]?\d)"
)
_GROUPED_MONEY = re.compile(
    r"(?:[\u20ac$\u00a3]|\b(?:EUR|CHF|USD))[ \u00a0]?\d{1,3}\.\d{3}(?![.,]?\d)"
    r"|(?<![\d.,])\d{1,3}\.\d{3}[ \u00a0](?:\u20ac|EUR\b|CHF\b|Euro\b)"
)
"""Nobody writes money with three decimals: there the point groups."""
_WORD = re.compile(r"[^\W\d_]{2,6}")
_ENGLISH = vocabulary("the and of to for with is are was from your this that not")
CONTINENTAL = vocabulary(
    "der die und das den dem ist mit nicht f\u00fcr von auf ein eine zu le la les des du une pour avec "
    "est dans el los las por con una del para il lo gli della di che het een van voor op met n\u00e3o com "
    "uma"
)
"""Small words of German, French, Spanish, Italian, Dutch and Portuguese."""
_CONTINENTAL_NUMBER = re.compile(
    rf"(?<![\d.,])(?:\d{{1,3}}(?:[{_SPACE}]\d{{3}}){{1,5}}(?:,\d{{1,9}})?|\d{{1,3}}(?:\.\d{{3}}){{1,5}}(?:,\d{{1,9}})?|"
    r"\d{1,18},\d{1,9})(?![.,]?\d)"
)
_APOSTROPHED = re.compile(r"(?<![\d.,])\d{1,3}(?:['\u2019]\d{3}){1,5}(?:\.\d{1,9})?(?![.,]?\d)")
_LAKHS = re.compile(r"(?<![\d.,])\d{1,2}(?:,\d{2}){1,5},\d{3}(?:\.\d{1,2})?(?![.,]?\d)")
_SWAPPED = str.maketrans({".": ",", ",": ".", **dict.fromkeys(_SPACE, ",")})


def has_decimal_comma(text: str) -> bool:
    """Whether a text writes a comma before the decimals, by its figures, else by the language it is in."""
    points, commas = (sum(1 for _ in form.finditer(text)) for form in (_POINT, _COMMA))
    if points != commas:
        return commas > points
    if not points and _GROUPED_MONEY.search(text):
        return True
    return not is_english(text)


def is_english(text: str) -> bool:
    """Whether a text may be English: not if it has more of the small words of other languages."""
    words = [word.casefold() for word in _WORD.findall(text[:20_000])]
    foreign = sum(word in CONTINENTAL for word in words)
    return foreign < 2 or foreign <= sum(word in _ENGLISH for word in words)


def plainly(text: str, *, decimal_comma: bool) -> str:
    """The text with its numbers in English notation, every character where it stood."""
    if decimal_comma:
        text = _CONTINENTAL_NUMBER.sub(lambda match: match[0].translate(_SWAPPED), text)
    text = _APOSTROPHED.sub(lambda match: match[0].replace("'", ",").replace("\u2019", ","), text)
    return _LAKHS.sub(lambda match: match[0].replace(",", "").ljust(len(match[0])), text)
