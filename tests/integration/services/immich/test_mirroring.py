"""The mirror, against a real HTTP server that behaves like Immich 2 and 3."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from homebooru.db.queries import posts
from homebooru.db.queries.lookups import permitted
from homebooru.db.queries.tags import make_tags
from homebooru.db.tables import (
    AlbumRow,
    AssetRow,
    ClaimRow,
    LocationRow,
    MirrorRow,
    PersonPostRow,
    PersonRow,
    PostRow,
    PushRow,
    RecordRow,
    RootRow,
    ServiceRow,
    TagQuestionRow,
    TagRow,
    VerdictRow,
)
from homebooru.domain.immich.mapping import Roots
from homebooru.domain.scope import EVERYTHING
from homebooru.errors import RemoteError
from homebooru.services.immich import acting, mirroring
from homebooru.services.immich.pictures import read_permitted
from homebooru.services.immich.storing import Household
from homebooru.services.library.settling import settle
from homebooru.services.searching import search
from tests.fakes.immich.faults import broken
from tests.integration.services.immich.mirror import DETAIL, digests_of


def test_everything_is_mirrored_and_followed_with_a_call_for_each_change(here, server):
    world, me = server.world, server.user
    anna, bob = world.add_person(me, "Anna"), world.add_person(me, "Bob")
    some = [
        world.add_asset(
            me, tags=["cat", "animals/dog"], people=[anna], stars=4, description="In May"
        ),
        world.add_asset(me, people=[anna, bob], favourite=True),
        world.add_asset(me, visibility="archive"),
        world.add_asset(me, visibility="hidden"),
        world.add_asset(me, trashed=True),
        world.add_asset(me, visibility="locked"),
    ]
    other = world.add_user("Partner")
    world.add_asset(other, tags=["secret"])
    me.partners.add(other.id)
    world.add_stack(some[1:3])
    album = world.add_album(me, "Holiday", some[:2])
    assert here.sync().finished
    assert here.is_same()
    assert {str(one) for (one,) in here.all(AssetRow.remote_id)}.isdisjoint(
        {some[3].id, some[5].id}
    )
    assert here.albums() == {("Holiday", some[0].id), ("Holiday", some[1].id)}
    claims = here.all(ClaimRow.source, ClaimRow.stars, ClaimRow.description)
    assert ("immich", 4, "In May") in claims
    assert here.all(LocationRow.name, where=LocationRow.missing_since.is_not(None)) == {
        (some[4].name,)
    }

    before = len(server.asked)
    here.sync()
    assert here.calls_since(before) <= 20
    assert server.calls["GET /assets/*"] == 4

    world.change(some[0], favourite=True)
    world.change(some[1], visibility="archive")
    world.change(some[2], trashed=True)
    world.change(some[4], trashed=False)
    world.rename_person(bob, "Robert")
    world.take_out(album, some[:1])
    before = len(server.asked)
    here.sync()
    assert here.is_same()
    assert here.albums() == {("Holiday", some[1].id)}
    assert here.calls_since(before) <= 20
    asked = {
        asked.body and b'"visibility"' in asked.body
        for asked in server.asked
        if asked.path.endswith("metadata")
    }
    assert asked == {True}
    assert not any(b'"hidden"' in asked.body or b'"locked"' in asked.body for asked in server.asked)
    assert not server.writes


def test_what_is_mirrored_is_found_by_its_albums_people_and_state(here, server):
    world, me = server.world, server.user
    anna = world.add_person(me, "Anna Bell")
    some = [
        world.add_asset(me, people=[anna]),
        world.add_asset(me, people=[anna], favourite=True),
        world.add_asset(me, visibility="archive"),
    ]
    world.add_album(me, "On holiday", some[1:])
    here.sync()
    posts_of = dict(here.all(AssetRow.remote_id, AssetRow.post_id))
    posts_of = {str(remote): post for remote, post in posts_of.items()}
    for words, found in {
        "immich:any": some,
        "immich:favourite": some[1:2],
        "immich:archived": some[2:],
        'album:"on holiday"': some[1:],
        'person:"anna bell"': some[:2],
        'person:"anna bell" album:*': some[1:2],
        "-album:*": some[:1],
        "person:nobody": [],
    }.items():
        answer = search(here.sessions, words, EVERYTHING)
        assert {post.id for post in answer.posts} == {posts_of[one.id] for one in found}, words


def test_what_leaves_no_trace_in_assets_is_followed(here, server):
    world, me = server.world, server.user
    anna, nobody = world.add_person(me, "Anna"), world.add_person(me, "Anna again")
    one = world.add_asset(me, tags=["cat", "autotag_done"], people=[nobody])
    two = world.add_asset(me, tags=["cat", "dog"], people=[anna])
    album = world.add_album(me, "Gone soon", [one])
    here.sync()
    world.merge_people(anna, nobody)
    cat = next(tag for tag in world.tags.values() if tag.value == "cat")
    world.delete_tag(cat)
    del world.albums[album.id]
    here.sync()
    assert here.is_same()
    assert here.all(AlbumRow.name) == set()
    assert here.all(PersonRow.name) == {("Anna",)}
    assert len(here.all(PersonPostRow.post_id)) == 2
    with here.sessions() as session:
        tagged = session.scalars(
            sa.select(ClaimRow.tag_ids).where(ClaimRow.source == "immich")
        ).all()
    assert sorted(map(len, tagged)) == [0, 1] or sorted(map(len, tagged)) == [1]
    world.remove(two)
    world.change(one, visibility="locked")
    here.sync(census=True)
    assert here.here() == {}
    assert len(here.all(LocationRow.id, where=LocationRow.missing_since.is_not(None))) == 2


def test_an_upload_is_the_post_that_has_its_bytes_whoever_came_first(here3, newer):
    early, late = b"lies here already", b"comes later"
    with here3.sessions.begin() as session:
        (known,) = posts.create_posts(session, [digests_of(early)])
    for content in (early, late, late):
        newer.world.add_asset(newer.user, content=content, tags=["cat"])
    here3.sync()
    assert here3.all(AssetRow.post_id, where=AssetRow.checksum == digests_of(early).sha1) == {
        (known,)
    }
    told = here3.all(AssetRow.post_id, where=AssetRow.checksum == digests_of(late).sha1)
    assert len(told) == 1
    with here3.sessions.begin() as session:
        (read,) = posts.create_posts(session, [digests_of(late)])
        settle(session, [read])
    assert here3.all(AssetRow.post_id, where=AssetRow.checksum == digests_of(late).sha1) == {
        (read,)
    }
    assert here3.all(PostRow.id) == {(known,), (read,)}
    assert len(here3.all(ClaimRow.post_id, where=ClaimRow.source == "immich")) == 2


@pytest.mark.parametrize("trouble", ["key", "offline", "nonsense", "empty", "lies"])
def test_nothing_that_does_not_add_up_empties_the_mirror(here3, newer, trouble):
    world, me = newer.world, newer.user
    library = world.add_library(me, "/pictures")
    for _ in range(30):
        world.add_asset(me, library=library)
    here3.sync()
    kept = here3.here().keys()
    if trouble == "key":
        newer.key.user = world.add_user("Somebody else")
    elif trouble == "offline":
        world.take_offline(library)
    elif trouble == "nonsense":
        newer.faults.fail("search/metadata", "half")
    elif trouble == "empty":
        world.assets.clear()
        world.revision += 1
    elif trouble == "lies":
        newer.faults.fail("timeline/buckets", broken())
    try:
        synced = here3.sync(census=True)
    except RemoteError:
        assert trouble in {"key", "nonsense", "lies"}
    else:
        assert trouble in {"offline", "empty"}
        assert bool(synced.brake) is (trouble == "empty")
    assert here3.here().keys() == kept
    if trouble == "empty":
        assert here3.all(MirrorRow.brake) != {(None,)}
        assert here3.sync(census=True, believed=True).gone == 30
        assert here3.here() == {}


def test_a_server_that_changes_while_it_is_read_is_mirrored_in_the_end(here3, newer):
    world, me = newer.world, newer.user
    some = [world.add_asset(me, tags=["old"]) for _ in range(12)]
    late = []

    def meddle():
        world.change(some[3], favourite=True)
        world.remove(some.pop())
        late.append(world.add_asset(me, tags=["new"]))
        world.change(some[0], visibility="archive")

    newer.faults.before(DETAIL, meddle, times=3)
    newer.faults.before("GET /api/people", meddle, times=1)
    newer.faults.before("GET /api/albums", meddle, times=1)
    for _ in range(2):
        here3.sync()
    here3.sync(census=True)
    assert late
    assert here3.is_same()


def test_details_that_arrive_late_do_not_hide_newer_ones(here3, newer):
    """One sync is told of an asset, and hears it only after another one brought newer news."""
    world, me = newer.world, newer.user
    some = [world.add_asset(me, tags=["old"]) for _ in range(6)]

    def overtake():
        some[2].tags = {world.upsert_tag(me, "new")}
        some[2].stars = 5
        world.change(some[2], favourite=True)
        here3.sync()

    newer.faults.hold_back(f"GET /api/assets/{some[2].id}$", overtake)
    here3.sync()
    assert here3.is_same()
    assert here3.here()[some[2].id][1:4] == (True, False, 5)
    before = newer.calls["GET /assets/*"]
    here3.sync()
    assert here3.is_same()
    assert newer.calls["GET /assets/*"] == before


def test_five_thousand_assets_of_one_date_are_all_found(here3, newer, monkeypatch):
    world, me = newer.world, newer.user
    with world.clock.held() as moment:
        for number in range(5000):
            world.add_asset(me, taken=moment if number % 2 else moment - timedelta(days=1))
    kept = []

    def note(session, home, details):
        kept.extend(detail.asset.id for detail in details)

    monkeypatch.setattr(mirroring, "keep_details", note)
    assert here3.sync().finished
    assert len(set(kept)) == 5000
    assert not any(b'"page"' in asked.body for asked in newer.asked)


def test_what_people_do_there_with_our_tags_is_their_word_or_a_question(here3, newer):
    world, me = newer.world, newer.user
    values = ["booru/General/cat", "booru/General/dog", "booru/Artist/anna"]
    some = [world.add_asset(me, tags=[*values, "mine"]) for _ in range(25)]
    with here3.sessions.begin() as session:
        make_tags(session, {"cat": None, "dog": None, "anna": None, "new": None})
    here3.sync()
    with here3.sessions.begin() as session:
        for row in session.scalars(sa.select(AssetRow)):
            session.add(
                PushRow(
                    asset_id=row.id,
                    channel="api",
                    state="verified",
                    agreed=values,
                    read_at=row.updated_at - timedelta(days=365),
                )
            )
    here3.sync()
    assert not here3.all(VerdictRow.post_id)

    cat, dog, anna = (next(t for t in world.tags.values() if t.value == one) for one in values)
    some[0].tags.discard(cat)
    some[1].tags.add(world.upsert_tag(me, "booru/General/new"))
    for asset in some[:24]:
        asset.tags.discard(dog)
        world.touch(asset)
    world.delete_tag(anna)
    here3.sync()
    decided = here3.all(
        AssetRow.remote_id,
        TagRow.name,
        VerdictRow.yes,
        where=sa.and_(VerdictRow.post_id == AssetRow.post_id, VerdictRow.tag_id == TagRow.id),
    )
    assert decided == {(UUID(some[0].id), "cat", False), (UUID(some[1].id), "new", True)}
    asked = here3.all(
        TagQuestionRow.value, TagQuestionRow.kind, sa.func.cardinality(TagQuestionRow.post_ids)
    )
    assert asked == {(values[1], "taken", 24), (values[2], "gone", 25)}
    here3.sync()
    assert len(here3.all(TagQuestionRow.id)) == 2

    for (number,) in here3.all(TagQuestionRow.id, where=TagQuestionRow.kind == "taken"):
        acting.answer_question(here3.sessions, number, None, reject=True)
    for (number,) in here3.all(TagQuestionRow.id, where=TagQuestionRow.kind == "gone"):
        acting.answer_question(here3.sessions, number, None, reject=False)
    words = here3.all(
        VerdictRow.post_id, where=sa.and_(VerdictRow.tag_id == TagRow.id, TagRow.name == "dog")
    )
    assert len(words) == 24


def test_a_file_of_an_external_library_is_the_post_that_lies_in_our_folder(here3, newer):
    library = newer.world.add_library(newer.user, "/there")
    early, late = (
        newer.world.add_asset(newer.user, library=library, name=f"{name}.jpg") for name in "ab"
    )
    with here3.sessions.begin() as session:
        session.add(RootRow(id=1, path=b"/here", name="here"))
        session.flush()
        known = lay(session, b"in/a.jpg", b"a")
    here3.home = Household(here3.home.owner_id, Roots({1: b"/here"}, (("/there", "/here/in"),)))
    here3.sync()
    shown = dict(here3.all(AssetRow.remote_id, AssetRow.post_id))
    assert shown[UUID(early.id)] == known
    with here3.sessions.begin() as session:
        read = lay(session, b"in/b.jpg", b"b")
    here3.sync()
    shown = dict(here3.all(AssetRow.remote_id, AssetRow.post_id))
    assert shown == {UUID(early.id): known, UUID(late.id): read}
    assert here3.all(PostRow.id) == {(known,), (read,)}


def lay(session, path, content):
    """Put a file that was read into the folder."""
    (post,) = posts.create_posts(session, [digests_of(content)])
    session.add(
        LocationRow(post_id=post, root_id=1, path=path, name="x", folder="in", size=1, mtime_ns=0)
    )
    return post


def test_others_hear_of_no_picture_in_immich_but_of_albums_that_people_name(here3, newer):
    contents = [b"private", b"drawn by somebody"]
    some = [newer.world.add_asset(newer.user, content=one) for one in contents]
    album = newer.world.add_album(newer.user, "Drawings", some[1:])
    with here3.sessions.begin() as session:
        session.add(ServiceRow(name="danbooru", enabled=True))
    here3.sync()
    assert here3.fetch() == 2
    assert not here3.all(RecordRow.post_id)
    with here3.sessions.begin() as session:
        permitted.opt_in(session, [UUID(album.id)])
        session.flush()
        read_permitted(session)
    assert here3.fetch() == 1
    told = here3.all(PostRow.md5, where=PostRow.id == RecordRow.post_id)
    assert told == {(digests_of(contents[1]).md5,)}
    assert newer.calls["GET /assets/*/original"] == 1

    with here3.sessions.begin() as session:
        session.add(RootRow(id=1, path=b"/here", name="here"))
        session.flush()
        known = lay(session, b"in/c.jpg", b"lies here too")
    joining = newer.world.add_asset(newer.user, content=b"lies here too")
    here3.sync()
    assert not here3.all(RecordRow.post_id, where=RecordRow.post_id == known)
    newer.world.put_into(album, [joining, some[0]])
    here3.sync()
    assert here3.fetch() == 1
    assert len(here3.all(RecordRow.post_id)) == 3
    newer.world.take_out(album, [joining])
    here3.sync()
    with here3.sessions() as session:
        assert not permitted.is_permitted(session, known)
