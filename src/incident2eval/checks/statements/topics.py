"""What a figure is said of, and whether it is promised or measured."""

import re
from functools import lru_cache

from incident2eval.checks.statements.sentences import part_around

_TOPICS = {
    "refunds": r"refund\w*|reimburs\w+|money[- ]back|return(?:s|ed|ing)?|exchang(?:e|es|ed|ing)|send it back",
    "warranty": r"warrant(?:y|ies)|guarantees?|guaranteed|repair\w*|cover(?:s|ed|age)?|insur\w+",
    "delivery": r"deliver(?:s|ed|y|ies)?|shipping|shipped|ships?|dispatch\w*|courier",
    "cancellation": r"cancel\w*|terminat\w+|notice|withdraw(?:al|n|s)?|cooling[- ]off",
    "answers": r"repl(?:y|ies|ied)|respon(?:d|ds|se|ses)|answer(?:s|ed)?",
    "payment": r"pay(?:s|able|ment|ments)?|paid|invoices?|deposits?|instal?ments?|fees?|due|charges?",
    "discounts": r"discount\w*|off|vouchers?",
    "interest": r"interest|apr",
    "validity": r"valid\w*|expir\w+",
}
_TOPIC = {name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for name, words in _TOPICS.items()}
_ANYTHING = re.compile("|".join(rf"\b(?:{words})\b" for words in _TOPICS.values()), re.IGNORECASE)
_OTHER_USE = re.compile(
    r"\breturn(?:s|ed|ing)? (?:your|the|our|a|my) (?:calls?|messages?|e-?mails?|keys?)\b|\bexchange rates?\b"
    r"|\b(?:of|from|after|since|before|following|upon) (?:the |your |its )?(?:day |date )?(?:of )?"
    r"(?:delivery|dispatch|shipping|payment|cancellation|invoice|return|receipt|the invoice|purchase)\b",
    re.IGNORECASE,
)
"""Words of a topic that are not about it: `within 30 days of delivery` speaks of no delivery."""
_BOUND = re.compile(
    r"\b(?:within|up to|at most|no (?:more|later|longer) than|maximum(?: of)?|at least|minimum(?: of)?|until|"
    r"limit of|valid for|entitled to)[ \u00a0]*(?:the |another |a further )?(?:first )?[£$€]?\Z",
    re.IGNORECASE,
)
_PROMISE = re.compile(
    r"\byou(?:['\u2019]ll| will| can| may| must| have| get| are entitled| receive| are covered)\b"
    r"|\bwe(?:['\u2019]ll| will| shall| guarantee| offer| refund| give| promise| match| grant| can)\b"
    r"|\bentitle[ds]?\b|\bpolicy\b|\bdeadline\b|\bguarantee[ds]?\b|\blimit\b",
    re.IGNORECASE,
)
_PROMISING = frozenset({"refunds", "warranty", "cancellation", "discounts", "interest", "validity"})
_MEASURED = re.compile(
    r"\b(?:took|taken|was|were|has been|had|lasted|spent|rose|fell|median|average|mean|total|altogether|"
    r"in all)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=4_000)
def topics(text: str) -> frozenset[str]:
    """What a text speaks of, as far as periods, limits, rates and promises are given for it."""
    if not _ANYTHING.search(text):
        return frozenset()
    told = _OTHER_USE.sub(" ", text)
    return frozenset(name for name, words in _TOPIC.items() if words.search(told))


def is_promised(text: str, start: int, end: int) -> bool:
    """Whether a figure is a limit, a rate or a promise there: nothing to be worked out."""
    if _BOUND.search(text, max(0, start - 40), start):
        return True
    part = part_around(text, start, end)
    return bool(_PROMISE.search(part) or (topics(part) & _PROMISING and not _MEASURED.search(part)))


def is_measured(text: str, start: int, end: int) -> bool:
    """Whether a figure tells what was, and promises nothing."""
    part = part_around(text, start, end)
    return bool(_MEASURED.search(part)) and not is_promised(text, start, end)
