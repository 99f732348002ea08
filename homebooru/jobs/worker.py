"""The worker process: procrastinate runs the jobs, a waker queues them, folders are watched."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from typing import Any

import procrastinate
import psycopg
import psycopg_pool
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job as QueuedJob
from procrastinate.retry import BaseRetryStrategy, RetryDecision
from procrastinate.worker import Worker
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError

from homebooru.db.engine import conninfo
from homebooru.db.queries.jobs import QUEUE, SILENCE
from homebooru.db.queue import WorkerPresence
from homebooru.errors import DiskFull
from homebooru.jobs.declaring import Job
from homebooru.jobs.reviving import revive_database
from homebooru.jobs.running import run_job
from homebooru.jobs.waking import Waker
from homebooru.jobs.watching import Watching
from homebooru.services.working import keep_schedule, rescue
from homebooru.wiring import Deps

log = logging.getLogger(__name__)

HEARTBEAT = 2.0  # seconds
LONGEST_WAIT = 300  # seconds before a failed job is tried again
GRACE = 5.0  # seconds that the work at hand gets to finish at a shutdown
LOST = (ConnectorException, psycopg.Error, psycopg_pool.PoolTimeout, SQLAlchemyError)


class BackOff(BaseRetryStrategy):
    """Tries again for ever, ever more rarely: what failed is still due.

    That the database went away is no failure of the job's, and the worker itself waits for it.
    """

    def get_retry_decision(self, *, exception: BaseException, job: QueuedJob) -> RetryDecision:
        failed = not isinstance(exception, OperationalError | InterfaceError)
        seconds = min(LONGEST_WAIT, 5 * 2 ** min(job.attempts, 10)) if failed else 1
        return RetryDecision(retry_in={"seconds": seconds})


class StoppableWorker(Worker):
    """Tells running jobs when it stops, for whatever reason; else it would wait for their end."""

    def __init__(self, *args: Any, stopping: threading.Event, **options: Any) -> None:
        super().__init__(*args, **options)
        self._stopping_jobs = stopping

    def stop(self) -> None:
        self._stopping_jobs.set()
        super().stop()  # type: ignore[no-untyped-call]


class LastResort:
    """Leaves hard where a shutdown takes too long; what was claimed comes due again by itself."""

    def __init__(self) -> None:
        self._timer = threading.Timer(GRACE, self._leave)
        self._timer.daemon = True

    def arm(self) -> None:
        self._timer.start()

    def disarm(self) -> None:
        self._timer.cancel()

    def _leave(self) -> None:
        log.warning("Leaving in the middle of work that takes too long; it is taken up again")
        os._exit(1)


def run_worker(deps: Deps, jobs: Mapping[str, Job], *, watch: bool = True) -> None:
    """Work until SIGTERM or SIGINT; a database that restarts is waited for."""
    presence = WorkerPresence(deps.engine)
    waker = Waker(deps.sessions, presence, jobs, revive=lambda: revive_database(deps))
    last_resort = LastResort()
    with ExitStack() as leaving:
        leaving.callback(last_resort.disarm)
        leaving.callback(presence.leave)
        presence.hold()
        for job in jobs.values():
            if job.every:
                every = job.every(deps)
                keep_schedule(deps.sessions, job.name, every.seconds, fixed=every.fixed)
        waker.start()
        leaving.callback(waker.stop)
        if watch:
            watching = Watching(deps, presence)
            watching.start()
            leaving.callback(watching.stop)
        asyncio.run(_work(deps, jobs, presence, waker, last_resort))


async def _work(
    deps: Deps,
    jobs: Mapping[str, Job],
    presence: WorkerPresence,
    waker: Waker,
    last_resort: LastResort,
) -> None:
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(len(jobs) + 2, thread_name_prefix="job"))
    leaving = asyncio.Event()
    current: list[StoppableWorker] = []

    def leave() -> None:
        if not leaving.is_set():
            leaving.set()
            last_resort.arm()
        for worker in current:
            worker.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, leave)
    while not leaving.is_set():
        if not waker.connected.is_set():
            await asyncio.sleep(0.1)
            continue
        try:
            await _run_once(deps, jobs, presence, current, leaving)
        except LOST as error:
            log.warning("Waiting for the database: %s", type(error).__name__)
            await asyncio.sleep(0.5)


async def _run_once(
    deps: Deps,
    jobs: Mapping[str, Job],
    presence: WorkerPresence,
    current: list[StoppableWorker],
    leaving: asyncio.Event,
) -> None:
    """Run procrastinate's worker until it stops or loses the database."""
    # Whatever ran here before has ended; its jobs may still look as if somebody were at them.
    await asyncio.to_thread(rescue, deps.sessions, not_living=presence.id)
    stopping = threading.Event()
    app = _make_app(deps, jobs, presence, stopping)
    async with app.open_async():
        worker = StoppableWorker(
            app,
            stopping=stopping,
            queues=[QUEUE],
            concurrency=len(jobs),
            delete_jobs="successful",
            install_signal_handlers=False,
            update_heartbeat_interval=HEARTBEAT,
            stalled_worker_timeout=SILENCE,
        )
        current[:] = [worker]
        try:
            if not leaving.is_set():  # its run forgets who asked it to stop before
                await worker.run()  # type: ignore[no-untyped-call]
        finally:
            stopping.set()
            current.clear()


def _make_app(
    deps: Deps, jobs: Mapping[str, Job], presence: WorkerPresence, stopping: threading.Event
) -> procrastinate.App:
    address = conninfo(deps.engine.url)
    app = procrastinate.App(
        connector=procrastinate.PsycopgConnector(conninfo=address, min_size=1, max_size=4)
    )
    for job in jobs.values():
        _add_task(app, deps, job, presence, stopping)
    return app


def _add_task(
    app: procrastinate.App,
    deps: Deps,
    job: Job,
    presence: WorkerPresence,
    stopping: threading.Event,
) -> None:
    def task(context: procrastinate.JobContext, timestamp: int = 0) -> None:  # noqa: ARG001
        # what rests for want of room has not failed; the waker queues it again while it is due
        with suppress(DiskFull):
            run_job(
                deps,
                job,
                job_id=context.job.id,
                worker_id=presence.id,
                is_stopping=stopping.is_set,
            )

    made = app.task(name=job.name, queue=QUEUE, lock=job.name, pass_context=True, retry=BackOff())(
        task
    )
    if job.cron:
        app.periodic(cron=job.cron)(made)
