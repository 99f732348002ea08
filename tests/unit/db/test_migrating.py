import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from homebooru.db.migrating import MIGRATIONS, head_revision, revisions
from homebooru.db.tables import Base


def test_the_names_of_migrations_begin_with_their_revisions_in_order():
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert [script.revision for script in scripts.walk_revisions()] == revisions()[::-1]
    assert scripts.get_current_head() == head_revision()


def test_migrations_from_empty_give_exactly_the_metadata(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, parents: (
                    not (kind == "table" and name.startswith("procrastinate_"))
                ),
            },
        )
        assert compare_metadata(context, Base.metadata) == []


def test_account_one_is_the_owner(engine):
    with engine.connect() as connection:
        assert connection.execute(sa.text("select id, is_admin from account")).all() == [(1, True)]
