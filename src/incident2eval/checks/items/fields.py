"""What a field of an item is, by its name and its value: a decision, a key, a mark of a person, a text."""

import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

from incident2eval.checks.figures.tables import number_in
from incident2eval.detection.text.wording import key_words, vocabulary
from incident2eval.model import JSON

_KEYS = vocabulary("id ids ref refs reference key uuid guid no nr num number seq")
"""Last words of names that say which item it is."""
_KEYS_ALONE = vocabulary("line row index item position")
"""Names that say so where no other word stands beside them: a product line does not."""
_PERSON = vocabulary(
    "name names forename forenames firstname lastname surname fullname initials salutation honorific pronoun "
    "pronouns gender sex age dob birth birthday birthdate nationality citizenship ethnicity ethnic race "
    "religion faith marital married pregnant pregnancy maternity disability orientation photo picture "
    "portrait avatar accent"
)
_NAMES = vocabulary("name names forename forenames firstname lastname surname fullname")
_CONTACT = vocabulary("email mail phone telephone tel mobile fax website url linkedin")
_PLACE = vocabulary("address street house postcode zip postal city town suburb")
_WHEN = vocabulary(
    "received submitted created updated modified applied filed logged registered issued decided processed "
    "evaluated timestamp ts datetime"
)
_TECHNICAL = vocabulary("trace span latency elapsed ms token tokens checksum hash etag")
_OF_SOMEBODY = vocabulary(
    "applicant applicants candidate customer client contact employee patient tenant guest student claimant "
    "member holder user person company firm business trading borrower insured driver owner author sender "
    "debtor first last middle full given family maiden preferred display legal own title prefix suffix "
    "status group band range bracket year years of the date day at on as in"
)
"""Words that may stand beside those that say so: `applicant_age`, `date_of_birth`."""
_ALONE = vocabulary(
    "title applicant candidate customer client contact employee patient tenant guest student claimant member "
    "holder person borrower insured driver debtor"
)
"""Names that say so where no other word stands beside them."""
_TEXT = vocabulary(
    "reason reasons comment comments note notes explanation rationale justification summary message text "
    "description details remark remarks feedback narrative letter body advice why because wording headline"
)
_CLASSES = vocabulary(
    "decision outcome status class classification verdict result grade tier band category action "
    "recommendation route queue level priority type state disposition eligibility rating plan code"
)
"""Last words of names whose values are choices even in two or three words: `manual review`."""
_MEASURES = vocabulary(
    "score scores points confidence probability likelihood certainty weight similarity rank"
)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_BLANK = frozenset({"", "none", "null", "n/a", "-"})
_EXACT = 2.0**53
"""Beyond it a float no longer tells whole numbers apart."""


@lru_cache(maxsize=4_000)
def is_key(name: str) -> bool:
    """Whether a field says by its name which item it is: `ref`, `application_id`, `Claim no`."""
    words = key_words(name)
    return bool(words) and (words[-1] in _KEYS or (len(words) == 1 and words[0] in _KEYS_ALONE))


def is_person(name: str) -> bool:
    """Whether a field holds somebody's name."""
    words = key_words(name)
    return bool(_NAMES.intersection(words)) and _within(words, _NAMES | _OF_SOMEBODY)


@lru_cache(maxsize=4_000)
def must_not_matter(name: str, *, places: bool) -> bool:
    """Whether like cases may differ in a field: ids, who somebody is, how to reach them, when it came in.

    Args:
        name: The field's name.
        places: Whether where somebody lives is among it. For a parcel or a house it matters.
    """
    words = key_words(name)
    marks = _PERSON | _CONTACT | _WHEN | _TECHNICAL | (_PLACE if places else frozenset())
    if is_key(name) or (len(words) == 1 and words[0] in _ALONE) or words == ("as", "of"):
        return True
    return bool(marks.intersection(words)) and _within(words, marks | _KEYS | _OF_SOMEBODY)


def _within(words: Iterable[str], allowed: Collection[str]) -> bool:
    return all(word in allowed for word in words)


def is_text(name: str, value: JSON) -> bool:
    """Whether a value is wording rather than a choice: several words, or a reason in one."""
    words = key_words(name)
    if _TEXT.intersection(words):
        return True
    most = 3 if is_class(name) else 1
    said = value if isinstance(value, list) else [value]
    return any(isinstance(one, str) and len(one[:200].split()) > most and not is_number(one) for one in said)


def is_class(name: str) -> bool:
    """Whether a field says by its name that it holds one of a few choices."""
    words = key_words(name)
    return bool(words) and words[-1] in _CLASSES


def is_measure(name: str) -> bool:
    """Whether a field holds what a decision is made from rather than the decision."""
    return bool(_MEASURES.intersection(key_words(name)))


def decides(name: str, value: JSON) -> bool:
    """Whether a field holds a decision: a choice, an amount, a yes or no."""
    if is_text(name, value) or (isinstance(value, str) and _MOMENT.match(value)):
        return False
    return not must_not_matter(name, places=True)


def is_number(text: str) -> bool:
    """Whether a text is a number with its unit: `3,600 GBP`, `12 months`."""
    return number_in("value", text.strip()) is not None


def canonical(value: JSON) -> JSON:
    """A value as it is compared: numbers and words without their dress; nothing, zero and no are alike."""
    if isinstance(value, (list, tuple)):
        return tuple(sorted(map(str, map(canonical, value)))) or None
    if isinstance(value, Mapping):
        return tuple(sorted((str(key), str(canonical(inner))) for key, inner in value.items())) or None
    if isinstance(value, str):
        return _plain(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value or None
    return float(value) or None if abs(value) < _EXACT else str(value)


def _plain(text: str) -> JSON:
    number = number_in("value", text.strip())
    if number is None:
        plain = " ".join(text.split()).casefold().rstrip(".")
        return None if plain in _BLANK else plain
    if number.number and number.unit and not number.unit.is_money:
        return f"{number.number:g} {number.unit.kind} {number.unit.size:g}"
    return number.number or None


def differ(values: Iterable[JSON]) -> bool:
    """Whether values are not all the same."""
    return len({repr(canonical(value)) for value in values}) > 1
