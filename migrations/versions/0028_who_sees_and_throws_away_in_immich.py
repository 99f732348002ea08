"""Immich beside folders: who may see whose pictures, and what is to become of them over there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

READ = "id, post_id, kind, root_id, mirror, path, name, folder, size, mtime_ns, missing_since"
FEED = """
create or replace function feed_location_update() returns trigger language plpgsql as $$
begin
    insert into post_change (post_id) select distinct post_id from (
        (select columns_read from new_rows except select columns_read from old_rows)
        union all
        (select columns_read from old_rows except select columns_read from new_rows)
    ) as changed on conflict do nothing;
    return null;
end $$
""".replace("columns_read", READ)
KNOWN = """
update location set mirror = mirror.number from asset, mirror
where asset.id = location.asset_id and mirror.owner_id = asset.owner_id
"""


def upgrade() -> None:
    op.add_column("mirror", sa.Column("number", sa.Integer(), sa.Identity(), nullable=False))
    op.create_unique_constraint(op.f("uq_mirror_number"), "mirror", ["number"])
    op.add_column(
        "mirror", sa.Column("takes_trash", sa.Boolean(), server_default="false", nullable=False)
    )
    op.add_column(
        "account",
        sa.Column("mirrors", postgresql.ARRAY(sa.Integer()), server_default="{}", nullable=False),
    )
    op.add_column("location", sa.Column("mirror", sa.Integer(), nullable=True))
    op.create_foreign_key(
        op.f("fk_location_mirror"),
        "location",
        "mirror",
        ["mirror"],
        ["number"],
        ondelete="SET NULL",
    )
    op.execute(FEED)
    op.execute(KNOWN)
    _make_wishes()


def _make_wishes() -> None:
    op.create_table(
        "asset_wish",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("remote_id", sa.Uuid(), nullable=False),
        sa.Column("thing", sa.Text(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=True),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), server_default="due", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("ours", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("tries", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column(
            "made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "due", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("claimed_by", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "state in ('due', 'applied', 'verified', 'failed', 'undone', 'gone')",
            name=op.f("ck_asset_wish_state"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["mirror.owner_id"],
            name=op.f("fk_asset_wish_owner_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["asset_id"], ["asset.id"], name=op.f("fk_asset_wish_asset_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_asset_wish_post_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset_wish")),
        sa.UniqueConstraint("remote_id", "thing", name=op.f("uq_asset_wish_remote_id_thing")),
    )
    for column in ("asset_id", "due", "owner_id", "post_id"):
        op.create_index(op.f(f"ix_asset_wish_{column}"), "asset_wish", [column])
