"""Permissions to ask: others are asked about folders, and about Immich only where that is allowed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("root", sa.Column("lookups", sa.Text(), server_default="unsaid", nullable=False))
    op.create_check_constraint("lookups", "root", "lookups in ('unsaid', 'on', 'off')")
    op.create_table(
        "opt_in",
        sa.Column("remote_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("remote_id", name=op.f("pk_opt_in")),
    )
