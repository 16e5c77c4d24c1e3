"""Who is sent something: the addresses of a call, and of an output that says where it is to go."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from incident2eval.checks.acts.tool_names import Tools
from incident2eval.checks.acts.writes import Effect, effect_of, given, is_sending
from incident2eval.detection.addresses import Address, mails, telephones
from incident2eval.detection.text.wording import embedded, key_words, leaves, vocabulary
from incident2eval.model import JSON, Run, Step

_TO = vocabulary("to cc bcc recipient recipients addressee addressees destination destinations")
_NOT_TO = vocabulary(
    "from sender reply replyto author by signature signed body text html subject content template note notes "
    "url link footer sent attachment attachments"
)
"""Words of keys that hold something else than who it goes to."""
_CONTACTS = vocabulary(
    "email emails mail mails address addresses phone phones telephone mobile fax cell msisdn sms whatsapp "
    "number numbers contact contacts customer client user who target"
)
_CALLED = vocabulary("phone phones telephone mobile fax cell msisdn sms whatsapp tel number numbers")
_RINGING = vocabulary("sms text phone call fax whatsapp twilio message dial")
_HEADER = re.compile(
    r"^[ \t>*_]{0,8}(to|cc|bcc)[*_]{0,3}[ \t]{0,4}:[*_]{0,3}[ \t]{0,4}(.{0,1000})$",
    re.IGNORECASE | re.MULTILINE,
)
_FROM = vocabulary("from sender")
_HEAD = 3_000
"""How far into a text its header may reach."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One address that something goes to, and where the run says so."""

    address: Address
    step: Step | None
    """None: the output."""
    argument: str
    from_domains: frozenset[str] = frozenset()
    """Domains that the call sends from: our own house."""

    @property
    def step_id(self) -> str | None:
        """Id of the step, None for the output."""
        return self.step.id if self.step else None


def sent(run: Run) -> Iterator[Sent]:
    """Every address that a call of the run sends to, then those that its output is to go to."""
    for step in run.steps:
        if not step.is_call or effect_of(step, Tools(())) is Effect.READ:
            continue
        value = given(step)
        house = frozenset(address.domain for address in _senders(value))
        for argument, address in _addressed(value, sends=is_sending(step), rings=_rings(step)):
            yield Sent(address=address, step=step, argument=argument, from_domains=house)
    output = (embedded(run.output) or run.output) if isinstance(run.output, str) else run.output
    house = frozenset(address.domain for address in _senders(output))
    for argument, address in _addressed(output, sends=False, rings=True):
        yield Sent(address=address, step=None, argument=argument, from_domains=house)


def _rings(step: Step) -> bool:
    return not _RINGING.isdisjoint(key_words(step.name.replace(".", "_")))


def _addressed(value: JSON, *, sends: bool, rings: bool) -> Iterator[tuple[str, Address]]:
    """The addresses under keys that say who something goes to."""
    for path, leaf in leaves(value):
        if isinstance(leaf, bool) or not isinstance(leaf, (str, int)):
            continue
        text = str(leaf)
        words = [word for key in path.split(".") for word in key_words(key)]
        if _is_recipient(words) or (sends and _is_contact(words)):
            found = list(mails(text))
            if not found and (
                rings or not _CALLED.isdisjoint(words) or text.lstrip().startswith(("+", "tel:"))
            ):
                found = list(telephones(text))
            yield from ((path, address) for address in found)
        else:
            yield from _in_header(path, text)


def _is_recipient(words: list[str]) -> bool:
    return not _TO.isdisjoint(words) and _NOT_TO.isdisjoint(words)


def _is_contact(words: list[str]) -> bool:
    return (not words or not _CONTACTS.isdisjoint(words)) and _NOT_TO.isdisjoint(words)


def _in_header(path: str, text: str) -> Iterator[tuple[str, Address]]:
    """Addresses in the lines `To:` and `Cc:` at the head of a message."""
    for line in _HEADER.finditer(text[:_HEAD]):
        yield from ((f"{path}.{line[1]}".lstrip("."), address) for address in mails(line[2]))


def _senders(value: JSON) -> Iterator[Address]:
    for path, leaf in leaves(value):
        if isinstance(leaf, str) and any(_FROM.intersection(key_words(key)) for key in path.split(".")):
            yield from mails(leaf)
