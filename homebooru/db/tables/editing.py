"""The history of what people, rules and imports changed, and bulk edits that are to be made."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column

from homebooru.db.tables.base import Base, now_column

ABOUTS = "jsonb_path_query_array(changes, '$[*][0]'::jsonpath)"
"""What a line of the history is about: the tags by id, and whatever else changed by name."""


def _by() -> sa.ForeignKey:
    """Refer to an account; what it did stays, without its name, when it goes."""
    return sa.ForeignKey("account.id", ondelete="SET NULL")


class EditBatchRow(Base):
    """Edits of many posts that somebody made as one.

    `script` is what was to be changed, as the tag box writes it, of the posts that `query` found.
    Else it takes edits back: those of another batch, or all of an account's since a moment and
    up to an edit. `posts` is for how many posts it was meant, `changed` how many it changed.
    """

    __tablename__ = "edit_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int | None] = mapped_column(_by())
    via: Mapped[str]
    script: Mapped[str | None]
    query: Mapped[str | None]
    undoes_batch_id: Mapped[int | None] = mapped_column(sa.ForeignKey("edit_batch.id"))
    undoes_account_id: Mapped[int | None] = mapped_column(_by())
    undoes_since: Mapped[datetime | None]
    undoes_until: Mapped[int | None] = mapped_column(sa.BigInteger)
    posts: Mapped[int] = mapped_column(server_default="0")
    changed: Mapped[int] = mapped_column(server_default="0")
    left_alone: Mapped[int] = mapped_column(server_default="0")
    made_at: Mapped[datetime] = now_column()
    finished_at: Mapped[datetime | None]


class EditRow(Base):
    """What one act changed of one post: of each thing the word that was held before and after.

    A word is a value, who said it, when and why; none where nothing was said.
    """

    __tablename__ = "edit"
    __table_args__ = (
        sa.Index("ix_edit_post_id_id", "post_id", "id"),
        sa.Index("ix_edit_account_id_made_at", "account_id", "made_at"),
        sa.Index(
            "ix_edit_batch_id_post_id",
            "batch_id",
            "post_id",
            postgresql_where=sa.text("batch_id is not null"),
        ),
        sa.Index("ix_edit_made_at_id", "made_at", "id"),
        sa.Index(
            "ix_edit_abouts",
            sa.literal_column(ABOUTS).label("abouts"),
            postgresql_using="gin",
            postgresql_ops={"abouts": "jsonb_path_ops"},
        ),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id", ondelete="CASCADE"))
    account_id: Mapped[int | None] = mapped_column(_by())
    via: Mapped[str]
    batch_id: Mapped[int | None] = mapped_column(sa.ForeignKey("edit_batch.id"))
    undoes_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    changes: Mapped[list[Any]] = mapped_column(postgresql.JSONB)
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.clock_timestamp())


class EditOrderRow(Base):
    """A batch that is still to be made: the posts as they were found, and how many are done."""

    __tablename__ = "edit_order"

    batch_id: Mapped[int] = mapped_column(
        sa.ForeignKey("edit_batch.id", ondelete="CASCADE"), primary_key=True
    )
    post_ids: Mapped[list[int]]
    done: Mapped[int] = mapped_column(server_default="0")
