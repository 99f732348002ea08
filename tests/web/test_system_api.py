"""The state of the library and its work for programs, in the words of an older HomeBooru."""

import pytest
import sqlalchemy as sa

from homebooru.db.tables import PreparationRow, RetagOrderRow, ScanRequestRow
from homebooru.domain.accounts import Right
from homebooru.domain.said import Said
from homebooru.services.accounts import keys
from homebooru.services.jobs import MONITOR, monitor_status
from homebooru.services.tags.claiming import keep_claims
from homebooru.services.working import keep_schedule
from tests.factories import said_tags
from tests.web.visiting import token_of


@pytest.fixture
def ask(app, sessions, ada):
    """Ask with a key of some right."""

    def asked(method, path, right=Right.ADMIN):
        key = keys.add_key(sessions, ada.id, f"{right.value} {path}", right)
        headers = {"Authorization": f"Bearer {key}"}
        return app.test_client().open(path, method=method, headers=headers)

    return asked


def count(sessions, table):
    with sessions() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table))


def test_the_state_is_told_in_the_old_words(ask, house, sessions):
    known = house.add("a.png", seed=1)
    house.add("b.png", seed=2)
    with sessions.begin() as session:
        keep_claims(session, {(known, "danbooru"): Said(tags=said_tags("cat"))})
    told = ask("GET", "/api/system/status", Right.READ).json
    assert told["collection"] == {"total_images": 2, "with_metadata": 1, "unprocessed": 0}
    assert set(told["monitor"]) == {
        "enabled",
        "running",
        "last_check",
        "last_scan_found",
        "total_processed",
        "interval_seconds",
    }
    assert told["monitor"]["enabled"] is True
    assert told["monitor"]["running"] is False


def test_what_is_to_be_done_anew_is_ordered_once(ask, house, sessions):
    house.add("a.png", seed=1)
    house.add("b.png", seed=2)
    for _ in range(2):
        for path in ("system/scan", "system/rebuild", "system/thumbnails", "reload"):
            answer = ask("POST", f"/api/{path}")
            assert (answer.status_code, answer.json["status"]) == (202, "started")
    assert count(sessions, PreparationRow) == 2
    assert count(sessions, ScanRequestRow) == 1
    assert count(sessions, RetagOrderRow) == 4  # each finishes those before it


def test_folders_are_looked_after_or_not(ask, sessions):
    keep_schedule(sessions, MONITOR, 300, fixed=None)  # as a worker does at its start
    assert ask("POST", "/api/system/monitor/stop").json == {"enabled": False}
    assert ask("GET", "/api/system/status").json["monitor"]["enabled"] is False
    assert ask("POST", "/api/system/monitor/start").json == {"enabled": True}
    assert ask("GET", "/api/system/status").json["monitor"]["enabled"] is True


def test_a_program_without_a_key_is_told_of_one(client):
    answer = client.post("/api/system/scan")
    assert answer.status_code == 403
    assert "Authorization: Bearer" in answer.json["error"]["message"]


def test_who_may_only_write_starts_nothing(ask, sessions):
    for path in ("system/scan", "system/rebuild", "system/thumbnails", "system/monitor/stop"):
        assert ask("POST", f"/api/{path}", Right.WRITE).status_code == 403
    assert count(sessions, RetagOrderRow) == 0


@pytest.mark.parametrize(
    ("what", "table"),
    [("tags", RetagOrderRow), ("thumbnails", PreparationRow), ("all", ScanRequestRow)],
)
def test_the_page_orders_it_too(client, house, sessions, what, table):
    house.add()
    page = client.get("/system").text
    assert f'action="/system/renew/{what}"' in page
    answer = client.post(f"/system/renew/{what}", data={"csrf_token": token_of(client, "/system")})
    assert answer.status_code == 303
    assert count(sessions, table) == 1


def test_the_page_stops_looking_after_folders(client, sessions):
    keep_schedule(sessions, MONITOR, 300, fixed=None)
    for state, action in (("off", "on"), ("on", "off")):
        token = token_of(client, "/system")
        answer = client.post(f"/system/monitor/{state}", data={"csrf_token": token})
        assert answer.status_code == 303
        assert monitor_status(sessions).enabled is (state == "on")
        assert f'action="/system/monitor/{action}"' in client.get("/system").text
