"""The fake does to tags what real servers do: files are the truth, and the database their copy."""

from uuid import UUID

import pytest
import requests

from homebooru.immich.user import open_user
from tests.fakes.immich import FakeImmich
from tests.fakes.immich.sidecar import written


@pytest.fixture
def fake():
    with FakeImmich() as server:
        yield server


@pytest.fixture
def user(fake):
    opened = open_user(fake.url, fake.key.text)
    yield opened
    opened.close()


def put(user, asset, *values):
    user.tag([tag.id for tag in user.upsert_tags(values)], [UUID(asset.id)])


def told(user, asset):
    return [tag.value for tag in user.asset(UUID(asset.id)).tags]


@pytest.mark.parametrize(
    ("media", "beside", "tags"),
    [
        ({"Keywords": ["k"]}, None, ["k"]),
        ({"TagsList": ["a/b"], "Keywords": ["k"]}, None, ["a/b"]),
        ({"TagsList": ["inside"]}, {"HierarchicalSubject": ["x|y"]}, ["inside"]),
        ({"Keywords": ["k"]}, {"HierarchicalSubject": ["x|y/z"]}, ["x/y|z"]),
        ({"TagsList": ["inside"]}, {"TagsList": ["beside"]}, ["beside"]),
        ({"TagsList": ["inside"]}, {"TagsList": [""]}, []),
        ({"TagsList": ["inside"]}, {"TagsList": []}, ["inside"]),
        ({}, {"TagsList": ["1e5", "null", "2.0", "0012", "hb/2.0"]},
         ["0012", "100000", "2", "hb/2.0", "undefined"]),
    ],
)  # fmt: skip
def test_one_field_of_media_and_sidecar_tells_the_tags(fake, user, media, beside, tags):
    asset = fake.world.add_asset(fake.user, media=media)
    if beside is not None:
        fake.world.disk.put(f"{asset.path}.xmp", written(**beside))
        user.discover_sidecars()
    user.refresh([UUID(asset.id)])
    fake.settle()
    assert told(user, asset) == tags


def test_a_sidecar_that_is_not_known_is_not_read_until_something_is_written(fake, user):
    fake.world.disk.make_read_only("/upload")
    asset = fake.world.add_asset(fake.user)
    fake.world.disk.put(f"{asset.path}.xmp", written(TagsList=["beside"]))
    user.refresh([UUID(asset.id)])
    fake.settle()
    assert told(user, asset) == []
    put(user, asset, "lost")
    fake.settle()
    assert told(user, asset) == ["beside"]
    assert fake.faults.lost == 1


def test_calls_one_after_another_lose_tags_and_one_call_with_all_does_not(fake, user):
    fake.world.jobs.polls = 1
    one, other = fake.world.add_asset(fake.user), fake.world.add_asset(fake.user)
    tags = user.upsert_tags(["a", "b", "c"])
    for tag in tags:
        user.tag([tag.id], [UUID(one.id)])
    user.tag([tag.id for tag in tags], [UUID(other.id)])
    fake.settle()
    assert told(user, one) != ["a", "b", "c"]
    assert told(user, other) == ["a", "b", "c"]


def test_only_a_refresh_moves_an_asset_and_a_deleted_tag_comes_back(fake, user):
    fake.world.jobs.polls = None
    asset = fake.world.add_asset(fake.user)
    before = asset.updated
    put(user, asset, "booru/a")
    assert told(user, asset) == ["booru/a"]
    assert asset.updated == before
    fake.settle()
    assert asset.updated > before
    moved = asset.updated
    [tag] = user.upsert_tags(["booru/a"])
    user.delete_tag(tag.id)
    assert told(user, asset) == []
    assert asset.updated == moved
    user.refresh([UUID(asset.id)])
    fake.settle()
    assert told(user, asset) == ["booru/a"]


def test_foreign_words_in_a_sidecar_survive_the_server(fake, user):
    asset = fake.world.add_asset(fake.user)
    content = written(Keywords=["kept"]).replace(
        b"<rdf:RDF", b"<rdf:RDF xmlns:my='urn:mine' my:thing='1'"
    )
    fake.world.disk.put(f"{asset.path}.xmp", content)
    put(user, asset, "new")
    fake.settle()
    after = fake.world.disk.read(asset.sidecar)
    assert b"my:thing" in after
    assert b"<rdf:li>kept</rdf:li>" in after
    assert told(user, asset) == ["new"]


def test_faults_drop_and_wipe(fake, user):
    fake.faults.drops_every = 3
    asset = fake.world.add_asset(fake.user)
    put(user, asset, "a", "b", "c")
    fake.settle()
    assert len(told(user, asset)) == 2
    fake.faults.wipes = True
    user.refresh([UUID(asset.id)])
    fake.settle()
    assert told(user, asset) == []


def test_too_many_pairs_and_unknown_routes_are_refused(fake):
    headers = {"x-api-key": fake.key.text}
    ids = [fake.world.new_id() for _ in range(2000)]
    body = {"tagIds": ids[:17], "assetIds": ids}
    asked = requests.put(f"{fake.url}/api/tags/assets", json=body, headers=headers, timeout=5)
    assert asked.status_code == 500
    assert requests.get(f"{fake.url}/api/nope", headers=headers, timeout=5).status_code == 404
    bare = {"updatedAfter": "2026-11-21"}
    search = f"{fake.url}/api/search/metadata"
    assert requests.post(search, json=bare, headers=headers, timeout=5).status_code == 400
    huge = {"tags": ["x" * (11 << 20)]}
    told = requests.put(f"{fake.url}/api/tags", json=huge, headers=headers, timeout=5)
    assert told.status_code == 500
