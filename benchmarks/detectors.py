"""Detectors of personal data and secrets against each other: recall, false alarms, start-up, speed, network.

Prints figures, asserts none. Every candidate is measured in its own process without a network: an attempt to
reach one is refused, counted and named. What is not installed here is printed as missing. The texts are
planted (`planted.py`), real English (rated summaries), tickets and agents' traces (with persons).
"""
# ruff: noqa: PLC0415 - a candidate is imported in its own process alone

import argparse
import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
import types
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path

SHARED = Path(os.environ.get("INCIDENT2EVAL_SHARED", Path(__file__).parents[2] / "shared"))
DATA = SHARED / "data"
ROUNDS = 3
MOST_TEXTS = 1_500
COMMON = 400
FREQUENT = 1_000
"""So many first names may be words as well, and so many surnames."""

Find = Callable[[str], Iterable[tuple[int, int]]]
Names = Collection[str]


def ours() -> Find:
    """The patterns of this project with check digits of python-stdnum and phonenumbers."""
    from incident2eval.detection.personal import data

    return lambda text: [(datum.start, datum.end) for datum in data(text)]


def _presidio(*, least: float, email: bool) -> Find:
    from presidio_analyzer.predefined_recognizers import country_specific, generic

    makers = [
        getattr(generic, name) for name in generic.__all__ if not name.startswith(("Url", "Uuid", "Email"))
    ]
    for country in (country_specific.uk, country_specific.us):
        makers += [getattr(country, name) for name in country.__all__]
    recognizers = [maker() for maker in makers]
    recognizers.append(generic.EmailRecognizer() if email else _email_offline(generic.EmailRecognizer))

    def find(text: str) -> Iterator[tuple[int, int]]:
        for recognizer in recognizers:
            for result in recognizer.analyze(text, recognizer.supported_entities, None) or ():
                if result.score >= least:
                    yield result.start, result.end

    return find


def _email_offline(shipped: type) -> object:
    import tldextract

    domains = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)

    class Offline(shipped):
        def validate_result(self, pattern_text: str) -> bool:
            return bool(domains(pattern_text).fqdn)

    return Offline()


def presidio() -> Find:
    """Its recognizers of patterns: generic, UK and US, from score 0.4."""
    return _presidio(least=0.4, email=True)


def presidio_offline() -> Find:
    """The same with every score and a suffix list that is never fetched."""
    return _presidio(least=0.0, email=False)


def scrubadub() -> Find:
    """What it loads by itself for British and American texts, and dates of birth."""
    import scrubadub as library

    scrubbers = [library.Scrubber(locale=locale) for locale in ("en_GB", "en_US")]
    for scrubber in scrubbers:
        scrubber.add_detector(library.detectors.DateOfBirthDetector)
    return lambda text: [
        (filth.beg, filth.end) for scrubber in scrubbers for filth in scrubber.iter_filth(text)
    ]


def datafog() -> Find:
    """Its engine of regular expressions, with the German ones."""
    import datafog.engine as library

    return lambda text: [
        (entity.start, entity.end)
        for entity in library.scan(text, engine="regex", locales=["de"]).entities
        if entity.start >= 0
    ]


_GUESSES = ("keyword", "high_entropy_strings", "ip_public")


def _secrets(modules: Iterable[str]) -> Find:
    from importlib import import_module

    plugins = []
    for name in modules:
        module = import_module(f"detect_secrets.plugins.{name}")
        plugins += [
            kind()
            for kind in vars(module).values()
            if isinstance(kind, type) and kind.__module__ == module.__name__ and not kind.__abstractmethods__
        ]

    def find(text: str) -> Iterator[tuple[int, int]]:
        begin = 0
        for line in text.splitlines(keepends=True):
            for plugin in plugins:
                for secret in plugin.analyze_line(filename="text", line=line.rstrip("\n"), line_number=1):
                    at = line.find(secret.secret_value or "\0")
                    if at >= 0:
                        yield begin + at, begin + at + len(secret.secret_value)
            begin += len(line)

    return find


def _plugins() -> set[str]:
    from importlib.util import find_spec

    places = find_spec("detect_secrets").submodule_search_locations
    return {path.stem for path in Path(places[0], "plugins").glob("*.py")} - {"base", "__init__"}


def detect_secrets() -> Find:
    """All its plugins, as they come."""
    return _secrets(sorted(_plugins()))


def detect_secrets_tokens() -> Find:
    """Its plugins for keys of a known form; `requests`, which only their verification needs, is left out."""
    absent = types.ModuleType("requests")
    absent.__getattr__ = lambda _: object  # its types are all that is asked for
    sys.modules.setdefault("requests", absent)
    return _secrets(sorted(_plugins() - set(_GUESSES)))


def nothing() -> Find:
    """What this script itself costs."""
    return lambda _: ()


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


DETECTORS: Mapping[str, Callable[[], Find]] = {
    "nothing": nothing,
    "ours": ours,
    "presidio": presidio,
    "presidio, all scores, offline": presidio_offline,
    "scrubadub": scrubadub,
    "datafog": datafog,
    "detect-secrets": detect_secrets,
    "detect-secrets, known forms": detect_secrets_tokens,
}
NAME_RULES: Mapping[str, Callable[[], Find]] = {
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


def main() -> None:
    """Measure and print; with an argument, be the process of one candidate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--load", choices=[*DETECTORS, *NAME_RULES], help="load one candidate and end")
    parser.add_argument("--measure", choices=[*DETECTORS, *NAME_RULES], help="measure one, as JSON")
    given = parser.parse_args()
    if not (DATA / "names").is_dir():
        sys.exit(f"SKIPPED: no data at {DATA}; nothing was measured")
    if given.load:
        (DETECTORS | NAME_RULES)[given.load]()("nothing in here")
    elif given.measure:
        print(json.dumps(_measured(given.measure)))
    else:
        _compare(DETECTORS, _print_detectors)
        _compare(NAME_RULES, _print_names)


def _measured(name: str) -> dict[str, object]:
    attempts = _refuse_network()
    try:
        find = (DETECTORS | NAME_RULES)[name]()
    except ImportError as error:
        return {"missing": str(error)}
    measured = _on_names(find) if name in NAME_RULES else _on_planted(find)
    return measured | {"network": sorted(set(attempts))}


def _refuse_network() -> list[str]:
    """From here on every use of a socket is noted, and refused where it would leave the machine."""
    attempts: list[str] = []

    def audit(event: str, args: tuple[object, ...]) -> None:
        if event in {"socket.getaddrinfo", "socket.gethostbyname"}:
            attempts.append(f"looks up {args[0]}")
        elif event in {"socket.bind", "socket.connect", "socket.sendto"} and isinstance(args[1], tuple):
            attempts.append(f"{event} {args[1]}")
        else:
            return
        raise OSError(event)

    sys.addaudithook(audit)
    return attempts


def _on_planted(find: Find) -> dict[str, object]:
    import planted

    covered, touched, decoys = [], [], {}
    began = time.process_time()
    for number, sample in enumerate(planted.samples()):
        share = _share(sample.span, find(sample.text))
        covered += [number] if share == 1 else []
        touched += [number] if share else []
    for decoy in planted.decoys():
        hits = bool(_share(decoy.span, find(decoy.text)))
        decoys[decoy.kind] = decoys.get(decoy.kind, 0) + hits
    alarms = {kind: _alarms(find, texts) for kind, texts in _clean().items()}
    seconds = time.process_time() - began
    return {"covered": covered, "touched": touched, "decoys": decoys, "alarms": alarms, "seconds": seconds}


def _share(span: tuple[int, int], found: Iterable[tuple[int, int]]) -> float:
    """How much of a span was found."""
    start, end = span
    marks = {at for one, other in found for at in range(max(start, one), min(end, other))}
    return len(marks) / (end - start)


def _alarms(find: Find, texts: list[str]) -> float:
    words = sum(len(text.split()) for text in texts)
    return 1000 * sum(len(_merged(find(text))) for text in texts) / words


def _merged(found: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans without those that begin inside another."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


def _lines(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _clean() -> dict[str, list[str]]:
    """Prose in which nobody's data stand, and tickets full of versions and hexadecimals."""
    prose = {
        row["summ_sent"]
        for path in sorted((DATA / "tofueval").glob("*.inputs.jsonl"))
        for row in _lines(path)
    }
    tickets = [
        " ".join(map(str, row.values())) for row in _lines(DATA / "gitbugs" / "seamonkey_issues.jsonl")
    ]
    chance = random.Random(3)  # noqa: S311
    return {
        "prose": chance.sample(sorted(prose), min(MOST_TEXTS, len(prose))),
        "tickets": [text[:1500] for text in chance.sample(tickets, MOST_TEXTS // 5)],
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


def _on_names(find: Find) -> dict[str, object]:
    import planted

    counts = {"full": [0, 0], "alone": [0, 0]}
    began = time.process_time()
    for row in _lines(DATA / "privacylens" / "trajectories.jsonl"):
        text = "\n".join(str(part) for part in row["trajectory"].values())
        spans = list(find(text))
        for kind, mention in _mentions(text, gold(text)):
            counts[kind][0] += _share(mention, spans) == 1
            counts[kind][1] += 1
    people = [sample for sample in planted.samples(each=64) if sample.kind == "person"]
    firms = [row["name"] for row in _lines(DATA / "names" / "sp500_companies.jsonl")]
    clean = _clean()
    return {
        "counts": counts,
        "planted": sum(_share(sample.span, find(sample.text)) == 1 for sample in people) / len(people),
        "firms": sum(bool(list(find(f"The contract with {firm} ends."))) for firm in firms) / len(firms),
        "alarms": {kind: _alarms(find, texts) for kind, texts in clean.items()},
        "seconds": time.process_time() - began,
    }


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


def _compare(candidates: Iterable[str], printed: Callable[[dict[str, dict[str, object]]], None]) -> None:
    rows: dict[str, dict[str, object]] = {}
    bare = min(_cpu("-c", "pass") for _ in range(ROUNDS))
    for name in candidates:
        row = json.loads(_called(__file__, "--measure", name) or '{"missing": "it failed"}')
        if "missing" in row:
            print(f"{name}: missing here ({row['missing']})")
            continue
        rows[name] = row | {"start": min(_cpu(__file__, "--load", name) for _ in range(ROUNDS)) / bare}
    printed(rows)


def _cpu(*arguments: str) -> float:
    """CPU seconds of one call."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    _called(*arguments)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _called(*arguments: str) -> str:
    """What a process printed, with a fresh cache of suffixes: a filled one would hide that it is fetched."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "TLDEXTRACT_CACHE": folder}
        done = subprocess.run(
            [sys.executable, *arguments], capture_output=True, text=True, env=environment, check=False
        )
    if done.returncode:
        print(f"{arguments[-1]} failed: {done.stderr.strip()[-300:]}")
    return done.stdout.strip().rpartition("\n")[2]


def _union(rows: dict[str, dict[str, object]], first: str, second: str) -> None:
    """Recall of two together, as one more line."""
    if first in rows and second in rows:
        both = set(rows[first]["covered"]) | set(rows[second]["covered"])
        alone = len(rows[first]["covered"])
        print(f"{first} finds {alone} wholly; with {second}: {len(both)}")


def _print_detectors(rows: dict[str, dict[str, object]]) -> None:
    import planted

    samples = planted.samples()
    short = {name: f"[{number}]" for number, name in enumerate(rows)}
    print(*(f"{short[name]} {name}" for name in rows), sep="\n")
    print("\n% wholly covered (+ % partly)".ljust(30), *(f"{short[name]:>9}" for name in rows))
    for kind in planted.KINDS:
        numbers = {number for number, sample in enumerate(samples) if sample.kind == kind}
        cells = []
        for row in rows.values():
            whole, part = (
                100 * len(numbers & set(row[key])) / len(numbers) for key in ("covered", "touched")
            )
            cells.append(f"{whole:.0f}" + (f"+{part - whole:.0f}" if part > whole else ""))
        print(kind.ljust(29), *(f"{cell:>9}" for cell in cells))
    for kind in planted.DECOYS:
        print(f"decoy: {kind}".ljust(29), *(f"{row['decoys'][kind]:>6}/16" for row in rows.values()))
    print(f"\nof {len(samples)} planted:")
    for other in rows:
        _union(rows, "ours", other)
    _print_costs(rows, of=rows.get("ours"))


def _print_names(rows: dict[str, dict[str, object]]) -> None:
    print(f"\n{'rule for names':<27} full names  alone  planted  firms flagged")
    for name, row in rows.items():
        shares = " ".join(f"{found / most:8.1%} of {most}" for found, most in row["counts"].values())
        print(f"{name:<27}{shares} {row['planted']:8.1%} {row['firms']:8.1%}")
    _print_costs(rows, of=rows.get("shared list"))


def _print_costs(rows: dict[str, dict[str, object]], *, of: dict[str, object] | None) -> None:
    print(f"\n{'':<30} alarms per 1,000 words  start-up  time of run  network")
    for name, row in rows.items():
        slower = f"{row['seconds'] / of['seconds']:9.2f}x" if of else "        ?"
        alarms = " ".join(f"{kind} {rate:5.2f}" for kind, rate in row["alarms"].items())
        print(f"{name:<30} {alarms} {row['start']:8.1f}x {slower}  {'; '.join(row['network']) or 'none'}")


if __name__ == "__main__":
    main()
