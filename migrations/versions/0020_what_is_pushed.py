"""What we write at Immich, and what is ours there; more of what goes to other programs is a choice."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TEXTS = postgresql.ARRAY(sa.Text())

# Whoever wrote sidecars before goes on writing what people said, and all general tags.
AS_BEFORE = """
insert into setting (name, value)
select 'sidecars', '{"people": true, "general": 0}'::jsonb
where exists (select from root where sidecars = 'on')
    or exists (select from setting where name = 'sidecars')
on conflict (name) do update set value = excluded.value || setting.value
"""


def upgrade() -> None:
    op.execute(AS_BEFORE)
    op.create_table(
        "push",
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="due", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        *(
            sa.Column(name, TEXTS, server_default="{}", nullable=False)
            for name in ("wanted", "agreed", "pending", "gone", "barred", "kept", "seen")
        ),
        sa.Column("facts", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("tries", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("stamp", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("channel in ('api', 'sidecar')", name=op.f("ck_push_channel")),
        sa.CheckConstraint(
            "state in ('due', 'applied', 'verified', 'failed')", name=op.f("ck_push_state")
        ),
        of_asset("push"),
        sa.PrimaryKeyConstraint("asset_id", name=op.f("pk_push")),
    )
    op.create_index("ix_push_state", "push", ["state", "reason"])
    op.create_table(
        "push_order",
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("wish", sa.Text(), server_default="write", nullable=False),
        sa.Column(
            "due", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("claimed_by", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("wish in ('write', 'again', 'undo')", name=op.f("ck_push_order_wish")),
        of_asset("push_order"),
        sa.PrimaryKeyConstraint("asset_id", name=op.f("pk_push_order")),
    )
    op.create_index(op.f("ix_push_order_due"), "push_order", ["due"])
    op.create_table(
        "push_tag",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("remote_id", sa.Uuid(), nullable=False),
        sa.Column("made", sa.Boolean(), nullable=False),
        sa.Column(
            "made_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("owner_id", "value", name=op.f("pk_push_tag")),
    )
    op.create_table(
        "push_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "began_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_run")),
    )
    op.create_table(
        "push_act",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("added", TEXTS, server_default="{}", nullable=False),
        sa.Column("removed", TEXTS, server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["push_run.id"], name=op.f("fk_push_act_run_id"), ondelete="CASCADE"
        ),
        of_asset("push_act"),
        sa.PrimaryKeyConstraint("run_id", "asset_id", name=op.f("pk_push_act")),
    )
    op.create_index(op.f("ix_push_act_asset_id"), "push_act", ["asset_id"])


def of_asset(table: str) -> sa.ForeignKeyConstraint:
    """Let the rows of a table go with their asset."""
    return sa.ForeignKeyConstraint(
        ["asset_id"], ["asset.id"], name=op.f(f"fk_{table}_asset_id"), ondelete="CASCADE"
    )
