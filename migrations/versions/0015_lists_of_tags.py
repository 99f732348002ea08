"""Lists of tags that people bring in the browser, and the work of taking them up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _keep_lists()
    _keep_orders()


def _keep_lists() -> None:
    op.create_table(
        "tag_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("other_names", sa.Boolean(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("body", postgresql.BYTEA(), nullable=True),
        sa.Column("foretold", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("brought", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("mistake", sa.Text(), nullable=True),
        _now("made_at"),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_tag_list_account_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag_list")),
    )


def _keep_orders() -> None:
    table = "tag_list_order"
    op.create_table(
        table,
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("writes", sa.Boolean(), nullable=False),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        _now("due"),
        sa.Column("claimed_by", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"], ["tag_list.id"], name=op.f(f"fk_{table}_list_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("list_id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_due"), table, ["due"])


def _now(name: str) -> sa.Column[object]:
    return sa.Column(
        name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
    )
