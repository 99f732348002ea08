"""Settings of trust: foretold, set as one change, kept, taken back; and people's words hold."""

import pytest
import sqlalchemy as sa

from homebooru.db.tables import PostRow, RetagOrderRow
from homebooru.domain.ratings import Rating
from homebooru.domain.said import Said
from homebooru.domain.scope import EVERYTHING, Scope
from homebooru.errors import InvalidInput, NotFound
from homebooru.services.tags import previewing, tuning, vocabulary
from homebooru.services.tags.claiming import keep_claims
from homebooru.services.tags.deriving import check, rebuild, retag_due
from homebooru.services.tags.previewing import consequence
from tests.factories import edit_post, make_post, said_tags


def sure(text, *confidences):
    return Said(tags=said_tags(text), confidences=confidences)


@pytest.fixture
def posts(sessions):
    with sessions.begin() as session:
        made = [make_post(session, tags="cat").id for _ in range(4)]
        for number, post in enumerate(made):
            keep_claims(session, {(post, "camie"): sure("dog", 0.3 + number / 10)})
    return made


def tags_of(sessions, posts):
    with sessions() as session:
        return [len(session.get_one(PostRow, post).tag_ids) for post in posts]


def test_what_a_change_would_do_is_told_and_is_what_it_does(sessions, posts, quiet):
    wanted = {"thresholds": {"general": 0.4}, "trust": {"text": 0}}
    told = consequence(sessions, wanted, EVERYTHING)
    assert told.is_exact
    assert (told.gaining, told.gained, told.losing, told.lost) == (1, 1, 4, 4)
    assert [(tag.name, count) for tag, count in told.losses] == [("cat", 4)]
    assert tags_of(sessions, posts) == [1, 1, 2, 2]
    tuning.tune_all(sessions, wanted)
    retag_due(sessions, quiet)
    assert tags_of(sessions, posts) == [0, 1, 1, 1]
    assert consequence(sessions, wanted, EVERYTHING).is_nothing


def test_of_many_posts_a_part_is_looked_at_and_it_is_called_an_estimate(
    sessions, posts, monkeypatch
):
    monkeypatch.setattr(previewing, "SAMPLE", 2)
    told = consequence(sessions, {"trust": {"text": 0}}, EVERYTHING)
    assert (told.posts, told.looked_at, told.is_exact) == (4, 2, False)
    assert (told.losing, told.lost) == (4, 4)
    assert told == consequence(sessions, {"trust": {"text": 0}}, EVERYTHING)


def test_what_is_out_of_sight_is_not_told_of(sessions, posts):
    with sessions.begin() as session:
        edit_post(session, posts[0], "rating:g")
    seen = Scope(ceiling=Rating.GENERAL)
    assert consequence(sessions, {"trust": {"text": 0}}, seen).losing == 1


def test_changes_are_kept_with_who_made_them_and_lead_back(sessions, posts, quiet):
    tuning.tune_all(sessions, {"trust": {"text": 0}, "floors": {"general": 0.1}}, account_id=1)
    tuning.tune_all(sessions, {"trust": {"text": 0}})  # as it is already
    [change] = tuning.list_tunings(sessions)
    assert (change.changed, change.is_persons) == (("trust", "floors"), True)
    with sessions() as session:
        assert len(session.scalars(sa.select(RetagOrderRow)).all()) == 1
    before = tuning.settings_before(sessions, change.id)
    tuning.tune_all(sessions, {"trust": {}, "floors": {}} | dict(before), account_id=1)
    retag_due(sessions, quiet)
    assert tags_of(sessions, posts) == [1, 1, 2, 2]
    with pytest.raises(NotFound):
        tuning.settings_before(sessions, 99)


def test_a_change_that_makes_no_sense_changes_nothing(sessions):
    for wanted in ({"trust": {"text": 2}}, {"nothing": 1}):
        with pytest.raises(InvalidInput):
            tuning.tune_all(sessions, {"floors": {"general": 0.1}} | wanted)
    assert tuning.list_tunings(sessions) == ()
    assert tuning.current_settings(sessions) == {}


def test_nobody_but_a_person_overrules_a_person_whatever_happens(sessions, quiet):
    """Re-tagging, a new model, another sidecar, an import, other trust, a merge: words hold."""
    with sessions.begin() as session:
        post = make_post(session, tags="cat").id
        edit_post(session, post, "-cat bird")
    with sessions.begin() as session:
        keep_claims(
            session,
            {
                (post, "wd"): sure("cat", 0.99),
                (post, "camie"): sure("cat", 1.0),
                (post, "xmp"): Said(tags=said_tags("cat dog")),
                (post, "gallery-dl"): Said(tags=said_tags("cat")),
                (post, "danbooru"): Said(tags=said_tags("feline")),
            },
        )
    tuning.tune_all(sessions, {"trust": {"camie": 1, "wd": 1}, "models_join_boorus": True})
    vocabulary.add_alias(sessions, "feline", "cat")
    retag_due(sessions, quiet)
    with sessions.begin() as session:
        names = session.execute(
            sa.text("select name from tag, post where post.id = :post and tag.id = any(tag_ids)"),
            {"post": post},
        )
        assert sorted(names.scalars()) == ["bird", "dog"]
        keep_claims(session, {(post, source): None for source in ("wd", "camie", "xmp", "text")})
    assert rebuild(sessions, quiet) == check(sessions, quiet) == 0
    assert tags_of(sessions, [post]) == [1]
