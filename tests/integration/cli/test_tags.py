"""The commands about tags, as they are typed."""

import json

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from homebooru.cli import main
from homebooru.db.tables import PostRow, TagRow
from tests.factories import make_post


@pytest.fixture
def run(database_url, tmp_path, monkeypatch):
    monkeypatch.setenv("HOMEBOORU_DATABASE_URL", database_url)
    monkeypatch.setenv("HOMEBOORU_DATA", str(tmp_path))
    return lambda *words: CliRunner().invoke(main, words)


@pytest.fixture
def post(sessions):
    with sessions.begin() as session:
        make_post(session, tags="car")
        return make_post(session, tags="cat artist:somebody").id


def names(sessions, post_id):
    with sessions() as session:
        held = session.get_one(PostRow, post_id).tag_ids
        return set(session.scalars(sa.select(TagRow.name).where(TagRow.id.in_(held))))


def test_tags_are_listed_with_their_counts(run, post):
    result = run("tags", "list", "CA")
    assert result.exit_code == 0, result.output
    assert result.stdout.split("\n") == [
        "        1  car  (general)",
        "        1  cat  (general)",
        "",
    ]


def test_tags_are_listed_as_json(run, post):
    result = run("tags", "list", "some", "--json")
    assert json.loads(result.stdout) == {
        "tags": [{"tag": "somebody", "category": "artist", "count": 1}]
    }


def test_an_alias_is_made_and_taken_back(run, post, sessions):
    assert run("tags", "alias", "cat", "felis").exit_code == 0
    assert names(sessions, post) == {"felis", "somebody"}
    assert run("tags", "alias", "cat", "--remove").exit_code == 0
    assert names(sessions, post) == {"cat", "somebody"}


def test_an_implication_is_made_and_taken_back(run, post, sessions):
    assert run("tags", "imply", "cat", "animal").exit_code == 0
    assert names(sessions, post) == {"cat", "animal", "somebody"}
    assert run("tags", "imply", "cat", "animal", "--remove").exit_code == 0
    assert names(sessions, post) == {"cat", "somebody"}


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("alias", "cat"), 2, "Say TAG MEANING"),
        (("alias", "cat", "dog", "--remove"), 2, "Say TAG MEANING"),
        (("alias", "cat", "cat"), 2, "the same tag"),
        (("alias", "cat", "a,b"), 2, "comma"),
        (("alias", "cat", "--remove"), 1, "cat is no alias"),
        (("imply", "cat", "dog", "--remove"), 1, "cat does not imply dog"),
    ],
)
def test_mistakes_are_told_clearly(run, post, words, code, message):
    result = run("tags", *words)
    assert result.exit_code == code
    assert message in result.stderr


def test_rebuilding_finds_nothing_to_mend_or_mends_it(run, post, sessions):
    assert run("db", "rebuild-tags", "--check").exit_code == 0
    with sessions.begin() as session:
        session.execute(sa.update(PostRow).where(PostRow.id == post).values(rating="e"))
    checked = run("db", "rebuild-tags", "--check")
    assert checked.exit_code == 1
    assert "wrong: 1." in checked.stderr
    mended = run("db", "rebuild-tags")
    assert (mended.exit_code, mended.stdout) == (0, "Mended posts and counts: 1.\n")
    again = run("db", "rebuild-tags")
    assert (again.exit_code, again.stdout) == (0, "Everything is as it should be.\n")


def test_a_list_is_imported_and_taken_back(run, post, sessions, tmp_path):
    lists = tmp_path / "tag_implications.csv"
    lists.write_bytes(
        b"id,antecedent_name,consequent_name,status\n1,cat,animal,active\n"
        b"2,b\xe4r,animal,active\n3,car,vehicle,deleted\n"
    )
    told = run("tags", "import", "--dry-run", str(lists))
    assert "nothing written" in told.stdout
    assert names(sessions, post) == {"cat", "somebody"}

    taken = run("tags", "import", str(lists))
    assert taken.exit_code == 0, taken.output
    assert taken.stdout.splitlines()[0].endswith("3 lines")
    assert "line 3: " in taken.stdout
    assert names(sessions, post) == {"cat", "animal", "somebody"}
    assert run("tags", "undo", "1").exit_code == 0
    assert names(sessions, post) == {"cat", "somebody"}


def test_a_file_whose_name_does_not_tell_what_is_in_it_is_asked_about(run, tmp_path):
    (tmp_path / "list.csv").write_text("")
    refused = run("tags", "import", str(tmp_path / "list.csv"))
    assert refused.exit_code == 2
    assert "tags, aliases or implications" in refused.stderr


def test_a_tag_is_renamed_merged_and_put_into_a_category(run, post, sessions):
    assert "would change: 1." in run("tags", "rename", "cat", "felis", "--dry-run").stdout
    assert run("tags", "rename", "cat", "felis").exit_code == 0
    assert names(sessions, post) == {"felis", "somebody"}
    assert run("tags", "rename", "felis", "car").exit_code == 1
    assert run("tags", "merge", "felis", "car").exit_code == 0
    assert names(sessions, post) == {"car", "somebody"}
    assert run("tags", "category", "car", "species").exit_code == 0
    assert "(species)" in run("tags", "list", "car").stdout
