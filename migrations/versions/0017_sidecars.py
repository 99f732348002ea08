"""Sidecars that we write: where people allow it, what is ours in them, and the way back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("root", sa.Column("sidecars", sa.Text(), server_default="off", nullable=False))
    op.add_column(
        "root", sa.Column("read_only", sa.Boolean(), server_default="false", nullable=False)
    )
    op.create_check_constraint(op.f("ck_root_sidecars"), "root", "sidecars in ('off', 'on')")
    op.create_check_constraint(
        op.f("ck_root_read_only"),
        "root",
        "not read_only or (sidecars = 'off' and trash = 'hide')",
    )
    op.create_table(
        "sidecar",
        sa.Column("root_id", sa.Integer(), nullable=False),
        sa.Column("path", postgresql.BYTEA(), nullable=False),
        sa.Column("picture", postgresql.BYTEA(), nullable=False),
        sa.Column("before", postgresql.BYTEA(), nullable=True),
        sa.Column("owned", postgresql.JSONB(), nullable=False),
        sa.Column("digest", postgresql.BYTEA(), nullable=True),
        sa.Column(
            "made_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["root_id"], ["root.id"], name=op.f("fk_sidecar_root_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("root_id", "path", name=op.f("pk_sidecar")),
    )
    op.create_index("ix_sidecar_picture", "sidecar", ["root_id", "picture"])
    op.create_table(
        "sidecar_order",
        sa.Column("root_id", sa.Integer(), nullable=False),
        sa.Column("picture", postgresql.BYTEA(), nullable=False),
        sa.Column("wish", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column(
            "due", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("claimed_by", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "wish in ('write', 'again', 'undo')", name=op.f("ck_sidecar_order_wish")
        ),
        sa.ForeignKeyConstraint(
            ["root_id"], ["root.id"], name=op.f("fk_sidecar_order_root_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("root_id", "picture", name=op.f("pk_sidecar_order")),
    )
    op.create_index(op.f("ix_sidecar_order_due"), "sidecar_order", ["due"])
