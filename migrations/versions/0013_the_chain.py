"""Whose answer is awaited since when; who asks, and what is left of what a source allows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

OUTCOMES = (
    "outcome in ('hit', 'hidden', 'hint', 'miss', 'limited', 'refused', 'changed', 'unavailable')"
)


def upgrade() -> None:
    op.add_column("record", sa.Column("similarity", sa.REAL(), nullable=True))
    op.add_column(
        "record",
        sa.Column("waits_since", sa.DateTime(timezone=True), server_default=sa.func.now()),
    )
    op.execute("update record set waits_since = null where outcome in ('hit', 'hidden', 'miss')")
    op.create_index(
        "ix_record_waits_since",
        "record",
        ["waits_since"],
        postgresql_where=sa.text("waits_since is not null and due < '9999-01-01 00:00:00+00'"),
    )
    op.drop_constraint(op.f("ck_record_outcome"), "record")
    op.create_check_constraint(op.f("ck_record_outcome"), "record", OUTCOMES)
    op.add_column("service", sa.Column("account", sa.Text(), nullable=True))
    op.add_column("service", sa.Column("sealed_key", sa.LargeBinary(), nullable=True))
    op.add_column(
        "service", sa.Column("quotas", postgresql.JSONB(none_as_null=True), nullable=True)
    )
