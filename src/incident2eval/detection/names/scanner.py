"""Whether a name that is not the customer's own can stand in a text: one pass that most texts need only."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, product
from typing import TypeVar

from ahocorasick_rs import BytesAhoCorasick

from incident2eval.detection.names.forms import Name, plural
from incident2eval.detection.names.reading import Reading, read, read_by_words
from incident2eval.detection.text.views import views
from incident2eval.model.customer import Use

_WORDS, _FIRST = 3, 20
"""So many words and bytes of a name it looks for: with more the automaton grows, and stops few texts more."""
_TELLING = 8
"""A word of so many letters is looked for whatever it ends in: that finds its plural, too."""

_LEGAL_FORMS = (
    "ltd limited llp llc plc inc incorporated corp corporation gmbh pty ag co "
    "s sa sar sarl sal b bv n nv".split()
)
"""First words of what `LEGAL_FORM` finds."""

Bearer = str | None
"""The one customer that has names with a word or words; None where several have."""
_Key = TypeVar("_Key", str, bytes)


class Scanner:
    """The names of a roster, searched for more loosely than the search itself does: it says no, or perhaps.

    Looked for are the first words of names in any case, whatever stands between them. Of a name that is an
    ordinary word too a capital is asked, and initials are looked for as they are written.
    """

    def __init__(self, rows: Iterable[Sequence[Name]]) -> None:
        """Take the names of one customer after the other."""
        phrases: dict[bytes, Bearer] = {}
        words: dict[str, Bearer] = {}
        written: dict[bytes, Bearer] = {}
        for names in rows:
            beginnings: list[bytes] = []
            for name in names:
                if name.use is Use.AS_A_NAME:
                    _note(words, name.words[-1:], name.customer)
                elif name.use is Use.AS_WRITTEN and name.is_one_word and name.written[0][:1].isupper():
                    _note(written, (_line(name.written),), name.customer)
                    beginnings += (_line((*name.words, form))[:_FIRST] for form in _LEGAL_FORMS)
                else:
                    beginnings += _beginnings(name)
            if beginnings:
                _note(phrases, _shortest(beginnings), names[0].customer)
        self._bearers = (*phrases.values(), *words.values())
        self._words, self._before_words = tuple(words), len(phrases)
        self._phrases = BytesAhoCorasick(chain(phrases, (_line((word,)) for word in words)))
        self._bearers_as_written = tuple(written.values())
        self._written = BytesAhoCorasick(written)

    def may_name_other(self, text: str, customer: str) -> bool:
        """Whether a name that is not the customer's alone may stand in a text."""
        if reading := read(text):
            return self._finds(reading, customer)
        return any(self._finds(read_by_words(view.text), customer) for view in views(text))

    def _finds(self, one: Reading, customer: str) -> bool:
        if self._bearers_as_written:
            for initials, _, _ in self._written.find_matches_as_indexes(
                _bytes(one.written), overlapping=True
            ):
                if self._bearers_as_written[initials] != customer:
                    return True
        line = " ".join((one.line, *one.possessives, ""))
        if "\u0131" in line:  # expressions take the dotless i for an i, as in a legal form
            line += line.replace("\u0131", "i")
        for phrase, start, _ in self._phrases.find_matches_as_indexes(_bytes(line), overlapping=True):
            if self._bearers[phrase] != customer and (
                phrase < self._before_words
                or one.may_have_capital(self._words[phrase - self._before_words], start + 1)
            ):
                return True
        return False


def _note(bearers: dict[_Key, Bearer], keys: Iterable[_Key], customer: str) -> None:
    for key in keys:
        if bearers.setdefault(key, customer) != customer:
            bearers[key] = None


def _beginnings(name: Name) -> Iterator[bytes]:
    """How it and its plural may begin in a line: a word that ends in s loses it to a possessive 's."""
    if name.is_one_word:
        word = _line(name.words)
        if len(name.words[0]) >= _TELLING:
            yield word[:-1][:_FIRST]
        else:
            yield word
            yield from (_line(several.words) for several in filter(None, (plural(name),)))
        return
    *ahead, last = name.words[:_WORDS]
    spellings = ((word, word[:-1]) if word.endswith("s") else (word,) for word in ahead)
    for words in product(*spellings):
        line = _line((*words, last))
        yield (line[:-2] if last.endswith("s") else line)[:_FIRST]


def _shortest(beginnings: Iterable[bytes]) -> Iterator[bytes]:
    """Those that begin with none of the others: where one of one customer's stands, it is found by that."""
    last = b"\n"
    for one in sorted(beginnings):
        if not one.startswith(last):
            last = one
            yield one


def _line(words: Iterable[str]) -> bytes:
    return _bytes(f" {' '.join(words)} ")


def _bytes(line: str) -> bytes:
    return line.encode(errors="surrogatepass")
