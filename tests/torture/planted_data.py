"""Made-up people, numbers and secrets with valid check digits, and the project that they are planted in.

Everything is drawn from one seed, so a leak can be looked up again; nothing stands here in the clear, so that
no scanner takes this file for a leak of its own.
"""

import base64
import json
import random
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from stdnum import iban, luhn
from stdnum.de import idnr
from stdnum.gb import nhs, utr

INCIDENT = "LEAK-2026-0007"
WORKFLOW = "account-note"
OWN, FOREIGN = "K01", "K02"
UPPER, LOWER, DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz", "0123456789"

FIRST = (
    "Oliver Grace Tariq Ingrid Kwame Beatrice Rajesh Margaret Tomasz Aisha Colin Yuki Fiona Hassan Elena "
    "Dmitri Priscilla Gareth Nadia Zoë Samuel Chidi Rosalind Bartholomew"
).split()
LAST = (
    "Farquhar Ellingham Rahmani Sørlie Asante Whitlock Venkatesan Dunmore Kowalczyk Bashir Trevithick "
    "Nakagawa Abernethy El-Masri Petrova Volkonsky Thackeray Llewellyn Haddad Brontë Okonkwo Nwosu "
    "Pemberley Castellane Rothwell Jankowski Mbeki Sandoval Gillespie Thorvaldsen Iyengar Fitzwilliam "
    "Moreau Lindqvist Achterberg Tanaka-Hill Boateng Carrington Delacroix Esposito Hargreaves Ibarra"
).split()
CUSTOMERS = (
    ("Marlowe & Finch", "Marlowe and Finch", "MarFin"),
    ("Fenmarch Logistics", "Fenmarch", "FMLX"),
    ("Brückner & Söhne", "Brueckner", "BRKS"),
    ("Tallis Orme Dental", "Tallis Orme", "TODN"),
    ("Quillon Freight Ltd", "Quillon", "QFRT"),
    ("Ashgrove Veterinary Group", "Ashgrove Vets", "AGVG"),
    ("Peverell Joinery", "Peverell", "PVJN"),
    ("Castleby Schools Trust", "Castleby", "CSBT"),
    ("Nørregaard Shipping", "Norregaard", "NRGS"),
    ("Thistlewood Catering", "Thistlewood", "TWCX"),
    ("Oakhanger Property", "Oakhanger", "OKHP"),
    ("Zephyrine Textiles", "Zephyrine", "ZPHT"),
)


@dataclass(frozen=True)
class Canary:
    """One planted thing: the words it stands in, and what must not be found of it."""

    kind: str
    text: str
    needles: tuple[str, ...]
    secret: bool = False
    customer: str = ""


class Planted:
    """Draws canaries, each once, and remembers where each was put."""

    def __init__(self, seed: int = 7) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - not a secret
        self.canaries: list[Canary] = []
        self.homes: dict[str, str] = {}
        self.kinds = list(MAKERS)
        self.turn = 0
        for at, names in enumerate(CUSTOMERS):
            self._note_customer(f"K{at + 1:02}", names)

    def _note_customer(self, customer: str, names: tuple[str, ...]) -> None:
        for name in names:
            kind = "customer name" if name == names[0] else "customer alias"
            self._keep(Canary(kind, name, (name,), customer=customer), "customers.csv")
        domain = "".join(each for each in names[1].lower() if each in LOWER) + ".example"
        contact, mail = person(self), f"accounts.{customer.lower()}@{domain}"
        phone = f"0161 496 0{self.chance.randrange(100, 999)}"
        for kind, text, needle in (
            ("customer contact", contact, contact.split()[-1]),
            ("customer contact", mail, mail),
            ("customer domain", domain, domain),
            ("customer contact", phone, phone),
        ):
            self._keep(Canary(kind, text, (needle,), customer=customer), "customers.csv")

    def _keep(self, canary: Canary, home: str) -> None:
        self.canaries.append(canary)
        for needle in canary.needles:
            self.homes.setdefault(needle, home)

    def put(self, home: str, count: int = 3) -> str:
        """Sentences for one field, each with a new canary of the next kind in turn."""
        return " ".join(self.one(home) for _ in range(count))

    def one(self, home: str, kind: str | None = None) -> str:
        """One sentence with one new canary."""
        if kind is None:
            kind = self.kinds[self.turn % len(self.kinds)]
            self.turn += 1
        text, needles, secret = MAKERS[kind](self)
        self._keep(Canary(kind, text, needles, secret=secret), home)
        return text

    def name(self, home: str) -> str:
        """A person's name alone, as for a field that holds nothing else."""
        name = person(self)
        self._keep(Canary("person name", name, (name, name.split()[-1])), home)
        return name

    def of(self, customer: str) -> list[str]:
        """What customers.csv says of a customer: name, aliases, contact, address, domain, telephone."""
        return [each.text for each in self.canaries if each.customer == customer]

    def draw(self, letters: str, count: int) -> str:
        """So many letters of these."""
        return "".join(self.chance.choice(letters) for _ in range(count))

    def digits(self, count: int) -> str:
        """A number that begins with no nought."""
        return self.draw("123456789", 1) + self.draw(DIGITS, count - 1)


Made = tuple[str, tuple[str, ...], bool]


def person(planted: Planted) -> str:
    """A name of which the surname has not been drawn before, while there are any."""
    taken = {needle.split()[-1] for needle in planted.homes}
    surnames = [each for each in LAST if each not in taken]
    if surnames:
        return f"{planted.chance.choice(FIRST)} {planted.chance.choice(surnames)}"
    double = f"{planted.chance.choice(LAST)}-{planted.chance.choice(LAST)}"
    return f"{planted.chance.choice(FIRST)} {double}"


def spaced(text: str, *sizes: int) -> str:
    """The text in groups of these sizes, the last one for the rest."""
    groups, at = [], 0
    for size in (*sizes, len(text)):
        groups.append(text[at : at + size])
        at += size
    return " ".join(each for each in groups if each)


def simple(pattern: str, value: str, *, secret: bool = False) -> Made:
    """A sentence around a value."""
    return pattern.format(value), (value,), secret


def _person(on: Planted) -> Made:
    name = person(on)
    return f"{name} asked for it.", (name, name.split()[-1]), False


def _email(on: Planted) -> Made:
    surname = person(on).split()[-1].encode("ascii", "ignore").decode().lower()
    box, domain = f"{on.draw(LOWER, 1)}.{surname}{on.digits(2)}", f"mailbox-{on.draw(LOWER, 5)}.example"
    return simple("Write to {}.", f"{box}@{domain}")


def _phone(on: Planted) -> Made:
    last = on.draw("23456789", 2)
    forms = (f"+44 7400 123{last}4", f"020 7946 09{last}", f"(202) 555-01{last}", f"+49 30 9018{last}17")
    return simple("Telephone {}.", on.chance.choice(forms))


def _iban(on: Planted) -> Made:
    number = "GB00NWBK" + on.digits(14)
    number = "GB" + iban.calc_check_digits(number) + number[4:]
    return simple("Pay to IBAN {}.", spaced(number, 4, 4, 4, 4, 4))


def _card(on: Planted) -> Made:
    number = "4929" + on.digits(11)
    return simple("Card number {}.", spaced(number + luhn.calc_check_digit(number), 4, 4, 4))


def _sort_code(on: Planted) -> Made:
    code, account = f"20-{on.digits(2)}-{on.digits(2)}", on.digits(8)
    return f"Sort code {code}, account number {account}.", (account, f"{code} {account}"), False


def _ssn(on: Planted) -> Made:
    return simple("SSN {}.", f"4{on.digits(2)}-{on.digits(2)}-{on.digits(4)}")


def _national_insurance(on: Planted) -> Made:
    prefix, number = on.draw("CEGHJLMPRSW", 2).replace("GB", "GC"), on.digits(6)
    return simple("National Insurance number {}.", f"{prefix} {spaced(number, 2, 2)} {on.draw('ABCD', 1)}")


def _nhs(on: Planted) -> Made:
    numbers = (on.digits(9) + check for _ in range(9) for check in DIGITS)
    return simple("NHS number {}.", spaced(next(filter(nhs.is_valid, numbers)), 3, 3))


def _passport(on: Planted) -> Made:
    return simple("Passport no. {}.", on.digits(9))


def _driving_licence(on: Planted) -> Made:
    value = f"{on.draw(UPPER, 5)}6{on.draw('0', 1)}3145{on.draw(UPPER, 2)}9{on.draw(UPPER, 2)}"
    return simple("Driving licence {}.", value)


def _tax_id(on: Planted) -> Made:
    if on.chance.random() < 0.5:
        number = on.digits(9)
        return simple("Unique taxpayer reference (UTR) {}.", utr.calc_check_digit(number) + number)
    digits = list("1234567890")
    on.chance.shuffle(digits)
    digits[9] = digits[0]  # one digit twice, as the office gives them out
    number = "".join(digits).replace("0", "5", 1) if digits[0] == "0" else "".join(digits)
    whole = next((each for each in (number + check for check in DIGITS) if idnr.is_valid(each)), None)
    return simple("Steuer-ID {}.", whole) if whole else _tax_id(on)


def _birth(on: Planted) -> Made:
    draw = on.chance.randrange
    return simple("Date of birth {}.", f"{draw(13, 28):02}/{draw(1, 13):02}/{draw(1941, 1999)}")


def _address(on: Planted) -> Made:
    street = on.chance.choice(("Copperfield", "Weathervane", "Larkspur", "Tanyard", "Bellringer"))
    end = on.chance.choice(("Lane", "Road", "Street", "Close"))
    return simple("Lives at {}, Otterbury.", f"{on.digits(3)} {street} {end}")


def _postcode(on: Planted) -> Made:
    area, inward = on.chance.choice(("LS", "NE", "BS", "CB", "EH")), on.draw("23456789", 1)
    return simple("Deliver to postcode {}.", f"{area}{on.draw('123', 1)} {inward}{on.draw('QXZJ', 2)}")


def _ip(on: Planted) -> Made:
    parts = [on.chance.randrange(20, 250) for _ in range(3)]
    return simple("Logged in from {}.", "81." + ".".join(map(str, parts)))


def _aws(on: Planted) -> Made:
    return simple("Key id {}.", "AKIA" + on.draw(UPPER + "234567", 16), secret=True)


def _github(on: Planted) -> Made:
    body, check = on.draw(UPPER + LOWER + DIGITS, 30), ""
    left = zlib.crc32(body.encode())
    for _ in range(6):
        left, at = divmod(left, 62)
        check = (DIGITS + UPPER + LOWER)[at] + check
    return simple("Token {}.", f"ghp_{body}{check}", secret=True)


def _slack(on: Planted) -> Made:
    value = f"xoxb-{on.digits(12)}-{on.digits(12)}-{on.draw(UPPER + LOWER + DIGITS, 24)}"
    return simple("Bot token {}.", value, secret=True)


def _stripe(on: Planted) -> Made:
    return simple("Charged with {}.", "sk_live_" + on.draw(UPPER + LOWER + DIGITS, 24), secret=True)


def _jwt(on: Planted) -> Made:
    def part(value: dict) -> str:
        return (
            base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).rstrip(b"=").decode()
        )

    claims = part({"sub": on.digits(10), "scope": "crm:read", "jti": on.draw(LOWER, 12)})
    value = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{claims}.{on.draw(UPPER + LOWER + DIGITS, 43)}"
    return f"Session {value} expired.", (value, value.split(".")[2]), True


def _private_key(on: Planted) -> Made:
    lines = [on.draw(UPPER + LOWER + DIGITS + "+/", 64) for _ in range(4)]
    block = "\n".join(("-----BEGIN RSA PRIVATE KEY-----", *lines, "-----END RSA PRIVATE KEY-----"))
    return f"The key was pasted:\n{block}\n", tuple(lines), True


def _password(on: Planted) -> Made:
    value = on.draw(UPPER + LOWER, 9) + "-" + on.draw(LOWER + DIGITS, 9)
    return simple("Tried password={} twice.", value, secret=True)


def _bearer(on: Planted) -> Made:
    return simple("Authorization: Bearer {} was sent.", on.draw(UPPER + LOWER + DIGITS, 40), secret=True)


def _database(on: Planted) -> Made:
    password = on.draw(UPPER + LOWER + DIGITS, 18)
    return f"Reads postgresql://svc_crm:{password}@db.internal.example:5432/crm now.", (password,), True


MAKERS: dict[str, Callable[[Planted], Made]] = {
    "person name": _person,
    "AWS key": _aws,
    "e-mail": _email,
    "phone": _phone,
    "GitHub token": _github,
    "IBAN": _iban,
    "card": _card,
    "password=": _password,
    "sort code + account": _sort_code,
    "SSN": _ssn,
    "JWT": _jwt,
    "NI number": _national_insurance,
    "NHS number": _nhs,
    "Slack token": _slack,
    "passport": _passport,
    "driving licence": _driving_licence,
    "private key": _private_key,
    "tax id": _tax_id,
    "date of birth": _birth,
    "bearer token": _bearer,
    "street address": _address,
    "postcode": _postcode,
    "Stripe key": _stripe,
    "IP address": _ip,
    "database URL": _database,
}
