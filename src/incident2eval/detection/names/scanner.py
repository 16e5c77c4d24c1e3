"""Whether a name that is not the customer's own can stand in a text: one pass that most texts need only."""

from collections.abc import Iterable, Iterator
from itertools import product
from typing import TypeVar

from ahocorasick_rs import BytesAhoCorasick

from incident2eval.detection.names.forms import Name
from incident2eval.detection.names.reading import Reading, read, read_by_words
from incident2eval.detection.text.views import views
from incident2eval.model.customer import Use

_WORDS, _FIRST = 3, 20
"""So many words and bytes of a name it looks for: with more the automaton grows, and stops few texts more."""

_LEGAL_FORMS = frozenset(
    "ltd limited llp llc plc inc incorporated corp corporation gmbh pty ag co "
    "s sa sar sarl sal b bv n nv".split()
)
"""First words of what `LEGAL_FORM` finds."""

Bearer = str | None
"""The one customer that has names with a word or words; None where several have."""
_Key = TypeVar("_Key", str, bytes)


class Scanner:
    """The names of a roster, searched for more loosely than the search itself does: it says no, or perhaps.

    Looked for are the first words of names in any case, whatever stands between them. A name that must be
    capitalised, as it is an ordinary word too, is looked up among the capitalised words of a text.
    """

    def __init__(self, names: Iterable[Name]) -> None:
        phrases: dict[bytes, Bearer] = {}
        self._as_names: dict[str, Bearer] = {}
        self._as_written: dict[str, Bearer] = {}
        self._written: dict[str, Bearer] = {}
        for name in names:
            if name.use is Use.AS_A_NAME:
                _note(self._as_names, name.words[-1:], name.customer)
            elif name.use is Use.AS_WRITTEN and name.is_one_word and name.written[0][:1].isupper():
                _note(self._as_written, name.words, name.customer)
                _note(self._written, name.written, name.customer)
            else:
                _note(phrases, _beginnings(name), name.customer)
        self._bearers = tuple(phrases.values())
        self._phrases = BytesAhoCorasick(phrases)

    def may_name_other(self, text: str, customer: str) -> bool:
        """Whether a name that is not the customer's alone may stand in a text."""
        readings = (
            [reading] if (reading := read(text)) else (read_by_words(view.text) for view in views(text))
        )
        return any(self._in_line(one, customer) or self._among(one, customer) for one in readings)

    def _in_line(self, one: Reading, customer: str) -> bool:
        """Whether first words of another's name stand in a row."""
        line = " ".join((one.line, *one.possessives, "")).encode(errors="surrogatepass")
        found = self._phrases.find_matches_as_indexes(line, overlapping=True)
        return any(self._bearers[phrase] != customer for phrase, _, _ in found)

    def _among(self, one: Reading, customer: str) -> bool:
        """Whether a capitalised word may be another's name that is an ordinary word or initials as well."""
        lower = {*" ".join(one.capitalised).casefold().split(), *one.possessives}
        if _is_anothers(self._as_names, lower, customer) or _is_anothers(
            self._written, one.capitalised, customer
        ):
            return True
        initials = self._as_written.keys() & lower
        return bool(initials) and _is_anothers(
            self._as_written, initials.intersection(_before_legal_forms(one.line)), customer
        )


def _before_legal_forms(line: str) -> Iterator[str]:
    """The words right before what may be a legal form; expressions take the dotless i for an i."""
    words = line.replace("\u0131", "i").split(" ")
    if _LEGAL_FORMS.isdisjoint(words):
        return
    yield from (words[at - 1] for at, word in enumerate(words) if word in _LEGAL_FORMS)


def _note(bearers: dict[_Key, Bearer], keys: Iterable[_Key], customer: str) -> None:
    for key in keys:
        if bearers.setdefault(key, customer) != customer:
            bearers[key] = None


def _is_anothers(bearers: dict[str, Bearer], words: set[str], customer: str) -> bool:
    """Whether any of the words is not the customer's alone."""
    return any(bearers[word] != customer for word in bearers.keys() & words)


def _beginnings(name: Name) -> Iterator[bytes]:
    """How it may begin in a line: a word that ends in s loses it to a possessive 's."""
    if name.is_one_word:
        return iter((_line(name.words)[:_FIRST],))
    spellings = ((word, word[:-1]) if word.endswith("s") else (word,) for word in name.words[:_WORDS])
    return (_line(words)[:_FIRST] for words in product(*spellings))


def _line(words: Iterable[str]) -> bytes:
    return f" {' '.join(words)} ".encode(errors="surrogatepass")
