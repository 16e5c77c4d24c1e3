"""Signs that a text may hold a secret: a quick look that spares the closer one."""

import re

_SIGNS = re.compile(
    r"pass(?:word|wd|wort|phrase|code)|pwd|secret|(?:api|access|private|signing|encryption)[ _-]?key"
    r"|token(?!s\b|_|iz)|bearer|basic[ :]|authorization|credential|\bpin\b|://[^\s/@]{0,100}:[^\s/]*@|-----BEGIN"
    r"|A[KS]IA[A-Z0-9]|gh[pousr]_|github_pat|glpat|npm_|sk-|[rspw]k_(?:live|test)|pypi-|SG\.|xox[a-z]-|AIza|ya29"
    r"|hf_|dop_v1|whsec|shpat|hooks\.slack|eyJ",
    re.IGNORECASE,
)


_PARTS = (
    "pass", "pwd", "secret", "key", "token", "bearer", "basic", "authorization", "credential", "pin", "@",
    "begin", "kia", "sia", "gh", "glpat", "npm_", "sk-", "k_", "sg.", "xox", "aiza", "ya29", "hf_", "dop_",
    "github", "whsec", "shpat", "slack", "eyj", "pypi-",
)  # fmt: skip
"""One of these is in every sign; to look for them takes a fraction of the time."""


def may_hold_secret(text: str) -> bool:
    """Whether a text has anything about it that every secret has which is recognised."""
    small = text.lower()
    return any(part in small for part in _PARTS) and bool(_SIGNS.search(text))
