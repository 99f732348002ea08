"""What all tables share: the metadata, names of constraints, and the columns of due work."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from homebooru import phrases

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The declarative base of all tables."""

    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: sa.DateTime(timezone=True),
        str: sa.Text(),
        bytes: postgresql.BYTEA(),
        list[str]: postgresql.ARRAY(sa.Text()),
        list[int]: postgresql.ARRAY(sa.Integer()),
        dict[str, Any]: postgresql.JSONB(),
    }


class Sentence(sa.TypeDecorator[str]):
    """What is told to people; a phrase comes back as the phrase that it was."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else phrases.spell(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else phrases.read(value)


class Due:
    """A row that is work: it waits until `due`, and is gone when the work is done.

    Claiming moves `due` past a lease and names the worker; the rows of a worker that died
    come due again (`db/queue.py`).
    """

    due: Mapped[datetime] = mapped_column(server_default=sa.func.now(), index=True)
    claimed_by: Mapped[int | None]
    attempts: Mapped[int] = mapped_column(sa.SmallInteger, server_default="0")


def now_column() -> Mapped[datetime]:
    """Return a column that holds the time its row was made."""
    return mapped_column(server_default=sa.func.now())
