"""What another program knew of pictures that are not in the library yet, and what was taken over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from homebooru.db.tables.base import Base, now_column


class RememberedRow(Base):
    """What is to be taken over of a picture; it goes once that is done.

    `digest` is the MD5, SHA-1 or SHA-256 of its file, `origin` the other program. `batch_id` are
    the edits of the import: until that batch is finished the import is still being read, and
    nothing of it counts. `written_at` is when the other program wrote it down, `mark` tells it from
    what that knew another time. Sources are not asked about a post while this waits for it.
    """

    __tablename__ = "remembered"

    batch_id: Mapped[int] = mapped_column(sa.ForeignKey("edit_batch.id"), primary_key=True)
    digest: Mapped[bytes] = mapped_column(primary_key=True, index=True)
    origin: Mapped[str]
    document: Mapped[dict[str, Any]]
    mark: Mapped[bytes]
    written_at: Mapped[datetime]
    staged_at: Mapped[datetime] = now_column()


class TakenRow(Base):
    """What was taken over of a picture last, by its mark, so that the same is not done twice.

    `liked` tells whether it ever became a favourite by it, `pool_ids` into which pools it came:
    what a person here took back since is not given again.
    """

    __tablename__ = "taken"

    origin: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(primary_key=True)
    mark: Mapped[bytes]
    liked: Mapped[bool] = mapped_column(server_default="false")
    pool_ids: Mapped[list[int]] = mapped_column(server_default="{}")


class TakenPoolRow(Base):
    """A pool that was made because a program had one of that name; none once it was removed."""

    __tablename__ = "taken_pool"

    origin: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    pool_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("pool.id", ondelete="SET NULL"), index=True
    )
