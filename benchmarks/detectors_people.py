"""Rules for persons' names against each other: whose lists, which words, and what they take for a person.

Agents' traces come in two halves: the even ones were looked at while our rule was made, the odd held out.
The names of the invented tickets are from countries whose lists no rule here has read.
"""
# ruff: noqa: PLC0415 - a candidate is imported in its own process alone

import random
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from detectors_texts import DATA, Find, Names, alarms, clean, lines, merged, share

COMMON = 400
FREQUENT = 1_000
"""So many first names may be words as well, and so many surnames."""


def ours() -> Find:
    """This project's rule: forms of address, labels, greetings, first names before surnames, handles."""
    from incident2eval.detection.people import people

    return people


def _shared_names() -> Names:
    return frozenset((DATA / "names" / "first-names.txt").read_text(encoding="utf-8").split())


def _faker_names() -> Names:
    from importlib import import_module

    places = "en_GB en_US en_IN en_IE de_DE fr_FR es_ES it_IT nl_NL pl_PL pt_BR sv_SE tr_TR".split()
    providers = [import_module(f"faker.providers.person.{place}").Provider for place in places]
    return frozenset(name for provider in providers for name in provider.first_names if " " not in name)


def _census(part: str, most: int | None = None) -> Names:
    """Names of the US Census of 1990, the most frequent first, as the package `names` brings them."""
    from importlib.metadata import distribution

    file = Path(distribution("names").locate_file(f"names/dist.{part}"))
    return frozenset(line.split()[0].title() for line in file.read_text(encoding="ascii").splitlines()[:most])


def _census_names(most: int | None = None) -> Names:
    return _census("female.first", most) | _census("male.first", most)


_CAPITAL = r"(?![A-Z]{2,}\b)[A-Z][^\W\d_]*(?:['\u2019-](?!s\b)[^\W\d_]+)*"
_PAIR = re.compile(rf"(?<![\w@.])({_CAPITAL})((?:[ ][A-Z]\.)?)((?:[ ]{_CAPITAL}){{1,2}})(?!\w)")
_TITLES = "Mrs?|Ms|Miss|Mx|Dr|Prof(?:essor)?|Sir|Dame|Herr|Frau|Mme|Madame|Monsieur"
_TITLED = re.compile(rf"\b(?:{_TITLES})\.?[ ]({_CAPITAL}(?:[ ]{_CAPITAL})?)")


def _ordinary(word: str) -> bool:
    from incident2eval.detection.names.ordinary import is_ordinary

    return len(word) < 3 or is_ordinary(word.lower())


def _pairs(text: str, *, firsts: Names, common: Names, surnames: Names) -> Iterator[tuple[int, int]]:
    """A first name and one or two words in capitals that are no ordinary ones, or a frequent surname.

    A first name that is an ordinary word as well must be a common one.
    """
    at = 0
    while match := _PAIR.search(text, at):
        first, _, rest = match.groups()
        at = match.end(1)
        words = rest.split()
        if first not in (common if _ordinary(first) else firsts):
            continue
        if _ordinary(words[0]) and words[0] not in surnames:
            continue
        if len(words) == 2 and _ordinary(words[1]):
            words.pop()
        at = match.start(3) + sum(len(word) + 1 for word in words)
        yield match.start(), at


def _titled(text: str) -> Iterator[tuple[int, int]]:
    return (match.span(1) for match in _TITLED.finditer(text))


def _bare(text: str, full: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """First names and surnames of the full names, wherever they stand alone."""
    names = [text[start:end].split() for start, end in full]
    words = {re.escape(word) for name in names for word in (name[0], name[-1]) if len(word) > 2}
    if words:
        any_of = "|".join(sorted(words, key=len, reverse=True))
        yield from (match.span() for match in re.finditer(rf"(?<![^\W_])(?:{any_of})(?![^\W_])", text))


def _rule(
    firsts: Names, *, common: Names = (), surnames: Names = (), titles: bool = False, bare: bool = False
) -> Find:
    def find(text: str) -> Iterator[tuple[int, int]]:
        found = list(_pairs(text, firsts=firsts, common=common or firsts, surnames=surnames))
        found += _titled(text) if titles else ()
        yield from found
        yield from _bare(text, found) if bare else ()

    return find


def ranked(*, more: Names = frozenset(), titles: bool = True, bare: bool = False) -> Find:
    """First names of the census, the common ones among words, and its frequent surnames among words."""
    firsts, common, surnames = _census_names() | more, _census_names(COMMON), _census("all.last", FREQUENT)
    return _rule(firsts, common=common, surnames=surnames, titles=titles, bare=bare)


def names_dataset() -> Find:
    """First names and surnames of names-dataset instead of the lists."""
    from names_dataset import NameDataset

    known = NameDataset()
    return _rule(known.first_names, surnames=known.last_names)


def probablepeople() -> Find:
    """Two or three words in capitals that its model of names calls a person."""
    import probablepeople as library

    def is_person(words: str) -> bool:
        try:
            return library.tag(words)[1] == "Person"
        except library.RepeatedLabelError:
            return False

    return lambda text: [match.span() for match in _PAIR.finditer(text) if is_person(match[0])]


HELD_OUT = "et_EE lt_LT lv_LV sl_SI".split()
"""Countries whose names no rule has read."""
TICKETS = (
    "{} wrote in again about the Refund Policy. Our agent told {} that Order 4471 ships on Monday.",
    "Escalated by {} to Tier 2. Customer says the Premium Plan was sold by {} in March.",
    "Call Notes: spoke with {} and {}. Next Steps: send the Signed Contract, close Ticket 88.",
    "The Support Bot mixed up {} with {} when it read the Monthly Report for Head Office.",
    "Approval Request from {}: Grant Access to Data Lake. Approved by {} without Second Review.",
)


def tickets(seed: int = 7, *, count: int = 400) -> list[tuple[str, list[str]]]:
    """Invented tickets with the names that stand in them."""
    from importlib import import_module

    makers = [import_module(f"faker.providers.person.{place}").Provider for place in HELD_OUT]
    firsts = [sorted({*maker.first_names}) for maker in makers]
    lasts = [sorted({*maker.last_names}) for maker in makers]
    chance = random.Random(seed)  # noqa: S311
    found = []
    for turn in range(count):
        at = turn % len(makers)
        people = [f"{chance.choice(firsts[at])} {chance.choice(lasts[at])}" for _ in range(2)]
        found.append((TICKETS[turn % len(TICKETS)].format(*people), people))
    return found


NAME_RULES: Mapping[str, Callable[[], Find]] = {
    "ours, people": ours,
    "shared list": lambda: _rule(_shared_names()),
    "faker": lambda: _rule(_faker_names()),
    "census": lambda: _rule(_census_names()),
    "census ranked": lambda: ranked(titles=False),
    "... and titles": ranked,
    "... and faker": lambda: ranked(more=_faker_names()),
    "... and bare": lambda: ranked(more=_faker_names(), bare=True),
    "names-dataset": names_dataset,
    "probablepeople": probablepeople,
}


_HANDLE = re.compile(r"\b([a-z]{3,})[._]([a-z]{3,})(?:[._]?\d+)?(?=@|[\"\s,])")
_PEOPLE = re.compile(r'"(?:author|sender|from|to|attendees|participants|members)": (\[[^]]*\]|"[^"]*")')
_QUOTED = re.compile(r'"([A-Z][a-z]+) ([A-Z][\w\'-]+)"')


def gold(text: str) -> set[str]:
    """Full names that fields, handles and addresses of the same text vouch for, independent of any list."""
    pairs = [(one.title(), two.title()) for one, two in _HANDLE.findall(text)]
    pairs = [pair for pair in pairs if not all(map(_ordinary, pair))]
    pairs += [pair for field in _PEOPLE.findall(text) for pair in _QUOTED.findall(field)]
    names = {" ".join(pair) for pair in pairs} - {"Jane Doe", "John Doe", "Dev Team"}
    return {name for name in names if re.search(rf"\b{name}\b", text)}


def on_names(find: Find) -> dict[str, object]:
    """What a rule finds and what it takes for a person."""
    import planted

    began = time.process_time()
    people = [sample for sample in planted.samples(each=64) if sample.kind == "person"]
    firms = [row["name"] for row in lines(DATA / "names" / "sp500_companies.jsonl")]
    invented, beside = _on_tickets(find)
    return {
        "counts": _on_traces(find),
        "planted": sum(share(sample.span, find(sample.text)) == 1 for sample in people) / len(people),
        "invented": invented,
        "firms": sum(bool(list(find(f"The contract with {firm} ends."))) for firm in firms) / len(firms),
        "alarms": {kind: alarms(find, texts) for kind, texts in clean().items()} | {"invented": beside},
        "seconds": time.process_time() - began,
    }


def _on_traces(find: Find) -> dict[str, list[int]]:
    """Of the names in agents' traces how many are found: in the half that was looked at, and in the other."""
    counts = {"full": [0, 0], "held out": [0, 0], "alone": [0, 0]}
    for number, row in enumerate(lines(DATA / "privacylens" / "trajectories.jsonl")):
        text = "\n".join(str(part) for part in row["trajectory"].values())
        spans = list(find(text))
        for kind, mention in _mentions(text, gold(text)):
            column = "held out" if kind == "full" and number % 2 else kind
            counts[column][0] += share(mention, spans) == 1
            counts[column][1] += 1
    return counts


def _on_tickets(find: Find) -> tuple[float, float]:
    """Recall on invented tickets, and false alarms per 1,000 of their words."""
    known = wrong = words = 0
    invented = tickets()
    for text, names in invented:
        places = [(text.index(name), text.index(name) + len(name)) for name in names]
        spans = list(find(text))
        known += sum(share(place, spans) == 1 for place in places)
        beside = [span for span in merged(spans) if not any(share(place, [span]) for place in places)]
        wrong += len(beside)
        words += len(text.split())
    return known / (2 * len(invented)), 1000 * wrong / words


def _mentions(text: str, names: set[str]) -> Iterator[tuple[str, tuple[int, int]]]:
    taken: set[int] = set()
    for name in sorted(names):
        for match in re.finditer(rf"\b{name}\b", text):
            taken |= set(range(*match.span()))
            yield "full", match.span()
    for first in sorted({name.split()[0] for name in names}):
        for match in re.finditer(rf"\b{first}\b", text):
            if match.start() not in taken:
                yield "alone", match.span()


def print_names(rows: dict[str, dict[str, object]]) -> None:
    """One line a rule; what it flags in prose and tickets stands in the table of costs."""
    print(f"\n{'rule for names':<18}  full, seen  held out     alone  planted  invented  firms flagged")
    for name, row in rows.items():
        shares = " ".join(f"{found / most:6.0%} of {most:2}" for found, most in row["counts"].values())
        print(f"{name:<18} {shares} {row['planted']:8.1%} {row['invented']:8.1%} {row['firms']:8.1%}")
