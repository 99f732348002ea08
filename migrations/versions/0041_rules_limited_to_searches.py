"""Rules about duplicates may be limited to a search, so there can be several that compare alike."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

TABLE = "duplicate_rule"


def upgrade() -> None:
    op.drop_constraint(op.f("pk_duplicate_rule"), TABLE, type_="primary")
    op.alter_column(TABLE, "name", new_column_name="comparison")
    op.execute(f"alter table {TABLE} add column id serial")
    op.create_primary_key(op.f("pk_duplicate_rule"), TABLE, ["id"])
    for name in ("query", "means"):
        op.add_column(TABLE, sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.add_column(TABLE, sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.create_index(
        "uq_duplicate_rule_unlimited",
        TABLE,
        ["comparison"],
        unique=True,
        postgresql_where=sa.text("query = ''"),
    )
