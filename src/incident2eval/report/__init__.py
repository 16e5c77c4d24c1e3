"""The pass report in four forms, and the verdict as the terminal shows it."""

import hashlib
from dataclasses import dataclass

from incident2eval.model import Report
from incident2eval.report.document import document
from incident2eval.report.junit import junit
from incident2eval.report.markdown import markdown
from incident2eval.report.page import page
from incident2eval.report.terminal import summary

__all__ = ["Rendered", "render", "summary"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """One report, ready to be written. The JSON is the report; the other three are views of it."""

    json: bytes
    """The canonical document; its SHA-256 is the report's digest, and stands in each of the other three."""
    junit: bytes
    """For CI. A decision that is no pass is never green here."""
    markdown: str
    """For a comment on a pull request."""
    html: str
    """One page for the workflow's owner: no script, nothing loaded from anywhere."""


def render(report: Report) -> Rendered:
    """Render a report: the same report gives the same bytes, and no text in it becomes markup.

    Args:
        report: What was run, what came of it, and what it speaks of.

    Returns:
        The four forms, each complete in itself.
    """
    canonical = document(report)
    digest = hashlib.sha256(canonical).hexdigest()
    return Rendered(
        json=canonical,
        junit=junit(report, digest),
        markdown=markdown(report, digest),
        html=page(report, digest),
    )
