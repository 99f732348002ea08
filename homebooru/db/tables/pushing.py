"""What we wrote at Immich, with the way back, and what is to be written there."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from homebooru.db.tables.base import Base, Due, Sentence, now_column


class PushRow(Base):
    """What of an asset is ours at Immich, and how far what is wanted there has come.

    Tags are spelled as they stand there, with their ancestors. `wanted` is what was planned last;
    `agreed` what was ours and surely there when it was read last (`seen`, at `read_at`);
    `pending` what was sent, and may not have stayed; `gone` what somebody took out there, so that
    it stays out. Where a push was undone, what it had put there is `barred`, and what it had taken
    away is `kept`. `facts` is what else was written. Whatever was sent is not settled while the
    asset still bears the `stamp` that it had before.
    """

    __tablename__ = "push"
    __table_args__ = (
        sa.CheckConstraint("channel in ('api', 'sidecar')", name="channel"),
        sa.CheckConstraint("state in ('due', 'applied', 'verified', 'failed')", name="state"),
        sa.Index("ix_push_state", "state", "reason"),
    )

    asset_id: Mapped[int] = mapped_column(
        sa.ForeignKey("asset.id", ondelete="CASCADE"), primary_key=True
    )
    channel: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="due")
    reason: Mapped[str | None] = mapped_column(Sentence)
    wanted: Mapped[list[str]] = mapped_column(server_default="{}")
    agreed: Mapped[list[str]] = mapped_column(server_default="{}")
    pending: Mapped[list[str]] = mapped_column(server_default="{}")
    gone: Mapped[list[str]] = mapped_column(server_default="{}")
    barred: Mapped[list[str]] = mapped_column(server_default="{}")
    kept: Mapped[list[str]] = mapped_column(server_default="{}")
    seen: Mapped[list[str]] = mapped_column(server_default="{}")
    facts: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    tries: Mapped[int] = mapped_column(sa.SmallInteger, server_default="0")
    stamp: Mapped[datetime | None]
    read_at: Mapped[datetime | None]


class PushOrderRow(Due, Base):
    """An asset that is to be brought up to date, or rid of what is ours."""

    __tablename__ = "push_order"
    __table_args__ = (sa.CheckConstraint("wish in ('write', 'again', 'undo')", name="wish"),)

    asset_id: Mapped[int] = mapped_column(
        sa.ForeignKey("asset.id", ondelete="CASCADE"), primary_key=True
    )
    wish: Mapped[str] = mapped_column(server_default="write")


class PushPlaceRow(Base):
    """Beside which picture of ours the sidecar lies from which Immich has the tags of an asset."""

    __tablename__ = "push_place"
    __table_args__ = (sa.Index("ix_push_place_picture", "root_id", "picture"),)

    asset_id: Mapped[int] = mapped_column(
        sa.ForeignKey("asset.id", ondelete="CASCADE"), primary_key=True
    )
    root_id: Mapped[int] = mapped_column(sa.ForeignKey("root.id", ondelete="CASCADE"))
    picture: Mapped[bytes]


class PushTagRow(Base):
    """A tag of Immich that we use, by whose it is and what it is called there.

    It is `made` by us where it was not there before.
    """

    __tablename__ = "push_tag"

    owner_id: Mapped[UUID] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    remote_id: Mapped[UUID]
    made: Mapped[bool]
    made_at: Mapped[datetime] = now_column()


class PushRunRow(Base):
    """A push: all that was written from when somebody or something asked for it until it was done.

    `reason` says why it ended before, or what it waits for.
    """

    __tablename__ = "push_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    began_at: Mapped[datetime] = now_column()
    ended_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(Sentence)


class PushActRow(Base):
    """What a push put on an asset, and took off it."""

    __tablename__ = "push_act"

    run_id: Mapped[int] = mapped_column(
        sa.ForeignKey("push_run.id", ondelete="CASCADE"), primary_key=True
    )
    asset_id: Mapped[int] = mapped_column(
        sa.ForeignKey("asset.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    added: Mapped[list[str]] = mapped_column(server_default="{}")
    removed: Mapped[list[str]] = mapped_column(server_default="{}")
