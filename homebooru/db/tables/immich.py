"""What is known of Immich: for whom we ask there, and a mirror of assets, albums, people, tags."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column

from homebooru.db.tables.base import Base, Due, Sentence, now_column

UUIDS = postgresql.ARRAY(sa.Uuid())


class MirrorRow(Base):
    """How far the assets of an Immich user are mirrored; `owner_id` is what Immich calls the user.

    `watermark` is the latest `updatedAt` whose details are all stored, first seen at `seen_at` by
    our clock. Everything up to `settled` was read again long enough afterwards: nothing that was
    written late can lie behind it. Visibilities that are mirrored are `visibilities`; what is
    newly allowed is read from the beginning. A census is taken when `census_due`. `brake` says
    why what is gone over there was not believed. `number` is what places and accounts call the
    user; what is thrown away here goes into the trash there where it `takes_trash`.
    """

    __tablename__ = "mirror"

    owner_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(sa.Identity(), unique=True)
    visibilities: Mapped[list[str]] = mapped_column(server_default="{}")
    watermark: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    settled: Mapped[datetime | None]
    synced_at: Mapped[datetime | None]
    census_at: Mapped[datetime | None]
    census_due: Mapped[bool] = mapped_column(server_default="true")
    brake: Mapped[str | None] = mapped_column(Sentence)
    takes_trash: Mapped[bool] = mapped_column(server_default="false")


class ImmichUserRow(Base):
    """A user of the household's Immich for whom we ask there; `owner_id` is what Immich calls them.

    `sealed_key` is their API key, None where the settings have it; `key_digest` tells which key it
    was that was checked last, at `checked_at`: it was granted `permissions` then, by a server of
    that `version`. `reason` says what was wrong.
    """

    __tablename__ = "immich_user"

    owner_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    is_admin: Mapped[bool] = mapped_column(server_default="false")
    sealed_key: Mapped[bytes | None]
    key_digest: Mapped[bytes]
    permissions: Mapped[list[str]] = mapped_column(server_default="{}")
    version: Mapped[str]
    libraries: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    checked_at: Mapped[datetime] = now_column()
    reason: Mapped[str | None] = mapped_column(Sentence)


class AlbumRow(Base):
    """An album; names need not differ. `remote_id` is what Immich calls it."""

    __tablename__ = "album"

    id: Mapped[int] = mapped_column(primary_key=True)
    remote_id: Mapped[UUID] = mapped_column(unique=True)
    name: Mapped[str]


class AlbumViewRow(Base):
    """An album as one user sees it; `stamp` is what it looked like when its assets were listed.

    None of it is listed anew while the stamp is the same, a census apart: taking assets out of an
    album leaves no trace in it but their number.
    """

    __tablename__ = "album_view"

    album_id: Mapped[int] = mapped_column(
        sa.ForeignKey("album.id", ondelete="CASCADE"), primary_key=True
    )
    owner_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("mirror.owner_id", ondelete="CASCADE"), primary_key=True
    )
    stamp: Mapped[str] = mapped_column(server_default="")
    listed_at: Mapped[datetime | None]


class AlbumAssetRow(Base):
    """An asset in an album."""

    __tablename__ = "album_asset"

    album_id: Mapped[int] = mapped_column(
        sa.ForeignKey("album.id", ondelete="CASCADE"), primary_key=True
    )
    asset_id: Mapped[int] = mapped_column(
        sa.ForeignKey("asset.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class AlbumPostRow(Base):
    """A post in an album: one of its assets is."""

    __tablename__ = "album_post"

    album_id: Mapped[int] = mapped_column(
        sa.ForeignKey("album.id", ondelete="CASCADE"), primary_key=True
    )
    post_id: Mapped[int] = mapped_column(
        sa.ForeignKey("post.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class PersonRow(Base):
    """Somebody whose face was found; the name is empty until somebody gives one.

    `owner_id` is whose people they belong to. Somebody who is not `listed` has too few faces for
    Immich's own list, or is not there any more.
    """

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    remote_id: Mapped[UUID] = mapped_column(unique=True)
    owner_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("mirror.owner_id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(server_default="")
    listed: Mapped[bool] = mapped_column(server_default="false")


class PersonPostRow(Base):
    """A post that shows a person: one of its assets does."""

    __tablename__ = "person_post"

    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    post_id: Mapped[int] = mapped_column(
        sa.ForeignKey("post.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class RemoteTagRow(Base):
    """A tag of an Immich user; `value` is its whole path."""

    __tablename__ = "remote_tag"

    remote_id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("mirror.owner_id", ondelete="CASCADE"), index=True
    )
    value: Mapped[str]


class AssetRow(Base):
    """A post as it lies in Immich, where it may lie more than once; its location names it.

    `updated_at` is Immich's; None lets the details be read again. `checksum` is the SHA-1 of the
    bytes, None in an external library (`library_id`), where Immich has none. `tag_ids`,
    `person_ids` and `stack_id` are what Immich calls them. `doubted_at` is since when the asset
    could not be found, while that is not believed.
    """

    __tablename__ = "asset"
    __table_args__ = (
        sa.CheckConstraint(
            "visibility in ('timeline', 'archive', 'hidden', 'locked')", name="visibility"
        ),
        sa.Index("ix_asset_tag_ids", "tag_ids", postgresql_using="gin"),
        sa.Index("ix_asset_person_ids", "person_ids", postgresql_using="gin"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    remote_id: Mapped[UUID] = mapped_column(unique=True)
    owner_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("mirror.owner_id", ondelete="CASCADE"), index=True
    )
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id", ondelete="CASCADE"), index=True)
    visibility: Mapped[str] = mapped_column(server_default="timeline")
    is_favourite: Mapped[bool] = mapped_column(server_default="false")
    is_trashed: Mapped[bool] = mapped_column(server_default="false")
    is_offline: Mapped[bool] = mapped_column(server_default="false")
    library_id: Mapped[UUID | None]
    path: Mapped[str] = mapped_column(server_default="")
    checksum: Mapped[bytes | None] = mapped_column(index=True)
    updated_at: Mapped[datetime | None] = mapped_column(index=True)
    taken_at: Mapped[datetime | None]
    stars: Mapped[int | None] = mapped_column(sa.SmallInteger)
    description: Mapped[str | None]
    exif: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    stack_id: Mapped[UUID | None] = mapped_column(index=True)
    tag_ids: Mapped[list[UUID]] = mapped_column(UUIDS, server_default="{}")
    person_ids: Mapped[list[UUID]] = mapped_column(UUIDS, server_default="{}")
    doubted_at: Mapped[datetime | None]


class PictureOrderRow(Due, Base):
    """A post that lies in Immich alone and waits for its thumbnails, or for its bytes to be read.

    `bytes_wanted` says the latter: its digests are needed. `reason` says what went wrong.
    """

    __tablename__ = "picture_order"

    post_id: Mapped[int] = mapped_column(
        sa.ForeignKey("post.id", ondelete="CASCADE"), primary_key=True
    )
    bytes_wanted: Mapped[bool] = mapped_column(server_default="false")
    reason: Mapped[str | None] = mapped_column(Sentence)


class TagQuestionRow(Base):
    """Something that became of tags of ours in Immich, of which a person is to say what it means.

    `kind` is `gone` (the tag was deleted or renamed there) or `taken` (many assets lost it at
    once). `post_ids` are whose it was. `answer` is `reject` (they are wrong), or `keep`.
    """

    __tablename__ = "tag_question"
    __table_args__ = (
        sa.CheckConstraint("kind in ('gone', 'taken')", name="kind"),
        sa.CheckConstraint("answer in ('reject', 'keep')", name="answer"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("mirror.owner_id", ondelete="CASCADE"), index=True
    )
    tag_id: Mapped[int] = mapped_column(sa.ForeignKey("tag.id", ondelete="CASCADE"))
    value: Mapped[str]
    kind: Mapped[str]
    post_ids: Mapped[list[int]]
    made_at: Mapped[datetime] = now_column()
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]


class AssetWishRow(Due, Base):
    """What is to be true of an asset at Immich beside its tags, and how far that has come.

    Its `thing` is `trash`, `favourite`, or `album:` and the album; whether that is `wanted`, and
    whether it is `ours`: so because of us. It ends `verified` or `failed`, with the reason;
    `undone` where somebody over there wants it otherwise since, `gone` where the asset is no more.
    """

    __tablename__ = "asset_wish"
    __table_args__ = (
        sa.UniqueConstraint("remote_id", "thing"),
        sa.CheckConstraint(
            "state in ('due', 'applied', 'verified', 'failed', 'undone', 'gone')", name="state"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("mirror.owner_id", ondelete="CASCADE"), index=True
    )
    remote_id: Mapped[UUID]
    thing: Mapped[str]
    asset_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("asset.id", ondelete="SET NULL"), index=True
    )
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id", ondelete="CASCADE"), index=True)
    wanted: Mapped[bool]
    state: Mapped[str] = mapped_column(server_default="due")
    reason: Mapped[str | None] = mapped_column(Sentence)
    ours: Mapped[bool] = mapped_column(server_default="false")
    tries: Mapped[int] = mapped_column(sa.SmallInteger, server_default="0")
    made_at: Mapped[datetime] = now_column()
    ended_at: Mapped[datetime | None]
