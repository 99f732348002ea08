"""Why a push broke off: it ends with its reason."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("push_run", sa.Column("reason", sa.Text(), nullable=True))
