"""Pictures that somebody searches with, and larger originals that boorus tell of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import HALFVEC

from homebooru.db.feeding import feed_by

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "asked_picture",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column(
            "asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("md5", sa.LargeBinary(), nullable=False),
        sa.Column("pixel_digest", sa.LargeBinary(), nullable=True),
        sa.Column("mime", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("look", HALFVEC(128), nullable=False),
        sa.Column("space", sa.Text(), nullable=True),
        sa.Column("vector", sa.LargeBinary(), nullable=True),
        sa.Column("preview", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_asked_picture_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["space"],
            ["embedding_space.name"],
            name=op.f("fk_asked_picture_space"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_asked_picture")),
    )
    op.create_index(
        op.f("ix_asked_picture_account_id"), "asked_picture", ["account_id", "asked_at"]
    )
    op.create_index(op.f("ix_asked_picture_asked_at"), "asked_picture", ["asked_at"])
    _make_originals()


def _make_originals() -> None:
    op.create_table(
        "original",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("remote_id", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("extension", sa.Text(), nullable=True),
        sa.Column("unwanted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unwanted_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_original_post_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["unwanted_by"],
            ["account.id"],
            name=op.f("fk_original_unwanted_by"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("post_id", "source", name=op.f("pk_original")),
    )
    for statement in feed_by("original"):
        op.execute(statement)
