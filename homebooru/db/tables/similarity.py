"""What posts look like, as directions in space: pictures alike point the same way."""

from __future__ import annotations

import sqlalchemy as sa
from pgvector.sqlalchemy import HALFVEC
from sqlalchemy.orm import Mapped, mapped_column

from homebooru.db.tables.base import Base, Due

DIMENSIONS = 128


def _post() -> Mapped[int]:
    return mapped_column(sa.ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)


class LookRow(Base):
    """What `homebooru.imaging.descriptor` says of a post's picture; other numbers, another table."""

    __tablename__ = "embedding_look"
    __table_args__ = (
        sa.Index(
            "ix_embedding_look_vector",
            "vector",
            postgresql_using="hnsw",
            postgresql_ops={"vector": "halfvec_cosine_ops"},
        ),
    )

    post_id: Mapped[int] = _post()
    vector: Mapped[list[float]] = mapped_column(HALFVEC(DIMENSIONS))


class LookOrderRow(Due, Base):
    """A post whose picture is to be described once more, from its thumbnail."""

    __tablename__ = "look_order"

    post_id: Mapped[int] = _post()
