"""The dialogue in which a person confirms or dismisses what a look-back found."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from incident2eval.model.look_back import Hit, Reviewed
from incident2eval.pipeline._answer import Answer
from incident2eval.pipeline.intake import whoami
from incident2eval.pipeline.past.reviews import HitReview

_CHOICES = {"c": Reviewed.CONFIRMED, "d": Reviewed.DISMISSED}
_SKIP, _QUIT = "s", "q"


def review_named(  # noqa: PLR0913 - one option each
    project: Path | None,
    incident: str,
    *,
    by: str | None,
    runs: Sequence[str],
    said: Reviewed,
    reason: str | None,
) -> Answer:
    """Say the same of what was found in some runs; nothing is said where one of them is none.

    Raises:
        click.UsageError: There is no reason, or no name.
    """
    if reason is None or by is None:
        raise click.UsageError("--confirm and --dismiss go with --reason and --by")
    review = HitReview(project=project, incident=incident, by=by)
    for hit in [hit for run in dict.fromkeys(runs) for hit in review.named(run)]:
        review.say(hit, said, reason)
    return review.answer()


def review_each(project: Path | None, incident: str, *, by: str | None) -> Answer:
    """Ask of everything that nobody said anything of yet; what was said stays said, whenever one stops.

    Raises:
        click.UsageError: There is no terminal to ask at.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        message = "--review asks at a terminal; else say it with --confirm RUN or --dismiss RUN"
        raise click.UsageError(f"{message}, --reason TEXT and --by NAME")
    name = by or click.prompt("Your name", default=whoami(), err=True)
    review = HitReview(project=project, incident=incident, by=name)
    open_ones = review.open
    if not open_ones:
        click.echo("Somebody has said a word on each already; --confirm and --dismiss say another.", err=True)
    try:
        for number, hit in enumerate(open_ones, start=1):
            click.echo(f"\n{number} of {len(open_ones)}\n{review.words(hit)}", err=True)
            if not _asked(review, hit):
                break
    except click.Abort:
        click.echo("", err=True)
    return review.answer()


def _asked(review: HitReview, hit: Hit) -> bool:
    """Ask what a person says of a hit, and why; whether they go on."""
    choices = click.Choice([*_CHOICES, _SKIP, _QUIT])
    said = click.prompt("[c]onfirm, [d]ismiss, [s]kip, [q]uit", type=choices, show_choices=False, err=True)
    if said in _CHOICES:
        review.say(hit, _CHOICES[said], _reason())
    return bool(said != _QUIT)


def _reason() -> str:
    """Why: some word has to be said."""
    while True:
        reason: str = click.prompt("Why", err=True).strip()
        if any(map(str.isalnum, reason)):
            return reason
