"""What a search depends on besides its words: whoever asks, and what is theirs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from homebooru.db.tables import AccountRow, FavouriteRow, PostRow, SavedSearchRow
from homebooru.domain.query import parse
from homebooru.domain.scope import Scope
from homebooru.errors import QuerySyntaxError
from homebooru.search.asking import ask
from homebooru.search.finding import PlainFinding

NOW = datetime(2024, 3, 31, tzinfo=UTC)


@pytest.fixture
def session(sessions):
    with sessions() as session:
        session.add_all([PostRow(id=number) for number in (1, 2, 3)])
        session.execute(sa.update(AccountRow).values(name="Ann"))
        session.add(AccountRow(id=2, name="Bo"))
        session.flush()
        session.add_all([FavouriteRow(account_id=1, post_id=number) for number in (3, 1)])
        session.add(FavouriteRow(account_id=2, post_id=2))
        session.add(SavedSearchRow(account_id=1, name="Of Bo", query="fav:bo"))
        session.add(SavedSearchRow(account_id=2, name="mine", query="ordfav:bo"))
        session.flush()
        yield session


def found(session, text, account):
    question = ask(session, parse(text), Scope(account=account), NOW, UTC)
    return list(PlainFinding(session).find(*question).page(0, 10))


@pytest.mark.parametrize(
    ("text", "account", "posts"),
    [
        ("fav:me", 1, [3, 1]),
        ("ordfav:ME", 1, [1, 3]),
        ("fav:ann -id:1", 1, [3]),
        ("-fav:me", 2, [3, 1]),
        ("search:mine", 2, [2]),
        ("fav:any", 2, [3, 2, 1]),
        ("fav:none", None, []),
    ],
)
def test_everybody_finds_what_is_theirs(session, text, account, posts):
    assert found(session, text, account) == posts


@pytest.mark.parametrize(
    ("text", "account", "position", "message"),
    [
        ("a fav:bo", 1, 6, "Everybody finds their own favourites alone"),
        ("fav:nobody", 1, 4, "Everybody finds their own favourites alone"),
        ('a search:"of bo"', 1, 10, "Everybody finds their own favourites alone"),
        ("search:mine", 1, 7, "no saved search named `mine`"),
        ("a fav:me", None, 6, "depends on who asks"),
        ("search:mine", None, 7, "depends on who asks"),
    ],
)
def test_what_is_not_theirs_is_refused(session, text, account, position, message):
    with pytest.raises(QuerySyntaxError, match=message) as caught:
        found(session, text, account)

    assert caught.value.position == position
