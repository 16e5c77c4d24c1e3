"""Persons' names in a text: by a form of address, a label, a signature, or a first name before a surname."""

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from incident2eval.detection.names.ordinary import is_ordinary
from incident2eval.detection.names.use import CALENDAR, LEGAL_FORM
from incident2eval.detection.text.wording import Span, fold, vocabulary

_GZIP = 16 + zlib.MAX_WBITS
_LETTER = r"[^\W\d_]"
_CAP = rf"[^\W\d_a-z\u00df-\u00ff]{_LETTER}{{0,30}}(?:['\u2019-]{_LETTER}{{2,30}}){{0,3}}"
"""A word that begins with a capital: O'Neill and Smith-Jones are one."""
_BETWEEN = (
    r"[ \u00a0]{1,2}(?:[^\W\d_a-z]\.?[ \u00a0]{1,2})?"
    r"(?:(?:van|von|de|der|den|da|di|del|la|le|bin|al|ter)[ \u00a0]){0,3}"
)
"""What stands between a first name and a surname: an initial, and what is written small."""
_NAME = re.compile(rf"(?<![\w@/-])({_CAP})((?:{_BETWEEN}{_CAP}){{1,2}})(?![\w@])")
_ADDRESSED = re.compile(
    r"(?<![^\W_])(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof(?:essor)?|Sir|Dame|Lady|Lord|Herr|Frau|Mme|Madame|Monsieur|"
    r"Señora?|MR|MRS|MS|DR)\.?[ \u00a0]"
    rf"((?:[^\W\d_a-z]\.?[ \u00a0])?{_CAP}(?:{_BETWEEN}{_CAP}){{0,2}})"
)
_ROLES = (
    r"(?:(?:full|contact|customer|client|patient|applicant|employee|account|user|display)[ _-]?)?name"
    r"|contact(?:[ _]person)?|attn|attention|review(?:er|ed[ _]by)|approve(?:r|d[ _]by)|author"
    r"|(?:signed|prepared|reported|created|handled|assigned|sent)(?:[ _](?:by|to))?|caller|applicant|patient"
    r"|employee|driver|tenant|guardian|next[ _]of[ _]kin|passenger|guest|beneficiary|account[ _]?holder"
    r"|card[ _]?holder|director|(?:kind |best |warm )?regards|(?:yours )?sincerely|yours faithfully"
    r"|many thanks"
    r"|assignee|reporter|signatory|staff|agent|owner|recipient|sender|manager"
)
_LABELLED = re.compile(
    rf"(?<![^\W_])(?i:{_ROLES})[\\\"']{{0,2}}[ \t]?[:=,-]?[\s\\\"']{{1,4}}"
    rf"({_CAP}(?:{_BETWEEN}{_CAP}){{1,2}})(?![\w@])"
)
_OF_A_FIELD = re.compile(
    rf"(?<![^\W_])(?i:{_ROLES}|by|from|to|cc|for)[\\\"']{{0,2}}[ \t]?[:=][ \t\\\"'\[]{{0,5}}"
    rf"({_LETTER}{{1,30}}(?:[ \u00a0]{_LETTER}{{1,30}}(?:['\u2019-]{_LETTER}{{1,30}}){{0,2}}){{0,2}})"
    r"(?=[ \t]?(?:[\"'\\,;|<(\r\n\]]|[\w.-]{1,30}=|\Z))"
)
"""What stands alone behind a label and its sign: its case and a lone first name count here."""
_PART = re.compile(
    r"(?<![^\W_])(?i:(?:first|last|given|family|sur|fore)[ _]?name)[\\\"']{0,2}[ \t]?[:=]?[\s\\\"']{1,4}"
    rf"({_CAP})(?![\w@])"
)
_GREETED = re.compile(
    rf"(?<![^\W_])(?:Dear|Hi|Hello|Hey|Thanks|Thank you),?[ \u00a0]({_CAP})(?=\s{{0,3}}[,.!\n:\u2013-]|\Z)"
)
_SIGNED = re.compile(
    rf"(?<![^\W_])(?i:regards|sincerely|thanks|cheers|best),[ \t]?\r?\n\s{{0,3}}({_CAP})"
    rf"(?=[ \t]{{0,3}}(?:[\r\n]|\Z))"
)
_TURNED = re.compile(rf"(?<![\w@/-])({_CAP}),[ \u00a0]({_CAP})(?![\w@])")
_WORD = re.compile(_CAP)
_SMALL_WORD = re.compile(rf"{_LETTER}{{1,30}}")
_HANDLE = re.compile(r"(?<![^\W_])[a-z]{2,30}(?:[._-][a-z]{2,30})?(?![^\W_])")

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
_NO_NAME = vocabulary(
    "we at in to of on by is it as or an if up us my do so no go he me be am the and for id street"
)
_FORMS_OF_ADDRESS = {"miss", "mister", "doctor", "lady", "lord", "dame", "sir", "madame"}
_FREQUENT = 1_000
"""So many surnames are one even behind a first name that is an ordinary word itself."""
_MODERN = vocabulary(
    "lily ivy hope faith jade autumn summer willow poppy olive jasmine clementine honey skye rowan hunter"
    " mason cooper logan chase will drew gene art sierra savannah brooke paige rowan amber ginger"
)
"""First names of today that are ordinary words, and that the census of 1990 counts as rare."""


def people(text: str) -> Iterator[Span]:
    """Where persons' names stand in a text, forms of address left out; spans may overlap.

    A name counts after a form of address, a label or a greeting; a first name that people bear counts before
    a surname. A bare first name in running text counts only where the text has told whose it is: too many are
    words.
    """
    full = [*_full_names(text), *(match.span() for match in _TURNED.finditer(text) if _is_turned(match))]
    told = [*full, *_announced(text)]
    yield from told
    yield from _called(text, told)
    yield from _handles(text, full)


def name_words(text: str) -> Iterator[Span]:
    """The words of a person's name that tell who it is: initials and small words left out."""
    form = _WORD if _WORD.search(text) else _SMALL_WORD
    return (match.span() for match in form.finditer(text) if len(match[0]) > 1)


def short_names(name: str) -> frozenset[str]:
    """What alone of a person's name calls that person, as it is written: surnames, and first names in use."""
    words = _WORD.findall(name)
    given = {word for word in words[:1] if fold(word) in _frequent() or fold(word) in _MODERN}
    return frozenset(given | {word for word in words if not is_ordinary(fold(word))})


def handles(name: str) -> frozenset[str]:
    """What machines call a person of a first name and a surname, without signs: `gracevarnholt`."""
    words = [fold(part) for part in _WORD.findall(name)]
    if len(words) < 2:
        return frozenset()
    first, last = (words[-1], words[0]) if "," in name else (words[0], words[-1])
    return frozenset({first + last, last + first, first[:1] + last, last + first[:1]})


def handles_in(text: str) -> Iterator[Span]:
    """Where words in small letters stand that may be somebody's handle."""
    return (match.span() for match in _HANDLE.finditer(text))


def is_first_name(word: str) -> bool:
    """Whether people bear the word, in any case, as a first name."""
    if fold(word) in _FORMS_OF_ADDRESS:
        return False
    return fold(word) in _first_names() or word.casefold().partition("-")[0] in _first_names()


def _full_names(text: str) -> Iterator[Span]:
    """First names before surnames; what begins with another word may hold one further on: `Dear Ann Cole`."""
    at = 0
    while match := _NAME.search(text, at):
        end = _end_of_name(match)
        if end and not LEGAL_FORM.match(text, end):
            yield match.start(), end
        at = end or match.end(1)


def _end_of_name(match: re.Match[str]) -> int:
    """Where the name ends, before an ordinary third word (`Emily Thompson Resume`); 0 for no name."""
    first, words = match[1], list(_WORD.finditer(match[2]))
    words = [word for word in words if len(word[0]) > 1]
    while len(words) > 1 and not _may_end_name(first, words[-1][0]):
        words.pop()
    if not words or not _is_name(first, words[-1][0]):
        return 0
    if not all(is_first_name(word[0]) or _is_surname(fold(word[0])) for word in words):
        return 0
    return match.start(2) + words[-1].end()


def _may_end_name(first: str, word: str) -> bool:
    """Whether a third word belongs to the name: one that is written as the first is, and no ordinary one."""
    return word.isupper() == first.isupper() and _is_surname(fold(word))


def _is_surname(word: str) -> bool:
    """Whether it may be a surname: a frequent one where it is an ordinary word or a place as well."""
    if word in _NO_NAME:
        return False
    return word in _surnames() or not (is_ordinary(word) or word in _NO_SURNAME)


def _is_name(first: str, last: str) -> bool:
    """Whether two capitalised words are a person: a first name and a surname that may be one."""
    if last.isupper() and not first.isupper() and len(last) < 4:
        return False
    given, family = fold(first), fold(last)
    if not is_first_name(first) or not _is_surname(family):
        return False
    if is_ordinary(given) and is_ordinary(family):
        return _is_usual(given) and _surnames()[family] < _FREQUENT
    return _is_usual(given) or not is_ordinary(family)


def _is_usual(given: str) -> bool:
    """Whether a first name is one before any surname: no ordinary word, or a frequent name none the less."""
    return given not in CALENDAR and (given in _frequent() or given in _MODERN or not is_ordinary(given))


def _is_turned(match: re.Match[str]) -> bool:
    """Whether it is a surname before a first name: `Okonwu, Ngozi`."""
    first = fold(match[2])
    if not is_first_name(match[2]) or is_ordinary(first) or is_first_name(match[1]):
        return False
    return not is_ordinary(fold(match[1])) and fold(match[1]) not in _NO_SURNAME


def _announced(text: str) -> Iterator[Span]:
    """Names behind a form of address, a greeting or a label, and in the field of a record."""
    for match in (*_ADDRESSED.finditer(text), *_PART.finditer(text)):
        yield match.span(1)
    for match in (*_GREETED.finditer(text), *_SIGNED.finditer(text)):
        if _stands_alone(match[1]):
            yield match.span(1)
    for match in _LABELLED.finditer(text):
        if _reads_as_person(match[1]) and not LEGAL_FORM.match(text, match.end()):
            yield match.span(1)
    for match in _OF_A_FIELD.finditer(text):
        if _fills_field(match[1].split()):
            yield match.span(1)


def _stands_alone(word: str) -> bool:
    """Whether one capitalised word is somebody who is greeted or has signed."""
    given = fold(word)
    return given not in CALENDAR and (is_first_name(word) if is_ordinary(given) else len(given) > 2)


def _reads_as_person(words: str) -> bool:
    """Whether capitalised words behind a label are a person: not all of them ordinary, none a firm's."""
    parts = [fold(part) for part in _WORD.findall(words)]
    if not _is_surname(parts[-1]):
        return False
    return is_first_name(parts[0]) or not all(map(is_ordinary, parts))


def _fills_field(words: list[str]) -> bool:
    """Whether all that a field holds is a name, in any case, or a first name that is no other word."""
    given = fold(words[0])
    if not is_first_name(words[0]) or given in CALENDAR:
        return False
    if len(words) == 1:
        return len(given) > 2 and (not is_ordinary(given) or (words[0].istitle() and given in _frequent()))
    return _is_usual(given) and all(_is_surname(fold(word)) for word in words[1:] if len(word) > 3)


def _called(text: str, names: Iterable[Span]) -> Iterator[Span]:
    """Where people that the text has named are called by one of their names; a price is still a price."""
    known: set[str] = set()
    named: set[int] = set()
    for start, end in names:
        named.update(range(start, end))
        known |= short_names(text[start:end])
    for match in _WORD.finditer(text) if known else ():
        if match[0] in known and match.start() not in named:
            yield match.span()


def _handles(text: str, names: Iterable[Span]) -> Iterator[Span]:
    """What people that the text names are called by machines: `grace.varnholt`, `gvarnholt`."""
    known = {handle for start, end in names for handle in handles(text[start:end])}
    for start, end in handles_in(text) if known else ():
        if re.sub(r"[._-]", "", text[start:end]) in known:
            yield start, end


@cache
def _first_names() -> frozenset[str]:
    return frozenset(_unpacked("first_names.gz").split("\n"))


@cache
def _frequent() -> frozenset[str]:
    """First names that are frequent enough to be one even where they are an ordinary word."""
    return frozenset(_unpacked("frequent_names.gz").split("\n")[0].split())


@cache
def _surnames() -> Mapping[str, int]:
    """Surnames that are frequent enough to be one even where they are an ordinary word, with their rank."""
    return {name: rank for rank, name in enumerate(_unpacked("frequent_names.gz").split("\n")[1].split())}


def _unpacked(name: str) -> str:
    packed = Path(__file__).with_name(name).read_bytes()
    return zlib.decompress(packed, wbits=_GZIP).decode("ascii")
