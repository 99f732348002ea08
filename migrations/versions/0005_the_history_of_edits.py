"""The history of what people, rules and imports changed, and bulk edits that are to be made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "edit_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("script", sa.Text(), nullable=True),
        sa.Column("query", sa.Text(), nullable=True),
        sa.Column("undoes_batch_id", sa.Integer(), nullable=True),
        sa.Column("undoes_account_id", sa.Integer(), nullable=True),
        sa.Column("undoes_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undoes_until", sa.BigInteger(), nullable=True),
        sa.Column("posts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("changed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("left_alone", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "made_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_edit_batch_account_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["undoes_account_id"],
            ["account.id"],
            name=op.f("fk_edit_batch_undoes_account_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["undoes_batch_id"], ["edit_batch.id"], name=op.f("fk_edit_batch_undoes_batch_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edit_batch")),
    )
    op.create_table(
        "edit",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("undoes_id", sa.BigInteger(), nullable=True),
        sa.Column("changes", postgresql.JSONB(), nullable=False),
        sa.Column(
            "made_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_edit_account_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["edit_batch.id"], name=op.f("fk_edit_batch_id")),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_edit_post_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edit")),
    )
    op.create_index("ix_edit_account_id_made_at", "edit", ["account_id", "made_at"], unique=False)
    op.create_index(
        "ix_edit_batch_id_post_id",
        "edit",
        ["batch_id", "post_id"],
        unique=False,
        postgresql_where=sa.text("batch_id is not null"),
    )
    op.create_index("ix_edit_made_at_id", "edit", ["made_at", "id"], unique=False)
    op.create_index("ix_edit_post_id_id", "edit", ["post_id", "id"], unique=False)
    op.create_table(
        "edit_order",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("post_ids", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["edit_batch.id"],
            name=op.f("fk_edit_order_batch_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_edit_order")),
    )
