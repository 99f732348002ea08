"""A worker with jobs of its own: it works through preparations slowly, and writes a diary."""

import os
import time
from pathlib import Path

from homebooru.db.queue import Work, claim
from homebooru.db.tables import PreparationRow
from homebooru.errors import DiskFull, HomeBooruError
from homebooru.jobs import waking, worker
from homebooru.jobs.declaring import Every, Job
from homebooru.jobs.journal import log_to_stderr
from homebooru.wiring import connect

DIARY = Path(os.environ["DIARY"])
SECONDS_EACH = float(os.environ.get("SECONDS_EACH", "0"))


def write(line):
    with DIARY.open("a") as diary:
        diary.write(f"{line} {os.getpid()} {time.time()}\n")


def index_files(deps, progress, worker_id):
    write("begin")
    if DIARY.with_name("diary.full").exists():
        raise DiskFull("There is no room.")
    if DIARY.with_name("diary.broken").exists():
        raise HomeBooruError("It is broken.")
    progress.expect(100)
    while progress.goes_on():
        with deps.sessions.begin() as session:
            rows = claim(session, PreparationRow, limit=2, worker_id=worker_id)
            ids = [row.post_id for row in rows]
        if not ids:
            return
        for post_id in ids:
            time.sleep(SECONDS_EACH)
            with deps.sessions.begin() as session:
                session.delete(session.get_one(PreparationRow, post_id))
            write(f"did-{post_id}")
            progress.advance(current=f"post {post_id}")


def tick(deps, progress, worker_id):
    write("tick")


JOBS = {
    job.name: job
    for job in (
        Job(name="index_files", title="Reading", body=index_files, work=Work.FILES),
        Job(name="tick", title="Ticking", body=tick, every=lambda _: Every(2)),
    )
}

if __name__ == "__main__":
    log_to_stderr("info")
    waking.LOOK = float(os.environ.get("LOOK", waking.LOOK))
    worker.GRACE = 60  # seconds; a busy machine may be slow to stop
    worker.run_worker(connect(), JOBS, watch=False)
