"""Who judges the parts: this process, more of them here, or a Dask cluster; what comes back is the same."""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack

from incident2eval.lookback import Part, encoded
from incident2eval.model import BadInput, Customers, Fault
from incident2eval.pipeline.past.pieces import Pieces
from incident2eval.pipeline.past.question import Question, judged

_WAITING_EACH = 2
"""So many parts are handed over for each process, so that none is idle."""
_TRIES = 3
"""So often a part is judged again whose process died, or another one's beside it."""

Done = Iterator[tuple[Pieces, bytes]]
"""Each part with its result, as they are ready."""


def usual_jobs() -> int:
    """As many processes as there are processors to be had."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def local(question: Question, parts: Sequence[Pieces], *, jobs: int) -> Done:
    """Judge the parts in so many processes of this machine.

    A part whose process dies is judged again, at last by itself; if that dies too, the part is unreadable.
    """
    if jobs == 1 or len(parts) == 1:
        yield from ((pieces, judged(question, pieces)) for pieces in parts)
        return
    left = list(parts)
    for _ in range(_TRIES):
        left = yield from _pooled(question, left, jobs)
        if not left:
            return
    for pieces in left:
        if (yield from _pooled(question, [pieces], 1)):
            yield pieces, _lost(pieces)


def dask(question: Question, parts: Sequence[Pieces], *, address: str | None, jobs: int) -> Done:
    """Judge the parts on a Dask cluster; its workers must see the project and the archive at the same paths.

    Args:
        question: What is asked.
        parts: The parts.
        address: Of the cluster's scheduler; None for what Dask's own settings name, else one on this machine.
        jobs: Processes of a cluster on this machine.

    Raises:
        BadInput: Dask is not installed, or no scheduler answers.
    """
    try:
        from dask import config  # noqa: PLC0415 - an extra
        from distributed import Client, LocalCluster, as_completed  # noqa: PLC0415 - an extra
        from distributed.scheduler import KilledWorker  # noqa: PLC0415 - an extra
    except ImportError:
        hint = 'pip install "incident2eval[dask]"'
        raise BadInput(Fault(field="--engine", message="dask is not installed", hint=hint)) from None
    address = address or config.get("scheduler-address", None)
    with ExitStack() as opened:
        try:
            cluster = address or opened.enter_context(
                LocalCluster(n_workers=jobs, threads_per_worker=1, dashboard_address="127.0.0.1:0")
            )
            client = opened.enter_context(Client(cluster))
        except (OSError, ValueError) as error:
            message = f"no Dask scheduler answers at {address}: {error}"
            raise BadInput(Fault(field="--cluster", message=message, hint="is it running?")) from None
        futures = {
            client.submit(judged, question, pieces, pure=False, retries=_TRIES): pieces for pieces in parts
        }
        for future in as_completed(list(futures)):
            pieces = futures.pop(future)
            try:
                yield pieces, future.result()
            except KilledWorker:
                yield pieces, _lost(pieces)
            future.release()


def _pooled(
    question: Question, parts: Sequence[Pieces], jobs: int
) -> Generator[tuple[Pieces, bytes], None, list[Pieces]]:
    """Judge parts in a pool; what is left when a process of it dies comes back as the return value."""
    waiting, running = deque(parts), dict[Future[bytes], Pieces]()
    # No process inherits what threads of this one hold.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(jobs, len(parts)), mp_context=context, initializer=_deaf) as pool:
        try:
            while waiting or running:
                while waiting and len(running) < _WAITING_EACH * jobs:
                    running[pool.submit(judged, question, waiting[0])] = waiting[0]
                    waiting.popleft()
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    result = future.result()
                    yield running.pop(future), result
        except BrokenProcessPool:
            return [*running.values(), *waiting]
        except BaseException:
            for process in list((pool._processes or {}).values()):  # noqa: SLF001 - nothing public ends them
                process.terminate()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return []


def _deaf() -> None:
    """Ctrl-C is for the process that was typed to; it ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _lost(pieces: Pieces) -> bytes:
    """The result of a part that nothing survived."""
    part = Part(customers=Customers())
    message = "was not judged: every process that read it died (out of memory?)"
    part.faults += [Fault(file=piece.name, message=message) for piece in pieces]
    return encoded(part.result())
