"""Posts: one row for each distinct picture."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from homebooru.db.tables.base import Base, Sentence, now_column


class PostRow(Base):
    """A picture, known by the SHA-256 of its bytes, with what is derived about it.

    `tag_ids` are the effective tags, sorted; `rating`, `score`, `sources`, `description`,
    `stars` and `taken_at` likewise are the outcome of claims and verdicts. `dated_at` is
    `taken_at`, else the oldest time of its files. `missing_since` is set while no location is
    present. `changed_at` is when what is told of it last changed, which a trigger notes. `suggestion_ids` are the tags that models only suggest, the surest first; `surety`
    and `disagrees` are those of `domain.claims.Effective`. A post that lies in Immich alone may
    have no SHA-256; its thumbnails are then kept under `picture_key`.
    """

    __tablename__ = "post"
    __table_args__ = (
        sa.CheckConstraint("rating in ('g', 's', 'q', 'e')", name="rating"),
        sa.CheckConstraint("state in ('pending', 'ready', 'unreadable')", name="state"),
        sa.CheckConstraint("stars between 1 and 5", name="stars"),
        sa.Index("ix_post_tag_ids", "tag_ids", postgresql_using="gin"),
        sa.Index(
            "ix_post_out_of_sight",
            "id",
            postgresql_where=sa.text("missing_since is not null or trashed_at is not null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[bytes | None] = mapped_column(unique=True)
    md5: Mapped[bytes | None] = mapped_column(index=True)
    sha1: Mapped[bytes | None] = mapped_column(index=True)
    picture_key: Mapped[bytes | None] = mapped_column(index=True)
    pixel_digest: Mapped[bytes | None]
    mime: Mapped[str | None]
    size: Mapped[int | None] = mapped_column(sa.BigInteger)
    width: Mapped[int | None]
    height: Mapped[int | None]
    duration: Mapped[float | None] = mapped_column(sa.Double)
    frames: Mapped[int | None]
    has_sound: Mapped[bool | None]
    phash: Mapped[int | None] = mapped_column(sa.BigInteger)
    thumbhash: Mapped[bytes | None]
    state: Mapped[str] = mapped_column(server_default="pending")
    state_reason: Mapped[str | None] = mapped_column(Sentence)
    damaged: Mapped[bool] = mapped_column(server_default="false")
    tag_ids: Mapped[list[int]] = mapped_column(server_default="{}")
    general_count: Mapped[int] = mapped_column(sa.SmallInteger, server_default="0")
    artist_count: Mapped[int] = mapped_column(sa.SmallInteger, server_default="0")
    copyright_count: Mapped[int] = mapped_column(sa.SmallInteger, server_default="0")
    character_count: Mapped[int] = mapped_column(sa.SmallInteger, server_default="0")
    species_count: Mapped[int] = mapped_column(sa.SmallInteger, server_default="0")
    meta_count: Mapped[int] = mapped_column(sa.SmallInteger, server_default="0")
    lore_count: Mapped[int] = mapped_column(sa.SmallInteger, server_default="0")
    suggestion_ids: Mapped[list[int]] = mapped_column(server_default="{}")
    surety: Mapped[int | None] = mapped_column(sa.SmallInteger)
    disagrees: Mapped[bool] = mapped_column(server_default="false")
    rating: Mapped[str | None] = mapped_column(sa.CHAR(1))
    rating_by: Mapped[str | None]
    score: Mapped[int | None]
    stars: Mapped[int | None] = mapped_column(sa.SmallInteger)
    sources: Mapped[list[str]] = mapped_column(server_default="{}")
    parent_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("post.id", ondelete="SET NULL"), index=True
    )
    description: Mapped[str | None]
    place: Mapped[str | None]
    taken_at: Mapped[datetime | None]
    dated_at: Mapped[datetime | None] = mapped_column(index=True)
    created_at: Mapped[datetime] = now_column()
    changed_at: Mapped[datetime | None]
    missing_since: Mapped[datetime | None]
    reviewed_at: Mapped[datetime | None]
    trashed_at: Mapped[datetime | None]


class FormerDigestRow(Base):
    """Digests that a post had before its file was edited in place; they still find it."""

    __tablename__ = "former_digest"

    sha256: Mapped[bytes] = mapped_column(primary_key=True)
    md5: Mapped[bytes | None] = mapped_column(index=True)
    sha1: Mapped[bytes | None] = mapped_column(index=True)
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id", ondelete="CASCADE"), index=True)
    until: Mapped[datetime] = now_column()
