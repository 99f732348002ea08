"""A mirror of Immich: what it says of assets, and how far each user's are known."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_tables()
    _let_posts_lie_in_immich()
    _let_assets_say_more()
    _make_links()


def _make_tables() -> None:
    op.create_table(
        "mirror",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("visibilities", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("watermark", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled", sa.DateTime(timezone=True), nullable=True),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("census_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("census_due", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("brake", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("owner_id", name=op.f("pk_mirror")),
    )
    op.create_table(
        "album_view",
        sa.Column("album_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("stamp", sa.Text(), server_default="", nullable=False),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["album_id"], ["album.id"], name=op.f("fk_album_view_album_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["mirror.owner_id"],
            name=op.f("fk_album_view_owner_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("album_id", "owner_id", name=op.f("pk_album_view")),
    )
    op.create_table(
        "picture_order",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("bytes_wanted", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column(
            "due", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("claimed_by", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_picture_order_post_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_picture_order")),
    )
    op.create_index(op.f("ix_picture_order_due"), "picture_order", ["due"])
    op.create_table(
        "remote_tag",
        sa.Column("remote_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["mirror.owner_id"],
            name=op.f("fk_remote_tag_owner_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("remote_id", name=op.f("pk_remote_tag")),
    )
    op.create_index(op.f("ix_remote_tag_owner_id"), "remote_tag", ["owner_id"])
    op.create_table(
        "tag_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("post_ids", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column(
            "made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("answer in ('reject', 'keep')", name=op.f("ck_tag_question_answer")),
        sa.CheckConstraint("kind in ('gone', 'taken')", name=op.f("ck_tag_question_kind")),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["mirror.owner_id"],
            name=op.f("fk_tag_question_owner_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tag_id"], ["tag.id"], name=op.f("fk_tag_question_tag_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag_question")),
    )
    op.create_index(op.f("ix_tag_question_owner_id"), "tag_question", ["owner_id"])


def _make_links() -> None:
    op.create_table(
        "album_asset",
        sa.Column("album_id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["album_id"], ["album.id"], name=op.f("fk_album_asset_album_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["asset_id"], ["asset.id"], name=op.f("fk_album_asset_asset_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("album_id", "asset_id", name=op.f("pk_album_asset")),
    )
    op.create_index(op.f("ix_album_asset_asset_id"), "album_asset", ["asset_id"])


def _let_assets_say_more() -> None:
    op.add_column("asset", sa.Column("owner_id", sa.Uuid(), nullable=True))
    op.add_column(
        "asset", sa.Column("is_offline", sa.Boolean(), server_default="false", nullable=False)
    )
    op.add_column("asset", sa.Column("library_id", sa.Uuid(), nullable=True))
    op.add_column("asset", sa.Column("path", sa.Text(), server_default="", nullable=False))
    op.add_column("asset", sa.Column("checksum", postgresql.BYTEA(), nullable=True))
    op.add_column("asset", sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("asset", sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("asset", sa.Column("stars", sa.SmallInteger(), nullable=True))
    op.add_column("asset", sa.Column("description", sa.Text(), nullable=True))
    op.add_column(
        "asset", sa.Column("exif", postgresql.JSONB(), server_default="{}", nullable=False)
    )
    op.add_column("asset", sa.Column("stack_id", sa.Uuid(), nullable=True))
    op.add_column(
        "asset",
        sa.Column("tag_ids", postgresql.ARRAY(sa.Uuid()), server_default="{}", nullable=False),
    )
    op.add_column(
        "asset",
        sa.Column("person_ids", postgresql.ARRAY(sa.Uuid()), server_default="{}", nullable=False),
    )
    op.add_column("asset", sa.Column("doubted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_asset_checksum"), "asset", ["checksum"])
    op.create_index(op.f("ix_asset_owner_id"), "asset", ["owner_id"])
    op.create_index("ix_asset_person_ids", "asset", ["person_ids"], postgresql_using="gin")
    op.create_index(op.f("ix_asset_stack_id"), "asset", ["stack_id"])
    op.create_index("ix_asset_tag_ids", "asset", ["tag_ids"], postgresql_using="gin")
    op.create_index(op.f("ix_asset_updated_at"), "asset", ["updated_at"])
    op.create_foreign_key(
        op.f("fk_asset_owner_id"), "asset", "mirror", ["owner_id"], ["owner_id"], ondelete="CASCADE"
    )


def _let_posts_lie_in_immich() -> None:
    op.add_column("location", sa.Column("asset_id", sa.Integer(), nullable=True))
    op.create_unique_constraint(op.f("uq_location_asset_id"), "location", ["asset_id"])
    op.create_foreign_key(
        op.f("fk_location_asset_id"), "location", "asset", ["asset_id"], ["id"], ondelete="CASCADE"
    )
    op.add_column("person", sa.Column("owner_id", sa.Uuid(), nullable=True))
    op.add_column(
        "person", sa.Column("listed", sa.Boolean(), server_default="false", nullable=False)
    )
    op.create_index(op.f("ix_person_owner_id"), "person", ["owner_id"])
    op.create_foreign_key(
        op.f("fk_person_owner_id"),
        "person",
        "mirror",
        ["owner_id"],
        ["owner_id"],
        ondelete="CASCADE",
    )
    op.add_column("post", sa.Column("picture_key", postgresql.BYTEA(), nullable=True))
    op.create_index(op.f("ix_post_picture_key"), "post", ["picture_key"])
