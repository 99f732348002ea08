"""People's words on a post's stars and description."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint(op.f("ck_post_verdict_about"), "post_verdict")
    op.create_check_constraint(
        op.f("ck_post_verdict_about"),
        "post_verdict",
        "about in ('rating', 'parent', 'source', 'stars', 'description', 'trash', 'reviewed')",
    )
