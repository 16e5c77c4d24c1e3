"""Templates of pages: everything escaped, no text without bound, one style sheet that the policy names."""

import base64
import functools
import hashlib
from typing import TYPE_CHECKING

from incident2eval.report import wording

if TYPE_CHECKING:
    import jinja2


def filled(template: str, *, longest: int, cut: str, sheet: str = "page.css", **given: object) -> str:
    """A page; its policy forbids scripts and loading, and names the one style sheet.

    Args:
        template: Its file among the package's own; no text of an incident is ever one.
        longest: Characters of a text that are shown.
        cut: What stands where a longer one was cut.
        sheet: The style sheet, a file among the package's own.
        given: What the template speaks of, by name.
    """
    environment = _environment(longest, cut)
    style = environment.get_template(sheet).render()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    page = environment.get_template(template)
    return page.render(words=wording, style=style, style_digest=digest, **given)


@functools.cache
def _environment(longest: int, cut: str) -> "jinja2.Environment":
    import jinja2  # noqa: PLC0415 - costs more than all else a gate without a report needs

    def shown(value: object) -> object:
        """What an expression puts on the page: plain text of a bearable length; markup as it is."""
        if type(value) is not str:
            return value
        text = wording.plain(value)
        return text if len(text) <= longest else f"{text[:longest]}... ({cut})"

    return jinja2.Environment(
        loader=jinja2.PackageLoader("incident2eval.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
