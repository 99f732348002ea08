"""Who said what tags mean, what people refused and wrote of them, and the history of it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _tell_who_links()
    op.create_table(
        "tag_description",
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        _tag("tag_description", "tag_id"),
        sa.PrimaryKeyConstraint("tag_id", name=op.f("pk_tag_description")),
    )
    op.create_table(
        "tag_link_refusal",
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("antecedent_id", sa.Integer(), nullable=False),
        sa.Column("consequent_id", sa.Integer(), nullable=False),
        _tag("tag_link_refusal", "antecedent_id"),
        _tag("tag_link_refusal", "consequent_id"),
        sa.PrimaryKeyConstraint(
            "matter", "antecedent_id", "consequent_id", name=op.f("pk_tag_link_refusal")
        ),
    )
    op.create_index(
        op.f("ix_tag_link_refusal_consequent_id"), "tag_link_refusal", ["consequent_id"]
    )
    _keep_history()


def _tag(table: str, column: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], ["tag.id"], name=name, ondelete="CASCADE")


def _moment(name: str) -> sa.Column[datetime]:
    now = sa.text("now()")
    return sa.Column(name, sa.DateTime(timezone=True), server_default=now, nullable=False)


def _tell_who_links() -> None:
    for table in ("tag_alias", "tag_implication"):
        said = sa.Column("made_by", sa.Text(), server_default="person", nullable=False)
        op.add_column(table, said)
        op.add_column(table, _moment("created_at"))


def _keep_history() -> None:
    op.create_table(
        "vocabulary_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("undoes_id", sa.Integer(), nullable=True),
        _moment("made_at"),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_vocabulary_act_account_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["undoes_id"], ["vocabulary_act.id"], name=op.f("fk_vocabulary_act_undoes_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vocabulary_act")),
    )
    op.create_index(op.f("ix_vocabulary_act_account_id"), "vocabulary_act", ["account_id"])
    op.create_table(
        "vocabulary_change",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Integer(), nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=True),
        sa.Column("before", postgresql.JSONB(), nullable=True),
        sa.Column("after", postgresql.JSONB(), nullable=True),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["vocabulary_act.id"],
            name=op.f("fk_vocabulary_change_act_id"),
            ondelete="CASCADE",
        ),
        _tag("vocabulary_change", "tag_id"),
        _tag("vocabulary_change", "other_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vocabulary_change")),
    )
    op.create_index("ix_vocabulary_change_act_id_id", "vocabulary_change", ["act_id", "id"])
    op.create_index("ix_vocabulary_change_tag_id_id", "vocabulary_change", ["tag_id", "id"])
    op.create_index(
        "ix_vocabulary_change_other_id_id",
        "vocabulary_change",
        ["other_id", "id"],
        postgresql_where=sa.text("other_id is not null"),
    )
