"""Planted secrets and personal data: none of it may reach what is committed, reported or shown to outsiders.

    python tests/torture/canaries.py

Builds a project with canaries in every free-text field of the incident and its traces, runs every command
that this version has, as text and as JSON, and looks for each canary, in all the spellings that encoders and
people make of it, in everything under cases/ and reports/, in what the redacted commands say, in a pack for a
client. Then: the redacted cases are red and green as before, the faulty workflow is blocked, the fixed one
passes, also in a checkout without raw evidence and key. Fails on any canary and on any wrong verdict.
"""

import html
import json
import re
import shutil
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote_plus

from calling import Caller, Said, both_forms, every_command, gate_commands, point_at, pytests, script
from planted_data import INCIDENT, OWN, Canary, Planted
from planted_project import build

LIVE = {"pytest faulty", "pytest fixed"}
"""The engineer's own look at today's workflow: it quotes as is, as `run` does."""

REDACTED = {"gate", "verify", "restart", "report", "pytest"}
"""Commands of which no word may hold a canary; the others quote as is, with secrets masked."""

CODES = {
    "init": 0, "read": 0, "collect": 0, "run": 0, "triage": 0, "cluster": 0, "root-cause": 0, "eval-case": 0,
    "prove": 0, "look-back": 0, "retention": 0, "schema": 0, "gate faulty": 1, "gate fixed": 0,
    "pytest faulty": 1, "pytest fixed": 0, "pytest faulty --recorded": 0, "pytest faulty --corrected": 0,
    "pytest fixed --recorded": 0, "pytest fixed --corrected": 0, "verify ID": 0,
}  # fmt: skip
"""What a command's exit code has to be; others depend on what is not built or not signed."""

SHORT = 8
"""Letters and digits; what is shorter counts only where it stands as a word."""

Found = dict[str, dict[str, set[Canary]]]


@dataclass
class Round:
    """What came of a round: canaries by kind and place, what went wrong, and what this version lacks."""

    planted: Planted
    found: Found = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))
    unmasked: Found = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))
    wrong: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    searched: int = 0

    @property
    def failed(self) -> bool:
        """Whether anything was found or went wrong."""
        return bool(self.found or self.unmasked or self.wrong)


# Looking for a canary, however it is spelt.


def unescaped(text: str) -> str:
    """The text with the escapes of JSON, Python and YAML undone."""
    text = re.sub(r"\\\r?\n\s*\\?", "", text)
    text = re.sub(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})", lambda m: chr(int(m[1] or m[2], 16)), text)
    return re.sub(r"\\[nrt]", " ", text).replace("\\", "")


def spellings(text: str) -> str:
    """The text and what decoders make of it, one after the other, in one case and with single spaces."""
    plain = html.unescape(text)
    views = [
        text,
        plain,
        re.sub(r"<[^>]*>", "", plain),
        unquote_plus(text),
        unescaped(text),
        unescaped(plain),
    ]
    return "\n\0\n".join(re.sub(r"\s+", " ", each.casefold()) for each in dict.fromkeys(views))


def squeezed(text: str) -> str:
    """Letters and digits alone."""
    return re.sub(r"[\W_]+", "", text.casefold())


@dataclass(frozen=True)
class Haystack:
    """Words to look in; made once for all canaries."""

    words: str
    runs: str

    @classmethod
    def of(cls, text: str) -> "Haystack":
        """Of something as it was written."""
        words = spellings(text)
        return cls(words, "\0".join(map(squeezed, words.split("\0"))))

    def holds(self, needle: str) -> bool:
        """Numbers and tokens with or without separators; names as whole words."""
        bare = squeezed(needle)
        if any(each.isdigit() for each in needle) and len(bare) >= SHORT:
            return bare in self.runs
        folded = re.sub(r"\s+", " ", needle.casefold())
        if folded not in self.words:
            return False
        return bool(re.search(rf"(?<![^\W_]){re.escape(folded)}(?![^\W_])", self.words))


def sought(canary: Canary) -> Iterator[str]:
    """What would give a canary away: of a secret its middle is enough."""
    for needle in canary.needles:
        yield needle
        if canary.secret and len(needle) >= 16:
            yield needle[len(needle) // 4 : -(len(needle) // 4)]


def held(text: str, canaries: list[Canary]) -> list[Canary]:
    """Those of the canaries that a text gives away."""
    hay = Haystack.of(text)
    return [each for each in canaries if any(map(hay.holds, sought(each)))]


def sees_its_own() -> list[str]:
    """The search itself, put to the test: spellings of canaries that it does not see."""
    planted = Planted(seed=11)
    planted.put("nowhere", 3 * len(planted.kinds))
    spelt = {
        "as it is": str,
        "JSON": json.dumps,
        "HTML": html.escape,
        "upper case": str.upper,
        "URL": lambda text: re.sub(r"\W", lambda m: "".join(f"%{byte:02X}" for byte in m[0].encode()), text),
        "wrapped": lambda text: text.replace(" ", "\n    "),
    }
    missed = []
    for canary in planted.canaries:
        for how, spell in spelt.items():
            if canary not in held(f"x {spell(canary.text)} x", [canary]):
                missed.append(f"the search does not see {canary.kind} spelt as {how}: {canary.text}")
    return missed


# Where is looked.


def contents(folder: Path) -> Iterator[tuple[str, str]]:
    """Every file under a folder with its name, which is looked at too; of an archive every member."""
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        name = path.relative_to(folder.parent).as_posix()
        yield name, f"{name}\n{path.read_bytes().decode('utf-8', 'replace')}"
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                for member in archive.namelist():
                    yield f"{name}!{member}", f"{member}\n{archive.read(member).decode('utf-8', 'replace')}"


def place(name: str) -> str:
    """A file's column: reports by their ending, the rest by name."""
    path = Path(name)
    return f"reports/*{path.suffix}" if path.parts[0] == "reports" else f"{path.parts[0]}/{path.name}"


def search(project: Path, said: list[Said], on: Round) -> None:
    """Look for every canary in every place."""
    canaries = on.planted.canaries
    own = own_records(project, canaries)
    for name, text in [*contents(project / "cases"), *contents(project / "reports")]:
        note(on.found, place(name), held(text, canaries), on)
    for pack in sorted((project.parent / "packs").glob("client-*.zip")):
        # What stands in the client's own records is the client's: it is theirs to read.
        foreign = [each for each in canaries if each.customer != OWN and each not in own]
        for _, text in contents_of(pack):
            note(on.found, "client's pack", held(text, foreign), on)
    for each in said:
        text = f"{each.out}\n{each.err}"
        if each.command in REDACTED and each.label not in LIVE:
            note(on.found, f"> {each.command}", held(text, canaries), on)
        else:
            secrets = [one for one in canaries if one.secret]
            note(on.unmasked, f"> {each.command}", held(text, secrets), on)


def own_records(project: Path, canaries: list[Canary]) -> list[Canary]:
    """What was planted in records that are the client's own, but for secrets."""
    texts = []
    for path in (project / "incidents" / INCIDENT / "evidence").glob("*.json"):
        for step in json.loads(path.read_text("utf-8")).get("steps", []):
            texts += [json.dumps(one) for one in step.get("records", []) if one.get("owner") == OWN]
    return [one for one in held("\n".join(texts), canaries) if not one.secret]


def contents_of(pack: Path) -> Iterator[tuple[str, str]]:
    """The members of one archive."""
    with zipfile.ZipFile(pack) as archive:
        for member in archive.namelist():
            yield member, f"{member}\n{archive.read(member).decode('utf-8', 'replace')}"


def note(into: Found, where: str, found: list[Canary], on: Round) -> None:
    """Keep what was found, by kind and place."""
    on.searched += 1
    for canary in found:
        into[canary.kind][where].add(canary)


# What has to hold beside.


def judge(said: list[Said], on: Round, where: str = "") -> None:
    """Exit codes and tracebacks."""
    for each in said:
        label = each.label.removesuffix(" --json").removesuffix(" --report")
        wanted = CODES.get(label, CODES.get(label.split()[0]))
        if each.absent:
            on.absent.append(each.label)
        elif wanted is not None and each.code != wanted:
            last = (each.err or each.out).strip().splitlines()[-1:]
            on.wrong.append(f"{where}{each.label}: exit {each.code}, not {wanted} {last}")
        if "Traceback (most recent call last)" in each.err:
            on.wrong.append(f"{where}{each.label}: a traceback")


def checkout(project: Path) -> Caller:
    """The project as CI has it: no raw evidence, no key, nothing that git is told to leave out."""
    copy = project.parent / "ci" / "project"
    left_out = shutil.ignore_patterns(".incident2eval", "evidence", "archive", "__pycache__")
    shutil.copytree(project, copy, ignore=left_out)
    shutil.rmtree(copy / "reports", ignore_errors=True)
    return Caller(copy)


def in_ci(project: Path, on: Round) -> list[Said]:
    """Gate and pytest in a checkout."""
    call, said = checkout(project), []
    for target in ("faulty", "fixed"):
        point_at(call.project, target)
        said += both_forms(call, gate_commands(target)) + pytests(call, target)
    judge(said, on, "in CI: ")
    return said


def inputs(scratch: Path, on: Round) -> None:
    """Personal data in a run's input is warned of and goes with a synthetic one; a secret is refused."""
    spare = Planted(seed=5)
    number, token = spare.one("input", "IBAN"), spare.one("input", "GitHub token")
    project = scratch / "personal" / "project"
    build(project, {"question": number})
    call = Caller(project)
    said = call("eval-case with personal data in its input", "run", INCIDENT)
    if said.code or not re.search(r"(?i)input[^.]*iban|iban[^.]*input", said.out + said.err):
        on.wrong.append(f"{said.label}: exit {said.code}, and no warning that says so")
    synthetic = scratch / "input.json"
    synthetic.write_text(
        json.dumps({"customer_id": OWN, "month": "2026-10", "question": "Hi"}), encoding="utf-8"
    )
    said = call("eval-case --input", "eval-case", INCIDENT, "--input", str(synthetic))
    left = [name for name, text in contents(project / "cases") if held(text, spare.canaries[-2:])]
    if said.absent:
        on.absent.append(said.label)
    elif said.code or left:
        on.wrong.append(f"{said.label}: exit {said.code}, still in {left}")
    project = scratch / "secret" / "project"
    build(project, {"question": token})
    said = Caller(project)("run with a secret in its input", "run", INCIDENT)
    left = [name for name, text in contents(project / "cases") if held(text, spare.canaries[-2:])]
    if said.code != 1 or left:
        on.wrong.append(f"{said.label}: exit {said.code}, not 1; the secret is in {left}")


def quoted(scratch: Path, on: Round) -> None:
    """The same where the wrong and the right words themselves hold people and numbers."""
    project = scratch / "quoted" / "project"
    beside = Round(build(project, quoted=True))
    call = Caller(project)
    said = both_forms(call, [("run", ("run", INCIDENT))])
    for target in ("faulty", "fixed"):
        point_at(project, target)
        said += both_forms(call, gate_commands(target)[:1]) + pytests(call, target)
    judge(said, on, "with words quoted: ")
    search(project, said, beside)
    on.planted.homes.update(
        {
            needle: f"quoted: {home}"
            for needle, home in beside.planted.homes.items()
            if needle not in on.planted.homes
        }
    )
    for into, found in ((on.found, beside.found), (on.unmasked, beside.unmasked)):
        for kind, row in found.items():
            for where, canaries in row.items():
                into[kind][f"{where} (quoted)"] |= canaries


def whole_round(scratch: Path, *, small: bool = False) -> Round:
    """Everything, once; a small round leaves out JSON, and the project whose wrong words hold canaries."""
    project = scratch / "main" / "project"
    on = Round(build(project))
    on.wrong += sees_its_own()
    said = every_command(Caller(project, as_json=not small))
    judge(said, on)
    said += in_ci(project, on)
    search(project, said, on)
    search(project.parent / "ci" / "project", [], on)
    inputs(scratch, on)
    if not small:
        quoted(scratch, on)
    return on


# The figures.


def table(found: Found) -> list[str]:
    """Kinds by places, with how many canaries of the kind were found there."""
    places = sorted({where for row in found.values() for where in row})
    lines = [f"  {chr(65 + at)} = {where}" for at, where in enumerate(places)]
    lines.append(f"{'':22}" + "".join(f"{chr(65 + at):>5}" for at in range(len(places))))
    for kind, row in sorted(found.items()):
        lines.append(f"{kind:22}" + "".join(f"{len(row.get(where, ())) or '.':>5}" for where in places))
    return lines


def homes(on: Round) -> list[str]:
    """The fields that leaked, with how many of their canaries."""
    counts: dict[str, set[Canary]] = defaultdict(set)
    for row in on.found.values():
        for canaries in row.values():
            for canary in canaries:
                counts[on.planted.homes[canary.needles[0]]].add(canary)
    return [f"  {home}: {len(each)}" for home, each in sorted(counts.items())]


def which(on: Round, most: int = 25) -> list[str]:
    """Some of what was found, so that it can be looked up."""
    places = [(where, each) for row in on.found.values() for where, each in row.items()]
    seen = {(one.kind, one.text[:60], where) for where, each in places for one in each}
    return [f"  {where}: {kind}: {text!r}" for kind, text, where in sorted(seen)[:most]]


def told(on: Round) -> str:
    """A round in figures."""
    kinds = {each.kind for each in on.planted.canaries}
    fields = set(on.planted.homes.values())
    lines = [
        f"{len(on.planted.canaries)} canaries of {len(kinds)} kinds in {len(fields)} fields",
        f"{on.searched} files and answers searched",
        f"not in this version: {', '.join(dict.fromkeys(on.absent)) or 'nothing'}",
        f"canaries found: {len({each for row in on.found.values() for one in row.values() for each in one})}",
    ]
    if on.found:
        lines += [*table(on.found), "where they had been planted:", *homes(on), "some of them:", *which(on)]
    lines.append(
        f"secrets shown whole: {len({c for row in on.unmasked.values() for o in row.values() for c in o})}"
    )
    lines += table(on.unmasked) if on.unmasked else []
    lines.append(f"wrong beside: {len(on.wrong)}")
    return "\n".join([*lines, *(f"  {each}" for each in on.wrong)])


def tortured(scratch: Path) -> int:
    """A whole round, printed."""
    on = whole_round(scratch)
    print(told(on))
    return on.failed


if __name__ == "__main__":
    sys.exit(script(__doc__, tortured))
