"""The household's Immich: connected on a page, with keys that nobody sees again."""

import logging
from uuid import uuid4

import pytest
import sqlalchemy as sa

from homebooru.db.tables import (
    AlbumAssetRow,
    AlbumRow,
    AssetRow,
    LocationRow,
    MirrorRow,
    PersonRow,
)
from homebooru.domain.immich.access import READING
from homebooru.domain.scope import EVERYTHING, Scope
from homebooru.errors import RemoteError
from homebooru.services.immich import connecting
from homebooru.services.immich.showing import NOWHERE, in_immich
from tests.fakes.immich import FakeImmich
from tests.fakes.immich.library import Refused
from tests.fakes.services import Reply
from tests.web.visiting import token_of


@pytest.fixture(params=[2, 3])
def fake(request):
    with FakeImmich(request.param) as server:
        yield server


def send(client, path="/immich", **form):
    return client.post(path, data={"csrf_token": token_of(client), **form})


def test_an_address_and_a_key_connect_a_user_and_another_one(client, fake, sessions, deps):
    assert "Connect" in client.get("/immich").text
    assert send(client, address=f" {fake.url}/api/ ", key=fake.key.text).status_code == 303
    bert = fake.world.add_user("Bert")
    assert send(client, address=fake.url, key=fake.world.add_key(bert).text).status_code == 303
    page = client.get("/immich").text
    assert "Anna" in page
    assert "Bert" in page
    assert "administrator" in page
    with deps.immich() as users:
        assert {user.account().name for user in users.values()} == {"Anna", "Bert"}
    with sessions() as session:
        allowed = session.scalars(sa.select(MirrorRow.visibilities)).all()
    assert allowed == [["timeline", "archive"]] * 2


def test_what_is_wrong_is_said_and_nothing_is_kept(client, fake, sessions):
    poor = fake.world.add_key(fake.user, {"asset.read"}).text
    cases = {
        "That is an API key": {"address": fake.key.text, "key": "x"},
        "That is an address": {"address": fake.url, "key": fake.url},
        "That is no API key": {"address": fake.url, "key": "short"},
        "That is no address": {"address": "http://two words", "key": fake.key.text},
        "does not accept the API key": {"address": fake.url, "key": "k" * 43},
        "lacks the permission user.read": {"address": fake.url, "key": poor},
        "cannot be reached": {"address": "http://127.0.0.1:9", "key": fake.key.text},
    }
    for said, form in cases.items():
        answer = send(client, **form)
        assert answer.status_code in (400, 502), said
        assert said in answer.text
        assert fake.key.text not in answer.text
    assert connecting.users(sessions) == []


@pytest.mark.parametrize(("major", "said"), [(1, "Update it first"), (4, "knows none after 3.x")])
def test_versions_that_are_not_known_are_told(client, sessions, major, said):
    with FakeImmich(major) as server:
        assert said in send(client, address=server.url, key=server.key.text).text
    assert connecting.users(sessions) == []


def test_missing_permissions_are_named_until_they_are_there(client, fake, sessions):
    key = fake.world.add_key(fake.user, set(READING) - {"tag.read"})
    send(client, address=fake.url, key=key.text)
    page = client.get("/immich").text
    assert "lacks permissions" in page
    assert "to take over tags" in page
    assert "Nothing can be written there: the key lacks tag.create" in page
    key.permissions.add("all")
    [user] = connecting.users(sessions)
    assert send(client, f"/immich/users/{user.owner_id}/check").status_code == 303
    assert "lacks" not in client.get("/immich").text


def test_only_what_is_allowed_is_asked_for_and_a_key_is_forgotten(client, fake, sessions):
    send(client, address=fake.url, key=fake.key.text)
    [user] = connecting.users(sessions)
    path = f"/immich/users/{user.owner_id}"
    assert send(client, f"{path}/allow", visibilities=["timeline", "hidden"]).status_code == 303
    [user] = connecting.users(sessions)
    assert user.visibilities == ("timeline", "hidden")
    assert send(client, f"{path}/allow", visibilities=["locked"]).status_code == 400
    assert send(client, f"{path}/forget").status_code == 303
    assert connecting.users(sessions) == []
    assert send(client, f"{path}/forget").status_code == 404


def test_nobody_sees_a_key_again(client, fake, sessions, deps, caplog):
    """Not on pages, in logs, in errors, of commands; nor in the database as it is."""
    caplog.set_level(logging.DEBUG)
    key, tag = fake.key.text, uuid4()
    send(client, address=fake.url, key=key)
    [user] = connecting.users(sessions)
    told = []
    for status in (401, 403, 400, 409, 500):
        refused = Reply(fake.shapes.error(Refused(status, f"no use: {key}")), status)
        fake.faults.fail("DELETE", refused, times=1)
        with deps.immich() as users, pytest.raises(RemoteError, match="Immich") as caught:
            users[user.owner_id].delete_tag(tag)
        told += [str(caught.value), repr(caught.value)]
    fake.faults.fail("GET /api/users/me", refused, times=1)
    send(client, f"/immich/users/{user.owner_id}/check")
    told += [client.get("/immich").text, client.get("/jobs").text, caplog.text, repr(deps)]
    assert "fails" in told[-4]
    with sessions() as session:
        told.append(session.scalar(sa.text("select row_to_json(u)::text from immich_user u")))
    assert not any(key in text for text in told)


def test_a_post_leads_to_immich_and_to_its_albums_and_people(client, house, sessions, deps):
    post = house.add(tags="cat")
    elsewhere = house.add("other.png", seed=1)
    with sessions.begin() as session:
        asset = AssetRow(remote_id=uuid4(), post_id=post, visibility="archive", is_favourite=True)
        album = AlbumRow(remote_id=uuid4(), name='At "home"')
        person = PersonRow(remote_id=uuid4(), name="Ada")
        session.add_all([asset, album, person])
        session.flush()
        asset.person_ids = [person.remote_id]
        session.add(AlbumAssetRow(album_id=album.id, asset_id=asset.id))
    connecting.keep_address(sessions, "http://immich.example:2283")
    page = client.get(f"/posts/{post}").text
    assert f'href="http://immich.example:2283/photos/{asset.remote_id}"' in page
    assert "archived" in page
    assert "person%3AAda" in page or "person:Ada" in page
    assert "Open in Immich</a>" not in client.get(f"/posts/{elsewhere}").text
    with sessions() as session:
        roots = session.scalars(sa.select(LocationRow.root_id)).all()
    few = Scope(roots=frozenset(roots))
    assert in_immich(sessions, post, few) == NOWHERE
    assert in_immich(sessions, post, EVERYTHING).albums == ('At "home"',)
