"""One thread that writes: it takes all that waits, commits it together, and tells each caller how its own part went."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import groupby
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from psfbot.errors import StoreBusy
from psfbot.store.home import Home
from psfbot.store.trouble import busy, machine_errors, trouble

R = TypeVar("R")
T = TypeVar("T")

GROUP = 128
"""The most that one commit holds; it bounds how long a caller waits for others."""
WAITING = 10_000
"""The most that may wait; beyond it callers are told at once that the store is busy."""
STOPPING = "psfbot is stopping"


@dataclass(slots=True, eq=False)
class Job:
    """Something to write, and who waits for it; `many` says that neighbours of its kind go in one call."""

    work: Callable[..., Any]
    item: Any
    many: bool
    future: asyncio.Future[Any]


@dataclass(slots=True, eq=False)
class Outcome:
    """How a job ended."""

    future: asyncio.Future[Any]
    value: Any = None
    error: Exception | None = None


class Writer:
    """The only one who writes to a database from this process."""

    def __init__(self, home: Home) -> None:
        """Start the thread; it connects with the first job."""
        self.trouble = ""
        self.flush = 0.0
        self._home = home
        self._connection: Connection | None = None
        self._used = 0.0
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._closed = False
        self._thread = Thread(target=self._run, name="psfbot-writer", daemon=True)
        self._thread.start()

    @property
    def closed(self) -> bool:
        """Does it take nothing any more?"""
        return self._closed

    @property
    def waiting(self) -> int:
        """How many jobs wait."""
        return self._jobs.qsize()

    def put(self, work: Callable[[Connection], R]) -> asyncio.Future[R]:
        """Have work done in a transaction; the future is done once that is durable."""
        return self._put(work, None, many=False)

    def put_row(self, keep: Callable[[Connection, Sequence[T]], Sequence[R]], row: T) -> asyncio.Future[R]:
        """Have one of many rows kept; `keep` is handed all that wait together, and answers for each."""
        return self._put(keep, row, many=True)

    def _put(self, work: Callable[..., Any], item: object, *, many: bool) -> asyncio.Future[Any]:
        """Queue a job, unless it would wait in vain."""
        if self._closed:
            raise busy(STOPPING)
        if self._jobs.qsize() >= WAITING:
            raise busy(self.trouble or "too much is waiting for it")
        future = asyncio.get_running_loop().create_future()
        self._jobs.put(Job(work, item, many, future))
        return future

    def close(self) -> None:
        """Finish what waits, then stop."""
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
            self._thread.join()

    def _run(self) -> None:
        """Write group after group until told to stop; nobody is left waiting, whatever ends it."""
        group: list[Job] | None = []
        try:
            while (group := self._take()) is not None:
                _tell(self._outcomes(group))
        finally:
            self._closed = True
            _tell(self._refuse([*(group or []), *self._all_waiting()], str(busy(STOPPING))))

    def _outcomes(self, group: Sequence[Job]) -> Sequence[Outcome]:
        """Write a group, and say how each job of it ended."""
        try:
            with machine_errors():
                outcomes = self._commit([job for job in group if not job.future.cancelled()])
        except StoreBusy as error:
            return self._refuse([*group, *self._all_waiting()], str(error))
        except Exception as error:  # noqa: BLE001 - each caller is told, and the thread must outlive it
            self._forget_connection()
            return [_failed(job, error) for job in group]
        self.trouble = ""
        return outcomes

    def _refuse(self, jobs: Sequence[Job], words: str) -> Sequence[Outcome]:
        """Tell everybody who waits that the store is in trouble, and open it anew for who comes next."""
        self.trouble = words
        self._forget_connection()
        return [_failed(job, StoreBusy(words)) for job in jobs]

    def _take(self) -> list[Job] | None:
        """Wait for a job, and take what waits behind it; None when it is time to stop."""
        first = self._jobs.get()
        return None if first is None else [first, *self._all_waiting(GROUP - 1)]

    def _all_waiting(self, most: int = WAITING) -> list[Job]:
        """What waits now, without waiting for more."""
        found: list[Job] = []
        with suppress(Empty):
            while len(found) < most:
                job = self._jobs.get_nowait()
                if job is None:
                    self._jobs.put(None)  # the sign to stop is for the loop alone
                    break
                found.append(job)
        return found

    def _commit(self, jobs: Sequence[Job]) -> list[Outcome]:
        """Write jobs in their order and commit; one that fails undoes itself only."""
        steps = [list(step) for _, step in groupby(jobs, key=lambda job: job.work if job.many else job)]
        if len(steps) == 1:  # the transaction undoes it, so no savepoint is needed
            try:
                with self._transaction() as connection:
                    return _perform(connection, steps[0])
            except Exception as error:
                if _of_the_machine(error):
                    raise
                if len(jobs) == 1:
                    return [_failed(jobs[0], error)]
        with self._transaction() as connection:
            return [outcome for step in steps for outcome in _isolated(connection, step)]

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """A transaction on a connection that still leads somewhere; leaving it commits."""
        if self._connection and not self._home.fresh(self._connection, monotonic() - self._used):
            self._forget_connection()
        self._connection = self._connection or self._home.writing.connect()
        with self._connection.begin():
            yield self._connection
            worked = monotonic()
        self._used = monotonic()
        self.flush = self._used - worked

    def _forget_connection(self) -> None:
        """Close every connection, the readers' too: after trouble each must be opened anew."""
        if self._connection:
            self._connection.invalidate()
            self._connection.close()
        self._connection = None
        self._home.close()


def _perform(connection: Connection, step: Sequence[Job]) -> list[Outcome]:
    """Do one job, or several of a kind in one call."""
    job = step[0]
    if not job.many:
        return [Outcome(job.future, job.work(connection))]
    values = job.work(connection, [job.item for job in step])
    return [Outcome(job.future, value) for job, value in zip(step, values, strict=True)]


def _isolated(connection: Connection, step: Sequence[Job]) -> list[Outcome]:
    """Do a step such that its failure undoes nothing else; when one of several fails, each is tried alone."""
    connection.exec_driver_sql("SAVEPOINT step")
    try:
        outcomes = _perform(connection, step)
    except Exception as error:
        if _of_the_machine(error):
            raise
        connection.exec_driver_sql("ROLLBACK TO SAVEPOINT step")
        outcomes = [_failed(step[0], error)] if len(step) == 1 else []
    connection.exec_driver_sql("RELEASE SAVEPOINT step")
    return outcomes or [outcome for job in step for outcome in _isolated(connection, [job])]


def _failed(job: Job, error: Exception) -> Outcome:
    """The job ended with this error; a future takes any but `StopIteration`."""
    if isinstance(error, StopIteration):
        wrapped = RuntimeError("the work ended with StopIteration")
        wrapped.__cause__ = error
        return Outcome(job.future, error=wrapped)
    return Outcome(job.future, error=error)


def _of_the_machine(error: Exception) -> bool:
    """Would whatever comes next fail as well?"""
    return isinstance(error, DBAPIError) and trouble(error) is not None


def _tell(outcomes: Sequence[Outcome]) -> None:
    """Wake the callers, each on its own loop, with one call a loop."""
    for loop, mine in groupby(outcomes, key=lambda outcome: outcome.future.get_loop()):
        with suppress(RuntimeError):  # a closed loop: nobody waits there any more
            loop.call_soon_threadsafe(_settle, list(mine))


def _settle(outcomes: Sequence[Outcome]) -> None:
    """Finish the futures of one loop; who stopped waiting is not told."""
    for outcome in outcomes:
        if outcome.future.done():
            continue
        if outcome.error is None:
            outcome.future.set_result(outcome.value)
        else:
            outcome.future.set_exception(outcome.error)
