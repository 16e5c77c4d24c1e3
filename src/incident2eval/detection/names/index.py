"""Names in clear as an index over words: whose they are, and where a name may go on word by word."""

from collections.abc import Callable, Collection, Container, Iterator, Sequence
from functools import cached_property, lru_cache

from incident2eval.detection.names.first_words import FirstWords
from incident2eval.detection.names.forms import Form, Name, forms_of, is_shouted, plural
from incident2eval.detection.names.scanner import Scanner
from incident2eval.detection.names.typos import Typos
from incident2eval.model import Customer, Customers
from incident2eval.model.customer import Use

_REMEMBERED = 20_000
"""So many words of texts are remembered with the names that begin with them: texts repeat themselves."""


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


class Root:
    """Where names begin: those behind a word are made when a text has it, and none is kept for good."""

    names: Sequence[Name] = ()

    def __init__(self, find: Callable[[str], Sequence[Name]]) -> None:
        self._find = find
        self.get = lru_cache(maxsize=_REMEMBERED)(self._behind)

    def _behind(self, word: str) -> Node | None:
        """What is behind a word, or None where no name begins with it."""
        names = self._find(word)
        return Node(1, *names) if names else None


class Index:
    """The names of a roster in clear."""

    def __init__(self, customers: Customers) -> None:
        self._rows, self._shouted = customers.rows, is_shouted(customers)
        self._first_words = FirstWords()
        self._words: dict[str, set[str]] = {}
        self._scanner = Scanner(self._noted())
        self._first_words.sort()
        for row in self._rows:
            if row.id in self._words:
                self._words[row.id].update(word for name in self._forms(row) for word in name.words)
        self.root = Root(self._beginning_with)

    def may_name_other(self, text: str, customer: str) -> bool:
        """Whether a name that is not the customer's alone may stand in a text; if not, none does."""
        return self._scanner.may_name_other(text, customer)

    def owners(self, words: tuple[str, ...]) -> Collection[str]:
        """Ids of the customers whose name the words in lower case are."""
        node: Node | Rest | None = self.root.get(words[0]) if words else None
        for word in words[1:]:
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

    @cached_property
    def _typos(self) -> Typos:
        """Made when first asked for: a look-back asks for none."""
        return Typos(name.words for row in self._rows for name in self._forms(row))

    def _noted(self) -> Iterator[list[Name]]:
        """The names of each customer; noted are their first words, and whether one is an ordinary word."""
        for at, row in enumerate(self._rows):
            names = self._forms(row)
            self._first_words.add(at, {name.words[0] for name in names})
            if any(name.use is Use.AS_A_NAME for name in names):
                self._words[row.id] = set()
            yield names

    def _forms(self, row: Customer) -> list[Name]:
        return list(forms_of(row, shouted=self._shouted))

    def _beginning_with(self, word: str) -> list[Name]:
        """Names that begin with a word, and the plurals that it is of names, unless it is a name itself."""
        names = [name for at in self._first_words.rows(word) for name in self._forms(self._rows[at])]
        names = [name for name in names if name.words[0] == word]
        if not word.endswith("s") or any(name.is_one_word for name in names):
            return names
        rows = {at for stem in (word[:-1], word[:-2]) for at in self._first_words.rows(stem)}
        several = (plural(name) for at in sorted(rows) for name in self._forms(self._rows[at]))
        return [*names, *(name for name in several if name and name.words == (word,))]
