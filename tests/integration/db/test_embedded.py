import os
import pwd
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psycopg
import pytest

from homebooru.db.embedded import EmbeddedPostgres
from homebooru.db.programs import installed
from homebooru.db.server_user import PREFERRED, ServerUser, choose_server_user
from homebooru.errors import DatabaseUnusable, HomeBooruError
from tests.faults import FullDisk, make_disk
from tests.integration.db.conftest import SMALL

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")

USER_OF_THE_SERVER = """
    import sys
    from pathlib import Path
    import psycopg
    from homebooru.db.embedded import EmbeddedPostgres

    postgres = EmbeddedPostgres(Path(sys.argv[1]), {settings})
    postgres.start()
"""


def run(code, folder, **options):
    """Start a process that uses the server of a folder; what it prints can be read."""
    program = textwrap.dedent(USER_OF_THE_SERVER).format(settings=SMALL) + textwrap.dedent(code)
    return subprocess.Popen(
        [sys.executable, "-c", program, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def finish(process):
    out = process.stdout.read()  # communicate() passes over what readline() took ahead
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return out.strip()


def ask(postgres, question):
    with psycopg.connect(postgres.url) as connection:
        return connection.execute(question).fetchone()[0]


def pid_of(postgres):
    return int((postgres.cluster / "postmaster.pid").read_text().splitlines()[0])


def lives(pid):
    """Tell whether a process lives; one that nobody has buried yet does not."""
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


class TestAServerOfOurOwn:
    def test_is_new_sorts_by_code_points_and_keeps_what_it_acknowledged(self, start):
        postgres = start()

        assert ask(postgres, "select current_setting('server_version_num')::int / 10000") == 18
        assert ask(postgres, "select datlocprovider from pg_database limit 1") == "b"
        assert ask(postgres, "select 'a' > 'Z'") is True
        assert ask(postgres, "select current_setting('synchronous_commit')") == "on"
        assert ask(postgres, "select current_setting('fsync')") == "on"

    def test_listens_on_no_network_and_shows_its_socket_to_nobody(self, start):
        postgres = start()

        assert ask(postgres, "select current_setting('listen_addresses')") == ""
        assert (postgres.cluster / ".s.PGSQL.5432").stat().st_mode & 0o777 == 0o700
        assert postgres.cluster.stat().st_mode & 0o777 == 0o700

    def test_knows_halfvec(self, start):
        with psycopg.connect(start().url) as connection:
            connection.execute("create extension vector")
            near = connection.execute("select '[1,2]'::halfvec <-> '[1,3]'::halfvec").fetchone()
        assert near == (1.0,)

    def test_keeps_its_data_from_one_start_to_the_next(self, start):
        first = start()
        with psycopg.connect(first.url, autocommit=True) as connection:
            connection.execute("create table kept as select 7 as number")
        first.release()

        assert ask(start(), "select number from kept") == 7

    def test_starting_twice_is_starting_once(self, start):
        postgres = start()
        pid = pid_of(postgres)
        postgres.start()
        assert pid_of(postgres) == pid

    @pytest.mark.parametrize("name", ["a folder", 'd\'accord, "$HOME" `x`', "絵", "long" * 30])
    def test_lives_in_folders_of_any_name(self, place, start, name):
        postgres = start(place / name)
        assert ask(postgres, "select 1") == 1

    def test_cannot_be_reached_from_elsewhere_where_its_path_is_too_long(self, place, start):
        postgres = start(place / ("long" * 30))

        socket = Path(ask(postgres, "select current_setting('unix_socket_directories')"))
        assert socket.parent == Path("/tmp")
        assert socket.stat().st_mode & 0o777 == 0o700
        assert socket.stat().st_uid == postgres.user.uid
        postgres.release()
        assert not socket.exists()

    @as_root
    def test_does_not_trust_a_socket_folder_that_somebody_else_has_made(self, place, start):
        postgres = start(place / ("long" * 30))
        socket = Path(ask(postgres, "select current_setting('unix_socket_directories')"))
        postgres.release()
        postgres.cluster.joinpath("socket-folder").write_text(str(socket))
        socket.mkdir(mode=0o700)  # by root, who is not the server's user
        try:
            postgres.start()
            now = Path(ask(postgres, "select current_setting('unix_socket_directories')"))
            assert now != socket
        finally:
            socket.rmdir()

    def test_runs_data_that_an_older_postgresql_made(self, place, start):
        folder = place / "database"
        folder.mkdir()
        cluster = folder / "pgdata"
        cluster.mkdir(mode=0o700)
        user = choose_server_user(folder / "none yet")
        user.own(cluster)
        subprocess.run(
            [
                installed(16) / "bin" / "initdb", "-D", cluster, "-U", "postgres",
                "--auth=trust", "-E", "UTF8", "--locale=C",
            ],
            check=True, capture_output=True, cwd="/", **user.process_options(),
        )  # fmt: skip

        assert ask(start(), "select current_setting('server_version_num')::int / 10000") == 16

    def test_refuses_data_of_a_postgresql_that_is_not_here(self, start):
        postgres = start()
        postgres.release()
        (postgres.cluster / "PG_VERSION").write_text("42\n")
        with pytest.raises(DatabaseUnusable, match="made by PostgreSQL 42"):
            postgres.start()

    def test_says_what_the_server_said_when_it_does_not_start(self, place):
        postgres = EmbeddedPostgres(place / "database", {"max_connections": "'a lot'"})
        with pytest.raises(DatabaseUnusable, match="max_connections"):
            postgres.start()

    def test_an_initdb_that_fails_leaves_nothing(self, place, monkeypatch):
        postgres = EmbeddedPostgres(place / "database", SMALL)
        monkeypatch.setattr("homebooru.db.embedded.ROLE", "pg_reserved")
        with pytest.raises(DatabaseUnusable, match="could not be created"):
            postgres.start()
        assert {path.name for path in postgres.folder.iterdir()} <= {"start.lock", "users.lock"}

    def test_a_long_log_begins_anew_while_the_server_writes_to_it(self, start, monkeypatch):
        postgres = start()
        log = postgres.cluster / "server.log"
        before = log.read_bytes()
        assert before
        postgres.turn_log()
        assert log.read_bytes() == before
        monkeypatch.setattr("homebooru.db.embedded.LOG_LIMIT", 1)
        postgres.turn_log()
        assert (postgres.cluster / "server.log.old").read_bytes() == before
        with psycopg.connect(postgres.url) as guest, pytest.raises(psycopg.errors.SyntaxError):
            guest.execute("this is no SQL")
        assert b"this is no SQL" in log.read_bytes()
        assert log.stat().st_size < len(before) + 1000

    def test_a_full_disk_is_told_and_leaves_no_half_database(self, place):
        disk = make_disk(FullDisk, place / "disk")
        disk.break_()
        try:
            with pytest.raises(HomeBooruError, match=r"room|full|No space"):
                EmbeddedPostgres(disk.folder, SMALL).start()
            assert not (disk.folder / "pgdata").exists()
        finally:
            disk.leave()

    def test_an_initdb_that_was_killed_is_begun_anew(self, place, start):
        half = place / "database" / "pgdata.new"
        half.mkdir(parents=True)
        (half / "PG_VERSION").write_text("18\n")
        assert ask(start(), "select 1") == 1
        assert not half.exists()


class TestSharing:
    def test_many_processes_that_come_first_get_one_server(self, place):
        folder = place / "database"
        ask_pid = """
            with psycopg.connect(postgres.url) as connection:
                row = connection.execute("select pg_postmaster_start_time()::text").fetchone()
            print(row[0], flush=True)
            sys.stdin.read()
        """
        crowd = [run(ask_pid, folder) for _ in range(6)]
        answers = {process.stdout.readline() for process in crowd}
        assert len(answers) == 1
        for process in crowd:
            process.stdin.close()
            assert process.wait(timeout=60) == 0
            process.stdout.close()
            process.stderr.close()

    def test_the_last_one_to_go_stops_it(self, place, start):
        first = start()
        pid = pid_of(first)
        second = start()
        first.release()
        assert ask(second, "select 1") == 1
        second.release()
        wait_until(lambda: not lives(pid))
        assert not (second.cluster / "postmaster.pid").exists()

    def test_a_forked_child_never_stops_it(self, start):
        postgres = start()
        child = os.fork()
        if child == 0:
            postgres.release()
            os._exit(0)
        os.waitpid(child, 0)
        assert ask(postgres, "select 1") == 1

    def test_it_stops_by_itself_when_its_last_user_was_killed(self, place):
        holder = run("print('ready', flush=True); sys.stdin.read()", place / "database")
        assert holder.stdout.readline() == "ready\n"
        pid = pid_of(EmbeddedPostgres(place / "database"))
        holder.kill()
        holder.communicate()
        wait_until(lambda: not lives(pid))

    def test_it_goes_on_as_long_as_anybody_uses_it(self, place, start):
        holder = run("print('ready', flush=True); sys.stdin.read()", place / "database")
        assert holder.stdout.readline() == "ready\n"
        postgres = start()
        holder.kill()
        holder.communicate()
        time.sleep(2.5)  # longer than the guardian waits between two looks
        assert ask(postgres, "select 1") == 1

    def test_a_killed_user_of_it_harms_nobody(self, place, start):
        folder = place / "database"
        holder = run("print('ready', flush=True); sys.stdin.read()", folder)
        assert holder.stdout.readline() == "ready\n"
        holder.kill()
        holder.communicate()

        postgres = start()
        pid = pid_of(postgres)
        assert ask(postgres, "select 1") == 1
        postgres.release()
        wait_until(lambda: not lives(pid))

    def test_ctrl_c_at_the_terminal_of_its_starter_does_not_reach_it(self, place, start):
        holder = run(
            "print('ready', flush=True); sys.stdin.read()",
            place / "database",
            start_new_session=True,
        )
        assert holder.stdout.readline() == "ready\n"
        postgres = start()
        os.killpg(holder.pid, signal.SIGINT)
        holder.communicate()
        assert ask(postgres, "select 1") == 1


class TestSuddenDeath:
    def test_a_killed_server_loses_no_acknowledged_row(self, place, start):
        folder = place / "database"
        insert = """
            connection = psycopg.connect(postgres.url, autocommit=True)
            connection.execute("create table if not exists kept (number int)")
            try:
                for number in range(10_000_000):
                    connection.execute("insert into kept values (%s)", (number,))
                    print(number, flush=True)
            except psycopg.OperationalError:
                pass
        """
        for killed in range(3):
            writer = run(insert, folder)
            acknowledged = [writer.stdout.readline() for _ in range(40)]
            postgres = start()
            os.kill(pid_of(postgres), signal.SIGKILL)
            acknowledged += finish(writer).splitlines()
            again = EmbeddedPostgres(folder, SMALL)
            again.start()
            kept = ask(again, "select count(*) from kept")
            with psycopg.connect(again.url, autocommit=True) as connection:
                connection.execute("truncate kept")
            again.release()
            assert len(acknowledged) <= kept <= len(acknowledged) + 1, f"round {killed}"

    def test_its_user_may_start_it_again(self, start):
        postgres = start()
        pid = pid_of(postgres)
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not lives(pid))
        postgres.start()
        assert ask(postgres, "select 1") == 1
        postgres.release()
        assert not (postgres.cluster / "postmaster.pid").exists()

    def test_a_pid_file_whose_number_is_another_programs_now_is_no_hindrance(self, start):
        postgres = start()
        postgres.release()
        pid_file = postgres.cluster / "postmaster.pid"
        sleeper = subprocess.Popen(["sleep", "60"], **postgres.user.process_options())
        try:
            pid_file.write_text(f"{sleeper.pid}\n{postgres.cluster}\n0\n5432\n")
            postgres.user.own(pid_file)
            postgres.start()
            assert ask(postgres, "select 1") == 1
        finally:
            sleeper.kill()
            sleeper.wait()


@as_root
class TestAsRoot:
    def test_runs_as_a_user_who_is_made_for_it(self, start):
        postgres = start()
        assert postgres.user.name in PREFERRED
        assert Path(f"/proc/{pid_of(postgres)}").stat().st_uid == postgres.user.uid

    def test_refuses_data_that_this_user_cannot_reach_and_opens_no_door(self, place):
        closed = place / "closed"
        closed.mkdir(mode=0o700)
        with pytest.raises(DatabaseUnusable, match=f"may not enter {closed}.*HOMEBOORU_DATA"):
            EmbeddedPostgres(closed / "database", SMALL).start()
        assert closed.stat().st_mode & 0o777 == 0o700

    def test_copies_programs_that_this_user_cannot_read(self, place, monkeypatch):
        home = place / "root"
        home.mkdir(mode=0o700)
        wheel = installed(18).parent
        private = home / wheel.name / installed(18).name
        shutil.copytree(installed(18), private, symlinks=True)
        shutil.copytree(wheel.with_name(f"{wheel.name}.libs"), home / f"{wheel.name}.libs")
        monkeypatch.setattr("homebooru.db.programs.installed", lambda _: private)
        postgres = EmbeddedPostgres(place / "database", SMALL)
        postgres.start()
        program = Path(f"/proc/{pid_of(postgres)}/exe").readlink()
        postgres.release()
        assert program.is_relative_to(postgres.folder)
        assert home.stat().st_mode & 0o777 == 0o700

    def test_keeps_the_owner_of_data_that_an_ordinary_user_made(self, place, start):
        nobody = pwd.getpwnam("nobody")
        folder = place / "theirs"
        folder.mkdir()
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        assert as_user(nobody, start_and_stop, folder) == "switches: False, answers: 1"

        postgres = start(folder)
        assert postgres.user == ServerUser(nobody.pw_uid, nobody.pw_gid, switches=True)
        assert ask(postgres, "select 1") == 1

    def test_an_ordinary_user_is_told_that_the_data_is_anothers(self, place, start):
        folder = place / "ours"
        start(folder)
        said = as_user(pwd.getpwnam("nobody"), start_and_stop, folder)
        assert "belongs to another user of this machine" in said

    def test_an_ordinary_user_is_told_where_they_may_not_write(self, place):
        said = as_user(pwd.getpwnam("nobody"), start_and_stop, place / "new")
        assert said == (
            f"The folder {place}/new cannot be made: Permission denied. Set HOMEBOORU_DATA to a "
            "folder that you may write to."
        )


def start_and_stop(folder):
    postgres = EmbeddedPostgres(folder, SMALL)
    try:
        postgres.start()
    except DatabaseUnusable as error:
        return str(error)
    answer = ask(postgres, "select 1")
    postgres.release()
    return f"switches: {postgres.user.switches}, answers: {answer}"


def as_user(user, function, *arguments):
    """Call a function in a child that has become another user, and return the text it gives.

    Forked, not started: Python itself may lie where only we can read it.
    """
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(user.pw_gid)
            os.setuid(user.pw_uid)
            os.write(theirs, function(*arguments).encode())
        finally:
            os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, encoding="utf-8") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return said
