"""What people keep for themselves: favourites, pools, saved searches, and what they asked before."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from homebooru.db.tables.base import Base, now_column


class FavouriteRow(Base):
    """A post that an account likes."""

    __tablename__ = "favourite"

    account_id: Mapped[int] = mapped_column(
        sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    post_id: Mapped[int] = mapped_column(
        sa.ForeignKey("post.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    made_at: Mapped[datetime] = mapped_column(server_default=sa.text("clock_timestamp()"))


class PoolRow(Base):
    """Posts in an order that a person gave them; pools belong to the whole household.

    A `series` is one work to be read in order, a `collection` what somebody put together. Names
    are spelled as tags are.
    """

    __tablename__ = "pool"
    __table_args__ = (
        sa.CheckConstraint("category in ('series', 'collection')", name="category"),
        sa.Index("uq_pool_name_lower", sa.text("lower(name)"), unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    category: Mapped[str] = mapped_column(server_default="collection")
    description: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = now_column()
    updated_at: Mapped[datetime] = now_column()


class PoolPostRow(Base):
    """A post in a pool; positions rise through the pool, and may leave gaps."""

    __tablename__ = "pool_post"
    __table_args__ = (sa.Index("ix_pool_post_order", "pool_id", "position"),)

    pool_id: Mapped[int] = mapped_column(
        sa.ForeignKey("pool.id", ondelete="CASCADE"), primary_key=True
    )
    post_id: Mapped[int] = mapped_column(
        sa.ForeignKey("post.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position: Mapped[int]


class SavedSearchRow(Base):
    """A search that an account gave a name; what it finds is asked anew each time."""

    __tablename__ = "saved_search"
    __table_args__ = (
        sa.Index("uq_saved_search_name_lower", "account_id", sa.text("lower(name)"), unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"))
    name: Mapped[str]
    query: Mapped[str]
    created_at: Mapped[datetime] = now_column()
    updated_at: Mapped[datetime] = now_column()


class PastSearchRow(Base):
    """A search that an account made, once however often it was made."""

    __tablename__ = "past_search"
    __table_args__ = (
        # a search may be longer than an index holds
        sa.Index("uq_past_search_query", "account_id", sa.text("md5(query)"), unique=True),
        sa.Index("ix_past_search_asked", "account_id", "asked_at"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"))
    query: Mapped[str]
    times: Mapped[int] = mapped_column(server_default="1")
    asked_at: Mapped[datetime] = mapped_column(server_default=sa.text("clock_timestamp()"))
