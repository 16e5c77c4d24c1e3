"""Where cases stand guard and where none does, for a person and for `--json`."""

from incident2eval.model import JSON
from incident2eval.pipeline.shown.layout import counted, table, wrapped
from incident2eval.readiness import Coverage


def coverage_data(seen: Coverage) -> dict[str, JSON]:
    """The coverage of one workflow as `check --coverage --json` prints it."""
    return {
        "workflow": seen.workflow,
        "types": {str(kind): list(cases) for kind, cases in seen.types.items()},
        "checks": {check: list(cases) for check, cases in seen.checks.items()},
        "integrations": {name: list(cases) for name, cases in seen.integrations.items()},
    }


def coverage_text(seen: Coverage) -> str:
    """The same as a table of failure forms, and lines for integrations and checks without a case."""
    rows = [(kind.replace("_", " "), _by(cases)) for kind, cases in seen.types.items()]
    rows += [(f"integration {name}", _by(cases)) for name, cases in seen.integrations.items()]
    unused = f"checks that no case uses ({len(seen.open_checks)} of {len(seen.checks)})"
    line = f"{unused}: {', '.join(seen.open_checks) or 'none'}"
    drawn = table((f"what may fail in {seen.workflow}", "what stands guard"), rows)
    return f"\n{drawn}\n{wrapped([line])}"


def _by(cases: tuple[str, ...]) -> str:
    if not cases:
        return "NO CASE"
    incidents = dict.fromkeys(case.partition("::")[0] for case in cases)
    return f"{counted(len(cases), 'case')} of {', '.join(incidents)}"
