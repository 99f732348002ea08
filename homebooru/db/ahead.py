"""Statements that the database answers while whoever asked does something else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from homebooru.db.engine import told

Row = tuple[Any, ...]
DRIVER = "postgresql+psycopg://"


@dataclass(frozen=True, slots=True)
class Spelled:
    """A statement as the driver takes it, with the values that are always the same."""

    text: str
    values: Mapping[str, Any]

    @classmethod
    def of(cls, statement: sa.Select[*tuple[Any, ...]], given: Mapping[str, Any]) -> Spelled:
        """Spell a statement whose other values are like those given."""
        compiled = statement.compile(dialect=sa.make_url(DRIVER).get_dialect()())
        state = compiled.construct_expanded_state(given)
        return cls(state.statement, state.parameters)


@contextmanager
def rows_of(
    session: Session, statement: Spelled, given: Mapping[str, Any], *, meanwhile: bool
) -> Iterator[list[Row]]:
    """Ask at once, and have the rows in the list when the block ends.

    With `meanwhile` the block runs while the database works, and may ask it nothing itself. The
    driver is asked directly: this is for statements that take less time than SQLAlchemy's ways.
    """
    raw = session.connection().connection.driver_connection
    assert isinstance(raw, psycopg.Connection)
    rows: list[Row] = []
    cursor = raw.cursor()
    try:
        with raw.pipeline() if meanwhile else nullcontext():
            cursor.execute(statement.text, {**statement.values, **given}, prepare=True)
            yield rows
        rows += cursor.fetchall()
    except psycopg.Error as error:
        raise (told(error) or DBAPIError.instance(None, None, error, psycopg.Error)) from error
