"""Finding the posts whose parent on another site has come."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_claim_parent",
        "claim",
        ["parent"],
        postgresql_where=sa.text("parent is not null"),
    )
