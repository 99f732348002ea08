"""The library: roots, what lies where, and what waits to be read."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column

from homebooru.db.tables.base import Base, Due, Sentence, now_column
from homebooru.db.tables.feed import Xid8


class LibraryRow(Base):
    """This library as a whole; one row. A restore gives it a new `uuid`.

    Changes by transactions before `feed_horizon` are no longer in the feed.
    """

    __tablename__ = "library"
    __table_args__ = (sa.CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, server_default="1")
    uuid: Mapped[UUID] = mapped_column(server_default=sa.func.gen_random_uuid())
    created_at: Mapped[datetime] = now_column()
    feed_horizon: Mapped[str | None] = mapped_column(Xid8)


class SettingRow(Base):
    """What people tune in the browser, by name."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(postgresql.JSONB)
    updated_at: Mapped[datetime] = now_column()


class WorkerRow(Base):
    """A worker process; it lives as long as it holds the advisory lock of its id."""

    __tablename__ = "worker"

    id: Mapped[int] = mapped_column(primary_key=True)
    host: Mapped[str]
    pid: Mapped[int]
    started_at: Mapped[datetime] = now_column()


class RootRow(Base):
    """A watched folder.

    `state` is new (never scanned), online, or offline (unmounted, empty, unreadable, or more
    than half of it gone at once, until a person confirms). A removed root keeps its row and its
    locations, which are missing until it is added again. Changes in it are seen at once while the
    worker `watched_by` lives; `watch_reason` says why no worker can. `trash` says what becomes
    of the files of trashed posts: they move to a trash folder, or stay and are only hidden.
    `sidecars` says whether tags are written beside its pictures. In a root that is `read_only`
    nothing is written or moved at all. `lookups` says whether others may be asked about what lies
    in it: `unsaid` means yes, but for pictures from Immich.
    """

    __tablename__ = "root"
    __table_args__ = (
        sa.CheckConstraint("state in ('new', 'online', 'offline', 'removed')", name="state"),
        sa.CheckConstraint("trash in ('move', 'hide')", name="trash"),
        sa.CheckConstraint("sidecars in ('off', 'on')", name="sidecars"),
        sa.CheckConstraint("lookups in ('unsaid', 'on', 'off')", name="lookups"),
        sa.CheckConstraint(
            "not read_only or (sidecars = 'off' and trash = 'hide')", name="read_only"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[bytes] = mapped_column(unique=True)
    name: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="new")
    state_reason: Mapped[str | None] = mapped_column(Sentence)
    gone_confirmed: Mapped[bool] = mapped_column(server_default="false")
    watched_by: Mapped[int | None]
    watch_reason: Mapped[str | None] = mapped_column(Sentence)
    last_scan_at: Mapped[datetime | None]
    last_scan_found: Mapped[int | None]
    last_scan_seconds: Mapped[float | None] = mapped_column(sa.Double)
    trash: Mapped[str] = mapped_column(server_default="move")
    sidecars: Mapped[str] = mapped_column(server_default="off")
    read_only: Mapped[bool] = mapped_column(server_default="false")
    lookups: Mapped[str] = mapped_column(server_default="unsaid")
    created_at: Mapped[datetime] = now_column()


class LocationRow(Base):
    """One place where a post's bytes lie: a file below a root, or an asset in Immich.

    `path` is relative to the root, as bytes; `name` and `folder` are its display form.
    `sha256` is what was last read there. `sidecars` is a fingerprint of the files beside it
    that may say something about it. A path has one present row at most; rows of posts that lay
    there before stay, missing, with what was said about them. A file on its way to the trash, or
    in it, is of the kind `trash`: its `path` leads there, `folder` and `name` tell where it lay.
    An asset is of the kind `immich` and without a root: its `path` is Immich's, `mirror` whose it
    is, and it is missing while it is in Immich's trash or offline.
    """

    __tablename__ = "location"
    __table_args__ = (
        sa.UniqueConstraint("root_id", "path", "post_id"),
        sa.Index(
            "uq_location_present",
            "root_id",
            "path",
            unique=True,
            postgresql_where=sa.text("missing_since is null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(server_default="folder")
    root_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("root.id", ondelete="CASCADE"), index=True
    )
    asset_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("asset.id", ondelete="CASCADE"), unique=True
    )
    mirror: Mapped[int | None] = mapped_column(sa.ForeignKey("mirror.number", ondelete="SET NULL"))
    path: Mapped[bytes]
    name: Mapped[str]
    folder: Mapped[str] = mapped_column(index=True)
    size: Mapped[int] = mapped_column(sa.BigInteger)
    mtime_ns: Mapped[int] = mapped_column(sa.BigInteger)
    sha256: Mapped[bytes | None]
    sidecars: Mapped[bytes] = mapped_column(server_default="")
    seen_at: Mapped[datetime] = now_column()
    missing_since: Mapped[datetime | None]


class StatementRow(Base):
    """What one location says of its post through one source (embedded, xmp, gallery-dl, text).

    The union over a post's locations becomes the post's claim of that source.
    """

    __tablename__ = "statement"

    location_id: Mapped[int] = mapped_column(
        sa.ForeignKey("location.id", ondelete="CASCADE"), primary_key=True
    )
    source: Mapped[str] = mapped_column(primary_key=True)
    said: Mapped[dict[str, Any]]


class IntakeRow(Due, Base):
    """A file that a scan found new or changed, waiting to be read.

    With `words_only` only what lies beside it changed. One that is `unread` could not be read,
    and is tried again when due, or when something about it changes (`touched_ns`).
    """

    __tablename__ = "intake"
    __table_args__ = (
        sa.Index("ix_intake_size", "size", postgresql_where=sa.text("not words_only")),
    )

    root_id: Mapped[int] = mapped_column(
        sa.ForeignKey("root.id", ondelete="CASCADE"), primary_key=True
    )
    path: Mapped[bytes] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(sa.BigInteger)
    mtime_ns: Mapped[int] = mapped_column(sa.BigInteger)
    sidecars: Mapped[bytes] = mapped_column(server_default="")
    words_only: Mapped[bool] = mapped_column(server_default="false")
    touched_ns: Mapped[int] = mapped_column(sa.BigInteger, server_default="0")
    unread: Mapped[bool] = mapped_column(server_default="false")


class PreparationRow(Due, Base):
    """A post that waits for its facts, thumbnails and hashes of its looks."""

    __tablename__ = "preparation"

    post_id: Mapped[int] = mapped_column(
        sa.ForeignKey("post.id", ondelete="CASCADE"), primary_key=True
    )


class ScanRequestRow(Due, Base):
    """A folder below a root that wants a look: the whole root where `folder` is empty."""

    __tablename__ = "scan_request"

    root_id: Mapped[int] = mapped_column(
        sa.ForeignKey("root.id", ondelete="CASCADE"), primary_key=True
    )
    folder: Mapped[bytes] = mapped_column(primary_key=True)


class ProblemRow(Base):
    """Why something below a root could not be read; gone when it can be.

    `part` is folder, file, or the words in a file or sidecar; `picture` is the path of the file
    that it is about. A sidecar that several pictures share is a problem of each.
    """

    __tablename__ = "problem"

    root_id: Mapped[int] = mapped_column(
        sa.ForeignKey("root.id", ondelete="CASCADE"), primary_key=True
    )
    picture: Mapped[bytes] = mapped_column(primary_key=True, server_default="")
    path: Mapped[bytes] = mapped_column(primary_key=True)
    part: Mapped[str]
    reason: Mapped[str] = mapped_column(Sentence)
    noticed_at: Mapped[datetime] = now_column()
