"""Which pools came from other programs, and which posts came into them: so that none comes back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "taken_pool",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("pool_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["pool_id"], ["pool.id"], name=op.f("fk_taken_pool_pool_id_pool"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("origin", "name", name=op.f("pk_taken_pool")),
    )
    op.create_index(op.f("ix_taken_pool_pool_id"), "taken_pool", ["pool_id"])
    op.add_column(
        "taken",
        sa.Column(
            "pool_ids",
            postgresql.ARRAY(sa.Integer()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
    )
