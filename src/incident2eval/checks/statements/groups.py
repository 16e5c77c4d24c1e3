"""Words and phrases that say the same in every trade, folded to one term each."""

import re
from collections.abc import Iterable
from functools import lru_cache

from incident2eval.checks.figures.units import ONES
from incident2eval.checks.statements.stems import forms, stem
from incident2eval.detection.text.wording import vocabulary

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
    "release released admitted granted grant",
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
    "SAFE": "unsafe harm harmed harmful danger dangerous hazardous",
    ALLOWED: "forbidden prohibited banned",
}
"""Words that deny what the term claims."""

_NEAR = {FREE: (PAY,), REFUND: (RETURN, "MONEY"), RETURN: (REFUND,), FOUND: (APPROVED,)}
"""Terms whose words also stand in phrases for another term: `without a fee`, `money back`."""

_DENIALS = vocabulary(
    "not no never none nobody nothing neither nor without cannot unable zero hardly unless except"
)

_NEGLIGIBLE = """
a about above according after again against ahead all alongside also always am amount an and another any
anyone anything are around article articles as ask asked at be because become been before being below best
between both bring brings but by can carries carry case check come complete completed confirm confirmed
contain contains could currently database day dear did do does doing done down during each either else
enquiry ever every everyone everything fall far first for from further get give go going good goods great
had happen happy has have having he hello help her here hereby hers hi him his how however i if in include
included includes indeed inform inside into is it item items its itself just keep kind kindly know last
latest least less let like likely list look made make many may maybe me mean might month monthly more
moreover most much my myself near new next note now of off offer offered often ok okay on once one only onto
or order other our ours ourselves out over own part particular per perhaps period please pleased point
possible product products provide provided put question questions rather ready really regard regards remain
remains request result results right run same say search searched see self set shall she should show simply
since sincerely so some someone something soon stay staying stays still straight such sure take team tell
term terms than thank thanks that the their theirs them then there therefore these they thing things this
those though through thus time to together too total toward towards under until up upon us very via want was
way we weigh weighing well were what whatever when whenever where which while who whole whom whose why will
wish with within work would year yearly yes yet you your yours yourself
"""
"""Words that hardly tell one statement from another."""


def _terms_of(groups: dict[str, str]) -> dict[str, str]:
    return {
        form: term for term, words in groups.items() for word in words.split() for form in (word, stem(word))
    }


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
    return (
        "" if word in _EMPTY or stem(word) in _EMPTY or (len(word) < 3 and not word.isdigit()) else stem(word)
    )


def spellings(terms: Iterable[str]) -> re.Pattern[str]:
    """What finds every text that may hold one of the terms; much else is found, too."""
    wanted = set(terms) | {near for one in terms for near in _NEAR.get(one, ())}
    begun = {word[:4] for word, found in _TERMS.items() if found in wanted}
    begun |= {word[:4] for one in wanted if not one.isupper() for word in forms(one)}
    return re.compile(r"\b(?:" + "|".join(sorted(map(re.escape, begun))) + ")", re.IGNORECASE)


@lru_cache(maxsize=20_000)
def denies(word: str) -> str | None:
    """None if a word in lower case denies nothing; else the term that it denies, "" where it has none."""
    if word in _DENIALS:
        return ""
    return _DENYING.get(word)
