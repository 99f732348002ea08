"""Runs migrations over the connection that `homebooru.db.migrating` hands over."""

from alembic import context

from homebooru.db.tables import Base

connection = context.config.attributes["connection"]


def include_name(name: str | None, type_: str, parents: object) -> bool:  # noqa: ARG001
    """Leave procrastinate's own tables alone."""
    return not (type_ == "table" and name is not None and name.startswith("procrastinate_"))


context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    include_name=include_name,
    compare_type=True,
    compare_server_default=False,
)
with context.begin_transaction():
    context.run_migrations()
