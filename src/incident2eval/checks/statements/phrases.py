"""Phrases of several words that say one thing: `at no cost`, `money back`, `came back clean`."""

import re

_COST = r"(?:cost|charge|fee|payment|price|expense)s?"
_COSTING = r"(?:postage|costs?|fees?|charges?|expenses?|shipping|delivery|carriage|label)"
_EXTRA = r"(?:extra |additional |further )?"
_CLEAN = r"(?:clean|clear|empty|blank)"
_PHRASES = (
    (  # Words of denial that deny nothing, and words that deny.
        r"\b(?:no|not|worry|instead|rather|other|except)\b",
        (r"n(?:o|ot) (?:later|more|longer|fewer|less) than|no questions asked|not only", " "),
        (r"no (?:problem|worries|doubt|matter)|(?:do not|no need to) (?:worry|hesitate)[^,.;]{0,60}", " "),
        (r"no (?:further|other|additional)(?= (?!cost|charge|fee|expense|action)\w)", "no not"),
        (r"not yet|no longer|instead of|rather than|other than|except for|with the exception of", "not"),
    ),
    (  # For nothing.
        r"cost|charg|fee|pay|pric|expens|bill|free|house|on us",
        (rf"(?:at|for|with|without) (?:no|any|zero|an?) {_EXTRA}{_COST}|without {_EXTRA}{_COST}", "FREE"),
        (rf"without (?:the|your) ((?:\S{{1,20}} ){{0,3}}){_COST}", r"FREE \1"),
        (
            (
                rf"(?:there (?:is|are|will be) )?(?:no|zero|nil) ((?:\S{{1,20}} ){{0,2}}){_COST}"
                r"\b(?: (?:applies|apply|is due|for))?"
            ),
            r"FREE \1",
        ),
        (
            rf"free (?:of|from) (?:any )?{_COST}|for free|for nothing|{_COST}[- ]free|on the house|on us",
            "FREE",
        ),
        (rf"at our (?:own )?{_COST}|without pay(?:ing(?: anything)?|ment)|nothing to pay", "FREE"),
        (r"costs? (?:you )?nothing|pay(?:s|ing)? nothing(?: at all)?", "FREE"),
        (r"(?:do|does|will|shall|did) (?:not|never) (?:charge|bill)(?: you)?(?: anything)?(?: for)?", "FREE"),
        (
            (
                r"(?:not|never) (?:have to |need to |be asked to )?(?:pay|be charged|be billed)"
                r"(?: (?:for|anything|any))?"
            ),
            "FREE",
        ),
        (
            (
                r"we (?:will |also |shall )?(?:cover|pay|bear|meet|absorb|pick up) (?:for )?"
                r"(?:the |your |any |all )?"
                rf"((?:\S{{1,20}} ){{0,2}}{_COSTING})"
            ),
            r"FREE \1",
        ),
        (
            (
                r"(?:drop|dropped|lift|lifted|remove|removed|written off|write off) (?:the |your |any )?"
                rf"((?:\S{{1,20}} ){{0,4}}{_COST})"
            ),
            r"FREE \1",
        ),
        (r"(?:feel|be|are) free to|free (?:time|slots?|hand)", " "),
        (r"(?:is|are|be|being) (\S{1,20})-free", r"without \1"),
        (r"\S{1,20}-free", " "),
        (r"free (?:of|from)", "without"),
    ),
    (  # Found or not.
        r"clean|clear|empty|blank|on (?:file|record)|turn|came up|come up",
        (
            (
                r"(?:all|is|are|was|were|came back|comes back|come back|remains?) "
                rf"{_CLEAN}\b(?! (?:that|whether|why|how|from))|^{_CLEAN}\W*$"
            ),
            "not FOUND",
        ),
        (r"(?<=\S )(?:clean|clear)(?=\s*(?:[.,;]|$))", "not FOUND"),
        (r"on (?:file|record)|turned? up|c(?:ame|ome) up", "FOUND"),
    ),
    (  # Money that comes back.
        r"back|credit|non-? ?refund|full|complete|hundred|100",
        (r"all (?:of )?(?:your|the|their) money back|every penny back", "FULL REFUND"),
        (r"(?:your|the|their|you the) money back|money[- ]back|credited back", "REFUND"),
        (r"(?:pay|pays|paid|paying|give|given) (?:it |this |them |you )?back", "REFUND"),
        (r"(?:not )?non[- ]?refundable", "not REFUND"),
        (
            r"in full|hundred per cent|100 ?%|complete(?= (?:refund|reimbursement|repayment|amount|price)\b)",
            "FULL",
        ),
        (r"(?:get|got|gets) back to|(?:came|come|comes) back(?= (?:normal|negative|positive|with))", " "),
        (r"credit cards?", "creditcard"),
    ),
    (  # What may be done, and what has to be.
        r"can|may|allow|permit|welcome|have to|has to|obliged|must|appl|through|light|go\b|signed",
        (r"(?:can|may) claim|appl(?:ies|y) to(?= (?:you|your|the|this|all)\b)", "ENTITLED"),
        (
            (
                r"(?:you|they|customers|members|guests|patients|clients) "
                r"(?:can|may|are able to|are allowed to)"
                r"|you are welcome to|allow(?:s|ed)?|permit(?:s|ted)?"
            ),
            "ALLOWED",
        ),
        (r"have to|has to|obliged to|must", "REQUIRED"),
        (
            r"(?:got|get|gets|gone|went) through|(?:given|gets?|got) the green light|good to go|signed off",
            "APPROVED",
        ),
    ),
    (  # Others.
        r"harm|danger|risk|hold|out\b|time|end|normal|order|policy|cover|fix|leav|stay|remain|check|over|not|long|soon|provid|assum|cond",
        (
            (
                r"(?:no|without) (?:any |a )?(?:harm|danger|risk)"
                r"|not (?:be )?(?:harm|harmed|harmful|dangerous|hazardous)"
            ),
            "SAFE",
        ),
        (r"put (\S{1,20} \S{1,20}) on hold|on hold", r"PAUSED \1"),
        (r"(?:run|runs|ran|running) out|out of time|time[- ]barred|come to an end", "EXPIRED"),
        (
            (
                r"within (?:the )?normal (?:range|limits)|no abnormalit(?:y|ies)|nothing abnormal"
                r"|in order(?! (?:to|that)\b)"
            ),
            "NORMAL",
        ),
        (r"policy pays|falls? under your policy|within your cover", "COVERED policy"),
        (r"(?:gets?|got|be|been|is|are) fixed(?! (?:at|for|rate|price|interest))", "REPAIRED"),
        (
            (
                r"(?:end|ends|ending|leave|leaving) (?:your |the |a )?"
                r"(contract|agreement|membership|tenancy|lease|policy|plan|subscription)"
            ),
            r"CANCELLED \1",
        ),
        (r"(?:stay|stays|stayed|remain|remains)(?= (?:at|the same|unchanged)\b)", "FIXED"),
        (r"check(?:ing)?[- ]?in", "arrival"),
        (r"left over|not (?:been )?(?:used|taken)", "unused"),
        (r"not (?:been )?(opened|worn|unpacked)", r"un\1"),
        (r"(?:as|so) (?:long|soon) as|on condition that|provided(?: that)?|assuming", "if"),
    ),
)
"""Kinds of phrases: letters without which none of a kind stands in a text, then each phrase and its terms."""
_KINDS = tuple(
    (
        re.compile(letters),
        tuple((re.compile(rf"(?<!\w)(?:{pattern})(?!\w)"), f" {by} ") for pattern, by in phrases),
    )
    for letters, *phrases in _PHRASES
)


def folded(text: str) -> str:
    """A text in lower case with its phrases folded to terms, in capitals."""
    for letters, phrases in _KINDS:
        if letters.search(text):
            for pattern, by in phrases:
                text = pattern.sub(by, text)
            text = " ".join(text.split())
    return text
