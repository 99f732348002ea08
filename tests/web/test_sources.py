"""Who may be asked about the pictures: asked once, switched on the page and by programs."""

from uuid import UUID

import pytest
import sqlalchemy as sa

from homebooru.db.queries.lookups.chain import load_periods
from homebooru.db.tables import AssetRow, ImmichUserRow, MirrorRow, RecordRow, ServiceRow
from homebooru.domain.accounts import Right
from homebooru.services.accounts import keys
from homebooru.services.lookups.enabling import enabled_sources, keep_sources
from homebooru.services.lookups.switching import entered
from tests.web.visiting import token_of

QUESTION = "May HomeBooru ask boorus"
BATCHES = ["danbooru", "e621", "yandere"]
OWNER = UUID(int=7)
SECRET = "a-key-that-nobody-sees"


@pytest.fixture
def known(sessions):
    """The sources, as every start writes them down."""
    keep_sources(sessions, None)


def send(client, path, **form):
    return client.post(path, data={"csrf_token": token_of(client), **form})


def test_the_first_page_asks_once_and_nothing_is_asked_before(client, house, known, sessions):
    assert QUESTION not in client.get("/posts").text
    house.add(tags="cat")
    assert QUESTION in client.get("/posts").text
    assert QUESTION not in client.get("/posts?tags=cat").text
    assert enabled_sources(sessions) == []
    assert send(client, "/sources/boorus/on", next="/posts").location == "/posts"
    assert enabled_sources(sessions) == BATCHES
    assert QUESTION not in client.get("/posts").text
    send(client, "/sources/boorus/off")
    assert enabled_sources(sessions) == []
    assert QUESTION not in client.get("/posts").text


def test_who_wants_nobody_to_be_asked_is_not_asked_again(client, house, known, sessions):
    house.add()
    assert send(client, "/sources/nobody", next="/posts").status_code == 303
    assert QUESTION not in client.get("/posts").text
    assert enabled_sources(sessions) == []


def test_gelbooru_is_asked_with_the_others_once_it_has_a_key_which_nobody_sees_again(
    client, known, deps
):
    send(client, "/sources/boorus/on")
    assert "wants a key" in client.get("/sources").text
    assert send(client, "/sources/gelbooru/on").status_code == 409
    assert send(client, "/sources/gelbooru/key", user="4711", key="").status_code == 400
    assert send(client, "/sources/gelbooru/key", user="4711", key=SECRET).status_code == 303
    assert enabled_sources(deps.sessions) == sorted([*BATCHES, "gelbooru"])
    assert entered(deps.sessions, deps.key_ring)["gelbooru"].key == SECRET
    assert SECRET not in client.get("/sources").text + client.get("/api/sources").text
    with deps.sessions.begin() as session:
        kept = session.get_one(ServiceRow, "gelbooru")
        assert SECRET.encode() not in kept.sealed_key
    with deps.sources() as sources:
        assert [source.name for source in sources] == sorted([*BATCHES, "gelbooru"])
    send(client, "/sources/gelbooru/key", user="", key="")
    assert enabled_sources(deps.sessions) == BATCHES
    assert entered(deps.sessions, deps.key_ring) == {}


def test_a_key_that_was_sealed_elsewhere_is_none(client, known, deps):
    send(client, "/sources/danbooru/key", user="me", key=SECRET)
    with deps.sessions.begin() as session:
        row = session.get_one(ServiceRow, "danbooru")
        row.sealed_key = row.sealed_key[:-1] + b"?"
    assert entered(deps.sessions, deps.key_ring) == {}


def test_what_the_settings_say_holds_and_the_page_says_so(client, house, sessions):
    keep_sources(sessions, ["danbooru"])
    house.add()
    assert QUESTION not in client.get("/posts").text
    assert "HOMEBOORU_SOURCES in the settings says" in client.get("/sources").text
    assert send(client, "/sources/boorus/off").status_code == 409
    assert enabled_sources(sessions) == ["danbooru"]


def test_the_page_tells_what_was_known_what_waits_and_who_is_left_alone(client, house, known, deps):
    posts = [house.add(f"{n}.png", seed=n) for n in range(4)]
    send(client, "/sources/boorus/on")
    with deps.sessions.begin() as session:
        for post, outcome in zip(posts, ["hit", "miss", "miss", None], strict=True):
            session.add(
                RecordRow(
                    post_id=post,
                    source="danbooru",
                    outcome=outcome,
                    waits_since=None if outcome is None else sa.null(),
                )
            )
        row = session.get_one(ServiceRow, "danbooru")
        row.closed_until = sa.func.now() + sa.text("interval '5 minutes'")
        row.failure, row.reason = "limited", "Danbooru: too many requests."
        row.quotas = {"daily": {"left": 98, "of": 100}}
    page = client.get("/sources").text
    for told in (
        "Asked about 3 posts.",
        "Knew 1 (33 %).",
        "1 post waits for its answer.",
        "Danbooru: too many requests.",
        "Left today: 98",
        "left alone",
    ):
        assert told in page
    system = client.get("/system").text
    assert "Left today: 98" in system
    assert "too many requests" in system
    [danbooru] = [
        one for one in client.get("/api/sources").json["sources"] if one["name"] == "danbooru"
    ]
    assert (danbooru["outcomes"]["hit"], danbooru["outcomes"]["miss"]) == (1, 2)
    assert (danbooru["waiting"], danbooru["quotas"]["daily"]["left"]) == (1, 98)
    assert danbooru["closed_until"]


def test_how_long_answers_hold_is_set_and_nonsense_is_refused(client, known, sessions):
    days = {"hit": "90", "miss": "10", "changed": "2", "patience": "3"}
    assert send(client, "/sources/periods", **days).status_code == 303
    refused = send(client, "/sources/periods", **days | {"miss": "0"})
    assert refused.status_code == 400
    assert "from 1 to 3650" in refused.text
    with sessions() as session:
        assert load_periods(session).miss == 10
    assert client.get("/api/sources").json["periods"]["patience"] == 3


def test_programs_switch_and_ask_again_with_the_key_of_an_admin_only(client, known, sessions, ada):
    admin, reader = (
        {"Authorization": f"Bearer {keys.add_key(sessions, ada.id, 'a program', right)}"}
        for right in (Right.ADMIN, Right.WRITE)
    )
    assert client.get("/api/sources", headers=reader).status_code == 403
    answer = client.put("/api/sources/boorus", json={"enabled": True}, headers=admin)
    assert [one["name"] for one in answer.json["sources"] if one["enabled"]] == BATCHES
    assert client.post("/api/sources/e621/again", headers=admin).status_code == 204
    assert client.post("/api/sources/gelbooru/again", headers=admin).status_code == 409
    assert client.post("/api/sources/nobody/again", headers=admin).status_code == 404
    given = {"user": "me", "key": SECRET}
    assert client.put("/api/sources/e621/key", json=given, headers=admin).status_code == 204
    assert client.put("/api/sources/yandere/key", json=given, headers=admin).status_code == 400
    assert client.delete("/api/sources/e621/key", headers=admin).status_code == 204


def test_folders_are_kept_apart_and_parts_of_immich_opted_in(client, house, known, sessions):
    post = house.add("a.png")
    with sessions.begin() as session:
        session.add(MirrorRow(owner_id=OWNER))
        session.add(ImmichUserRow(owner_id=OWNER, name="Bo", key_digest=b"", version="2"))
        session.flush()
        session.add(AssetRow(remote_id=UUID(int=1), post_id=post, owner_id=OWNER))
    send(client, "/sources/boorus/on")
    [folder] = client.get("/api/sources/permissions").json["folders"]
    assert folder["lookups"] == "unsaid"
    assert "nobody else is asked" in client.get(f"/posts/{post}").text
    assert (
        client.post(f"/posts/{post}/ask", data={"csrf_token": token_of(client)}).status_code == 409
    )
    wish = {f"folder-{folder['id']}": "off", "knows_immich": "yes", "immich": str(OWNER)}
    assert send(client, "/sources/permissions", **wish).status_code == 303
    told = client.get("/api/sources/permissions").json
    assert told["folders"][0]["lookups"] == "off"
    assert [(one["name"], one["opted_in"]) for one in told["uploads"]] == [("Bo", True)]
    assert "nobody else is asked" not in client.get(f"/posts/{post}").text
    assert send(client, "/sources/permissions", **{"folder-9": "on"}).status_code == 404
    assert send(client, "/sources/permissions", knows_immich="yes", immich="?").status_code == 400


def test_a_source_is_asked_again_about_everything(client, known, sessions):
    with sessions.begin() as session:
        services = session.get_one(ServiceRow, "danbooru")
        services.listed_to = services.list_until = 0
    send(client, "/sources/boorus/on")
    assert send(client, "/sources/danbooru/again").status_code == 303
    with sessions() as session:
        assert session.get_one(ServiceRow, "danbooru").again_before is not None
