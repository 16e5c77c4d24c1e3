"""How a sentence says that something failed or is not known yet."""

import re

_LEARN = (
    "check|verif|confirm|reach|retriev|obtain|access|fetch|load|screen|search|quer|look(?:ed)? (?:it )?up"
    "|determin|establish|assess|ascertain|validat|consult|complet|answer|respond|repl(?:y|ied)|known|connect"
    "|contact|finish|finali[sz]|process|refresh|calculat|comput|say|tell|see (?:the|your|whether|if)|quote"
    "|cleared|get (?:the|an?|any|hold|through)|give (?:you )?(?:an?|the)|provide (?:an?|the|you)|working"
    "|functioning|com(?:e|ing) (?:back|up)"
)
"""What one does to come to know something, or what a service does that is there."""
_HELPS = "could|did|does|do|is|are|was|were|has|have|had"
_NOT = rf"(?:(?:{_HELPS}|can)(?: not)|(?:{_HELPS})n't|can't|cannot|not|never)"
_UP_TO_THREE = r"(?: (?!(?:only|just|need|have|worry|hesitate)\b)[\w'-]{1,20}){0,3}?"
_NOT_FOUND = r"(?:find|found|identif|locat|detect|see\b|discover|spot|be\b)"
"""`Could not find any` is what an empty answer says, too."""
_SERVICE = (
    "lookup|look-up|check|call|request|query|search|retrieval|connection|service|system|tool|verification"
)
_TROUBLE = "problem|issue|difficult|error|failure|fault|disruption|interruption"
_WAITS = "answer|respond|confirm|available|settled|back|complete|check|verif|clear|work|done|run"

_SAYINGS = (
    # it was not done: not checked, could not be reached, did not answer, cannot say
    rf"{_NOT}(?: yet| be| been| currently| able to){{0,3}}{_UP_TO_THREE} (?:be |been )?(?:{_LEARN})",
    rf"(?:unable|not able|impossible|fail(?:ed|s|ing)?|yet) to{_UP_TO_THREE} (?:be )?(?:{_LEARN})",
    rf"(?:could not|couldn't|unable to|not able to|failed to)(?: yet| be){{0,2}} (?!{_NOT_FOUND})[a-z]",
    r"(?:can't|cannot) (?:help|assist|do (?:that|this|so)|continue|handle|proceed)",
    r"(?:none|nothing|neither|nobody|no)\b[^.]{0,60}\bc(?:ould|an) be (?:check|verif|confirm|said)",
    r"(?:none|neither|nobody)\b[^.]{0,60}\b(?:answered|responded|replied)\b",
    r"(?:checked|verified|confirmed|available|completed?|answered|searched)\W{1,4}(?:no|false|none)\b",
    # it is not there or not known
    r"not (?:yet )?(?:available|reachable|possible|accessible|final|online|received|ready)\b",
    r"not (?:yet )?(?:settled|certain|sure|clear)\b|(?:is|are|still|remains?) outstanding\b",
    r"un(?:available|reachable|checked|verified|confirmed|known|answered|resolved|settled|determined)\b",
    r"(?:uncertain|unclear|inaccessible|incomplete|inconclusive|indeterminate|offline|degraded|outage)\b",
    r"no longer (?:available|reachable|respond)|n/a\b|no (?:answer|response|reply)\b",
    r"without (?:an? |the |any )?(?:\w{1,20} )?(?:answer|response|reply)\b",
    r"no (?:\w{1,20} ){1,2}(?:(?:is|are|was|were) )?(?:available|returned|received|retrieved|obtained)\b",
    r"no (?:conclusion|assurance|statement|confirmation|verdict) (?:can|is|possible|yet|on|about)",
    # something broke
    rf"tim(?:ed?|ing)[ -]?out|(?:{_SERVICE})(?: has| have| had)? failed|failed (?:{_SERVICE}|attempt)",
    r"(?:gave|returned|with|an?) (?:\w{1,20} )?error\b|error(?: code)?[ :]{1,2}\w|errored\b",
    r"errors? (?:occurred|when|while|from|at|on)\b|failed\W{0,3}\Z|unsuccessful",
    rf"(?:technical|temporary|network|server|connectivity|{_SERVICE}) (?:{_TROUBLE})",
    r"(?:is|are|was|were|being|currently|temporarily|still|went|be) down\b(?! (?:by|from|to|\d|on\b))",
    # it will be known later, or somebody else has to look
    r"pending\b|await|waiting (?:for|on|to hear)\b|t\.?b\.?[acd]\b|provisional",
    r"to be (?:confirmed|checked|verified|advised|determined|announced|completed|done|clarified)",
    r"(?:needs?|has|have) to be (?:check|verif|confirm|clear|complet|redone|repeat)",
    r"still (?:have|has|needs?) to\b|on hold\b|withheld\b|held\b(?! (?:that|in|at|by|a)\b)",
    r"hold (?:until|off|the|this|all|your)\b|missing\b",
    r"please hold (?!on\b)|open (?:point|item|question|check|issue)s?\b",
    r"(?:remains?|stays?|is|are|still|left|leave|leaving) open\b",
    rf"until\b.{{1,60}}\b(?:{_WAITS})|as soon as\b",
    r"once\b.{1,60}\b(?:back|answers?|responds?|available|online|restored|works?)\b",
    r"try (?:it |this |that )?again|re-?(?:try|run|check)\b|(?:check|ask|look) again\b",
    r"(?:get|come|be|revert) back to you\b|let you know\b",
    r"follow[- ]up (?:with|once|when|as soon|later)",
    r"manual(?:ly)? (?:check|review|verif|look|clear|confirm)",
    r"(?:check|verify|confirm)(?: it| this| that)? (?:manually|by hand)",
    r"skipped\b|omitted\b|deferred\b|postponed\b|escalat",
)
_OPEN = re.compile(rf"\b(?=\w)(?:{'|'.join(_SAYINGS)})", re.IGNORECASE)


def leaves_open(text: str) -> bool:
    """Whether a sentence names a failure, or says that something is not known."""
    return bool(_OPEN.search(text))
