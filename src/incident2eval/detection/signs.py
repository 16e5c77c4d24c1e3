"""Signs that a text may hold a secret: a quick look that spares the closer one."""

import re

_SIGNS = re.compile(
    r"pass(?:word|wd|wort|phrase|code)|pwd|secret|key|token|bearer|basic|authorization|credential|\bpin\b|://"
    r"|A[KS]IA|gh[pousr]_|github_pat|glpat|npm_|sk-|[rspw]k_|pypi-|SG\.|xox|AIza|ya29|hf_|dop_v1|whsec|shpat"
    r"|hooks\.slack|eyJ",
    re.IGNORECASE,
)


def may_hold_secret(text: str) -> bool:
    """Whether a text has anything about it that every secret has which is recognised."""
    return bool(_SIGNS.search(text))
