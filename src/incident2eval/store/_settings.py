"""incident2eval.toml: what a project's people say of their workflows. Trusted, but checked like any file."""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from incident2eval.model import (
    JSON,
    OVERRIDE_HOURS,
    BadInput,
    Fault,
    LookBack,
    Observation,
    Settings,
    WorkflowSettings,
)
from incident2eval.store._files import decoded, read_bytes
from incident2eval.store._rules import RULE_DOUBTS, jurisdictions_doubt, roles_doubt
from incident2eval.store._validation import Doubt, Rules, check, near, one_of, quoted
from incident2eval.store._yaml import Document, FieldPath

SETTINGS = "incident2eval.toml"

_ROLES = frozenset(
    {"workflow_owner", "functional_leader", "executive_sponsor", "executive", "legal", "security"}
)
_PUBLIC_KEY = re.compile(r"ssh-ed25519\s+\S|-----BEGIN PUBLIC KEY-----\s")
_HEADER = re.compile(r"\s*(\[\[?)([^\[\]#]+)\]\]?\s*(?:#.*)?")
_KEY = re.compile(r"\s*((?:[\w-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[\w-]+|\"[^\"]*\"|'[^']*'))*)\s*=")
_POSITION = re.compile(r"(.*) \(at line (\d+), column \d+\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsFile:
    """The settings, and what is odd about their file."""

    settings: Settings
    warnings: tuple[str, ...]
    names_customers: bool
    """Whether the file says where the roster is; one that it names must be there."""
    names_canaries: bool
    """The same of the canaries."""


def read_settings(root: Path) -> SettingsFile:
    """The settings of the project in that folder.

    Raises:
        BadInput: The file cannot be read, is not TOML, or holds faults (all of them, with lines).
    """
    text = decoded(read_bytes(root / SETTINGS, file=SETTINGS), file=SETTINGS)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(_syntax_fault(text, str(error))) from error
    except RecursionError as error:
        raise BadInput(Fault(file=SETTINGS, message="is nested too deep")) from error
    lines: dict[FieldPath, int] = {}
    for path, line in _lines(text):
        lines.setdefault(path, line)
    checked = check(Settings, Document(file=SETTINGS, data=data, lines=lines), _RULES)
    named = data.get("project", {})
    return SettingsFile(
        settings=checked.value,
        warnings=checked.warnings,
        names_customers="customers" in named,
        names_canaries="canaries" in named,
    )


def workflow_of(settings: Settings, name: str) -> WorkflowSettings:
    """The settings of one workflow.

    Raises:
        BadInput: The settings know no workflow of that name.
    """
    if name in settings.workflows:
        return settings.workflows[name]
    names = ", ".join(settings.workflows) or "none"
    meant = near(name, settings.workflows)
    hint = f"{meant} the settings know: {names}" if meant else f"the settings know: {names}"
    raise BadInput(Fault(file=SETTINGS, message=f"there is no workflow {quoted(name)}", hint=hint))


def _syntax_fault(text: str, problem: str) -> Fault:
    found = _POSITION.fullmatch(problem)
    line = int(found[2]) if found else text.count("\n") + 1
    return Fault(file=SETTINGS, line=line, message=f"is not TOML: {found[1] if found else problem}")


def _lines(text: str) -> Iterator[tuple[FieldPath, int]]:
    """Where each key stands, as far as plain reading of the lines tells: TOML's reader does not say."""
    table: FieldPath = ()
    seen: dict[FieldPath, int] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if header := _HEADER.fullmatch(line):
            table = _keys(header[2])
            if header[1] == "[[":
                seen[table] = seen.get(table, -1) + 1
                table = (*table, seen[table])
            yield table, number
        elif key := _KEY.match(line):
            yield (*table, *_keys(key[1])), number


def _keys(written: str) -> FieldPath:
    """A dotted key as the path it stands for."""
    try:
        value: JSON = tomllib.loads(f"{written} = 0")
    except tomllib.TOMLDecodeError:
        return ()
    path: FieldPath = ()
    while isinstance(value, dict):
        key, value = next(iter(value.items()))
        path = (*path, key)
    return path


def _timeout(given: JSON) -> Doubt | None:
    if isinstance(given, (int, float)) and not 0 < given < float("inf"):
        return f"{quoted(given)} is no time to wait", "seconds, more than 0"
    return None


def _limits(given: JSON) -> Doubt | None:
    for tool, limit in given.items() if isinstance(given, dict) else ():
        amount = limit.get("amount") if isinstance(limit, dict) else limit
        if isinstance(amount, bool) or not isinstance(amount, (int, float)) or not 0 <= amount < float("inf"):
            return (
                f"{quoted(limit)} is no limit for {quoted(tool)}",
                '500, or {amount = 500, currency = "GBP"}',
            )
    return None


_LEVELS = ("1", "2", "3", "4")


def _by_level(doubt: Callable[[JSON], Doubt | None]) -> Callable[[JSON], Doubt | None]:
    """A doubt about every value of a table whose keys are severities."""

    def of_table(given: JSON) -> Doubt | None:
        for severity, value in given.items() if isinstance(given, dict) else ():
            if severity not in _LEVELS:
                return f"{quoted(severity)} is no severity", 'severities are "1" to "4"'
            if found := doubt(value):
                return found
        return None

    return of_table


def _whole(what: str, *, least: int = 0, most: int | None = None) -> Callable[[JSON], Doubt | None]:
    """A doubt about everything that is no whole number within these bounds."""
    hint = f"a whole number, {least} or more" if most is None else f"a whole number from {least} to {most}"

    def doubt(given: JSON) -> Doubt | None:
        if type(given) is not int or given < least or (most is not None and given > most):
            return f"{quoted(given)} is no number of {what}", hint
        return None

    return doubt


def _look_back(given: JSON) -> Doubt | None:
    return None if given in set(LookBack) else (f"{quoted(given)} is no look-back", _listed(LookBack))


def _signatures(given: JSON) -> Doubt | None:
    """Whoever signs has a role that is known here; nobody signs nothing."""
    roles = given if isinstance(given, list) else [given]
    for role in roles:
        if not isinstance(role, str) or role not in _ROLES:
            return f"{quoted(role)} is no role that signs", _listed(sorted(_ROLES))
    return None if roles else ("names nobody who signs", _listed(sorted(_ROLES)))


def _listed(values: Iterable[str]) -> str:
    return f"one of: {', '.join(values)}"


def _public_key(given: JSON) -> Doubt | None:
    """What is no key at first sight; it is read in full where something is signed or verified."""
    if isinstance(given, str) and not _PUBLIC_KEY.match(given.strip()):
        return (
            f"{quoted(given)} is no public key that signs here",
            "one line that starts with ssh-ed25519, or a PEM block of a public key",
        )
    return None


def _approvers(given: JSON) -> Doubt | None:
    """Two people who are one: then a signature of one would count for two."""
    rows = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    for what, told in (("name", _name), ("public_key", _key)):
        seen = [said for one in rows if (said := told(one.get(what)))]
        if twice := next((said for said in seen if seen.count(said) > 1), None):
            return f"two of them have the same {what}: {quoted(twice)}", "one table for each person"
    return None


def _name(given: JSON) -> str | None:
    return " ".join(given.casefold().split()) if isinstance(given, str) else None


def _key(given: JSON) -> str | None:
    """A key without its comment and line ends."""
    if not isinstance(given, str):
        return None
    words = given.split()
    return words[1] if len(words) > 1 and words[0] == "ssh-ed25519" else "".join(words)


def _workflow_names(given: JSON) -> Doubt | None:
    """A workflow's name is also that of a folder under reports/."""
    for name in given if isinstance(given, dict) else ():
        if not re.fullmatch(r"[^\W_][\w. -]{0,99}", name):
            return (
                f"{quoted(name)} cannot name a workflow",
                "letters, digits, and - _ . or space between them",
            )
    return None


_RULES = Rules(
    known={"approvers.roles": _ROLES},
    doubts={
        "workflows": _workflow_names,
        "workflows.*.timeout": _timeout,
        "workflows.*.limits": _limits,
        "workflows.*.observes": one_of(*Observation),
        "approvers": _approvers,
        "approvers.public_key": _public_key,
        "policy.trials": _by_level(_whole("trials", least=1)),
        "policy.report_hours": _by_level(_whole("hours")),
        "policy.monitor_days": _by_level(_whole("days")),
        "policy.look_back": _by_level(_look_back),
        "policy.signatures": _by_level(_signatures),
        "policy.override_hours": _whole("hours", least=1, most=OVERRIDE_HOURS),
        "organisation.jurisdictions": jurisdictions_doubt,
        "organisation.roles": roles_doubt,
        **RULE_DOUBTS,
    },
)
