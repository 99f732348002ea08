"""What people say of tags themselves, and the history of what tags mean."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column

from homebooru.db.tables.base import Base, now_column


def _tag() -> sa.ForeignKey:
    return sa.ForeignKey("tag.id", ondelete="CASCADE")


class TagDescriptionRow(Base):
    """What people wrote of a tag, in Markdown."""

    __tablename__ = "tag_description"

    tag_id: Mapped[int] = mapped_column(_tag(), primary_key=True)
    text: Mapped[str]


class TagLinkRefusalRow(Base):
    """A person's word that one tag does not mean, or imply, another, whatever lists say."""

    __tablename__ = "tag_link_refusal"

    matter: Mapped[str] = mapped_column(primary_key=True)
    antecedent_id: Mapped[int] = mapped_column(_tag(), primary_key=True)
    consequent_id: Mapped[int] = mapped_column(_tag(), primary_key=True, index=True)


class VocabularyActRow(Base):
    """Something that somebody did to the vocabulary, as one; or took back."""

    __tablename__ = "vocabulary_act"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("account.id", ondelete="SET NULL"), index=True
    )
    via: Mapped[str]
    kind: Mapped[str]
    reason: Mapped[str | None]
    undoes_id: Mapped[int | None] = mapped_column(sa.ForeignKey("vocabulary_act.id"))
    made_at: Mapped[datetime] = now_column()


class VocabularyChangeRow(Base):
    """What held of a tag, or between two, before an act and after it; null where nothing did."""

    __tablename__ = "vocabulary_change"
    __table_args__ = (
        sa.Index("ix_vocabulary_change_act_id_id", "act_id", "id"),
        sa.Index("ix_vocabulary_change_tag_id_id", "tag_id", "id"),
        sa.Index(
            "ix_vocabulary_change_other_id_id",
            "other_id",
            "id",
            postgresql_where=sa.text("other_id is not null"),
        ),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    act_id: Mapped[int] = mapped_column(sa.ForeignKey("vocabulary_act.id", ondelete="CASCADE"))
    matter: Mapped[str]
    tag_id: Mapped[int] = mapped_column(_tag())
    other_id: Mapped[int | None] = mapped_column(_tag())
    before: Mapped[Any | None] = mapped_column(postgresql.JSONB(none_as_null=True))
    after: Mapped[Any | None] = mapped_column(postgresql.JSONB(none_as_null=True))
