"""Many at once: nobody derives with what no longer holds, and no count is lost."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor, wait

import sqlalchemy as sa

from homebooru.db.queries import locks
from homebooru.db.tables import PostRow, TagRow
from homebooru.domain.editing.edits import Edit
from homebooru.domain.said import Said
from homebooru.errors import Conflict, InvalidInput, NotFound
from homebooru.services.tags import tuning, vocabulary
from homebooru.services.tags.claiming import keep_claims
from homebooru.services.tags.counting import fold_counts
from homebooru.services.tags.deriving import check, rebuild, retag_due
from tests.factories import edit_post, make_post, said_tags

POSTS = 12
NAMES = [f"tag_{n}" for n in range(8)]
CATEGORIES = ["", "artist:", "character:"]


def spoken(chance):
    words = [chance.choice(CATEGORIES) + name for name in chance.sample(NAMES, 3)]
    return said_tags(" ".join(words))


def claim(sessions, chance):
    sources = ["xmp", "text", "danbooru"]
    with sessions.begin() as session:
        posts = chance.sample(range(1, POSTS + 1), 4)
        keep_claims(
            session, {(p, chance.choice(sources)): Said(tags=spoken(chance)) for p in posts}
        )


def guess(sessions, chance):
    tags = spoken(chance)
    said = Said(tags=tags, confidences=tuple(chance.random() for _ in tags))
    with sessions.begin() as session:
        keep_claims(session, {(chance.randint(1, POSTS), "camie"): said})


def decide(sessions, chance):
    with sessions.begin() as session:
        what = chance.choice(["add", "remove", "withdraw"])
        edit = Edit(**{what: frozenset({chance.choice(NAMES)})})
        edit_post(session, chance.randint(1, POSTS), edit)


def change_vocabulary(sessions, chance):
    one, other = chance.sample(NAMES, 2)
    match chance.randint(0, 4):
        case 0:
            vocabulary.add_alias(sessions, one, other)
        case 1:
            vocabulary.remove_alias(sessions, one)
        case 2:
            vocabulary.add_implication(sessions, one, other)
        case 3:
            vocabulary.remove_implication(sessions, one, other)
        case _:
            tuning.tune(sessions, "thresholds", {"artist": chance.choice([0.3, 0.8])})


def test_whoever_works_at_the_same_time_the_end_is_right(sessions, for_batches):
    with sessions.begin() as session:
        for _ in range(POSTS):
            make_post(session)
    start = threading.Barrier(6)

    def work(seed, *acts):
        chance = random.Random(seed)
        start.wait(10)
        for _ in range(25):
            try:
                chance.choice(acts)(sessions, chance)
            except (Conflict, InvalidInput, NotFound):
                continue

    def drain(sessions, _):
        retag_due(sessions, for_batches(2))

    def fold(sessions, _):
        fold_counts(sessions)

    workers = [
        (claim, guess),
        (claim, decide),
        (claim, guess, decide),
        (change_vocabulary,),
        (drain, fold),
        (drain, fold),
    ]
    with ThreadPoolExecutor(len(workers)) as pool:
        for done in [pool.submit(work, seed, *acts) for seed, acts in enumerate(workers)]:
            done.result(60)
    retag_due(sessions, for_batches())
    assert check(sessions, for_batches()) == 0
    assert rebuild(sessions, for_batches()) == 0
    fold_counts(sessions)
    assert check(sessions, for_batches()) == 0


def test_who_makes_the_same_new_tags_at_once_gets_the_same_ones(sessions):
    with sessions.begin() as session:
        for _ in range(4):
            make_post(session)
    start = threading.Barrier(4)

    def work(post):
        words = [f"new_{n}" for n in range(20)]
        random.Random(post).shuffle(words)
        start.wait(10)
        with sessions.begin() as session:
            keep_claims(session, {(post, "text"): Said(tags=said_tags(" ".join(words)))})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(1, 5)))
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(TagRow)) == 20
        held = session.scalars(sa.select(PostRow.tag_ids)).all()
    assert all(tags == held[0] for tags in held)
    assert len(held[0]) == 20


def test_an_order_waits_for_those_who_still_derive_with_what_held_before(sessions, quiet):
    with sessions.begin() as session:
        post, other = make_post(session, tags="thing").id, make_post(session).id
    slow = sessions()
    keep_claims(slow, {(other, "text"): Said(tags=said_tags("thing"))})
    with sessions.begin() as session:  # "thing" moves to another category while `slow` is open
        keep_claims(session, {(post, "xmp"): Said(tags=said_tags("artist:thing"))})
    with ThreadPoolExecutor(1) as pool:
        drained = pool.submit(retag_due, sessions, quiet)
        assert not wait([drained], timeout=0.3).done
        slow.commit()
        slow.close()
        drained.result(30)
    with sessions() as session:
        assert session.get_one(PostRow, other).artist_count == 1
    assert check(sessions, quiet) == 0


def test_a_ring_of_waiting_costs_a_second_attempt_and_nothing_else(sessions, quiet):
    with sessions.begin() as session:
        first, second = (make_post(session, tags="thing").id for _ in range(2))
    vocabulary.add_alias(sessions, "thing", "object")
    other = sessions()
    other.execute(sa.text("set local deadlock_timeout = '30s'"))  # so the worker is the one to go
    locks.lock_posts(other, [second])
    with ThreadPoolExecutor(1) as pool:
        drained = pool.submit(retag_due, sessions, quiet)
        assert not wait([drained], timeout=0.3).done
        locks.lock_posts(other, [first])
        other.commit()
        other.close()
        assert drained.result(30) == 2
    assert check(sessions, quiet) == 0


def test_folding_leaves_it_to_who_is_at_it(sessions):
    with sessions.begin() as session:
        make_post(session, tags="one two")
    with sessions.begin() as session:
        locks.own_counts(session)
        assert fold_counts(sessions) == 0
    assert fold_counts(sessions) == 2
    with sessions() as session:
        assert session.scalars(sa.select(TagRow.count)).all() == [1, 1]
