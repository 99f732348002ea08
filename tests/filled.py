"""Puts a row into every table of a schema that nobody told it about, whatever its revision."""

from __future__ import annotations

import re

import psycopg
from psycopg import sql

EMPTY = """
    select c.oid::regclass::text from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
      and c.relname not like 'procrastinate%' and c.relname <> 'alembic_version'
    order by 1
"""
# Columns that must be given, with their types, what they refer to, and what they are checked for.
COLUMNS = """
    select a.attname, format_type(a.atttypid, a.atttypmod),
        (select confrelid::regclass::text from pg_constraint
         where conrelid = a.attrelid and contype = 'f' and conkey = array[a.attnum] limit 1),
        (select pg_get_constraintdef(oid) from pg_constraint
         where conrelid = a.attrelid and contype = 'c' and a.attnum = any (conkey) limit 1)
    from pg_attribute a
    where a.attrelid = %s::regclass and a.attnum > 0 and not a.attisdropped and a.attnotnull
      and not a.atthasdef and a.attidentity = ''
"""
ROWS = {"post": 2}  # so that there are pairs of them
VALUES = {
    "text": "x", "bytea": b"x", "uuid": "00000000-0000-4000-8000-000000000001", "jsonb": "{}",
    "timestamp with time zone": "2024-01-01 00:00:00+00", "boolean": True, "real": 1.0,
    "double precision": 1.0, "xid8": "1", "character(1)": "g",
}  # fmt: skip


def fill(connection: psycopg.Connection) -> dict[str, int]:
    """Give every empty table a row or two; return how many rows each table has."""
    names = [name for (name,) in connection.execute(EMPTY).fetchall()]
    waiting = [name for name in names if not count(connection, name)]
    while waiting:
        done = [
            name
            for name in waiting
            if all(_insert(connection, name) for _ in range(ROWS.get(name, 1)))
        ]
        assert done, f"no row fits into any of {waiting}"
        waiting = [name for name in waiting if name not in done]
    return {name: count(connection, name) for name in names}


def count(connection: psycopg.Connection, table: str) -> int:
    [number] = connection.execute(
        sql.SQL("select count(*) from {}").format(_named(table))
    ).fetchone()
    return number


def _named(table: str) -> sql.Identifier:
    return sql.Identifier(table.strip('"'))


def _insert(connection: psycopg.Connection, table: str) -> bool:
    """Insert a row; tell whether all that it refers to is there."""
    given = {}
    for column, kind, other, check in connection.execute(COLUMNS, [table]).fetchall():
        is_second = column.startswith("other")
        given[column] = (
            _referred(connection, other, last=is_second) if other else _value(kind, check)
        )
    if None in given.values():
        return False
    columns = sql.SQL(", ").join(map(sql.Identifier, given))
    values = sql.SQL(", ").join(map(sql.Placeholder, given))
    statement = (
        sql.SQL("insert into {} ({}) values ({})")
        if given
        else sql.SQL("insert into {}{}{} default values")
    )
    empty = sql.SQL("")
    parts = (columns, values) if given else (empty, empty)
    connection.execute(statement.format(_named(table), *parts), given)
    return True


def _referred(connection: psycopg.Connection, table: str, *, last: bool) -> object:
    key = connection.execute(
        "select a.attname from pg_index i join pg_attribute a on a.attrelid = i.indrelid "
        "and a.attnum = i.indkey[0] where i.indrelid = %s::regclass and i.indisprimary",
        [table],
    ).fetchone()[0]
    order = sql.SQL("select max({}) from {}" if last else "select min({}) from {}")
    if key.endswith("owner_id"):
        order = sql.SQL("select {} from {} limit 1")  # there is no least of these
    found = connection.execute(order.format(sql.Identifier(key), _named(table))).fetchone()
    return found[0] if found else None


def _value(kind: str, check: str | None) -> object:
    if check and (allowed := re.search(r"'([^']+)'::text", check)):
        return allowed[1]
    if vector := re.fullmatch(r"halfvec\((\d+)\)", kind):
        return f"[{','.join(['1'] * int(vector[1]))}]"
    if kind.endswith("[]"):
        return "{}"
    return VALUES.get(kind, 1)
