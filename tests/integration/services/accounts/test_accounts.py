import pytest
import sqlalchemy as sa

from homebooru.db.tables import AccountRow, PostRow, TagRow, VerdictRow, WebSessionRow
from homebooru.domain.accounts import OWNER_ID, Right
from homebooru.domain.ratings import Rating
from homebooru.domain.scope import Scope
from homebooru.errors import Conflict, InvalidInput, NotAllowed, NotFound
from homebooru.services.accounts import accounts, keys, logins

PASSWORD = "a few quiet words"


def add(sessions, name="Ada", **more):
    return accounts.add_account(sessions, name, PASSWORD, **more)


def log_in(sessions, name="Ada", password=PASSWORD, **more):
    return logins.log_in(
        sessions, name, password, **({"address": "192.0.2.7", "user_agent": "test"} | more)
    )


def test_the_first_person_is_the_owner_whatever_was_asked_for(sessions):
    owner = add(sessions, ceiling=Rating.GENERAL, root_ids=[3])
    assert (owner.id, owner.name, owner.is_admin) == (OWNER_ID, "Ada", True)
    assert accounts.scope_of(owner) == Scope(account=OWNER_ID)


def test_a_later_person_is_bounded_as_asked(sessions):
    add(sessions)
    child = add(sessions, "Bo", ceiling=Rating.GENERAL, root_ids=[3, 1, 3])
    assert not child.is_admin
    assert accounts.scope_of(child) == Scope(
        ceiling=Rating.GENERAL, roots=frozenset({1, 3}), account=child.id
    )


def test_names_differ_by_more_than_case(sessions):
    add(sessions)
    with pytest.raises(Conflict):
        add(sessions, "ADA")
    add(sessions, "Bo")
    with pytest.raises(Conflict):
        accounts.rename_account(sessions, "Bo", "ada")
    assert accounts.rename_account(sessions, "ada", "ADA").name == "ADA"


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaaa", "x" * 2000])
def test_a_password_that_is_easy_or_absurd_is_refused(sessions, password):
    with pytest.raises(InvalidInput):
        accounts.add_account(sessions, "Ada", password)
    assert accounts.list_accounts(sessions) == ()


def test_passwords_are_kept_as_argon2_hashes_only(sessions):
    add(sessions)
    with sessions.begin() as session:
        kept = session.scalars(sa.select(AccountRow.password_hash)).one()
    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept


def test_the_owner_cannot_be_removed_and_words_outlive_whoever_said_them(sessions):
    add(sessions)
    other = add(sessions, "Bo")
    with sessions.begin() as session:
        post, tag = PostRow(), TagRow(name="cat")
        session.add_all([post, tag])
        session.flush()
        session.add(VerdictRow(post_id=post.id, tag_id=tag.id, yes=True, account_id=other.id))
    accounts.remove_account(sessions, "Bo")
    with sessions.begin() as session:
        assert session.scalars(sa.select(VerdictRow)).one().account_id is None
    with pytest.raises(Conflict):
        accounts.remove_account(sessions, "Ada")
    with pytest.raises(NotFound):
        accounts.remove_account(sessions, "Bo")


def test_a_new_password_ends_every_session(sessions):
    add(sessions)
    token = log_in(sessions)
    accounts.set_password(sessions, "ada", "other quiet words")
    assert who(sessions, token=token) is None
    assert log_in(sessions) is None
    assert log_in(sessions, password="other quiet words")


def test_changing_ones_own_password_takes_the_present_one(sessions):
    owner = add(sessions)
    with pytest.raises(NotAllowed):
        accounts.change_password(
            sessions, owner.id, "wrong", "other quiet words", keep_session=None
        )
    accounts.change_password(sessions, owner.id, PASSWORD, "other quiet words", keep_session=None)
    assert log_in(sessions, password="other quiet words")


def who(sessions, *, token=None, key=None, is_local=False):
    return logins.know_visitor(sessions, is_local=is_local, token=token, key=key).actor


def test_only_a_hash_of_a_session_is_kept_and_it_ends(sessions):
    add(sessions)
    token = log_in(sessions)
    assert who(sessions, token=token).account.name == "Ada"
    with sessions.begin() as session:
        row = session.scalars(sa.select(WebSessionRow)).one()
        assert token.encode() not in row.token_hash
        row.expires_at = sa.func.now()
    assert who(sessions, token=token) is None


def test_logging_in_again_replaces_the_session(sessions):
    add(sessions)
    first = log_in(sessions)
    second = log_in(sessions, replacing=first)
    assert who(sessions, token=first) is None
    assert who(sessions, token=second)


def test_a_key_holds_until_revoked_and_is_bounded_by_its_account(sessions):
    owner = add(sessions)
    bo = add(sessions, "Bo")
    with pytest.raises(NotAllowed):
        keys.add_key(sessions, bo.id, "too much", Right.ADMIN)
    key = keys.add_key(sessions, owner.id, "phone", Right.ADMIN)
    assert who(sessions, key=key).right is Right.ADMIN
    with sessions.begin() as session:
        session.get(AccountRow, owner.id).is_admin = False
    assert who(sessions, key=key).right is Right.WRITE
    [shown] = keys.list_keys(sessions, owner.id)
    assert key.startswith(shown.prefix)
    assert shown.used_at
    with pytest.raises(NotFound):
        keys.revoke_key(sessions, shown.id, bo.id)
    keys.revoke_key(sessions, shown.id, owner.id)
    assert who(sessions, key=key) is None


def test_a_wrong_key_is_nobody_even_at_the_machine(sessions):
    assert who(sessions, is_local=True).right is Right.ADMIN
    assert who(sessions, is_local=True, key="hb_wrong") is None
