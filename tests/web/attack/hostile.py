"""A house in which nobody has a name: in its place stands what an attacker would write."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from tests.filled import fill

# Ends what it may stand in, makes an element, and has scripts run wherever a page believes it.
CANARY = "\"'><canary-mark/><img/src=x/onerror=canary()><script>canary()</script>{{7*7}}"
TEXTS = """
    select c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
    from pg_attribute a join pg_class c on c.oid = a.attrelid
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0
      and not a.attisdropped and format_type(a.atttypid, a.atttypmod) in ('text', 'text[]', 'jsonb')
      and c.relname not like 'procrastinate%' and c.relname <> 'alembic_version'
    order by 1, 2
"""
# Columns that nobody writes but we: kinds, and names of parts of the program.
OURS = {
    "account": {"mirrors", "password_hash"},
    "album_view": {"stamp"},
    "api_key": {"prefix", "scopes"},
    "asked_picture": {"key", "mime", "space"},
    "asset_wish": {"thing"},
    "claim": {"md5", "parent", "source"},
    "duplicate_decision": {"advice", "carried", "kind", "rule"},
    "duplicate_pair": {"kind"},
    "duplicate_rule": {"comparison"},
    "edit": {"changes", "via"},
    "edit_batch": {"via"},
    "embedding_order": {"space"},
    "embedding_space": {"name", "vectors"},
    "embedding_text": {"space"},
    "feed_reader": {"name", "snapshot"},
    "immich_user": {"permissions"},
    "job_run": {"name"},
    "job_schedule": {"name"},
    "location": {"kind"},
    "login_failure": {"name"},
    "mirror": {"visibilities"},
    "model_curve": {"source"},
    "model_tag": {"source"},
    "original": {"source"},
    "post": {"mime", "rating_by"},
    "post_verdict": {"value"},
    "problem": {"part"},
    "record": {"source"},
    "review_answer": {"about", "choice", "queue"},
    "review_batch": {"queue"},
    "service": {"name", "quotas"},
    "setting": {"name", "value"},
    "statement": {"source"},
    "tag": {"category_by"},
    "tag_alias": {"made_by"},
    "tag_implication": {"made_by"},
    "tag_link_refusal": {"matter"},
    "tag_list": {"brought", "foretold", "kind"},
    "tuning": {"after", "before"},
    "vocabulary_act": {"kind", "via"},
    "vocabulary_change": {"matter"},
    "vocabulary_undo": {"via"},
}  # fmt: skip


def occupy(url: str) -> set[str]:
    """Give every table a row, and write the canary wherever a text is kept; return where."""
    with psycopg.connect(url) as connection:
        fill(connection)
        connection.execute("delete from embedding_space")  # it names a table of its own
        connection.execute("update duplicate_rule set comparison = 'larger'")
        connection.execute("update api_key set scopes = '{read}' where scopes = '{}'")
        columns = connection.execute(TEXTS).fetchall()
        return {
            f"{table}.{column}"
            for table, column, kind in columns
            if column not in OURS.get(table, ()) and _overwrite(connection, table, column, kind)
        }


def _overwrite(connection: psycopg.Connection, table: str, column: str, kind: str) -> bool:
    """Write the canary into a column; a database that checks what stands there keeps its own."""
    values = {
        "text": sql.SQL("{} || ctid").format(CANARY),
        "text[]": sql.SQL("array[{}]").format(CANARY),
    }
    names = {"table": sql.Identifier(table), "column": sql.Identifier(column)}
    try:
        with connection.transaction():
            if kind == "jsonb":
                return _overwrite_json(connection, names)
            wish = sql.SQL("update {table} set {column} = {value}")
            done = connection.execute(wish.format(**names, value=values[kind]))
            return done.rowcount > 0
    except psycopg.IntegrityError:
        return False


def _overwrite_json(connection: psycopg.Connection, names: dict[str, sql.Identifier]) -> bool:
    found = connection.execute(
        sql.SQL("select ctid, {column} from {table} where {column} is not null").format(**names)
    ).fetchall()
    for place, document in found:
        wish = sql.SQL("update {table} set {column} = {value} where ctid = {place}")
        connection.execute(wish.format(**names, value=Jsonb(_hostile(document)), place=place))
    return bool(found)


def _hostile(document: Any) -> Any:
    """Return a document with the canary for each text in it."""
    if isinstance(document, str):
        return CANARY
    if isinstance(document, dict):
        return {key: _hostile(value) for key, value in document.items()}
    return [_hostile(each) for each in document] if isinstance(document, list) else document
