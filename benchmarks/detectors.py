"""Detectors of personal data and secrets against each other: recall, false alarms, start-up, speed, network.

Prints figures, asserts none. Every candidate is measured in its own process without a network: an attempt to
reach one is refused, counted and named. What is not installed here is printed as missing. The texts are
planted (`planted.py`), real English (rated summaries), tickets and agents' traces (with persons).
"""
# ruff: noqa: PLC0415 - a candidate is imported in its own process alone

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from detectors_hostile import costs
from detectors_people import NAME_RULES, on_names, print_names
from detectors_texts import DATA, Find, alarms, clean, share

ROUNDS = 3


def ours() -> Find:
    """All that redaction replaces, with an empty roster."""
    from incident2eval.detection.spots import spots
    from incident2eval.model import Customers

    return lambda text: [(spot.start, spot.end) for spot in spots(text, Customers())]


def personal_data() -> Find:
    """What the check `personal_data` finds: it blocks a deploy, so it asks for check digits or a label."""
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


DETECTORS: Mapping[str, Callable[[], Find]] = {
    "nothing": nothing,
    "ours": ours,
    "ours, check personal_data": personal_data,
    "presidio": presidio,
    "presidio, all scores, offline": presidio_offline,
    "scrubadub": scrubadub,
    "datafog": datafog,
    "detect-secrets": detect_secrets,
    "detect-secrets, known forms": detect_secrets_tokens,
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
        _compare(NAME_RULES, print_names)
        _print_hostile(ours())


def _measured(name: str) -> dict[str, object]:
    attempts = _refuse_network()
    try:
        find = (DETECTORS | NAME_RULES)[name]()
    except ImportError as error:
        return {"missing": str(error)}
    measured = on_names(find) if name in NAME_RULES else _on_planted(find)
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
        found = share(sample.span, find(sample.text))
        covered += [number] if found == 1 else []
        touched += [number] if found else []
    for decoy in planted.decoys():
        hits = bool(share(decoy.span, find(decoy.text)))
        decoys[decoy.kind] = decoys.get(decoy.kind, 0) + hits
    rates = {kind: alarms(find, texts) for kind, texts in clean().items()}
    seconds = time.process_time() - began
    return {"covered": covered, "touched": touched, "decoys": decoys, "alarms": rates, "seconds": seconds}


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


def _print_costs(rows: dict[str, dict[str, object]], *, of: dict[str, object] | None) -> None:
    print(f"\n{'':<30} alarms per 1,000 words  start-up  time of run  network")
    for name, row in rows.items():
        slower = f"{row['seconds'] / of['seconds']:9.2f}x" if of else "        ?"
        rates = " ".join(f"{kind} {rate:5.2f}" for kind, rate in row["alarms"].items())
        print(f"{name:<30} {rates} {row['start']:8.1f}x {slower}  {'; '.join(row['network']) or 'none'}")


def _print_hostile(find: Find) -> None:
    print(
        "\nCPU seconds of all that redaction looks for in 250,000 hostile characters (x: over half of them)"
    )
    print(*(f"{name} {seconds:.1f} (x{ratio:.1f})" for name, seconds, ratio in costs(find)), sep="; ")


if __name__ == "__main__":
    main()
