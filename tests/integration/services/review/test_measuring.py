"""How often models were right is measured, kept, and thresholds follow from it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from homebooru.db.queries.policy import keep_setting, setting
from homebooru.db.queries.reviewing.measures import read_curves, read_scores, worst_tags
from homebooru.db.tables import PostRow, RetagOrderRow, TagRow, TuningRow
from homebooru.domain.review.scoring import Score
from homebooru.domain.tags import Category
from homebooru.services.review import measuring
from homebooru.services.review.measuring import follow, measure
from homebooru.services.tags import tuning
from homebooru.services.tags.deriving import check, retag_due
from tests.factories import edit_post

CAMIE = ("camie", Category.GENERAL)


def right_and_wrong(add_many, sure, right, wrong):
    add_many(right, camie={"cat": sure}, danbooru="cat")
    add_many(wrong, camie={"cat": sure}, danbooru="dog")


def test_what_boorus_and_people_know_is_counted_and_the_rest_is_not(
    sessions, add, add_many, quiet, monkeypatch
):
    monkeypatch.setattr(measuring, "BATCH", 2)
    right_and_wrong(add_many, 0.6, 3, 1)
    asked, unknown = add(camie={"cat": 0.3}), add(camie={"cat": 0.9})
    with sessions.begin() as session:
        edit_post(session, asked, "-cat")
    assert measure(sessions, quiet) == 6
    with sessions() as session:
        [curve] = read_curves(session).values()
        assert curve.buckets == {30: Score(0, 1), 60: Score(3, 1)}
        cat = session.scalars(sa.select(TagRow.id).where(TagRow.name == "cat")).one()
        [score] = read_scores(session, [cat])
        assert (score.all, score.sure) == (Score(3, 2), Score(3, 1))
        assert [worst.tag_id for worst in worst_tags(session, at_least=4, limit=5)] == [cat]
        assert worst_tags(session, at_least=5, limit=5) == []
    assert measuring.measured_at(sessions) is not None
    assert unknown


def test_a_measuring_that_is_stopped_leaves_what_was_there(
    sessions, add, quiet, for_batches, monkeypatch
):
    for _ in range(2):
        add(camie={"cat": 0.6}, danbooru="cat")
    measure(sessions, quiet)
    add(camie={"cat": 0.6}, danbooru="dog")
    monkeypatch.setattr(measuring, "BATCH", 1)
    measure(sessions, for_batches(1))
    with sessions() as session:
        assert read_curves(session)[CAMIE].buckets == {60: Score(2, 0)}


def test_the_threshold_follows_once_a_day_and_moves_posts_as_one_order(
    sessions, add, add_many, quiet
):
    right_and_wrong(add_many, 0.55, 30, 30)
    right_and_wrong(add_many, 0.8, 120, 0)
    alone = add(camie={"cat": 0.6}), add(camie={"cat": 0.85})
    measure(sessions, quiet)
    assert follow(sessions) == {}  # nobody wants a precision
    tuning.tune(sessions, "precisions", {"general": 0.95})
    assert follow(sessions) == {}  # not twice in a day
    assert follow(sessions, at_once=True) == {"camie/general": 0.56}
    with sessions() as session:
        assert session.query(RetagOrderRow).count() >= 1
        last = session.scalars(sa.select(TuningRow).order_by(TuningRow.id.desc())).first()
        assert (last.account_id, last.after["followed"]) == (None, {"camie/general": 0.56})
    retag_due(sessions, quiet)
    assert check(sessions, quiet) == 0
    with sessions() as session:
        assert [len(session.get_one(PostRow, post).tag_ids) for post in alone] == [1, 1]
    tunings = len(tuning.list_tunings(sessions))
    assert follow(sessions, at_once=True) == {"camie/general": 0.56}
    assert len(tuning.list_tunings(sessions)) == tunings  # nothing moved


def test_a_threshold_follows_again_on_the_next_day(sessions, add_many, quiet):
    right_and_wrong(add_many, 0.8, 60, 0)
    measure(sessions, quiet)
    tuning.tune(sessions, "precisions", {"general": 0.9})
    first = follow(sessions)
    right_and_wrong(add_many, 0.8, 0, 30)
    right_and_wrong(add_many, 0.9, 90, 0)
    measure(sessions, quiet)
    assert follow(sessions) == first
    with sessions.begin() as session:
        then = measuring.datetime.fromisoformat(setting(session, measuring.FOLLOWED))
        keep_setting(session, measuring.FOLLOWED, (then - timedelta(days=1)).isoformat())
    assert follow(sessions) == {"camie/general": 0.81}


@pytest.mark.parametrize("right", [0, 49])
def test_too_few_answers_teach_nothing(sessions, add_many, quiet, right):
    right_and_wrong(add_many, 0.8, right, 0)
    measure(sessions, quiet)
    tuning.tune(sessions, "precisions", {"general": 0.9})
    assert follow(sessions) == {}


def test_who_wants_another_precision_gets_the_threshold_that_follows_at_once(
    sessions, add_many, quiet
):
    right_and_wrong(add_many, 0.55, 30, 30)
    right_and_wrong(add_many, 0.8, 120, 0)
    measure(sessions, quiet)
    wanted = {"precisions": {"general": 0.95}}
    foreseen = measuring.foreseen(sessions, wanted)
    assert foreseen == wanted | {"followed": {"camie/general": 0.56}}
    tuning.tune_all(sessions, foreseen)
    more = {"precisions": {"general": 0.95, "artist": 0.9}}
    assert measuring.foreseen(sessions, more) == more | {"followed": {"camie/general": 0.56}}
    assert measuring.foreseen(sessions, {"precisions": {}})["followed"] == {}
    of_one = {"precisions": {"general": 0.95, "camie/general": 0.4, "wd/general": 0.9}}
    assert measuring.foreseen(sessions, of_one)["followed"] == {"camie/general": 0.0}
    assert measuring.foreseen(sessions, {"floors": {}}) == {"floors": {}}
