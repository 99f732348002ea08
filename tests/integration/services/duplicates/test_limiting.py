"""Rules that are limited to a search: of which pairs they decide, and when they rest."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from homebooru.db.tables import (
    DuplicateDecisionRow,
    DuplicatePairRow,
    DuplicateRuleRow,
    LocationRow,
    LookRow,
    SavedSearchRow,
)
from homebooru.domain.accounts import OWNER_ID
from homebooru.domain.duplicates.deciding import Choice, Fate
from homebooru.domain.duplicates.rules import NEEDED
from homebooru.domain.editing.words import Hand
from homebooru.domain.scope import Scope
from homebooru.errors import Conflict, InvalidInput, NotFound, QuerySyntaxError
from homebooru.services.accounts import accounts
from homebooru.services.duplicates import rulebook, ruling
from homebooru.services.duplicates.deciding import Wish, decide
from homebooru.services.keeping import searches
from homebooru.services.tags import vocabulary
from tests.factories import make_posts

MINE = Scope(account=OWNER_ID)
ME = Hand(account_id=OWNER_ID)


def couples(sessions, *tags, **more):
    """Make a pair of a small and a large file for each two texts of tags; return their numbers."""
    small = {"width": 400, "height": 300}
    with sessions.begin() as session:
        wanted = [
            more | size | {"tags": each}
            for pair in tags
            for size, each in zip((small, {}), pair, strict=True)
        ]
        ids = [post.id for post in make_posts(session, wanted)]
        pairs = list(zip(ids[::2], ids[1::2], strict=True))
        session.add_all(
            DuplicatePairRow(one_id=one, other_id=other, kind="copy", difference=1, share=0)
            for one, other in pairs
        )
    return pairs


def limited(sessions, search, scope=MINE):
    return ruling.limit_rule(sessions, "larger", search, Fate.HIDE, scope)


def let_decide(sessions, name):
    ruling.set_rule(sessions, name, decides=True, fate=Fate.HIDE, account_id=OWNER_ID)


def trust_unproven(sessions):
    with sessions.begin() as session:
        session.execute(sa.update(DuplicateRuleRow).values(decides=True))


def apply_to(sessions, pairs):
    """Let rules decide about pairs; return by which rule what was decided so far."""
    with sessions.begin() as session:
        ruling.apply_rules(session, {post for pair in pairs for post in pair})
    with sessions() as session:
        rows = session.scalars(
            sa.select(DuplicateDecisionRow).where(DuplicateDecisionRow.rule != "")
        )
        return {(row.one_id, row.other_id): row.rule for row in rows}


def shown(sessions, name):
    return next(rule for rule in rulebook.show_rules(sessions, MINE) if rule.name == name)


def test_it_decides_pairs_of_which_the_search_finds_both_and_earns_that_by_such_pairs(sessions):
    by_hand = couples(sessions, *[("cat", "cat")] * NEEDED)
    both, first, last, none = waiting = couples(
        sessions, ("cat", "cat dog"), ("cat", "dog"), ("dog", "cat"), ("dog", "dog")
    )
    name = limited(sessions, "cat")
    assert shown(sessions, name).would_decide == NEEDED + 1
    assert shown(sessions, "larger").would_decide == NEEDED + 4
    foretold = rulebook.preview_rule(sessions, "larger", MINE, search="dog")
    assert [(pair.kept.id, pair.lost.id) for pair in foretold.pairs] == [none[::-1]]
    for small, large in (first, *by_hand):
        with pytest.raises(InvalidInput, match="20 times"):
            let_decide(sessions, name)
        decide(sessions, Wish(one_id=small, other_id=large, choice=Choice.OTHER), MINE, ME)
    assert [shown(sessions, each).standing.agreed for each in (name, "larger")] == [
        NEEDED,
        NEEDED + 1,
    ]
    let_decide(sessions, name)
    assert apply_to(sessions, waiting) == {both: name}
    ruling.search_anew(sessions, name, "dog", MINE)
    changed = shown(sessions, name)
    assert (changed.decides, changed.standing.agreed, changed.search) == (False, 0, "dog")
    ruling.search_anew(sessions, name, "cat", MINE)
    assert shown(sessions, name).standing.agreed == 0
    ruling.remove_rule(sessions, name)
    with pytest.raises(NotFound):
        rulebook.preview_rule(sessions, name, MINE)
    assert apply_to(sessions, [last, none]) == {both: name}


def save(sessions, query):
    searches.save_search(sessions, OWNER_ID, "mine", query, MINE)


def test_it_rests_once_its_search_means_something_else_and_goes_on_when_it_does_not(sessions):
    one, other = couples(sessions, ("cat", "cat"), ("cat dog", "cat dog"))
    save(sessions, "cat -dog")
    name = limited(sessions, "search:mine")
    trust_unproven(sessions)
    searches.change_search(sessions, OWNER_ID, "mine", MINE, query="cat")
    assert apply_to(sessions, [one, other]) == {}
    assert "no longer cat -dog" in shown(sessions, name).rests
    searches.remove_search(sessions, OWNER_ID, "mine")
    assert apply_to(sessions, [one, other]) == {}
    assert "no saved search" in shown(sessions, name).rests
    save(sessions, "-dog cat")
    assert "something else" in shown(sessions, name).rests
    searches.change_search(sessions, OWNER_ID, "mine", MINE, query="cat -dog")
    assert shown(sessions, name).rests is None
    assert apply_to(sessions, [one, other]) == {one: name}


def test_other_names_of_tags_folders_that_are_gone_and_a_removed_author_let_it_rest(sessions):
    accounts.add_account(sessions, "Ada", "a long password")
    ben = accounts.add_account(sessions, "Ben", "a long password", is_admin=True)
    pairs = couples(sessions, ("cat", "cat"), ("cat dog", "cat dog"), folder="private")
    by_tag = limited(sessions, "cat -dog")
    by_folder = limited(sessions, "-folder:private or -cat")
    by_author = limited(sessions, "cat dog", Scope(account=ben.id))
    trust_unproven(sessions)
    vocabulary.add_alias(sessions, "dog", "canine")
    accounts.remove_account(sessions, "Ben")
    with sessions.begin() as session:
        session.execute(sa.update(LocationRow).values(folder="public"))
    assert apply_to(sessions, pairs) == {}
    assert "cat -canine, and no longer cat -dog" in shown(sessions, by_tag).rests
    assert "finds nothing" in shown(sessions, by_folder).rests
    assert "no account any more" in shown(sessions, by_author).rests
    assert {shown(sessions, name).would_decide for name in (by_tag, by_folder, by_author)} == {0}
    vocabulary.remove_alias(sessions, "dog")
    assert apply_to(sessions, pairs) == {pairs[0]: by_tag}


@pytest.mark.parametrize(
    ("search", "position", "told"),
    [
        ("cat (dog", 8, "expected"),
        ("cat -dgo", 5, "Did you mean `dog`"),
        ("cat similar:1", 12, "near"),
        ("cat -pool:trips", 10, "No post is in"),
        ("cat -folder:nowhere", 12, "finds nothing"),
        ("dog -wolf*", 5, "finds nothing"),
        ("dog search:near", 11, "near"),
    ],
)
def test_a_search_that_cannot_limit_a_rule_is_told_at_its_character(
    sessions, search, position, told
):
    [(one, _)] = couples(sessions, ("cat", "dog"))
    with sessions.begin() as session:
        session.add(SavedSearchRow(account_id=OWNER_ID, name="near", query=f"similar:{one}"))
        session.add(LookRow(post_id=one, vector=[1.0] + [0.0] * 127))
    with pytest.raises(QuerySyntaxError, match=told) as caught:
        limited(sessions, search)
    assert caught.value.position == position


def test_there_is_one_rule_of_a_kind_for_a_search_and_none_for_no_search(sessions):
    couples(sessions, ("cat", "cat"))
    name = limited(sessions, "cat id:>0")
    with pytest.raises(Conflict, match=name):
        limited(sessions, " cat   id:>0")
    with pytest.raises(InvalidInput, match="1 to"):
        limited(sessions, " ")
    for refused in (ruling.remove_rule, lambda *which: ruling.search_anew(*which, "cat", MINE)):
        with pytest.raises(InvalidInput, match="This rule"):
            refused(sessions, "larger")
