"""A made-up library is the same twice, hangs together, and takes the place of nothing."""

from __future__ import annotations

import io

import psycopg
import pytest
import sqlalchemy as sa

from homebooru.cli.bars import Bar, BarProgress
from homebooru.db.engine import make_engine, make_sessions
from homebooru.db.queries.reviewing.measures import read_curves
from homebooru.db.tables import Base, ClaimRow, PostRow, StatementRow
from homebooru.domain.policy import Kind, Policy
from homebooru.domain.scope import EVERYTHING
from homebooru.domain.tags import Category
from homebooru.errors import Conflict, InvalidInput
from homebooru.files.thumbs import SIZES, ThumbStore
from homebooru.services.review.measuring import measure
from homebooru.services.searching import search
from homebooru.services.tags.deriving import check
from scripts.make_library.inventing import invent
from scripts.make_library.library import Wish, make_files
from scripts.make_library.pictures import write_thumbnails
from scripts.make_library.saying import (
    FALSE_SHAPE,
    GUESSED,
    KNOWN,
    MISTAKEN,
    MODEL,
    TRUE_SHAPE,
)
from scripts.make_library.taglist import read_list
from scripts.make_library.writing import write_library
from tests.databases import fresh

TAGS = """\
1girl,0,6000,"1girls"
highres,5,5000,""
,0,400,""
pleated_skirt,0,900,""
skirt,0,2500,""
some_artist,1,3000,""
saber_(fate),4,2000,""
fate,3,2500,""
odd,99,10,""
"""
RELATIONS = """\
id,antecedent_name,consequent_name,status
1,pleated_skirt,skirt,active
2,skirt,odd,deleted
"""
ALIASES = """\
antecedent_name,consequent_name
1girls,1girl
odd,1girl
"""


def quiet():
    return BarProgress("Posts", Bar(io.StringIO()))


def rows(sessions):
    """Return all that is stored, but for what the server itself made up."""
    made = {"library", "post_change", "tag_change", "feed_reader", "account"}
    with sessions() as session:
        return {
            table.name: sorted(map(repr, session.execute(sa.select(*told(table)))))
            for table in Base.metadata.sorted_tables
            if table.name not in made
        }


def told(table):
    return [c for c in table.c if not (c.name == "created_at" and table.name != "post")]


@pytest.fixture(scope="module")
def words():
    return invent()


@pytest.fixture
def wish(words):
    return Wish(words, 300)


def test_a_library_is_the_same_for_the_same_seed(sessions, cluster, template, worker_id, wish):
    write_library(sessions, wish, quiet())
    other = make_engine(cluster.url_of(fresh(cluster, f"other_{worker_id}", template)))
    try:
        write_library(make_sessions(other), wish, quiet())
        assert rows(make_sessions(other)) == rows(sessions)
    finally:
        other.dispose()
        with psycopg.connect(cluster.url_of("postgres"), autocommit=True) as connection:
            connection.execute(f"drop database other_{worker_id} with (force)")


def inverted_indexes(sessions):
    """Return the indexes that are dropped while a library is written."""
    made = "select indexdef from pg_indexes where indexdef like '% USING gin %' order by 1"
    with sessions() as session:
        return session.scalars(sa.text(made)).all()


def test_a_library_hangs_together(sessions, wish):
    indexes = inverted_indexes(sessions)
    write_library(sessions, wish, quiet())

    assert check(sessions, quiet()) == 0
    answer = search(sessions, "", EVERYTHING, limit=200)
    assert 280 <= answer.count <= 300
    tag = answer.related[0]
    assert search(sessions, tag.name, EVERYTHING).count == tag.count
    with sessions() as session:
        posts = list(session.scalars(sa.select(PostRow)))
        assert 25 < sum(len(post.tag_ids) for post in posts) / len(posts) < 40
        assert any(post.parent_id for post in posts)
        assert {post.rating for post in posts} >= {"g", "s", "q", "e"}
        assert {post.mime for post in posts} >= {"image/jpeg", "image/png", "image/webp"}
        model = Policy().sources(Kind.MODEL)
        sources = set(session.scalars(sa.select(ClaimRow.source)))
        assert len(sources) == 3
        assert len(sources & model) == 1
        assert session.scalar(sa.select(sa.func.count()).select_from(StatementRow))
        session.add(PostRow())
        session.flush()  # its number is free
    assert inverted_indexes(sessions) == indexes


def test_a_list_gives_names_frequencies_and_relations(sessions, tmp_path):
    files = [tmp_path / name for name in ("tags.csv", "aliases.csv", "relations.csv")]
    for file, text in zip(files, (TAGS, ALIASES, RELATIONS), strict=True):
        file.write_text(text, "utf-8")
    tags = read_list(*files)
    assert [word.name for word in tags.words] == [
        "1girl", "highres", "pleated_skirt", "skirt", "some_artist", "saber_(fate)", "fate", "odd",
        "1girls",
    ]  # fmt: skip

    write_library(sessions, Wish(tags, 400, mean=2), quiet())

    assert check(sessions, quiet()) == 0
    counts = {tag.name: tag.count for tag in search(sessions, "", EVERYTHING).related}
    assert counts["1girl"] > counts["some_artist"] > counts["pleated_skirt"] > 0
    assert search(sessions, "pleated_skirt -skirt", EVERYTHING).count == 0
    one_alias = search(sessions, "1girls", EVERYTHING).count
    assert one_alias == search(sessions, "odd", EVERYTHING).count == counts["1girl"]


def test_lists_that_are_none_are_refused(tmp_path):
    file = tmp_path / "list.csv"
    for text in ("", "\n", ",0,5\n", "a-tag\n"):
        file.write_text(text)
        with pytest.raises(InvalidInput):
            read_list(file, None, None)
    file.write_text("tag,0,5\n")
    with pytest.raises(InvalidInput, match="antecedent_name"):
        read_list(file, file, None)


def test_a_library_takes_the_place_of_nothing(sessions, wish):
    with sessions.begin() as session:
        session.add(PostRow())
    with pytest.raises(Conflict):
        write_library(sessions, wish, quiet())
    assert search(sessions, "is:pending", EVERYTHING).count == 1


def test_every_post_of_a_library_can_be_shown(tmp_path, words):
    wish = Wish(words, 60)
    thumbs = ThumbStore(tmp_path / "thumbnails")
    write_thumbnails(thumbs, wish, quiet())

    digests = [file.digests.sha256 for _, batch in make_files(wish) for file in batch.files]
    assert len(digests) == 60
    assert all(thumbs.has(digest) for digest in digests)
    files = {thumbs.path(digest, size).stat().st_ino for digest in digests for size in SIZES}
    assert len(files) < 2 * 48


def test_what_is_measured_of_the_model_are_the_errors_that_it_was_made_with(sessions, words):
    posts = 1200
    write_library(sessions, Wish(words, posts), quiet())
    assert measure(sessions, quiet()) == posts
    with sessions() as session:
        curve = read_curves(session)[MODEL, Category.GENERAL]
    every, believed = curve.from_on[0], curve.from_on[50]
    asked = posts * KNOWN * GUESSED
    assert every.wrong / asked == pytest.approx(MISTAKEN, rel=0.2)  # some are of other categories
    assert believed.right / every.right == pytest.approx(1 - cumulated(TRUE_SHAPE, 0.5), abs=0.02)
    assert believed.wrong / every.wrong == pytest.approx(1 - cumulated(FALSE_SHAPE, 0.5), abs=0.03)
    low, high = believed.interval
    assert low < believed.precision < high
    threshold = curve.threshold(0.99)
    assert curve.from_on[round(100 * threshold)].interval[0] >= 0.99
    assert curve.from_on[round(100 * threshold) - 1].interval[0] < 0.99


def cumulated(shape, share, steps=10_000):
    """Return how much of a beta distribution lies below a share, by adding up thin slices."""
    a, b = shape
    density = [(x / steps) ** (a - 1) * (1 - x / steps) ** (b - 1) for x in range(1, steps)]
    return sum(density[: round(share * steps)]) / sum(density)
