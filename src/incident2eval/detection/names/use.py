"""Whether an ordinary word is used as a name: `Apex confirmed the renewal`, not `Apex of demand came`."""

import re
from collections.abc import Container

from incident2eval.detection.names.ordinary import is_ordinary
from incident2eval.detection.text.wording import vocabulary

LEGAL_FORM = re.compile(
    r"[\s,]{1,3}\(?(?:ltd|limited|llp|llc|plc|inc|incorporated|corp|corporation|gmbh|pty|s\.?a\.?r?\.?l?\.?|"
    r"b\.?v\.?|n\.?v\.?|ag|co)\b\.?\)?",
    re.IGNORECASE,
)
"""A legal form as it stands behind a company's name."""

_STREET = re.compile(r"[ \u00a0](?:Street|St|Road|Rd|Avenue|Ave|Lane|Close|Drive|Crescent|Terrace|Mews)\b")
_PLACE = re.compile(
    r"[ \u00a0](?:House|Park|Hill|Hall|Court|Gardens|Square|Grove|Bridge|Tower|Farm|Cottage|Yard|Green|"
    r"Valley|Mountain|Lake|River|Island|Beach|Bay|Way|Tree)\b"
)
_HOUSE_NUMBER = re.compile(r"(?<![\w.,\u00a3$\u20ac])\d{1,4}[A-Za-z]?,?[ \u00a0]\Z")
_CAPITALISED = re.compile(r"(?:[ \u00a0][A-Z][a-z\u00e0-\u00ff]{1,20}\b(?!['\u2019])){1,3}")
_PERSON = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Sir)\.?[ \u00a0]\Z")
_LAST_WORD = re.compile(r"\A.*[\s(\"'\u201c\u2018]", re.DOTALL)
_PLAIN_WORD = re.compile(r"\b[^\W\d_A-Z]{4,}\b")
_MARKS = " \t\n\r\u00a0\u200b*_~`\"'\u2018\u2019\u201c\u201d"
_LINE_BREAK = re.compile(r"[^\S\n]*(?:\n|\Z)")
_AND_SOMEBODY = re.compile(r"(?:and|&|\+|or)\s+([^\W\d_]+)")
_SOMEBODY = {"others", "its", "their", "they", "we", "our", "you", "your", "he", "she", "his", "her", "i"}
_WORD = re.compile(r"[^\W\d_]+")

_LEADING = """
a about across after against all also an and any are around as at because before behind below between both but
by can dear did do does during each either every first for from had has have hello hey hi how if in into is it
its last like many may more most near next no nor not now of off on once one only onto or other our out over
per please regarding second since so some such than thank thanks that the their then there these they this
those though through to today tomorrow toward towards under unless until up upon via was were what when where
whether which while who whose why will with within without would yesterday you your

account accounts client clients company customer customers employer firm partner supplier tenant vendor
"""
_CALENDAR = """
january february march april may june july august september october november december
monday tuesday wednesday thursday friday saturday sunday
"""
CALENDAR = vocabulary(_CALENDAR)
"""Words whose capital says nothing."""

_IN_FRONT = CALENDAR | vocabulary(_LEADING)
"""Words in front of a name that are no part of a longer name."""

_PREDICATES = """
is was are were has had have will would can could shall should may might must do does did isn wasn hasn won
wouldn also now still never already then again both always often soon just who whose which whom plus to via vs
versus

became began bent bet bid blew bought broke brought built came caught chose cut dealt drew drove fell fought
found forgot froze gave got grew heard held hit kept knew laid led left lent let lost made meant met moved
paid put quit ran rang read rose said sat saw sent set shook shut sold sought spent spoke spread stood stuck
swore taught thought threw told took understood went withdrew woke won wore wrote

accepts adds agrees aims allows appears approves asks awaits becomes begins believes buys cancels claims
closes comes complains confirms considers continues declines describes disputes employs ends expects faces
feels finds gets gives goes holds hopes intends joins keeps knows lacks loses makes meets moves needs occupies
offers opens operates owes owns pays plans prefers proposes provides raises receives refuses rejects remains
renews requires runs says seeks seems sells sends serves signs spends starts stays stops supplies takes thinks
uses wants wins wishes works writes

account accounts agreement board bookings contacts contract contracts customer deal depot finance head invoice
invoices management manager office orders project rep renewal reps retainer site staff subscription team
tenancy ticket tickets
"""
_BEHIND = vocabulary(_PREDICATES)
"""What a business is, does, did and has: right behind a bare word at a sentence's start, it was a name."""

_BUSINESS = """
group holdings holding partners partnership company services service solutions international uk europe team
chief managing director chair chairman president executive operations marketing sales legal procurement
facilities finance accounting support quarterly monthly annual
"""
_PART_OF_A_BUSINESS = vocabulary(_BUSINESS)
"""What may stand in capitals behind a customer's name and belong to that customer."""

_NOT_ADVERBS = {"daily", "early", "family", "monthly", "quarterly", "reply", "supply", "weekly", "yearly"}


def is_address(text: str, start: int, end: int) -> bool:
    """Whether the word at that span is the name of a street behind a house number: `12 Northgate Road`."""
    numbered = _HOUSE_NUMBER.search(text, max(0, start - 12), start)
    return bool(numbered and _STREET.match(text, end))


def reads_as_name(text: str, start: int, end: int, own_words: Container[str] = ()) -> bool:
    """Whether the ordinary word at that span is used as a name.

    It must be capitalised or in capitals. Inside a sentence that is enough, unless it is part of another name
    (`Elm House`, `Jo Bloom`, `Sky News`) or of a phrase (`the Apex of demand`). Where capitals tell nothing,
    at the start of a sentence or in a line of capitals, what follows must read as it does after a name.

    Args:
        text: The text.
        start: Where the word begins.
        end: Where it ends.
        own_words: Words of the customer's longer names: `Apex Fitness` is no other name for `Apex`.
    """
    word = text[start:end]
    if not word[0].isupper() or _word_after(text, end) == "of":
        return False
    if _is_compound(text, start, end) or _STREET.match(text, end) or _PLACE.match(text, end):
        return False
    if _shouted(text, start, end):
        return _as_after_a_name(word, text, end, shouted=True)
    if _begins_longer_name(text, start, end, own_words):
        return False
    if _starts_sentence(text, start):
        return _as_after_a_name(word, text, end, shouted=False)
    return not _ends_longer_name(text, start)


def _is_compound(text: str, start: int, end: int) -> bool:
    """Whether hyphens make it part of another word: `sky-high`."""
    behind = text[end : end + 2]
    ahead = text[max(0, start - 2) : start]
    return (behind[:1] in {"-", "\u2010", "\u2011"} and behind[1:].isalnum()) or (
        ahead[-1:] in {"-", "\u2010", "\u2011"} and ahead[:-1].isalnum()
    )


def _shouted(text: str, start: int, end: int) -> bool:
    """Whether the whole line is in capitals."""
    around = _line(text, start, end)
    return around.isupper() and any(len(word) > 2 for word in _WORD.findall(around))


def _line(text: str, start: int, end: int) -> str:
    """The line around a span without the span, as far as 200 characters to either side."""
    low = text.rfind("\n", max(0, start - 200), start) + 1 or max(0, start - 200)
    high = text.find("\n", end, end + 200)
    return text[low:start] + text[end : high if high >= 0 else end + 200]


def _starts_sentence(text: str, start: int) -> bool:
    """Whether a capital stands there anyway: at the start of a sentence, line, bullet, cell or quotation."""
    ahead = text[max(0, start - 80) : start].rstrip(_MARKS.replace("\n", ""))
    if not ahead or ahead[-1] in ".!?:;|>([\u2022\u2013\u2014-#\u2026":
        return True
    if ahead[-1] != "\n":
        return False
    line = ahead.rstrip()
    wrapped = line[-1:].isalnum() or line[-1:] in {",", ""}
    return not (wrapped and "\n\n" not in ahead[-3:] and len(line.rpartition("\n")[2]) >= 40)


def _ends_longer_name(text: str, start: int) -> bool:
    """Whether a capitalised word right before it, in running text, makes it part of another name."""
    ahead = text[max(0, start - 60) : start]
    if ahead[-1:] not in {" ", "\u00a0"}:
        return False
    before = _LAST_WORD.sub("", ahead[:-1])
    if not before[:1].isupper() or not before.isalpha() or before.casefold() in _IN_FRONT:
        return bool(_PERSON.search(ahead))
    if not _PLAIN_WORD.search(_line(text, start, start)):
        return False  # a heading: every word has its capital
    return not (is_ordinary(before.lower()) and _starts_sentence(text, start - 1 - len(before)))


def _begins_longer_name(text: str, start: int, end: int, own_words: Container[str]) -> bool:
    """Whether capitalised words right behind it make it part of another name: `Sky News played`."""
    behind = _CAPITALISED.match(text, end)
    if behind is None or LEGAL_FORM.match(text, end):
        return False
    words = [word.casefold() for word in _WORD.findall(behind[0])]
    if words[0] in own_words or words[0] in _PART_OF_A_BUSINESS | CALENDAR or _is_predicate(words[0]):
        return False
    if LEGAL_FORM.search(text, end, behind.end() + 14):
        return True
    line = _line(text, start, end)
    return "|" not in line and bool(_PLAIN_WORD.search(line))


def _as_after_a_name(word: str, text: str, end: int, *, shouted: bool) -> bool:
    """Whether what follows the word that ends there reads as it does after a name."""
    rest = text[end : end + 60]
    if rest[:1] in {"'", "\u2019"} and rest[1:2] in {"s", "S"}:
        return not rest[2:].lstrip().casefold().startswith("the ")  # `Sky's the limit`
    if _LINE_BREAK.match(rest) or LEGAL_FORM.match(rest):
        return True
    rest = rest.lstrip(_MARKS)
    if not rest[:1].isalpha():
        return rest[:1] != "," or word.casefold() not in _IN_FRONT  # `Next, we ...`
    if other := _AND_SOMEBODY.match(rest):
        return shouted or other[1][0].isupper() or other[1] in _SOMEBODY
    return (rest[0].isupper() and not shouted) or _is_predicate(_word_after(text, end))


def _is_predicate(word: str) -> bool:
    return (
        word in _BEHIND
        or (len(word) > 4 and word.endswith("ed"))
        or (len(word) > 4 and word.endswith("ly") and word not in _NOT_ADVERBS)
    )


def _word_after(text: str, end: int) -> str:
    """The next word, in lower case."""
    found = _WORD.search(text, end, end + 40)
    return found[0].casefold() if found else ""
