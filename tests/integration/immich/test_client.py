"""The client against both versions of the server: what it reads, what it writes, how it fails."""

import base64
import hashlib
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from homebooru.domain.immich.access import Version
from homebooru.domain.immich.assets import Visibility
from homebooru.domain.immich.changes import AssetChange, Refusal, ThumbnailSize
from homebooru.domain.immich.windows import Count, Strip, Window
from homebooru.errors import (
    PermissionMissing,
    RateLimited,
    RemoteChanged,
    RemoteMissing,
    RemoteRefused,
    RemoteUnavailable,
)
from homebooru.http.fetching import Limits
from homebooru.immich.client import ImmichClient
from homebooru.immich.user import HttpImmichUser
from tests.fakes.immich import FakeImmich
from tests.fakes.services import CUT, HANG, Reply, limited, page

ALL = Window(visibility=Visibility.TIMELINE)
SHORT = Limits(connect=0.5, read=0.2, whole=1.0)


@pytest.fixture(params=[2, 3])
def fake(request):
    with FakeImmich(request.param) as server:
        yield server


@pytest.fixture
def opened(fake):
    clients = []

    def open_as(key, **more):
        clients.append(
            ImmichClient(f"{fake.url}/api", key.text, **{"sleep": lambda _: None} | more)
        )
        return HttpImmichUser(clients[-1])

    yield open_as
    for client in clients:
        client.close()


@pytest.fixture
def user(fake, opened):
    return opened(fake.key)


def ids(*assets):
    return [UUID(asset.id) for asset in assets]


def test_an_asset_is_told_alike_by_both_versions(fake, user):
    world = fake.world
    alice = world.add_person(fake.user, "Alice")
    asset = world.add_asset(
        fake.user,
        content=b"a picture",
        tags=["cats/Mimi", "1girl"],
        people=[alice],
        description="on the sofa",
        stars=4,
        video_ms=2500,
        favourite=True,
        visibility="archive",
    )
    stack = world.add_stack([asset, world.add_asset(fake.user)])
    detail = user.asset(UUID(asset.id))
    told = detail.asset
    assert told.sha1 == hashlib.sha1(b"a picture").digest()
    assert (told.duration_ms, told.is_video, told.is_favourite) == (2500, True, True)
    assert told.visibility is Visibility.ARCHIVE
    assert told.taken_at == asset.taken
    assert told.updated_at == asset.updated.replace(
        microsecond=asset.updated.microsecond // 1000 * 1000
    )
    assert [person.name for person in told.people] == ["Alice"]
    assert [tag.value for tag in detail.tags] == ["1girl", "cats/Mimi"]
    assert (detail.exif.description, detail.exif.stars) == ("on the sofa", 4)
    assert detail.exif.facts == {"make": "TestCam", "model": "TC-1"}
    assert detail.stack_id == UUID(stack.id)
    assert [one.primary_id for one in user.stacks()] == [UUID(asset.id)]
    assert user.asset(uuid4()) is None


def test_libraries_have_no_digests_of_bytes(fake, user):
    library = fake.world.add_library(fake.user, "/srv/pictures")
    asset = fake.world.add_asset(fake.user, library=library, name="a.jpg")
    told = user.asset(UUID(asset.id)).asset
    assert told.sha1 is None
    assert told.checksum == hashlib.sha1(b"path:/srv/pictures/a.jpg").digest()
    assert base64.b64encode(told.checksum).decode() == asset.checksum
    assert [one.folders for one in user.libraries()] == [("/srv/pictures",)]


def test_a_search_says_whether_it_told_all_and_second_pages_would_lose_some(fake, user):
    with fake.world.clock.held() as moment:
        for _ in range(1001):
            fake.world.add_asset(fake.user, taken=datetime(2020, 1, 1, tzinfo=UTC))
    assert not user.search(ALL).is_whole
    last = fake.world.add_asset(fake.user)
    window = Window(
        visibility=Visibility.TIMELINE, updated_after=moment + timedelta(milliseconds=1)
    )
    found = user.search(window)
    assert found.is_whole
    assert [one.id for one in found.assets] == ids(last)
    shown = [fake.asked[-1].body, fake.asked[-2].body]
    assert all(b'"page"' not in body and b'"visibility"' in body for body in shown)
    pages = [
        user._client.search(
            "/search/metadata", {"size": 501, "page": number}, lambda body: body["assets"]["items"]
        )
        for number in (1, 2)
    ]
    assert len({one["id"] for listed in pages for one in listed}) < 1002


def test_the_timeline_counts_and_lists_whole_months_of_what_is_asked_for(fake, user):
    world = fake.world
    partner = world.add_user("Bert")
    fake.user.partners.add(partner.id)
    may, june = (datetime(2024, month, 3, tzinfo=UTC) for month in (5, 6))
    here = [world.add_asset(fake.user, taken=may) for _ in range(3)]
    world.add_asset(fake.user, taken=june, visibility="archive")
    world.add_asset(fake.user, taken=june, visibility="hidden")
    world.add_asset(partner, taken=june)
    world.change(here[2], trashed=True)
    album = world.add_album(fake.user, assets=here[:1])
    strip = Strip(visibility=Visibility.TIMELINE)
    [month] = user.months(strip)
    assert (month.first, month.count) == (date(2024, 5, 1), 2)
    assert {one.id for one in user.month(strip, month)} == {*ids(*here[:2])}
    [trash] = user.months(Strip(visibility=Visibility.TIMELINE, trashed=True))
    assert trash.count == 1
    inside = Strip(visibility=Visibility.TIMELINE, album_id=UUID(album.id))
    assert [one.id for one in user.month(inside, month)] == ids(here[0])
    assert user.count(Visibility.ARCHIVE) == Count(1, 0)
    assert {one.owner_id for one in user.search(ALL).assets} == {
        UUID(fake.user.id),
        UUID(partner.id),
    }


def test_albums_and_people_are_told_alike(fake, user):
    asset = fake.world.add_asset(fake.user)
    fake.world.add_album(fake.user, "Holiday", [asset])
    fake.world.add_person(fake.user, "Alice")
    fake.world.add_person(fake.user, "", hidden=True)
    [album] = user.albums()
    assert (album.name, album.count, album.owner_id) == ("Holiday", 1, UUID(fake.user.id))
    assert album.assets_changed_at is not None
    assert {(one.name, one.is_hidden) for one in user.people()} == {("Alice", False), ("", True)}
    found = user.search(Window(visibility=Visibility.TIMELINE, album_id=album.id))
    assert [one.id for one in found.assets] == ids(asset)


def test_what_is_written_stays_once_the_server_has_settled(fake, user):
    asset, other = (fake.world.add_asset(fake.user, tags=["theirs"]) for _ in range(2))
    tags = user.upsert_tags(["booru/solo", "booru//hat", ""])
    assert [tag.value for tag in tags] == ["booru/solo", "booru/hat"]
    assert user.tag([tag.id for tag in tags], ids(asset, other)) == 4
    fake.settle()
    assert told(user, asset) == ["booru/hat", "booru/solo", "theirs"]
    refused = user.untag(tags[0].id, [UUID(asset.id), UUID(int=7, version=4)])
    assert refused == {UUID(int=7, version=4): Refusal.NO_PERMISSION}
    fake.settle()
    assert told(user, asset) == ["booru/hat", "theirs"]
    assert user.untag(tags[0].id, ids(asset)) == {UUID(asset.id): Refusal.NOT_FOUND}
    user.update(ids(asset), AssetChange(favourite=True, stars=5, description="mine"))
    fake.settle()
    detail = user.asset(UUID(asset.id))
    assert (detail.asset.is_favourite, detail.exif.stars) == (True, 5)
    assert detail.exif.description == "mine"
    user.update(ids(asset), AssetChange(stars=0))
    fake.settle()
    assert user.asset(UUID(asset.id)).exif.stars is None
    assert user.delete_tag(tags[0].id)
    assert not user.delete_tag(tags[0].id)


def told(user, asset):
    return [tag.value for tag in user.asset(UUID(asset.id)).tags]


def test_albums_and_the_trash_are_written(fake, user):
    asset, other = fake.world.add_asset(fake.user), fake.world.add_asset(fake.user)
    album = UUID(fake.world.add_album(fake.user, assets=[asset]).id)
    assert user.add_to_album(album, ids(asset, other)) == {UUID(asset.id): Refusal.DUPLICATE}
    assert user.remove_from_album(album, ids(asset)) == {}
    user.trash(ids(asset))
    assert user.asset(UUID(asset.id)).asset.is_trashed
    assert user.restore(ids(asset, other)) == 1
    with pytest.raises(RemoteMissing):
        user.trash([*ids(asset), uuid4()])
    assert not user.asset(UUID(asset.id)).asset.is_trashed
    assert b'"force": false' in fake.writes[-1].body


def test_a_queue_that_is_at_work_already_is_asked_again_later(fake, user):
    fake.world.jobs.polls = None
    user.discover_sidecars()
    with pytest.raises(RemoteUnavailable, match="busy"):
        user.discover_sidecars()


def test_calls_stay_within_what_the_server_takes(fake, user):
    assets = [fake.world.add_asset(fake.user) for _ in range(250)]
    tags = user.upsert_tags([f"booru/{number}" for number in range(400)])
    assert user.tag([tag.id for tag in tags], ids(*assets)) == 100_000
    assert fake.calls["PUT /tags/assets"] == 4  # 81 assets of 400 tags are what one call holds
    user.refresh([UUID(asset.id) for asset in assets])
    assert fake.calls["POST /assets/jobs"] == 1


def test_originals_come_in_pieces_and_thumbnails_when_there_are_any(fake, user):
    asset = fake.world.add_asset(fake.user, content=b"x" * 200_000)
    with user.original(UUID(asset.id)) as pieces:
        assert max(map(len, read := list(pieces))) <= 1 << 16
    assert b"".join(read) == asset.content
    assert user.thumbnail(UUID(asset.id), ThumbnailSize.SMALL).startswith(b"RIFF")
    asset.extracted, asset.offline = False, True
    assert user.thumbnail(UUID(asset.id), ThumbnailSize.SMALL) is None
    with pytest.raises(RemoteMissing), user.original(UUID(asset.id)):
        pass


def test_details_are_asked_for_four_at_a_time(fake, user):
    assets = [fake.world.add_asset(fake.user) for _ in range(150)]
    gone = uuid4()
    found = dict(user.details([*ids(*assets), gone]))
    assert found.pop(gone) is None
    assert {one.asset.id for one in found.values()} == {*ids(*assets)}
    assert fake.most_at_once <= 4


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (limited(Retry_After="30"), RateLimited),
        (Reply({"message": "Internal server error"}, 500), RemoteUnavailable),
        (Reply({"message": "Conflict"}, 409), RemoteUnavailable),
        (page(200), RemoteUnavailable),
        (Reply({"message": "Not Found"}, 404), RemoteChanged),
        (Reply({"something": "else"}), RemoteChanged),
        (Reply({"message": "Forbidden"}, 403), RemoteRefused),
        (CUT, RemoteUnavailable),
        (HANG, RemoteUnavailable),
    ],
)
def test_bad_days_have_one_spelling_and_nothing_counts_as_missing(fake, opened, trouble, error):
    asset = fake.world.add_asset(fake.user)
    user = opened(fake.key, limits=SHORT)
    fake.faults.fail("GET /api/assets", trouble)
    with pytest.raises(error) as caught:
        user.asset(UUID(asset.id))
    asked = len(fake.asked)
    fake.faults.heal()
    if isinstance(caught.value, RemoteUnavailable):  # it is left alone until then
        assert caught.value.until > datetime.now(UTC)
        with pytest.raises(error):
            user.tags()
        assert len(fake.asked) == asked
    else:
        assert user.asset(UUID(asset.id)).asset.id == UUID(asset.id)


def test_a_stumble_is_none(fake, user):
    asset = fake.world.add_asset(fake.user)
    fake.faults.fail("GET /api/assets", Reply({"message": "Internal server error"}, 500), times=2)
    assert user.asset(UUID(asset.id)) is not None
    assert fake.calls["GET /assets/*"] == 3


def test_keys_are_told_apart_from_permissions(fake, opened):
    poor = fake.world.add_key(fake.user, {"asset.read"})
    user = opened(poor)
    assert user.granted() == {"asset.read"}
    assert user.version() == (Version(3, 0, 3) if fake.shapes.major == 3 else Version(2, 7, 5))
    with pytest.raises(PermissionMissing, match="lacks the permission tag") as caught:
        user.tags()
    assert caught.value.permission == "tag.read"
    with pytest.raises(RemoteRefused, match="locked"):
        user.search(Window(visibility=Visibility.LOCKED))
    del fake.world.keys[poor.text]
    with pytest.raises(RemoteRefused, match="does not accept"):
        user.asset(uuid4())
    stranger = opened(fake.world.add_key(fake.world.add_user("Bert")))
    with pytest.raises(RemoteRefused, match="administrator"):
        stranger.libraries()
