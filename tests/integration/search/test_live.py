"""The index keeps up with the tables: with its own process at once, with all others in time."""

from __future__ import annotations

import multiprocessing
import os
import random
import threading
import time
from contextlib import closing
from dataclasses import replace
from uuid import uuid4

import pytest
import sqlalchemy as sa

from homebooru.db.engine import make_engine, one_moment
from homebooru.db.queries import changes
from homebooru.db.tables import (
    AlbumPostRow,
    AlbumRow,
    AssetRow,
    FavouriteRow,
    FeedReaderRow,
    LibraryRow,
    PersonPostRow,
    PersonRow,
    PoolPostRow,
    PostRow,
    TagAliasRow,
    TagRow,
    VerdictRow,
)
from homebooru.db.tables.feed import Part
from homebooru.domain.query import parse
from homebooru.domain.query.tree import Held, Holder
from homebooru.domain.scope import EVERYTHING
from homebooru.errors import DiskFull, FeedLost, HomeBooruError
from homebooru.search.finding import PlainFinding
from homebooru.search.index import live, snapshot
from homebooru.search.index.finding import IndexFinding
from homebooru.search.index.live import LiveIndex
from homebooru.search.index.saving import save_apart
from homebooru.search.index.snapshot import read_head
from homebooru.search.plain import Asked
from tests.factories import make_post
from tests.integration.db.queries.writers import POSTS, keep_lists, write
from tests.libraries import NOW
from tests.waiting import until

ASKED = Asked(
    scope=replace(EVERYTHING, account=1),
    now=NOW,
    tags={"one": 1, "two": 2},
    holders={Held(holder, "1"): (1,) for holder in Holder},
)
QUERIES = [
    parse(text)
    for text in (
        "",
        "one -two",
        "score:>2 or two",
        "from:xmp order:score",
        "is:missing",
        "ordfav:me",
        "favcount:1 or has:pools score:0",
        "(pool_count:1 or immich:any or immich:trashed or source:2) order:filename",
        "ordpool:1",
        "album:1 or person:1 or immich:favourite",
    )
]


@pytest.fixture
def index(sessions):
    index = LiveIndex(sessions, "test")
    index.load()
    yield index
    index.close()


def answers(finding, queries):
    words = finding.words
    fitting = sorted(words.fitting(["*o*"])["*o*"])
    told = [(words.views(fitting), words.other_names("", 9), words.meanings(["one", "uno"]))]
    return told + [
        (found.count(), list(found.page(0, 50)), found.related(3))
        for found in (finding.find(query, ASKED) for query in queries)
    ]


def compare(sessions, index, queries=QUERIES):
    """Tell whether the index was ready; it has to say what the tables say at that moment."""
    with one_moment(sessions) as session, index.finding(session) as finding:
        assert answers(finding, queries) == answers(PlainFinding(session), queries)
        return isinstance(finding, IndexFinding)


def test_what_was_committed_is_found_by_the_next_search(sessions, index):
    for number in range(3):
        with sessions.begin() as session:
            make_post(session, tags="one two" if number else "one")
        assert compare(sessions, index)
    with sessions.begin() as session:
        session.delete(session.get_one(PostRow, 2))
    assert compare(sessions, index)


def test_what_tags_are_called_and_mean_is_news_too(sessions, index):
    with sessions.begin() as session:
        make_post(session, tags="one two")
        session.add(TagRow(id=70, name="uno"))
    for change in (
        sa.insert(TagAliasRow).values(antecedent_id=70, consequent_id=1),
        sa.update(TagRow).where(TagRow.id == 70).values(name="ono", category=4),
        sa.update(TagAliasRow).values(consequent_id=2),
        sa.delete(TagAliasRow),
        sa.delete(TagRow).where(TagRow.id == 70),
    ):
        with sessions.begin() as session:
            before = changes.read_changes(session, None).snapshot
            session.execute(change)
        assert compare(sessions, index)
        with sessions.begin() as session:
            assert changes.read_changes(session, before).tag_ids == {70}
    with sessions.begin() as session:
        before = changes.read_changes(session, None).snapshot
        session.execute(sa.update(TagRow).values(count=7))
    with sessions.begin() as session:
        assert not changes.read_changes(session, before).tag_ids


def test_before_it_is_ready_the_tables_answer(sessions):
    with sessions.begin() as session:
        make_post(session, tags="one")
    index = LiveIndex(sessions, "test")
    try:
        compare(sessions, index)
        until(lambda: compare(sessions, index))
    finally:
        index.close()


def test_more_news_than_a_search_waits_for_are_taken_up_beside_it(sessions, index, monkeypatch):
    monkeypatch.setattr(live, "MANY", 2)
    with sessions.begin() as session:
        for _ in range(5):
            make_post(session, tags="one")
    assert not compare(sessions, index)
    until(lambda: compare(sessions, index))


def test_many_favourites_and_places_in_pools_and_the_like_are_taken_up_by_the_search_itself(
    sessions, index, monkeypatch
):
    with sessions.begin() as session:
        keep_lists(session)
        for number in range(40):
            make_post(session, tags="one", score=number % 2)
    assert compare(sessions, index)
    monkeypatch.setattr(live, "MANY", 2)
    every = sa.select(sa.literal(1), PostRow.id)
    for change in (
        sa.insert(FavouriteRow).from_select(["account_id", "post_id"], every),
        sa.insert(PoolPostRow).from_select(
            ["pool_id", "post_id", "position"], every.add_columns(-PostRow.id)
        ),
        sa.update(PoolPostRow).values(position=PoolPostRow.post_id % 7),
        sa.delete(FavouriteRow).where(FavouriteRow.post_id % 3 == 0),
        sa.delete(PoolPostRow).where(PoolPostRow.post_id % 3 == 1),
        sa.insert(AlbumPostRow).from_select(["album_id", "post_id"], every),
        sa.insert(PersonPostRow).from_select(["person_id", "post_id"], every),
        sa.insert(AssetRow).from_select(
            ["remote_id", "post_id"], sa.select(sa.func.gen_random_uuid(), PostRow.id)
        ),
        sa.update(AssetRow).values(is_favourite=AssetRow.post_id % 2 == 0),
        sa.update(AssetRow).values(post_id=AssetRow.post_id % 5 + 1),
        sa.delete(AlbumRow),
        sa.delete(PersonRow),
        sa.delete(AssetRow).where(AssetRow.post_id % 3 == 0),
    ):
        with sessions.begin() as session:
            session.execute(change)
        assert compare(sessions, index)


def test_what_no_search_reads_is_no_news(sessions):
    with sessions.begin() as session:
        post = make_post(session, tags="one").id
        session.add(AssetRow(post_id=post, remote_id=uuid4()))
        session.add(VerdictRow(post_id=post, tag_id=1, yes=True, account_id=1))
    with sessions.begin() as session:
        before = changes.read_changes(session, None).snapshot
        session.execute(sa.update(AssetRow).values(updated_at=NOW, doubted_at=NOW, tag_ids=[]))
        session.execute(sa.update(VerdictRow).values(account_id=None))
    with sessions.begin() as session:
        news = changes.read_changes(session, before)
        assert not news.effort
        session.execute(sa.update(VerdictRow).values(yes=False))
    with sessions.begin() as session:
        assert changes.read_changes(session, before).post_ids == {post}
        before = changes.read_changes(session, None).snapshot
        session.execute(sa.update(AssetRow).values(is_trashed=True))
    with sessions.begin() as session:
        assert changes.read_changes(session, before).parts == {Part.MIRRORED: {post}}


def test_searches_do_not_wait_while_many_news_are_taken_up(sessions, index, monkeypatch):
    monkeypatch.setattr(live, "MANY", 0)
    with sessions.begin() as session:
        make_post(session, tags="one")
    taken = live._State.take
    answered = []

    def take_slowly(*args):
        answered.append(compare(sessions, index))
        taken(*args)

    monkeypatch.setattr(live._State, "take", take_slowly)
    index._catch_up()

    assert answered[0] is False


def test_while_much_goes_on_the_feed_is_looked_at_again_soon(sessions, index, monkeypatch):
    rests = []

    def rest(seconds):
        rests.append(seconds)
        if len(rests) == 1:
            with sessions.begin() as session:
                make_post(session)
        index._stopped = len(rests) == 3

    monkeypatch.setattr(live, "LIVELY", 0)
    monkeypatch.setattr(index._wanted, "wait", rest)
    index._follow()

    assert rests == [live.GLANCE, live.SOON, live.GLANCE]


def test_an_index_of_another_history_begins_anew(sessions, index):
    with sessions.begin() as session:
        session.execute(sa.update(LibraryRow).values(uuid=uuid4()))
        make_post(session, tags="one")

    assert not compare(sessions, index)
    until(lambda: compare(sessions, index))


@pytest.mark.parametrize("trouble", [TimeoutError("of the pool"), DiskFull("full"), KeyError(7)])
def test_no_trouble_ends_the_thread_that_follows(sessions, index, monkeypatch, trouble):
    catch_up = index._catch_up
    troubles = [trouble]

    def catch_up_at_last():
        if troubles:
            raise troubles.pop()
        catch_up()

    monkeypatch.setattr(index, "_catch_up", catch_up_at_last)
    monkeypatch.setattr(live, "GLANCE", 0.01)
    index.start()

    until(lambda: not troubles)
    until(lambda: compare(sessions, index))


def test_an_index_that_broke_within_is_not_asked_again(sessions, index, monkeypatch):
    def break_off(*_):
        raise MemoryError

    monkeypatch.setattr(live, "GLANCE", 60.0)
    index.start()
    until(lambda: index._warmed)  # now its thread rests

    with monkeypatch.context() as patch, sessions.begin() as session:
        make_post(session, tags="one")
        session.flush()
        patch.setattr(live._State, "take", break_off)
        with pytest.raises(MemoryError):
            compare(sessions, index)

    assert not compare(sessions, index)
    index._wanted.set()  # as its next look would come
    until(lambda: compare(sessions, index))


def test_what_a_killed_writer_left_is_cleared_away(sessions, file):
    left = file.with_suffix(".1.new")
    left.write_bytes(b"half")
    long_ago = time.time() - 2 * snapshot.ONE_HOUR
    os.utime(left, (long_ago, long_ago))
    with closing(LiveIndex(sessions, "test", file)) as index:
        index.save()

    assert [one.name for one in file.parent.iterdir()] == [file.name]


def test_an_index_that_lost_its_place_in_the_feed_begins_anew(sessions, index):
    with sessions.begin() as session:
        make_post(session, tags="one")

    def is_lost():
        with sessions.begin() as session:
            session.execute(sa.delete(FeedReaderRow))  # it makes itself known again and again
            make_post(session)
            changes.prune(session)
        return not compare(sessions, index)

    until(is_lost)
    until(lambda: compare(sessions, index))


def test_a_closed_index_holds_nothing_back(sessions):
    index = LiveIndex(sessions, "test")
    index.load()
    index.close()
    with sessions.begin() as session:
        assert session.query(changes.FeedReaderRow).count() == 0


@pytest.fixture
def file(sessions, tmp_path):
    """A file of a small library, which went on since it was written."""
    file = tmp_path / "index" / "posts.npz"
    with sessions.begin() as session:
        for number in range(5):
            make_post(session, tags="one two" if number % 2 else "one", score=number)
    index = LiveIndex(sessions, "test", file)
    index.save()
    with sessions.begin() as session:
        make_post(session, tags="two", rating="g")
        session.delete(session.get_one(PostRow, 1))
    yield file
    index.close()


@pytest.fixture
def unread(file, monkeypatch):
    """Fails a test that reads the whole library."""

    def refuse(*_):
        raise AssertionError("the file was of no use")

    monkeypatch.setattr(LiveIndex, "_from_tables", refuse)


@pytest.mark.usefixtures("unread")
def test_an_index_begins_with_its_file_and_catches_up(sessions, file):
    index = LiveIndex(sessions, "test", file)
    index.load()

    assert compare(sessions, index)
    index.close()


@pytest.mark.usefixtures("unread")
def test_a_process_of_its_own_brings_the_file_up_to_date(sessions, database_url, file):
    before = read_head(file)
    save_apart(make_engine(database_url), file)

    assert read_head(file) != before
    index = LiveIndex(sessions, "test", file)
    index.begin()
    assert compare(sessions, index)
    index.close()


def test_who_lets_the_file_be_written_is_told_that_it_was_not(file):
    with pytest.raises(HomeBooruError):
        save_apart(make_engine("postgresql://nobody@/nothing?host=/nowhere"), file)


def damaged(file, how):
    held = bytearray(file.read_bytes())
    match how:
        case "cut":
            del held[len(held) // 2 :]
        case "empty":
            held.clear()
        case "flipped":
            held[len(held) // 3] ^= 1
        case "nonsense":
            held[:] = b"nonsense"
    file.write_bytes(held)


@pytest.mark.parametrize("how", ["cut", "empty", "flipped", "nonsense"])
def test_a_damaged_file_is_no_file(sessions, file, how):
    damaged(file, how)
    index = LiveIndex(sessions, "test", file)
    index.load()

    assert compare(sessions, index)
    index.close()


def test_a_file_of_another_library_or_version_is_no_file(sessions, file, monkeypatch):
    with sessions.begin() as session:
        head = snapshot.head_of(session, "")
        assert snapshot.load(file, head) is not None
        assert snapshot.load(file, replace(head, version=snapshot.VERSION + 1)) is None
        session.execute(sa.update(LibraryRow).values(uuid=uuid4()))
        assert snapshot.load(file, snapshot.head_of(session, "")) is None


def test_a_file_that_the_feed_has_left_behind_is_no_file(sessions, file):
    def is_left_behind():
        with sessions.begin() as session:
            make_post(session)
            session.execute(sa.delete(FeedReaderRow))
            changes.prune(session)
            horizon = session.scalars(sa.select(LibraryRow.feed_horizon)).one()
            return horizon is not None and int(horizon) > 0 and is_lost(session)

    def is_lost(session):
        try:
            changes.read_changes(session, snapshot.read_head(file).snapshot)
        except FeedLost:
            return True
        return False

    until(is_left_behind)
    index = LiveIndex(sessions, "test", file)
    index.load()

    assert compare(sessions, index)
    index.close()


@pytest.mark.slow
def test_whatever_writers_do_readers_see_just_what_the_tables_hold(sessions, database_url, index):
    with sessions.begin() as session:
        keep_lists(session)
        for _ in range(POSTS):
            make_post(session)
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=write, args=(database_url, n, 3, 4.0)) for n in range(3)]
    for writer in writers:
        writer.start()
    ready: list[bool] = []
    failures: list[Exception] = []

    def read(seed):
        chance = random.Random(seed)
        try:
            while any(writer.is_alive() for writer in writers):
                ready.append(compare(sessions, index, chance.sample(QUERIES, 3)))
                time.sleep(chance.random() * 0.02)
        except Exception as error:  # noqa: BLE001  the test tells of it
            failures.append(error)

    readers = [threading.Thread(target=read, args=(seed,)) for seed in range(2)]
    for reader in readers:
        reader.start()
    for thread in readers:
        thread.join(60)
    for writer in writers:
        writer.join(10)
    assert not failures
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    assert compare(sessions, index)
    assert ready.count(True) > 10
