import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError
from pathlib import Path

import pytest

from homebooru.errors import FileGone, HomeBooruError, Unreadable
from homebooru.files import pool as pools
from homebooru.files.pool import ChildPool
from homebooru.processes import parent as parents
from homebooru.processes.parent import Limits
from tests.integration.files import deeds

REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def _findable(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))


@pytest.fixture
def make():
    made = []

    def make(processes=1, seconds=20, memory_mb=1024):
        made.append(ChildPool(processes, Limits(seconds, memory_mb)))
        return made[-1]

    yield make
    for pool in made:
        pool.close()


def gone(pid):
    for _ in range(100):
        if not Path(f"/proc/{pid}").exists():
            return True
        time.sleep(0.05)
    return False


def test_work_is_done_in_other_processes_side_by_side(make):
    pool = make(2)
    futures = [pool.submit(deeds.sleep, 0.2) for _ in range(4)]

    assert [future.result() for future in futures] == ["awake"] * 4
    assert len(pool.pids()) == 2
    assert os.getpid() not in pool.pids()
    assert pool.submit(deeds.double, 21).result() == 42


def test_errors_of_ours_pass_as_they_are(make):
    pool = make()

    with pytest.raises(Unreadable, match=r"Because\."):
        pool.submit(deeds.fail, "unreadable").result()
    with pytest.raises(FileGone):
        pool.submit(deeds.fail, "gone").result()


def test_a_bug_is_a_named_reason_and_is_logged(make, caplog):
    with pytest.raises(Unreadable, match=r"could not be read: ZeroDivisionError: Because\."):
        make().submit(deeds.fail, "bug").result()

    assert "Traceback" in caplog.text


def test_what_takes_too_long_is_given_up_and_the_rest_goes_on(make):
    pool = make(seconds=1)
    slow, quick = pool.submit(deeds.sleep, 60), pool.submit(deeds.double, 1)

    with pytest.raises(Unreadable, match=r"longer than 1 seconds.*HOMEBOORU_PICTURE_SECONDS"):
        slow.result(timeout=15)
    assert quick.result(timeout=15) == 2


def test_what_eats_memory_is_given_up_and_the_rest_goes_on(make):
    pool = make()
    greedy, modest = pool.submit(deeds.eat_memory), pool.submit(deeds.double, 1)

    with pytest.raises(Unreadable, match=r"more than 1024 MB.*HOMEBOORU_PICTURE_MEMORY"):
        greedy.result(timeout=20)
    assert modest.result(timeout=20) == 2


@pytest.mark.parametrize(("deed", "death"), [("crash", "SIGSEGV"), ("leave", "exit code 7")])
def test_what_crashes_its_reader_loses_nothing_but_itself(make, deed, death):
    pool = make()
    before = pool.submit(deeds.double, 1)
    crash = pool.submit(getattr(deeds, deed))
    after = pool.submit(deeds.double, 2)

    with pytest.raises(Unreadable, match=f"made 3 processes die, of {death}"):
        crash.result(timeout=20)
    assert (before.result(), after.result(timeout=20)) == (2, 4)


def test_a_reader_that_is_killed_for_anothers_sake_is_replaced(make, tmp_path):
    mark = str(tmp_path / "death")

    assert make().submit(deeds.die_unless_tried, mark, 2).result(timeout=20) == 2


def test_an_idle_reader_that_is_killed_is_replaced(make):
    pool = make()
    first = pool.submit(deeds.pid).result()
    os.kill(first, signal.SIGKILL)

    assert pool.submit(deeds.pid).result(timeout=20) != first


def test_a_reader_that_holds_much_retires_after_a_while(make, monkeypatch):
    monkeypatch.setattr(pools, "TASKS_PER_CHILD", 2)
    monkeypatch.setattr(pools, "MUCH", 10_000)
    pool = make()

    pids = [pool.submit(deeds.pid).result() for _ in range(5)]

    assert [pids.count(pid) for pid in dict.fromkeys(pids)] == [2, 2, 1]
    assert gone(pids[0])


def test_a_reader_that_holds_little_goes_on(make, monkeypatch):
    monkeypatch.setattr(pools, "TASKS_PER_CHILD", 2)
    pool = make()

    assert len({pool.submit(deeds.pid).result() for _ in range(5)}) == 1


def test_readers_live_under_limits(make):
    memory, core, niceness, deaf = make().submit(deeds.limits).result()

    assert memory == 1024 << 20
    assert core == 0
    assert niceness == min(19, os.nice(0) + 5)
    assert deaf


def test_readers_have_no_network_where_the_kernel_allows_it(make):
    able = subprocess.run(["unshare", "--net", "true"], check=False, capture_output=True)
    if able.returncode:
        pytest.skip("this kernel lets nobody leave the network")

    assert make().submit(deeds.interfaces).result() in ([], ["lo"])


def test_readers_start_with_next_to_nothing(make):
    loaded = make().submit(deeds.modules).result()

    assert not {"PIL", "numpy", "sqlalchemy", "flask", "av", "lxml"} & set(loaded)


def test_closing_drops_what_waits_and_kills_what_runs(make, tmp_path):
    pool = make()
    running = pool.submit(deeds.sleep, 60, str(tmp_path / "started"))
    waiting = pool.submit(deeds.double, 1)
    while not (tmp_path / "started").exists():
        time.sleep(0.01)
    pids = pool.pids()

    pool.close()

    assert waiting.cancelled()
    with pytest.raises(CancelledError):
        running.result(timeout=1)
    assert all(gone(pid) for pid in pids)
    assert pool.pids() == []
    assert pool.submit(deeds.double, 1).cancelled()
    pool.close()


def test_a_pool_can_be_closed_while_it_starts(make):
    for _ in range(3):
        pool = make(2)
        futures = [pool.submit(deeds.double, 1) for _ in range(4)]
        pool.close()
        assert all(future.done() for future in futures)


def test_a_waiting_task_can_be_cancelled(make):
    pool = make()
    running, waiting = pool.submit(deeds.sleep, 0.5), pool.submit(deeds.double, 1)

    assert waiting.cancel()
    assert running.result() == "awake"


def test_readers_that_cannot_start_are_told_of_and_blame_no_file(make, monkeypatch):
    monkeypatch.setattr(parents, "START", "import sys; sys.exit(3)")

    with pytest.raises(HomeBooruError, match="do not start: exit code 3") as caught:
        make().submit(deeds.double, 1).result(timeout=20)
    assert not isinstance(caught.value, Unreadable)


def test_a_pool_may_outlive_the_thread_that_uses_it(make):
    pool, pids = make(), []
    thread = threading.Thread(target=lambda: pids.append(pool.submit(deeds.pid).result()))
    thread.start()
    thread.join()

    assert pool.submit(deeds.pid).result() == pids[0]


PARENT = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a run in the background ignores it
from homebooru.files.pool import ChildPool
from homebooru.processes.parent import Limits
from tests.integration.files import deeds
pool = ChildPool(2, Limits(60, 1024))
futures = [pool.submit(deeds.sleep, 60) for _ in range(2)]
while len(pool.pids()) < 2:
    time.sleep(0.01)
time.sleep(0.3)
print(*pool.pids(), flush=True)
try:
    time.sleep(60)
except KeyboardInterrupt:
    {reaction}
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("reaction", ["pool.close()", "sys.exit(1)"])
def test_readers_die_with_their_parent(how, reaction):
    with subprocess.Popen(
        [sys.executable, "-c", PARENT.format(reaction=reaction)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        start_new_session=True,
    ) as parent:
        pids = parent.stdout.readline().split()
        os.killpg(parent.pid, how) if how is signal.SIGINT else parent.send_signal(how)
        parent.wait(timeout=20)

    assert len(pids) == 2
    assert all(gone(int(pid)) for pid in pids)
