"""The feed tells where only albums, people or Immich's state changed, and leaves out what no search reads."""

from __future__ import annotations

from alembic import op

from homebooru.db.feeding import feed_by
from homebooru.db.tables.feed import Part

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _feed_anew("album_post", Part.ALBUMS)
    _feed_anew("person_post", Part.PEOPLE)
    _feed_anew("asset", Part.MIRRORED, "post_id, visibility, is_favourite, is_trashed")
    _feed_anew("verdict", Part.WHOLE, "post_id, tag_id, yes")
    _feed_anew("post_verdict", Part.WHOLE, "post_id, about")


def _feed_anew(table: str, part: Part, read: str = "*") -> None:
    op.execute(f"drop trigger feed_truncate on {table}")
    for act in ("insert", "update", "delete"):
        op.execute(f"drop function feed_{table}_{act} cascade")  # with its trigger
    for statement in feed_by(table, f"post_id, {part:d}", read, "post_change (post_id, part)"):
        op.execute(statement)
