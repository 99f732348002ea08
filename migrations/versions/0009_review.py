"""What people answered in the queues of review, what that teaches of models, and who tuned what."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SAY_WHAT_IS_REVIEWED = """
insert into post_verdict (post_id, about, value, made_at)
select id, 'reviewed', 'yes', reviewed_at from post where reviewed_at is not null
"""


def upgrade() -> None:
    op.drop_constraint(op.f("ck_post_verdict_about"), "post_verdict")
    op.create_check_constraint(
        op.f("ck_post_verdict_about"),
        "post_verdict",
        "about in ('rating', 'parent', 'source', 'trash', 'reviewed')",
    )
    op.execute(SAY_WHAT_IS_REVIEWED)
    _keep_tunings()
    _keep_answers()
    _keep_measures()


def _keep_tunings() -> None:
    op.create_table(
        "tuning",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("before", postgresql.JSONB(), nullable=False),
        sa.Column("after", postgresql.JSONB(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        _now("made_at"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_tuning_account_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tuning")),
    )


def _keep_answers() -> None:
    op.create_table(
        "review_batch",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("items", postgresql.ARRAY(sa.Text()), nullable=False),
        _now("made_at"),
        _cascade("review_batch", "account"),
        sa.PrimaryKeyConstraint("account_id", "queue", name=op.f("pk_review_batch")),
    )
    op.create_table(
        "review_answer",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("choice", sa.Text(), nullable=False),
        sa.Column("edit_id", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        _cascade("review_answer", "account"),
        _cascade("review_answer", "post"),
        sa.PrimaryKeyConstraint(
            "account_id", "queue", "post_id", "about", name=op.f("pk_review_answer")
        ),
    )
    op.create_index(op.f("ix_review_answer_post_id"), "review_answer", ["post_id"])
    op.create_index(
        "ix_review_answer_account_id_queue_made_at",
        "review_answer",
        ["account_id", "queue", "made_at"],
    )


def _keep_measures() -> None:
    op.create_table(
        "model_curve",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("category", sa.SmallInteger(), nullable=False),
        sa.Column("bucket", sa.SmallInteger(), nullable=False),
        *_numbers("right", "wrong"),
        sa.PrimaryKeyConstraint("source", "category", "bucket", name=op.f("pk_model_curve")),
    )
    op.create_table(
        "model_tag",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        *_numbers("right", "wrong", "sure_right", "sure_wrong"),
        _cascade("model_tag", "tag"),
        sa.PrimaryKeyConstraint("source", "tag_id", name=op.f("pk_model_tag")),
    )
    op.create_index(op.f("ix_model_tag_tag_id"), "model_tag", ["tag_id"])


def _now(name: str) -> sa.Column[datetime]:
    now = sa.text("now()")
    return sa.Column(name, sa.DateTime(timezone=True), server_default=now, nullable=False)


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def _cascade(table: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{other}_id")
    return sa.ForeignKeyConstraint([f"{other}_id"], [f"{other}.id"], name=name, ondelete="CASCADE")
