"""A database for each test, as the migrations leave it; the same one again where that is possible."""

from contextlib import contextmanager

import psycopg
import sqlalchemy as sa
from psycopg import sql
from psycopg._preparing import PrepareManager

HEAVY = 2 * 2**20  # bytes of a table or an index from which a copy is quicker, and leaves nothing

# What a test may do to tables: whoever changed one gets a new database for the next test.
SHAPE = """
    select c.oid, c.relname, c.relkind, a.attname, a.atttypid, a.attnotnull
    from pg_class c left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
    where c.relnamespace = 'public'::regnamespace order by c.oid, a.attnum
"""
SIZES = """
    select c.relname, pg_total_relation_size(c.oid), exists (
        select from pg_index i join pg_class x on x.oid = i.indexrelid join pg_am m on m.oid = x.relam
        where i.indrelid = c.oid and m.amname = 'hnsw')
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
      and pg_relation_size(c.oid) > 0
"""
SEQUENCES = """
    select sequencename, coalesce(last_value, start_value), last_value is not null
    from pg_sequences where schemaname = 'public'
"""
OTHERS = """
    select pg_terminate_backend(pid, 5000) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
"""


def about(statement, table):
    return sql.SQL(statement).format(sql.Identifier(table))


def read(connection, table):
    with connection.cursor().copy(about("copy {} to stdout", table)) as rows:
        return b"".join(rows)


def fresh(cluster, name, template):
    """Make a database that is a copy of another one."""
    with psycopg.connect(cluster.url_of("postgres"), autocommit=True) as connection:
        connection.execute(f"drop database if exists {name} with (force)")
        connection.execute(f"create database {name} template {template} strategy file_copy")
    return name


class Reused:
    """The database of one test after the other, emptied of what the one before left in it."""

    def __init__(self, cluster, name, template):
        self._cluster, self._name, self._template = cluster, name, template
        self._shape = self._kept = None

    def as_new(self):
        """Return the address of the database, which holds what the migrations put there."""
        if self._shape is None or not self._is_emptied():
            self.close()
            fresh(self._cluster, self._name, self._template)
            with self._connected() as connection:
                self._remember(connection)
        return self._cluster.url_of(self._name)

    def lend(self, engine):
        """Let an engine begin with a connection that knows the tables: that takes the server long."""
        sa.event.listen(engine, "do_connect", lambda *_: self._take())

    def take_back(self, engine):
        """Keep one connection of an engine whose test is over, and close the others."""
        engine.pool._dialect.do_close = self._keep
        engine.dispose()

    def close(self):
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def _take(self):
        connection, self._kept = self._kept, None
        if connection is not None:
            connection.autocommit = False
        return connection

    def _keep(self, connection):
        """Keep a connection as good as new, where there is none yet."""
        try:
            connection.rollback()
            connection.autocommit = True
            connection.execute("discard all")
        except psycopg.Error:
            connection.close()
        else:
            connection._prepared = PrepareManager()
            self.close()
            self._kept = connection

    @contextmanager
    def _connected(self):
        if self._kept is not None:
            yield self._kept
            return
        with psycopg.connect(self._cluster.url_of(self._name), autocommit=True) as connection:
            yield connection

    def _remember(self, connection):
        self._shape = connection.execute(SHAPE).fetchall()
        self._counters = connection.execute(SEQUENCES).fetchall()
        self._rows = {
            table: read(connection, table) for table, *_ in connection.execute(SIZES).fetchall()
        }

    def _is_emptied(self):
        """Make it as it was, and tell whether that could be done."""
        try:
            with self._connected() as connection:
                connection.execute(OTHERS)
                if connection.execute(SHAPE).fetchall() != self._shape:
                    return False
                used = connection.execute(SIZES).fetchall()
                if any(size > HEAVY for _, size, _ in used):
                    return False
                self._empty(connection, used)
        except psycopg.OperationalError:
            return False
        return True

    def _empty(self, connection, used):
        with connection.transaction():
            connection.execute("set local session_replication_role = replica")  # no triggers
            for table, _, is_searched_by_likeness in used:
                # what was deleted would still be in the way of such a search
                how = "truncate {}" if is_searched_by_likeness else "delete from {}"
                connection.execute(about(how, table))
            for table, rows in self._rows.items():
                with connection.cursor().copy(about("copy {} from stdin", table)) as into:
                    into.write(rows)
            connection.cursor().executemany("select setval(%s, %s, %s)", self._counters)
