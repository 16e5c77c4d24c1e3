"""Names in clear as an index over words: whose they are, and where a name may go on word by word."""

from collections import defaultdict
from collections.abc import Collection, Container, Hashable, Iterator
from dataclasses import dataclass, field

from incident2eval.detection.names.forms import Form, Name, names_in, plurals
from incident2eval.detection.names.typos import Typos
from incident2eval.model import Customers


@dataclass(slots=True)
class Node:
    """Where a name may go on, word by word, and the names that end here."""

    next: dict[str, "Node"] = field(default_factory=dict)
    names: list[Name] = field(default_factory=list)


class Index:
    """The names of a roster in clear."""

    def __init__(self, customers: Customers) -> None:
        self.root = Node()
        self._owners: dict[Hashable, set[str]] = {}
        self._words: dict[str, set[str]] = defaultdict(set)
        names = names_in(customers)
        for name in names:
            self._add(name)
            self._words[name.customer].update(name.words)
        told = dict.fromkeys(name.words for name in names)
        self._typos = Typos(told)
        self._spelt = {"".join(words): self._owners[words] for words in told}
        for several in plurals(names):
            self._add(several)

    def owners(self, words: tuple[str, ...]) -> Collection[str]:
        """Ids of the customers whose name the words in lower case are."""
        return self._owners.get(words, ())

    def bears(self, customer: str, name: Form) -> bool:
        """Whether a customer has the same words for a name."""
        return customer in self._owners[name.key]

    def words_of(self, customer: str) -> Container[str]:
        """The words of all names of a customer."""
        return self._words[customer]

    def misspelt(self, text: str) -> Iterator[tuple[Collection[str], int, int]]:
        """Places that are one letter from a name, and whose name that is."""
        return ((self._spelt[name], start, end) for name, start, end in self._typos.find(text))

    def _add(self, name: Name) -> None:
        node = self.root
        for word in name.words:
            node = node.next.setdefault(word, Node())
        node.names.append(name)
        self._owners.setdefault(name.words, set()).add(name.customer)
