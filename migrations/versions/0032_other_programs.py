"""What other programs knew waits by any digest, for each program apart, and is not taken twice."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("remembered", "md5", new_column_name="digest")
    op.add_column(
        "remembered", sa.Column("origin", sa.Text(), nullable=False, server_default="homebooru")
    )
    op.alter_column("remembered", "origin", server_default=None)
    op.add_column(
        "remembered", sa.Column("mark", postgresql.BYTEA(), nullable=False, server_default="")
    )
    op.alter_column("remembered", "mark", server_default=None)
    op.drop_constraint("pk_remembered", "remembered")
    op.create_primary_key(op.f("pk_remembered"), "remembered", ["batch_id", "digest"])
    op.create_index(op.f("ix_remembered_digest"), "remembered", ["digest"])
    op.create_table(
        "taken",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("digest", postgresql.BYTEA(), nullable=False),
        sa.Column("mark", postgresql.BYTEA(), nullable=False),
        sa.Column("liked", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("origin", "digest", name=op.f("pk_taken")),
    )
