"""What an argument names: a record by its kind and id, a customer, or something else."""

import re
from functools import lru_cache

from incident2eval.detection.text.views import plain
from incident2eval.detection.text.wording import key_words, vocabulary

CUSTOMER = "customer"
"""The kind of all who may be customers: accounts, clients, tenants."""
_ID_WORDS = vocabulary("id ids ref refs reference number no num key code uuid identifier")
_CUSTOMERS = vocabulary("customer client account tenant owner organisation organization org company")
_RECORDS = vocabulary("record item entity object target subject row document resource")
"""Kinds that may be of any kind."""
_KINDS = vocabulary(
    "patient member employee applicant candidate supplier vendor payee beneficiary contact lead guest "
    "resident student claimant policyholder subscriber passenger holder landlord worker donor borrower "
    "order invoice bill ticket case booking appointment reservation claim policy shipment parcel "
    "consignment container delivery matter contract lease tenancy property unit card loan mandate "
    "subscription device asset vehicle deal project task payment refund chart prescription referral "
    "application enrolment engagement quote estimate permit licence license complaint incident visit "
    "deposit wallet iban meter site request transaction message thread job file"
)
_HOLDERS = vocabulary(
    "filter where data body fields arguments args params input payload json query update set values"
)
"""Keys around an id that say nothing of whose id it is."""
_PATHS = vocabulary("path url uri endpoint href link resource")
_ID = re.compile(r"[\w./:#@+-]{1,80}")
_PIECES = re.compile(r"[/:=?&#\s]+")
_LONGEST = 300


@lru_cache(maxsize=4_000)
def kind_of(path: str) -> str | None:
    """Which kind of record a key names: `invoice` for `lines.invoiceId`, `` for a bare `id`.

    Customers of all sorts are one kind, `customer`; None for keys that name none (`amount`, `assignee_id`).
    """
    words = telling_words(path)
    if not words:
        return "" if key_words(path) else None
    return _kind(words[-1])


@lru_cache(maxsize=4_000)
def telling_words(path: str) -> tuple[str, ...]:
    """The words of a key that say what it names: (invoice,) for `invoice_id` and `invoice.id`."""
    keys = [key for key in path.split(".") if not key.isdigit()]
    for key in reversed(keys[-2:]):
        words = tuple(word for word in key_words(key) if word not in _ID_WORDS)
        if words:
            return () if key is not keys[-1] and words[-1] in _HOLDERS else words
    return ()


def _kind(word: str) -> str | None:
    for noun in (word, word.removesuffix("s"), word.removesuffix("es"), f"{word.removesuffix('ies')}y"):
        if noun in _CUSTOMERS:
            return CUSTOMER
        if noun in _RECORDS:
            return ""
        if noun in _KINDS:
            return noun
    return None


def is_path(path: str) -> bool:
    """Whether a key holds an address inside a system: `url`, `resourcePath`."""
    return not _PATHS.isdisjoint(key_words(path)[-1:])


def as_id(value: object) -> str | None:
    """A value as ids are compared, without a scheme in front (`account:A1`); None where it is no id."""
    if isinstance(value, (bool, float)) or not isinstance(value, (str, int)) or len(str(value)) > _LONGEST:
        return None
    text = plain(str(value)).strip()
    if not _ID.fullmatch(text):
        return None
    return _PIECES.split(text.strip("/"))[-1].casefold() or None


def pieces(value: object) -> tuple[str, ...]:
    """The segments of a path or URL, as ids are compared."""
    text = plain(str(value)[:_LONGEST]).casefold()
    return tuple(piece for piece in _PIECES.split(text) if piece)
