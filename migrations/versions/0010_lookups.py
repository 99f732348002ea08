"""What others were asked about posts, and how the services that are asked are doing."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _keep_services()
    _keep_records()


def _keep_services() -> None:
    op.create_table(
        "service",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("fixed", sa.Boolean(), nullable=True),
        sa.Column("listed_to", sa.Integer(), server_default="0", nullable=False),
        sa.Column("list_until", sa.Integer(), server_default="0", nullable=False),
        _now("next_at"),
        sa.Column("closed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "failure in ('limited', 'unavailable', 'refused', 'changed')",
            name=op.f("ck_service_failure"),
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_service")),
    )


def _keep_records() -> None:
    op.create_table(
        "record",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        _now("due"),
        sa.Column("claimed_by", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("remote_id", sa.Text(), nullable=True),
        sa.Column("answer", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "outcome in ('hit', 'miss', 'hidden', 'limited', 'refused', 'changed', 'unavailable')",
            name=op.f("ck_record_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_record_post_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", "source", name=op.f("pk_record")),
    )
    op.create_index("ix_record_source_due", "record", ["source", "due"])
    op.create_index(
        "ix_record_claimed_by",
        "record",
        ["claimed_by"],
        postgresql_where=sa.text("claimed_by is not null"),
    )
    op.create_index(
        "ix_record_remote_id",
        "record",
        ["source", "remote_id"],
        postgresql_where=sa.text("remote_id is not null"),
    )


def _now(name: str) -> sa.Column[datetime]:
    now = sa.text("now()")
    return sa.Column(name, sa.DateTime(timezone=True), server_default=now, nullable=False)
