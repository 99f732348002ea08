"""What pictures look like: a direction for each post, and orders to describe those that have none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import HALFVEC

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

DESCRIBE_ALL = "insert into look_order (post_id) select id from post where state = 'ready'"


def upgrade() -> None:
    table = "embedding_look"
    op.create_table(
        table,
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("vector", HALFVEC(128), nullable=False),
        _of_post(table),
        sa.PrimaryKeyConstraint("post_id", name=op.f(f"pk_{table}")),
    )
    op.create_index(
        f"ix_{table}_vector",
        table,
        ["vector"],
        postgresql_using="hnsw",
        postgresql_ops={"vector": "halfvec_cosine_ops"},
    )
    table = "look_order"
    op.create_table(
        table,
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column(
            "due", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("claimed_by", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        _of_post(table),
        sa.PrimaryKeyConstraint("post_id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_due"), table, ["due"])
    op.execute(DESCRIBE_ALL)


def _of_post(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["post_id"], ["post.id"], name=op.f(f"fk_{table}_post_id"), ondelete="CASCADE"
    )
