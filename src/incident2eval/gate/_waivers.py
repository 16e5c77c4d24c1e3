"""Waivers: what people signed for, and whether it still holds for the thing as it is now."""

from dataclasses import dataclass
from datetime import datetime

from incident2eval.model import Approval, Matter

APPROVED = "approved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waivers:
    """Approvals by people whose signature counts; which of them holds is said for one thing at a time."""

    words: tuple[Approval, ...] = ()
    now: datetime
    """UTC."""

    def given(
        self, matter: Matter, subject: str, digest: str | None, *, since: datetime | None = None
    ) -> Approval | None:
        """The newest approval of a thing as it is now, unless it has ended or was refused afterwards.

        Args:
            matter: What it has to be about.
            subject: An incident or a case, by its id.
            digest: Of the thing as it is now; nothing is approved of what has none.
            since: An approval from before was about an earlier change, and is spent.
        """
        about = [
            word
            for word in self.words
            if (word.matter, word.subject, word.digest) == (matter, subject, digest)
        ]
        refused = max((word.at for word in about if word.decision != APPROVED), default=None)
        holding = [
            word
            for word in about
            if word.decision == APPROVED
            and self._holds(word)
            and (refused is None or word.at > refused)
            and (since is None or word.at >= since)
        ]
        return max(holding, key=lambda word: word.at, default=None)

    def _holds(self, word: Approval) -> bool:
        """Whether it has a reason and has not ended; a quarantine has to end some time."""
        if word.until is None:
            return word.matter is not Matter.QUARANTINE and bool(word.reason.strip())
        return word.until > self.now and bool(word.reason.strip())


def in_words(word: Approval) -> str:
    """Who approved it, why and until when."""
    until = f", until {word.until:%Y-%m-%d %H:%M} UTC" if word.until else ""
    return f"{word.by} ({word.role}): {word.reason}{until}"
