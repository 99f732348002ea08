"""What people answered in the queues of review, what that teaches of models, and who tuned what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from homebooru.db.tables.base import Base, now_column


def _mine() -> Mapped[int]:
    return mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)


class TuningRow(Base):
    """A change of the policy: the settings before and after, and who made it (nobody: a job)."""

    __tablename__ = "tuning"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id", ondelete="SET NULL"))
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    reason: Mapped[str | None]
    made_at: Mapped[datetime] = now_column()


class ReviewBatchRow(Base):
    """The questions that somebody is at: `items` in their order, answered or not."""

    __tablename__ = "review_batch"

    account_id: Mapped[int] = _mine()
    queue: Mapped[str] = mapped_column(primary_key=True)
    items: Mapped[list[str]]
    made_at: Mapped[datetime] = now_column()


class ReviewAnswerRow(Base):
    """What somebody last answered to a question about a post.

    `edit_id` is the line of the history that it made, if any: skipping changes nothing. What was
    answered at one moment (a wall) is taken back as one.
    """

    __tablename__ = "review_answer"
    __table_args__ = (
        sa.Index("ix_review_answer_account_id_queue_made_at", "account_id", "queue", "made_at"),
    )

    account_id: Mapped[int] = _mine()
    queue: Mapped[str] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(
        sa.ForeignKey("post.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    about: Mapped[str] = mapped_column(primary_key=True)
    choice: Mapped[str]
    edit_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    made_at: Mapped[datetime]


class ModelCurveRow(Base):
    """How often a model was right and wrong in a category, by hundredths of how sure it was."""

    __tablename__ = "model_curve"

    source: Mapped[str] = mapped_column(primary_key=True)
    category: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True)
    bucket: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True)
    right: Mapped[int]
    wrong: Mapped[int]


class ModelTagRow(Base):
    """How often a model was right and wrong about a tag, from its floor on and from its threshold."""

    __tablename__ = "model_tag"

    source: Mapped[str] = mapped_column(primary_key=True)
    tag_id: Mapped[int] = mapped_column(
        sa.ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    right: Mapped[int]
    wrong: Mapped[int]
    sure_right: Mapped[int]
    sure_wrong: Mapped[int]
