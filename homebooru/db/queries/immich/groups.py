"""Albums, people and tags of the mirror, and which assets and posts belong to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import array as sa_array
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from homebooru.db.queries.records import any_of
from homebooru.db.tables import (
    AlbumAssetRow,
    AlbumPostRow,
    AlbumRow,
    AlbumViewRow,
    AssetRow,
    PersonPostRow,
    PersonRow,
    RemoteTagRow,
)
from homebooru.domain.immich.groups import Album, Person, RemoteTag


def keep_tags(session: Session, owner_id: UUID, tags: Iterable[RemoteTag]) -> None:
    """Keep what tags are called; tags of others than their owner are never told of."""
    rows = [
        {"remote_id": tag.id, "owner_id": owner_id, "value": tag.value.replace("\0", "")}
        for tag in {tag.id: tag for tag in tags}.values()
    ]
    if rows:
        new = insert(RemoteTagRow).values(rows)
        session.execute(
            new.on_conflict_do_update(
                index_elements=[RemoteTagRow.remote_id],
                set_={"value": new.excluded.value},
                where=RemoteTagRow.value != new.excluded.value,
            )
        )


def known_tags(session: Session, owner_id: UUID) -> dict[UUID, str]:
    """Return the tags of a user, as they were called last."""
    rows = session.execute(
        sa.select(RemoteTagRow.remote_id, RemoteTagRow.value).where(
            RemoteTagRow.owner_id == owner_id
        )
    )
    return {row.remote_id: row.value for row in rows}


def tag_values(session: Session, tag_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return what tags are called."""
    rows = session.execute(
        sa.select(RemoteTagRow.remote_id, RemoteTagRow.value).where(
            RemoteTagRow.remote_id.in_(tag_ids)
        )
    )
    return {row.remote_id: row.value for row in rows}


def drop_tags(session: Session, tag_ids: Collection[UUID]) -> None:
    """Forget tags that are gone, once no asset has them."""
    session.execute(sa.delete(RemoteTagRow).where(RemoteTagRow.remote_id.in_(tag_ids)))


def having_tags(session: Session, tag_ids: Collection[UUID], limit: int) -> list[AssetRow]:
    """Return some of the assets that have one of these tags."""
    return list(
        session.scalars(
            sa.select(AssetRow)
            .where(AssetRow.tag_ids.overlap(list(tag_ids)))
            .order_by(AssetRow.id)
            .limit(limit)
        )
    )


def keep_people(
    session: Session, owner_id: UUID, people: Iterable[Person], *, listed: bool = False
) -> None:
    """Keep who somebody is; of those who are `listed` their names are true whoever told before."""
    rows = [
        {
            "remote_id": one.id,
            "owner_id": owner_id,
            "name": one.name.replace("\0", ""),
            "listed": listed,
        }
        for one in {one.id: one for one in people}.values()
    ]
    if not rows:
        return
    new = insert(PersonRow).values(rows)
    is_news = sa.tuple_(PersonRow.name, PersonRow.listed) != sa.tuple_(
        new.excluded.name, new.excluded.listed
    )
    if not listed:
        is_news = sa.false()
    session.execute(
        new.on_conflict_do_update(
            index_elements=[PersonRow.remote_id],
            set_={"name": new.excluded.name, "listed": new.excluded.listed},
            where=is_news,
        )
    )


def vanished_people(session: Session, owner_id: UUID, listed: Collection[UUID]) -> list[UUID]:
    """Return who was listed once and is not any more: merged into somebody else, or removed."""
    return list(
        session.scalars(
            sa.select(PersonRow.remote_id).where(
                PersonRow.owner_id == owner_id,
                PersonRow.listed,
                PersonRow.remote_id.not_in(listed),
            )
        )
    )


def read_people_again(session: Session, owner_id: UUID, person_ids: Collection[UUID]) -> None:
    """Let the details of assets that show these people be read again; they may be others now."""
    session.execute(
        sa.update(AssetRow)
        .where(AssetRow.owner_id == owner_id, AssetRow.person_ids.overlap(list(person_ids)))
        .values(updated_at=None)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        sa.update(PersonRow).where(PersonRow.remote_id.in_(person_ids)).values(listed=False)
    )


def named_people(session: Session, owner_id: UUID) -> list[UUID]:
    """Return the people who have a name."""
    return list(
        session.scalars(
            sa.select(PersonRow.remote_id)
            .where(PersonRow.owner_id == owner_id, PersonRow.listed, PersonRow.name != "")
            .order_by(PersonRow.id)
        )
    )


def showing(session: Session, owner_id: UUID, person_id: UUID) -> set[UUID]:
    """Return the assets that show somebody, by what Immich calls them."""
    return set(
        session.scalars(
            sa.select(AssetRow.remote_id).where(
                AssetRow.owner_id == owner_id, AssetRow.person_ids.contains([person_id])
            )
        )
    )


def drop_nobody(session: Session, owner_id: UUID) -> None:
    """Forget people whom no asset shows and nobody lists."""
    shown = sa.exists().where(AssetRow.person_ids.contains(sa_array([PersonRow.remote_id])))
    session.execute(
        sa.delete(PersonRow)
        .where(PersonRow.owner_id == owner_id, ~PersonRow.listed, ~shown)
        .execution_options(synchronize_session=False)
    )


def refresh_links(session: Session, post_ids: Collection[int]) -> None:
    """Let posts be in the albums of their assets, and show whom those show."""
    people = (
        sa.select(PersonRow.id, AssetRow.post_id)
        .join(AssetRow, PersonRow.remote_id == sa.any_(AssetRow.person_ids))
        .where(any_of(AssetRow.post_id, list(post_ids)))
        .distinct()
    )
    albums = (
        sa.select(AlbumAssetRow.album_id, AssetRow.post_id)
        .join(AssetRow, AssetRow.id == AlbumAssetRow.asset_id)
        .where(any_of(AssetRow.post_id, list(post_ids)))
        .distinct()
    )
    for table, key, wanted in (
        (PersonPostRow, PersonPostRow.person_id, people),
        (AlbumPostRow, AlbumPostRow.album_id, albums),
    ):
        pair = sa.tuple_(key, table.post_id)
        session.execute(
            sa.delete(table)
            .where(any_of(table.post_id, list(post_ids)), pair.not_in(wanted))
            .execution_options(synchronize_session=False)
        )
        session.execute(
            insert(table).from_select([key.key, "post_id"], wanted).on_conflict_do_nothing()
        )


def keep_albums(
    session: Session, owner_id: UUID, albums: Collection[Album]
) -> dict[UUID, tuple[int, str]]:
    """Keep the albums that a user sees; return our ids and what each looked like when listed.

    Albums that nobody sees any more are forgotten; their posts are to be told of it before.
    """
    if albums:
        rows = [{"remote_id": one.id, "name": one.name.replace("\0", "")} for one in albums]
        new = insert(AlbumRow).values(rows)
        session.execute(
            new.on_conflict_do_update(
                index_elements=[AlbumRow.remote_id],
                set_={"name": new.excluded.name},
                where=AlbumRow.name != new.excluded.name,
            )
        )
    seen = sa.select(AlbumRow.id).where(AlbumRow.remote_id.in_([one.id for one in albums]))
    session.execute(
        insert(AlbumViewRow)
        .from_select(["album_id", "owner_id"], seen.add_columns(sa.literal(owner_id, sa.Uuid())))
        .on_conflict_do_nothing()
    )
    rows_there = session.execute(
        sa.select(AlbumRow.remote_id, AlbumRow.id, AlbumViewRow.stamp)
        .join(AlbumViewRow, AlbumViewRow.album_id == AlbumRow.id)
        .where(AlbumViewRow.owner_id == owner_id)
    )
    return {row.remote_id: (row.id, row.stamp) for row in rows_there}


def put_in_album(
    session: Session, owner_id: UUID, album_id: int, asset_ids: Collection[UUID], stamp: str
) -> set[int]:
    """Let the assets of a user in an album be these; return the posts for which that is news."""
    mine = sa.select(AssetRow.id).where(AssetRow.owner_id == owner_id)
    wanted = mine.where(AssetRow.remote_id.in_(asset_ids))
    gone = session.scalars(
        sa.delete(AlbumAssetRow)
        .where(
            AlbumAssetRow.album_id == album_id,
            AlbumAssetRow.asset_id.in_(mine),
            AlbumAssetRow.asset_id.not_in(wanted),
        )
        .returning(AlbumAssetRow.asset_id)
        .execution_options(synchronize_session=False)
    ).all()
    new = session.scalars(
        insert(AlbumAssetRow)
        .from_select(
            ["album_id", "asset_id"],
            sa.select(sa.literal(album_id, sa.Integer), AssetRow.id).where(
                AssetRow.owner_id == owner_id, AssetRow.remote_id.in_(asset_ids)
            ),
        )
        .on_conflict_do_nothing()
        .returning(AlbumAssetRow.asset_id)
    ).all()
    session.execute(
        sa.update(AlbumViewRow)
        .where(AlbumViewRow.album_id == album_id, AlbumViewRow.owner_id == owner_id)
        .values(stamp=stamp, listed_at=sa.func.now())
    )
    return posts_of(session, [*gone, *new])


def drop_views(session: Session, owner_id: UUID, still: Collection[UUID]) -> set[int]:
    """Forget the albums that a user sees no more; return the posts for which that is news."""
    gone = list(
        session.scalars(
            sa.select(AlbumViewRow.album_id)
            .join(AlbumRow, AlbumRow.id == AlbumViewRow.album_id)
            .where(AlbumViewRow.owner_id == owner_id, AlbumRow.remote_id.not_in(still))
        )
    )
    posts: set[int] = set()
    for album_id in gone:
        posts |= put_in_album(session, owner_id, album_id, [], "")
    session.execute(
        sa.delete(AlbumViewRow).where(
            AlbumViewRow.owner_id == owner_id, AlbumViewRow.album_id.in_(gone)
        )
    )
    session.execute(
        sa.delete(AlbumRow)
        .where(AlbumRow.id.in_(gone), ~sa.exists().where(AlbumViewRow.album_id == AlbumRow.id))
        .execution_options(synchronize_session=False)
    )
    return posts


def posts_of(session: Session, asset_ids: Collection[int]) -> set[int]:
    """Return the posts that assets are."""
    return set(
        session.scalars(sa.select(AssetRow.post_id).where(any_of(AssetRow.id, list(asset_ids))))
    )


def keep_stacks(session: Session, owner_id: UUID, stacks: Mapping[UUID, UUID]) -> None:
    """Let assets be in these stacks (by asset), and in no others."""
    rows = session.scalars(
        sa.select(AssetRow).where(
            AssetRow.owner_id == owner_id,
            sa.or_(AssetRow.stack_id.is_not(None), AssetRow.remote_id.in_(stacks)),
        )
    )
    for row in rows:
        row.stack_id = stacks.get(row.remote_id)
