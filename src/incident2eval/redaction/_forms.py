"""A pseudonym for each kind of personal data: of the same shape, as valid as it was, and nobody's."""

import re
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any

from incident2eval.detection.names.ordinary import is_ordinary
from incident2eval.detection.people import is_first_name
from incident2eval.detection.personal import data, dates, squeezed
from incident2eval.detection.text.wording import fold
from incident2eval.redaction._words import Keyed, in_the_case_of, scrambled, word

_TRIES = 3_000
"""Candidates that are made until one has the right check digits; one in 97 has the rarest ones."""
_TURNS = 20
_KEY_LINES = re.compile(r"-----(?:BEGIN|END) [A-Z ]{0,40}KEY(?: BLOCK)?-----")
_ESCAPE = re.compile(r"(\\[nrt])")
_PREFIXED = re.compile(
    r"(?:AKIA|ASIA|gh[pousr]_|github_pat_|glpat-|npm_|sk-(?:proj-|ant-)?|[rspw]k_(?:live|test)_|pypi-|SG\."
    r"|xox[abeoprs]-|AIza|eyJ)"
)
_LABELS: Mapping[str, tuple[str, ...]] = {
    "national id": (
        *("", "ssn", "nhs number", "utr", "tax id", "bsn", "pesel", "cpr", "rijksregisternummer"),
        *("personnummer", "sin", "tfn", "aadhaar", "cpf", "dni", "pps"),
    ),
    "phone": ("phone",),
}
"""Behind which labels detection takes a value for one of the kind."""
_TAX = ("gb.vat", "de.vat", "de.idnr", "eu.vat", "us.ein", "gb.utr")
_MOBILE = re.compile(r"(\+?44\D{0,5}0?\D?|\(?0)7\d")
_BRITISH = re.compile(r"(\+?44\D{0,5}0?\D?|\(?0)[12]")
_MOBILES = ("7700900",)
_AREAS = (
    *"1134960 1144960 1154960 1164960 1174960 1184960 1214960 1314960 1414960 1514960 1614960".split(),
    *"2079460 1914980 2896496 2920180 1632960".split(),
)
"""Numbers that the regulator keeps for stories (Ofcom, numbers for drama use): three digits follow."""
_AMERICAN = re.compile(r"\+?1?\D{0,3}[2-9]\d\d\D{0,3}[2-9]\d\d\D{0,2}\d{4}")
_AMERICAN_AREAS = (
    "201 202 203 205 206 207 208 209 212 213 214 215 216 217 218 219 224 225 228 229 "
    "231 234 239 240 248 251 252 253 254 256 260 262 267 269 270 276 281 301 302 303 "
    "304 305 307 308 309 310 312 313 314 315 316 317 318 319 320 321 323 330 334 336 "
    "337 347 352 360 361 386 401 402 404 405 406 407 408 409 410 412 413 414 "
).split()
"""Of every area 555-0100 to 555-0199 are kept for stories."""
_YEAR = re.compile(r"(?:19|20)\d\d")
_STREET_WORDS = frozenset(
    "street st road rd avenue ave lane ln close drive dr court ct crescent terrace place pl square sq "
    "gardens grove hill mews way walk row rise view park boulevard blvd parade quay wharf yard green "
    "flat apt apartment unit suite room".split()
)
_HEX, _BASE58 = "abcdef", "abcdefghijkmnopqrstuvwxyz"


def pseudonym(kind: str, value: str, keyed: Keyed) -> str:
    """What stands for a value of that kind, and never the value itself.

    Args:
        kind: As detection names it.
        value: As it stands in the text.
        keyed: The project's source of chance; the same value gets the same pseudonym however it is written.
    """
    made = value
    for turn in range(_TURNS):
        made = _FORMS.get(kind, _scramble)(kind, value, _Turn(keyed, turn) if turn else keyed)
        if squeezed(made) != squeezed(value):
            break
    return made


class _Turn(Keyed):
    """The same source of chance, asked once more where it came upon the value itself."""

    def __init__(self, keyed: Keyed, turn: int) -> None:
        self._keyed, self._turn = keyed, str(turn)

    def numbers(self, *asked: str) -> Iterator[int]:
        return self._keyed.numbers(*asked, self._turn)


def _chance(kind: str, value: str, keyed: Keyed, salt: int = 0) -> Iterator[int]:
    return keyed.numbers(kind, squeezed(value), str(salt))


def _scramble(kind: str, value: str, keyed: Keyed) -> str:
    return scrambled(value, _chance(kind, value, keyed))


def _with_digits(value: str, digits: str) -> str:
    """The value with other digits in the places of its own."""
    left = iter(digits)
    return "".join(next(left) if char.isdigit() else char for char in value)


def _digits(value: str) -> str:
    return "".join(char for char in value if char.isdigit())


def _until(is_one: Callable[[str], bool], kind: str, value: str, keyed: Keyed, keep: int = 0) -> str:
    """A scrambled value that is one of its kind, where the value itself is."""
    first = scrambled(value, _chance(kind, value, keyed), keep=keep)
    if not is_one(value):
        return first
    candidates = (scrambled(value, _chance(kind, value, keyed, salt), keep=keep) for salt in range(_TRIES))
    return next((made for made in candidates if is_one(made)), first)


def _detected(kind: str, value: str) -> Callable[[str], bool]:
    """Whether another value is found behind the label behind which this one is."""

    def is_behind(label: str, made: str) -> bool:
        text = f"{label}: {made}" if label else made
        return any(one.kind == kind and one.end == len(text) for one in data(text, {kind}))

    label = next((label for label in _LABELS[kind] if is_behind(label, value)), "")
    return lambda made: is_behind(label, made)


def _number(kind: str, value: str, keyed: Keyed) -> str:
    """An identity number of the same form."""
    return _until(_detected(kind, value), kind, value, keyed)


def _document(kind: str, value: str, keyed: Keyed) -> str:
    """The number of a document; a tax number keeps its country, and has the right check digits."""
    modules: list[Any] = [import_module(f"stdnum.{name}") for name in _TAX]
    valid = next((module for module in modules if module.is_valid(value)), None)
    keep = 2 if value[:2] in {"GB", "DE"} and value[2:3] in " 0123456789" else 0
    return _until(lambda made: valid is not None and valid.is_valid(made), kind, value, keyed, keep)


def _iban(_: str, value: str, keyed: Keyed) -> str:
    from stdnum import iban  # noqa: PLC0415 - heavy
    from stdnum.iso7064 import mod_97_10  # noqa: PLC0415 - heavy

    made = value
    for salt in range(_TRIES if iban.is_valid(value) else 1):
        made = scrambled(value, _chance("iban", value, keyed, salt), keep=2)
        bare = squeezed(made).upper()
        digits = f"{98 - mod_97_10.checksum(bare[4:] + bare[:2] + '00') % 97:02d}"
        made = _with_digits(made, digits + _digits(made)[2:])
        if iban.is_valid(made):
            break
    return made


def _card(_: str, value: str, keyed: Keyed) -> str:
    from stdnum import luhn  # noqa: PLC0415 - heavy

    drawn = _digits(value)[:4] + _digits(scrambled(value, _chance("card", value, keyed)))[4:]
    return _with_digits(value, drawn[:-1] + luhn.calc_check_digit(drawn[:-1]))


def _telephone(kind: str, value: str, keyed: Keyed) -> str:
    digits = _digits(value)
    made = _story_number(value, digits, keyed.numbers(kind, digits[-9:]))
    if made is not None:
        return _with_digits(value, made)
    places = [at for at, char in enumerate(value) if char.isdigit()]
    return _until(_detected(kind, value), kind, value, keyed, keep=places[2] if len(places) > 8 else 0)


def _story_number(value: str, digits: str, chance: Iterator[int]) -> str | None:
    """The digits with those of a number that is kept for stories in place of the subscriber's."""
    if len(digits) >= 10 and (match := _MOBILE.match(value) or _BRITISH.match(value)):
        ranges = _MOBILES if match.re is _MOBILE else _AREAS
        before = _digits(match[1])
        if len(digits) - len(before) == 10:
            return before + ranges[next(chance) % len(ranges)] + _drawn(chance, 3)
    if _AMERICAN.fullmatch(value):
        area = _AMERICAN_AREAS[next(chance) % len(_AMERICAN_AREAS)]
        return f"{digits[:-10]}{area}55501{_drawn(chance, 2)}"
    return None


def _drawn(chance: Iterator[int], count: int) -> str:
    return "".join(str((next(chance) * 256 + next(chance)) % 10) for _ in range(count))


def _mail(_: str, value: str, keyed: Keyed) -> str:
    local, _sign, domain = value.rpartition("@")
    return f"{_local(local, keyed)}@{_domain(domain, keyed)}"


def _local(local: str, keyed: Keyed) -> str:
    """The words of a mailbox are replaced as the words of a name are: `ann.cole` goes with Ann Cole."""
    return re.sub(r"[^\W\d_]+", lambda part: name_word(part[0], keyed), local)


def name_word(written: str, keyed: Keyed) -> str:
    chance = keyed.numbers("person", fold(written))
    made = word(chance, len(written), taken=lambda made: is_ordinary(made) or is_first_name(made))
    return in_the_case_of(made, written)


def _domain(domain: str, keyed: Keyed) -> str:
    """A domain below one that nobody can have (RFC 2606)."""
    return f"{_made(domain.split('.', maxsplit=1)[0], 'domain ' + domain.casefold(), keyed)}.example"


def _made(original: str, kind: str, keyed: Keyed) -> str:
    chance = keyed.numbers(kind, original.casefold())
    return word(chance, len(original), taken=lambda made: made == original.casefold())


def _host(_: str, value: str, keyed: Keyed) -> str:
    return _domain(value, keyed)


def _birth(kind: str, value: str, keyed: Keyed) -> str:
    """Another day of another year, the same however it is written; so the month stays.

    A day of two digits stays one of two digits, none is above 28.
    """
    day = next((day for day, *_ in dates(value)), None)
    if day is None:
        return _scramble(kind, value, keyed)
    chance = keyed.numbers(kind, day.isoformat())
    year, other = str(1940 + next(chance) % 60), next(chance)
    number = 1 + other % 9 if day.day < 10 else 10 + other % 19
    made = _YEAR.sub(year, value, count=1)
    parts = list(re.finditer(r"(?<!\d)\d{1,2}(?!\d)", made))
    if not parts:
        return made
    first_is_year = bool(_YEAR.match(made))
    part = parts[-1] if first_is_year or (len(parts) > 1 and int(parts[1][0]) > 12) else parts[0]
    return f"{made[: part.start()]}{number:0{len(part[0])}d}{made[part.end() :]}"


def _secret(kind: str, value: str, keyed: Keyed) -> str:
    """A secret that opens nothing; what tells its maker stays, and so do the lines around a private key."""
    if value.startswith("-----BEGIN"):
        body = _KEY_LINES.split(value)[1]
        return value.replace(body, _key_body(kind, body, keyed)) if body.strip() else value
    prefix = _PREFIXED.match(value)
    return scrambled(value, _chance(kind, value, keyed), keep=prefix.end() if prefix else 0)


def _key_body(kind: str, body: str, keyed: Keyed) -> str:
    """The body of a key: line ends stay, escaped ones too."""
    chance = _chance(kind, re.sub(r"\\[nrt]", "", body), keyed)
    pieces = _ESCAPE.split(body)
    return "".join(piece if at % 2 else scrambled(piece, chance) for at, piece in enumerate(pieces))


def _address(kind: str, value: str, keyed: Keyed) -> str:
    """An IP address of those that nobody has: for measurements and for documents (RFC 2544, RFC 3849)."""
    chance = _chance(kind, value, keyed)
    if ":" in value:
        return f"2001:db8:{next(chance):x}::{next(chance):x}{next(chance):02x}"
    return f"198.{18 + next(chance) % 2}.{next(chance)}.{next(chance)}"


def _street(kind: str, value: str, keyed: Keyed) -> str:
    """A street and a town that are on no map: the kind of street stays."""

    def instead(part: re.Match[str]) -> str:
        if part[0].casefold() in _STREET_WORDS:
            return part[0]
        if part[0].isalpha() and len(part[0]) > 2:
            return in_the_case_of(_made(part[0], kind, keyed), part[0])
        return scrambled(part[0], keyed.numbers(kind, part[0].casefold()))

    return re.sub(r"\w+", instead, value)


def _wallet(kind: str, value: str, keyed: Keyed) -> str:
    """An address of the same letters whose check digits are wrong, so that no money ever gets there."""
    chance = _chance(kind, value, keyed)
    keep = 2 if value.startswith("0x") else 3 if value.startswith("bc1") else 1
    letters = _HEX if keep == 2 else _BASE58.replace("b", "") if keep == 3 else _BASE58
    made = value[:keep]
    for char in value[keep:]:
        drawn = next(chance) * 256 + next(chance)
        letter = letters[drawn % len(letters)]
        capital = letter.upper().replace("I", "J").replace("O", "P")
        made += (capital if char.isupper() else letter) if char.isalpha() else str(2 + drawn % 8)
    return made


_FORMS: Mapping[str, Callable[[str, str, Keyed], str]] = {
    "email": _mail,
    "domain": _host,
    "phone": _telephone,
    "iban": _iban,
    "card": _card,
    "national id": _number,
    "document": _document,
    "date of birth": _birth,
    "secret": _secret,
    "ip address": _address,
    "street": _street,
    "wallet": _wallet,
}
