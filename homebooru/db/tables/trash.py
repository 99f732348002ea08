"""Files that were moved because their posts are trashed, with their way back."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column

from homebooru.db.tables.base import Base, Due, Sentence, now_column


class TrashedFileRow(Base):
    """A file of a trashed post: where it lay, and where in its root's trash it is to lie.

    It is written before anything is moved. `trash_path` is known once the disk was looked at,
    `moved_at` set once the file surely is there; `back_path` is where it is being put back to.
    `sidecars` are the names of the files beside it that go with it. `reason` says why it was left
    where it is, or could not be moved yet.
    """

    __tablename__ = "trashed_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"), index=True)
    root_id: Mapped[int] = mapped_column(sa.ForeignKey("root.id"), index=True)
    location_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("location.id", ondelete="SET NULL"), unique=True
    )
    path: Mapped[bytes]
    trash_path: Mapped[bytes | None]
    back_path: Mapped[bytes | None]
    sidecars: Mapped[list[bytes]] = mapped_column(
        postgresql.ARRAY(postgresql.BYTEA()), server_default="{}"
    )
    size: Mapped[int] = mapped_column(sa.BigInteger)
    mtime_ns: Mapped[int] = mapped_column(sa.BigInteger)
    sha256: Mapped[bytes | None]
    reason: Mapped[str | None] = mapped_column(Sentence)
    made_at: Mapped[datetime] = now_column()
    moved_at: Mapped[datetime | None]


class TrashOrderRow(Due, Base):
    """What is to be done with a file of a trashed post: put it into the trash, back, or remove it."""

    __tablename__ = "trash_order"
    __table_args__ = (sa.CheckConstraint("wish in ('trash', 'restore', 'remove')", name="wish"),)

    file_id: Mapped[int] = mapped_column(
        sa.ForeignKey("trashed_file.id", ondelete="CASCADE"), primary_key=True
    )
    wish: Mapped[str]
