"""Many rows in one statement: values handed to PostgreSQL as one JSON document."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.elements import KeyedColumnElement

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", int, str, int | None)


def records(
    rows: Iterable[Mapping[str, Any]],
    shape: Iterable[KeyedColumnElement[Any]],
    name: str = "given",
) -> sa.TableValuedAlias:
    """Return `rows` as something to select from, with the names and types of `shape`.

    One statement for a thousand rows fires the triggers once, and has one parameter.
    """
    document = json.dumps(list(rows), default=str)
    valued = [sa.column(column.key, column.type) for column in shape]
    return (
        sa.func.json_to_recordset(
            sa.cast(sa.literal(document, sa.Text), sa.JSON(none_as_null=True))
        )
        .table_valued(*valued, name=name)
        .render_derived(name=name, with_types=True)
    )


def columns(value: DataclassInstance) -> dict[str, Any]:
    """Return the fields of a flat value by name; `asdict` copies deeply and takes ten times as long."""
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def any_of(column: InstrumentedAttribute[T], values: Collection[T]) -> sa.ColumnElement[bool]:
    """Tell whether a column is one of many values, which travel as one parameter."""
    listed = ARRAY(column.type)
    if all(type(value) is int for value in values):
        return column == sa.any_(sa.cast(sa.literal(spelled(values), sa.Text), listed))
    return column == sa.any_(sa.literal(list(values), listed))


def among(column: InstrumentedAttribute[int], numbers: Iterable[int]) -> sa.ColumnElement[bool]:
    """Tell whether a column is one of very many numbers, in a table that may have just grown.

    Of such a table the planner thinks that it is small, and with `any_of` compares each of its
    rows with each of the numbers: minutes for 100,000 in a pool. This is a join.
    """
    given = sa.cast(sa.literal(spelled(numbers), sa.Text), ARRAY(column.type))
    return column.in_(sa.select(sa.func.unnest(given)))


GIVEN = "given"


def one_of_given(column: InstrumentedAttribute[T]) -> sa.ColumnElement[bool]:
    """Tell whether a column is one of the `spelled` numbers that a statement is given as GIVEN."""
    given = sa.bindparam(GIVEN, type_=sa.Text)
    return column == sa.any_(sa.cast(given, ARRAY(column.type)))


def spelled(numbers: Iterable[object]) -> str:
    """Spell numbers as PostgreSQL spells an array: the driver takes ten times as long for it."""
    return f"{{{','.join(map(str, numbers))}}}"
