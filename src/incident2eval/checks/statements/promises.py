"""What a sentence grants or promises its reader, and what it denies them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from incident2eval.checks.figures.units import UNITS
from incident2eval.checks.statements.groups import ALLOWED, CLAIMS, FREE, PAY, REFUND, RETURN, spellings
from incident2eval.checks.statements.sentences import clauses, parts
from incident2eval.checks.statements.statement import Statement, read
from incident2eval.detection.text.views import plain

_KIND_OF = {
    FREE: "free",
    REFUND: "refund",
    "CREDIT": "credit",
    "COMPENSATED": "compensation",
    "DISCOUNT": "discount",
    "UPGRADE": "upgrade",
    "REPLACED": "replacement",
    "EXCHANGED": "replacement",
    "GUARANTEED": "guarantee",
    "COVERED": "guarantee",
    "EXTENDED": "extension",
}
_BY_PHRASE = {
    "paid by us": r"\bwe(?:['\u2019]ll)?(?: (?:will|shall|also|then|always|gladly|happily|can|each)){0,2}"
    r" (?:pay|settle|bear|meet|absorb|pick up|cover|stand|foot)\b(?! (?:interest|attention|you\b))"
    r"|\b(?:are|is|be) met by us\b|\bpaid (?:for )?by us\b|\bat our (?:own )?(?:cost|expense)\b",
    "free": r"\b(?:free|included) (?:for (?:all|every\w*|members|you)|in (?:the|your|our|every|all|any))\b",
    "refund": r"\bmoney back\b|\breimburs\w+"
    r"|\b(?:get|gets|have|receive|pay|paid|given?|transfer(?:red)?|credited)\b[^,;:]{0,40} back\b",
    "credit": r"\bcoupons?\b|\bgift (?:cards?|vouchers?)\b|\bbonus (?:points|miles)\b",
    "discount": r"(?:%|per ?cent|half) off\b|\boff (?:your|the) (?:next|order|bill|price|fare|fee)"
    r"|\bhalf[- ]price\b|\breduced (?:price|rate|fee|fare)|\bloyalty price\b",
    "any time": r"\b(?:cancel|terminate|leave|withdraw|switch|stop|end|return|rebook|change)\b[^.;]{0,60}"
    r"\b(?:any ?time|whenever)\b",
    "taxi": r"\b(?:taxis?|cabs?|chauffeurs?|limousines?|courtesy cars?|loan cars?|car home)\b",
    "lounge": r"\blounges?\b",
    "gift": r"\b(?:gifts?|hampers?|bouquets?|presents?)\b(?! (?:card|voucher))",
    "bonus": r"\bbonus(?:es)?\b(?! (?:points|miles))",
    "hotel": r"\b(?:hotels?|overnight stay|accommodation)\b",
}
_READER = (
    r"(?:customer|client|guest|tenant|buyer|member|patient|passenger|traveller|student|reader|user|who|you)s?"
)
_ALSO_SUPPORTS = {
    "replacement": r"\b(?:a|another) (?:brand[- ])?new\b|\banother one\b|\bfresh (?:one|copy)\b|\bagain\b",
    "free": r"\binclud(?:e|es|ed|ing)\b|\bcompliment|[\u00a3$\u20ac] ?0(?:\.00)?\b",
    "paid by us": rf"\b(?!{_READER}\b)[a-z]+ (?:pays|bears|meets|covers|settles)\b"
    rf"|\b(?:is|are|be) (?:paid|borne|met|covered) (?:for )?by (?!(?:the )?{_READER}\b)",
    "discount": r"%|\bper ?cent\b|\b(?:off|less|cheaper|lower|reduced|half)\b",
    "extension": r"\b(?:longer|later|extra|additional|further|more time|postpone\w*|renew\w*)\b",
    "upgrade": r"\b(?:higher|next|better) (?:class|room|category|plan|model)\b",
    "any time": r"\b(?:any ?time|whenever|no notice|flexib\w+|monthly)\b",
    "taxi": r"\b(?:transfers?|transport|cars?|rides?)\b",
    "gift": r"\b(?:welcome pack|goodie|tokens?)\b",
    "hotel": r"\b(?:rooms?|nights?|lodging)\b",
    "guarantee": r"\b(?:fixed|locked|includ(?:e|es|ed|ing))\b",
}
"""What says the same on the side of the sources only, where reading too much into it costs little."""
_NEAR = {
    "free": {"paid by us", "guarantee"},
    "paid by us": {"free", "refund", "guarantee", "compensation"},
    "refund": {"paid by us", "compensation", "credit", "return", "guarantee"},
    "credit": {"refund", "compensation", "discount"},
    "compensation": {"refund", "credit", "paid by us", "discount"},
    "discount": {"free", "credit"},
    "guarantee": {"free", "paid by us", "replacement", "refund"},
    "replacement": {"guarantee"},
}
"""Kinds that may stand for another one where they are of the same thing."""
_MENTIONED = re.compile(
    r"\b(?:requests?(?:ed)?|questions?|quer(?:y|ies)|enquir\w+|inquir\w+|ask(?:ed|ing|s)?|consider\w*"
    r"|appl(?:y|ied|ication|ying)|look(?:ing)? into|review\w*|decid\w+|decision|investigat\w+|forward\w*"
    r"|check(?:ing|ed|s)? (?:if|whether|that|with|your|the|this|it)|pass(?:ed)? (?:it |this |that |your )"
    r"|hope\w*|wish|would like|want(?:s|ed)?|prefer\w*|please|recommend\w*|advise|suggest\w*|should|must"
    r"|assess\w*|see if|yourself|assure you|rest assured|regarding|concerning|with regard|sorry"
    r"|thank(?:s| you)|try|tries|may be able|happy to help|to your credit|cover(?:ing)? letter"
    r"|credit (?:cards?|scor\w+|check\w*|not\w+|rating)|present(?:ed|ation)?|replac\w+ (?:by|with)"
    r"|(?:refund|claim|warranty|guarantee|discount|voucher|upgrade|replacement|insurance|compensation|gift"
    r"|exchange|extension) (?:team|department|desk|form|page|polic(?:y|ies)|section|process|numbers?|codes?"
    r"|status|options?|period|terms|shop|conditions?)|extension (?:number|cable|\d)|exchange rates?"
    r"|cover(?:s|ed|ing)? (?:in|the (?:topic|basics|period|month|week|year|question|main))"
    r"|free (?:time|slot|hand|text|will|space|day|evening|afternoon|morning|from|of (?!charge|cost))"
    r"|is free (?:on|at|from|until|to|next|this)|(?:are|be|feel|feels) free)\b"
    r"|[\u00a3$\u20ac] ?0\b",
    re.IGNORECASE,
)
"""What speaks of an entitlement without granting it."""
_GIVES = re.compile(
    r"\b(?:we|us|our|i|you|your|yours|each|every|everyone|anyone|all|any|is|are|be|gets?|receives?|guaranteed"
    r"|included|customers?|guests?|members?|clients?|patients?|tenants?|travellers?|passengers?|students?)\b",
    re.IGNORECASE,
)
_BY_US = re.compile(
    r"\b(?:we|i|our \w+|us)(?:['\u2019]ll)?\b(?! (?:offer|sell|need|stock|have an?|have the))"
    r"|\byou(?:['\u2019]ll)?(?: (?:will|shall|can|may|also|then|are|be|always|still)){0,3} (?:get|receive"
    r"|have|claim|given|entitled|eligible|enjoy|upgraded|moved|use)\b|\b(?:is|are|be|gets?)\b[^,;]{0,40}"
    r"\b(?:upgraded|replaced|exchanged|swapped|extended|covered|insured|guaranteed|yours|included|free"
    r"|waiting"
    r"|on its way|provided|paid)\b|\b(?:each|every|all|any)\b[^,;]{0,40}\b(?:gets?|receives?|has|have"
    r"|enjoys?)\b",
    re.IGNORECASE,
)
_IN_EARNEST = {
    **dict.fromkeys(("upgrade", "guarantee", "taxi", "lounge", "gift", "bonus", "hotel"), _BY_US),
    "replacement": re.compile(r"\bwe\b[^,;]{0,25}\b(?:replac|exchang|swap)|\breplacements?\b", re.IGNORECASE),
    "extension": re.compile(
        r"\b(?:deadline|contract|warranty|guarantee|cover|term|period|loan|lease|stay|subscription|validity"
        r"|membership|time limit|notice)\b|\ban? extension\b",
        re.IGNORECASE,
    ),
}
"""What else a clause must hold: words of these kinds also stand for the reader's own doing, or plain work."""
_RESUMED = re.compile(
    r"(?<=\w{3})\s(?=(?:we|you(?:['\u2019]ll| (?:will|get|can|may|receive|are)))\s)", re.IGNORECASE
)
"""Where a condition that no comma ends gives way to what it is a condition of."""
_PLAINER = tuple(
    (re.compile(rf"\b(?:{words})\b", re.IGNORECASE), by)
    for words, by in (
        (r"provided(?= (?:free|by|with|at|on|in|for|to)\b)", "given"),
        (r"with(?:out(?: any)?| no) notice", "at any time"),
        (r"(?:are|is|be|will) not (?:be )?charged(?: for)?", "is free of charge"),
        (r"we (?:do|will|shall|can) ?not (?:pay|bear|meet|cover|settle)(?: for)?", "you pay for"),
    )
)
"""Phrases that say something else than their words seem to."""
_COMPILED = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _BY_PHRASE.items()}
_SUPPORTING = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _ALSO_SUPPORTS.items()}
RELEVANT = re.compile(
    spellings({*_KIND_OF, PAY, RETURN}).pattern
    + r"|\b(?:settl|bear|born|meet|met|absorb|pick|foot|stand|includ|compl|coupon|gift|bonus|money|half|off"
    r"|reduc|loyal|terminat|leave|withdraw|switch|stop|end|rebook|chang|taxi|cab|car|chauff|limous|loung"
    r"|hamper|bouq|present|hotel|overnight|accommod|another|a new|a brand|fresh|again|less|cheap|low"
    r"|per ?cent|longer|later|extra|addit|furth|more time|postpon|renew|high|next|better|transfer|transport"
    r"|ride"
    r"|welcome|goodie|token|room|night|lodg|any ?time|whenever|no notice|without|flexib|month|locked)"
    r"|[%\u00a3$\u20ac]",
    re.IGNORECASE,
)
"""What every sentence holds that grants, denies or prices something; others hold it, too."""
_TELLS_NOTHING = CLAIMS | {ALLOWED, PAY, "MONEY", "FULL", "ARRIVED", "SENT", "BOUGHT", "EXTRA"}


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What a part of a sentence says of one kind of entitlement, and of what things."""

    kind: str
    of: frozenset[str]
    denied: bool

    def bears_on(self, other: "Entitlement") -> bool:
        """Whether it is of the same kind, or of a near one and the same things; `other` may name none."""
        near = self.kind in _NEAR.get(other.kind, ()) and bool(self.of & other.of or not other.of)
        return self.kind == other.kind or near


def promises_of(sentence: str) -> Iterator[Entitlement]:
    """What a sentence of an output grants its reader; no question, doubt or mere mention does."""
    if not read(sentence).said:
        return
    for part in parts(sentence):
        for clause, said in _divided(part):
            if said.conditions or said.denials % 2 or not _GIVES.search(clause) or _MENTIONED.search(clause):
                continue
            for kind in sorted(_kinds(clause, said)):
                if kind not in _IN_EARNEST or _IN_EARNEST[kind].search(clause):
                    yield Entitlement(kind, _things(read(part).whole), denied=False)


@lru_cache(maxsize=10_000)
def provisions(sentence: str) -> tuple[Entitlement, ...]:
    """What a sentence of a source grants, and what it denies or puts a price on."""
    found: list[Entitlement] = []
    for part in parts(sentence):
        whole = read(part).whole
        told = [(_kinds(clause, said) | _supported(clause, said), said) for clause, said in _divided(part)]
        spoken = {kind for kinds, _ in told for kind in kinds}
        for kinds, said in told:
            denied = bool(said.denials % 2) and not said.conditions
            things = _things(said if denied else whole)
            found += [Entitlement(kind, things, denied) for kind in kinds or (spoken if denied else ())]
        if not spoken & {"free", "paid by us", "refund", "guarantee"} and _has_a_price(whole):
            found += [Entitlement(kind, _things(whole), denied=True) for kind in ("free", "paid by us")]
    return tuple(found)


def _divided(part: str) -> Iterator[tuple[str, Statement]]:
    """The clauses of a part, a condition apart from what depends on it."""
    part = plain(part)
    for words, by in _PLAINER:
        part = words.sub(by, part)
    for clause in clauses(part):
        said = read(clause).whole
        if said.conditions and (resumed := list(_RESUMED.finditer(clause, 8))):
            condition, main = clause[: resumed[-1].start()], clause[resumed[-1].end() :]
            yield from ((condition, read(condition).whole), (main, read(main).whole))
        else:
            yield clause, said


def _kinds(clause: str, said: Statement) -> set[str]:
    found = {_KIND_OF[one] for one in said.terms if one in _KIND_OF}
    found |= {kind for kind, pattern in _COMPILED.items() if pattern.search(clause)}
    return found - {"free", "guarantee"} if "paid by us" in found else found


def _supported(clause: str, said: Statement) -> set[str]:
    returned = {"return"} if RETURN in said.terms else set()
    return returned | {kind for kind, pattern in _SUPPORTING.items() if pattern.search(clause)}


def _things(said: Statement) -> frozenset[str]:
    """What it is about: its telling terms, and its figures."""
    return (said.terms - _TELLS_NOTHING) | {f"{one.value:g}" for one in said.quantities}


def _has_a_price(said: Statement) -> bool:
    money = any((unit := UNITS.get(one.kind)) is not None and unit.is_money for one in said.quantities)
    return FREE not in said.terms and (PAY in said.terms or money)
