import json
from uuid import UUID

import pytest
from click.testing import CliRunner

from homebooru.cli import main
from homebooru.db.tables import ImmichUserRow, MirrorRow
from homebooru.services.accounts import accounts, logins
from tests.factories import make_root

PASSWORD = "a few quiet words"


@pytest.fixture
def run(database_url, tmp_path, monkeypatch):
    """Run a command on a fresh library; return its outcome."""
    monkeypatch.setenv("HOMEBOORU_DATABASE_URL", database_url)
    monkeypatch.setenv("HOMEBOORU_DATA", str(tmp_path / "data"))

    def run(*arguments, given=""):
        return CliRunner().invoke(main, arguments, input=given)

    return run


def add(run, name, *options, password=PASSWORD):
    return run("user", "add", name, "--password-stdin", *options, given=f"{password}\n")


def test_the_first_person_owns_the_gallery_and_logging_in_begins(run, sessions):
    outcome = add(run, "Ada")
    assert outcome.exit_code == 0
    assert "an admin" in outcome.stdout
    assert "everybody logs in" in outcome.stdout
    assert logins.know_visitor(sessions, is_local=True, token=None, key=None).locked


def test_the_first_person_cannot_be_bounded(run, sessions):
    outcome = add(run, "Ada", "--ceiling", "g")
    assert outcome.exit_code == 2
    assert "Add the owner first" in outcome.stderr
    assert accounts.list_accounts(sessions) == ()


def test_a_person_is_bounded_to_ratings_and_folders(run, sessions):
    add(run, "Ada")
    with sessions.begin() as session:
        root_id = make_root(session, "/pictures").id
        owner, told = UUID(int=1), {"key_digest": b"", "version": "3.0.3"}
        session.add(MirrorRow(owner_id=owner, number=7))
        session.flush()
        session.add(ImmichUserRow(owner_id=owner, name="Anna", **told))
    assert add(run, "Bo", "--ceiling", "s", "--root", "/pictures").exit_code == 0
    outcome = add(run, "Cy", "--root", "/elsewhere")
    assert outcome.exit_code == 2
    assert "not one of the folders" in outcome.stderr
    assert add(run, "Di", "--immich", "Anna").exit_code == 0
    assert "users of Immich (Anna)" in add(run, "Ed", "--immich", "Berta").stderr
    [_, bo, di] = json.loads(run("user", "list", "--json").stdout)
    assert (bo["name"], bo["ceiling"], bo["roots"], bo["admin"]) == ("Bo", "s", [root_id], False)
    assert (bo["immich"], di["roots"], di["immich"]) == ([], [], [7])


def test_a_password_is_asked_for_twice_and_never_shown(run):
    outcome = run("user", "add", "Ada", given=f"{PASSWORD}\n{PASSWORD}\n")
    assert outcome.exit_code == 0
    assert PASSWORD not in outcome.output
    assert "Repeat for confirmation" in outcome.output


def test_an_easy_password_is_refused_in_words(run):
    outcome = add(run, "Ada", password="short")
    assert outcome.exit_code == 2
    assert "10 to 1024 characters" in outcome.stderr


def test_people_are_renamed_get_passwords_and_leave(run, sessions):
    add(run, "Ada")
    add(run, "Bo")
    assert run("user", "rename", "Bo", "Cy").exit_code == 0
    new = "other quiet words"
    assert run("user", "password", "cy", "--password-stdin", given=new).exit_code == 0
    assert logins.log_in(sessions, "Cy", new, address="", user_agent=None)
    assert run("user", "remove", "Cy").exit_code == 0
    outcome = run("user", "remove", "Cy")
    assert outcome.exit_code == 1
    assert outcome.stderr == "homebooru: There is no account named Cy.\n"


def test_a_key_is_printed_once_and_alone_so_that_it_can_be_piped(run, sessions):
    add(run, "Ada")
    outcome = run("key", "add", "phone", "--user", "ada", "--scope", "write")
    key = outcome.stdout.strip()
    assert key.startswith("hb_")
    assert logins.know_visitor(sessions, is_local=False, token=None, key=key).actor
    listed = run("key", "list").stdout
    assert "may write" in listed
    assert key not in listed
    [shown] = json.loads(run("key", "list", "--json").stdout)
    assert run("key", "revoke", str(shown["id"])).exit_code == 0
    assert run("key", "revoke", str(shown["id"])).exit_code == 1
    assert "revoked" in run("key", "list").stdout


def test_a_key_cannot_do_more_than_its_owner(run):
    add(run, "Ada")
    add(run, "Bo")
    assert run("key", "add", "all", "--user", "Bo", "--scope", "admin").exit_code == 1
