"""What came of a run; and whom a person wants to be asked about everything again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("job_run", sa.Column("report", sa.Text(), nullable=True))
    op.add_column("service", sa.Column("again_before", sa.DateTime(timezone=True), nullable=True))
