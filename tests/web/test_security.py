import io
import re
from itertools import cycle

import pytest
import sqlalchemy as sa
from werkzeug.test import EnvironBuilder

from homebooru.db.tables import Base, WebSessionRow
from homebooru.domain.accounts import Right
from homebooru.services.accounts import accounts, keys, logins
from homebooru.settings import Settings
from homebooru.web import create_app
from homebooru.web.csrf import FIELD, HEADER
from homebooru.web.media import SHOWN_INLINE
from homebooru.web.security import HEADERS, STRANGERS_BODY
from homebooru.wiring import Deps
from tests.web.furnished import furnish
from tests.web.visiting import PASSWORD, addresses, log_in, token_of

REMOTE = {"REMOTE_ADDR": "192.0.2.7"}
NO_NAMES_OF_OURS = (
    "evil.example",
    "localhost.evil.example",
    "192.0.2.1",
    "a b",
    "localhost:x",
    "",
    "[::1",
    "loca\tlhost",
    ".localhost",
    "a..localhost",
    "x" * 64 + ".localhost",
)
NO_PAGES_OF_OURS = (
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "javascript:1",
    "//[",
    "http://[",
    "/a\nb",
    "",
)
NO_TOKENS = ({}, {FIELD: ""}, {FIELD: "0" * 64}, {FIELD: "ä"})
KINDS = SHOWN_INLINE | {
    "text/html", "text/css", "text/javascript", "application/json", "application/atom+xml",
    "application/zip", "application/octet-stream", "image/svg+xml",
}  # fmt: skip
FROM_ELSEWHERE = (
    {"Origin": "https://evil.example"},
    {"Origin": "http://localhost:8080"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
)


def with_settings(deps, **changes):
    known = {name: getattr(deps.settings, name) for name in ("data", "database_url")}
    return create_app(
        Deps(
            settings=Settings(**known | changes),
            engine=deps.engine,
            sessions=deps.sessions,
            thumbs=deps.thumbs,
            walker=deps.walker,
        )
    )


# Who is let in while nobody has a password


def test_without_an_account_the_machine_itself_is_served(client):
    for host in ("localhost", "localhost:5000", "127.0.0.1", "[::1]:5000"):
        for address in ("127.0.0.1", "127.0.0.9", "::1", "::ffff:127.0.0.1"):
            asked = {"headers": {"Host": host}, "environ_base": {"REMOTE_ADDR": address}}
            assert client.get("/posts", **asked).status_code == 200, (host, address)


def test_without_an_account_strangers_are_told_how_to_make_one(app, client):
    strangers = cycle(["192.0.2.7", "2001:db8::1", "::ffff:192.0.2.7", "", "nonsense"])
    for where, address in zip(addresses(app, "GET").values(), strangers, strict=False):
        answer = client.get(where, environ_base={"REMOTE_ADDR": address})
        if where == "/health":
            assert answer.status_code == 200
        else:
            assert answer.status_code == 403
            assert "homebooru user add" in answer.text


def test_without_an_account_nobody_comes_through_a_proxy(client):
    for name in ("For", "Proto", "Host", "Port"):
        headers = {f"X-Forwarded-{name}": "127.0.0.1"}
        assert client.get("/posts", headers=headers).status_code == 403, name
    assert client.get("/posts", headers={"Forwarded": "127.0.0.1"}).status_code == 403


def test_without_an_account_a_trusted_proxy_does_not_make_strangers_local(deps):
    client = with_settings(deps, trusted_proxies=("127.0.0.1",)).test_client()
    answer = client.get("/posts", headers={"X-Forwarded-For": "127.0.0.1"})
    assert answer.status_code == 403


@pytest.mark.parametrize("locked", [False, True])
def test_no_other_name_is_answered_to(app, sessions, locked):
    if locked:
        accounts.add_account(sessions, "Ada", PASSWORD)
    client = app.test_client()
    for host in NO_NAMES_OF_OURS:
        answer = client.get("/posts", environ_overrides={"HTTP_HOST": host})
        assert answer.status_code == 403, host


def test_names_from_the_settings_are_answered_to_once_somebody_has_a_password(deps, ada):
    app = with_settings(deps, host="192.0.2.1", allowed_hosts=("Gallery.example",))
    for host in ("gallery.example:8443", "192.0.2.1", "localhost"):
        answer = app.test_client().get("/login", headers={"Host": host}, environ_base=REMOTE)
        assert answer.status_code == 200


def test_listening_everywhere_is_no_name(deps, ada):
    client = with_settings(deps, host="0.0.0.0").test_client()
    assert client.get("/login", headers={"Host": "0.0.0.0"}).status_code == 403


# Logging in


def test_once_somebody_has_a_password_everybody_logs_in_here_too(app, client, ada):
    for endpoint, where in addresses(app, "GET").items():
        answer = client.get(where)
        if endpoint in {"static", "accounts.login", "health.health"}:
            assert answer.status_code == 200
        elif where.startswith("/api/") or where.endswith(".json"):
            assert answer.status_code == 401
        elif endpoint in {"danbooru.files.show", "atom.thumbnail"}:
            assert answer.status_code == 403
        else:
            assert answer.status_code == 303
            assert answer.location.startswith("/login?next=")


def test_a_program_is_told_instead_of_sent_to_the_login_page(client, ada):
    answer = client.get("/posts", headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json["error"]["kind"] == "LoginRequired"


def test_logging_in_leads_to_the_page_that_was_wanted(client, ada):
    wanted = client.get("/posts?tags=cat&page=2")
    form = {"name": "ada", "password": PASSWORD, FIELD: token_of(client, wanted.location)}
    answer = client.post("/login", data=form | {"next": "/posts?tags=cat&page=2"})
    assert (answer.status_code, answer.location) == (303, "/posts?tags=cat&page=2")
    assert client.get("/posts").status_code == 200


def test_logging_in_never_leads_elsewhere(client, ada):
    for target in NO_PAGES_OF_OURS:
        form = {"name": "Ada", "password": PASSWORD, FIELD: token_of(client, "/login")}
        assert client.post("/login", data=form | {"next": target}).location == "/", target
        client.post("/logout", data={FIELD: token_of(client)})


def test_the_cookie_is_for_the_browser_alone(app, ada):
    client = app.test_client()
    answer = log_in(client, base_url="https://localhost")
    [cookie] = [c for c in answer.headers.getlist("Set-Cookie") if "session" in c]
    for part in ("HttpOnly", "SameSite=Lax", "Secure", "Path=/"):
        assert part in cookie


def test_a_wrong_password_is_told_without_saying_what_was_wrong(client, ada):
    wrong, unknown = (log_in(client, *pair) for pair in (("Ada", "no"), ("Eve", PASSWORD)))
    assert wrong.status_code == unknown.status_code == 401
    assert "do not belong together" in wrong.text
    assert (
        wrong.text.replace("Ada", "Eve").split("<main")[1].split("csrf")[0]
        == (unknown.text.split("<main")[1].split("csrf")[0])
    )


def test_guessing_is_stopped_with_the_time_to_wait(client, ada):
    for _ in range(logins.MOST_FOR_BOTH):
        log_in(client, password="wrong")
    answer = log_in(client)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 900
    assert "Wait 15 minutes" in answer.text


def test_logging_in_gives_a_new_session_and_ends_the_old_one(client, sessions, ada):
    log_in(client)
    first = client.get_cookie("homebooru_session").value
    log_in(client)
    second = client.get_cookie("homebooru_session").value
    assert first != second
    with sessions.begin() as session:
        assert len(session.scalars(sa.select(WebSessionRow)).all()) == 1


def test_logging_out_ends_the_session_for_good(app, client, ada):
    log_in(client)
    stolen = client.get_cookie("homebooru_session").value
    answer = client.post("/logout", data={FIELD: token_of(client)})
    assert answer.location == "/login"
    thief = app.test_client()
    thief.set_cookie("homebooru_session", stolen)
    assert thief.get("/posts").status_code == 303


def test_a_session_can_be_ended_from_another_browser(app, client, ada):
    other = app.test_client()
    log_in(client)
    log_in(other)
    page = client.get("/account").text
    ended = [line for line in page.split('action="') if line.startswith("/account/sessions/")]
    assert len(ended) == 2
    for form in ended:
        client.post(form.split('"')[0], data={FIELD: token_of(client)})
        if other.get("/posts").status_code == 303:
            break
    assert other.get("/posts").status_code == 303


def test_changing_the_password_keeps_this_browser_and_ends_the_others(app, client, ada):
    other = app.test_client()
    log_in(client)
    log_in(other)
    form = {"old": PASSWORD, "new": "other quiet words", FIELD: token_of(client)}
    assert client.post("/account/password", data=form).status_code == 303
    assert client.get("/posts").status_code == 200
    assert other.get("/posts").status_code == 303


# Changes come from our own pages


@pytest.mark.parametrize("locked", [False, True])
def test_nothing_is_changed_without_a_token(app, sessions, locked):
    client = app.test_client()
    if locked:
        accounts.add_account(sessions, "Ada", PASSWORD)
        log_in(client)
    good, before = token_of(client), everything(sessions)
    walked = [
        (method, where)
        for method in ("POST", "PUT", "PATCH", "DELETE")
        for where in addresses(app, method).values()
    ]
    bad = [(form, {}) for form in NO_TOKENS] + [({FIELD: good}, one) for one in FROM_ELSEWHERE]
    # each address is tried in two ways, and each way at many addresses
    for number, (method, where) in enumerate(walked):
        for form, headers in (bad[number % len(NO_TOKENS)], bad[-1 - number % len(FROM_ELSEWHERE)]):
            answer = client.open(where, method=method, data=form, headers=headers)
            assert answer.status_code == 403, (method, where, form, headers)
    assert len(walked) >= 10
    assert everything(sessions) == before


def test_a_token_of_another_browser_is_worth_nothing(app, client, ada):
    other = app.test_client()
    log_in(client)
    log_in(other)
    assert client.post("/logout", data={FIELD: token_of(other)}).status_code == 403


def test_a_token_may_come_in_a_header(client):
    answer = client.post("/system/scan", headers={HEADER: token_of(client)})
    assert answer.status_code == 303


def test_asking_changes_nothing(app, client, house, sessions):
    furnish(house)
    before = everything(sessions)
    for method in ("GET", "OPTIONS"):  # HEAD is a GET whose answer is cut off
        for where in addresses(app, method).values():
            client.open(where, method=method).close()
    assert everything(sessions) == before


def everything(sessions):
    with sessions.begin() as session:
        return {
            table.name: sorted(map(repr, session.execute(sa.select(table)).all()))
            for table in Base.metadata.sorted_tables
        }


# Keys


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


def test_a_key_reads_from_anywhere_without_cookies(app, sessions, ada):
    key = keys.add_key(sessions, ada.id, "phone", Right.READ)
    answer = app.test_client().get("/posts", headers=bearer(key), environ_base=REMOTE)
    assert answer.status_code == 200
    assert app.test_client().get("/posts", headers=bearer(key + "x")).status_code == 401


def test_a_header_that_holds_no_key_is_nobody(client):
    for header in ("Bearer", "Bearer a b", "Basic QWRhOng=", "Bearer \u00e4", ""):
        answer = client.get("/posts", headers={"Authorization": header})
        assert answer.status_code == 401, header


def test_a_key_may_do_what_it_is_for_and_needs_no_token(client, sessions, ada):
    statuses = {}
    for right in Right:
        key = keys.add_key(sessions, ada.id, right.value, right)
        statuses[right] = client.post("/system/scan", headers=bearer(key)).status_code
    assert statuses == {Right.READ: 403, Right.WRITE: 403, Right.ADMIN: 303}


def test_a_key_makes_no_keys_and_sees_no_sessions(client, sessions, ada):
    key = keys.add_key(sessions, ada.id, "all", Right.ADMIN)
    assert client.get("/account", headers=bearer(key)).status_code == 403
    answer = client.post("/account/keys", headers=bearer(key), data={"name": "more"})
    assert answer.status_code == 403
    assert len(keys.list_keys(sessions)) == 1


def test_a_key_is_shown_once(client, sessions, ada):
    log_in(client)
    form = {"name": "phone", "right": "read", FIELD: token_of(client)}
    answer = client.post("/account/keys", data=form)
    [shown] = keys.list_keys(sessions)
    key = "hb_" + answer.text.split(">hb_", 1)[1].split("<", 1)[0]
    assert client.get("/posts", headers=bearer(key)).status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert key not in client.get("/account").text
    assert client.post("/account/keys", data=form | {"right": "rule"}).status_code == 400
    client.post(f"/account/keys/{shown.id}/revoke", data={FIELD: token_of(client)})
    assert client.get("/posts", headers=bearer(key)).status_code == 401


def test_only_an_admin_changes_the_library(app, sessions, ada):
    accounts.add_account(sessions, "Bo", PASSWORD)
    client = app.test_client()
    log_in(client, "Bo")
    token = token_of(client)
    for endpoint, where in addresses(app, "POST").items():
        if endpoint.startswith("system."):
            assert client.post(where, data={FIELD: token}).status_code == 403, endpoint
    assert "Add a folder" not in client.get("/system").text


# Every answer


@pytest.mark.parametrize("locked", [False, True])
def test_every_answer_carries_the_headers(app, house, sessions, locked):
    post_id = house.add()
    if locked:
        accounts.add_account(sessions, "Ada", PASSWORD)
    client = app.test_client()
    answers = [client.get(where) for where in addresses(app, "GET", post_id=post_id).values()]
    answers += [client.get("/nowhere"), client.post("/posts"), client.get("/", environ_base=REMOTE)]
    for answer in answers:
        for name in HEADERS:
            assert name in answer.headers, (answer.request.path, name)
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "script-src 'self'" in policy or "script-src" not in policy
        assert "Cache-Control" in answer.headers
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]
        assert answer.mimetype in KINDS, answer.request.path
        if answer.mimetype == "image/svg+xml":  # drawings of ours, and no name leads elsewhere
            assert answer.request.path.startswith(("/static/", "/favicon"))
        answer.close()


@pytest.mark.parametrize("origin", ["http://[", "null", "http://evil.example", "", "http://[::1"])
def test_a_form_from_elsewhere_changes_nothing(client, origin):
    token = token_of(client)
    answer = client.post("/system/scan", data={FIELD: token}, headers={"Origin": origin})
    assert answer.status_code == 403


def test_nobody_writes_lines_into_the_log(app, client, monkeypatch, caplog):
    def fail(**_):
        raise RuntimeError("no")

    monkeypatch.setitem(app.view_functions, "media.thumbnail", fail)
    assert client.get(f"/media/%0aERROR{'x' * 58}-360.webp").status_code == 500
    assert "/media/\\nERRORx" in caplog.text
    assert "\nERRORx" not in caplog.text


@pytest.mark.parametrize("path", ["~nobody-is-called-this/x", "/" + "x" * 5000, "/a\0b", "a"])
def test_a_folder_that_cannot_be_is_told(client, path):
    answer = client.post("/system/roots", data={FIELD: token_of(client), "path": path})
    assert answer.status_code == 400


def test_our_own_data_is_never_a_library(app, client, deps):
    data = deps.settings.data
    data.mkdir(parents=True, exist_ok=True)
    answer = client.post("/system/roots", data={FIELD: token_of(client), "path": str(data)})
    assert answer.status_code == 400
    assert "its own data" in answer.text


def test_a_body_that_is_too_large_is_refused(client):
    token = token_of(client)
    answer = client.post("/system/roots", data={FIELD: token, "path": "/" + "x" * 2_000_000})
    assert answer.status_code == 413


@pytest.mark.parametrize(("length", "status"), [(2_000_000, 413), (1_000, 400)])
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_body_in_chunks_is_taken_whole_or_refused(client, kind, length, status):
    fields = {FIELD: token_of(client), "path": "x" * length}
    whole = EnvironBuilder(method="POST", data=fields, content_type=kind)
    environ = whole.get_environ()
    with environ["wsgi.input"] as body:
        content = body.read()
    answer = client.post(
        "/system/roots",
        input_stream=io.BytesIO(content),
        content_type=environ["CONTENT_TYPE"],
        environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
    )
    assert answer.status_code == status


def test_whoever_is_not_known_sends_little_and_at_once(client, ada):
    form = {"name": "Ada", "password": PASSWORD, FIELD: token_of(client, "/login")}
    assert client.post("/login", data=form | {"next": "x" * STRANGERS_BODY}).status_code == 413
    for name, value in (("Expect", "100-continue"), ("Transfer-Encoding", "chunked")):
        assert client.post("/login", data=form, headers={name: value}).status_code == 411
    assert client.post("/login", data=form).status_code == 303


def test_a_surprise_shows_a_reference_and_nothing_else(app, client, monkeypatch, caplog):
    def fail(*_, **__):
        raise RuntimeError("the secret is swordfish")

    monkeypatch.setitem(app.view_functions, "gallery.index", fail)
    answer = client.get("/posts")
    assert answer.status_code == 500
    assert "swordfish" not in answer.text
    assert "Traceback" not in answer.text
    reference = answer.text.split("reference ", 1)[1].split(".", 1)[0]
    assert reference in caplog.text
    assert "the secret is swordfish" in caplog.text


def test_no_page_shows_what_is_secret(app, settings, sessions, ada, house):
    post_id, client = house.add(tags="cat"), app.test_client()
    log_in(client)
    token = client.get_cookie("homebooru_session").value
    for where in addresses(app, "GET", post_id=post_id).values():
        text = client.get(where).text if "file" not in where else ""
        for secret in (settings.database_url, token, PASSWORD, "$argon2"):
            assert secret not in text


def test_behind_a_proxy_on_a_sub_path_everything_stays_below_it(deps, house, ada):
    house.add(tags="cat")
    app = with_settings(deps, trusted_proxies=("127.0.0.1",), allowed_hosts=("gallery.example",))
    client = app.test_client(use_cookies=False)
    headers = {
        "X-Forwarded-For": "192.0.2.7",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "gallery.example",
        "X-Forwarded-Prefix": "/pictures",
    }
    page = client.get("/login", headers=headers)
    token = page.text.split(f'name="{FIELD}" value="', 1)[1].split('"', 1)[0]
    visit = page.headers["Set-Cookie"]
    assert "Path=/pictures" in visit
    assert "Secure" in visit
    headers["Cookie"] = visit.split(";", 1)[0]
    form = {"name": "Ada", "password": PASSWORD, FIELD: token, "next": "/posts?tags=cat"}
    headers["Origin"] = "https://gallery.example"
    answer = client.post("/login", data=form, headers=headers)
    assert answer.location == "/pictures/posts?tags=cat"
    headers["Cookie"] = answer.headers["Set-Cookie"].split(";", 1)[0]
    text = client.get("/posts", headers=headers).text
    links = re.findall(r' (?:href|src|action|data-[a-z]+)="/([^"]*)', text)
    assert links
    assert all(link.startswith("pictures/") for link in links)
