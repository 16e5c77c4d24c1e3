"""Made-up personal data and secrets with valid check digits, inside the texts they usually stand in.

Everything is drawn from a seed and nothing is anybody's: telephone numbers are those kept free for drama,
cards begin like test cards, NHS numbers like test numbers, IP addresses are those of documentation. `decoys`
are values that look alike and must stay: ids, digests, times, versions.
"""

import base64
import json
import random
import string
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from types import MappingProxyType

from stdnum import iban, luhn
from stdnum.de import idnr, vat
from stdnum.gb import nhs
from stdnum.gb import vat as gb_vat
from stdnum.us import ssn

Draw = Callable[[random.Random], str]
FORMS = ("labelled", "bare", "json", "key=value")
"""How a value stands in its text."""

_UPPER, _DIGITS = string.ascii_uppercase, string.digits
_ALNUM = string.ascii_letters + _DIGITS
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_FIRST = (
    "Alice Oliver Priya Mohammed Chloe Hannah Tomasz Ingrid Wei Aisha Daniel Grace Yusuf Sofia Liam Fatima "
    "Rosa Kenji Beatrice Marcus Anneliese Dmitri Siobhan Ngozi Carlos Helen Joseph Leila Rupert Svetlana"
).split()
_LAST = (
    "Varnholt Quillmere Osterbeck Tarrowby Penhallick Drummidge Fenwright Kalloway Brambletye Okonwu Szarbek "
    "Lindqvaard Mirzadeh O'Thorran Halloran-Vey Castellaro Baker Field Price Young Vandersloot Ishimura"
).split()
_STREETS = "Larkspur Copperfield Old Quarry Mill Tannery Beechmast Saddlers Wren Foundry Harbour".split()
_TOWNS = "Eastmarch Wickerby Thornleigh Castleford Marsh Upper Dell Brinmouth Ashcombe".split()


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """One made-up value and the text it stands in."""

    kind: str
    form: str
    value: str
    text: str

    @property
    def span(self) -> tuple[int, int]:
        """Where the value stands in its text."""
        start = self.text.index(self.value)
        return start, start + len(self.value)


def samples(seed: int = 5, *, each: int = 16) -> tuple[Planted, ...]:
    """So many values of each kind, in turns in every form; the same ones for the same seed."""
    return tuple(
        _planted(kind, FORMS[turn % len(FORMS)], random.Random(f"{seed}/{kind}/{turn}"))  # noqa: S311
        for kind in KINDS
        for turn in range(each)
    )


def value(kind: str, chance: random.Random) -> str:
    """One made-up value of a kind."""
    return KINDS[kind][0](chance)


def decoys(seed: int = 5, *, each: int = 16) -> tuple[Planted, ...]:
    """Values that identify nobody and must stay, as texts like those of `samples`."""
    found = []
    for kind, draw in DECOYS.items():
        for turn in range(each):
            chance = random.Random(f"{seed}/{kind}/{turn}")  # noqa: S311
            text = draw(chance)
            carrier = (
                f"The run used {kind} {text} and went on.",
                json.dumps({kind.replace(" ", "_"): text, "ok": True}),
                f"{kind.replace(' ', '_')}={text}",
            )[turn % 3]
            found.append(Planted(kind=kind, form=FORMS[1:][turn % 3], value=text, text=carrier))
    return tuple(found)


def _planted(kind: str, form: str, chance: random.Random) -> Planted:
    draw, field, labelled, bare = KINDS[kind]
    made = draw(chance)
    text = {
        "labelled": labelled.format(made),
        "bare": bare.format(made),
        "json": json.dumps({"id": "rec-1042", field: made, "status": "open"}),
        "key=value": f"level=info {field}={made} took=12ms",
    }[form]
    if form == "json":
        made = json.dumps(made)[1:-1]
    if kind == "database url":  # where it leads is no secret
        made = made.partition("://")[2].partition("@")[0]
    return Planted(kind=kind, form=form, value=made, text=text)


def _some(chance: random.Random, signs: str, count: int) -> str:
    return "".join(chance.choices(signs, k=count))


def _filled(chance: random.Random, form: str) -> str:
    """A form with `#` as any digit and `@` as any capital."""
    return "".join(
        chance.choice(_DIGITS) if sign == "#" else chance.choice(_UPPER) if sign == "@" else sign
        for sign in form
    )


def _until(is_valid: Callable[[str], bool], draw: Callable[[], str]) -> str:
    """The first value drawn that is valid."""
    while not is_valid(made := draw()):
        pass
    return made


def _person(chance: random.Random) -> str:
    return f"{chance.choice(_FIRST)} {chance.choice(_LAST)}"


def _email(chance: random.Random) -> str:
    first, _, last = _person(chance).lower().replace("'", "").partition(" ")
    domain = chance.choice(("example.com", "mail.example.org", "quarry.example.co.uk"))
    return f"{first}{chance.choice(('.', '_', ''))}{last}@{domain}"


def _phone_uk(chance: random.Random) -> str:
    return _filled(
        chance, chance.choice(("07700 900###", "020 7946 0###", "+44 7700 900###", "(0113) 496 0###"))
    )


def _phone_us(chance: random.Random) -> str:
    area = chance.choice(("212", "415", "312", "617"))
    return _filled(
        chance, chance.choice(("({}) 555-01##", "{}-555-01##", "+1 {} 555 01##", "{}.555.01##"))
    ).format(area)


def _phone_abroad(chance: random.Random) -> str:
    return _filled(
        chance, chance.choice(("+49 30 23125 ###", "+33 1 99 00 ## ##", "+49-30-23125###", "+3319900####"))
    )


def _iban(chance: random.Random) -> str:
    country, account = chance.choice(
        (("GB", "QZXV########" + "######"), ("DE", "9999####" + "##########"), ("NL", "QZXV##########"))
    )
    account = _filled(chance, account)
    made = country + iban.calc_check_digits(f"{country}00{account}") + account
    return iban.format(made) if chance.random() < 0.5 else made


def _account(chance: random.Random) -> str:
    return _filled(chance, chance.choice(("##-##-## ########", "##-##-##, account ########")))


def _card(chance: random.Random) -> str:
    head, length = chance.choice((("400000", 16), ("555555", 16), ("378282", 15)))
    body = head + _some(chance, _DIGITS, length - 1 - len(head))
    made = body + luhn.calc_check_digit(body)
    return (
        " ".join(made[n : n + 4] for n in range(0, 16, 4)) if length == 16 and chance.random() < 0.5 else made
    )


def _ssn(chance: random.Random) -> str:
    return _until(ssn.is_valid, lambda: _filled(chance, "###-##-####"))


def _nino(chance: random.Random) -> str:
    head = chance.choice(("AB", "CE", "JR", "PW", "SX"))
    made = _filled(chance, "## ## ## ") + chance.choice("ABCD")
    return f"{head} {made}" if chance.random() < 0.5 else head + made.replace(" ", "")


def _nhs(chance: random.Random) -> str:
    made = _until(nhs.is_valid, lambda: _filled(chance, "999#######"))
    return nhs.format(made) if chance.random() < 0.5 else made


def _passport(chance: random.Random) -> str:
    return _filled(chance, chance.choice(("#########", "@########")))


def _licence(chance: random.Random) -> str:
    last = chance.choice(_LAST).upper().replace("'", "").replace("-", "")[:5].ljust(5, "9")
    month, day = chance.randrange(1, 13), chance.randrange(1, 29)
    born = f"{chance.randrange(10)}{month:02}{day:02}{chance.randrange(10)}"
    return f"{last}{born}{_some(chance, _UPPER, 2)}9{_some(chance, _UPPER, 2)}"


def _tax(chance: random.Random) -> str:
    which = chance.randrange(4)
    if which == 0:
        return "GB" + _until(gb_vat.is_valid, lambda: _filled(chance, "#########"))
    if which == 1:
        return "DE" + _until(vat.is_valid, lambda: _filled(chance, "#########"))
    if which == 2:
        return _until(idnr.is_valid, lambda: _filled(chance, "###########"))
    return _filled(chance, "12-#######")


def _birth(chance: random.Random) -> str:
    day = date(1940, 1, 1) + timedelta(days=chance.randrange(24_000))
    return f"{day:{chance.choice(('%Y-%m-%d', '%d/%m/%Y', '%d %B %Y', '%B %d, %Y', '%d.%m.%Y'))}}"


def _street(chance: random.Random) -> str:
    way = chance.choice(("Street", "Road", "Lane", "Avenue", "Close"))
    return f"{chance.randrange(1, 240)} {chance.choice(_STREETS)} {way}, {chance.choice(_TOWNS)}"


def _postcode(chance: random.Random) -> str:
    area = chance.choice(("LS", "M", "BN", "EH", "SW"))
    return (
        f"{area}{chance.randrange(1, 20)} {chance.randrange(1, 10)}{_some(chance, 'ABDEFGHJLNPQRSTUWXYZ', 2)}"
    )


def _ip(chance: random.Random) -> str:
    if chance.random() < 0.25:
        return f"2001:db8:{chance.randrange(4096):x}::{chance.randrange(65536):x}"
    return f"{chance.choice(('203.0.113', '198.51.100'))}.{chance.randrange(1, 255)}"


def _jwt(chance: random.Random) -> str:
    parts = ({"alg": "HS256", "typ": "JWT"}, {"sub": _some(chance, _DIGITS, 8), "name": _person(chance)})
    coded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join((*coded, _some(chance, _ALNUM + "-_", 42) + "A"))


def _private_key(chance: random.Random) -> str:
    kind = chance.choice(("RSA ", "EC ", "OPENSSH ", ""))
    lines = [_some(chance, _ALNUM + "+/", 64) for _ in range(4)]
    edge = f"{kind}PRIVATE" + " KEY-----"
    return "\n".join((f"-----BEGIN {edge}", *lines, f"-----END {edge}"))


def _password(chance: random.Random) -> str:
    words = chance.choice(("Tarrow", "copper", "Blue-kite", "mill_pond"))
    return chance.choice((words + _some(chance, _DIGITS, 4) + "!", _some(chance, _ALNUM + "#%&!", 14) + "7x"))


def _database(chance: random.Random) -> str:
    scheme = chance.choice(("postgresql", "mysql", "mongodb+srv", "redis", "amqp"))
    return f"{scheme}://app:{_some(chance, _ALNUM, 14)}@db.internal.example:5432/orders"


def _wallet(chance: random.Random) -> str:
    if chance.random() < 0.5:
        return "0x" + _some(chance, "0123456789abcdef", 40)
    raw = b"\0\1" + chance.randbytes(19)
    raw += sha256(sha256(raw).digest()).digest()[:4]
    number, made = int.from_bytes(raw), ""
    while number:
        number, rest = divmod(number, 58)
        made = _BASE58[rest] + made
    return "1" + made


def _github(chance: random.Random) -> str:
    return chance.choice(
        (
            f"gh{chance.choice('pos')}_{_some(chance, _ALNUM, 36)}",
            f"github_pat_{_some(chance, _ALNUM, 22)}_{_some(chance, _ALNUM, 59)}",
        )
    )


def _slack(chance: random.Random) -> str:
    return (
        "xox" + chance.choice("bp") + _filled(chance, "-2########1-3########2-") + _some(chance, _ALNUM, 24)
    )


def _moment(chance: random.Random) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=chance.randrange(20_000_000))


KINDS: Mapping[str, tuple[Draw, str, str, str]] = MappingProxyType(
    {
        "person": (
            _person,
            "customer_name",
            "Dear {},\nyour order is on its way.",
            "I spoke with {} about the refund this morning.",
        ),
        "email": (_email, "email", "Please write to e-mail {} today.", "Send it to {}, not to the office."),
        "phone uk": (
            _phone_uk,
            "phone",
            "Her telephone number is {}.",
            "You will get him under {} until six.",
        ),
        "phone us": (_phone_us, "phone", "Call me at {} after lunch.", "The desk at {} knows about it."),
        "phone abroad": (_phone_abroad, "mobile", "Mobile: {}", "The hotel ({}) has no rooms left."),
        "iban": (_iban, "iban", "Pay to IBAN {} by Friday.", "We sent the money to {} on Monday."),
        "sort code + account": (
            _account,
            "bank_details",
            "Sort code and account: {}.",
            "The refund went to {} yesterday.",
        ),
        "card": (_card, "card_number", "The card number is {}.", "She paid with {} in the shop."),
        "ssn": (_ssn, "ssn", "His SSN is {}.", "The form says {} in box 3."),
        "ni number": (_nino, "ni_number", "National Insurance number: {}", "Payroll has {} on file."),
        "nhs number": (
            _nhs,
            "nhs_number",
            "NHS number {} is on the letter.",
            "The patient {} was seen at noon.",
        ),
        "passport": (_passport, "passport_number", "Passport number: {}", "He travels on {} next week."),
        "driving licence": (
            _licence,
            "driving_licence",
            "Driving licence {} was checked.",
            "The hire desk noted {} on the form.",
        ),
        "tax id": (_tax, "tax_id", "Tax id / VAT number: {}", "The invoice carries {} at the bottom."),
        "date of birth": (_birth, "date_of_birth", "Date of birth: {}", "She was born on {} in the north."),
        "street address": (_street, "address", "Address: {}", "The parcel goes to {}, second floor."),
        "postcode": (_postcode, "postcode", "Postcode: {}", "He has just moved to {} with his family."),
        "ip address": (_ip, "client_ip", "IP address: {}", "The login came from {} at night."),
        "aws key": (
            lambda c: "AKIA" + _some(c, _UPPER + "234567", 16),
            "aws_access_key_id",
            "AWS key: {}",
            "I have put {} into the ticket.",
        ),
        "aws secret": (
            lambda c: _some(c, _ALNUM + "/+", 40),
            "aws_secret_access_key",
            'aws_secret_access_key = "{}"',
            "The AWS secret is {} as always.",
        ),
        "github token": (_github, "github_token", "GitHub token: {}", "I have put {} into the ticket."),
        "slack token": (_slack, "slack_token", "Slack token: {}", "The bot uses {} for now."),
        "stripe key": (
            lambda c: "sk_" + "live_" + _some(c, _ALNUM, 24),
            "stripe_key",
            "Stripe key: {}",
            "We charged it with {} again.",
        ),
        "jwt": (_jwt, "session", "Token: {}", "The browser sent {} with it."),
        "private key": (_private_key, "private_key", "Private key:\n{}\n", "Here it is:\n{}\nKeep it safe."),
        "password": (_password, "password", "Your password is: {}", 'Log in with password "{}" please.'),
        "bearer token": (
            lambda c: _some(c, _ALNUM, 40),
            "access_token",
            "Authorization: Bearer {}",
            "curl -H 'Authorization: Bearer {}' https://api.example.com/v1",
        ),
        "database url": (_database, "DATABASE_URL", "Database URL: {}", "It connects to {} at start."),
        "crypto wallet": (_wallet, "wallet", "Wallet address: {}", "The coins went to {} at noon."),
    }
)
"""Kind -> how a value is drawn, the name of its field, a sentence that names the kind, one that does not."""

DECOYS: Mapping[str, Draw] = MappingProxyType(
    {
        "uuid": lambda c: str(uuid.UUID(int=c.getrandbits(128), version=4)),
        "trace id": lambda c: f"{c.getrandbits(128):032x}",
        "digest": lambda c: sha256(c.randbytes(8)).hexdigest(),
        "order number": lambda c: _filled(c, c.choice(("ORD-######", "#########", "A-####-####"))),
        "time": lambda c: _moment(c).isoformat(),
        "unix time": lambda c: str(int(_moment(c).timestamp() * 1000)),
        "amount": lambda c: f"{c.randrange(1, 90_000) / 7:,.2f}",
        "version": lambda c: _filled(c, "#.##.#"),
        "model": lambda c: _filled(c, "vendor-large-2026-0#-1#"),
        "tool": lambda c: c.choice(
            ("issue_refund", "MessengerReceiveMessage", "get_customer_by_id", "lookup.v2")
        ),
        "path": lambda c: f"/srv/app/{_some(c, string.ascii_lowercase, 8)}/handlers.py",
        "link": lambda c: (
            f"https://docs.example.com/{_some(c, string.ascii_lowercase, 9)}?page={c.randrange(99)}"
        ),
        "call id": lambda c: "call_" + _some(c, _ALNUM, 24),
        "customer id": lambda c: _filled(c, "cus-####"),
    }
)
"""What a redacted case still needs, as it is."""
