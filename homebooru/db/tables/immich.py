"""What is known of an Immich server: its albums, people and assets, as far as searches need them."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from homebooru.db.tables.base import Base


class AlbumRow(Base):
    """An album; names need not differ. `remote_id` is what Immich calls it."""

    __tablename__ = "album"

    id: Mapped[int] = mapped_column(primary_key=True)
    remote_id: Mapped[UUID] = mapped_column(unique=True)
    name: Mapped[str]


class AlbumPostRow(Base):
    """A post in an album."""

    __tablename__ = "album_post"

    album_id: Mapped[int] = mapped_column(
        sa.ForeignKey("album.id", ondelete="CASCADE"), primary_key=True
    )
    post_id: Mapped[int] = mapped_column(
        sa.ForeignKey("post.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class PersonRow(Base):
    """Somebody whose face was found; the name is empty until somebody gives one."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    remote_id: Mapped[UUID] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(server_default="")


class PersonPostRow(Base):
    """A post that shows a person."""

    __tablename__ = "person_post"

    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    post_id: Mapped[int] = mapped_column(
        sa.ForeignKey("post.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class AssetRow(Base):
    """A post as it lies in Immich, where it may lie more than once."""

    __tablename__ = "asset"
    __table_args__ = (
        sa.CheckConstraint(
            "visibility in ('timeline', 'archive', 'hidden', 'locked')", name="visibility"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    remote_id: Mapped[UUID] = mapped_column(unique=True)
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id", ondelete="CASCADE"), index=True)
    visibility: Mapped[str] = mapped_column(server_default="timeline")
    is_favourite: Mapped[bool] = mapped_column(server_default="false")
    is_trashed: Mapped[bool] = mapped_column(server_default="false")
