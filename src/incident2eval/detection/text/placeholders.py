"""Fields of a template that nobody filled in: `[START DATE]`, `{{client_name}}`, `Dear None,`, `from  to`."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from incident2eval.detection.text.wording import vocabulary

_CERTAIN = (
    r"\{\{\{?\s{0,3}(?P<mustache>[^{}\n]{1,60}?)\s{0,3}\}?\}\}",
    r"\{%-?\s{0,3}(?P<tag>[^{}%\n]{1,80}?)\s{0,3}-?%\}",
    r"<%=?\s{0,3}(?P<erb>[^<>%\n]{1,60}?)\s{0,3}%>",
    r"\$\{\s{0,3}(?P<dollar>[^{}\n]{1,60}?)\s{0,3}\}",
    r"<<\s{0,3}(?P<angles>[A-Za-z][\w .'/-]{0,40}?)\s{0,3}>>",
    r"\*\|(?P<merge>[\w:]{2,40})\|\*",
    r"@@(?P<at>[A-Za-z]\w{1,40})@@",
    r"%%(?P<percents>[A-Za-z]\w{1,40})%%",
    r"##(?P<hashes>[A-Za-z][\w ]{1,40})##",
    r"\{!(?P<bang>[A-Za-z][\w.]{1,60})\}",
)
"""Marks that stand in no finished text, whatever is in them."""
_LIKELY = (
    r"\[\[?\s{0,3}(?P<square>[^\[\]\n]{1,60}?)\s{0,3}\]\]?(?![(:])",
    r"(?<![\w\\/{$=#])\{\s?(?P<brace>[A-Za-z][\w .-]{0,40}?)\s?\}(?![\w/}{])",
    r"</?(?P<angle>[A-Za-z][\w .'-]{0,40})>",
    r"\u00ab\s?(?P<guillemets>[^\W\d_][\w .-]{0,40}?)\s?\u00bb",
    r"(?<![\w%])%(?P<percent>[A-Z][A-Z0-9_]{2,40})%(?![\w%])",
    r"(?<!\w)__(?P<dunder>[A-Z][A-Z0-9_]{2,40}?)__(?!\w)",
)
"""Marks that finished texts use too: only what stands in them tells."""
_MARKED = re.compile(rf"(?=[\[{{<$*@%#\u00ab_/])(?:{'|'.join((*_CERTAIN, *_LIKELY))})")
_CERTAIN_STYLES = frozenset(re.findall(r"\?P<(\w+)>", "".join(_CERTAIN)))
_CODE = re.compile(r"```.*?```|`[^`\n]{1,200}`", re.DOTALL)
_CODE_TAG = re.compile(r"<(code|pre)>[^<]{0,2000}</\1>", re.IGNORECASE)

_INSERT = vocabulary(
    "insert enter add fill your specify type choose select tbc tbd todo placeholder xx xxx xxxx"
)
"""First words that tell somebody to put something there."""
_SLOTS = vocabulary(
    "name names firstname lastname fullname fname lname forename surname date day month year time "
    "deadline amount sum fee price rate salary wage bonus rent deposit premium balance currency address "
    "street city town postcode zip email phone telephone mobile dob number title recipient addressee "
    "signatory"
)
"""Words of which a field's name is made."""
_PARTIES = vocabulary(
    "client customer company employer employee candidate applicant patient tenant landlord insured "
    "claimant guest contact manager partner doctor clinician hospital department position role product "
    "venue location hotel destination amount reference"
)
"""The same, where they are shouted or another word of a field's name stands beside them."""
_REFERENCES = vocabulary(
    "schedule appendix annex annexe exhibit section clause figure fig table note notes page attachment "
    "attached enclosure enclosed article part item chart image photo picture sic redacted removed "
    "withheld emphasis added see external confidential internal protected source citation citations "
    "video audio link ibid sheet form document version update re fwd ticket signed signature sealed "
    "stamp the a an this his her their our my that if where when delete applicable unknown omitted "
    "translated edited hidden masked anonymised anonymized appdata temp tmp path home userprofile "
    "programfiles windir systemroot localappdata homepath username computername systemdrive"
)
"""Words that say that a bracket refers to something, or leaves something out on purpose."""
_HTML = vocabulary("address title time data label var name summary date")
_WORD = re.compile(r"[A-Z]?[a-z\u00df-\u00ff]+|[A-Z\u00c0-\u00de]+(?![a-z])|[^\W\d_]+|\d+")
_STAND_INS = vocabulary("tbc tbd tba todo xx xxx xxxx placeholder")
_MOST_WORDS = 6

_JUNK = r"(?:None|nan|NaN|NAN|null|NULL|undefined)"
_PEOPLE = r"(?:Dear|Hello|Hi|Hallo|Good (?:morning|afternoon|evening))"
_NOTHING = ("None", "nan", "NaN", "NAN", "null", "NULL", "undefined", "[]", "{}", "N/A")
_GAPS = ("  ", "\t", " ,", " .", " ;", " :")
_BROKEN = (
    (
        _NOTHING,
        re.compile(
            rf"\b{_PEOPLE} (?:(?:Mr|Mrs|Ms|Dr|Prof)\.? )?(?:{_JUNK}|\[\]|\{{\}}|N/A)(?=[ \t]*[,!:.;\n]|\Z)"
        ),
    ),
    (
        _NOTHING,
        re.compile(rf"[£$€¥][ \u00a0]?{_JUNK}\b|\b(?:GBP|USD|EUR) {_JUNK}\b|\b(?:NaN|nan|undefined|null) ?%"),
    ),
    (
        _NOTHING,
        re.compile(
            r"\b(?:from|until|between|dated|since|by|on|of|for|to|and|at) (?:NaN|nan|undefined|NULL)\b"
            r"(?! (?:by|in|as|at|for|behaviou?r|values?|variables?|index|checks?|pointers?|hypothes[ie]s)\b)"
        ),
    ),
    (
        ("None",),
        re.compile(r"\b(?:from|until|between|dated|since|by|to|at|on) None\b(?! (?:of|other|but)\b)"),
    ),
    (("orem", "OREM"), re.compile(r"\blorem ipsum\b", re.IGNORECASE)),
    (("X",), re.compile(r"[£$€]X{1,3}(?:,X{3}|\.X{2}|X*)(?!\w)")),
    (("XXXX",), re.compile(r"(?<![\dX*\u2022][ -])(?<![\w*\u2022-])X{4,12}(?![\w*\u2022-])(?![ -][\dX*])")),
    (_GAPS, re.compile(r"^[ \t>]{0,8}(?:Dear|Hello|Hi)[ \t]{1,8}[,:](?=\s|\Z)", re.MULTILINE)),
    (("Dear ",), re.compile(r"\bDear (?:Mr|Mrs|Ms|Dr)\.?[ \t]{0,8},")),
    (
        _GAPS,
        re.compile(
            r"\bfrom[ \t]{2,8}(?:to|until)\b|\bbetween[ \t]{2,8}and\b|\bof[ \t]{2,8}(?:per|plus)\b"
            r"|\b(?:from|between|until|dated)[ \t]{1,8}[,.;](?=\s|\Z)",
            re.IGNORECASE,
        ),
    ),
    (
        ("£", "$", "€"),
        re.compile(
            r"\b(?:of|is|be|at|pay|paid|total|for|costs?|fee:?)[ \t]{1,8}[£$€][ \t]{0,8}"
            r"(?=[,.;](?:\s|\Z)|(?:plus|per|and|on|by|in|for|to|a)\b)",
            re.IGNORECASE,
        ),
    ),
)
"""What is left where a value was missing (a programming language's word for nothing, a gap).

Each with what a text that holds it has in it.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A place in a text where a value should stand."""

    start: int
    end: int
    words: str
    """As it stands there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Something in brackets, braces or other marks: perhaps a field of a template."""

    start: int
    end: int
    name: str
    """What stands inside, as a field's name is compared."""
    certain: bool
    """Whether marks of that kind stand in no finished text."""
    likely: bool
    """Whether its words are those of a field rather than of a reference."""
    referring: bool
    """Whether its words refer to something else, or say that something is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """What is known of a workflow's template."""

    fields: frozenset[str] = field(default_factory=frozenset)
    """Names of its fields."""
    kept: frozenset[str] = field(default_factory=frozenset)
    """What stands in brackets in right outputs too."""

    @classmethod
    def of(cls, fields: Collection[str], kept: Collection[str]) -> "Template":
        """The same from names as people write them."""
        return cls(fields=frozenset(map(field_name, fields)) - {""}, kept=frozenset(map(field_name, kept)))

    def slots(self, text: str) -> Iterator[Slot]:
        """The places of a text that were left unfilled, in order of their kinds."""
        for mark in marks(text):
            if mark.name not in self.kept and (mark.name in self.fields or mark.certain or mark.likely):
                yield _slot(text, mark.start, mark.end)
        bare = _without_code(text)
        for signs, pattern in _BROKEN:
            if any(sign in bare for sign in signs):
                yield from (_slot(text, *match.span()) for match in pattern.finditer(bare))
        if stand_ins := self.fields & _STAND_INS:
            pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(sorted(stand_ins))})(?![\w-])", re.IGNORECASE)
            yield from (_slot(text, *match.span()) for match in pattern.finditer(bare))


def _slot(text: str, start: int, end: int) -> Slot:
    return Slot(start=start, end=end, words=" ".join(text[start:end].split()))


def marks(text: str) -> Iterator[Mark]:
    """Everything in a text that stands between marks of a template, but for code, links and tick boxes."""
    for match in _MARKED.finditer(_without_code(text)):
        style = match.lastgroup or ""
        inner = match[style]
        name = field_name(inner)
        words = name.split()
        if not any(char.isalpha() for char in name) or len(words) > _MOST_WORDS or len(name) == 1:
            continue
        referring = not _REFERENCES.isdisjoint(words)
        yield Mark(
            start=match.start(),
            end=match.end(),
            name=name,
            certain=style in _CERTAIN_STYLES,
            likely=not referring and _reads_like_a_field(style, inner, words),
            referring=referring,
        )


def field_name(inner: str) -> str:
    """A field's name as it is compared: its words in lower case, without filters and case of any kind."""
    return " ".join(word.casefold() for word in _WORD.findall(inner.partition("|")[0]))


def is_stand_in(word: str) -> bool:
    """Whether a word stands for a value that is still to come: `TBC`, `XXXX`."""
    return word.casefold() in _STAND_INS


def _reads_like_a_field(style: str, inner: str, words: list[str]) -> bool:
    if words[0] in _INSERT:
        return len(words) > 1 or words[0] not in {"add", "your", "type", "select", "enter", "fill"}
    if any(word.isdigit() for word in words):
        return False
    if style == "angle" and (inner != inner.upper() or (len(words) == 1 and words[0] in _HTML)):
        return False
    named = len(_SLOTS.intersection(words))
    parties = len(_PARTIES.intersection(words))
    if style == "square":
        shouted = inner == inner.upper() and parties == len(words)
        return named > 0 or shouted
    return named + parties > 0 or (style == "guillemets" and "_" in inner)


def _without_code(text: str) -> str:
    """The text with code blanked out."""
    bare = _CODE.sub(_blank, text) if "`" in text else text
    return _CODE_TAG.sub(_blank, bare) if "</" in bare else bare


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])
