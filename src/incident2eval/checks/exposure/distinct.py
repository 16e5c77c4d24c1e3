"""What of a text tells whose it is: figures, references, far dates, words in a row."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from itertools import dropwhile, pairwise

from incident2eval.checks.exposure.amounts import Amount, amounts
from incident2eval.checks.figures.units import SCALES, UNITS
from incident2eval.detection.dates import days
from incident2eval.detection.names.ordinary import is_ordinary
from incident2eval.detection.text.views import plain
from incident2eval.detection.text.wording import Span, fold, vocabulary, with_plain_digits

IN_A_ROW = 7
"""Words in a row that two texts hardly share by chance."""
_FAR = 400
"""Days from the run beyond which a full date tells something."""
_MAY_BE_A_BIRTH = 15 * 365
"""Days before the run beyond which a date may be somebody's birthday."""
_BEFORE, _BEHIND = 5, 2
"""How many words beside a figure are kept with it."""

WORD_OF_TEXT = re.compile(r"[^\W_]+(?:['\u2019][^\W\d_]{1,3}(?![^\W_]))?")
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+|\n+")
_LONGEST_SENTENCE = 600
_LONGEST_TEXT = 200_000
"""Characters of a record beyond which it is not read: hostile text must not cost more."""
_CONTACT = re.compile(
    r"https?://\S{1,500}|\bwww\.\S{1,300}|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}"
    r"|(?<![\w,.£$€])(?:\+|00)\d(?:[ ().-]{0,2}\d){7,14}(?![\d%]|[,.]\d)"
    r"|(?<![\w,.£$€])\(?0\d{1,5}\)?(?:[ -]\d{3,8}){1,4}(?![\d%]|[,.]\d)"
)
"""Addresses on the web, of e-mail, and telephone numbers: other checks are about them."""
_NUMBER_OF_SOMEBODY = re.compile(
    r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b"
    r"|(?<![\w,.£$€-])\d{2,6}(?:[ -]\d{2,6}){2,5}(?![\w%]|[,.-]\d)"
)
"""Accounts and national ids: IBANs, digits in three groups or more."""
_THOUSANDS = re.compile(r"\d{1,3}(?: \d{3})+")
_TOKEN = re.compile(r"(?<![\w@])[A-Za-z0-9]{1,40}(?:[-\u2010\u2011/._#][A-Za-z0-9]{1,40}){0,8}(?![\w@])")
_PARTS = re.compile(r"[a-z]+|\d+")
_DATE_LIKE = re.compile(r"\d{1,4}[-/.]\d{1,2}(?:[-/.]\d{1,4})?(?:t\d.*)?")
_PERIOD = re.compile(
    r"(?:19|20)\d\d(?:(?:w|q|h|m|kw|cw|wk|week|fy|p)?\d{1,2}|(?:19|20)?\d\d)?"
    r"|(?:w|q|h|kw|cw|wk|week|fy|cy|py)\d{0,4}(?:fy|cy)?(?:(?:19|20)\d\d)?"
)
_DIAGNOSIS = re.compile(r"[a-z]\d\d(?:\.\d{1,4})?")
_VERSION = re.compile(r"v?\d+(?:\.\d+)+[a-z]{0,4}\d*")
_STANDARDS = vocabulary(
    "iso iec en bs din astm ansi ieee ifrs ias frs ssap gaap rfc cve cwe icd cpt drg sic nace naics nist pci "
    "soc "
    "gdpr hipaa covid sars un adr iata icao oecd mifid form act reg regulation directive article section "
    "clause "
    "rule annex appendix p w utf sha aes rs usb hdmi mp windows office gpt claude llama gemini mistral"
)
"""Words that numbers of public standards, laws, forms and products begin with: they are anybody's."""

_COMMON = vocabulary(
    """
    about above according account accounts across after again against agreed almost along also although always
    among amount another any around asked away back based because become been before began behind being below
    best better between both bring business call called came case change changed check clear client clients
    close come company contact could current customer customers date dates days dear deal detail details does
    doing done down during each early either else email enough even ever every everything fact file find first
    following form forward found from full further gave general give given goes going gone good great group
    have having hear heard help here hers high hope however huge important information into issue items just
    keep kept kind know known large last late later least leave less like likely line list little long look
    looking made main make making many matter mean meeting message might month months more most much must name
    near need needed needs never next none note noted notes nothing number often once only open order other
    others ours over part past people place please point possible present question questions quite rather
    reached ready really received recently regard regarding regards regular remain report reported rest result
    right said same says second seen send sent service several shall should show shown side since some someone
    something soon start started state status still such sure table take taken taking team tell than thank
    thanks that their theirs them then there these they thing things think this those though three through
    time times today together told took total toward turn under unless until update upon used using usual very
    want wanted wants week weeks well went were what when where whether which while whole whom whose will wish
    with within without word work working would year years yesterday your yours
    confidential disclaimer hesitate intended privileged recipient sincerely faithfully
    """
)
"""Words that any letter may hold."""


class Kind(Enum):
    """What a fact is."""

    AMOUNT = auto()
    DATE = auto()
    REFERENCE = auto()
    PHRASE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that a text says and unrelated ones do not."""

    text: str
    """As people read it and a case keeps it."""
    kind: Kind
    amount: Amount | None = None
    day: date | None = None
    compact: str = ""
    """A reference without what parts it, in lower case."""
    personal: bool = False
    """Whether it may be somebody's own number, an account or a national id: no case keeps it."""
    words: tuple[str, ...] = ()
    """Of a phrase all its words as compared; of an amount the telling words beside it."""

    @property
    def key(self) -> object:
        """What is the same however the fact is written."""
        if self.amount is not None:
            return (self.amount.value, () if self.amount.tells_alone else self.words)
        return self.day or self.compact or self.words


def read_fact(text: str) -> Fact | None:
    """A fact as a case keeps it; None where it says nothing."""
    written = with_plain_digits(plain(text)).strip()
    words = [match[0] for match in WORD_OF_TEXT.finditer(written)]
    if compact := _reference(written):
        return Fact(text=text, kind=Kind.REFERENCE, compact=compact)
    for day in days(written):
        if day.complete and day.end - day.start >= len(written) - 2:
            return Fact(text=text, kind=Kind.DATE, day=day.complete)
    found = list(amounts(written))
    if found and len(words) <= _BEFORE + _BEHIND + 3:
        best = max(found, key=lambda one: (one.tells_alone, one.tells_with_words, len(one.digits)))
        beside = [word for word in words if not word.isdigit()]
        return Fact(text=text, kind=Kind.AMOUNT, amount=best, words=telling(beside))
    return Fact(text=text, kind=Kind.PHRASE, words=tuple(map(fold, words))) if words else None


def facts_in(text: str, *, run_on: date | None = None) -> Iterator[Fact]:
    """What of a record tells whose it is.

    Left out are common figures, dates near the run, public references, names of people, telephone numbers and
    addresses.

    Args:
        text: The record's text.
        run_on: The day of the run.
    """
    written = with_plain_digits(plain(text[:_LONGEST_TEXT]))
    masked = _CONTACT.sub(lambda match: " " * len(match[0]), written)
    for sentence in _sentences(masked):
        yield from _of_sentence(sentence, run_on)


def _sentences(text: str) -> Iterator[str]:
    """The sentences and lines of a text, very long ones in pieces."""
    begin = 0
    for end in (*_SENTENCE_END.finditer(text), None):
        stop = end.start() if end else len(text)
        while stop - begin > _LONGEST_SENTENCE:
            blank = text.rfind(" ", begin, begin + _LONGEST_SENTENCE)
            piece = blank + 1 if blank > begin else begin + _LONGEST_SENTENCE
            yield text[begin:piece]
            begin = piece
        if stop > begin:
            yield text[begin:stop]
        begin = end.end() if end else stop


def _of_sentence(sentence: str, run_on: date | None) -> Iterator[Fact]:
    spans = [match.span() for match in WORD_OF_TEXT.finditer(sentence)]
    dates = days(sentence)
    personal = [match for match in _NUMBER_OF_SOMEBODY.finditer(sentence) if _is_somebodys(match[0])]
    for match in personal:
        compact = "".join(filter(str.isalnum, match[0])).casefold()
        yield Fact(text=match[0], kind=Kind.REFERENCE, compact=compact, personal=True)
    taken = [(day.start, day.end) for day in dates] + [match.span() for match in personal]
    references = [
        match
        for match in _TOKEN.finditer(sentence)
        if _reference(match[0]) and not _inside(match.start(), taken)
    ]
    for match in references:
        if not _is_public(sentence, match.start()):
            yield Fact(text=match[0], kind=Kind.REFERENCE, compact=_reference(match[0]))
    taken += [match.span() for match in references]
    for day in dates:
        if day.complete and run_on and abs((day.complete - run_on).days) > _FAR:
            born = (run_on - day.complete).days > _MAY_BE_A_BIRTH
            yield Fact(text=sentence[day.start : day.end], kind=Kind.DATE, day=day.complete, personal=born)
    for amount in amounts(sentence):
        tells = amount.tells_alone or amount.tells_with_words
        if tells and not _inside(amount.start, taken) and not _is_public(sentence, amount.start):
            fact = _with_words(sentence, amount, spans)
            if amount.tells_alone or fact.words:
                yield fact
    yield from _phrases(sentence, spans)
    yield from _pairs(sentence, spans)


def _with_words(sentence: str, amount: Amount, spans: list[Span]) -> Fact:
    """A figure with the words beside it; nobody's name is kept."""
    said = [(sentence[a:b], b <= amount.start) for a, b in spans if not amount.start <= a < amount.end]
    words = [(word, ahead) for word, ahead in said if not word.isdigit()]
    before = [word for word, ahead in words if ahead][-_BEFORE:]
    before = list(dropwhile(lambda word: len(word) < 4, before))
    behind = [word for word, ahead in words if not ahead][:_BEHIND]
    behind = behind if telling(behind[-1:]) else behind[:-1] if telling(behind[:1]) else []
    written = (*before, sentence[amount.start : amount.end].strip(), *behind)
    text = " ".join(word for word in written if not names(word))
    return Fact(text=text, kind=Kind.AMOUNT, amount=amount, words=telling([*before, *behind]))


def _phrases(sentence: str, spans: list[Span]) -> Iterator[Fact]:
    """The sentence, cut where somebody may be named."""
    piece: list[Span] = []
    for span in (*spans, None):
        if span is not None and not names(sentence[slice(*span)]):
            piece.append(span)
            continue
        if len(piece) >= IN_A_ROW:
            words = tuple(fold(sentence[a:b]) for a, b in piece)
            if len(telling(words)) >= 3:
                yield Fact(text=sentence[piece[0][0] : piece[-1][1]], kind=Kind.PHRASE, words=words)
        piece = []


def _pairs(sentence: str, spans: list[Span]) -> Iterator[Fact]:
    """Two words in a row of which one stands in no dictionary, names left out: `neuropathic ulcer`."""
    for (a, b), (c, d) in pairwise(spans):
        pair = (sentence[a:b], sentence[c:d])
        if not all(word.isalpha() and word.islower() and len(word) >= 4 for word in pair):
            continue
        if sentence[b:c] == " " and not all(map(is_ordinary, pair)) and len(telling(pair)) == 2:
            yield Fact(text=" ".join(pair), kind=Kind.PHRASE, words=tuple(map(fold, pair)))


def telling(words: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """The words that say what a sentence is about, as compared: no endings, none that any letter may hold."""
    folded = (fold(word) for word in words)
    return tuple(
        dict.fromkeys(
            stem(word) for word in folded if len(word) > 3 and word not in _COMMON and word.isalpha()
        )
    )


def stem(word: str) -> str:
    """A word without the ending of a plural."""
    return word[:-1] if len(word) > 4 and word.endswith("s") and not word.endswith("ss") else word


def names(word: str) -> bool:
    """Whether a word may be somebody's name: capitals, and in no dictionary."""
    return word[:1].isupper() and not is_ordinary(word.casefold()) and not any(map(str.isdigit, word))


def _inside(at: int, spans: list[Span]) -> bool:
    return any(start <= at < end for start, end in spans)


def _reference(token: str) -> str:
    """A token as a reference without what parts it, or nothing if it is none: `NL-2231` is nl2231."""
    if not _TOKEN.fullmatch(token):
        return ""
    lower = token.casefold()
    compact = "".join(filter(str.isalnum, lower))
    digits = sum(map(str.isdigit, compact))
    if digits < 3 or len(compact) < 4:
        return ""
    if any(form.fullmatch(lower) for form in (_DATE_LIKE, _VERSION, _DIAGNOSIS)):
        return ""
    if digits == len(compact):
        return compact if digits >= 6 and (len(token) > digits or token[0] == "0") else ""
    parts = _PARTS.findall(compact)
    if _PERIOD.fullmatch(compact) or parts[0] in _STANDARDS:
        return ""
    measure = compact[0].isdigit() and all(
        part in UNITS or part in SCALES or is_ordinary(part) or len(part) < 3
        for part in parts
        if part.isalpha() and token.islower()
    )
    return "" if measure and (token.islower() or parts[-1] in SCALES) else compact


def _is_somebodys(number: str) -> bool:
    """Whether it is no number in groups of three, and no date."""
    return not _THOUSANDS.fullmatch(number) and not days(number) and not _DATE_LIKE.fullmatch(number)


def _is_public(sentence: str, at: int) -> bool:
    """Whether the word before it says that it is a standard's, a law's or a form's number."""
    before = WORD_OF_TEXT.findall(sentence[max(0, at - 24) : at])
    return bool(before) and before[-1].casefold() in _STANDARDS
