"""Numbers and addresses that identify somebody by their label or form alone, and secrets beyond tokens."""

import re
from collections.abc import Iterator
from importlib import import_module
from ipaddress import AddressValueError, IPv6Address
from typing import Any

from incident2eval.detection.names.ordinary import is_ordinary
from incident2eval.detection.names.use import CALENDAR
from incident2eval.detection.people import is_first_name
from incident2eval.detection.text.wording import fold

_QUOTES = r"[\\\"'*`]{0,3}"
_BEHIND = (
    rf"{_QUOTES}(?:\s?\([^()\n]{{1,20}}\))?"
    r"(?:\s(?:for|of|the|your|her|his|my|their|our|on|file|to|new|old|refund|payment)){0,4}"
    rf"\s{{0,3}}(?:[:=#]|\bis\b:?|\bno\.?|\bwas\b)?\s{{0,3}}{_QUOTES}"
)
"""What may stand between a label and its value."""
_NUMBER = r"(?: (?:number|no|nr|num)\.?)?"


def _labelled(label: str, value: str) -> re.Pattern[str]:
    """A value behind its label; a blank of the label may be `_` or nothing: `nhs_number`, `sortCode`."""
    named = label.replace(" ", "[ _-]?")
    return re.compile(rf"(?<![^\W_])(?:{named}){_BEHIND}({value})(?![^\W_])", re.IGNORECASE)


_BY_LABEL = (
    ("account", _labelled(rf"(?:bank )?(?:account|acct|a/c){_NUMBER}", r"\d(?:[ -]?\d){5,16}")),
    ("account", _labelled(r"sort code", r"\d\d[- ]?\d\d[- ]?\d\d")),
    ("account", _labelled(rf"(?:routing|aba){_NUMBER}", r"\d{9}")),
    ("document", _labelled(rf"passport{_NUMBER}", r"[A-Z]{0,2}\d{6,9}[A-Z]?")),
    (
        "document",
        _labelled(
            rf"(?:driv(?:ing|er'?s?) licen[cs]e|dvla|licen[cs]e){_NUMBER}", r"[A-Z0-9](?:[ -]?[A-Z0-9]){5,19}"
        ),
    ),
    (
        "document",
        _labelled(
            r"(?:vat|tax|tin|utr|ein|eori|ust id(?:nr)?)(?: (?:registration|identification|payer))?"
            r"(?: (?:id|number|no|nr|reference)\.?)?",
            r"[A-Z]{0,3}\d(?:[ -]?\d){6,14}[A-Z]?|[A-Z]{0,2}\d[A-Z0-9]{6,14}",
        ),
    ),
    (
        "document",
        _labelled(
            rf"(?:ssn|social security|nhs|national insurance|ni|nino|medicare|patient){_NUMBER}",
            r"[A-Z]{0,2}\d(?:[ -]?[A-Z0-9]){6,12}",
        ),
    ),
    ("postcode", _labelled(r"(?:zip|postal)(?: code)?|post code|plz", r"[A-Z0-9](?:[ -]?[A-Z0-9]){3,9}")),
)
_AREAS = (
    "A[BL]|B[ABDHLNRST]?|C[ABFHMORTVW]|D[ADEGHLNTY]|E[CHNX]?|F[KY]|G[LUY]?|H[ADGPRSUX]|I[GMPV]|JE|K[ATWY]"
    "|L[ADELNSU]?|M[EKL]?|N[EGNPRW]?|O[LX]|P[AEHLOR]|R[GHM]|S[AEGKLMNOPRSTWY]?|T[ADFNQRSW]|UB|W[ACDFNRSV]?"
    "|YO|ZE"
)
"""Areas of British postcodes."""
_POSTCODE = rf"(?:{_AREAS})\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{{2}}(?![^\W_])"
_BY_FORM = (
    (
        "secret",
        re.compile(
            r"(?<![A-Za-z0-9])(?:AIza[\w-]{35}|[sprw]k_(?:live|test)_[A-Za-z0-9]{10,99}"
            r"|ya29\.[\w-]{20,400}|hf_[A-Za-z0-9]{30,60}|dop_v1_[a-f0-9]{64}|whsec_[A-Za-z0-9+/=]{20,99}"
            r"|shpat_[a-f0-9]{32}|hooks\.slack\.com/services/[\w/]{20,80})(?![A-Za-z0-9])"
        ),
    ),
    (
        "account",  # a British sort code and the account behind it
        re.compile(r"(?<![\w./-])\d\d-\d\d-\d\d,? (?:account:? )?\d{8}(?![\w-])", re.IGNORECASE),
    ),
    (
        "phone",
        re.compile(
            r"(?<![\w.+/-])(?=(?:\D{0,2}\d){9,12}(?!\D?\d))\(?0\d{2,4}\)?(?:[ -]\d{3,6}){1,3}(?![\w-])"
        ),
    ),
    ("phone", re.compile(r"(?<![\w.+/-])07[1-9]\d{8}(?![\w-])")),
    (
        "phone",
        re.compile(r"(?<![\w.+/-])(?:\([2-9]\d\d\) ?|[2-9]\d\d([.-]))[2-9]\d\d(?(1)\1|-)\d{4}(?![\w.-]?\w)"),
    ),
    ("postcode", re.compile(rf"(?<![^\W_]){_POSTCODE}")),
    (
        "document",  # a British driving licence: surname, birth, initials
        re.compile(
            r"(?<![^\W_])(?=[A-Z])[A-Z9]{5}\d[0156]\d(?:0[1-9]|[12]\d|3[01])\d[A-Z9]{2}\d[A-Z]{2}(?![^\W_])"
        ),
    ),
    (
        "ip address",
        re.compile(
            r"(?:(?<![\w./-])|(?<=://))(?!127\.0\.0\.1|0\.0\.0\.0|255\.)"
            r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w-]|\.\d)"
        ),
    ),
)
_STREET = re.compile(
    r"(?<![\w.,\u00a3$\u20ac#-])(?:(?:Flat|Apt|Apartment|Unit|Suite|Room) [\dA-Z]{1,5},? )?"
    r"\d{1,5}[A-Za-z]?,? (?:[^\W\d_a-z][\w'\u2019-]{1,20} ){1,4}"
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Close|Drive|Dr|Court|Ct|Crescent|Terrace|Place|Pl|Square|Sq"
    r"|Gardens|Grove|Hill|Mews|Way|Walk|Row|Rise|View|Park|Boulevard|Blvd|Parade|Quay|Wharf|Yard|Green)\b"
    r"|(?<![^\W_])[^\W\d_a-z][\w-]{2,25}(?:stra(?:ß|ss)e|straat|gasse|weg|laan) \d{1,4}[a-z]?\b"
)
_TOWN = re.compile(
    r",(?:[ ]|\n)([^\W\d_a-z][^\W\d_]{1,20})((?:[ -][^\W\d_a-z][^\W\d_]{1,20}){0,2})"
    rf"(?:,? (?:[A-Z]{{2}} \d{{5}}(?!\w)|{_POSTCODE}))?(?=[.,;:)\"'\\|<\n]|[ ][a-z]|\Z)"
)
"""The town behind a street, and a postcode behind that."""
_NO_TOWN = CALENDAR | frozenset(
    "mr mrs ms miss dr prof please the we our you your i he she they it if".split()
)
_CHECKED = tuple(
    (kind, re.compile(rf"(?<![^\W_])(?:{form})(?![^\W_])"), module)
    for kind, form, module in (
        ("wallet", r"bc1[a-z0-9]{25,60}|[13][1-9A-HJ-NP-Za-km-z]{25,34}", "bitcoin"),
        ("wallet", r"0x[0-9a-fA-F]{40}", ""),
        ("document", r"GB ?\d{3} ?\d{4} ?\d\d", "gb.vat"),
        ("document", r"DE ?\d{9}", "de.vat"),
        ("document", r"[1-9]\d{10}", "de.idnr"),
    )
)
"""What is one only with the right check digits: kind, form, module of stdnum."""
_IPV6 = re.compile(r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])")
_IS_VERSION = re.compile(
    r"(?i:version|release|build|rv|ver|\bv|update|firmware|sdk)\W{0,3}\Z"
    r"|(?<![^\W_])(?!IP|Ip|From|Addr|Host|Client|Server|Remote|Login|At|Via|Source|Peer)"
    r"[A-Z][A-Za-z]{1,30}\]? \Z"
)
"""What stands before a number of four parts that is a program's: `Firefox 2.0.0.14`."""

_KEY_BEGINS = re.compile(r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_KEY_ENDS = re.compile(r"-----END [A-Z ]{0,40}KEY(?: BLOCK)?-----")
_KEY_BODY = re.compile(r"(?:(?:\s|\\[nr])*+[A-Za-z0-9+/=]{16,}+)*+")
_LONGEST_KEY = 20_000
_PASSWORD = re.compile(
    r"(?<!\w)(?:\w{1,30}[_-])?(?:pass(?:word|wd|phrase|code)|pwd|secret(?:[ _-]?key)?"
    r"|(?:api|access|private|signing|encryption)[ _-]?key"
    r"|(?:access|auth|api|bearer|refresh|session)[ _-]?token"
    r"|client[ _-]?secret|pin)"
    rf"{_QUOTES}\s{{0,3}}(?:((?:\bis\b)?[:=])|\bis\b|(?=[\"'`]))\s{{0,3}}{_QUOTES}([^\s\"'`<>]{{4,4000}})",
    re.IGNORECASE,
)
_INSIDE = (
    re.compile(r"(?<![^\W_])(?:Bearer|Basic|Token)[ :]{1,2}([A-Za-z0-9][\w.~+/=-]{15,4000})", re.IGNORECASE),
    re.compile(r"(?<!\w)[a-z][a-z0-9+.-]{1,20}://([^\s:/@\"'<>]{0,100}:[^\s@/\"'<>]{1,200})@", re.IGNORECASE),
    re.compile(
        r"secret[ _-]?(?:access[ _-]?)?key.{0,5}?[:=\"'\s]{1,6}([A-Za-z0-9/+=]{40})(?![A-Za-z0-9/+=])",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?<![^\W_])token{_QUOTES}\s?[:=]\s?{_QUOTES}(?=[\w.~+/=-]{{0,99}}[A-Za-z])([\w.~+/=-]{{16,4000}})",
        re.IGNORECASE,
    ),
)
"""Secrets inside what tells them: a header, an address, a label."""
_AUTHORIZED = re.compile(
    rf"(?<![^\W_])authorization{_QUOTES}\s?[:=]\s?{_QUOTES}(?!authorization)"
    r"(?:[A-Za-z]{3,12} )?([^\s\"'`<>\\]{8,4000})",
    re.IGNORECASE,
)
_NOTHING = {"undefined", "missing", "redacted", "[redacted]", "unknown", "<redacted>"}
_ELSEWHERE = re.compile(r"\$|%|\{\{|\[|os\.|process\.env|env\b|getenv|https?://", re.IGNORECASE)
"""How a value begins that is none: a variable, a place to fill in, an address."""


def identifiers(text: str) -> Iterator[tuple[str, int, int]]:
    """Kind, start and end of everything in a text that identifies somebody by its label or its form."""
    for kind, form in _BY_FORM:
        for match in form.finditer(text):
            if kind != "ip address" or not _IS_VERSION.search(
                text[max(0, match.start() - 35) : match.start()]
            ):
                yield (kind, *match.span())
    for kind, form in _BY_LABEL:
        for match in form.finditer(text):
            if any(map(str.isdigit, match[1])):
                yield (kind, *match.span(1))
    yield from (("street", match.start(), _end_of_address(text, match)) for match in _STREET.finditer(text))
    yield from _checked(text)
    yield from (("ip address", *match.span()) for match in _IPV6.finditer(text) if _is_ipv6(match[0]))
    yield from (("secret", start, end) for start, end in credentials(text))


def credentials(text: str) -> Iterator[tuple[int, int]]:
    """Where secrets stand that a label, an address or lines around them tell."""
    yield from _private_keys(text)
    for match in _PASSWORD.finditer(text):
        value = match[2].rstrip(".,;)]}\\")
        if len(value) > 3 and _opens_something(value, labelled=bool(match[1])):
            yield match.start(2), match.start(2) + len(value)
    for form in _INSIDE:
        for match in form.finditer(text):
            if any(map(str.isdigit, match[1])) or ":" in match[1]:
                yield match.span(1)
    for match in _AUTHORIZED.finditer(text):
        if not _ELSEWHERE.match(match[1]):
            yield match.span(1)
    for kind, form in _BY_FORM:
        if kind == "secret":
            yield from (match.span() for match in form.finditer(text))


def _private_keys(text: str) -> Iterator[tuple[int, int]]:
    """Whole keys with their first and last lines; of one that is cut off what there is."""
    at = 0
    while begin := _KEY_BEGINS.search(text, at):
        last = text.find("-----END ", begin.end(), begin.end() + _LONGEST_KEY)
        end = _KEY_ENDS.match(text, last) if last >= 0 else None
        body = _KEY_BODY.match(text, begin.end())
        at = end.end() if end else body.end() if body else begin.end()
        yield begin.start(), at


def _end_of_address(text: str, street: re.Match[str]) -> int:
    """Where an address ends that begins with a street: behind the town and the postcode, if they follow."""
    town = _TOWN.match(text, street.end())
    if not town or fold(town[1]) in _NO_TOWN or (town[2] and is_first_name(town[1])):
        return street.end()
    return town.end()


def _checked(text: str) -> Iterator[tuple[str, int, int]]:
    for kind, form, name in _CHECKED:
        module: Any = None
        for match in form.finditer(text):
            module = module or (import_module(f"stdnum.{name}") if name else None)
            if module is None or module.is_valid(match[0]):
                yield (kind, *match.span())


def _is_ipv6(written: str) -> bool:
    """Whether it is an address, and no time of day and no name of C++."""
    if sum(map(bool, written.split(":"))) < 3:
        return False
    try:
        return bool(IPv6Address(written))
    except AddressValueError:
        return False


def _opens_something(value: str, *, labelled: bool) -> bool:
    """Whether a value behind a label is a secret, and not the word `required`."""
    if _ELSEWHERE.match(value) and not labelled:
        return False
    if any(map(str.isdigit, value)):
        return not set(value) <= set("*\u2022.x0")
    return (
        labelled
        and len(value) >= 6
        and not _ELSEWHERE.match(value)
        and not is_ordinary(value.casefold())
        and value.casefold() not in _NOTHING
    )
