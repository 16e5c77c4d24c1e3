"""Words without their endings: `cancelled`, `cancelling` and `cancellation` are one word."""

import re
from functools import lru_cache

_LONGEST = 40
"""No word in earnest is longer; what is longer is left as it is, so that hostile text costs nothing."""
_IRREGULAR = {
    form: base
    for base, forms in {
        "pay": "paid paying payable payment payments pays",
        "send": "sent",
        "give": "gave given",
        "get": "got gotten",
        "make": "made",
        "keep": "kept",
        "leave": "left",
        "find": "found",
        "buy": "bought",
        "sell": "sold",
        "tell": "told",
        "lose": "lost",
        "hold": "held",
        "take": "took taken",
        "begin": "began begun",
        "break": "broke broken",
        "come": "came",
        "run": "ran running",
        "see": "saw seen",
        "know": "knew known",
        "write": "wrote written",
        "choose": "chose chosen",
        "full": "fully",
        "extend": "extension extensions",
        "admit": "admission admissions",
        "receive": "receipt",
        "die": "dead death",
        "medium": "media",
        "child": "children",
        "person": "people",
        "use": "used using uses",
        "owe": "owed owing",
        "deliver": "delivery deliveries",
        "expire": "expiry",
        "guarantee": "guaranteed guaranteeing guarantees",
        "due": "dues",
    }.items()
    for form in forms.split()
}
_ENDINGS = tuple(
    (re.compile(ending + r"\Z"), by)
    for ending, by in (
        (r"(?<=[a-z]{2})ications?", "y"),
        (r"(?<=[a-z]{3})ellations?", "el"),
        (r"(?<=[a-z]{2})istrations?", "ister"),
        (r"(?<=[a-z]{2})bilit(?:y|ies)", "ble"),
        (r"(?<=[a-z]{3})(?:ations?|ates?|ated|ating)", ""),
        (r"(?<=[a-z]{3})ances?", ""),
        (r"(?<=[a-z]{4})ments?", ""),
        (r"(?<=[a-z]{4})[ai]bles?", ""),
        (r"(?<=[a-z]{2})(?:ies|ied)", "y"),
        (r"(?<=s|x|z|h)es", ""),
        (r"(?<=[a-z]{2}[^su])s", ""),
        (r"(?<=[a-z]{3})ing", ""),
        (r"(?<=[a-z]{3})ed", ""),
        (r"(?<=[a-z]{4})ly", ""),
        (r"(?<=[a-z]{4})al", ""),
    )
)
_DOUBLED = re.compile(r"([b-df-hjkmnp-rtv-z])\1\Z|(?<=[a-z]{4})([ls])\2\Z")


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The word, in lower case, without the endings of number, tense and kind."""
    if len(word) <= 3 or len(word) > _LONGEST:
        return _IRREGULAR.get(word, word)
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for ending, by in _ENDINGS:
        word = ending.sub(by, word, count=1)
    word = _DOUBLED.sub(r"\1\2", word)
    return word.removesuffix("e") if len(word) > 3 else word


def forms(stemmed: str) -> tuple[str, ...]:
    """The stem, and the irregular forms of its word."""
    return (stemmed, *(form for form, base in _IRREGULAR.items() if base == stemmed))
