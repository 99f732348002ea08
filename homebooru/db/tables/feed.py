"""The change feed that search reads, and who reads it."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from homebooru.db.tables.base import Base, now_column


class Xid8(UserDefinedType[str]):
    """A full transaction id, as PostgreSQL's `xid8`."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "xid8"


ischema_names["xid8"] = Xid8  # so that reading a schema knows it


class Part(IntEnum):
    """What of a post a transaction touched: more, or just one of what is read in no time.

    That is who likes it, which pools and albums hold it, whom it shows, how it lies in Immich.
    """

    WHOLE = 0
    LIKES = 1
    POOLS = 2
    ALBUMS = 3
    PEOPLE = 4
    MIRRORED = 5


class PostChangeRow(Base):
    """A post that a transaction touched; written by triggers only."""

    __tablename__ = "post_change"

    xid: Mapped[str] = mapped_column(
        Xid8, primary_key=True, server_default=sa.text("pg_current_xact_id()")
    )
    post_id: Mapped[int] = mapped_column(primary_key=True)
    part: Mapped[int] = mapped_column(
        sa.SmallInteger, primary_key=True, server_default=sa.text(f"{Part.WHOLE:d}")
    )


class TagChangeRow(Base):
    """A tag whose name, category or alias a transaction touched; written by triggers only."""

    __tablename__ = "tag_change"

    xid: Mapped[str] = mapped_column(
        Xid8, primary_key=True, server_default=sa.text("pg_current_xact_id()")
    )
    tag_id: Mapped[int] = mapped_column(primary_key=True)


class FeedReaderRow(Base):
    """A process that follows the feed; rows it may still need are not pruned while it lives."""

    __tablename__ = "feed_reader"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    snapshot: Mapped[str]
    heartbeat_at: Mapped[datetime] = now_column()
