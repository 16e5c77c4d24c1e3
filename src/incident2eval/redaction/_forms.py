"""A pseudonym for each kind of personal data: of the same shape, as valid as it was, and nobody's."""

import re
from collections.abc import Callable, Iterator, Mapping

from incident2eval.detection.personal import data, squeezed
from incident2eval.redaction._words import Keyed, scrambled, word

_TRIES = 3_000
"""Candidates that are made until one has the right check digits; one in 97 has the rarest ones."""
_KEY_LINES = re.compile(r"-----(?:BEGIN|END) [A-Z ]{0,40}KEY(?: BLOCK)?-----")
_PREFIXED = re.compile(
    r"(?:AKIA|ASIA|gh[pousr]_|github_pat_|glpat-|npm_|sk-(?:proj-|ant-)?|[rspw]k_(?:live|test)_|pypi-|SG\.|xox[abeoprs]-|AIza|eyJ)"
)
_LABELS: Mapping[str, str] = {
    "national id": "ssn nhs number nino utr tax id dni pesel bsn sin tfn: ",
    "phone": "phone: ",
    "date of birth": "born ",
}
_TELEPHONES = (
    (re.compile(r"(\+?44\D{0,3}|0)7\d"), "7700900", 3),
    (re.compile(r"(\+?44\D{0,3}|0)\d"), "1632960", 3),
)
"""Numbers that the regulator keeps for stories (Ofcom, numbers for drama use)."""
_AMERICAN = re.compile(r"\+?1?\D{0,3}[2-9]\d\d\D{0,3}[2-9]\d\d\D{0,2}\d{4}")
_YEAR = re.compile(r"(?:19|20)\d\d")


def pseudonym(kind: str, value: str, keyed: Keyed) -> str:
    """What stands for a value of that kind.

    Args:
        kind: As detection names it.
        value: As it stands in the text.
        keyed: The project's source of chance; the same value gets the same pseudonym however it is written.
    """
    return _FORMS.get(kind, _scramble)(kind, value, keyed)


def _chance(kind: str, value: str, keyed: Keyed, salt: int = 0) -> Iterator[int]:
    return keyed.numbers(kind, squeezed(value), str(salt))


def _scramble(kind: str, value: str, keyed: Keyed) -> str:
    return scrambled(value, _chance(kind, value, keyed))


def _valid(kind: str, value: str, keyed: Keyed, keep: int = 0) -> str:
    """A scrambled value that detection takes for one of the kind, where the value itself is."""
    label = _LABELS.get(kind, "")

    def is_one(made: str) -> bool:
        return any(one.kind == kind for one in data(label + made, {kind}))

    first = scrambled(value, _chance(kind, value, keyed), keep=keep)
    if not is_one(value):
        return first
    candidates = (scrambled(value, _chance(kind, value, keyed, salt), keep=keep) for salt in range(_TRIES))
    return next((made for made in candidates if is_one(made)), first)


def _number(kind: str, value: str, keyed: Keyed) -> str:
    """An identity number of the same form; of one with letters in front these stay, as they tell the kind."""
    return _valid(kind, value, keyed)


def _iban(_: str, value: str, keyed: Keyed) -> str:
    from stdnum import iban  # noqa: PLC0415 - heavy
    from stdnum.iso7064 import mod_97_10  # noqa: PLC0415 - heavy

    for salt in range(_TRIES):
        made = scrambled(value, _chance("iban", value, keyed, salt), keep=2)
        bare = squeezed(made).upper()
        digits = f"{98 - mod_97_10.checksum(bare[4:] + bare[:2] + '00') % 97:02d}"
        places = [at for at, char in enumerate(made) if char.isalnum()]
        made = "".join(
            digits[places.index(at) - 2] if at in places[2:4] else char for at, char in enumerate(made)
        )
        if iban.is_valid(made):
            return made
    return made


def _card(_: str, value: str, keyed: Keyed) -> str:
    from stdnum import luhn  # noqa: PLC0415 - heavy

    start = next(at for at, char in enumerate(value) if sum(map(str.isdigit, value[: at + 1])) == 4) + 1
    made = scrambled(value, _chance("card", value, keyed), keep=start)
    last = luhn.calc_check_digit(squeezed(made)[:-1])
    return made[:-1] + last if made[-1].isdigit() else made


def _telephone(kind: str, value: str, keyed: Keyed) -> str:
    chance = _chance(kind, re.sub(r"\D", "", value)[-9:], keyed)
    places = [at for at, char in enumerate(value) if char.isdigit()]
    digits = _story_number(value, "".join(value[at] for at in places), chance)
    if digits is None:
        return _valid(kind, value, keyed, keep=places[2] if len(places) > 8 else 0)
    return "".join(digits[places.index(at)] if at in places else char for at, char in enumerate(value))


def _story_number(value: str, digits: str, chance: Iterator[int]) -> str | None:
    """The digits with those of a number that is kept for stories in place of the subscriber's."""
    for form, story, free in _TELEPHONES:
        if (match := form.match(value)) and len(digits) - sum(map(str.isdigit, match[1])) == 10:
            return digits[:-10] + story + "".join(str(next(chance) % 10) for _ in range(free))
    if _AMERICAN.fullmatch(value):
        return f"{digits[:-7]}55501{next(chance) % 100:02d}"
    return None


def _mail(_: str, value: str, keyed: Keyed) -> str:
    local, _sign, domain = value.rpartition("@")
    return f"{_local(local, keyed)}@{_domain(domain, keyed)}"


def _local(local: str, keyed: Keyed) -> str:
    return re.sub(r"[^\W\d_]+", lambda part: _made(part[0], "mailbox", keyed), local)


def _domain(domain: str, keyed: Keyed) -> str:
    """A domain below one that nobody can have (RFC 2606)."""
    return f"{_made(domain.split('.', maxsplit=1)[0], 'domain ' + domain.casefold(), keyed)}.example"


def _made(original: str, kind: str, keyed: Keyed) -> str:
    chance = keyed.numbers(kind, original.casefold())
    return word(chance, len(original), taken=lambda made: made == original.casefold())


def _birth(_: str, value: str, keyed: Keyed) -> str:
    """Another day, written in the same way: other years and day numbers, none above 28."""
    chance = _chance("date of birth", value, keyed)
    made = _YEAR.sub(lambda _year: str(1940 + next(chance) % 60), value, count=1)
    return re.sub(
        r"(?<!\d)\d{1,2}(?!\d)",
        lambda part: f"{1 + next(chance) % (12 if int(part[0]) <= 12 else 28):0{len(part[0])}d}",
        made,
    )


def _secret(kind: str, value: str, keyed: Keyed) -> str:
    """A secret that opens nothing; what tells its maker stays, and so do the lines around a private key."""
    if value.startswith("-----BEGIN"):
        body = _KEY_LINES.split(value)[1]
        return value.replace(body, scrambled(body, _chance(kind, value, keyed))) if body.strip() else value
    prefix = _PREFIXED.match(value)
    return scrambled(value, _chance(kind, value, keyed), keep=prefix.end() if prefix else 0)


def _address(kind: str, value: str, keyed: Keyed) -> str:
    """An IP address of those that documents use (RFC 5737, RFC 3849)."""
    chance = _chance(kind, value, keyed)
    if ":" in value:
        return f"2001:db8::{next(chance):x}{next(chance):02x}"
    return f"203.0.113.{next(chance)}"


def _street(kind: str, value: str, keyed: Keyed) -> str:
    """A street that is on no map: the kind of street stays."""
    words = value.split(" ")
    made = [
        part if at == len(words) - 1 or not part[:1].isalpha() else _made(part, kind, keyed).capitalize()
        for at, part in enumerate(words)
    ]
    chance = _chance(kind, value, keyed)
    return re.sub(r"\d+", lambda number: str(1 + next(chance) % 10 ** len(number[0])), " ".join(made))


_FORMS: Mapping[str, Callable[[str, str, Keyed], str]] = {
    "email": _mail,
    "phone": _telephone,
    "iban": _iban,
    "card": _card,
    "national id": _number,
    "date of birth": _birth,
    "secret": _secret,
    "ip address": _address,
    "street": _street,
}
