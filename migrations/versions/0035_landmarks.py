"""Pictures find each other by landmarks, too; all look for their copies once more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

NUMBERS = postgresql.ARRAY(sa.Integer())


def upgrade() -> None:
    for name in ("light", "brightest", "mirrored"):
        op.add_column("fingerprint", sa.Column(name, sa.BigInteger(), nullable=True))
    for name in ("asked", "words"):
        op.add_column("fingerprint", sa.Column(name, NUMBERS, server_default="{}", nullable=False))
    op.add_column(
        "fingerprint", sa.Column("places", postgresql.BYTEA(), server_default="", nullable=False)
    )
    op.drop_index("ix_fingerprint_pieces", table_name="fingerprint")
    for column in ("pieces", "words"):
        op.create_index(
            f"ix_fingerprint_{column}",
            "fingerprint",
            [column],
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        )
    op.execute(
        "insert into duplicate_order (post_id) select id from post where state = 'ready'"
        " on conflict do nothing"
    )
