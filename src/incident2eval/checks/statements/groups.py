"""Words and phrases that say the same in every trade, folded to one term each."""

import re
from functools import lru_cache

from incident2eval.checks.figures.units import ONES
from incident2eval.checks.statements.stems import stem
from incident2eval.checks.text.wording import vocabulary

FREE, REFUND, RETURN, PAY = "FREE", "REFUND", "RETURN", "PAY"
ALLOWED, APPROVED, FOUND = "ALLOWED", "APPROVED", "FOUND"
MINIMUM, MAXIMUM = "MINIMUM", "MAXIMUM"

_CLAIMS = {
    FREE: "free waive waived waiver gratis complimentary prepaid",
    REFUND: "refund refunded reimburse repay repaid repayment",
    "COVERED": "cover covered insured insurance insure",
    "GUARANTEED": "guarantee guarantees warranty warranties warrant warrants assured assure",
    "EXCHANGED": "exchange exchanged swap swapped",
    "REPLACED": "replace replaced replacement",
    "COMPENSATED": "compensate compensation goodwill",
    "CREDIT": "credit credited voucher vouchers",
    "DISCOUNT": "discount discounted rebate reduction",
    "UPGRADE": "upgrade upgraded",
    "ENTITLED": "entitled entitlement eligible qualify qualifies",
    "EXTENDED": "extend extended extension",
    "REPAIRED": "repair repaired mend mended fix fixes",
    "CANCELLED": "cancel cancelled terminate terminated",
    "PAUSED": "freeze frozen pause paused suspend suspended",
    "EXPIRED": "expire expired lapse lapsed",
    "REQUIRED": "need needs needed require required requirement must obliged obligation mandatory compulsory "
    "necessary",
    APPROVED: "approve approved cleared clearance accept accepted authorise authorised authorize authorized "
    "release released admitted",
    FOUND: "find found discover discovered match matches hit hits entry entries record recorded records "
    "detected identified",
    "LIABLE": "liable liability",
    "NORMAL": "normal unremarkable",
    "SAFE": "safe safely harmless fine",
    "VALID": "valid",
    ALLOWED: "allowed",
    "AVAILABLE": "available",
    "FIXED": "fixed constant locked",
}
"""What a statement may claim of its subject: said of it or not, it is another statement."""

_SAME = {
    PAY: "pay paid fee fees charge charged charges cost costs price priced bill billed",
    RETURN: "return returned returns back",
    "FULL": "full fully whole entire",
    "POSTAGE": "postage shipping carriage label",
    "ARRIVED": "arrive arrival arrives deliver delivered delivery receive received receipt",
    "SENT": "send sent ship shipped dispatch dispatched post posted",
    "MONEY": "money funds amount sum",
    "EARLY": "early prematurely",
    "CONTRACT": "contract agreement plan policy",
    "ACCOUNT": "account balance",
    "ANSWER": "answer answered reply respond response",
    "FAULTY": "faulty defective broken damaged",
    "BOUGHT": "buy bought purchase purchased order ordered",
    "UNUSED": "unused leftover",
    "EXTRA": "extra additional further",
    MINIMUM: "minimum",
    MAXIMUM: "maximum",
    "PHONE": "phone telephone call",
    "DOCTOR": "doctor physician gp",
    "ENGINEER": "engineer technician",
    "GIFT": "gift donation donate donated donate",
}
"""Other words for the same thing or act."""

_OPPOSITES = {
    APPROVED: "decline declined reject rejected refuse refused deny denied",
    "COVERED": "excluded excludes exclude",
    "ENTITLED": "ineligible",
    "VALID": "invalid void",
    REFUND: "nonrefundable",
    "AVAILABLE": "unavailable",
    "NORMAL": "abnormal",
    "SAFE": "unsafe harmful",
    ALLOWED: "forbidden prohibited banned",
}
"""Words that deny what the term claims."""

_DENIALS = vocabulary("not no never none nobody nothing neither nor without cannot unable zero hardly unless except")

_NEGLIGIBLE = """
a about above after again against ahead all also always am an and another any anyone anything are around as at be because
become been before being below between both but by can case come could day did do does doing done down during each
either else ever every everyone everything fall far first for from further get give go going good great had
happen happy has have having he hello help her here hereby hers hi him his how however i if in indeed inside into is
it its itself just keep kind kindly know last latest least less let like likely look made make many may maybe me
mean might more most moreover much my myself near new next note now of off often ok okay on once one only onto or other
our ours ourselves out over own part particular per perhaps please pleased point possible put rather ready really
regard regards result results right same say see self set shall she should show simply since so some someone
something soon still straight such sure take tell than thank thanks that the their theirs them then there
therefore these they thing things this those though through thus to too toward towards under until up upon us very via
want was way we well were what when where which while who whole whom whose why will wish with within would yes yet you
your yours yourself item items product products goods article articles order term terms period time
team year month monthly yearly dear best sincerely currently total note according inform question questions ask asked enquiry request work
amount run check search searched complete completed whatever whenever together alongside stay stays staying remain remains confirm confirmed include included includes contain
contains offer offered provide provided carry carries bring brings weigh weighing
"""
"""Words that hardly tell one statement from another."""


def _terms_of(groups: dict[str, str]) -> dict[str, str]:
    return {form: term for term, words in groups.items() for word in words.split() for form in (word, stem(word))}


_NUMBERS = {word: str(at) for at, word in enumerate(ONES, start=1) if at > 1}
CLAIMS = frozenset(_CLAIMS)
_CLAIMED = _terms_of(_CLAIMS)
_TERMS = {**_terms_of(_SAME), **_CLAIMED}
_DENYING = _terms_of(_OPPOSITES)
_EMPTY = vocabulary(_NEGLIGIBLE) | {stem(word) for word in vocabulary(_NEGLIGIBLE)}


@lru_cache(maxsize=20_000)
def term(word: str) -> str:
    """The term that a word in lower case stands for: its group, else its stem; "" if it tells nothing."""
    if word in _NUMBERS:
        return _NUMBERS[word]
    for form in (word, stem(word)):
        if form in _TERMS:
            return _TERMS[form]
    return "" if word in _EMPTY or stem(word) in _EMPTY or (len(word) < 3 and not word.isdigit()) else stem(word)


@lru_cache(maxsize=20_000)
def denies(word: str) -> str | None:
    """None if a word in lower case denies nothing; else the term that it denies, "" where it has none."""
    if word in _DENIALS:
        return ""
    return _DENYING.get(word)
