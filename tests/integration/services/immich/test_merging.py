"""A post that only Immich has turns out to be one of ours: what people said of it goes along."""

from __future__ import annotations

from uuid import UUID

import pytest

from homebooru.db.queries import posts
from homebooru.db.queries.lookups import permitted
from homebooru.db.tables import (
    AssetRow,
    EditRow,
    FavouriteRow,
    LocationRow,
    PoolPostRow,
    PostRow,
    PostVerdictRow,
    TagRow,
    VerdictRow,
)
from homebooru.domain.scope import EVERYTHING
from homebooru.services.keeping import favourites, pools
from homebooru.services.library.settling import settle
from tests.factories import edit_post, make_post
from tests.integration.services.immich.mirror import digests_of

CONTENT = b"the same picture"
READ = "the original is read"


@pytest.mark.parametrize("comes", ["a file is read in a folder", READ])
def test_what_people_said_of_a_post_of_immich_is_said_of_the_post_it_becomes(here3, newer, comes):
    library = newer.world.add_library(newer.user, "/there") if comes == READ else None
    asset = newer.world.add_asset(newer.user, content=CONTENT, tags=["cat"], library=library)
    album = newer.world.add_album(newer.user, "Holiday", [asset])
    here3.sync()
    [(told,)] = here3.all(AssetRow.post_id)
    with here3.sessions.begin() as session:
        other = make_post(session).id
        edit_post(session, told, "solo -cat rating:q source:https://example.org/1")
        permitted.opt_in(session, [UUID(album.id)])
    pool = pools.add_pool(here3.sessions, "Series", EVERYTHING).id
    pools.put_posts(here3.sessions, pool, [other, told], EVERYTHING)
    favourites.like(here3.sessions, 1, told, EVERYTHING)
    with here3.sessions.begin() as session:
        (kept,) = posts.create_posts(session, [digests_of(CONTENT)])
        settle(session, [kept])
    if comes == READ:
        assert here3.all(PostRow.id) == {(kept,), (other,), (told,)}
        here3.sync()
        here3.fetch()
    assert here3.all(PostRow.id) == {(kept,), (other,)}
    words = here3.all(TagRow.name, VerdictRow.yes, where=VerdictRow.tag_id == TagRow.id)
    assert words == {("solo", True), ("cat", False)}
    assert {value for _, value in here3.all(PostVerdictRow.about, PostVerdictRow.value)} >= {"q"}
    for table in (VerdictRow, PostVerdictRow, FavouriteRow, EditRow, AssetRow):
        assert here3.all(table.post_id) == {(kept,)}, table
    placed = here3.all(PoolPostRow.post_id, PoolPostRow.position)
    assert [post for post, _ in sorted(placed, key=lambda row: row.position)] == [other, kept]
    assert here3.albums() == {("Holiday", asset.id)}
    with here3.sessions() as session:
        post = session.get_one(PostRow, kept)
    solo = here3.all(TagRow.id, where=TagRow.name == "solo")
    assert (post.rating, {(one,) for one in post.tag_ids}) == ("q", solo)
    assert here3.all(LocationRow.post_id, where=LocationRow.kind == "immich") == {(kept,)}
