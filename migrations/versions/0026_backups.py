"""Backups: orders to make one, the next daily one among them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

FIRST = """
insert into backup_order (kind, due)
values ('daily', date_trunc('day', now()) + interval '1 day 3 hours 30 minutes')
"""


def upgrade() -> None:
    op.create_table(
        "backup_order",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "due", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("claimed_by", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("kind in ('daily', 'hand')", name=op.f("ck_backup_order_kind")),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_backup_order")),
    )
    op.create_index(op.f("ix_backup_order_due"), "backup_order", ["due"])
    op.execute(FIRST)
