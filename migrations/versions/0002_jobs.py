"""Jobs: procrastinate's own tables, runs, errors, the schedule.

Procrastinate's schema is that of the installed release, which the lock file pins. When the lock
moves to a release that changed it (its folder `sql/migrations` has a file for each step), a
migration of ours executes the new files in the order of their names, the same way as here;
since a database made after that already has their outcome, it first looks whether what a file
adds is there. Another major release is refused here, because no such migration exists yet.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SCHEMA_OF = "3."


def create_queue() -> None:
    # Every start reads this module; only one of them needs procrastinate for it.
    import procrastinate  # noqa: PLC0415
    from procrastinate.schema import SchemaManager  # noqa: PLC0415

    if not procrastinate.__version__.startswith(SCHEMA_OF):
        raise RuntimeError(
            f"procrastinate {procrastinate.__version__} is installed, but this version of "
            f"HomeBooru wants {SCHEMA_OF}x. Install the locked packages (scripts/start does)."
        )
    execute_as_it_stands(SchemaManager.get_schema())


def execute_as_it_stands(sql: str) -> None:
    """Execute several statements at once, with no meaning given to % and : in them."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(sql)


def upgrade() -> None:
    create_queue()
    op.create_table(
        "job_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="running", nullable=False),
        sa.Column("wish", sa.Text(), server_default="go", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("rate", sa.Double(), nullable=True),
        sa.Column("current", sa.Text(), nullable=True),
        sa.Column("errors", sa.Integer(), server_default="0", nullable=False),
        sa.Column("worker_id", sa.Integer(), nullable=True),
        sa.Column(
            "started_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('running', 'paused', 'done', 'failed', 'cancelled')",
            name=op.f("ck_job_run_state"),
        ),
        sa.CheckConstraint("wish in ('go', 'pause', 'cancel')", name=op.f("ck_job_run_wish")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_run")),
    )
    op.create_index("ix_job_run_name", "job_run", ["name", "id"], unique=False)
    op.create_index(op.f("ix_job_run_job_id"), "job_run", ["job_id"], unique=False)
    op.create_table(
        "job_error",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["job_run.id"], name=op.f("fk_job_error_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_error")),
    )
    op.create_index(op.f("ix_job_error_run_id"), "job_error", ["run_id"], unique=False)
    op.create_table(
        "job_schedule",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("every_seconds", sa.Integer(), nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("fixed", sa.Boolean(), nullable=True),
        sa.Column("deferred_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job_schedule")),
    )
