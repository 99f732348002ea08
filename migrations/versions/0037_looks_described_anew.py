"""Describe what pictures look like anew: the numbers of before serve until all are described."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import HALFVEC

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

LOOKS, BEFORE = "embedding_look", "embedding_look_before"
KEEP = """
insert into embedding_space (name, vectors, version, dimensions, reads)
select 'look-before', 'embedding_look_before', '1', 128, false
where exists (select from embedding_look_before)
"""
DROP_EMPTY = """
do $$ begin
    if not exists (select from embedding_look_before) then
        drop table embedding_look_before;
    end if;
end $$
"""
DESCRIBE_ALL = """
insert into look_order (post_id) select id from post where state = 'ready' on conflict do nothing
"""


def upgrade() -> None:
    op.rename_table(LOOKS, BEFORE)
    op.execute(f"alter index ix_{LOOKS}_vector rename to ix_{BEFORE}")
    op.execute(f"alter table {BEFORE} rename constraint pk_{LOOKS} to pk_{BEFORE}")
    op.execute(f"alter table {BEFORE} rename constraint fk_{LOOKS}_post_id to fk_{BEFORE}_post_id")
    op.create_table(
        LOOKS,
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("vector", HALFVEC(128), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f(f"fk_{LOOKS}_post_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", name=op.f(f"pk_{LOOKS}")),
    )
    op.create_index(
        f"ix_{LOOKS}_vector",
        LOOKS,
        ["vector"],
        postgresql_using="hnsw",
        postgresql_ops={"vector": "halfvec_cosine_ops"},
    )
    op.execute(KEEP)
    op.execute(DROP_EMPTY)
    op.execute(DESCRIBE_ALL)
