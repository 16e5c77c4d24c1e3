"""Pseudonyms of customers, word by word: a short form of a name stays the short form of its pseudonym."""

from collections.abc import Iterator

from incident2eval.detection.names.ordinary import is_ordinary
from incident2eval.detection.names.use import LEGAL_FORM
from incident2eval.detection.people import is_first_name
from incident2eval.detection.text.views import plain
from incident2eval.detection.text.wording import POSSESSIVE, WORD, fold, vocabulary
from incident2eval.model import Customers
from incident2eval.redaction._words import Keyed, in_the_case_of, scrambled, word

_SMALL = vocabulary("and the of for in at by de la le van von und et & + mr mrs ms miss mx dr prof sir")
"""Words of a name that tell nothing of whose it is."""
_RARE = "QXZJKVW"
_SHORT = 3
"""So many letters are an abbreviation: its letters are drawn one by one."""


class CustomerNames:
    """What the customers of a roster are called where their names must not stand."""

    def __init__(self, customers: Customers, keyed: Keyed) -> None:
        """Take the roster, whose words are nobody's pseudonym, and the project's source of chance."""
        self._keyed = keyed
        self._real = frozenset(
            fold(part) for row in customers for name in row.names for part in WORD.findall(plain(name))
        )

    def pseudonym(self, customer: str, name: str) -> str:
        """A customer's name, or a part or short form of it as it stands in a text, replaced word by word."""
        legal = LEGAL_FORM.search(name)
        end = legal.start() if legal and legal.end() == len(name) else len(name)
        return "".join(self._pieces(customer, name[:end])) + name[end:]

    def _pieces(self, customer: str, name: str) -> Iterator[str]:
        done = 0
        for match in WORD.finditer(name):
            yield name[done : match.start()]
            yield self._word(customer, match[0])
            done = match.end()
        yield name[done:]

    def _word(self, customer: str, written: str) -> str:
        possessive = POSSESSIVE.search(written)
        bare = written[: possessive.start()] if possessive else written
        behind = written[len(bare) :]
        if bare.casefold() in _SMALL:
            return written
        chance = self._keyed.numbers("customer", customer, fold(bare))
        if len(fold(bare)) <= _SHORT or not bare.isalpha():
            return _initials(bare, chance) + behind
        return in_the_case_of(word(chance, len(bare), taken=self._is_taken), bare) + behind

    def _is_taken(self, made: str) -> bool:
        return made in self._real or is_ordinary(made) or is_first_name(made)


def _initials(written: str, chance: Iterator[int]) -> str:
    """Other letters for an abbreviation, of those that hardly any firm is called by."""
    made = (
        _RARE[next(chance) % len(_RARE)] if char.isalpha() else char for char in scrambled(written, chance)
    )
    return in_the_case_of("".join(made).lower(), written) if written.isalpha() else "".join(made)
