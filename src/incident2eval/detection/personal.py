"""Personal data and secrets in a text, by kind: by check digits or by a label."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from itertools import islice
from types import MappingProxyType
from typing import Any

from incident2eval.detection.addresses import mails
from incident2eval.detection.dates import days

KINDS = ("email", "phone", "iban", "card", "national id", "date of birth", "secret")

_FILLER = r"(?:[\W_]|\b(?:in|on|at|the|is|was|as|am|le|il|el|op|no|nr|me|us|him|her|them|or|under)\b){0,10}\Z"
"""What may stand between a label and its value."""
_REACH = 50
_TABLE = 5_000
"""How far above a cell the head of its table is looked for."""


def _label(words: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A label as it stands before its value, and in the head of a column; `date_of_birth` is one too."""
    named = rf"(?<![^\W_])(?:{words})(?![^\W\d_])".replace(" ", "[ _-]?")
    return re.compile(named + _FILLER, re.IGNORECASE), re.compile(named, re.IGNORECASE)


_BIRTH_WORDS = (
    r"born(?: in [A-Z]\w{1,30})?|(?:date|day) of birth|birth ?da(?:te|y)|d\.?o\.?b\.?|geb(?:oren|\.)"
    r"|geburts(?:datum|tag)|geboortedatum|née? le|date de naissance|nat[oa] il|data di nascita"
    r"|fecha de nacimiento"
)
_BIRTH = _label(_BIRTH_WORDS)
_BIRTH_BEHIND = re.compile(rf"\s?\((?:{_BIRTH_WORDS})\)", re.IGNORECASE)
_NUMERIC_DATE = re.compile(r"(?<![\d./-])(\d{1,2})[./-](\d{1,2})[./-]((?:19|20)\d\d)(?![\d/-])")
_TELEPHONE = _label(
    r"tel(?:ephone|efon)?|tél(?:éphone)?|(?:mobile |tele)?phone(?: number)?|mob(?:ile)?(?: number)?|cell"
    r"|handy|whatsapp|sms|fax|call(?:ed|ing)?|r[iu]ng|reach(?:ed|able)?"
)
_NUMBER = re.compile(
    r"(?<![\w+])(?:\+|\(?0|\(?[2-9])\d{0,4}\)?(?:[ ()./\u2011\u2013-]{0,3}\d){6,14}(?![^\W_])"
)
_IBAN = re.compile(r"(?<![^\W_])[A-Z]{2}\d\d(?:[ -]?[A-Z0-9]){11,30}(?![^\W_])", re.IGNORECASE)
_CARD = re.compile(r"(?<![\w.-])[2-6]\d{3}(?:[ -]?\d){9,15}(?![\w-])")
_CARDS = re.compile(
    r"4\d{12}(?:\d{3}){0,2}|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}|3[47]\d{13}"
    r"|(?:6011|65\d\d|64[4-9]\d|352[89]|35[3-8]\d)\d{12}|3(?:0[0-5]|[68]\d)\d{11}"
)
_OTHER_NUMBER = _label(r"ref(?:erence)?|order|invoice|tracking|booking|consignment|parcel|serial|policy|imei")
_NINO = re.compile(
    r"(?<![^\W_])(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?:[ -]?\d\d){3}[ -]?[A-D]"
    r"(?![^\W_])",
    re.IGNORECASE,
)
_PASSWORD = re.compile(
    r"(?<![^\W_])(?:pass(?:word|wort|phrase|code)|pwd|(?:api|secret|access)[ _-]?key|client[ _-]?secret"
    r"|(?:access|auth|api|bearer)[ _-]?token)[\"'*`]{0,2}\s{0,3}(?:[:=]|\bis\b:?)\s{0,3}"
    r"[\"'*`]{0,2}(?=[^\s\"'`]{0,80}\d)(?=[^\s\"'`]{0,80}[A-Za-z])([^\s\"'`<>,;]{8,200})",
    re.IGNORECASE,
)
_TOKEN = re.compile(
    r"(?<![A-Za-z0-9])(?:(?:AKIA|ASIA)[A-Z0-9]{16}|gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_\w{22,255}|glpat-[\w-]{20,64}"
    r"|npm_[A-Za-z0-9]{36}|sk-[\w-]{20,200}|[rs]k_live_[A-Za-z0-9]{24,99}|pypi-[\w-]{50,400}"
    r"|SG\.[\w-]{16,32}\.[\w-]{32,64}|xox[abeoprs]-[A-Za-z0-9-]{10,200}"
    r"|eyJ[\w-]{10,2000}\.eyJ[\w-]{10,4000}\.[\w-]{10,2000})(?![A-Za-z0-9])"
    r"|-----BEGIN [A-Z ]{0,40}PRIVATE KEY"
)
"""Keys and tokens whose makers gave them a form."""
_MOST = 5_000
"""So many numbers of one form are looked at in a text: no honest letter holds more."""
_PIECE = re.compile(r".{1,1000}(?:\s|\Z)|.{1,1000}", re.DOTALL)
"""Other people's patterns see a text in pieces: some take the square of its length."""


def _digits(count: int) -> str:
    return rf"\d(?:[ ./-]?\d){{{count - 1}}}"


_IDS = tuple(
    (module, re.compile(rf"(?<![\w.-])(?:{form})(?![\w-])", re.IGNORECASE), _label(words) if words else None)
    for module, form, words in (
        ("us.ssn", r"\d{3}-\d\d-\d{4}", ""),
        ("us.ssn", _digits(9), r"ssn|social security(?: number| no\.?)?"),
        ("gb.nhs", _digits(10), r"nhs(?: number| no\.?)?"),
        ("gb.utr", _digits(10), r"utr|(?:unique )?tax(?:payer)? reference"),
        ("de.idnr", _digits(11), r"steuer-?id(?:entifikationsnummer)?|idnr\.?|tax id"),
        ("nl.bsn", _digits(9), r"bsn|burgerservicenummer|sofi-?nummer"),
        ("be.nn", _digits(11), r"rijksregisternummer|num[ée]ro national|national number"),
        ("pl.pesel", _digits(11), "pesel"),
        ("dk.cpr", _digits(10), r"cpr(?:-nummer)?"),
        ("se.personnummer", r"(?:19|20)?\d{6}[-+]?\d{4}", "personnummer|personal number"),
        ("ca.sin", _digits(9), r"sin|social insurance(?: number)?"),
        ("au.tfn", _digits(9), r"tfn|tax file number"),
        ("in_.aadhaar", _digits(12), "aadhaar(?: number)?"),
        ("br.cpf", r"\d{3}\.?\d{3}\.?\d{3}-?\d\d", r"cpf"),
        ("es.dni", r"\d{8}-?[A-Z]", r"dni|nif"),
        ("ie.pps", r"\d{7}[A-W][AH]?", r"pps(?:n| number| no\.?)?"),
        ("fr.nir", r"[12](?: ?\d\d){2} ?(?:\d\d|2[AB])(?: ?\d{3}){2} ?\d\d", ""),
        ("ch.ssn", r"756\.?\d{4}\.?\d{4}\.?\d\d", ""),
        ("it.codicefiscale", r"[A-Z]{6}\d\d[A-EHLMPRST]\d\d[A-Z]\d{3}[A-Z]", ""),
        ("fi.hetu", r"\d{6}[-+A]\d{3}[0-9A-Z]", ""),
        ("es.nie", r"[XYZ]-?\d{7}-?[A-Z]", ""),
    )
)
"""Module of stdnum, form, and the label it needs where the form alone may be anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Datum:
    """One piece of personal data as it stands in a text."""

    kind: str
    key: str
    """What it is compared by: without case, blanks and signs, however it is written."""
    start: int
    end: int


def squeezed(text: str) -> str:
    """A text without case, blanks and signs."""
    return re.sub(r"[\W_]+", "", text.casefold())


def data(text: str, kinds: Collection[str] = KINDS) -> tuple[Datum, ...]:
    """Every piece of personal data of some kinds in a text, in order; of plain text, see `text.views`."""
    found = (datum for kind, finds in _FINDERS.items() if kind in kinds for datum in finds(text))
    return tuple(sorted(found, key=lambda datum: datum.start))


def dates(text: str) -> Iterator[tuple[date, int, int]]:
    """Every full date of a text, with its span."""
    title = text.title()
    for day in days(title if len(title) == len(text) else text):
        if day.complete and not _NUMERIC_DATE.match(text, day.start):
            yield day.complete, day.start, day.end
    for match in _NUMERIC_DATE.finditer(text):
        first, second, year = map(int, match.groups())
        day_first = second <= 12
        try:
            said = date(year, second, first) if day_first else date(year, first, second)
        except ValueError:
            continue
        yield said, *match.span()


def _is_labelled(text: str, start: int, label: tuple[re.Pattern[str], re.Pattern[str]]) -> bool:
    """Whether the label stands before a value, or at the head of its column."""
    before, head = label
    if before.search(text[max(0, start - _REACH) : start]):
        return True
    line = text.rfind("\n", max(0, start - _TABLE), start) + 1
    sign = next((sign for sign in "|\t;" if sign in text[line:start]), None) if line else None
    if sign is None:
        return False
    blank = text.rfind("\n\n", max(0, start - _TABLE), start)
    top = blank + 2 if blank >= 0 else max(0, start - _TABLE)
    heads = text[top : text.find("\n", top)].split(sign)
    column = text.count(sign, line, start)
    return column < len(heads) and bool(head.search(heads[column]))


def _births(text: str) -> Iterator[Datum]:
    for day, start, end in dates(text) if _BIRTH[1].search(text) else ():
        if _is_labelled(text, start, _BIRTH) or _BIRTH_BEHIND.match(text, end):
            yield Datum(kind="date of birth", key=day.isoformat(), start=start, end=end)


def _mails(text: str) -> Iterator[Datum]:
    reached = 0
    for address in mails(text):
        start = text.find(address.written, reached)
        if start >= 0:
            reached = start + len(address.written)
            yield Datum(kind="email", key=squeezed(address.written), start=start, end=reached)


def _telephones(text: str) -> Iterator[Datum]:
    import phonenumbers  # noqa: PLC0415 - heavy

    labelled = bool(_TELEPHONE[1].search(text))
    for match in islice(_NUMBER.finditer(text), _MOST):
        international, home = match[0][0] == "+", match[0].lstrip("(")[0] == "0"
        if not international and not (labelled and _is_labelled(text, match.start(), _TELEPHONE)):
            continue
        try:
            number = phonenumbers.parse(match[0], None if international else "GB" if home else "US")
        except phonenumbers.NumberParseException:
            continue
        known = international or home  # such a number says by itself that it is a telephone's
        if phonenumbers.is_valid_number(number) or (known and phonenumbers.is_possible_number(number)):
            # Its last digits are the same with and without a country's prefix.
            key = str(number.national_number)[-9:]
            yield Datum(kind="phone", key=key, start=match.start(), end=match.end())


def _ibans(text: str) -> Iterator[Datum]:
    from stdnum import iban  # noqa: PLC0415 - heavy

    for match in islice(_IBAN.finditer(text), _MOST):
        written = match[0]
        while len(written) >= 15 and not iban.is_valid(written):
            written = re.sub(r"[ -]?[^\W_]+\Z", "", written)  # the words behind it
        if len(written) >= 15:
            end = match.start() + len(written)
            yield Datum(kind="iban", key=squeezed(written), start=match.start(), end=end)


def _cards(text: str) -> Iterator[Datum]:
    from stdnum import luhn  # noqa: PLC0415 - heavy

    for match in islice(_CARD.finditer(text), _MOST):
        digits = squeezed(match[0])
        if (
            _CARDS.fullmatch(digits)
            and luhn.is_valid(digits)
            and not _is_labelled(text, match.start(), _OTHER_NUMBER)
        ):
            yield Datum(kind="card", key=digits, start=match.start(), end=match.end())


def _ids(text: str) -> Iterator[Datum]:
    found = [match.span() for match in _NINO.finditer(text)]
    for name, form, label in _IDS:
        module: Any = None
        matches = tuple(islice(form.finditer(text), _MOST))
        if matches and label is not None and not label[1].search(text):
            continue
        for match in matches:
            if label is None or _is_labelled(text, match.start(), label):
                module = module or import_module(f"stdnum.{name}")
                if module.is_valid(match[0].upper()):
                    found.append(match.span())
    for start, end in dict.fromkeys(found):
        yield Datum(kind="national id", key=squeezed(text[start:end]), start=start, end=end)


def _secrets(text: str) -> Iterator[Datum]:
    for match in _TOKEN.finditer(text):
        yield Datum(kind="secret", key=match[0], start=match.start(), end=match.end())
    for match in _PASSWORD.finditer(text):
        if "://" not in match[1]:
            yield Datum(kind="secret", key=match[1], start=match.start(1), end=match.end(1))


_FINDERS: Mapping[str, Callable[[str], Iterator[Datum]]] = MappingProxyType(
    dict(zip(KINDS, (_mails, _telephones, _ibans, _cards, _ids, _births, _secrets), strict=True))
)
