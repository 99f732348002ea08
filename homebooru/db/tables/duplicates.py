"""Posts that show the same picture: what finds them, what was found, and what was decided."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column

from homebooru.db.tables.base import Base, Due, now_column


def _post(*, primary_key: bool = False, index: bool = False) -> Mapped[int]:
    return mapped_column(
        sa.ForeignKey("post.id", ondelete="CASCADE"), primary_key=primary_key, index=index
    )


def _searched(name: str, column: str) -> sa.Index:
    """Index numbers for searches between writes: what is written waits in no list."""
    return sa.Index(name, column, postgresql_using="gin", postgresql_with={"fastupdate": "off"})


class DuplicateOrderRow(Due, Base):
    """A post that is new, or shows another picture, and has yet to look for its copies."""

    __tablename__ = "duplicate_order"

    post_id: Mapped[int] = _post(primary_key=True)


class FingerprintRow(Base):
    """By what a post is found: the digest of its pixels, pieces of its hashes, its landmarks.

    Two hashes that differ in few of their bits share a whole piece, mostly; `pieces` has them
    with their places, so that a third piece is no first one. A hash that says nothing has none.
    `asked` are the pieces by which it finds others, also in a mirror. What shows a part of the
    same shares some `words`, which stand at `places` (`domain/duplicates/fingerprints.py`).
    """

    __tablename__ = "fingerprint"
    __table_args__ = (
        _searched("ix_fingerprint_pieces", "pieces"),
        _searched("ix_fingerprint_words", "words"),
    )

    post_id: Mapped[int] = _post(primary_key=True)
    pixel_digest: Mapped[bytes | None] = mapped_column(index=True)
    light: Mapped[int | None] = mapped_column(sa.BigInteger)
    brightest: Mapped[int | None] = mapped_column(sa.BigInteger)
    mirrored: Mapped[int | None] = mapped_column(sa.BigInteger)
    pieces: Mapped[list[int]]
    asked: Mapped[list[int]] = mapped_column(server_default="{}")
    words: Mapped[list[int]] = mapped_column(server_default="{}")
    places: Mapped[bytes] = mapped_column(server_default="")


class DuplicateDecisionRow(Base):
    """What was decided about two posts, by somebody or by a rule, and how to take it back.

    Of `one_id` and `other_id` the former is the smaller number; `choice` says which is better, or
    what they are to each other. `fate` is what became of the lesser one. `advice` is what each
    rule would have chosen. `lines` are those of the history that it made; `carried` is what else
    went over to the better one.
    """

    __tablename__ = "duplicate_decision"
    __table_args__ = (
        sa.CheckConstraint(
            "choice in ('one', 'other', 'both', 'variants', 'unrelated')", name="choice"
        ),
        sa.CheckConstraint("fate in ('trash', 'hide', 'stay')", name="fate"),
        sa.Index("ix_duplicate_decision_made_at", "made_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    one_id: Mapped[int] = _post(index=True)
    other_id: Mapped[int] = _post(index=True)
    kind: Mapped[str]
    choice: Mapped[str]
    fate: Mapped[str | None]
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id", ondelete="SET NULL"))
    rule: Mapped[str | None]
    advice: Mapped[dict[str, Any]] = mapped_column(postgresql.JSONB, server_default="{}")
    lines: Mapped[list[int]] = mapped_column(postgresql.ARRAY(sa.BigInteger()), server_default="{}")
    carried: Mapped[dict[str, Any]] = mapped_column(postgresql.JSONB, server_default="{}")
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.clock_timestamp())
    undone_at: Mapped[datetime | None]


class DuplicatePairRow(Base):
    """Two posts that were compared and are alike, the smaller number first.

    `kind` is what one is of the other, `difference` how far they are off where they differ most,
    `share` how much of them differs. Somebody who wants to decide `later_at` is asked last.
    """

    __tablename__ = "duplicate_pair"
    __table_args__ = (
        sa.CheckConstraint("one_id < other_id", name="order"),
        sa.Index("ix_duplicate_pair_open", "kind", postgresql_where=sa.text("decision_id is null")),
    )

    one_id: Mapped[int] = _post(primary_key=True)
    other_id: Mapped[int] = _post(primary_key=True, index=True)
    kind: Mapped[str]
    difference: Mapped[float] = mapped_column(sa.REAL)
    share: Mapped[float] = mapped_column(sa.REAL)
    found_at: Mapped[datetime] = now_column()
    later_at: Mapped[datetime | None]
    decision_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("duplicate_decision.id", ondelete="SET NULL"), index=True
    )


class DuplicateRuleRow(Base):
    """How far a rule is trusted: it only suggests, or decides by itself and with what `fate`.

    Its `comparison` says which file it keeps (`domain/duplicates/rules.py`). One with a `query` is
    limited to pairs of which that finds both, as the search of `account_id`; `means` is that search
    with all names resolved, as it was kept. Each other search is another `version` of the rule,
    which has to prove itself anew.
    """

    __tablename__ = "duplicate_rule"
    __table_args__ = (
        sa.CheckConstraint("fate in ('trash', 'hide')", name="fate"),
        sa.Index(
            "uq_duplicate_rule_unlimited",
            "comparison",
            unique=True,
            postgresql_where=sa.text("query = ''"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    comparison: Mapped[str]
    query: Mapped[str] = mapped_column(server_default="")
    means: Mapped[str] = mapped_column(server_default="")
    version: Mapped[int] = mapped_column(server_default="1")
    decides: Mapped[bool] = mapped_column(server_default=sa.false())
    fate: Mapped[str] = mapped_column(server_default="trash")
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id", ondelete="SET NULL"))
    changed_at: Mapped[datetime] = now_column()
