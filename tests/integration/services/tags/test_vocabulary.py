import pytest
import sqlalchemy as sa

from homebooru.db.tables import PostRow, RetagOrderRow, TagRow
from homebooru.domain.said import Said
from homebooru.errors import Conflict, InvalidInput, NotFound
from homebooru.services.tags import tuning, vocabulary
from homebooru.services.tags.deriving import retag_due
from tests.factories import edit_post, make_post, said_tags


def names(sessions, post_id):
    with sessions() as session:
        post = session.get_one(PostRow, post_id)
        return set(session.scalars(sa.select(TagRow.name).where(TagRow.id.in_(post.tag_ids))))


@pytest.fixture
def post(sessions):
    with sessions.begin() as session:
        return make_post(session, tags="cat").id


def test_an_alias_is_ordered_at_once_and_applied_later(sessions, post, quiet):
    vocabulary.add_alias(sessions, "cat", "felis")
    assert names(sessions, post) == {"cat"}
    assert retag_due(sessions, quiet) == 1
    assert names(sessions, post) == {"felis"}
    assert retag_due(sessions, quiet) == 0


def test_what_is_said_afterwards_follows_the_alias_at_once(sessions, post):
    vocabulary.add_alias(sessions, "cat", "felis")
    with sessions.begin() as session:
        assert make_post(session, tags="cat").tag_ids != []
        later = make_post(session, tags="cat").id
    assert names(sessions, later) == {"felis"}


def test_an_alias_can_be_taken_back(sessions, post, quiet):
    vocabulary.add_alias(sessions, "cat", "felis")
    retag_due(sessions, quiet)
    vocabulary.remove_alias(sessions, "cat")
    retag_due(sessions, quiet)
    assert names(sessions, post) == {"cat"}


def test_aliases_form_chains(sessions, post, quiet):
    vocabulary.add_alias(sessions, "cat", "felis")
    vocabulary.add_alias(sessions, "felis", "animal")
    retag_due(sessions, quiet)
    assert names(sessions, post) == {"animal"}


def test_implications_follow_each_other(sessions, post, quiet):
    vocabulary.add_implication(sessions, "cat", "mammal")
    vocabulary.add_implication(sessions, "mammal", "animal")
    retag_due(sessions, quiet)
    assert names(sessions, post) == {"cat", "mammal", "animal"}
    vocabulary.remove_implication(sessions, "cat", "mammal")
    retag_due(sessions, quiet)
    assert names(sessions, post) == {"cat"}


def test_circles_are_refused_and_leave_nothing_behind(sessions):
    vocabulary.add_alias(sessions, "a", "b")
    vocabulary.add_implication(sessions, "b", "c")
    for refused in (
        lambda: vocabulary.add_alias(sessions, "b", "a"),
        lambda: vocabulary.add_alias(sessions, "c", "a"),
        lambda: vocabulary.add_alias(sessions, "b", "c"),
        lambda: vocabulary.add_implication(sessions, "c", "a"),
        lambda: vocabulary.add_implication(sessions, "a", "b"),
        lambda: vocabulary.add_implication(sessions, "new", "new"),
        lambda: vocabulary.add_alias(sessions, "new", "new"),
    ):
        with pytest.raises(InvalidInput):
            refused()
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(RetagOrderRow)) == 2
        assert session.scalar(sa.select(TagRow.id).where(TagRow.name == "new")) is None


def test_a_tag_means_one_thing_only(sessions):
    vocabulary.add_alias(sessions, "a", "b")
    vocabulary.add_alias(sessions, "a", "b")  # known already: nothing happens
    with pytest.raises(Conflict, match="alias of b already"):
        vocabulary.add_alias(sessions, "a", "c")


def test_what_does_not_hold_cannot_be_taken_back(sessions, post):
    for refused in (
        lambda: vocabulary.remove_alias(sessions, "cat"),
        lambda: vocabulary.remove_alias(sessions, "never_seen"),
        lambda: vocabulary.remove_implication(sessions, "cat", "never_seen"),
    ):
        with pytest.raises(NotFound):
            refused()


def test_a_rejected_tag_stays_rejected_under_its_new_name(sessions, post, quiet):
    with sessions.begin() as session:
        edit_post(session, post, "-cat")
    vocabulary.add_alias(sessions, "cat", "felis")
    retag_due(sessions, quiet)
    assert names(sessions, post) == set()


def test_a_tag_that_was_rejected_under_another_name_comes_back_with_its_own(sessions, post, quiet):
    vocabulary.add_alias(sessions, "cat", "felis")
    with sessions.begin() as session:
        edit_post(session, post, "-felis")
    retag_due(sessions, quiet)
    assert names(sessions, post) == set()
    vocabulary.remove_alias(sessions, "cat")
    retag_due(sessions, quiet)
    assert names(sessions, post) == {"cat"}


def test_a_guess_is_weighed_anew_when_its_tag_moves_to_another_category(sessions, quiet):
    guess = Said(tags=said_tags("artist:somebody"), confidences=(0.6,))
    with sessions.begin() as session:
        post = make_post(session, said=guess, source="camie").id
        assert make_post(session).tag_ids == []
    assert names(sessions, post) == set()  # an artist takes more than that
    with sessions.begin() as session:
        other = make_post(session, said=Said(tags=said_tags("general:somebody")), source="e621").id
    retag_due(sessions, quiet)
    assert names(sessions, post) == names(sessions, other) == {"somebody"}


def test_a_guess_is_weighed_anew_when_its_tag_gets_another_meaning(sessions, quiet):
    guess = Said(tags=said_tags("artist:somebody"), confidences=(0.6,))
    with sessions.begin() as session:
        post = make_post(session, said=guess, source="camie").id
    vocabulary.add_alias(sessions, "somebody", "thing")
    retag_due(sessions, quiet)
    assert names(sessions, post) == {"thing"}


def test_a_large_order_stops_between_batches_and_goes_on_later(
    sessions, quiet, for_batches, monkeypatch
):
    monkeypatch.setattr("homebooru.services.tags.deriving.BATCH", 2)
    with sessions.begin() as session:
        posts = [make_post(session, tags="cat").id for _ in range(5)]
    vocabulary.add_alias(sessions, "cat", "felis")
    assert retag_due(sessions, for_batches(1)) == 2
    assert [names(sessions, post) for post in posts] == [{"felis"}] * 2 + [{"cat"}] * 3
    assert retag_due(sessions, quiet) == 3
    assert [names(sessions, post) for post in posts] == [{"felis"}] * 5


def test_two_workers_do_not_disturb_each_other(sessions, post, quiet):
    vocabulary.add_alias(sessions, "cat", "felis")
    with sessions.begin() as session:
        from homebooru.db.queries import locks

        assert locks.try_retagging(session)
        assert retag_due(sessions, quiet) == 0
    assert retag_due(sessions, quiet) == 1


def test_trust_is_data_and_every_post_follows(sessions, post, quiet):
    tuning.tune(sessions, "trust", {"text": 0})
    assert retag_due(sessions, quiet) == 1
    assert names(sessions, post) == set()
    tuning.tune(sessions, "trust", {"text": 0})  # as it is already: no work
    assert retag_due(sessions, quiet) == 0
    assert tuning.current_policy(sessions).trust("text") == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("trust", {"text": 2}),
        ("trust", {"text": "much"}),
        ("trust", {"text": True}),
        ("thresholds", {"no_such_category": 0.5}),
        ("colour", "red"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(sessions, name, value):
    with pytest.raises(InvalidInput):
        tuning.tune(sessions, name, value)
