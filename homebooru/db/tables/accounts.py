"""People, their sessions and their keys."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from homebooru.db.tables.base import Base, now_column


class AccountRow(Base):
    """A person. Account 1 is the owner; without a password it is whoever sits at the machine.

    `rating_ceiling` and `unrated_as` bound what the account may see; `root_ids` likewise,
    where None means everything. Others see those roots and the pictures of these users of Immich
    (`mirrors`, by their numbers).
    """

    __tablename__ = "account"
    __table_args__ = (
        sa.Index("uq_account_name_lower", sa.text("lower(name)"), unique=True),
        sa.CheckConstraint("rating_ceiling in ('g', 's', 'q', 'e')", name="rating_ceiling"),
        sa.CheckConstraint("unrated_as in ('g', 's', 'q', 'e')", name="unrated_as"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    password_hash: Mapped[str | None]
    is_admin: Mapped[bool] = mapped_column(server_default="false")
    rating_ceiling: Mapped[str] = mapped_column(sa.CHAR(1), server_default="e")
    unrated_as: Mapped[str] = mapped_column(sa.CHAR(1), server_default="e")
    root_ids: Mapped[list[int] | None]
    mirrors: Mapped[list[int]] = mapped_column(server_default="{}")
    created_at: Mapped[datetime] = now_column()


class WebSessionRow(Base):
    """A browser that logged in; only the hash of its token is kept."""

    __tablename__ = "web_session"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(
        sa.ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    user_agent: Mapped[str | None]
    created_at: Mapped[datetime] = now_column()
    seen_at: Mapped[datetime] = now_column()
    expires_at: Mapped[datetime]


class ApiKeyRow(Base):
    """A key for programs; shown once, kept as a hash."""

    __tablename__ = "api_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(
        sa.ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str]
    prefix: Mapped[str]
    key_hash: Mapped[bytes] = mapped_column(unique=True)
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime] = now_column()
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class LoginFailureRow(Base):
    """A failed login, kept for as long as it counts against its name and address."""

    __tablename__ = "login_failure"

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    name: Mapped[str] = mapped_column(index=True)
    address: Mapped[str] = mapped_column(index=True)
    failed_at: Mapped[datetime] = now_column()
