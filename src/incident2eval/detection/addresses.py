"""E-mail addresses and telephone numbers as they are compared: no display names, tags or spaces."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from incident2eval.detection.text.views import plain
from incident2eval.detection.text.wording import vocabulary

_MAIL = re.compile(r"(?<![\w.+%'-])[\w.+%'-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w-])")
_TELEPHONE = re.compile(r"(?:\+|00|\()?\d[\d ()./\u00a0-]{5,24}\d")
_PREFIX = re.compile(r"\s*(?:tel|sms|whatsapp|phone|mobile|fax)\s*:\s*", re.IGNORECASE)
_EXTENSION = re.compile(r"\s*(?:x|ext\.?|extension)\s*\d{1,6}\s*\Z", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d\d-\d\d|\d\d?[./]\d\d?[./]\d{4}")
_FEWEST_DIGITS = 7
_LONGEST_PREFIX = 3
_LONGEST = 2_000
_FREE_NAMES = vocabulary(
    "gmail googlemail outlook hotmail live msn yahoo ymail rocketmail icloud me mac aol gmx web t-online "
    "proton protonmail pm mail email inbox mail2 yandex zoho fastmail hey tutanota tuta posteo mailbox "
    "orange wanadoo free laposte sfr libero virgilio tiscali btinternet sky talktalk virginmedia ntlworld "
    "blueyonder comcast verizon att sbcglobal cox charter earthlink bellsouth shaw rogers qq 163 126 naver "
    "daum hanmail rediffmail uol bol terra sapo telenet skynet ziggo kpnmail xs4all bluewin seznam wp onet "
    "o2 interia bigpond optusnet example"
)
"""Names of domains where anybody may have an address."""
_SECOND_LEVELS = vocabulary("co com org net ac gov")


@dataclass(frozen=True, slots=True)
class Address:
    """An e-mail address or a telephone number, and how it was written."""

    key: str
    """What it is compared by."""
    written: str

    @property
    def domain(self) -> str:
        """The domain of an e-mail address, else nothing."""
        return self.key.partition("@")[2]

    @property
    def place(self) -> str:
        """Where to look for the same address: it may be written with and without a country's prefix."""
        return self.key if "@" in self.key else self.key[-_FEWEST_DIGITS:]

    def is_same(self, other: "Address") -> bool:
        """Whether they reach the same: telephone numbers with and without the country's prefix do."""
        if self.key == other.key or "@" in self.key or "@" in other.key:
            return self.key == other.key
        short, long = sorted((self.key.removeprefix("0"), other.key.removeprefix("0")), key=len)
        return (
            len(short) >= _FEWEST_DIGITS
            and long.endswith(short)
            and len(long) - len(short) <= _LONGEST_PREFIX
        )


def mails(text: str) -> Iterator[Address]:
    """Every e-mail address in a text."""
    if "@" not in text and "%40" not in text:
        return
    for match in _MAIL.finditer(plain(unquote(text) if "%40" in text else text)):
        local, _, domain = match[0].casefold().partition("@")
        local = local.partition("+")[0] or local
        if domain.partition(".")[0] in {"gmail", "googlemail"}:
            local, domain = local.replace(".", ""), "gmail.com"
        yield Address(f"{local}@{domain}", match[0])


def telephones(text: str) -> Iterator[Address]:
    """The telephone numbers of a text that holds nothing else; several stand with commas or semicolons."""
    text = text[:_LONGEST]
    for part in re.split(r"[;,|\n]", text if text.isascii() else plain(text)):
        number = _EXTENSION.sub("", _PREFIX.sub("", part)).strip()
        if not _TELEPHONE.fullmatch(number) or _DATE.fullmatch(number):
            continue
        digits = "".join(char for char in number.replace("(0)", "") if char.isdecimal())
        if len(digits) >= _FEWEST_DIGITS:
            yield Address(digits.removeprefix("00"), number)


def is_free_mail(domain: str) -> bool:
    """Whether anybody may have an address there: `gmail.com`, `hotmail.co.uk`."""
    labels = [label for label in domain.split(".")[:-1] if label not in _SECOND_LEVELS]
    return bool(labels) and labels[-1] in _FREE_NAMES
