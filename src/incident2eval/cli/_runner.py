"""Runners of CI jobs that read output for commands: text of an incident or a run must never be one.

GitHub Actions obeys a line that begins with `::command::`, and the older `##[command]` wherever it stands.
"""

import os
import re

_IGNORED = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u3164\ufe00-\ufe0f\ufeff"
)
"""Characters without a width: a comparison by the rules of a language may pass over them."""
_COMMAND = re.compile(rf"^((?:[{_IGNORED}]|[^\S\n])*):(?=[{_IGNORED}]*:)", re.MULTILINE)
_OLD_COMMAND = re.compile(rf"#(?=[{_IGNORED}]*#[{_IGNORED}]*\[)")


def on_actions() -> bool:
    """Whether a runner of GitHub Actions, or one that works alike, reads what is printed."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def defused(text: str) -> str:
    """The text without what a runner obeys: no line begins with `::command::`, none has `##[command]`."""
    return _OLD_COMMAND.sub("# ", _COMMAND.sub(r"\1: ", text))
