"""Posts that show the same picture: what finds them, what was found, and what was decided.

All pictures that are described look for their copies once.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "duplicate_order",
        _post("duplicate_order"),
        sa.Column("due", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.Column("claimed_by", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_duplicate_order")),
    )
    op.create_index(op.f("ix_duplicate_order_due"), "duplicate_order", ["due"])
    op.create_table(
        "fingerprint",
        _post("fingerprint"),
        sa.Column("pixel_digest", postgresql.BYTEA(), nullable=True),
        sa.Column("pieces", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_fingerprint")),
    )
    op.create_index(op.f("ix_fingerprint_pixel_digest"), "fingerprint", ["pixel_digest"])
    op.create_index("ix_fingerprint_pieces", "fingerprint", ["pieces"], postgresql_using="gin")
    _decisions()
    _pairs()
    op.create_table(
        "duplicate_rule",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("decides", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("fate", sa.Text(), server_default="trash", nullable=False),
        _account("duplicate_rule"),
        sa.Column("changed_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("fate in ('trash', 'hide')", name=op.f("ck_duplicate_rule_fate")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_duplicate_rule")),
    )
    op.execute("insert into duplicate_order (post_id) select id from post where state = 'ready'")


def _decisions() -> None:
    table = "duplicate_decision"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        _post(table, "one_id"),
        _post(table, "other_id"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("choice", sa.Text(), nullable=False),
        sa.Column("fate", sa.Text(), nullable=True),
        _account(table),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("advice", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("lines", postgresql.ARRAY(sa.BigInteger()), server_default="{}", nullable=False),
        sa.Column("carried", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("made_at", MOMENT, server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "choice in ('one', 'other', 'both', 'variants', 'unrelated')",
            name=op.f("ck_duplicate_decision_choice"),
        ),
        sa.CheckConstraint(
            "fate in ('trash', 'hide', 'stay')", name=op.f("ck_duplicate_decision_fate")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_decision")),
    )
    for column in ("one_id", "other_id", "made_at"):
        op.create_index(op.f(f"ix_duplicate_decision_{column}"), table, [column])


def _pairs() -> None:
    table = "duplicate_pair"
    op.create_table(
        table,
        _post(table, "one_id"),
        _post(table, "other_id"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("difference", sa.REAL(), nullable=False),
        sa.Column("share", sa.REAL(), nullable=False),
        sa.Column("found_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.Column("later_at", MOMENT, nullable=True),
        sa.Column(
            "decision_id",
            sa.Integer(),
            sa.ForeignKey(
                "duplicate_decision.id",
                name=op.f("fk_duplicate_pair_decision_id"),
                ondelete="SET NULL",
            ),
            nullable=True,
        ),
        sa.CheckConstraint("one_id < other_id", name=op.f("ck_duplicate_pair_order")),
        sa.PrimaryKeyConstraint("one_id", "other_id", name=op.f("pk_duplicate_pair")),
    )
    for column in ("other_id", "decision_id"):
        op.create_index(op.f(f"ix_duplicate_pair_{column}"), table, [column])
    op.create_index(
        "ix_duplicate_pair_open",
        table,
        ["kind"],
        postgresql_where=sa.text("decision_id is null"),
    )


def _post(table: str, name: str = "post_id") -> sa.Column[int]:
    key = sa.ForeignKey("post.id", name=op.f(f"fk_{table}_{name}"), ondelete="CASCADE")
    return sa.Column(name, sa.Integer(), key, nullable=False)


def _account(table: str) -> sa.Column[int]:
    key = sa.ForeignKey("account.id", name=op.f(f"fk_{table}_account_id"), ondelete="SET NULL")
    return sa.Column("account_id", sa.Integer(), key, nullable=True)
