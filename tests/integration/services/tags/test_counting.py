import sqlalchemy as sa

from homebooru.db.tables import PostRow, TagCountDeltaRow, TagRow
from homebooru.domain.said import Said
from homebooru.services.tags import counting
from homebooru.services.tags.claiming import keep_claims
from homebooru.services.tags.counting import fold_counts, recount
from homebooru.services.tags.deriving import check, rebuild, uncount
from tests.factories import make_post


def totals(sessions):
    with sessions() as session:
        return {tag.name: tag.count for tag in session.scalars(sa.select(TagRow))}


def test_deltas_are_folded_into_the_counts(sessions):
    with sessions.begin() as session:
        make_post(session, tags="one two")
        gone = make_post(session, tags="one three")
        assert set(totals(sessions).values()) <= {0}
        keep_claims(session, {(gone.id, "text"): Said()})
    fold_counts(sessions)
    assert totals(sessions) == {"one": 1, "two": 1, "three": 0}
    assert fold_counts(sessions) == 0


def test_many_deltas_are_folded_batch_by_batch(sessions, monkeypatch):
    monkeypatch.setattr(counting, "BATCH", 2)
    with sessions.begin() as session:
        for _ in range(3):
            make_post(session, tags="one two three")
    assert fold_counts(sessions) == 9
    assert totals(sessions) == {"one": 3, "two": 3, "three": 3}


def test_posts_that_are_deleted_leave_the_counts(sessions, quiet):
    with sessions.begin() as session:
        gone = make_post(session, tags="one two")
        make_post(session, tags="one")
        assert uncount(session, [gone.id, 99]) == [gone.id]
        session.execute(sa.delete(PostRow).where(PostRow.id == gone.id))
    fold_counts(sessions)
    assert totals(sessions) == {"one": 1, "two": 0}
    assert check(sessions, quiet) == 0


def test_a_recount_mends_what_is_wrong(sessions):
    with sessions.begin() as session:
        make_post(session, tags="one two")
        session.execute(sa.update(TagRow).where(TagRow.name == "one").values(count=7))
        session.add(TagCountDeltaRow(tag_id=2, delta=5))
    assert recount(sessions) == 2
    assert recount(sessions) == 0
    fold_counts(sessions)
    assert totals(sessions) == {"one": 1, "two": 1}


def test_a_rebuild_mends_what_somebody_else_broke(sessions, quiet):
    with sessions.begin() as session:
        posts = [make_post(session, tags="one two", rating="s") for _ in range(3)]
        session.execute(sa.update(PostRow).where(PostRow.id == 2).values(tag_ids=[], rating="e"))
    assert check(sessions, quiet) == 3  # a post, and two counts
    with sessions() as session:
        assert session.get_one(PostRow, 2).tag_ids == []  # a check mends nothing
    assert rebuild(sessions, quiet) == 3
    assert check(sessions, quiet) == 0
    with sessions() as session:
        row = session.get_one(PostRow, 2)
        assert (row.tag_ids, row.rating) == (posts[0].tag_ids, "s")
