from datetime import UTC, datetime

import sqlalchemy as sa

from homebooru.db.queries.changes import read_changes
from homebooru.db.tables import ClaimRow, PostRow, RetagOrderRow, TagRow
from homebooru.domain.ratings import Rating
from homebooru.domain.said import Said
from homebooru.domain.tags import Category, SaidTag
from homebooru.services.tags.claiming import keep_claims
from tests.factories import make_post, said_tags


def names(session, post_id):
    post = session.get_one(PostRow, post_id, populate_existing=True)
    tags = session.scalars(sa.select(TagRow.name).where(TagRow.id.in_(post.tag_ids)))
    return set(tags)


def test_a_post_has_the_tags_that_are_said_of_it(sessions):
    with sessions.begin() as session:
        post = make_post(session, tags="1girl artist:somebody", rating="s")
        assert names(session, post.id) == {"1girl", "somebody"}
    assert (post.rating, post.rating_by) == ("s", "text")
    assert (post.general_count, post.artist_count) == (1, 1)


def test_a_new_answer_takes_the_place_of_the_old_one(sessions):
    with sessions.begin() as session:
        post = make_post(session, tags="one two")
        keep_claims(session, {(post.id, "text"): Said(tags=said_tags("two three"))})
        assert names(session, post.id) == {"two", "three"}


def test_sources_do_not_touch_each_others_claims(sessions):
    with sessions.begin() as session:
        post = make_post(session, tags="one")
        keep_claims(session, {(post.id, "xmp"): Said(tags=said_tags("two"))})
        assert names(session, post.id) == {"one", "two"}
        keep_claims(session, {(post.id, "text"): None})
        assert names(session, post.id) == {"two"}


def test_many_posts_and_sources_at_once(sessions):
    with sessions.begin() as session:
        posts = [make_post(session).id for _ in range(3)]
        keep_claims(
            session,
            {
                (post, source): Said(tags=said_tags(f"{source}_{post} all"))
                for post in posts
                for source in ("xmp", "text")
            },
        )
        for post in posts:
            assert names(session, post) == {f"xmp_{post}", f"text_{post}", "all"}


def test_the_same_answer_again_is_no_news(sessions):
    said = Said(
        tags=(SaidTag("one"), SaidTag("two", Category.META)),
        confidences=(0.123456789, 1.0),
        rating=Rating.GENERAL,
        parent="danbooru:1",
        sources=("https://example.org/1",),
        md5="0123456789abcdef0123456789abcdef",
        remote_ids=("danbooru:1", "e621:2"),
        score=5,
        stars=4,
        description="words",
        place="here",
        taken_at=datetime(2020, 1, 1, tzinfo=UTC),
    )
    with sessions.begin() as session:
        post = make_post(session, said=said, source="camie").id
    with sessions.begin() as session:
        before = read_changes(session, None).snapshot
        claimed_at = session.get_one(ClaimRow, (post, "camie")).claimed_at
    with sessions.begin() as session:
        keep_claims(session, {(post, "camie"): said})
    with sessions.begin() as session:
        assert read_changes(session, before).post_ids == frozenset()
        assert session.get_one(ClaimRow, (post, "camie")).claimed_at == claimed_at


def test_what_cannot_be_kept_is_left_out_and_the_rest_stands(sessions):
    said = Said(
        tags=(SaidTag("good"), SaidTag("*,bad"), SaidTag("Good"), SaidTag("x" * 300)),
        score=2**40,
        stars=9,
        description="a\0b\ud800",
        sources=("", "\0"),
        md5="none",
        remote_ids=("", "danbooru:1\0"),
    )
    with sessions.begin() as session:
        post = make_post(session, said=said)
        assert names(session, post.id) == {"good"}
        claim = session.get_one(ClaimRow, (post.id, "text"))
        assert (claim.md5, claim.remote_ids) == (None, ["danbooru:1"])
    assert (post.score, post.stars) == (2**31 - 1, None)
    assert (post.description, post.sources) == ("ab?", [])


def test_a_post_that_is_gone_is_passed_over(sessions):
    with sessions.begin() as session:
        keep_claims(session, {(999, "text"): Said(tags=said_tags("one"))})
        assert session.scalars(sa.select(ClaimRow)).all() == []


def test_the_most_trusted_voice_decides_the_category(sessions):
    def category(session, name):
        return session.execute(
            sa.select(TagRow.category, TagRow.category_by).where(TagRow.name == name)
        ).one()

    with sessions.begin() as session:
        post = make_post(session, tags="thing").id
        assert category(session, "thing") == (Category.GENERAL, None)
        said = Said(tags=(SaidTag("thing", Category.META),))
        keep_claims(session, {(post, "embedded"): said})
        assert category(session, "thing") == (Category.META, "embedded")
        said = Said(tags=(SaidTag("thing", Category.LORE),))
        keep_claims(session, {(post, "text"): said})
        assert category(session, "thing") == (Category.META, "embedded")
        said = Said(tags=(SaidTag("thing", Category.ARTIST),))
        keep_claims(session, {(post, "danbooru"): said})
        assert category(session, "thing") == (Category.ARTIST, "danbooru")
        row = session.get_one(PostRow, post, populate_existing=True)
        assert (row.artist_count, row.meta_count) == (1, 0)


def test_only_a_tag_that_moves_to_another_category_makes_work(sessions):
    def count(session):
        return session.scalar(sa.select(sa.func.count()).select_from(RetagOrderRow))

    with sessions.begin() as session:
        post = make_post(session, tags="artist:a meta:b c").id
        assert count(session) == 0
        said = Said(tags=said_tags("artist:a general:c"))
        keep_claims(session, {(post, "danbooru"): said})
        assert count(session) == 0
        keep_claims(session, {(post, "xmp"): Said(tags=said_tags("lore:b"))})
        assert count(session) == 1


def test_the_date_is_the_pictures_own_or_that_of_its_oldest_file(sessions):
    taken = datetime(2019, 5, 1, tzinfo=UTC)
    with sessions.begin() as session:
        post = make_post(session, mtime_ns=1_600_000_000_123_456_789)
        assert post.dated_at == datetime(2020, 9, 13, 12, 26, 40, 123456, tzinfo=UTC)
        keep_claims(session, {(post.id, "xmp"): Said(taken_at=taken)})
        session.refresh(post)
        assert post.dated_at == post.taken_at == taken


def test_a_claim_can_name_a_post_of_ours_as_the_parent(sessions):
    with sessions.begin() as session:
        old, new = make_post(session), make_post(session)
        keep_claims(session, {(new.id, "homebooru"): Said(parent=f"post:{old.id}")})
        session.refresh(new)
        assert new.parent_id == old.id
        for nowhere in (f"post:{new.id}", "post:4711", "post:", "danbooru:1"):
            keep_claims(session, {(new.id, "homebooru"): Said(parent=nowhere)})
            session.refresh(new)
            assert new.parent_id is None
