"""The feed of changes tells where only favourites or pools changed, which is read in no time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from homebooru.db.feeding import feed_by
from homebooru.db.tables.feed import Part

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

PARTS = {"favourite": Part.LIKES, "pool_post": Part.POOLS}


def upgrade() -> None:
    whole = sa.Column("part", sa.SmallInteger(), server_default=sa.text("0"), nullable=False)
    op.add_column("post_change", whole)
    op.drop_constraint(op.f("pk_post_change"), "post_change")
    op.create_primary_key(op.f("pk_post_change"), "post_change", ["xid", "post_id", "part"])
    for table, part in PARTS.items():
        op.execute(f"drop trigger feed_truncate on {table}")
        for act in ("insert", "update", "delete"):
            op.execute(f"drop function feed_{table}_{act} cascade")  # with its trigger
        statements = feed_by(table, f"post_id, {part:d}", feed="post_change (post_id, part)")
        for statement in statements:
            op.execute(statement)
