"""How a sentence says that something failed or is not known yet.

`No match was found` and `could not find any` are what an empty answer says, too: they leave nothing open.
"""

import re

_LEARN = (
    "check|verif|confirm|reach|retriev|obtain|access|fetch|load|screen|search|quer|look(?:ed)? (?:it )?up"
    "|determin|establish|assess|ascertain|validat|consult|complet|answer|respond|repl(?:y|ied)|know(?!n to)"
    "|connect|contact|finish|finali[sz]|process|refresh|calculat|comput|say|tell|see (?:the|your|whether|if)"
    "|cleared|get (?:the|an?|any|hold|through)|give (?:you )?(?:an?|the)|provide (?:an?|the|you)|working"
    "|quote|functioning|com(?:e|ing) (?:back|up|in)|perform|carr(?:y|ied) out|conduct|done\\b|made\\b"
    "|arriv|succeed|work\\b|go(?:ne)? through|execut|attempt|includ|consider|suppl|provided|part of|at hand"
    "|look(?:ed)? into|examin|review|inspect|investigat|analy[sz]|explor|cover|vouch|rel(?:y|ied)\\b|hear"
    "|take place|tak(?:e|en) [^.]{0,40}into|available|reachable|accessible|ready\\b|in yet|to hand|decid"
    "|recommend|conclu|rule (?:it )?out|promis|state\\b|stated|advis|judg|estimat|evaluat|pull"
)
"""What one does to come to know something, or what a service does that is there."""
_HELPS = "could|did|does|do|is|are|was|were|has|have|had"
_NOT = rf"(?:(?:{_HELPS}|can)(?: not)|(?:{_HELPS})n't|can't|cannot|not|never)"
_UP_TO_THREE = r"(?: (?!(?:only|just|need|have|worry|hesitate|fail\w*)\b)[\w'-]{1,20}){0,3}?"
_NOT_FOUND = r"(?:find|found|identif|locat|detect|see\b|discover|spot|be\b)"
_SERVICE = "look-?up|check|call|request|query|search|retrieval|connection|service|system|tool|verification"
_TROUBLE = "problem|issue|trouble|difficult|error|failure|fault|disruption|interruption|hiccup|snag"
_GETTING = "reaching|connecting|accessing|getting|asking|fetching|loading"
_STATE = "error|failed|failure|down|offline|absent|closed|no connection|nothing received|no luck|partial"
_WAITS = "answer|respond|confirm|available|settled|back|complete|check|verif|clear|work|done|run"
_BASIS = "report|result|answer|response|reply|data|file|figure|information|reading|reference|rate|quote|input"
_LACKING = "required|needed|necessary|outstanding|open|missing|due|to come|to follow|to be done"

_SAYINGS = (
    # it was not done: not checked, could not be reached, did not answer, cannot say
    rf"{_NOT}(?: yet| be| been| currently| able to){{0,3}}{_UP_TO_THREE} (?:be |been )?(?:{_LEARN})",
    rf"(?:unable|not able|impossible|yet) to{_UP_TO_THREE} (?:be )?(?:{_LEARN})",
    rf"(?<!never )(?<!not )fail(?:ed|s|ing)? to{_UP_TO_THREE} (?:be )?(?:{_LEARN})",
    rf"(?:could not|couldn't|unable to|not able to)(?: yet| be){{0,2}} (?!{_NOT_FOUND})[a-z]",
    r"(?:can't|cannot) (?:help|assist|do (?:that|this|so)|continue|handle|proceed)",
    r"(?:none|nothing|neither|nobody|no)\b[^.]{0,60}\bc(?:ould|an) be (?:check|verif|confirm|said|obtain)",
    r"(?:none|neither|nobody)\b[^.]{0,60}\b(?:answered|responded|replied)\b",
    r"not\W{0,2}\Z",
    r"(?:checked|verified|confirmed|available|complete|answered|searched)\W{1,4}(?:no|false|none)\W{0,2}\Z",
    r"could only be\b",
    r"only\b.{1,40}\bcould be\b",
    r"only in part\b",
    r"in part only\b",
    # it is not there or not known
    r"not (?:yet )?(?:available|reachable|possible|accessible|final|online|received|ready|arrived|come)\b",
    r"not (?:yet )?(?:settled|certain|sure|clear)\b",
    r"(?:is|are|still|remains?) outstanding\b",
    r"un(?:available|reachable|checked|verified|confirmed|known|answered|resolved|determined)\b",
    r"(?:not been|did not|didn't|was not|wasn't) run\b",
    r"(?:uncertain|unclear|inaccessible|incomplete|inconclusive|indeterminate|offline|degraded|outage)\b",
    r"no longer (?:available|reachable|respond)",
    r"n/a\b",
    r"n\.a\.",
    r"no (?:answer|response|reply|access)\b",
    rf"without (?:an? |the |any |its )?(?:\w{{1,20}} )?(?:{_BASIS})s?\b",
    r"no (?:data|information)\W{0,3}\Z",
    r"no (?:\w{1,20} ){1,2}(?:(?:is|are|was|were) )?(?:available|returned|received|retrieved|obtained)\b",
    r"(?:i|we) (?:do not|don't|did not|didn't|currently do not) (?:yet )?have\b",
    r"(?:i|we) (?:have|had|got) no\b",
    r"(?:insufficient|not enough|too little) (?:information|data|evidence)\b",
    r"lack(?:s|ed) (?:the|an?|any)\b",
    r"lacking\b",
    r"no (?:\w{1,20} )?(?:reading|value|answer|report|result|figure)(?: from\b|\W{0,2}\Z)",
    r"no (?:conclusion|assurance|statement|confirmation|verdict|decision|recommendation)\b",
    r"(?:abstain|refrain|with(?:hold|held))\b",
    r"(?:excluded from|left out|left blank|is blank|is empty)\b",
    # something broke
    r"tim(?:ed?|ing)[ -]?out",
    rf"(?:{_SERVICE})(?: has| have| had)? failed",
    rf"failed (?:{_SERVICE}|attempt)",
    r"(?:gave|returned|with|an?) (?:\w{1,20} )?error\b",
    r"error(?: code)?[ :]{1,2}\w",
    r"errored\b",
    r"went wrong\b",
    r"without success\b",
    r"errors? (?:occurred|when|while|from|at|on)\b",
    r"failed\W{0,3}\Z",
    r"unsuccessful",
    r"gave (?:us |me )?nothing\b",
    rf"(?:technical|temporary|network|server|connectivity|{_SERVICE}) (?:{_TROUBLE})",
    rf"(?<!no )(?<!any )(?<!without )(?:{_TROUBLE})(?:s|ies|y)? (?:with|{_GETTING})\b",
    r"(?:is|are|was|were|being|currently|temporarily|still|went|be) (?:dead|down)\b(?! (?:by|to|on|\d))",
    r"(?:crash|abort|stall|suspend|interrupt)ed\b",
    r"cut off\b",
    r"closed to us\b",
    r"(?:broke|broken|breaks) (?:down|off)\b",
    r"maintenance\b",
    r"(?:prevented|stopped|kept) (?:\w{1,20} ){0,2}(?:from|us|me|the|this)\b",
    rf"\w{{1,20}}: (?:{_STATE})\W{{0,2}}\Z",
    r"down\)",
    r"(?:refused|rejected|declined) (?:our|the|my|this) (?:request|call|query)\b",
    # it will be known later, or somebody else has to look
    r"pending\b",
    r"await",
    r"waiting (?:for|on|to hear)\b",
    r"t\.?b\.?[acd]\b",
    r"provisional",
    r"preliminary",
    r"tentative",
    r"to be (?:confirmed|checked|verified|advised|determined|announced|completed|done|clarified)",
    r"(?:needs? to|has to|have to|must|should) be (?:check|verif|confirm|clear|complet|redone|repeat)",
    r"needs? (?:checking|repeating|verifying|confirming|completing)\b",
    r"needs? an? (?:second|another|new|human|manual)\b",
    r"(?:will follow|follows?) (?:separately|later|soon|shortly|when|once|as)\b",
    r"will follow\W{0,2}\Z",
    r"later\W{0,2}\Z",
    r"(?:has|have|had|must|should|need|needs) to wait\b",
    r"(?:should|must|please|to)? ?wait (?:for|until|with)\b",
    r"still (?:trying|looking|working|checking|being|not)\b",
    r"advise (?:against|you not to)\b",
    r"still (?:have|has|needs?) to\b",
    r"on hold\b",
    r"held(?: back| until| pending| up|:)",
    rf"still (?:\w{{1,20}} ){{0,2}}(?:{_LACKING})\b",
    rf"\w{{1,20}}: (?:{_LACKING})\W{{0,2}}\Z",
    r"hold (?:until|off|the|this|all|your)\b",
    r"missing\b",
    r"absent\b",
    r"in the dark\b",
    r"only\b.{1,60}\b(?:certain|sure|known)\b",
    r"please hold (?!on\b)",
    r"(?<!no )open (?:point|item|question|check|issue)s?\b",
    r"(?:remains?|stays?|is|are|still|left|leave|leaving) open\b",
    rf"until\b.{{1,60}}\b(?:{_WAITS})",
    r"as soon as\b(?! you\b)",
    r"once (?:we|i|they) (?:have|get|hear)\b",
    r"once\b.{1,60}\b(?:back|answers?|responds?|available|online|restored|works?|through|finished)\b",
    rf"before\b.{{1,60}} (?:has|have|is|are) (?:been )?(?:repeat|{_WAITS})",
    r"(?:try|ask|check|query|look|call)\b.{0,40} again\b",
    r"re-?(?:try|run|check)\b",
    r"again (?:later|tomorrow)\b",
    r"(?:get|come|be|revert) back to you\b",
    r"let you know\b",
    r"inform you (?:as|when|once)\b",
    r"follow[- ]up (?:with|once|when|as soon|later)",
    r"please (?:run|repeat|redo|obtain|verify|check with|ask the)\b",
    r"manual(?:ly)? (?:check|review|verif|look|clear|confirm)",
    r"(?:check|verify|confirm)(?: it| this| that)? (?:manually|by hand)",
    r"by hand\b",
    r"skipped\b",
    r"omitted\b",
    r"deferred\b",
    r"postponed\b",
    r"escalat",
    r"(?:referred|passed|handed(?: over)?|forwarded|transferred) to (?:an?|the|our|my) (?!you)",
)
_BLANK = r"[^\W_]\s{0,3}[:|]\s{0,3}(?:[-\u2013\u2014]{1,3}|\?{1,3}|\.{3}|\u2026)\s{0,3}(?:\Z|\|(?!\s?[-:]))"
"""A field of a text or a table with nothing in it but a dash or a question mark."""
_OPEN = re.compile(rf"\b(?=\w)(?:{'|'.join(_SAYINGS)})|{_BLANK}", re.IGNORECASE)


def leaves_open(text: str) -> bool:
    """Whether a sentence names a failure, or says that something is not known."""
    return bool(_OPEN.search(text))
