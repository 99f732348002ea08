import logging
import threading
import time
from datetime import timedelta

import pytest
import sqlalchemy as sa

from homebooru.db.tables import ServiceRow
from homebooru.errors import (
    RateLimited,
    RemoteChanged,
    RemoteMissing,
    RemoteRefused,
    RemoteUnavailable,
)
from homebooru.http.client import JsonClient
from homebooru.http.fetching import Limits, Service
from homebooru.services.lookups.turns import Turns
from tests.fakes.services import (
    CUT,
    HALF,
    HANG,
    HUGE,
    FakeService,
    Reply,
    down,
    limited,
    page,
    redirected,
)

KEY = "geheim-4711"
SHORT = Limits(connect=0.5, read=0.2, whole=1.0, size=1 << 19)


class Echo(FakeService):
    """Answers with what it was asked."""

    def answer(self, asked):
        return Reply({"path": asked.path, "asked": asked.params})


@pytest.fixture
def server():
    with Echo() as echo:
        yield echo


@pytest.fixture
def ask(sessions, server):
    """Ask the server once, as one of many workers would."""
    slept = []
    made = []

    def ask(path="/posts.json", pace=0.0, name="echo", **options):
        service = Service(
            name=name,
            label="Echo",
            url=server.url,
            pace=timedelta(seconds=pace),
            contact="me@example.org",
            **options,
        )
        turns = Turns(sessions, sleep=slept.append, chance=lambda: 0.5)
        client = JsonClient(service, turns, SHORT)
        made.append(client)
        return client.get(path, {"tags": "md5:ab"})

    ask.slept = slept
    yield ask
    for client in made:
        client.close()


@pytest.fixture
def row(sessions):
    def row():
        with sessions.begin() as session:
            return session.get_one(ServiceRow, "echo")

    return row


@pytest.fixture
def pass_time(sessions):
    """Let the wait of a closed service be over."""

    def pass_time():
        with sessions.begin() as session:
            session.execute(
                sa.update(ServiceRow).values(
                    closed_until=sa.func.now() - sa.text("interval '1 second'")
                )
            )

    return pass_time


def closed_for(row):
    return round((row.closed_until - row.next_at).total_seconds())


def test_who_asks_is_told_and_nothing_is_asked_but_json(ask, server):
    assert ask()["asked"] == {"tags": "md5:ab"}
    assert server.asked[0].headers["user-agent"] == "HomeBooru/0.1.0 (me@example.org)"
    assert "authorization" not in server.asked[0].headers


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (down(500), RemoteUnavailable),
        (down(503), RemoteUnavailable),
        (down(521), RemoteUnavailable),
        (page(403), RemoteUnavailable),
        (page(200), RemoteUnavailable),
        (page(404), RemoteUnavailable),
        (HANG, RemoteUnavailable),
        (CUT, RemoteUnavailable),
        (HALF, RemoteUnavailable),
        (Reply(b""), RemoteUnavailable),
        (Reply("[NaN]"), RemoteUnavailable),
        (Reply("[" * 100_000), RemoteUnavailable),
        (HUGE, RemoteChanged),
        (limited(), RateLimited),
        (Reply({"success": False, "reason": "User Throttled"}, 421), RateLimited),
        (Reply({"success": False, "message": "Invalid API key"}, 401), RemoteRefused),
        (Reply({"success": False, "message": "Access denied"}, 403), RemoteRefused),
        (
            Reply('<?xml version="1.0"?>\n<response success="false" reason="No."/>', 200),
            RemoteRefused,
        ),
        (Reply({"success": False, "message": "Too many tags"}, 422), RemoteChanged),
        (redirected("https://elsewhere.example/posts.json"), RemoteChanged),
    ],
)
def test_bad_days_have_one_spelling_and_close_the_service(ask, server, row, trouble, error):
    server.trouble(trouble)
    with pytest.raises(error) as caught:
        ask()
    assert type(caught.value) is error
    assert caught.value.until == row().closed_until
    with pytest.raises(error) as again:
        ask()
    assert len(server.asked) == 1
    assert again.value.until == caught.value.until
    assert str(again.value) == str(caught.value)


def test_that_nobody_listens_is_told_too(ask, server, row):
    server.server.shutdown()
    server.server.server_close()
    with pytest.raises(RemoteUnavailable, match="Echo: it cannot be reached"):
        ask()
    assert row().failures == 1


def test_a_miss_is_an_answer(ask, server, row):
    server.trouble(Reply({"success": False, "error": "ActiveRecord::RecordNotFound"}, 404))
    with pytest.raises(RemoteMissing):
        ask()
    assert row().failures == 0
    assert ask()


def test_what_a_service_tells_is_obeyed_to_the_second(ask, server, row):
    server.trouble(limited(Retry_After="90"))
    with pytest.raises(RateLimited):
        ask()
    assert closed_for(row()) == 90


def test_where_it_is_silent_each_wait_doubles_until_it_answers(ask, server, row, pass_time):
    server.trouble(down(), down(), down())
    for wait in (2, 4, 8):
        with pytest.raises(RemoteUnavailable):
            ask()
        assert closed_for(row()) == wait
        pass_time()
    assert ask()
    assert (row().failures, row().closed_until, row().reason) == (0, None, None)
    assert ask()


def test_after_a_failure_one_request_is_let_through_alone(ask, server, sessions, pass_time):
    server.trouble(down())
    with pytest.raises(RemoteUnavailable):
        ask()
    pass_time()
    trial = Turns(sessions).take("echo", timedelta())
    with pytest.raises(RemoteUnavailable):
        ask()
    assert len(server.asked) == 1
    Turns(sessions).went_well(trial)
    assert ask()


def test_requests_that_fail_side_by_side_count_once(sessions, row):
    turns = Turns(sessions, chance=lambda: 0.5)
    first, second = (turns.take("echo", timedelta()) for _ in range(2))
    turns.failed(first, RemoteUnavailable("Echo: it is down."))
    turns.failed(second, RemoteUnavailable("Echo: it is down."))
    assert row().failures == 1


def test_a_quota_that_is_used_up_is_waited_for_and_its_last_answer_kept(ask, server, row):
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "300"}
    server.trouble(Reply({"posts": []}, headers=headers))
    assert ask() == {"posts": []}
    assert closed_for(row()) == 300
    with pytest.raises(RateLimited, match="quota"):
        ask()


def test_all_who_ask_share_one_pace(ask, row):
    for _ in range(4):
        ask(pace=2.0)
    assert [round(seconds) for seconds in ask.slept] == [2, 4, 6]


def test_nobody_asks_whose_service_failed_while_they_waited(sessions, row):
    turns = Turns(sessions, chance=lambda: 0.5)
    under_way = turns.take("echo", timedelta(seconds=5))

    def fail_meanwhile(_):
        turns.failed(under_way, RateLimited("Echo: too many requests."))

    with pytest.raises(RateLimited):
        Turns(sessions, sleep=fail_meanwhile).take("echo", timedelta(seconds=5))


def test_no_transaction_is_open_while_anybody_waits(sessions, engine):
    def look(_):
        assert engine.pool.checkedout() == 0

    turns = Turns(sessions, sleep=look)
    turns.take("echo", timedelta(seconds=5))
    turns.take("echo", timedelta(seconds=5))


def test_many_threads_never_go_faster_than_the_pace(sessions, server):
    """Real clocks: of eight requests of four workers no two are closer than the pace."""
    service = Service(name="echo", label="Echo", url=server.url, pace=timedelta(seconds=0.05))

    def work():
        client = JsonClient(service, Turns(sessions))
        for _ in range(2):
            client.get("/posts.json", {})
        client.close()

    began = time.monotonic()
    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(server.asked) == 8
    assert time.monotonic() - began >= 7 * 0.05


@pytest.mark.parametrize(
    "trouble",
    [HANG, CUT, Reply({"success": False, "message": f"Invalid key {KEY}"}, 401), "gone"],
)
def test_keys_are_sent_and_never_told(ask, server, row, caplog, trouble):
    caplog.set_level(logging.DEBUG)
    if trouble == "gone":
        server.server.shutdown()
        server.server.server_close()
    else:
        server.trouble(trouble)
    with pytest.raises(Exception, match="Echo") as caught:
        ask(secrets={"api_key": KEY}, auth=("me", KEY))
    told = [str(caught.value), repr(caught.value), row().reason, caplog.text]
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert not any(KEY in text for text in told)
    if server.asked:
        assert server.asked[0].params["api_key"] == KEY
        assert server.asked[0].headers["authorization"].startswith("Basic ")
