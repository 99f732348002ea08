"""What we wrote beside pictures, with the way back, and what is to be written."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from homebooru.db.tables.base import Base, Due, Sentence, now_column


class SidecarRow(Base):
    """A sidecar of ours in a root, or with words of ours in it.

    The row is there before the file is written. `before` is what the file held until then, None
    where there was none; `owned` is what of it is ours, and `digest` the SHA-256 of what we wrote
    last, None until it surely is there.
    """

    __tablename__ = "sidecar"
    __table_args__ = (sa.Index("ix_sidecar_picture", "root_id", "picture"),)

    root_id: Mapped[int] = mapped_column(
        sa.ForeignKey("root.id", ondelete="CASCADE"), primary_key=True
    )
    path: Mapped[bytes] = mapped_column(primary_key=True)
    picture: Mapped[bytes]
    before: Mapped[bytes | None]
    owned: Mapped[dict[str, Any]]
    digest: Mapped[bytes | None]
    made_at: Mapped[datetime] = now_column()
    written_at: Mapped[datetime | None]


class SidecarOrderRow(Due, Base):
    """A picture whose sidecar is to be brought up to date, or rid of what is ours.

    `reason` says why it could not be done yet.
    """

    __tablename__ = "sidecar_order"
    __table_args__ = (sa.CheckConstraint("wish in ('write', 'again', 'undo')", name="wish"),)

    root_id: Mapped[int] = mapped_column(
        sa.ForeignKey("root.id", ondelete="CASCADE"), primary_key=True
    )
    picture: Mapped[bytes] = mapped_column(primary_key=True)
    wish: Mapped[str]
    reason: Mapped[str | None] = mapped_column(Sentence)
