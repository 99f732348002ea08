"""What searches ask for: what is not settled about posts, and where they lie in Immich."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from homebooru.db.feeding import feed_by

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "post",
        sa.Column(
            "suggestion_ids", postgresql.ARRAY(sa.Integer()), server_default="{}", nullable=False
        ),
    )
    op.add_column("post", sa.Column("surety", sa.SmallInteger(), nullable=True))
    op.add_column(
        "post", sa.Column("disagrees", sa.Boolean(), server_default="false", nullable=False)
    )
    # the new columns follow from what is said, which a worker works out for what is there
    op.execute(
        "insert into retag_order (reason) select 'how sure tags are is kept now' "
        "where exists (select from post)"
    )
    _create_named("album")
    _create_named("person", server_default="")
    op.create_table(
        "asset",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("remote_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("visibility", sa.Text(), server_default="timeline", nullable=False),
        sa.Column("is_favourite", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("is_trashed", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint(
            "visibility in ('timeline', 'archive', 'hidden', 'locked')",
            name=op.f("ck_asset_visibility"),
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_asset_post_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset")),
        sa.UniqueConstraint("remote_id", name=op.f("uq_asset_remote_id")),
    )
    op.create_index(op.f("ix_asset_post_id"), "asset", ["post_id"], unique=False)
    for table in ("album_post", "person_post", "asset"):
        for statement in feed_by(table):
            op.execute(statement)


def _create_named(table: str, server_default: str | None = None) -> None:
    """Create a table of what has a name in Immich, and one of the posts that belong to it."""
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("remote_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), server_default=server_default, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("remote_id", name=op.f(f"uq_{table}_remote_id")),
    )
    links = f"{table}_post"
    op.create_table(
        links,
        sa.Column(f"{table}_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            [f"{table}_id"],
            [f"{table}.id"],
            name=op.f(f"fk_{links}_{table}_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f(f"fk_{links}_post_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(f"{table}_id", "post_id", name=op.f(f"pk_{links}")),
    )
    op.create_index(op.f(f"ix_{links}_post_id"), links, ["post_id"], unique=False)
