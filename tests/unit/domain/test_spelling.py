import time
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homebooru.domain.ratings import Rating
from homebooru.domain.said import Said
from homebooru.domain.spelling import (
    Collected,
    addresses,
    at_home,
    clean_text,
    plain_tag,
    rating_word,
    read_moment,
    said_rating,
    said_tag,
)
from homebooru.domain.tags import Category, SaidTag

BERLIN = ZoneInfo("Europe/Berlin")


class TestTags:
    @pytest.mark.parametrize(
        ("text", "name", "category"),
        [
            ("1girl", "1girl", None),
            ("Long Hair", "long_hair", None),
            ("artist:John Smith", "john_smith", Category.ARTIST),
            ("creator:john smith", "john_smith", Category.ARTIST),
            ("Character: Rem (Re:Zero)", "rem_(re:zero)", Category.CHARACTER),
            ("series:fate/stay night", "fate/stay_night", Category.COPYRIGHT),
            ("copyright:k-on!", "k-on!", Category.COPYRIGHT),
            ("species:felid", "felid", Category.SPECIES),
            ("meta:highres", "highres", Category.META),
            ("general:smile", "smile", Category.GENERAL),
            ("lore:time_skip", "time_skip", Category.LORE),
        ],
    )
    def test_a_known_word_before_a_colon_tells_the_category(self, text, name, category):
        assert said_tag(text) == SaidTag(name, category)

    @pytest.mark.parametrize(
        "name", ["re:zero", ":3", ">:)", "1:1", "ratio:16:9", ":", "nier:automata"]
    )
    def test_any_other_colon_belongs_to_the_name(self, name):
        assert said_tag(name) == SaidTag(name)

    @pytest.mark.parametrize("text", ["", "  ", "-1girl", "~maybe", "a*", "artist:", "rating:safe"])
    def test_what_cannot_name_a_tag_is_none(self, text):
        assert said_tag(text) is None

    @pytest.mark.parametrize("text", ["page:3", "chapter:1", "volume:2", "filename:a.jpg"])
    def test_numbers_and_names_of_files_are_no_tags(self, text):
        assert said_tag(text) is None

    def test_commas_count_as_spaces_and_the_invisible_is_left_out(self):
        assert plain_tag("Smith, John") == SaidTag("smith_john")
        assert plain_tag("re\u200bm\0") == SaidTag("rem")

    @given(st.text(max_size=300))
    def test_any_text_is_a_tag_or_none(self, text):
        tag = said_tag(text)
        assert tag is None or tag.name == plain_tag(tag.name).name


class TestRatings:
    @pytest.mark.parametrize(
        ("text", "rating"),
        [
            ("rating:safe", Rating.GENERAL),
            ("rating:general", Rating.GENERAL),
            ("Rating: Sensitive", Rating.SENSITIVE),
            ("rating:s", Rating.SENSITIVE),
            ("rating:questionable", Rating.QUESTIONABLE),
            ("rating:explicit", Rating.EXPLICIT),
            ("rating:e", Rating.EXPLICIT),
            ("rating:purple", None),
            ("explicit", None),
            ("art:explicit", None),
        ],
    )
    def test_are_words_after_rating(self, text, rating):
        assert said_rating(text) is rating

    def test_have_many_words(self):
        assert rating_word(" R-18 ") is Rating.EXPLICIT
        assert rating_word("") is None


class TestDates:
    @pytest.mark.parametrize(
        ("text", "moment"),
        [
            ("2020", datetime(2020, 1, 1)),
            ("2020-03", datetime(2020, 3, 1)),
            ("2020-03-04", datetime(2020, 3, 4)),
            ("2020:03:04 05:06:07", datetime(2020, 3, 4, 5, 6, 7)),
            ("2020-03-04T05:06Z", datetime(2020, 3, 4, 5, 6, tzinfo=UTC)),
            ("2020-03-04T05:06:07.89", datetime(2020, 3, 4, 5, 6, 7)),
            (
                "2020-03-04T05:06:07-03:30",
                datetime(2020, 3, 4, 5, 6, 7, tzinfo=timezone(-timedelta(hours=3, minutes=30))),
            ),
            (
                "2020:03:04 05:06:07+0900\0",
                datetime(2020, 3, 4, 5, 6, 7, tzinfo=timezone(timedelta(hours=9))),
            ),
        ],
    )
    def test_are_read_as_xmp_and_exif_spell_them(self, text, moment):
        assert read_moment(text) == moment

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "0000:00:00 00:00:00",
            "yesterday",
            "2020-02-30",
            "1700-01-01",
            "9999-01-01",
            "2020-01-01T25:00:00",
            "2020-01-01T00:00:00+99:00",
            "    :  :     :  :  ",
        ],
    )
    def test_nonsense_is_no_date(self, text):
        assert read_moment(text) is None

    @given(st.text("0123456789:-TZ +.", max_size=30))
    def test_nothing_raises(self, text):
        moment = at_home(read_moment(text))
        assert moment is None or moment.tzinfo is not None

    @pytest.mark.parametrize(
        ("written", "zone", "moment"),
        [
            ("2024-07-01T23:30:00", BERLIN, datetime(2024, 7, 1, 21, 30, tzinfo=UTC)),
            ("2024-12-01T23:30:00", BERLIN, datetime(2024, 12, 1, 22, 30, tzinfo=UTC)),
            ("2024-07-01T23:30:00", UTC, datetime(2024, 7, 1, 23, 30, tzinfo=UTC)),
            ("2024-07-01T23:30:00+09:00", BERLIN, datetime(2024, 7, 1, 14, 30, tzinfo=UTC)),
            ("2024", BERLIN, datetime(2023, 12, 31, 23, tzinfo=UTC)),
            ("never", BERLIN, None),
        ],
    )
    def test_without_a_zone_are_by_the_clocks_of_the_household(self, written, zone, moment):
        assert at_home(read_moment(written), zone) == moment

    @pytest.mark.parametrize("here", ["Europe/Berlin", "America/Los_Angeles"])
    def test_go_by_the_clocks_of_this_machine_where_nothing_else_is_said(self, here, monkeypatch):
        monkeypatch.setenv("TZ", here)
        time.tzset()
        try:
            moment = at_home(datetime(2024, 7, 1, 23, 30))
        finally:
            monkeypatch.undo()
            time.tzset()
        assert moment == datetime(2024, 7, 1, 23, 30, tzinfo=ZoneInfo(here))


class TestTexts:
    def test_lose_control_characters_and_outer_blanks_only(self):
        assert clean_text(" a\0\r\nb\tc\x1b\ud800 \n") == "a\nb\tc"
        assert clean_text(" \0 ") is None
        assert clean_text("abc", 2) == "ab"

    def test_addresses_may_share_a_line_and_other_sources_may_not(self):
        assert addresses("https://a.example/1 http://b.example\n\nAnimedia 2010-12") == (
            "https://a.example/1",
            "http://b.example",
            "Animedia 2010-12",
        )


class TestCollected:
    def collect(self, *words, foreign=()):
        collected = Collected(foreign)
        for word in words:
            if isinstance(word, tuple):
                collected.add_path(word)
            else:
                collected.add_word(word)
        return collected.said()

    def test_takes_tags_ratings_addresses_and_titles(self):
        said = self.collect(
            "solo",
            "rating:q",
            "https://a.example",
            "source:https://b.example",
            "title:Night Sky",
            "url:not an address",
        )

        assert said == Said(
            tags=(SaidTag("solo"), SaidTag("url:not_an_address")),
            rating=Rating.QUESTIONABLE,
            sources=("https://a.example", "https://b.example"),
            description="Night Sky",
        )

    def test_leaves_out_tags_of_other_tools(self):
        said = self.collect(
            "autotag_unknown", "NSFW-Auto", "solo", foreign=("autotag_*", "Nsfw-auto")
        )

        assert said == Said(tags=(SaidTag("solo"),))

    @pytest.mark.parametrize(
        ("path", "said"),
        [
            (("Character", "Rem (Re:Zero)"), SaidTag("rem_(re:zero)", Category.CHARACTER)),
            (("booru", "Artist", "x"), SaidTag("x", Category.ARTIST)),
            (("Series", "Fate", "Saber"), SaidTag("saber", Category.COPYRIGHT)),
            (("Series", "Characters", "Saber"), SaidTag("saber", Category.CHARACTER)),
            (("People", "Anna"), SaidTag("anna")),
            (("solo",), SaidTag("solo")),
            (("Rating", "Great"), SaidTag("great")),
            (("", " Places ", "", "Rome "), SaidTag("rome")),
        ],
    )
    def test_takes_the_leaf_of_a_path(self, path, said):
        assert self.collect(path).tags == (said,)

    def test_takes_a_rating_from_a_path(self):
        assert self.collect(("booru", "Rating", "explicit")) == Said(rating=Rating.EXPLICIT)

    def test_an_empty_path_says_nothing(self):
        assert self.collect(("", " ")) == Said()
