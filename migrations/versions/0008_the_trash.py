"""A person's word that a post is trash, and the files that are moved for it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SAY_WHAT_IS_TRASH = """
insert into post_verdict (post_id, about, value, made_at)
select id, 'trash', 'yes', trashed_at from post where trashed_at is not null
"""


def upgrade() -> None:
    op.drop_constraint(op.f("ck_post_verdict_about"), "post_verdict")
    op.create_check_constraint(
        op.f("ck_post_verdict_about"),
        "post_verdict",
        "about in ('rating', 'parent', 'source', 'trash')",
    )
    op.execute(SAY_WHAT_IS_TRASH)
    op.add_column("root", sa.Column("trash", sa.Text(), server_default="move", nullable=False))
    op.create_check_constraint(op.f("ck_root_trash"), "root", "trash in ('move', 'hide')")
    _keep_files()
    _keep_orders()


def _keep_files() -> None:
    table = "trashed_file"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("root_id", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=True),
        sa.Column("path", postgresql.BYTEA(), nullable=False),
        sa.Column("trash_path", postgresql.BYTEA(), nullable=True),
        sa.Column("back_path", postgresql.BYTEA(), nullable=True),
        sa.Column(
            "sidecars", postgresql.ARRAY(postgresql.BYTEA()), server_default="{}", nullable=False
        ),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=False),
        sa.Column("sha256", postgresql.BYTEA(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        _moment("made_at"),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f(f"fk_{table}_post_id")),
        sa.ForeignKeyConstraint(["root_id"], ["root.id"], name=op.f(f"fk_{table}_root_id")),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["location.id"],
            name=op.f(f"fk_{table}_location_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("location_id", name=op.f(f"uq_{table}_location_id")),
    )
    op.create_index(op.f(f"ix_{table}_post_id"), table, ["post_id"])
    op.create_index(op.f(f"ix_{table}_root_id"), table, ["root_id"])


def _keep_orders() -> None:
    op.create_table(
        "trash_order",
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("wish", sa.Text(), nullable=False),
        _moment("due"),
        sa.Column("claimed_by", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "wish in ('trash', 'restore', 'remove')", name=op.f("ck_trash_order_wish")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["trashed_file.id"],
            name=op.f("fk_trash_order_file_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_trash_order")),
    )
    op.create_index(op.f("ix_trash_order_due"), "trash_order", ["due"])


def _moment(name: str) -> sa.Column[datetime]:
    now = sa.text("now()")
    return sa.Column(name, sa.DateTime(timezone=True), server_default=now, nullable=False)
