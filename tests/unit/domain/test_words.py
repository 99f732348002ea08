import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homebooru.domain.ratings import Rating
from homebooru.domain.said import Said
from homebooru.domain.tags import Category, SaidTag
from homebooru.domain.words import said_from_json, said_to_json, union

TEXTS = st.none() | st.text(min_size=1, max_size=4)
MOMENTS = st.none() | st.datetimes(
    min_value=datetime(1900, 1, 1),
    max_value=datetime(2100, 1, 1),
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=9))]),
)
TAGS = st.builds(SaidTag, st.sampled_from("abcd"), st.none() | st.sampled_from(list(Category)))


@st.composite
def voices(draw):
    tags = tuple(draw(st.lists(TAGS, max_size=4)))
    sure = draw(st.none() | st.just(tuple(draw(st.floats(0, 1)) for _ in tags)))
    return Said(
        tags=tags,
        confidences=sure,
        rating=draw(st.none() | st.sampled_from(list(Rating))),
        parent=draw(TEXTS),
        sources=tuple(draw(st.lists(st.text(max_size=3), max_size=3))),
        md5=draw(st.none() | st.sampled_from(["0" * 32, "a" * 32])),
        remote_ids=tuple(draw(st.lists(st.text(max_size=3), max_size=3))),
        score=draw(st.none() | st.integers(-9, 9)),
        stars=draw(st.none() | st.integers(1, 5)),
        description=draw(TEXTS),
        place=draw(TEXTS),
        taken_at=draw(MOMENTS),
    )


class TestUnion:
    @given(voices(), voices())
    def test_does_not_care_who_speaks_first(self, one, other):
        assert union([one, other]) == union([other, one])

    @given(voices(), voices(), voices())
    def test_does_not_care_who_is_united_first(self, one, two, three):
        assert union([union([one, two]), three]) == union([one, union([two, three])])
        assert union([one, two, three]) == union([union([one, two]), three])

    @given(voices())
    def test_hears_nothing_new_in_repetition(self, one):
        assert union([one, one]) == union([one])
        assert union([union([one])]) == union([one])

    def test_of_nobody_says_nothing(self):
        assert union([]) == Said()

    def test_takes_the_tags_of_all_and_the_category_of_whoever_knows_it(self):
        united = union(
            [
                Said(tags=(SaidTag("rem"), SaidTag("blue_hair", Category.GENERAL))),
                Said(tags=(SaidTag("rem", Category.CHARACTER), SaidTag("ram"))),
                Said(tags=(SaidTag("rem", Category.GENERAL),)),
            ]
        )

        assert united.tags == (
            SaidTag("blue_hair", Category.GENERAL),
            SaidTag("ram"),
            SaidTag("rem", Category.CHARACTER),
        )
        assert united.confidences is None

    def test_takes_the_higher_confidence_and_counts_the_certain_as_one(self):
        unsure = Said(tags=(SaidTag("a"), SaidTag("b")), confidences=(0.5, 0.25))

        assert union([unsure, Said(tags=(SaidTag("a"),))]).confidences == (1, 0.25)

    def test_takes_the_strictest_rating_the_longest_text_and_the_earliest_date(self):
        old, new = datetime(2001, 1, 1, tzinfo=UTC), datetime(2002, 1, 1, tzinfo=UTC)
        united = union(
            [
                Said(rating=Rating.SENSITIVE, description="bb", stars=2, taken_at=new, score=-1),
                Said(rating=Rating.QUESTIONABLE, description="aa", stars=4, taken_at=old, score=-5),
                Said(rating=Rating.GENERAL, description="c", sources=("y", "x")),
                Said(sources=("x",), parent="danbooru:2"),
            ]
        )

        assert united == Said(
            rating=Rating.QUESTIONABLE,
            description="aa",
            stars=4,
            taken_at=old,
            score=-1,
            sources=("x", "y"),
            parent="danbooru:2",
        )


class TestJson:
    @given(voices())
    @settings(max_examples=50)
    def test_returns_what_was_kept(self, said):
        assert said_from_json(json.loads(json.dumps(said_to_json(said)))) == said

    def test_leaves_out_what_is_not_said(self):
        assert said_to_json(Said()) == {}
        assert said_to_json(Said(score=0, confidences=())) == {"score": 0, "confidences": []}

    @pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=-3, minutes=-30))])
    def test_keeps_the_zone_of_a_date(self, zone):
        moment = datetime(2020, 2, 29, 23, 59, 58, tzinfo=zone)

        kept = said_from_json(said_to_json(Said(taken_at=moment))).taken_at

        assert kept == moment
        assert kept.utcoffset() == moment.utcoffset()
