"""Deciding which file is better: every word is carried over, and taking back restores all of it."""

from __future__ import annotations

import random

import pytest
import sqlalchemy as sa

from homebooru.db.queries.views import post_views
from homebooru.db.tables import (
    ClaimRow,
    DuplicatePairRow,
    FavouriteRow,
    PoolPostRow,
    PoolRow,
    PostRow,
    PostVerdictRow,
    TrashOrderRow,
    VerdictRow,
)
from homebooru.domain.duplicates.deciding import Choice, Fate
from homebooru.domain.editing.reading import read_edit
from homebooru.domain.editing.words import Hand
from homebooru.domain.ratings import Rating
from homebooru.domain.said import Said
from homebooru.domain.scope import EVERYTHING
from homebooru.errors import InvalidInput, NotFound
from homebooru.services.accounts import accounts
from homebooru.services.duplicates.deciding import Wish, decide, undo, undo_last
from homebooru.services.duplicates.previewing import heritage
from homebooru.services.duplicates.showing import same_picture
from homebooru.services.editing.applying import apply_edit
from homebooru.services.tags.claiming import keep_claims
from tests.factories import make_post, said_tags

TAGS = ["cat", "dog", "hat", "tree", "artist:ada", "meta:lowres"]
STATE = (VerdictRow, PostVerdictRow, ClaimRow, FavouriteRow, PoolPostRow)
TOLD = ({}, {"rating": Rating.SENSITIVE}, {"description": "By the sea."}, {"place": "Rome"})
NEW = ("rating", "stars", "description", "place", "taken_at")
UNSTABLE = {"changed_at", "claimed_at"}


def export(sessions):
    """Return all that is told of posts, row by row."""
    with sessions() as session:
        return {
            table.__tablename__: sorted(
                repr([v for k, v in row._mapping.items() if k not in UNSTABLE])
                for row in session.execute(sa.select(table.__table__))
            )
            for table in (*STATE, PostRow, DuplicatePairRow)
        }


def pair(session, one, other, kind="copy"):
    one, other = sorted((one, other))
    session.add(DuplicatePairRow(one_id=one, other_id=other, kind=kind, difference=1, share=0))


@pytest.fixture
def people(sessions):
    return [accounts.add_account(sessions, name, "a few quiet words").id for name in ("Ada", "Tim")]


def some_library(sessions, people, chance):
    """Make two posts of which people and sources say all kinds of things, at random."""
    with sessions.begin() as session:
        posts = [make_post(session, tags=chance.sample(TAGS[:4], 2)).id for _ in range(3)]
        pools = [PoolRow(name=f"pool {number}") for number in range(3)]
        session.add_all(pools)
        session.flush()
        for _ in range(chance.randint(2, 12)):
            sign = chance.choice(["", "-"])
            text = chance.choice([f"{sign}{chance.choice(TAGS[:4])}", "rating:s", "stars:4"])
            edit = read_edit(text)
            apply_edit(
                session, edit, [chance.choice(posts)], Hand(account_id=chance.choice(people))
            )
        for post in posts[:2]:
            for source in chance.sample(["danbooru", "e621", "camie"], 2):
                said = Said(
                    tags=said_tags(" ".join(chance.sample(TAGS, 3))),
                    confidences=(0.9,) * 3 if source == "camie" else None,
                    sources=(f"https://{source}.example/{post}",),
                    **chance.choice(TOLD),
                )
                keep_claims(session, {(post, source): said})
            for person in people:
                if chance.random() < 0.5:
                    session.add(FavouriteRow(account_id=person, post_id=post))
            for pool in pools:
                if chance.random() < 0.5:
                    place = chance.randint(1, 9)
                    session.add(PoolPostRow(pool_id=pool.id, post_id=post, position=place))
        pair(session, *posts[:2])
    return posts[0], posts[1]


def words(sessions, post):
    with sessions() as session:
        rows = session.scalars(sa.select(VerdictRow).where(VerdictRow.post_id == post))
        return {row.tag_id: (row.made_at, row.yes) for row in rows}


def keepers(sessions, table, key, post):
    with sessions() as session:
        return set(session.scalars(sa.select(key).where(table.post_id == post)))


def effective(sessions, post):
    with sessions() as session:
        return set(session.get_one(PostRow, post).tag_ids)


def view(sessions, post):
    with sessions() as session:
        [found] = post_views(session, [session.get_one(PostRow, post)], EVERYTHING)
        return found


def outcome(before, after):
    """Return what became of a post: tags that came and went, and what else is new."""
    came, went = (
        {tag.name for tag in one.tags} - {tag.name for tag in other.tags}
        for one, other in ((after, before), (before, after))
    )
    new = [None if getattr(before, name) == (now := getattr(after, name)) else now for name in NEW]
    return came, went, new, set(after.sources) - set(before.sources)


def outcome_told(told):
    came, went = ({tag.name for tag in tags} for tags in (told.tags, told.refused))
    return came, went, [getattr(told, name) for name in NEW], set(told.sources)


@pytest.mark.parametrize("seed", range(6))
def test_nothing_that_was_said_is_lost_and_taking_back_restores_every_row(sessions, people, seed):
    chance = random.Random(seed)
    one, other = some_library(sessions, people, chance)
    fate = list(Fate)[seed % 3]
    choice = chance.choice([Choice.ONE, Choice.OTHER])
    kept, lost = (one, other) if choice is Choice.ONE else (other, one)
    before = export(sessions)
    said = {
        tag: max(
            words(sessions, post).get(tag, (None, None))
            for post in (kept, lost)
            if tag in words(sessions, post)
        )
        for tag in words(sessions, kept) | words(sessions, lost)
    }
    likes = [keepers(sessions, FavouriteRow, FavouriteRow.account_id, p) for p in (one, other)]
    pools = [keepers(sessions, PoolPostRow, PoolPostRow.pool_id, p) for p in (one, other)]
    seen = view(sessions, kept)
    with sessions() as session:
        told = heritage(session, seen, view(sessions, lost))
    done = decide(
        sessions,
        Wish(one_id=one, other_id=other, choice=choice, fate=fate),
        EVERYTHING,
        Hand(account_id=people[0]),
    )
    assert outcome(seen, view(sessions, kept)) == outcome_told(told)
    assert told.favourites == len((likes[0] | likes[1]) - likes[kept == other])
    assert len(told.pools) == len((pools[0] | pools[1]) - pools[kept == other])
    assert words(sessions, kept) == said
    assert keepers(sessions, FavouriteRow, FavouriteRow.account_id, kept) == likes[0] | likes[1]
    assert keepers(sessions, PoolPostRow, PoolPostRow.pool_id, kept) == pools[0] | pools[1]
    assert keepers(sessions, PoolPostRow, PoolPostRow.pool_id, lost) == set()
    assert effective(sessions, kept) >= {tag for tag, (_, yes) in said.items() if yes}
    assert not effective(sessions, kept) & {tag for tag, (_, yes) in said.items() if not yes}
    with sessions() as session:
        assert (session.get_one(PostRow, lost).trashed_at is None) is (fate is Fate.STAY)
        ordered = session.scalar(sa.select(sa.func.count()).select_from(TrashOrderRow))
        assert bool(ordered) is (fate is Fate.TRASH)
    undo(sessions, done.id, EVERYTHING, Hand(account_id=people[1]))
    assert export(sessions) == before
    with pytest.raises(InvalidInput, match="taken back"):
        undo(sessions, done.id, EVERYTHING, Hand(account_id=people[1]))


def test_what_a_source_says_of_the_lesser_file_stays_known_but_for_guesses_and_its_size(sessions):
    with sessions.begin() as session:
        one, other = make_post(session, tags="cat").id, make_post(session).id
        boorus = Said(
            tags=said_tags("artist:ada hat meta:lowres"), sources=("https://a.example/1",)
        )
        guess = Said(tags=said_tags("dog"), confidences=(0.99,))
        keep_claims(session, {(other, "danbooru"): boorus})
        keep_claims(session, {(other, "camie"): guess})
        pair(session, one, other)
    decide(sessions, Wish(one_id=one, other_id=other, choice=Choice.ONE), EVERYTHING, Hand())
    [view] = [same.post for same in same_picture(sessions, other, EVERYTHING)]
    assert {tag.name for tag in view.tags} == {"cat", "ada", "hat"}
    assert view.sources == ("https://a.example/1",)


def test_what_follows_is_not_asked_and_waits_again_once_it_is_taken_back(sessions, people):
    by = Hand(account_id=people[0])
    with sessions.begin() as session:
        a, b, c, d = (make_post(session).id for _ in range(4))
        for one, other in ((a, b), (b, c), (a, c), (c, d), (a, d)):
            pair(session, one, other)
    both = Wish(one_id=a, other_id=b, choice=Choice.BOTH)
    assert decide(sessions, both, EVERYTHING, by).followed == 0
    apart = Wish(one_id=d, other_id=c, choice=Choice.UNRELATED)
    assert decide(sessions, apart, EVERYTHING, by).followed == 0
    assert (
        decide(sessions, Wish(one_id=c, other_id=b, choice=Choice.BOTH), EVERYTHING, by).followed
        == 2
    )
    with pytest.raises(InvalidInput, match="already"):
        decide(sessions, Wish(one_id=a, other_id=c, choice=Choice.ONE), EVERYTHING, by)
    assert undo_last(sessions, EVERYTHING, by) == (c, b)
    with sessions() as session:
        open_now = sa.select(DuplicatePairRow.one_id, DuplicatePairRow.other_id)
        waits = session.execute(open_now.where(DuplicatePairRow.decision_id.is_(None))).all()
    assert {tuple(row) for row in waits} == {(b, c), (a, c), (a, d)}


def test_variants_become_parent_and_child_and_strangers_are_no_pair(sessions):
    with sessions.begin() as session:
        small = make_post(session, width=400, height=300).id
        large = make_post(session).id
        pair(session, small, large, "retouched")
    wish = Wish(one_id=small, other_id=large, choice=Choice.VARIANTS)
    done = decide(sessions, wish, EVERYTHING, Hand())
    with sessions() as session:
        assert session.get_one(PostRow, small).parent_id == large
    undo(sessions, done.id, EVERYTHING, Hand())
    with sessions() as session:
        assert session.get_one(PostRow, small).parent_id is None
    with pytest.raises(NotFound):
        decide(sessions, Wish(one_id=small, other_id=99, choice=Choice.ONE), EVERYTHING, Hand())
