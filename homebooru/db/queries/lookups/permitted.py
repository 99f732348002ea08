"""Which pictures others may be asked about, as people decided for folders, albums and libraries.

A digest tells already who has which picture, so nobody is asked about pictures from Immich unless
their album or library was opted in, or a person let others be asked about a folder where they lie
too.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.tables import (
    AlbumAssetRow,
    AlbumRow,
    AssetRow,
    ImmichUserRow,
    LocationRow,
    OptInRow,
    PostRow,
    RootRow,
)
from homebooru.sites import TAGGERS

OPTED = sa.select(OptInRow.remote_id)


def may_be_asked(post_id: sa.SQLColumnExpression[int]) -> sa.ColumnElement[bool]:
    """Tell whether others may be asked about a post, however deep in a statement that is asked."""
    asset = sa.exists().where(AssetRow.post_id == post_id).correlate_except(AssetRow)
    opted = asset.where(
        sa.or_(
            sa.func.coalesce(AssetRow.library_id, AssetRow.owner_id).in_(OPTED),
            sa.exists()
            .where(
                AlbumAssetRow.asset_id == AssetRow.id,
                AlbumAssetRow.album_id == AlbumRow.id,
                AlbumRow.remote_id.in_(OPTED),
            )
            .correlate_except(AlbumAssetRow, AlbumRow),
        )
    )
    return sa.or_(
        _lies_in(post_id, RootRow.lookups == "on"),
        sa.case(
            (asset, opted),
            else_=sa.or_(
                _lies_in(post_id, RootRow.lookups != "off"), ~_lies_in(post_id, sa.true())
            ),
        ),
    )


def may_look(
    post_id: sa.SQLColumnExpression[int], source: sa.SQLColumnExpression[str]
) -> sa.ColumnElement[bool]:
    """Tell whether a source may learn of a post; those on this machine may always."""
    return sa.or_(source.in_(TAGGERS), may_be_asked(post_id))


def is_permitted(session: Session, post_id: int) -> bool:
    """Tell whether others may be asked about a post."""
    permitted = sa.select(may_be_asked(PostRow.__table__.c.id)).where(PostRow.id == post_id)
    return bool(session.scalar(permitted))


def opt_in(session: Session, wanted: Collection[UUID]) -> None:
    """Let others be asked about the pictures in these albums and libraries, and in no others."""
    session.execute(sa.delete(OptInRow).where(OptInRow.remote_id.not_in(wanted)))
    held = set(session.scalars(OPTED))
    session.add_all(OptInRow(remote_id=one) for one in sorted(set(wanted) - held, key=str))


def folders(session: Session) -> Sequence[sa.Row[int, str, str]]:
    """Return the folders of the library with what was decided for each."""
    return session.execute(
        sa.select(RootRow.id, RootRow.name, RootRow.lookups)
        .where(RootRow.state != "removed")
        .order_by(RootRow.name, RootRow.id)
    ).all()


def albums(session: Session) -> Sequence[sa.Row[UUID, str, int, bool]]:
    """Return albums with how many pictures are in them, and whether they are opted in."""
    return session.execute(
        sa.select(
            AlbumRow.remote_id,
            AlbumRow.name,
            sa.func.count(AlbumAssetRow.asset_id),
            AlbumRow.remote_id.in_(OPTED),
        )
        .outerjoin(AlbumAssetRow, AlbumAssetRow.album_id == AlbumRow.id)
        .group_by(AlbumRow.id)
        .order_by(sa.func.lower(AlbumRow.name), AlbumRow.id)
    ).all()


def libraries(session: Session) -> Sequence[sa.Row[UUID, bool, int, bool]]:
    """Return libraries likewise: external ones, and of each user what they uploaded.

    The second value tells whether it is an external one.
    """
    of_whom = sa.func.coalesce(AssetRow.library_id, AssetRow.owner_id)
    is_external = sa.func.bool_or(AssetRow.library_id.is_not(None))
    return session.execute(
        sa.select(of_whom, is_external, sa.func.count(), of_whom.in_(OPTED))
        .where(of_whom.is_not(None))
        .group_by(of_whom)
        .order_by(sa.func.count().desc(), of_whom)
    ).all()


def user_names(session: Session) -> dict[UUID, str]:
    """Return what the users of Immich are called."""
    rows = session.execute(sa.select(ImmichUserRow.owner_id, ImmichUserRow.name))
    return {row.owner_id: row.name for row in rows}


def _lies_in(post_id: sa.SQLColumnExpression[int], which: sa.ColumnElement[bool]) -> sa.Exists:
    return (
        sa.exists()
        .where(
            LocationRow.post_id == post_id,
            LocationRow.root_id == RootRow.id,
            LocationRow.missing_since.is_(None),
            which,
        )
        .correlate_except(LocationRow, RootRow)
    )
