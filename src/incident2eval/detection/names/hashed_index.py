"""Names as keyed hashes, and those in clear beside them, as the same kind of index over words."""

from collections import defaultdict
from collections.abc import Collection, Container, Hashable, Iterator, Sequence
from dataclasses import dataclass, field

from incident2eval.detection.names.forms import Form, Name, names_in, plurals
from incident2eval.detection.names.keyed import Keyed
from incident2eval.model import Customers
from incident2eval.model.customer import HashedName, Use

_REMEMBERED = 50_000
"""So many words of texts are remembered after a beginning: texts repeat themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HashedForm:
    """A form of a customer's name that nobody can read."""

    customer: str
    hashed: HashedName
    between: tuple[str, ...]
    use: Use
    keyed: Keyed = field(repr=False)

    @property
    def key(self) -> str:
        """What two names have in common that are the same words."""
        return self.hashed.hash

    @property
    def is_one_word(self) -> bool:
        """Whether it is a single word."""
        return self.hashed.words == 1

    def is_written(self, words: Sequence[str]) -> bool:
        """Whether words of a text stand in the case that the name is written in; `and` may be shouted."""
        taken = words[: self.hashed.words]
        quiet = ["and" if word.casefold() == "and" else word for word in taken]
        return self.hashed.written in {self.keyed("written", *taken), self.keyed("written", *quiet)}


class HashedNode:
    """Where a name may go on, as far as hashes tell, and the names that end here."""

    __slots__ = ("_known", "_roster", "_words", "names")

    def __init__(self, roster: "HashedIndex", words: tuple[str, ...]) -> None:
        self._roster, self._words = roster, words
        self._known: dict[str, HashedNode | None] = {}
        self.names = roster.forms(words)

    def get(self, word: str) -> "HashedNode | None":
        """The node behind a word, or None where no name goes on so."""
        try:
            return self._known[word]
        except KeyError:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            words = (*self._words, word)
            found = HashedNode(self._roster, words) if self._roster.begins(words) else None
            self._known[word] = found
            return found


class HashedIndex:
    """The names of a roster that holds hashes; aliases in clear are hashed too, and found the same way."""

    def __init__(self, customers: Customers, key: bytes) -> None:
        self._keyed = Keyed(key)
        self._beginnings = set(customers.beginnings)
        self._forms: dict[str, list[HashedForm]] = defaultdict(list)
        self._owners: dict[Hashable, set[str]] = defaultdict(set)
        self._words = {row.id: set(row.hashes.words) for row in customers}
        for row in customers:
            for hashed in row.hashes.names:
                self._add(row.id, hashed)
        names = names_in(customers)
        for name in names:
            self._add_clear(name)
            self._words[name.customer].update(hashed_words(name, self._keyed))
        taken = set(self._owners)
        for several in plurals(names):
            if self._keyed("name", *several.words) not in taken:
                self._add_clear(several)
        self.root = HashedNode(self, ())

    def forms(self, words: tuple[str, ...]) -> Sequence[HashedForm]:
        """The names that the words in lower case are."""
        return self._forms.get(self._keyed("name", *words), ())

    def begins(self, words: tuple[str, ...]) -> bool:
        """Whether any name begins with the words."""
        return self._keyed("beginning", *words) in self._beginnings

    def may_name_other(self, _text: str, _customer: str) -> bool:
        """Yes: hashes can only be asked for word by word."""
        return True

    def owners(self, words: tuple[str, ...]) -> Collection[str]:
        """Ids of the customers whose name the words in lower case are."""
        return self._owners.get(self._keyed("name", *words), ())

    def bears(self, customer: str, name: Form) -> bool:
        """Whether a customer has the same words for a name."""
        return customer in self._owners[name.key]

    def words_of(self, customer: str) -> Container[str]:
        """The words of all names of a customer."""
        return _HashedWords(self._keyed, customer, self._words[customer])

    def misspelt(self, _text: str, _customer: str) -> Iterator[tuple[Collection[str], int, int]]:
        """Nothing: the hash of a word with one letter wrong is like no other."""
        return iter(())

    def _add(self, customer: str, hashed: HashedName) -> None:
        between = hashed.between or ("",) * (hashed.words - 1)
        form = HashedForm(
            customer=customer, hashed=hashed, between=between, use=hashed.use, keyed=self._keyed
        )
        self._forms[hashed.hash].append(form)
        self._owners[hashed.hash].add(customer)

    def _add_clear(self, name: Name) -> None:
        self._beginnings.update(beginnings(name, self._keyed))
        self._add(name.customer, hashed_name(name, self._keyed))


class _HashedWords(Container[str]):
    """Words of one customer's names, to be asked for one by one."""

    def __init__(self, keyed: Keyed, customer: str, hashes: Collection[str]) -> None:
        self._keyed, self._customer, self._hashes = keyed, customer, hashes

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and self._keyed("word", self._customer, word) in self._hashes


def hashed_name(name: Name, keyed: Keyed) -> HashedName:
    """A form of a name as hashes."""
    return HashedName(
        hash=keyed("name", *name.words),
        words=len(name.words),
        use=name.use,
        between=name.between if any(name.between) else (),
        written=keyed("written", *name.written) if name.use is Use.AS_WRITTEN else "",
    )


def hashed_words(name: Name, keyed: Keyed) -> Iterator[str]:
    """Its words one by one; with the customer in the hash, so that nobody sees who shares a word."""
    return (keyed("word", name.customer, word) for word in name.words)


def beginnings(name: Name, keyed: Keyed) -> Iterator[str]:
    """Its first word, its first two words, and so on."""
    return (keyed("beginning", *name.words[:count]) for count in range(1, len(name.words) + 1))
