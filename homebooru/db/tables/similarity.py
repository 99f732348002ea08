"""What pictures look like, as directions in space: those alike point the same way."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from pgvector.sqlalchemy import HALFVEC
from sqlalchemy.orm import Mapped, mapped_column

from homebooru.db.tables.base import Base, Due, Sentence

DIMENSIONS = 128


def _post() -> Mapped[int]:
    return mapped_column(sa.ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)


INDEXED_WITH = {"ef_construction": 160}
"""How carefully an index of vectors is made: it then finds more of the nearest, and in less time."""


class LookRow(Base):
    """What `homebooru.imaging.descriptor` says of a post's picture; other numbers, another table."""

    __tablename__ = "embedding_look"
    __table_args__ = (
        sa.Index(
            "ix_embedding_look_vector",
            "vector",
            postgresql_using="hnsw",
            postgresql_ops={"vector": "halfvec_cosine_ops"},
            postgresql_with=INDEXED_WITH,
        ),
    )

    post_id: Mapped[int] = _post()
    vector: Mapped[list[float]] = mapped_column(HALFVEC(DIMENSIONS))


class LookOrderRow(Due, Base):
    """A post whose picture is to be described once more, from its thumbnail."""

    __tablename__ = "look_order"

    post_id: Mapped[int] = _post()


class SpaceRow(Base):
    """A model that describes posts besides our own descriptor, with a table of its own.

    `vectors` is the name of that table, which is made when the model is first wanted. Posts up to
    `listed_to` are ordered, up to `list_until` they shall be. `serves` where its likenesses are
    shown. After a failure it is left alone until `closed_until`, for a `reason`.
    """

    __tablename__ = "embedding_space"
    __table_args__ = (
        sa.Index(
            "ix_embedding_space_serves",
            "serves",
            unique=True,
            postgresql_where=sa.text("serves"),
        ),
    )

    name: Mapped[str] = mapped_column(primary_key=True)
    vectors: Mapped[str] = mapped_column(unique=True)
    version: Mapped[str]
    dimensions: Mapped[int]
    reads: Mapped[bool]
    wanted: Mapped[bool] = mapped_column(server_default=sa.false())
    serves: Mapped[bool] = mapped_column(server_default=sa.false())
    listed_to: Mapped[int] = mapped_column(server_default="0")
    list_until: Mapped[int] = mapped_column(server_default="0")
    closed_until: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(Sentence)


class EmbeddingOrderRow(Due, Base):
    """A post that a model is to describe."""

    __tablename__ = "embedding_order"

    space: Mapped[str] = mapped_column(
        sa.ForeignKey("embedding_space.name", ondelete="CASCADE"), primary_key=True
    )
    post_id: Mapped[int] = _post()


class ReadTextRow(Base):
    """What a model made of a text that somebody searched for."""

    __tablename__ = "embedding_text"

    space: Mapped[str] = mapped_column(
        sa.ForeignKey("embedding_space.name", ondelete="CASCADE"), primary_key=True
    )
    text: Mapped[str] = mapped_column(primary_key=True)
    vector: Mapped[bytes]
    asked_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


class AskedPictureRow(Base):
    """A picture that somebody searches with: described, shown to them alone, and soon forgotten.

    `key` is its name in searches, which nobody can guess. `vector` is what the model of `space`
    made of it, `preview` a small WebP.
    """

    __tablename__ = "asked_picture"
    __table_args__ = (sa.Index("ix_asked_picture_account_id", "account_id", "asked_at"),)

    key: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"))
    asked_at: Mapped[datetime] = mapped_column(server_default=sa.func.now(), index=True)
    sha256: Mapped[bytes]
    md5: Mapped[bytes]
    pixel_digest: Mapped[bytes | None]
    mime: Mapped[str]
    size: Mapped[int] = mapped_column(sa.BigInteger)
    width: Mapped[int]
    height: Mapped[int]
    look: Mapped[list[float]] = mapped_column(HALFVEC(DIMENSIONS))
    space: Mapped[str | None] = mapped_column(
        sa.ForeignKey("embedding_space.name", ondelete="SET NULL")
    )
    vector: Mapped[bytes | None]
    preview: Mapped[bytes]
