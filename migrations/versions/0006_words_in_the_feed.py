"""The feed of changes tells of tags too: their names, categories and aliases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from homebooru.db.feeding import feed_by
from homebooru.db.tables.feed import Xid8

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

FED_BY = {"tag": ("id", "id, name, category"), "tag_alias": ("antecedent_id", "*")}


def upgrade() -> None:
    op.create_table(
        "tag_change",
        sa.Column("xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("xid", "tag_id", name=op.f("pk_tag_change")),
    )
    for table, (tag, read) in FED_BY.items():
        for statement in feed_by(table, tag, read, feed="tag_change (tag_id)"):
            op.execute(statement)
