"""How well names of customers are found in real English, and how often a clean text is flagged.

Prints figures, asserts none. The roster is real: companies of the S&P 500, tickers and registered titles
as aliases. The English is real too: sentences of summaries that people rated (interviews, meetings).
`--texts N` takes N clean texts (default: all), `--names N` that many companies (default: all).
`--hashed` judges with a roster of hashes, and prints how much longer that takes than with names in clear.
"""

import argparse
import json
import os
import random
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from incident2eval.checks import foreign_names
from incident2eval.detection.names.hashing import hashed
from incident2eval.detection.names.roster import Mention, names_of
from incident2eval.model import Customer, Customers, Run

SHARED = Path(os.environ.get("INCIDENT2EVAL_SHARED", Path(__file__).parents[2] / "shared"))
DATA = SHARED / "data"
OWN = "OWN"
"""The customer whose texts they are; its name stands in none of them."""

LETTERS = "abcdefghijklmnopqrstuvwxyz"
FRAMES = (
    "{text} They had heard of it from {name} before.",
    "{text} {name} confirmed it on Monday.",
    "{text}\n\n| customer | open |\n| --- | --- |\n| {name} | 12 |\n",
    "{text} The contract with {name} ends in May.",
    "- {name}: {text}",
    '{text} "{name}", it said on the cover.',
)
TRAPS = (
    "{text} The office in {place} is closed on Mondays.",
    "{text} {first} took the minutes.",
    "{text} {first} from {place} asked for a copy.",
)
GOALS = {"spelling": 99.0, "one letter": 90.0, "false alarms": 2.0}

Change = Callable[[str, random.Random], str]


def full_width(name: str) -> str:
    """Letters as East Asian keyboards write them."""
    return "".join(chr(ord(char) + 0xFEE0) if char.isascii() and char.isalnum() else char for char in name)


def accented(name: str, chance: random.Random) -> str:
    """One vowel with an accent."""
    at = [n for n, char in enumerate(name) if char in "aeiouAEIOU"]
    if not at:
        return name
    n = chance.choice(at)
    return name[: n + 1] + "\u0301" + name[n + 1 :]


def without_form(name: str) -> str:
    """The name without its legal form."""
    return re.sub(
        r",? (?:inc|corp|corporation|company|co|plc|ltd|limited|group)\.?$", "", name, flags=re.IGNORECASE
    )


SPELLINGS: dict[str, dict[str, Change]] = {
    "as it is": {"as it is": lambda name, _: name},
    "case": {
        "capitals": lambda name, _: name.upper(),
        "title": lambda name, _: name.title(),
    },
    "punctuation": {
        "& as and": lambda name, _: name.replace("&", "and"),
        "bold": lambda name, _: f"**{name}**",
        "in brackets": lambda name, _: f"({name})",
        "comma behind": lambda name, _: f"{name},",
    },
    "suffix": {
        "with a form": lambda name, _: f"{without_form(name)} Ltd",
        "without its form": lambda name, _: without_form(name),
    },
    "possessive": {"'s": lambda name, _: f"{name}'s", "\u2019s": lambda name, _: f"{name}\u2019s"},
    "line break": {
        "newline": lambda name, _: name.replace(" ", "\n", 1),
        "newline and indent": lambda name, _: name.replace(" ", "\n    ", 1),
    },
    "Unicode": {
        "no-break space": lambda name, _: name.replace(" ", "\u00a0"),
        "full width": lambda name, _: full_width(name),
        "zero-width space": lambda name, _: f"{name[:2]}\u200b{name[2:]}",
        "soft hyphen": lambda name, _: f"{name[:3]}\u00ad{name[3:]}",
        "accent": accented,
    },
}


def typo(name: str, chance: random.Random) -> str:
    """One letter wrong, missing, doubled or swapped with the next one."""
    at = chance.choice(
        [n for n, char in enumerate(name[:-1]) if char.isalpha() and name[n + 1].isalpha()] or [0]
    )
    how = chance.randrange(4)
    if how == 0:
        wrong = chance.choice([letter for letter in LETTERS if letter != name[at].lower()])
        return name[:at] + (wrong.upper() if name[at].isupper() else wrong) + name[at + 1 :]
    if how == 1:
        return name[:at] + name[at + 1 :]
    if how == 2:
        return name[:at] + name[at] + name[at:]
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def main() -> None:
    """Measure and print."""
    if not (DATA / "names").is_dir():
        sys.exit(f"SKIPPED: the names are not at {DATA / 'names'}; nothing was measured")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int)
    parser.add_argument("--names", type=int)
    parser.add_argument(
        "--registrants", action="store_true", help="take every company registered with the SEC"
    )
    parser.add_argument("--hashed", action="store_true", help="judge with a roster of hashes")
    given = parser.parse_args()
    customers = roster(registrants=given.registrants)
    rows = [row for row in customers if row.id != OWN][: given.names]
    clean, left_out = clean_texts(customers)
    clean = clean[: given.texts]
    print(
        f"{len(rows)} companies, {len(clean)} clean texts ({left_out} left out: they hold a company's name)\n"
    )
    judging = hashed(customers, os.urandom(32)) if given.hashed else customers
    recall(rows, judging, clean)
    false_alarms(customers, judging, clean)
    if given.hashed:
        compared(customers, judging)


def recall(rows: list[Customer], customers: Customers, clean: list[str]) -> None:
    """Recall of mentions by kind of spelling and by kind of name, and of typing errors as doubts."""
    chance = random.Random(7)  # noqa: S311
    missed: list[str] = []
    for kind, changes in SPELLINGS.items():
        found = tried = 0
        for row in rows:
            for change in changes.values():
                name = change(row.name, chance)
                flagged, _ = judged(
                    chance.choice(FRAMES).format(text=chance.choice(clean), name=name), customers
                )
                tried += 1
                found += flagged
                missed += [] if flagged else [f"{kind}: {name!r}"]
        told(f"names, {kind}", found, tried, GOALS["spelling"])
    for kind, aliases in (("tickers", slice(0, 1)), ("titles", slice(1, None))):
        names = [name for row in rows for name in row.aliases[aliases]]
        hits = [
            judged(chance.choice(FRAMES).format(text=chance.choice(clean), name=name), customers)[0]
            for name in names
        ]
        missed += [f"{kind}: {name!r}" for name, hit in zip(names, hits, strict=True) if not hit]
        told(kind, sum(hits), len(hits), GOALS["spelling"])
    long = [row.name for row in rows if len(re.sub(r"\W", "", without_form(row.name))) >= 8]
    seen = 0
    for name in long:
        wrong = typo(without_form(name), chance)
        flagged, doubted = judged(
            chance.choice(FRAMES).format(text=chance.choice(clean), name=wrong), customers
        )
        seen += flagged or doubted
        missed += [] if flagged or doubted else [f"one letter: {wrong!r} for {name!r}"]
    told("one letter wrong, 8 letters and more", seen, len(long), GOALS["one letter"])
    print("\nmissed, such as:", *missed[:: max(1, len(missed) // 20)], sep="\n  ")


def false_alarms(customers: Customers, judging: Customers, clean: list[str]) -> None:
    """Clean texts that are flagged, as they are and with places and first names put in."""
    chance = random.Random(11)  # noqa: S311
    places, firsts = (
        [line for line in (DATA / "names" / file).read_text(encoding="utf-8").split("\n") if line.isalpha()]
        for file in ("places.txt", "first-names.txt")
    )
    names = {name.casefold() for row in customers for name in row.names}
    firsts = [name for name in firsts if name.casefold() not in names]
    places = [name for name in places if name.casefold() not in names]
    print()
    flags: list[str] = []
    for kind, frames in (("as they are", ("{text}",)), ("with places and first names", TRAPS)):
        flagged = doubted = 0
        for text in clean:
            frame = chance.choice(frames)
            output = frame.format(text=text, place=chance.choice(places), first=chance.choice(firsts).title())
            red, doubt = judged(output, judging)
            flagged, doubted = flagged + red, doubted + doubt
            flags += [output] if red else []
        rate = 1000 * flagged / len(clean)
        print(
            f"false alarms, {kind:<28} {rate:6.2f} per 1,000 texts (goal {GOALS['false alarms']:g}), "
            f"{1000 * doubted / len(clean):.2f} doubts"
        )
    print("\nflagged, such as:", *flags[:8], sep="\n  ")


JUDGED: list[str] = []
"""Every text that was judged."""


def compared(clear: Customers, hashes: Customers) -> None:
    """The search for names alone, over all texts of this run, with both rosters in turn."""
    for _ in range(2):
        told, in_clear = searched("names in clear", clear)
        same, as_hashes = searched("hashes", hashes)
        print(f"time with hashes / in clear: {as_hashes / in_clear:.2f}")
    alike = sum(one == other for one, other in zip(told, same, strict=True))
    print(f"same customers at the same places in {alike} of {len(JUDGED)} texts")


def searched(kind: str, customers: Customers) -> tuple[list[list[Mention]], float]:
    """The mentions in every text, and the seconds that took; building the index is printed apart."""
    begun = time.perf_counter()
    names = names_of(customers)
    built = time.perf_counter()
    mentions = [list(names.foreign(text, OWN)) for text in JUDGED]
    seconds = time.perf_counter() - built
    print(f"{kind:<16} index {built - begun:6.2f} s, {1e6 * seconds / len(JUDGED):7.1f} us a text")
    return mentions, seconds


def judged(output: str, customers: Customers) -> tuple[bool, bool]:
    """Whether a text is flagged, and whether it is doubted."""
    JUDGED.append(output)
    findings = foreign_names(Run(output=output), customer=OWN, customers=customers)
    return bool(findings), bool(findings.doubtful)


def told(kind: str, found: int, tried: int, goal: float) -> None:
    """Print one line of recall."""
    print(f"recall, {kind:<40} {100 * found / tried:6.2f} % of {tried} (goal {goal:g} %)")


def roster(*, registrants: bool) -> Customers:
    """The companies as customers, with ticker and registered titles as aliases."""
    rows = [json.loads(line) for line in (DATA / "names" / "sp500_companies.jsonl").open(encoding="utf-8")]
    companies = {
        row["cik"]: Customer(
            id=str(row["cik"]), name=row["name"], aliases=(row["ticker"], *row["sec_titles"])
        )
        for row in rows
    }
    if registrants:
        others = [
            json.loads(line) for line in (DATA / "names" / "sec_registrants.jsonl").open(encoding="utf-8")
        ]
        companies |= {
            row["cik"]: Customer(
                id=str(row["cik"]), name=row["sec_titles"][0], aliases=tuple(row["tickers"][:1])
            )
            for row in others
            if row["cik"] not in companies
        }
    return Customers(rows=(Customer(id=OWN, name="Quillon & Tarrant"), *companies.values()))


def clean_texts(customers: Customers) -> tuple[list[str], int]:
    """Real sentences in which no name of the roster stands as it is written, and how many were left out."""
    names = [re.escape(name) for row in customers for name in {without_form(row.name), *row.names}]
    named = re.compile(r"\b(?:" + "|".join(sorted(names, key=len, reverse=True)) + r")\b")
    texts = sorted(set(sentences()))
    clean = [text for text in texts if not named.search(text)]
    random.Random(3).shuffle(clean)  # noqa: S311
    return clean, len(texts) - len(clean)


def sentences() -> Iterator[str]:
    """Every rated sentence."""
    for path in sorted((DATA / "tofueval").glob("*.inputs.jsonl")):
        with path.open(encoding="utf-8") as lines:
            yield from (json.loads(line)["summ_sent"].strip() for line in lines)


if __name__ == "__main__":
    main()
