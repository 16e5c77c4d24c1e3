"""Names in clear as an index over words: whose they are, and where a name may go on word by word."""

from collections import defaultdict
from collections.abc import Collection, Container, Iterator, Sequence
from itertools import chain

from incident2eval.detection.names.forms import Form, Name, names_in, plurals
from incident2eval.detection.names.scanner import Scanner
from incident2eval.detection.names.typos import Typos
from incident2eval.model import Customers
from incident2eval.model.customer import Use


class Node:
    """Where names may go on, word by word, and the names that end here."""

    __slots__ = ("_customers", "_depth", "_next", "names")

    def __init__(self, depth: int, *names: Name) -> None:
        self._depth = depth
        self._next: dict[str, Node | Name] = {}
        self.names: list[Name] = []
        self._customers: frozenset[str] | None = None
        for name in names:
            self.add(name)

    @property
    def customers(self) -> frozenset[str]:
        """Whose names end here."""
        if self._customers is None:
            self._customers = frozenset(name.customer for name in self.names)
        return self._customers

    def get(self, word: str) -> "Node | Rest | None":
        """What is behind a word, or None where no name goes on so."""
        behind = self._next.get(word)
        return Rest(behind, self._depth + 1) if isinstance(behind, Name) else behind

    def add(self, name: Name) -> None:
        """Take a name in; one that goes on alone is not spelt out, as most share but a word or two."""
        if len(name.words) == self._depth:
            self.names.append(name)
            return
        word = name.words[self._depth]
        behind = self._next.setdefault(word, name)
        if isinstance(behind, Node):
            behind.add(name)
        elif behind is not name:
            self._next[word] = Node(self._depth + 1, behind, name)


class Rest:
    """Where one name goes on alone, or ends."""

    __slots__ = ("_depth", "_name")

    def __init__(self, name: Name, depth: int) -> None:
        self._name, self._depth = name, depth

    @property
    def names(self) -> Sequence[Name]:
        """The name, where it ends here."""
        return (self._name,) if self._depth == len(self._name.words) else ()

    @property
    def customers(self) -> frozenset[str]:
        """Whose name ends here."""
        return frozenset(name.customer for name in self.names)

    def get(self, word: str) -> "Rest | None":
        """What is behind a word, or None where the name does not go on so."""
        goes_on = self._name.words[self._depth : self._depth + 1] == (word,)
        return Rest(self._name, self._depth + 1) if goes_on else None


class Index:
    """The names of a roster in clear."""

    def __init__(self, customers: Customers) -> None:
        names = names_in(customers)
        several = plurals(names)
        self._scanner = Scanner(chain(names, several))  # first, as it frees most of what it is made of
        self._typos = Typos(name.words for name in names)
        self._words = _words_of_words(names)
        self.root = Node(0, *names, *several)

    def may_name_other(self, text: str, customer: str) -> bool:
        """Whether a name that is not the customer's alone may stand in a text; if not, none does."""
        return self._scanner.may_name_other(text, customer)

    def owners(self, words: tuple[str, ...]) -> Collection[str]:
        """Ids of the customers whose name the words in lower case are."""
        node: Node | Rest | None = self.root
        for word in words:
            node = node.get(word) if node else None
        return node.customers if node else ()

    def bears(self, customer: str, name: Form) -> bool:
        """Whether a customer has the same words for a name."""
        return customer == name.customer or (isinstance(name, Name) and customer in self.owners(name.words))

    def words_of(self, customer: str) -> Container[str]:
        """The words of all names of a customer that is called like an ordinary word."""
        return self._words.get(customer, ())

    def misspelt(self, text: str, customer: str) -> Iterator[tuple[Collection[str], int, int]]:
        """Places that are one letter from a name that the customer has not, and whose name that is."""
        places = self._typos.find(text, lambda words: customer in self.owners(words))
        return ((self.owners(words), start, end) for words, start, end in places)


def _words_of_words(names: Sequence[Name]) -> dict[str, set[str]]:
    """The words of all names of each customer that is called like an ordinary word."""
    called = {name.customer for name in names if name.use is Use.AS_A_NAME}
    words: dict[str, set[str]] = defaultdict(set)
    for name in names:
        if name.customer in called:
            words[name.customer].update(name.words)
    return dict(words)
