"""When a post last changed: its tags, its rating, its origin, or the picture itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TOLD = ("sha256", "tag_ids", "rating", "sources", "parent_id", "description", "stars", "trashed_at")
NOTE = """
create function note_change() returns trigger language plpgsql as $$
begin
    new.changed_at := now();
    return new;
end $$
"""
TRIGGER = f"""
create trigger note_change before update of {", ".join(TOLD)} on post for each row
when ({" or ".join(f"old.{name} is distinct from new.{name}" for name in TOLD)})
execute function note_change()
"""


def upgrade() -> None:
    op.add_column("post", sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(NOTE)
    op.execute(TRIGGER)
