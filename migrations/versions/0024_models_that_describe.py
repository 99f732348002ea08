"""Models that describe posts: which there are, what they are to describe, texts that they read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "embedding_space",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("vectors", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("dimensions", sa.Integer(), nullable=False),
        sa.Column("reads", sa.Boolean(), nullable=False),
        sa.Column("wanted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("serves", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("listed_to", sa.Integer(), server_default="0", nullable=False),
        sa.Column("list_until", sa.Integer(), server_default="0", nullable=False),
        sa.Column("closed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_embedding_space")),
        sa.UniqueConstraint("vectors", name=op.f("uq_embedding_space_vectors")),
    )
    op.create_index(
        "ix_embedding_space_serves",
        "embedding_space",
        ["serves"],
        unique=True,
        postgresql_where=sa.text("serves"),
    )
    op.create_table(
        "embedding_order",
        sa.Column("space", sa.Text(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column(
            "due", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("claimed_by", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        _of_space("embedding_order"),
        sa.ForeignKeyConstraint(
            ["post_id"],
            ["post.id"],
            name=op.f("fk_embedding_order_post_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("space", "post_id", name=op.f("pk_embedding_order")),
    )
    op.create_index(op.f("ix_embedding_order_due"), "embedding_order", ["due"])
    op.create_table(
        "embedding_text",
        sa.Column("space", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.Column(
            "asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        _of_space("embedding_text"),
        sa.PrimaryKeyConstraint("space", "text", name=op.f("pk_embedding_text")),
    )


def _of_space(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["space"], ["embedding_space.name"], name=op.f(f"fk_{table}_space"), ondelete="CASCADE"
    )
