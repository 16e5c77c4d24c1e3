"""What identifies somebody by its label or its form, what opens something, and what only looks alike."""

import re

import pytest

from incident2eval.detection import identifiers, people, personal
from incident2eval.detection.identifiers import credentials
from incident2eval.detection.identifiers import identifiers as every


def found(text: str) -> dict[str, str]:
    return {text[start:end]: kind for kind, start, end in every(text)}


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("account number: 20391884", "20391884", "account"),
        ("The account number for your refund is 20391884.", "20391884", "account"),
        ("accountNumber=20391884", "20391884", "account"),
        ('{\\"account_number\\": \\"20391884\\"}', "20391884", "account"),
        ("Sort code: 20-15-99", "20-15-99", "account"),
        ("Pay 20-15-99 20391884 by Friday.", "20-15-99 20391884", "account"),
        ('{"bank_details": "20-15-99, account 20391884"}', "20-15-99, account 20391884", "account"),
        ("passport_number=P51460293", "P51460293", "document"),
        ("passport no. 512345678", "512345678", "document"),
        ("Driving licence HALLO905219SJ9ZX was seen.", "HALLO905219SJ9ZX", "document"),
        ("The desk noted HALLO905219SJ9ZX.", "HALLO905219SJ9ZX", "document"),
        ("Tax id / VAT number: 12-7106270", "12-7106270", "document"),
        ("It is on the invoice: DE136695976.", "DE136695976", "document"),
        ("postcode: 90210", "90210", "postcode"),
        ("He moved to LS9 4AB.", "LS9 4AB", "postcode"),
        ("It goes to 12 Larkspur Road, Eastmarch, second floor.", "12 Larkspur Road, Eastmarch", "street"),
        ("Flat 3, 12 Mill Lane, Dell LS9 4AB", "Flat 3, 12 Mill Lane, Dell LS9 4AB", "street"),
        ("12 Mill Lane, Ann Cole lives there", "12 Mill Lane", "street"),
        ("Hauptstraße 12 in Ulm", "Hauptstraße 12", "street"),
        ("The login came from 203.0.113.9 at night.", "203.0.113.9", "ip address"),
        ("client_ip=203.0.113.9", "203.0.113.9", "ip address"),
        ("http://203.0.113.9/login", "203.0.113.9", "ip address"),
        ("from 2001:db8:1f::9c at night", "2001:db8:1f::9c", "ip address"),
        ("The desk at 212-555-0104 knows.", "212-555-0104", "phone"),
        ("You get him under 07700 900685.", "07700 900685", "phone"),
        ("wallet 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "wallet"),
        (
            "0x52908400098527886e0f7030069857d2e4169ee7",
            "0x52908400098527886e0f7030069857d2e4169ee7",
            "wallet",
        ),
    ],
)
def test_an_identifier_is_found_whole(text: str, value: str, kind: str) -> None:
    assert found(text).get(value) == kind


@pytest.mark.parametrize(
    "text",
    [
        "Order 939350619 and ORD-123456, A-1234-5678, cus-1042",
        "It was 12:30:45, then 2026-11-22T19:11:19+00:00, then 1780000000000.",
        "550e8400-e29b-41d4-a716-446655440000 and 1f0c9d5ab1c2d3e4f5a6b7c8d9e0f1a2",
        "SeaMonkey 2.53.18.1, version 1.2.3.4, Firefox/2.0.0.14, 127.0.0.1, v2.14.3",
        "std::vector, Fee::add, a::b and 16:9",
        "1,234.56 euro on 12 May and 3 June at 4 pm",
        "the account was closed; passport needed; a tax of 20; licence: MIT",
        "1BB4K3yQ6jo865HafL4z7v5qRjPDU9SAxyz is no wallet",
        "Temperature 0.7, vendor-large-2026-01-15, /srv/app/handlers.py",
    ],
)
def test_what_only_looks_alike_stays(text: str) -> None:
    assert not found(text)


def secrets(text: str) -> set[str]:
    return {text[start:end] for start, end in credentials(text)}


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Your password is: Blue-kite7209!", "Blue-kite7209!"),
        ('Log in with password "s!zopdUlQ!accT7x" please.', "s!zopdUlQ!accT7x"),
        ("password=correcthorse", "correcthorse"),
        ("PIN: 4471", "4471"),
        ('{"db_password": "hunter22"}', "hunter22"),
        ('{\\"client_secret\\": \\"a1b2c3d4e5\\"}', "a1b2c3d4e5"),
        ("Authorization: Bearer abcDEFghiJKLmnop", "abcDEFghiJKLmnop"),
        ("curl -H 'Authorization: Basic YXBwOnB3cHdwd3B3'", "YXBwOnB3cHdwd3B3"),
        ('"Authorization": "ApiKey zzZZzzZZzz"', "zzZZzzZZzz"),
        ("postgresql://app:Si5SnFldtuu4P4@db.internal.example:5432/orders", "app:Si5SnFldtuu4P4"),
        ("redis://:Si5SnFldtuu4P4@cache:6379", ":Si5SnFldtuu4P4"),
        (
            "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG+bPxRfiCYzzzzzzKEY0",
            "wJalrXUtnFEMI/K7MDENG+bPxRfiCYzzzzzzKEY0",
        ),
        ("token: 0a1b2c3d4e5f6a7b8c9d", "0a1b2c3d4e5f6a7b8c9d"),
    ],
)
def test_a_secret_is_found_by_what_tells_it(text: str, secret: str) -> None:
    assert secret in secrets(text)


@pytest.mark.parametrize(
    "text",
    [
        "The password is required. Password: required, missing, ********",
        'password = os.environ["DB_PASSWORD"]; password: ${DB_PASSWORD}; token: {{token}}',
        "Your token is expired; the secret is safe with the keeper.",
        "authorization: ${TOKEN_OF_THE_DAY}",
    ],
)
def test_words_about_secrets_are_none(text: str) -> None:
    assert not secrets(text)


BODY = "\n".join("MHcCAQEEIIrYSSNQFaA2Hwf1duRSxKtLYX5CB04fSeQ6tF1a" for _ in range(4))
KEY = f"-----BEGIN RSA PRIVATE KEY-----\n{BODY}\n-----END RSA PRIVATE KEY-----"


def test_a_private_key_is_found_with_its_body() -> None:
    assert secrets(f"Here it is:\n{KEY}\nKeep it safe.") == {KEY}
    escaped = KEY.replace("\n", "\\n")
    assert secrets(f'{{"key": "{escaped}"}}') == {escaped}
    cut = KEY.partition("\n-----END")[0]
    assert secrets(f"{cut}\n\nand so on") == {cut}


def test_no_pattern_reads_on_without_end() -> None:
    """Every pattern looks at a bounded stretch from each place: a text of any kind costs its length."""
    for room in (identifiers, people, personal):
        for pattern in patterns(vars(room).values()):
            unbounded = re.search(r"(?<![\\*+}])(?:[*+]|\{\d+,\})(?!\+)", bare(pattern.pattern))
            assert not unbounded, pattern.pattern


def patterns(values: object) -> list[re.Pattern[str]]:
    """The patterns of a room, those in tables too."""
    found, pending = [], list(values)  # type: ignore[call-overload]
    while pending:
        value = pending.pop()
        if isinstance(value, re.Pattern):
            found.append(value)
        elif isinstance(value, (tuple, list)):
            pending += value
    return found


def bare(pattern: str) -> str:
    """A pattern without its sets of characters: a plus in there is a plus."""
    return re.sub(r"\[\^?\]?(?:\\.|[^\]\\])*\]", "S", pattern)
