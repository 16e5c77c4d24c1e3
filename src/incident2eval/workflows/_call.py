"""Calling workflows: the trials shared out among so many jobs, whose results come back in order."""

import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, closing
from dataclasses import dataclass

from incident2eval.model import Outcome, Result
from incident2eval.workflows import _python
from incident2eval.workflows._answer import failure
from incident2eval.workflows._python import Trials
from incident2eval.workflows._spans import Inbox
from incident2eval.workflows._target import Target

Results = tuple[tuple[Result, ...], ...]
"""One entry for each trial, in it one result for each input, in order."""


def call(
    target: Target, trials: Trials, *, jobs: int = 1, told: Callable[[int], None] | None = None
) -> Results:
    """Call a workflow.

    Args:
        target: What to call.
        trials: The inputs of each trial; those of one trial are called in order.
        jobs: How many trials may run at a time.
        told: Is told after each trial how many are done; one call at a time, from any thread.

    Returns:
        One entry for each trial, in it one result for each input, in order. That a workflow fails, hangs,
        dies or cannot be started is a result too.
    """
    return call_all([(target, trials)], jobs=jobs, told=told)[0]


def call_all(
    calls: Sequence[tuple[Target, Trials]], *, jobs: int = 1, told: Callable[[int], None] | None = None
) -> tuple[Results, ...]:
    """Call several workflows, or parts of one, with never more than so many trials at a time.

    Args:
        calls: What to call, each with the inputs of each trial.
        jobs: How many trials may run at a time, of all calls together.
        told: As for `call`.

    Returns:
        For each of the calls what `call` returns.
    """
    if jobs < 1:
        raise ValueError(f"{jobs} jobs do nothing")
    desk = _Desk(calls, told)
    shares = [
        share
        for number, (target, trials) in enumerate(calls)
        for share in _shares(number, target, trials, jobs)
    ]
    if not shares:
        return desk.results
    with ExitStack() as opened:
        desk.listen(opened)
        with ThreadPoolExecutor(jobs, thread_name_prefix="trials") as pool:
            try:
                for done in as_completed([pool.submit(desk.work, share) for share in shares]):
                    done.result()
            except BaseException:
                desk.stop.set()
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    return desk.results


@dataclass(frozen=True, slots=True, kw_only=True)
class _Share:
    """Trials of one call that one job does, one after the other."""

    call: int
    trials: Sequence[int]


def _shares(call: int, target: Target, trials: Trials, jobs: int) -> Iterator[_Share]:
    """A worker imports once for all of its trials; a server has nothing to import."""
    positions = [position for position, trial in enumerate(trials) if trial]
    count = len(positions) if target.is_server else min(jobs, len(positions))
    for first in range(count):
        yield _Share(call=call, trials=positions[first::count])


class _Desk:
    """Where jobs find what to call and leave what came of it."""

    def __init__(self, calls: Sequence[tuple[Target, Trials]], told: Callable[[int], None] | None) -> None:
        self.stop = threading.Event()
        self._calls = calls
        self._told = told
        self._found: list[list[tuple[Result, ...]]] = [[() for _ in trials] for _, trials in calls]
        self._done = 0
        self._one_at_a_time = threading.Lock()
        self._inboxes: dict[int, Inbox | OSError] = {}

    @property
    def results(self) -> tuple[Results, ...]:
        """All that came, in order."""
        return tuple(map(tuple, self._found))

    def listen(self, opened: ExitStack) -> None:
        """Listen for the spans of servers, once at each port."""
        for target, _ in self._calls:
            if target.is_server and target.receiver is not None and target.receiver not in self._inboxes:
                try:
                    self._inboxes[target.receiver] = opened.enter_context(Inbox(target.receiver))
                except OSError as error:
                    self._inboxes[target.receiver] = error

    def work(self, share: _Share) -> None:
        """Do the trials of a share."""
        target, trials = self._calls[share.call]
        with closing(self._performed(target, [trials[position] for position in share.trials])) as performed:
            for position, results in zip(share.trials, performed, strict=True):
                self._found[share.call][position] = results
                self._tell()

    def _performed(self, target: Target, trials: Trials) -> Generator[tuple[Result, ...]]:
        if not target.is_server:
            yield from _python.results(target, trials, self.stop)
            return
        from incident2eval.workflows import _http  # noqa: PLC0415 - few workflows are servers

        inbox = None if target.receiver is None else self._inboxes[target.receiver]
        for trial in trials:
            if isinstance(inbox, OSError):
                why = f"cannot listen for its spans on port {target.receiver}: {inbox.strerror}"
                yield (failure(Outcome.ERRORED, why),) * len(trial)
            else:
                yield _http.results(target, trial, inbox, self.stop)

    def _tell(self) -> None:
        with self._one_at_a_time:
            self._done += 1
            if self._told:
                self._told(self._done)
