"""What another program knew of pictures that are not in the library yet, or only just."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from homebooru.db.tables.base import Base, now_column


class RememberedRow(Base):
    """What is to be taken over of a picture, by the MD5 of its file; it goes once that is done.

    `written_at` is when the other program wrote it down; `batch_id` are the edits of the import.
    Sources are not asked about a post while this waits for it.
    """

    __tablename__ = "remembered"

    md5: Mapped[bytes] = mapped_column(primary_key=True)
    document: Mapped[dict[str, Any]]
    written_at: Mapped[datetime]
    batch_id: Mapped[int] = mapped_column(sa.ForeignKey("edit_batch.id"))
    staged_at: Mapped[datetime] = now_column()
