"""Nobody is asked about folders that are kept apart, nor about Immich without leave."""

from uuid import UUID

import pytest
import sqlalchemy as sa

from homebooru.db.queries.lookups.asked import list_posts
from homebooru.db.tables import (
    AlbumAssetRow,
    AlbumRow,
    AssetRow,
    LocationRow,
    MirrorRow,
    RecordRow,
    RootRow,
)
from homebooru.domain.scope import EVERYTHING
from homebooru.errors import Conflict, InvalidInput, NotFound
from homebooru.services.lookups.again import ask_about
from homebooru.services.lookups.enabling import keep_sources
from homebooru.services.lookups.permitting import permissions, permit
from tests.factories import make_post
from tests.integration.services.lookups.conftest import md5_of

ALBUM, LIBRARY, OWNER = (UUID(int=number) for number in (1, 2, 3))


def in_folder(world, lookups="unsaid"):
    """Add a post in a folder of its own."""
    with world.sessions.begin() as session:
        number = session.scalar(sa.select(sa.func.count()).select_from(RootRow))
        post = make_post(session, root=f"/pictures/{number}")
        session.flush()
        root_id = session.scalar(
            sa.select(LocationRow.root_id).where(LocationRow.post_id == post.id)
        )
        session.get_one(RootRow, root_id).lookups = lookups
        return post.id, root_id


def in_immich(world, *, library=None, album=None, also_at=None):
    """Add a post that lies in Immich."""
    with world.sessions.begin() as session:
        session.merge(MirrorRow(owner_id=OWNER))
        post = make_post(session, root=None) if also_at is None else None
        post_id = post.id if post else also_at
        session.flush()
        asset = AssetRow(
            remote_id=UUID(int=1000 + post_id), post_id=post_id, owner_id=OWNER, library_id=library
        )
        session.add(asset)
        session.flush()
        if album:
            row = session.scalars(sa.select(AlbumRow).where(AlbumRow.remote_id == album)).first()
            if row is None:
                row = AlbumRow(remote_id=album, name="Drawings")
                session.add(row)
                session.flush()
            session.add(AlbumAssetRow(album_id=row.id, asset_id=asset.id))
        return post_id


def asked_about(world):
    """Return the posts whose digests a booru was told by now."""
    told = {md5 for one in world["danbooru"].asked for md5 in one.params["tags"][4:].split(",")}
    with world.sessions.begin() as session:
        posts = session.scalars(sa.select(RecordRow.post_id).distinct()).all()
    return {post for post in posts if md5_of(post) in told}


@pytest.mark.parametrize("given", ["album", "library", "uploads"])
def test_immich_is_asked_about_only_where_that_part_of_it_was_opted_in(world, given):
    parts = {
        "album": in_immich(world, library=LIBRARY, album=ALBUM),
        "library": in_immich(world, library=LIBRARY),
        "uploads": in_immich(world),
    }
    plain, _ = in_folder(world)
    world.enable("danbooru")
    world.look_up()
    assert asked_about(world) == {plain}
    opted = {"album": ALBUM, "library": LIBRARY, "uploads": OWNER}[given]
    permit(world.sessions, {}, [opted])
    world.look_up()
    too = {parts[given]} | ({parts["album"]} if given == "library" else set())
    assert asked_about(world) == {plain} | too
    told = permissions(world.sessions)
    shown = {one.remote_id: one for one in (*told.albums, *told.libraries, *told.uploads)}
    assert [one for one in shown if shown[one].is_opted_in] == [opted]
    assert (shown[ALBUM].name, shown[ALBUM].pictures, shown[LIBRARY].pictures) == ("Drawings", 1, 2)
    permit(world.sessions, {}, [])
    world.make_due("danbooru")
    requests = len(world["danbooru"].asked)
    world.look_up()
    last = world["danbooru"].asked[requests:]
    assert [one.params["tags"] for one in last] == [f"md5:{md5_of(plain)}"]


def test_a_picture_of_immich_in_a_folder_is_asked_about_where_a_person_said_so(world):
    post, root_id = in_folder(world)
    in_immich(world, also_at=post)
    world.enable("danbooru")
    world.look_up()
    assert asked_about(world) == set()
    permit(world.sessions, {root_id: "on"})
    world.look_up()
    assert asked_about(world) == {post}


def test_nobody_is_asked_about_a_folder_that_is_kept_apart_until_it_is_not(world):
    post, root_id = in_folder(world)
    world.enable("danbooru")
    permit(world.sessions, {root_id: "off"})
    world.look_up()
    assert world["danbooru"].asked == []
    with pytest.raises(Conflict, match="may not be asked about this picture"):
        ask_about(world.sessions, post, EVERYTHING)
    permit(world.sessions, {root_id: "unsaid"})
    world.look_up()
    assert asked_about(world) == {post}
    with pytest.raises(NotFound):
        permit(world.sessions, {999: "on"})
    with pytest.raises(InvalidInput):
        permit(world.sessions, {root_id: "maybe"})


def test_a_model_on_this_machine_waits_for_nobody_who_may_not_be_asked(world):
    apart, _ = in_folder(world, "off")
    plain, _ = in_folder(world)
    keep_sources(world.sessions, ["danbooru"], ["camie"])
    permit(world.sessions, {}, [])
    list_all(world)
    assert due(world, "camie") == {apart}
    world.look_up()
    assert due(world, "camie") == {apart, plain}


def list_all(world):
    with world.sessions.begin() as session:
        for name in ("danbooru", "camie"):
            list_posts(session, name, 1000)


def due(world, source):
    with world.sessions.begin() as session:
        mine = sa.and_(RecordRow.source == source, RecordRow.due <= sa.func.now())
        return set(session.scalars(sa.select(RecordRow.post_id).where(mine)))
