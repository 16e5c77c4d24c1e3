"""`sign-off` and `approve`."""

import os
import sys
from pathlib import Path
from typing import Any

import click

from incident2eval.cli._command import FILE, command
from incident2eval.cli._printing import tell
from incident2eval.cli._when import TIME
from incident2eval.model import Matter
from incident2eval.pipeline import approve as approving
from incident2eval.pipeline import sign_off as signing
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline.signed.signer import Signatory

PASSPHRASE = "INCIDENT2EVAL_KEY_PASSPHRASE"  # noqa: S105 - the name of a variable
_MATTERS = [str(one) for one in Matter if one is not Matter.RESTART]


_KEY = click.option("--key", "key_file", metavar="FILE", type=FILE, required=True,
                    help="Your private key: Ed25519 of ssh-keygen, or PEM.")  # fmt: skip
_ROLE = click.option(
    "--role", metavar="ROLE", required=True, help="As what; the settings say as what you may."
)
_NAME = click.option(
    "--as", "name", metavar="NAME", required=True, help="Who signs, as the settings name you."
)


@command
@click.argument("workflow")
@click.option("--report", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), required=True,
              help="The report, in any of its forms.")  # fmt: skip
@_NAME
@_ROLE
@_KEY
@click.option("--refuse", is_flag=True, help="Refuse the report: restart stays closed on it.")
@click.option("--reason", metavar="TEXT", help="With --refuse: why.")
def sign_off(
    *, project: Path | None, workflow: str, report: Path, refuse: bool, reason: str | None, **who: Any
) -> Answer:
    """Sign a pass report, so that its workflow may run again.

    Says first, in plain words, what is signed. Only a pass can be signed that holds, has not expired, and
    speaks of what is deployed now.
    """
    if refuse != bool((reason or "").strip()):
        raise click.UsageError("--refuse and --reason go together.", click.get_current_context())
    return signing.sign_off(
        project=project, workflow=workflow, report=report, who=_who(**who), refuse=reason if refuse else None
    )


@command
@click.argument("matter", metavar="MATTER", type=click.Choice(_MATTERS))
@click.argument("subject")
@click.option("--reason", metavar="TEXT", required=True, help="Why, in one line: it stands in every report.")
@click.option("--until", metavar="TIME", type=TIME, help="When it ends; a quarantine and an override must.")
@_NAME
@_ROLE
@_KEY
def approve(
    *, project: Path | None, matter: str, subject: str, reason: str, until: Any, **who: Any
) -> Answer:
    """Put your name to one thing as it is now.

    MATTER and SUBJECT are one of these; once the thing changes, the approval is spent.

    \b
    no_case INCIDENT     it needs no case
    edited_test INCIDENT its tests count as somebody edited them
    changed_case CASE    it is gone, or another one than the one signed for
    quarantine CASE      it is broken, and does not count (--until)
    tolerance CASE       it passes with k of n trials, as case.yaml says
    override WORKFLOW    it runs in an emergency, before it passed (--until)
    settings WORKFLOW    approvers, policy and targets are as they should be
    """  # noqa: D301 - the backspace keeps click from filling the lines below it
    wish = approving.Wish(matter=Matter(matter), subject=subject, reason=reason, until=until)
    return approving.approve(project=project, wish=wish, who=_who(**who))


def _who(*, name: str, role: str, key_file: Path) -> Signatory:
    return Signatory(name=name, role=role, key_file=key_file, tell=tell, passphrase=_passphrase)


def _passphrase() -> str:
    """What opens the key: from the environment, else asked for on the terminal, where it is not shown."""
    given = os.environ.get(PASSPHRASE)
    if given is not None:
        return given
    if not sys.stdin.isatty():
        return ""
    asked: str = click.prompt(
        "Passphrase of the key", hide_input=True, err=True, default="", show_default=False
    )
    return asked
