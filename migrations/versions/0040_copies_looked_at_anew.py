"""Posts of pairs that nobody decided about look anew: faint pictures and frames are told apart now."""

from __future__ import annotations

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

ORDER = """
insert into duplicate_order (post_id)
select one_id from duplicate_pair where decision_id is null
union select other_id from duplicate_pair where decision_id is null
on conflict do nothing
"""


def upgrade() -> None:
    op.execute(ORDER)
