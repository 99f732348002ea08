"""The ground floor: posts, locations, tags, claims, verdicts, the feed, accounts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from homebooru.db.feeding import CANNOT_FOLLOW, feed_by
from homebooru.db.tables.feed import Xid8

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

FED_BY = {
    "post": ("id", "*"),
    "claim": ("post_id", "*"),
    "verdict": ("post_id", "*"),
    "post_verdict": ("post_id", "*"),
    "location": (
        "post_id",
        "id, post_id, kind, root_id, path, name, folder, size, mtime_ns, missing_since",
    ),
}


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("is_admin", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("rating_ceiling", sa.CHAR(length=1), server_default="e", nullable=False),
        sa.Column("unrated_as", sa.CHAR(length=1), server_default="e", nullable=False),
        sa.Column("root_ids", postgresql.ARRAY(sa.Integer()), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "rating_ceiling in ('g', 's', 'q', 'e')", name=op.f("ck_account_rating_ceiling")
        ),
        sa.CheckConstraint(
            "unrated_as in ('g', 's', 'q', 'e')", name=op.f("ck_account_unrated_as")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
    )
    op.create_index(
        "uq_account_name_lower", "account", [sa.literal_column("lower(name)")], unique=True
    )
    op.create_table(
        "feed_reader",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column(
            "heartbeat_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_reader")),
    )
    op.create_table(
        "library",
        sa.Column("id", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("uuid", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("feed_horizon", Xid8(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_library_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library")),
    )
    op.create_table(
        "login_failure",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column(
            "failed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_failure")),
    )
    op.create_index(op.f("ix_login_failure_address"), "login_failure", ["address"], unique=False)
    op.create_index(op.f("ix_login_failure_name"), "login_failure", ["name"], unique=False)
    op.create_table(
        "post",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", postgresql.BYTEA(), nullable=True),
        sa.Column("md5", postgresql.BYTEA(), nullable=True),
        sa.Column("sha1", postgresql.BYTEA(), nullable=True),
        sa.Column("pixel_digest", postgresql.BYTEA(), nullable=True),
        sa.Column("mime", sa.Text(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("duration", sa.Double(), nullable=True),
        sa.Column("frames", sa.Integer(), nullable=True),
        sa.Column("has_sound", sa.Boolean(), nullable=True),
        sa.Column("phash", sa.BigInteger(), nullable=True),
        sa.Column("thumbhash", postgresql.BYTEA(), nullable=True),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=True),
        sa.Column("damaged", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("tag_ids", postgresql.ARRAY(sa.Integer()), server_default="{}", nullable=False),
        sa.Column("general_count", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("artist_count", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("copyright_count", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("character_count", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("species_count", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("meta_count", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("lore_count", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("rating", sa.CHAR(length=1), nullable=True),
        sa.Column("rating_by", sa.Text(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("stars", sa.SmallInteger(), nullable=True),
        sa.Column("sources", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("missing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trashed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("rating in ('g', 's', 'q', 'e')", name=op.f("ck_post_rating")),
        sa.CheckConstraint(
            "state in ('pending', 'ready', 'unreadable')", name=op.f("ck_post_state")
        ),
        sa.CheckConstraint("stars between 1 and 5", name=op.f("ck_post_stars")),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["post.id"], name=op.f("fk_post_parent_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
        sa.UniqueConstraint("sha256", name=op.f("uq_post_sha256")),
    )
    op.create_index(op.f("ix_post_dated_at"), "post", ["dated_at"], unique=False)
    op.create_index(op.f("ix_post_md5"), "post", ["md5"], unique=False)
    op.create_index(
        "ix_post_out_of_sight",
        "post",
        ["id"],
        unique=False,
        postgresql_where=sa.text("missing_since is not null or trashed_at is not null"),
    )
    op.create_index(op.f("ix_post_parent_id"), "post", ["parent_id"], unique=False)
    op.create_index(op.f("ix_post_sha1"), "post", ["sha1"], unique=False)
    op.create_index("ix_post_tag_ids", "post", ["tag_ids"], unique=False, postgresql_using="gin")
    op.create_table(
        "post_change",
        sa.Column("xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("xid", "post_id", name=op.f("pk_post_change")),
    )
    op.create_table(
        "retag_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tag_ids", postgresql.ARRAY(sa.Integer()), nullable=True),
        sa.Column("next_post_id", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retag_order")),
    )
    op.create_table(
        "root",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("path", postgresql.BYTEA(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="new", nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=True),
        sa.Column("gone_confirmed", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("watched_by", sa.Integer(), nullable=True),
        sa.Column("watch_reason", sa.Text(), nullable=True),
        sa.Column("last_scan_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_scan_found", sa.Integer(), nullable=True),
        sa.Column("last_scan_seconds", sa.Double(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "state in ('new', 'online', 'offline', 'removed')", name=op.f("ck_root_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_root")),
        sa.UniqueConstraint("path", name=op.f("uq_root_path")),
    )
    op.create_table(
        "setting",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
    )
    op.create_table(
        "tag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("category", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("category_by", sa.Text(), nullable=True),
        sa.Column("count", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
        sa.UniqueConstraint("name", name=op.f("uq_tag_name")),
    )
    op.create_table(
        "tag_count_delta",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.Column("delta", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag_count_delta")),
    )
    op.create_table(
        "worker",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column(
            "started_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker")),
    )
    op.create_table(
        "api_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("key_hash", postgresql.BYTEA(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_api_key_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_api_key_key_hash")),
    )
    op.create_index(op.f("ix_api_key_account_id"), "api_key", ["account_id"], unique=False)
    op.create_table(
        "claim",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("tag_ids", postgresql.ARRAY(sa.Integer()), server_default="{}", nullable=False),
        sa.Column("confidences", postgresql.ARRAY(sa.REAL()), nullable=True),
        sa.Column("rating", sa.CHAR(length=1), nullable=True),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("sources", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("md5", sa.Text(), nullable=True),
        sa.Column("remote_ids", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("stars", sa.SmallInteger(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "claimed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_claim_post_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", "source", name=op.f("pk_claim")),
    )
    op.create_index(
        "ix_claim_guessed_tag_ids",
        "claim",
        ["tag_ids"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("confidences is not null"),
    )
    op.create_index(
        "ix_claim_md5",
        "claim",
        ["md5"],
        unique=False,
        postgresql_where=sa.text("md5 is not null"),
    )
    op.create_table(
        "former_digest",
        sa.Column("sha256", postgresql.BYTEA(), nullable=False),
        sa.Column("md5", postgresql.BYTEA(), nullable=True),
        sa.Column("sha1", postgresql.BYTEA(), nullable=True),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column(
            "until", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_former_digest_post_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_former_digest")),
    )
    op.create_index(op.f("ix_former_digest_md5"), "former_digest", ["md5"], unique=False)
    op.create_index(op.f("ix_former_digest_post_id"), "former_digest", ["post_id"], unique=False)
    op.create_index(op.f("ix_former_digest_sha1"), "former_digest", ["sha1"], unique=False)
    op.create_table(
        "intake",
        sa.Column("root_id", sa.Integer(), nullable=False),
        sa.Column("path", postgresql.BYTEA(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=False),
        sa.Column("sidecars", postgresql.BYTEA(), server_default="", nullable=False),
        sa.Column("words_only", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("touched_ns", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("unread", sa.Boolean(), server_default="false", nullable=False),
        sa.Column(
            "due", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("claimed_by", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["root_id"], ["root.id"], name=op.f("fk_intake_root_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("root_id", "path", name=op.f("pk_intake")),
    )
    op.create_index(op.f("ix_intake_due"), "intake", ["due"], unique=False)
    op.create_index(
        "ix_intake_size",
        "intake",
        ["size"],
        unique=False,
        postgresql_where=sa.text("not words_only"),
    )
    op.create_table(
        "location",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="folder", nullable=False),
        sa.Column("root_id", sa.Integer(), nullable=True),
        sa.Column("path", postgresql.BYTEA(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=False),
        sa.Column("sha256", postgresql.BYTEA(), nullable=True),
        sa.Column("sidecars", postgresql.BYTEA(), server_default="", nullable=False),
        sa.Column(
            "seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("missing_since", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_location_post_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["root_id"], ["root.id"], name=op.f("fk_location_root_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_location")),
        sa.UniqueConstraint(
            "root_id", "path", "post_id", name=op.f("uq_location_root_id_path_post_id")
        ),
    )
    op.create_index(
        "uq_location_present",
        "location",
        ["root_id", "path"],
        unique=True,
        postgresql_where=sa.text("missing_since is null"),
    )
    op.create_index(op.f("ix_location_folder"), "location", ["folder"], unique=False)
    op.create_index(op.f("ix_location_post_id"), "location", ["post_id"], unique=False)
    op.create_index(op.f("ix_location_root_id"), "location", ["root_id"], unique=False)
    op.create_table(
        "post_verdict",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column(
            "made_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "about in ('rating', 'parent', 'source')", name=op.f("ck_post_verdict_about")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_post_verdict_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_post_verdict_post_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", "about", name=op.f("pk_post_verdict")),
    )
    op.create_table(
        "preparation",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column(
            "due", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("claimed_by", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_preparation_post_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_preparation")),
    )
    op.create_index(op.f("ix_preparation_due"), "preparation", ["due"], unique=False)
    op.create_table(
        "problem",
        sa.Column("root_id", sa.Integer(), nullable=False),
        sa.Column("picture", postgresql.BYTEA(), server_default="", nullable=False),
        sa.Column("path", postgresql.BYTEA(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "noticed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["root_id"], ["root.id"], name=op.f("fk_problem_root_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("root_id", "picture", "path", name=op.f("pk_problem")),
    )
    op.create_table(
        "scan_request",
        sa.Column("root_id", sa.Integer(), nullable=False),
        sa.Column("folder", postgresql.BYTEA(), nullable=False),
        sa.Column(
            "due", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("claimed_by", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["root_id"], ["root.id"], name=op.f("fk_scan_request_root_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("root_id", "folder", name=op.f("pk_scan_request")),
    )
    op.create_index(op.f("ix_scan_request_due"), "scan_request", ["due"], unique=False)
    op.create_table(
        "tag_alias",
        sa.Column("antecedent_id", sa.Integer(), nullable=False),
        sa.Column("consequent_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["antecedent_id"],
            ["tag.id"],
            name=op.f("fk_tag_alias_antecedent_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["consequent_id"],
            ["tag.id"],
            name=op.f("fk_tag_alias_consequent_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("antecedent_id", name=op.f("pk_tag_alias")),
    )
    op.create_index(
        op.f("ix_tag_alias_consequent_id"), "tag_alias", ["consequent_id"], unique=False
    )
    op.create_table(
        "tag_implication",
        sa.Column("antecedent_id", sa.Integer(), nullable=False),
        sa.Column("consequent_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["antecedent_id"],
            ["tag.id"],
            name=op.f("fk_tag_implication_antecedent_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["consequent_id"],
            ["tag.id"],
            name=op.f("fk_tag_implication_consequent_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("antecedent_id", "consequent_id", name=op.f("pk_tag_implication")),
    )
    op.create_index(
        op.f("ix_tag_implication_consequent_id"), "tag_implication", ["consequent_id"], unique=False
    )
    op.create_table(
        "verdict",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.Column("yes", sa.Boolean(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column(
            "made_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_verdict_account_id")),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_verdict_post_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tag_id"], ["tag.id"], name=op.f("fk_verdict_tag_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", "tag_id", name=op.f("pk_verdict")),
    )
    op.create_index(op.f("ix_verdict_tag_id"), "verdict", ["tag_id"], unique=False)
    op.create_table(
        "web_session",
        sa.Column("token_hash", postgresql.BYTEA(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_web_session_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_web_session")),
    )
    op.create_index(op.f("ix_web_session_account_id"), "web_session", ["account_id"], unique=False)
    op.create_table(
        "statement",
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("said", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["location.id"],
            name=op.f("fk_statement_location_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("location_id", "source", name=op.f("pk_statement")),
    )
    op.execute(CANNOT_FOLLOW)
    for table, (post, read) in FED_BY.items():
        for statement in feed_by(table, post, read):
            op.execute(statement)
    op.execute("insert into library default values")
    op.execute("insert into account (is_admin) values (true)")
