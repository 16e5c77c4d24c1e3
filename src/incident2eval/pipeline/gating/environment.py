"""Where and how a gate ran: enough to run it again, and nothing that names a machine or a person."""

import os
import platform
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import distributions

from incident2eval.proving._child import ARGUMENTS
from incident2eval.proving._prove import INI, KEPT
from incident2eval.store import sha256

_HOST_DIGITS = 12


def environment(command: Sequence[str]) -> Mapping[str, str]:
    """What a report says of its surroundings.

    Args:
        command: The gate's command line, without paths.

    Returns:
        `platform`, `packages` (SHA-256 over every installed name==version), `pytest` (of the configuration
        that tests are judged with), `command`, `variables` (names of those that the judging process sees) and
        `runner`.
    """
    configuration = "\n".join((INI, *ARGUMENTS))
    return {
        "platform": platform.platform(),
        "packages": packages(),
        "pytest": sha256(configuration.encode()),
        "command": " ".join(command),
        "variables": " ".join(name for name in KEPT if name in os.environ),
        "runner": _runner(),
    }


@cache
def packages() -> str:
    """SHA-256 over every installed name==version."""
    # Each look at `metadata` reads its file again.
    found = (one.metadata for one in distributions())
    return sha256("\n".join(sorted({f"{one['Name']}=={one['Version']}" for one in found})).encode())


def _runner() -> str:
    """The CI run by its address; else the machine, under a name that does not tell which it is."""
    parts = [os.environ.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID")]
    if all(parts):
        server, repository, run = parts
        return f"{server}/{repository}/actions/runs/{run}"
    job = os.environ.get("CI_JOB_URL", "")
    return job or f"host:{sha256(platform.node().encode())[:_HOST_DIGITS]}"
