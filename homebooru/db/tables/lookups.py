"""What others were asked about posts, and how those who are asked are doing."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from homebooru.db.tables.base import Base, Due, Sentence

IS_TURN = "due < '9999-01-01 00:00:00+00'"
"""Whether a record is not due for ever so long, because it is not yet its source's turn."""


class ServiceRow(Base):
    """A service that is asked over the network, as all workers know it.

    `enabled` is a person's wish; `fixed` is what the environment says, and wins. The next request
    may go out at `next_at`, and none before `closed_until`: then it had failed (`failure`, with
    the `reason`) so many times in a row. Posts up to `list_until` are to be asked about since it
    was enabled, and up to `listed_to` have their records; those that come later get them at once.

    `account` and `sealed_key` are who asks, where a person said so on the page. `quotas` are what
    is left of how much, as the service told last: `{"daily": {"left": 98, "of": 100}}`. Answers
    from before `again_before` are asked for again while posts are listed.
    """

    __tablename__ = "service"
    __table_args__ = (
        sa.CheckConstraint(
            "failure in ('limited', 'unavailable', 'refused', 'changed')", name="failure"
        ),
    )

    name: Mapped[str] = mapped_column(primary_key=True)
    enabled: Mapped[bool] = mapped_column(server_default="false")
    fixed: Mapped[bool | None]
    listed_to: Mapped[int] = mapped_column(server_default="0")
    list_until: Mapped[int] = mapped_column(server_default="0")
    next_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    closed_until: Mapped[datetime | None]
    failure: Mapped[str | None]
    failures: Mapped[int] = mapped_column(server_default="0")
    reason: Mapped[str | None] = mapped_column(Sentence)
    account: Mapped[str | None]
    sealed_key: Mapped[bytes | None]
    again_before: Mapped[datetime | None]
    quotas: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))


class OptInRow(Base):
    """An album, an external library or a user of Immich: others may be asked about its pictures.

    Of a user these are the uploads, which lie in no external library. `remote_id` is Immich's.
    """

    __tablename__ = "opt_in"

    remote_id: Mapped[UUID] = mapped_column(primary_key=True)


class RecordRow(Due, Base):
    """What a source answered about a post, or that it is to be asked.

    `outcome` is None until it was asked. `answer` is what it sent, as it sent it, so that what
    follows from it can be worked out again; `similarity` is how alike the pictures are, where
    that was the question. The row stays; `due` is when to ask (again). `waits_since` is when an
    answer came to be wanted: None once it is there, or was waited for too long.
    """

    __tablename__ = "record"
    __table_args__ = (
        sa.CheckConstraint(
            "outcome in ('hit', 'hidden', 'hint', 'miss', 'limited', 'refused', 'changed', "
            "'unavailable')",
            name="outcome",
        ),
        sa.Index("ix_record_source_due", "source", "due"),
        sa.Index(
            "ix_record_claimed_by",
            "claimed_by",
            postgresql_where=sa.text("claimed_by is not null"),
        ),
        sa.Index(
            "ix_record_remote_id",
            "source",
            "remote_id",
            postgresql_where=sa.text("remote_id is not null"),
        ),
        sa.Index(
            "ix_record_waits_since",
            "waits_since",
            postgresql_where=sa.text(f"waits_since is not null and {IS_TURN}"),
        ),
    )

    post_id: Mapped[int] = mapped_column(
        sa.ForeignKey("post.id", ondelete="CASCADE"), primary_key=True
    )
    source: Mapped[str] = mapped_column(primary_key=True)
    due: Mapped[datetime] = mapped_column(server_default=sa.func.now())  # asked for by source
    outcome: Mapped[str | None]
    remote_id: Mapped[str | None]
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    similarity: Mapped[float | None] = mapped_column(sa.REAL)
    asked_at: Mapped[datetime | None]
    waits_since: Mapped[datetime | None] = mapped_column(server_default=sa.func.now())


class OriginalRow(Base):
    """The file of a post at a booru, where that is another one than ours, as the booru tells of it.

    Whether it is a better one depends on ours, which may change. `unwanted_at` is when somebody
    said that this file is not wanted; another file there is another question.
    """

    __tablename__ = "original"

    post_id: Mapped[int] = mapped_column(
        sa.ForeignKey("post.id", ondelete="CASCADE"), primary_key=True
    )
    source: Mapped[str] = mapped_column(primary_key=True)
    remote_id: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int | None] = mapped_column(sa.BigInteger)
    extension: Mapped[str | None]
    unwanted_at: Mapped[datetime | None]
    unwanted_by: Mapped[int | None] = mapped_column(
        sa.ForeignKey("account.id", ondelete="SET NULL")
    )
