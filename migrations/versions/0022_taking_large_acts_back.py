"""Acts of the vocabulary that a job takes back, because they changed too much for one page."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

TABLE = "vocabulary_undo"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("act_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("revert_id", sa.Integer(), nullable=True),
        sa.Column("place", sa.BigInteger(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "due", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("claimed_by", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["act_id"], ["vocabulary_act.id"], name=op.f(f"fk_{TABLE}_act_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f(f"fk_{TABLE}_account_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["revert_id"],
            ["vocabulary_act.id"],
            name=op.f(f"fk_{TABLE}_revert_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("act_id", name=op.f(f"pk_{TABLE}")),
    )
    op.create_index(op.f(f"ix_{TABLE}_due"), TABLE, ["due"])
