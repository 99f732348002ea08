"""The keys of sources are told to those whom they are for, and to nobody else, whatever goes wrong."""

import logging
from contextlib import ExitStack, suppress

import pytest
import sqlalchemy as sa

from homebooru.db.tables import JobErrorRow, JobRunRow, RecordRow, ServiceRow
from homebooru.http.fetching import Fetcher
from homebooru.jobs.declarations import JOBS
from homebooru.jobs.running import run_job
from homebooru.services.lookups.enabling import keep_sources
from homebooru.settings import load_settings
from tests.fakes.boorus.danbooru import FakeDanbooru
from tests.fakes.boorus.e621 import FakeE621
from tests.fakes.boorus.gelbooru import FakeGelbooru
from tests.fakes.reverse.saucenao import FakeSauceNao
from tests.fakes.services import (
    CHANGED,
    CUT,
    HALF,
    HUGE,
    Reply,
    down,
    limited,
    page,
    redirected,
)
from tests.web.visiting import token_of

KEYS = {name: f"key-of-ours-at-{name}" for name in ("danbooru", "e621", "gelbooru", "saucenao")}
ENTERED = "e621"
SHOWN = (
    "/sources",
    "/api/sources",
    "/system",
    "/posts/1",
    "/api/posts/1",
    "/posts",
)


def troubles(key):
    """Return what can go wrong; some servers repeat the key that they are given."""
    return (
        limited(Retry_After="900"),
        down(500),
        page(403),
        Reply({"success": False, "message": f"The key {key} is none"}, 401),
        Reply({"header": {"status": -2, "message": f"Too much, {key}"}}, 429),
        Reply(f'<response success="false" reason="bad api_key={key}"/>', kind="text/xml"),
        redirected(f"https://elsewhere.example/?api_key={key}"),
        CHANGED,
        HUGE,
        CUT,
        HALF,
    )


@pytest.fixture
def sites():
    with ExitStack() as leaving:
        sites = {
            "danbooru": FakeDanbooru("me", KEYS["danbooru"]),
            "e621": FakeE621(),
            "gelbooru": FakeGelbooru("4711", KEYS["gelbooru"]),
            "saucenao": FakeSauceNao(KEYS["saucenao"], short=1000, long=1000),
        }
        yield {name: leaving.enter_context(site) for name, site in sites.items()}


@pytest.fixture
def settings(sites, tmp_path, database_url):
    """Settings with all keys but one, which is entered on the page; whoever fails is left alone."""
    given = {
        "HOMEBOORU_DATA": str(tmp_path / "data"),
        "HOMEBOORU_DATABASE_URL": database_url,
        "HOMEBOORU_BACK_OFF": "100",
        "HOMEBOORU_DANBOORU_USER": "me",
        "HOMEBOORU_GELBOORU_USER": "4711",
    }
    for name, site in sites.items():
        given |= {f"HOMEBOORU_{name}_URL".upper(): site.url, f"HOMEBOORU_{name}_PACE".upper(): "0"}
        if name != ENTERED:
            given[f"HOMEBOORU_{name}_API_KEY".upper()] = KEYS[name]
    return load_settings(given, tmp_path / "none.toml")


def test_no_log_error_job_or_page_tells_a_key(client, house, sites, caplog, monkeypatch):
    deps = house.deps
    caplog.set_level(logging.DEBUG)
    keep_sources(deps.sessions, None)
    form = {"csrf_token": token_of(client), "user": "me", "key": KEYS[ENTERED]}
    assert client.post(f"/sources/{ENTERED}/key", data=form).status_code == 303
    house.add(state="ready")
    for name, site in sites.items():
        keep_sources(deps.sessions, [name])
        for trouble in troubles(KEYS[name]):
            site.trouble(trouble)
            ask(deps)
        with monkeypatch.context() as broken, suppress(RuntimeError):
            broken.setattr(Fetcher, "_read", surprise)
            ask(deps)
        assert len(site.asked) > len(troubles(""))
    told = {"log": caplog.text, "database": everything_in(deps.engine)}
    told |= {where: shown(client, where) for where in SHOWN}
    assert "Too much" not in told["database"]
    assert "(hidden) is none" in told["log"]
    with deps.sessions.begin() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(JobErrorRow))
        assert session.scalar(sa.select(JobRunRow.id).where(JobRunRow.state == "failed").limit(1))
    for where, text in told.items():
        assert [name for name, key in KEYS.items() if key in text] == [], where


def shown(client, where):
    answer = client.get(where)
    assert answer.status_code == 200
    return answer.text


def surprise(*_):
    raise RuntimeError("nobody thought of this")


def ask(deps):
    """Let the job ask whoever is enabled, once."""
    with deps.sessions.begin() as session:
        session.execute(sa.update(ServiceRow).values(closed_until=None, failures=0))
        session.execute(sa.update(RecordRow).values(due=sa.func.now()))
    run_job(deps, JOBS["fetch_tags"], job_id=None, worker_id=None, is_stopping=lambda: False)


def everything_in(engine):
    """Return all rows of all tables, as texts."""
    with engine.connect() as connection:
        names = connection.scalars(
            sa.text("select tablename from pg_tables where schemaname = 'public'")
        ).all()
        return "\n".join(
            row
            for name in names
            for row in connection.scalars(sa.text(f'select t::text from "{name}" t'))
        )
