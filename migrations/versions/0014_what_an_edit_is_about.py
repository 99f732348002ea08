"""Finding the edits of a rare tag without walking the whole history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_edit_abouts",
        "edit",
        [sa.literal_column("jsonb_path_query_array(changes, '$[*][0]'::jsonpath)").label("abouts")],
        postgresql_using="gin",
        postgresql_ops={"abouts": "jsonb_path_ops"},
    )
