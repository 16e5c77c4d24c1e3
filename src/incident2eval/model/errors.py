"""What can go wrong, as nouns: each error knows its hint and the exit code it stands for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong with something a person wrote or handed over."""

    message: str
    """What is wrong, in one sentence."""
    file: str | None = None
    """Path as the user knows it."""
    line: int | None = None
    """1-based line, where it is known."""
    field: str | None = None
    """Dotted path of the field, such as `when.noticed` or `evidence.2.file`."""
    hint: str | None = None
    """What to do about it."""

    def __str__(self) -> str:
        """All of it in one line: the name of a file, or what it says, may hold several."""
        where = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        what = f"{self.field}: {self.message}" if self.field else self.message
        text = f"{where}: {what}" if where else what
        return " ".join((f"{text} ({self.hint})" if self.hint else text).splitlines())


class Incident2EvalError(Exception):
    """The base of every error that is reported as one clear line instead of a traceback."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The error as a list of faults, as `--json` prints it."""
        return (Fault(message=str(self), hint=self.hint),)


class BadInput(Incident2EvalError):  # noqa: N818 - errors here are nouns, as in the rest of the model
    """Something handed over cannot be used: every fault found, at once."""

    exit_code = 2

    def __init__(self, *faults: Fault) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self._faults = faults

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Every fault, in the order of the file."""
        return self._faults


class NotProvable(Incident2EvalError):  # noqa: N818
    """What was asked for does not hold: nothing provable, a blind case, no input to replay."""

    exit_code = 1


class NotJudged(Incident2EvalError):  # noqa: N818
    """It could not be judged: a target out of reach, evidence listed but absent. Never a pass."""

    exit_code = 3


class CannotJudge(Incident2EvalError):  # noqa: N818
    """Raised by a check when the run lacks what the check needs; the outcome is *vacuous*."""

    exit_code = 3
