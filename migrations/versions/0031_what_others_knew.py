"""What other programs knew: it waits for the pictures that it is about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "remembered",
        sa.Column("md5", postgresql.BYTEA(), nullable=False),
        sa.Column("document", postgresql.JSONB(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column(
            "staged_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["edit_batch.id"], name=op.f("fk_remembered_batch_id_edit_batch")
        ),
        sa.PrimaryKeyConstraint("md5", name=op.f("pk_remembered")),
    )
