# /// script
# # The peers, on top of an environment that holds the package.
# dependencies = ["pyahocorasick>=2.1", "presidio-analyzer>=2.2"]
# ///
"""How fast a look-back finds other customers' names, and whether it finds them all.

Prints figures, asserts none. Every roster has a process of its own: companies of the S&P 500 and others
registered with the SEC, with tickers and titles as aliases; beyond those, names made of real places, surnames
and words of registered names. The English is real: sentences that people rated, in outputs of about 1,400
characters, each with its own customer's name in it. Other customers' names are planted in kinds that must all
be found, by code that knows nothing of how names are searched for.

MB/s is that of the whole check `foreign_names`, Run in, Findings out, by CPU time, over the outputs without
and with planted names; `memory` is what the process grew by while the names were made ready, `peak` the most
that it ever held. What finds names with a letter wrong is made at its first use; a look-back makes none. The
peers run in turn with ours, round by round, over the same outputs without planted names: a loop over
pyahocorasick's hits behind our own normaliser, which knows neither typing errors nor ordinary words, and
Presidio's deny-list. One that is missing is named as not compared.

`--sizes 100 10000` takes those rosters (default: 100 to 1,000,000), `--texts N` that many outputs (default:
all).
"""

import argparse
import json
import os
import random
import re
import resource
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from incident2eval.checks import foreign_names
from incident2eval.detection.names.forms import names_in
from incident2eval.detection.names.roster import names_of, without_typos
from incident2eval.detection.text.views import views
from incident2eval.detection.text.wording import WORD, fold
from incident2eval.model import Customer, Customers, Run

SHARED = Path(os.environ.get("INCIDENT2EVAL_SHARED", Path(__file__).parents[2] / "shared"))
DATA = SHARED / "data"
SIZES = (100, 1_000, 10_000, 100_000, 1_000_000)
ROUNDS = 5
CHARACTERS = 1_400
OWNERS = 50
"""So many customers take turns as those whose outputs they are."""
GOALS = {"pyahocorasick": (10_000, 1.5), "presidio": (100, 10.0)}
PRESIDIO_TEXTS = 20

Search = Callable[[str, str], bool]
"""Whether a text names anybody but a customer."""

ACCENTS = str.maketrans("aeou", "\u00e1\u00e9\u00f6\u00fc")
PLAIN = str.maketrans("\u00e1\u00e9\u00f6\u00fc", "aeou")
LEGAL = re.compile(r",? (?:inc|corp|corporation|co|plc|ltd|limited)\.?$", re.IGNORECASE)


def without_form(name: str) -> str:
    """A name without its legal form."""
    return LEGAL.sub("", name)


KINDS: dict[str, Callable[[str], str]] = {
    "as it is": lambda name: name,
    "capitals": str.upper,
    "small letters": str.lower,
    "legal form added": lambda name: f"{name}, Inc.",
    "legal form left out": without_form,
    "possessive": lambda name: f"{name}'s",
    "curly possessive": lambda name: f"{name}\u2019s",
    "two spaces": lambda name: name.replace(" ", "  "),
    "no-break space": lambda name: name.replace(" ", "\u00a0"),
    "line break": lambda name: name.replace(" ", "\n", 1),
    "quotes": lambda name: f"\u201c{name}\u201d",
    "accents taken off": lambda name: name.translate(PLAIN),
    "full width": lambda name: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in name),
    "and for &": lambda name: name.replace("&", "and"),
    "& as an entity": lambda name: name.replace("&", "&amp;"),
    "bold": lambda name: f"**{name}**",
    "a tag": lambda name: f"<b>{name}</b>",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """A text, and whose it is."""

    text: str
    customer: str


def main() -> None:
    """Measure and print."""
    if not (DATA / "names").is_dir():
        sys.exit(f"SKIPPED: the names are not at {DATA / 'names'}; nothing was measured")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--texts", type=int)
    parser.add_argument("--cell", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.cell:
        measure(given.cell, given.texts)
        return
    for size in given.sizes:
        texts = ["--texts", str(given.texts)] if given.texts else []
        subprocess.run([sys.executable, __file__, "--cell", str(size), *texts], check=True)


def measure(size: int, texts: int | None) -> None:
    """One roster: what it costs to make its names ready, how fast they are searched for, what is found."""
    customers = roster(size)
    clean = list(islice(outputs(customers), texts))
    dressed = {kind: list(planted(clean, customers, change)) for kind, change in KINDS.items()}
    before, begun = resident(), time.process_time()
    names_of(customers)
    built, memory = time.process_time() - begun, resident() - before
    begun = time.process_time()
    next(names_of(customers).misspelt("Anybody", ""), None)
    with_typos = time.process_time() - begun
    spent: dict[str, list[float]] = defaultdict(list)
    flagged: dict[str, int] = {}
    peers = {"foreign_names": exactly(ours(customers)), "typos": ours(customers)}
    peers |= dict(peers_for(customers))
    for _ in range(ROUNDS):
        for peer, search in peers.items():
            begun, some = time.process_time(), clean[: PRESIDIO_TEXTS if peer == "presidio" else None]
            flagged[peer] = sum(search(one.text, one.customer) for one in some)
            spent[peer].append((time.process_time() - begun) / sum(len(one.text) for one in some))
    begun = time.process_time()
    found = {
        kind: sum(peers["foreign_names"](one.text, one.customer) for one in some)
        for kind, some in dressed.items()
    }
    seconds = time.process_time() - begun
    written = [one for some in dressed.values() for one in some]
    names = sum(len(row.names) for row in customers)
    print(
        f"\n{size:>9,} customers, {names:,} names: ready in {built:.2f} s, memory {memory:,.0f} MB; "
        f"for a letter wrong {with_typos:.2f} s more, at its first use; "
        f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:,.0f} MB"
    )
    print(f"  clean {1e-6 / statistics.median(spent['foreign_names']):.2f} MB/s, ", end="")
    print(f"with a letter wrong too {1e-6 / statistics.median(spent['typos']):.2f} MB/s, ", end="")
    print(f"with planted names {sum(len(one.text) for one in written) / seconds / 1e6:.2f} MB/s")
    print(f"  recall {sum(found.values()) / len(written):.4f} of {len(written):,} names (goal 1.0), ", end="")
    print(f"{flagged['foreign_names']} of {len(clean)} clean outputs flagged")
    for kind, hits in found.items():
        if hits < len(dressed[kind]):
            print(f"  missed, {kind}: {len(dressed[kind]) - hits} of {len(dressed[kind])}")
    compared(size, spent, flagged)
    sys.stdout.flush()


def compared(size: int, spent: dict[str, list[float]], flagged: dict[str, int]) -> None:
    """The peers that are held to a goal at this size."""
    for peer, (at, goal) in GOALS.items():
        if size == at and peer not in spent:
            print(f"  beside {peer}: not compared, it is not installed")
        elif size == at:
            ratios = [theirs / own for theirs, own in zip(spent[peer], spent["foreign_names"], strict=True)]
            print(
                f"  {peer}: {1e-6 / statistics.median(spent[peer]):.3f} MB/s, flags {flagged[peer]}; "
                f"ours is {statistics.median(ratios):.2f} times as fast (goal {goal:g}; "
                f"rounds {', '.join(f'{ratio:.2f}' for ratio in ratios)})"
            )


def ours(customers: Customers) -> Search:
    """The whole check."""
    return lambda text, customer: bool(
        foreign_names(Run(output=text), customer=customer, customers=customers)
    )


def exactly(search: Search) -> Search:
    """The same without the names that have a letter wrong, as a look-back asks it."""

    def searched(text: str, customer: str) -> bool:
        with without_typos():
            return search(text, customer)

    return searched


def peers_for(customers: Customers) -> Iterator[tuple[str, Search]]:
    """The other ways that are compared at this size, as far as they are installed."""
    for peer, made in (("pyahocorasick", by_hand), ("presidio", by_presidio)):
        if len(customers) == GOALS[peer][0] and (search := made(customers)) is not None:
            yield peer, search


def by_hand(customers: Customers) -> Search | None:
    """A loop over pyahocorasick's hits as one would write it: whole words, own names left out."""
    try:
        import ahocorasick  # noqa: PLC0415 - a peer may be missing
    except ImportError:
        return None
    owners: dict[str, set[str]] = defaultdict(set)
    for name in names_in(customers):
        owners[f" {' '.join(name.words)} "].add(name.customer)
    automaton = ahocorasick.Automaton()
    for words, bearers in owners.items():
        automaton.add_word(words, bearers)
    automaton.make_automaton()

    def search(text: str, customer: str) -> bool:
        found: list[set[str]] = []
        for view in views(text):
            line = f" {' '.join(fold(word) for word in WORD.findall(view.text))} "
            found += (bearers for _, bearers in automaton.iter(line) if customer not in bearers)
        return bool(found)

    return search


def by_presidio(customers: Customers) -> Search | None:
    """Presidio's deny-list, in its recogniser of patterns."""
    try:
        from presidio_analyzer import PatternRecognizer  # noqa: PLC0415 - a peer may be missing
    except ImportError:
        return None
    owners: dict[str, set[str]] = defaultdict(set)
    for row in customers:
        for name in row.names:
            owners[name.lower()].add(row.id)
    recogniser: Any = PatternRecognizer(supported_entity="CUSTOMER", deny_list=sorted(owners))

    def search(text: str, customer: str) -> bool:
        hits = recogniser.analyze(text, ["CUSTOMER"], None)
        return any(customer not in owners.get(text[hit.start : hit.end].lower(), ()) for hit in hits)

    return search


def roster(size: int) -> Customers:
    """So many customers: real ones first."""
    return Customers(rows=tuple(islice(companies(), size)))


def companies() -> Iterator[Customer]:
    """Companies by their real names, then more of real words; one in twenty with accents."""
    sp500, registered = jsonl("sp500_companies.jsonl"), jsonl("sec_registrants.jsonl")
    for row in sp500:
        yield Customer(id=str(row["cik"]), name=row["name"], aliases=(row["ticker"], *row["sec_titles"]))
    known = {row["cik"] for row in sp500}
    titles = [row["sec_titles"][0] for row in registered]
    for row in registered:
        if row["cik"] not in known:
            yield Customer(id=str(row["cik"]), name=row["sec_titles"][0], aliases=tuple(row["tickers"][:1]))
    words = {word.title() for title in titles for word in title.split()[1:]}
    trades = sorted(word for word in words if word.isalpha() and len(word) > 4)
    surnames, places = (
        [line for line in lines(file) if line.isalpha() and len(line) > 3]
        for file in ("names.txt", "places.txt")
    )
    chance = random.Random(5)  # noqa: S311
    for at in range(max(SIZES)):
        place, surname, trade = chance.choice(places), chance.choice(surnames), chance.choice(trades)
        first = (f"{place} & {surname}", f"{surname} {place}", f"{place} {surname}")[at % 3]
        first = first.translate(ACCENTS) if at % 20 == 0 else first
        yield Customer(id=f"M{at}", name=f"{first} {trade} Ltd", aliases=(first,))


def outputs(customers: Customers) -> Iterator[Output]:
    """Texts of real sentences that name nobody as the roster does, and their owner's name."""
    names = {name for row in customers for text in row.names for name in (text, without_form(text))}
    names |= {name.casefold() for name in names if len(name) > 3}
    clean = [one for one in sorted(set(sentences())) if names.isdisjoint(runs_of_words(one))]
    random.Random(3).shuffle(clean)  # noqa: S311
    owners = random.Random(4).sample(customers.rows, min(OWNERS, len(customers)))  # noqa: S311
    text: list[str] = []
    for sentence in clean:
        text.append(sentence)
        if sum(map(len, text)) > CHARACTERS:
            owner = owners[len(text[0]) % len(owners)]
            text.insert(len(text) // 2, f"All this was read by {owner.name} in May.")
            yield Output(text=" ".join(text), customer=owner.id)
            text = []


def runs_of_words(sentence: str) -> Iterator[str]:
    """Every one to six words of a sentence, without what stands around them."""
    words = sentence.split()
    for at in range(len(words)):
        for count in range(1, 7):
            run = re.sub(r"^\W+|(?:'s)?\W*$", "", " ".join(words[at : at + count]))
            yield from (run, run.casefold())


def planted(clean: Sequence[Output], customers: Customers, change: Callable[[str], str]) -> Iterator[Output]:
    """Outputs with another customer's name among their sentences, where the change makes it another one."""
    chance = random.Random(9)  # noqa: S311
    plain = re.compile(r"[^\W\d_]{3,}(?: & | )[^\W\d_]{3,}(?: [^\W\d_]+)*")
    named = [row for row in customers if plain.fullmatch(without_form(row.name))]
    rows = [row for row in named if change(row.name) != row.name]
    for one in clean:
        some = (*chance.sample(rows, min(9, len(rows))), *chance.sample(named, 2))
        name = next(row.name for row in some if row.id != one.customer)
        head, _, tail = one.text.partition(". ")
        yield Output(text=f"{head}. They had heard of {change(name)} before. {tail}", customer=one.customer)


def sentences() -> Iterator[str]:
    """Every rated sentence."""
    for path in sorted((DATA / "tofueval").glob("*.inputs.jsonl")):
        with path.open(encoding="utf-8") as rows:
            yield from (json.loads(row)["summ_sent"].strip() for row in rows)


def jsonl(file: str) -> list[dict[str, Any]]:
    """The rows of a list of companies."""
    return [json.loads(line) for line in lines(file)]


def lines(file: str) -> list[str]:
    """The lines of a list of names."""
    return [line for line in (DATA / "names" / file).read_text(encoding="utf-8").split("\n") if line]


def resident() -> float:
    """Megabytes that the process holds."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main()
