"""Numbers and addresses that identify somebody by their label or form alone, and secrets beyond tokens."""

import re
from collections.abc import Iterator

from incident2eval.detection.names.ordinary import is_ordinary

_BEHIND = r"[\"'*`]{0,2}\s{0,3}(?:[:=#]|\bis\b|\bno\.?|\bwas\b)?\s{0,3}[\"'*`]{0,2}"
"""What may stand between a label and its value."""
_NUMBER = r"(?: (?:number|no|nr|num)\.?)?"


def _labelled(label: str, value: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_])(?:{label}){_BEHIND}({value})(?![^\W_])", re.IGNORECASE)


_BY_LABEL = (
    ("account", _labelled(rf"(?:bank )?(?:account|acct|a/c){_NUMBER}", r"\d(?:[ -]?\d){6,16}")),
    ("account", _labelled(r"sort[ -]?code", r"\d\d[- ]?\d\d[- ]?\d\d")),
    ("account", _labelled(rf"(?:routing|aba){_NUMBER}", r"\d{9}")),
    ("document", _labelled(rf"passport{_NUMBER}", r"[A-Z]{0,2}\d{6,9}[A-Z]?")),
    (
        "document",
        _labelled(
            rf"(?:driv(?:ing|er'?s?)[ -]?licen[cs]e|dvla|licen[cs]e){_NUMBER}",
            r"[A-Z0-9](?:[ -]?[A-Z0-9]){5,19}",
        ),
    ),
    (
        "document",
        _labelled(
            r"(?:vat|tax|tin|utr|ein|eori|ust-?id(?:nr)?)(?: (?:registration|identification|payer))?"
            r"(?: ?(?:id|number|no|nr|reference)\.?)?",
            r"[A-Z]{0,3}\d(?:[ -]?[A-Z0-9]){6,14}",
        ),
    ),
    (
        "document",
        _labelled(
            rf"(?:ssn|social security|nhs|national insurance|ni|nino|medicare|patient){_NUMBER}",
            r"[A-Z]{0,2}\d(?:[ -]?[A-Z0-9]){6,12}",
        ),
    ),
    ("postcode", _labelled(r"(?:zip|postal)(?: ?code)?|postcode|plz", r"[A-Z0-9](?:[ -]?[A-Z0-9]){3,9}")),
)
_BY_FORM = (
    (
        "secret",
        re.compile(
            r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----.{0,20000}?"
            r"(?:-----END [A-Z ]{0,40}KEY(?: BLOCK)?-----|\Z)",
            re.DOTALL,
        ),
    ),
    (
        "secret",
        re.compile(
            r"(?<![A-Za-z0-9])(?:AIza[\w-]{35}|[sprw]k_(?:live|test)_[A-Za-z0-9]{10,99}|github_pat_\w{22,255}"
            r"|ya29\.[\w-]{20,400}|hf_[A-Za-z0-9]{30,60}|dop_v1_[a-f0-9]{64}|whsec_[A-Za-z0-9+/=]{20,99}"
            r"|shpat_[a-f0-9]{32}|hooks\.slack\.com/services/[\w/]{20,80})(?![A-Za-z0-9])"
        ),
    ),
    ("phone", re.compile(r"(?<![\w.+/-])\(?0\d{2,4}\)?(?:[ -]\d{3,4}){1,3}(?![\w-])")),
    ("postcode", re.compile(r"(?<![^\W_])[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}(?![^\W_])")),
    (
        "street",
        re.compile(
            r"(?<![\w.,\u00a3$\u20ac#-])(?:(?:Flat|Apt|Apartment|Unit|Suite|Room) [\dA-Z]{1,5},? )?"
            r"\d{1,5}[A-Za-z]?,? (?:[^\W\d_a-z][\w'\u2019-]{1,20} ){1,4}"
            r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Close|Drive|Dr|Court|Ct|Crescent|Terrace|Place|Pl|Square|Sq|Gardens|Grove|Hill|Mews|Way|Walk|Row|Rise|View|Park|"
            r"Boulevard|Blvd|Parade|Quay|Wharf|Yard|Green)\b"
            r"|(?<![^\W_])[^\W\d_a-z][\w-]{2,25}(?:stra(?:ß|ss)e|straat|gasse|weg|laan) \d{1,4}[a-z]?\b"
        ),
    ),
    (
        "ip address",
        re.compile(
            r"(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?!\.?\w)"
            r"|(?<![\w:])(?:[0-9A-Fa-f]{1,4}:){2,7}(?::?[0-9A-Fa-f]{1,4}){1,6}(?![\w:])"
        ),
    ),
    (
        "wallet",
        re.compile(
            r"(?<![^\W_])(?:bc1[a-z0-9]{25,60}|[13][1-9A-HJ-NP-Za-km-z]{26,34}|0x[0-9a-fA-F]{40})(?![^\W_])"
        ),
    ),
)
_PASSWORD = re.compile(
    r"(?<!\w)(?:pass(?:word|wd|phrase|code)|pwd|secret(?:[ _-]?key)?"
    r"|(?:api|access|private|signing)[ _-]?key|(?:access|auth|api|bearer|refresh|session)[ _-]?token|client[ _-]?secret|pin)"
    r"[\"'*`]{0,2}\s{0,3}(?:([:=])|\bis\b)\s{0,3}[\"'*`]{0,2}([^\s\"'`<>,;(){}\[\]]{4,200})",
    re.IGNORECASE,
)
_INSIDE = (
    re.compile(r"(?<![^\W_])(?:Bearer|Basic|Token)[ :]{1,2}([A-Za-z0-9][\w.~+/=-]{15,4000})", re.IGNORECASE),
    re.compile(r"[a-z][a-z0-9+.-]{1,20}://([^\s:/@\"'<>]{0,100}:[^\s@/\"'<>]{1,200})@", re.IGNORECASE),
    re.compile(
        r"secret[ _-]?(?:access[ _-]?)?key.{0,5}?[:=\"'\s]{1,6}([A-Za-z0-9/+=]{40})(?![A-Za-z0-9/+=])",
        re.IGNORECASE,
    ),
)
"""Secrets inside what tells them: a header, an address, a label."""
_NOTHING = {"undefined", "missing", "redacted", "[redacted]", "unknown", "<redacted>"}


def identifiers(text: str) -> Iterator[tuple[str, int, int]]:
    """Kind, start and end of everything in a text that identifies somebody by its label or its form."""
    for kind, form in _BY_FORM:
        yield from ((kind, *match.span()) for match in form.finditer(text))
    for kind, form in _BY_LABEL:
        for match in form.finditer(text):
            if any(map(str.isdigit, match[1])):
                yield (kind, *match.span(1))
    for match in _PASSWORD.finditer(text):
        if _opens_something(match[2], labelled=bool(match[1])):
            yield ("secret", *match.span(2))
    for form in _INSIDE:
        for match in form.finditer(text):
            if any(map(str.isdigit, match[1])) or ":" in match[1]:
                yield ("secret", *match.span(1))


def _opens_something(value: str, *, labelled: bool) -> bool:
    """Whether a value behind a label is a secret, and not the word `required`."""
    if any(map(str.isdigit, value)):
        return not set(value) <= set("*\u2022.x0")
    return (
        labelled
        and len(value) >= 6
        and not is_ordinary(value.casefold())
        and value.casefold() not in _NOTHING
    )
