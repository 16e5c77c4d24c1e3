"""How often what is drawn at random is tried: so often in `nox -s torture`, a third of it elsewhere."""

import os

THOROUGH = os.environ.get("INCIDENT2EVAL_THOROUGH") == "1"


def tries(many: int) -> int:
    """How many of so many."""
    return many if THOROUGH else -(-many // 3)
