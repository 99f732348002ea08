"""Tags, what is said about posts, and what people decided."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column

from homebooru.db.tables.base import Base, Sentence, now_column


class TagRow(Base):
    """A tag; `count` plus the waiting deltas is the number of posts that have it."""

    __tablename__ = "tag"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    category: Mapped[int] = mapped_column(sa.SmallInteger, server_default="0")
    category_by: Mapped[str | None]
    count: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime] = now_column()


class TagAliasRow(Base):
    """`antecedent` means `consequent`, says `made_by`: a person, or a list."""

    __tablename__ = "tag_alias"

    antecedent_id: Mapped[int] = mapped_column(
        sa.ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True
    )
    consequent_id: Mapped[int] = mapped_column(
        sa.ForeignKey("tag.id", ondelete="CASCADE"), index=True
    )
    made_by: Mapped[str] = mapped_column(server_default="person")
    created_at: Mapped[datetime] = now_column()


class TagImplicationRow(Base):
    """Whoever has `antecedent` has `consequent`, says `made_by`: a person, or a list."""

    __tablename__ = "tag_implication"

    antecedent_id: Mapped[int] = mapped_column(
        sa.ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True
    )
    consequent_id: Mapped[int] = mapped_column(
        sa.ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    made_by: Mapped[str] = mapped_column(server_default="person")
    created_at: Mapped[datetime] = now_column()


class TagCountDeltaRow(Base):
    """A change of a tag's count that a job has yet to fold into it."""

    __tablename__ = "tag_count_delta"

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    tag_id: Mapped[int]
    delta: Mapped[int]


class RetagOrderRow(Base):
    """Posts whose effective tags must be derived anew, from `next_post_id` on.

    `tag_ids` names what changed; None means every post.
    """

    __tablename__ = "retag_order"

    id: Mapped[int] = mapped_column(primary_key=True)
    tag_ids: Mapped[list[int] | None]
    next_post_id: Mapped[int] = mapped_column(server_default="0")
    reason: Mapped[str] = mapped_column(Sentence)
    created_at: Mapped[datetime] = now_column()


class ClaimRow(Base):
    """What a source says of a post now. A new answer replaces the row.

    `confidences` runs beside `tag_ids`, or is None where the source is certain. `parent` names
    a post of the source's own (`site:id`), `remote_ids` those that show this picture. `md5` is
    that of the file as the source knows it, in hexadecimal.
    """

    __tablename__ = "claim"
    __table_args__ = (
        sa.Index(
            "ix_claim_guessed_tag_ids",
            "tag_ids",
            postgresql_using="gin",
            postgresql_where=sa.text("confidences is not null"),
        ),
        sa.Index("ix_claim_md5", "md5", postgresql_where=sa.text("md5 is not null")),
        sa.Index("ix_claim_parent", "parent", postgresql_where=sa.text("parent is not null")),
    )

    post_id: Mapped[int] = mapped_column(
        sa.ForeignKey("post.id", ondelete="CASCADE"), primary_key=True
    )
    source: Mapped[str] = mapped_column(primary_key=True)
    tag_ids: Mapped[list[int]] = mapped_column(server_default="{}")
    confidences: Mapped[list[float] | None] = mapped_column(postgresql.ARRAY(sa.REAL))
    rating: Mapped[str | None] = mapped_column(sa.CHAR(1))
    parent: Mapped[str | None]
    sources: Mapped[list[str]] = mapped_column(server_default="{}")
    md5: Mapped[str | None]
    remote_ids: Mapped[list[str]] = mapped_column(server_default="{}")
    score: Mapped[int | None]
    stars: Mapped[int | None] = mapped_column(sa.SmallInteger)
    description: Mapped[str | None]
    place: Mapped[str | None]
    taken_at: Mapped[datetime | None]
    claimed_at: Mapped[datetime] = now_column()


class VerdictRow(Base):
    """A person's word on one tag of one post, as they said it; the newest one stands."""

    __tablename__ = "verdict"

    post_id: Mapped[int] = mapped_column(
        sa.ForeignKey("post.id", ondelete="CASCADE"), primary_key=True
    )
    tag_id: Mapped[int] = mapped_column(
        sa.ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    yes: Mapped[bool]
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    reason: Mapped[str | None]
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.clock_timestamp())


class PostVerdictRow(Base):
    """A person's word on a post's rating, parent, source, stars or description, or that it is trash.

    It ranks like a verdict on a tag.
    """

    __tablename__ = "post_verdict"
    __table_args__ = (
        sa.CheckConstraint(
            "about in ('rating', 'parent', 'source', 'stars', 'description', 'trash', 'reviewed')",
            name="about",
        ),
    )

    post_id: Mapped[int] = mapped_column(
        sa.ForeignKey("post.id", ondelete="CASCADE"), primary_key=True
    )
    about: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str | None]
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.clock_timestamp())
