"""How a table feeds search: the statements of its triggers, for migrations.

Migrations that ran long ago made their triggers with these words; whoever changes them writes a
migration that makes the triggers anew.
"""

from __future__ import annotations

CANNOT_FOLLOW = """
create function feed_cannot_follow() returns trigger language plpgsql as $$
begin
    raise exception 'truncating % would pass unseen by search; delete its rows instead',
        tg_table_name;
end $$
"""

FUNCTIONS = """
create function feed_{table}_insert() returns trigger language plpgsql as $$
begin
    insert into {feed} select distinct {post} from new_rows on conflict do nothing;
    return null;
end $$;
create function feed_{table}_delete() returns trigger language plpgsql as $$
begin
    insert into {feed} select distinct {post} from old_rows on conflict do nothing;
    return null;
end $$;
create function feed_{table}_update() returns trigger language plpgsql as $$
begin
    insert into {feed} select distinct {post} from (
        (select {read} from new_rows except select {read} from old_rows)
        union all
        (select {read} from old_rows except select {read} from new_rows)
    ) as changed on conflict do nothing;
    return null;
end $$;
"""

TRIGGERS = """
create trigger feed_insert after insert on {table} referencing new table as new_rows
    for each statement execute function feed_{table}_insert();
create trigger feed_update after update on {table}
    referencing old table as old_rows new table as new_rows
    for each statement execute function feed_{table}_update();
create trigger feed_delete after delete on {table} referencing old table as old_rows
    for each statement execute function feed_{table}_delete();
create trigger feed_truncate before truncate on {table}
    for each statement execute function feed_cannot_follow();
"""


def feed_by(
    table: str, post: str = "post_id", read: str = "*", feed: str = "post_change (post_id)"
) -> tuple[str, ...]:
    """Return the statements that let changes of a table be seen by search.

    `post` is its column that names the post, or whatever the `feed` is of (where only a part of a
    post changes, that one's number stands behind it), `read` what of a row
    search reads: a change of anything else (when a file was last seen) is no news.
    """
    return (
        FUNCTIONS.format(table=table, post=post, read=read, feed=feed),
        TRIGGERS.format(table=table),
    )
