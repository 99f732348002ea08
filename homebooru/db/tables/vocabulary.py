"""What people say of tags themselves, and the history of what tags mean."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column

from homebooru.db.tables.base import Base, Due, Sentence, now_column


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


class VocabularyUndoRow(Due, Base):
    """An act that is to be taken back, and how far that is: `place` is the last change looked at.

    `revert_id` is the act that takes it back, once it changed something.
    """

    __tablename__ = "vocabulary_undo"

    act_id: Mapped[int] = mapped_column(
        sa.ForeignKey("vocabulary_act.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id", ondelete="SET NULL"))
    via: Mapped[str]
    revert_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("vocabulary_act.id", ondelete="SET NULL")
    )
    place: Mapped[int | None] = mapped_column(sa.BigInteger)
    total: Mapped[int]
    done: Mapped[int] = mapped_column(server_default="0")


class TagListRow(Base):
    """A list of tags, aliases or implications that somebody brought, and what became of it.

    `body` is the file, packed, until it was taken up. `foretold` is what it would bring, `brought`
    what it brought; `mistake` is why neither could be told.
    """

    __tablename__ = "tag_list"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id", ondelete="SET NULL"))
    name: Mapped[str]
    kind: Mapped[str]
    site: Mapped[str]
    other_names: Mapped[bool]
    lines: Mapped[int]
    body: Mapped[bytes | None]
    foretold: Mapped[dict[str, Any] | None] = mapped_column(postgresql.JSONB(none_as_null=True))
    brought: Mapped[dict[str, Any] | None] = mapped_column(postgresql.JSONB(none_as_null=True))
    mistake: Mapped[str | None] = mapped_column(Sentence)
    made_at: Mapped[datetime] = now_column()


class TagListOrderRow(Due, Base):
    """A list that is to be looked through, or taken up (`writes`); how many lines are done."""

    __tablename__ = "tag_list_order"

    list_id: Mapped[int] = mapped_column(
        sa.ForeignKey("tag_list.id", ondelete="CASCADE"), primary_key=True
    )
    writes: Mapped[bool]
    done: Mapped[int] = mapped_column(server_default="0")
