"""Persons' names in a text: by a form of address, a label, a signature, or a first name before a surname."""

import re
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from incident2eval.detection.names.ordinary import is_ordinary
from incident2eval.detection.names.use import CALENDAR, LEGAL_FORM
from incident2eval.detection.text.wording import Span, fold, vocabulary

_GZIP = 16 + zlib.MAX_WBITS
_CAP = r"[^\W\d_a-z\u00df-\u00ff][^\W\d_]*(?:['\u2019-][^\W\d_]{2,})*"
"""A word that begins with a capital: O'Neill and Smith-Jones are one."""
_BETWEEN = (
    r"[ \u00a0]{1,2}(?:[^\W\d_a-z]\.?[ \u00a0]{1,2})?"
    r"(?:(?:van|von|de|der|den|da|di|del|la|le|bin|al|ter)[ \u00a0]){0,3}"
)
"""What stands between a first name and a surname: an initial, and what is written small."""
_NAME = re.compile(rf"(?<![\w@./-])({_CAP})((?:{_BETWEEN}{_CAP}){{1,2}})(?![\w@])")
_ADDRESSED = re.compile(
    r"(?<![^\W_])(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof(?:essor)?|Sir|Dame|Lady|Lord|Herr|Frau|Mme|Madame|Monsieur|"
    r"Señora?)\.?[ \u00a0]"
    rf"((?:[^\W\d_a-z]\.?[ \u00a0])?{_CAP}(?:{_BETWEEN}{_CAP}){{0,2}})"
)
_LABELLED = re.compile(
    r"(?<![^\W_])(?i:(?:(?:full|contact|customer|client|patient|applicant|employee|account) )?name"
    r"|contact(?: person)?|attn|attention|review(?:er|ed by)|approve(?:r|d by)|author|signed(?: by)?"
    r"|prepared by|reported by|caller|applicant|patient|employee|driver|tenant|guardian|next of kin|passenger"
    r"|guest|beneficiary|account holder|cardholder|director|(?:kind |best |warm )?regards"
    r"|(?:yours )?sincerely|yours faithfully|many thanks|assignee|reporter|signatory|staff)"
    rf"[\"']?[ \t]?[:=,-]?[\s\"']{{1,4}}({_CAP}(?:{_BETWEEN}{_CAP}){{1,2}})(?![\w@])"
)
_PART = re.compile(
    r"(?<![^\W_])(?i:(?:first|last|given|family|sur|fore)[ _]?name)[\"']?[ \t]?[:=]?[\s\"']{1,4}"
    rf"({_CAP})(?![\w@])"
)
_GREETED = re.compile(
    rf"(?<![^\W_])(?:Dear|Hi|Hello|Hey|Thanks|Thank you),?[ \u00a0]({_CAP})(?=\s*[,.!\n:\u2013-]|\Z)"
)
_TURNED = re.compile(rf"(?<![\w@./-])({_CAP}),[ \u00a0]({_CAP})(?![\w@])")
_WORD = re.compile(_CAP)

_PLACES = """
street st road rd avenue ave lane close drive court square crescent terrace place house hotel station
airport bridge park hospital school college university church cathedral hall hill island islands bay
beach river lake county city town village square gardens gate wharf dock quay tower centre center
building theatre museum library inn bank group holdings partners associates solutions services logistics
systems foods industries sonnet opus haiku pro day week month report summary plan policy invoice order
account team department office project contract ticket
"""
_NO_SURNAME = vocabulary(_PLACES) | CALENDAR
"""Last words of what is no person: a street, a house, a firm, a paper."""


def people(text: str) -> Iterator[Span]:
    """Where persons' names stand in a text, forms of address left out; spans may overlap.

    A name counts after a form of address, a label or a greeting; a first name that people bear counts before
    a surname. A bare first name in running text does not: too many are words.
    """
    for match in _NAME.finditer(text):
        end = _without_heading(match)
        if _is_name(match[1], text[match.end(1) : end]) and not LEGAL_FORM.match(text, match.end()):
            yield match.start(), end
    for match in (*_ADDRESSED.finditer(text), *_PART.finditer(text)):
        yield match.span(1)
    yield from (match.span(1) for match in _GREETED.finditer(text) if _is_first(match[1]))
    yield from (match.span() for match in _TURNED.finditer(text) if _is_turned(match))
    for match in _LABELLED.finditer(text):
        if _reads_as_person(match[1]) and not LEGAL_FORM.match(text, match.end()):
            yield match.span(1)


def name_words(text: str) -> Iterator[Span]:
    """The words of a person's name that tell who it is: initials and small words left out."""
    return (match.span() for match in _WORD.finditer(text) if len(match[0]) > 1)


def is_first_name(word: str) -> bool:
    """Whether people bear the word, in any case, as a first name."""
    return fold(word) in _first_names() or word.casefold().partition("-")[0] in _first_names()


def _is_first(word: str) -> bool:
    return is_first_name(word) and fold(word) not in CALENDAR


def _without_heading(match: re.Match[str]) -> int:
    """Where a name of three words ends: before an ordinary third one (`Emily Thompson Resume`)."""
    words = list(_WORD.finditer(match[2]))
    last = words[-1]
    if len(words) < 2 or not is_ordinary(fold(last[0])):
        return match.end()
    return match.start(2) + words[-2].end()


def _is_name(first: str, rest: str) -> bool:
    """Whether two capitalised words or three are a person: a first name and a surname that may be one."""
    last = fold(_WORD.findall(rest)[-1])
    if last in _NO_SURNAME or len(last) < 2 or (rest.isupper() and not first.isupper() and len(last) < 4):
        return False
    return _is_first(first) and not (is_ordinary(fold(first)) and is_ordinary(last))


def _is_turned(match: re.Match[str]) -> bool:
    """Whether it is a surname before a first name: `Okonwu, Ngozi`."""
    return _is_first(match[2]) and not is_ordinary(fold(match[1])) and not is_ordinary(fold(match[2]))


def _reads_as_person(words: str) -> bool:
    """Whether capitalised words behind a label are a person: not all of them ordinary, none a firm's."""
    parts = [fold(part) for part in _WORD.findall(words)]
    if parts[-1] in _NO_SURNAME:
        return False
    return is_first_name(parts[0]) or not all(map(is_ordinary, parts))


@cache
def _first_names() -> frozenset[str]:
    packed = Path(__file__).with_name("first_names.gz").read_bytes()
    return frozenset(zlib.decompress(packed, wbits=_GZIP).decode("ascii").split("\n"))
