"""Phrases of several words that say one thing: `at no cost`, `money back`, `put on hold`, `came back clean`."""

import re

_COST = r"(?:cost|charge|fee|payment|price|expense)s?"
_PHRASES = (
    # Words of denial that deny nothing.
    (r"no (?:later|more|longer|fewer|less) than|not (?:later|more|longer|less) than|no questions asked", " "),
    (r"no (?:problem|worries|doubt|matter)|not only|(?:do not|no need to) (?:worry|hesitate)[^,.;]{0,60}", " "),
    (r"not yet", "not"),
    (r"no longer", "not"),
    (r"(?:instead of|rather than|other than|except for|with the exception of)", "not"),
    # For nothing.
    (rf"(?:at|for|with|without) (?:no|any|zero|an?) (?:extra |additional |further )?{_COST}", "FREE"),
    (rf"without (?:extra |additional |further )?{_COST}", "FREE"),
    (rf"without (?:the|your) ((?:\S{{1,20}} ){{0,3}}){_COST}", r"FREE \1"),
    (rf"(?:there (?:is|are|will be) )?(?:no|zero|nil) ((?:\S{{1,20}} ){{0,2}}){_COST}\b(?: (?:applies|apply|is due|for))?", r"FREE \1"),
    (rf"free (?:of|from) (?:any )?{_COST}|for free|for nothing|{_COST}[- ]free|on the house|on us\b", "FREE"),
    (rf"at our (?:own )?{_COST}|without paying(?: anything)?|nothing to pay|costs? (?:you )?nothing", "FREE"),
    (r"(?:do|does|will|shall|did) (?:not|never) (?:charge|bill)(?: you)?(?: anything)?(?: for)?", "FREE"),
    (r"(?:pay|pays|paying) nothing(?: at all)?|without payment", "FREE"),
    (r"(?:not|never) (?:have to |need to |be asked to )?(?:pay|be charged|be billed)(?: (?:for|anything|any))?", "FREE"),
    (
        r"we (?:will |also |shall )?(?:cover|pay|bear|meet|absorb|pick up) (?:for )?(?:the |your |any |all )?"
        r"((?:\S{1,20} ){0,2}(?:postage|costs?|fees?|charges?|expenses?|shipping|delivery|carriage|label))",
        r"FREE \1",
    ),
    (rf"(?:drop|dropped|lift|lifted|remove|removed|written off|write off) (?:the |your |any )?((?:\S{{1,20}} ){{0,4}}{_COST})", r"FREE \1"),
    (r"(?:feel|be|are) free to|free (?:time|slot|slots|hand)", " "),
    (r"(?:is|are|be|being) (\S{1,20})-free\b", r"without \1"),
    (r"\S{1,20}-free\b", " "),
    (r"free (?:of|from)", "without"),
    # Found or not.
    (r"(?:all|is|are|was|were|came back|comes back|come back|remains?) (?:clean|clear|empty|blank)\b(?! (?:that|whether|why|how|from))", "not FOUND"),
    (r"^(?:clean|clear|empty|blank)\W*$", "not FOUND"),
    # Money that comes back.
    (r"all (?:of )?(?:your|the|their) money back|every penny back", "FULL REFUND"),
    (r"(?:your|the|their|you the) money back|money[- ]back", "REFUND"),
    (r"(?:pay|pays|paid|paying|give|given) (?:it |this |them |you )?back|credited back", "REFUND"),
    (r"(?:is|are|be|been|not) non[- ]?refundable|non[- ]?refundable", "not REFUND"),
    (r"in full|hundred per cent|100 ?%", "FULL"),
    (r"(?:get|got|gets) back to|(?:came|come|comes) back\b(?= (?:clean|clear|normal|negative|positive|empty|blank|with))", " "),
    (r"credit cards?", "creditcard"),
    (r"(?<=\S )(?:clean|clear)(?=\s*(?:[.,;]|$))", "not FOUND"),
    (r"on (?:file|record)\b|turned? up|c(?:ame|ome) up", "FOUND"),
    # Others.
    (r"put (\S{1,20} \S{1,20}) on hold|on hold", r"PAUSED \1"),
    (r"(?:run|runs|ran|running) out|out of time|time[- ]barred|come to an end", "EXPIRED"),
    (r"within (?:the )?normal (?:range|limits)|no abnormalit(?:y|ies)|nothing abnormal|in order\b(?! (?:to|that))", "NORMAL"),
    (r"policy pays|falls? under your policy|within your cover", "COVERED policy"),
    (r"(?:got|get|gets|gone|went) through|given the green light|good to go|signed off", "APPROVED"),
    (r"(?:gets?|got|be|been|is|are) fixed(?! (?:at|for|rate|price|interest))", "REPAIRED"),
    (r"(?:you|they|customers|members|guests|patients|clients) (?:can|may|are able to|are allowed to)", "ALLOWED"),
    (r"(?:can|may) claim|(?:applies|apply) to(?= (?:you|your|the|this|all)\b)", "ENTITLED"),
    (r"you are welcome to|(?:allow|allows|allowed|permit|permits|permitted)", "ALLOWED"),
    (r"have to|has to|obliged to|must", "REQUIRED"),
    (
        r"(?:end|ends|ending|leave|leaving) (?:your |the |a )?"
        r"(contract|agreement|membership|tenancy|lease|policy|plan|subscription)",
        r"CANCELLED \1",
    ),
    (r"(?:stay|stays|stayed|remain|remains)(?= (?:at|the same|unchanged)\b)", "FIXED"),
    (r"check(?:ing)?[- ]?in", "arrival"),
    (r"left over|not (?:been )?(?:used|taken)", "unused"),
    (r"not (?:been )?(opened|worn|unpacked)", r"un\1"),
    (r"(?:as|so) (?:long|soon) as|on condition that|provided(?: that)?|assuming", "if"),
)
_ANY = tuple((re.compile(rf"(?<!\w)(?:{pattern})(?!\w)"), by) for pattern, by in _PHRASES)


def folded(text: str) -> str:
    """A text in lower case with its phrases folded to terms, in capitals."""
    for pattern, by in _ANY:
        text = pattern.sub(f" {by} " if by.strip() else " ", text)
    return text
