import pytest
import sqlalchemy as sa

from homebooru.db.tables import ServiceRow
from homebooru.domain.lookups.matches import first_posts, said_of
from homebooru.domain.tags import Category
from homebooru.errors import RateLimited, RemoteRefused
from homebooru.sources.saucenao import SauceNao
from tests.fakes.reverse.saucenao import FakeSauceNao
from tests.fakes.services import Reply
from tests.integration.sources.contract import reopen
from tests.integration.sources.reverse import ReverseContract

AT_BOORUS = {
    "ext_urls": [
        "https://danbooru.donmai.us/post/show/2211877",
        "https://gelbooru.com/index.php?page=post&s=view&id=2970563",
    ],
    "danbooru_id": 2211877,
    "gelbooru_id": 2970563,
    "anime_pictures_id": 457052,
    "creator": "kyoto animation, baisi shaonian",
    "material": "hyouka",
    "characters": "chitanda eru, fukube satoshi",
    "source": "https://www.pixiv.net/artworks/54061660",
}
AT_PIXIV = {
    "ext_urls": ["https://www.pixiv.net/artworks/87160787"],
    "title": "Anime Hyouka",
    "pixiv_id": 87160787,
    "member_name": "ENJEROU ",
    "member_id": 61136047,
}


class TestSauceNao(ReverseContract):
    fake = staticmethod(lambda: FakeSauceNao(short=100, long=1000))
    asks = SauceNao
    told = AT_BOORUS
    secrets = {"api_key": "geheim"}

    def closed(self, sessions):
        with sessions.begin() as session:
            row = session.get_one(ServiceRow, "here")
            now = session.scalar(sa.select(sa.func.now()))
            return row.closed_until and round((row.closed_until - now).total_seconds())

    def test_a_match_leads_to_boorus_and_says_who_and_what_it_shows(self, source, server):
        self.show(server)
        [match] = self.ask_known(source).matches
        said = said_of([match], 0.8)
        assert match.posts == {"danbooru": "2211877", "gelbooru": "2970563"}
        assert match.address == "https://danbooru.donmai.us/post/show/2211877"
        assert {tag.name: tag.category for tag in said.tags} == {
            "kyoto_animation": Category.ARTIST,
            "baisi_shaonian": Category.ARTIST,
            "hyouka": Category.COPYRIGHT,
            "chitanda_eru": Category.CHARACTER,
            "fukube_satoshi": Category.CHARACTER,
        }
        assert set(said.confidences) == {0.93}
        assert said.sources == ("https://www.pixiv.net/artworks/54061660",)
        assert said.remote_ids == ("danbooru:2211877", "gelbooru:2970563")

    def test_a_match_elsewhere_says_who_made_it_and_where_it_is(self, source, server):
        self.show(server, **AT_PIXIV)
        matches = self.ask_known(source).matches
        said = said_of(matches, 0.8)
        assert first_posts(matches) == {}
        assert [(tag.name, tag.category) for tag in said.tags] == [("enjerou", Category.ARTIST)]
        assert said.sources == ("https://www.pixiv.net/artworks/87160787",)

    def test_what_is_no_better_than_noise_is_nothing(self, source, server):
        self.show(server, similarity=51.2)
        assert self.ask_known(source).matches == ()

    def test_what_some_indexes_found_counts_while_others_are_out_of_order(self, source, server):
        self.show(server)
        server.partial = True
        assert self.hits(self.ask_known(source))

    @pytest.mark.parametrize(
        ("limits", "seconds"), [({"short": 1}, 35), ({"long": 1}, 86_400), ({"long": 2}, None)]
    )
    def test_it_is_left_alone_before_a_limit_is_hit(
        self, source, server, sessions, limits, seconds
    ):
        vars(server).update(limits)
        self.show(server)
        assert self.hits(self.ask_known(source))
        assert self.closed(sessions) == seconds
        with sessions.begin() as session:
            left = session.get_one(ServiceRow, "here").quotas
        assert left["daily"] == {"left": server.long - 1, "of": server.long}
        assert left["short"] == {"left": server.short - 1, "of": server.short}
        if seconds:
            with pytest.raises(RateLimited, match="limit"):
                self.ask_known(source)
            assert len(server.asked) == 1

    @pytest.mark.parametrize(("limits", "seconds"), [({"short": 0}, 35), ({"long": 0}, 86_400)])
    def test_limits_that_others_used_up_are_obeyed_and_nobody_is_named(
        self, source, server, sessions, limits, seconds
    ):
        vars(server).update(limits)
        with pytest.raises(RateLimited) as caught:
            self.ask_known(source)
        assert self.closed(sessions) == seconds
        assert "203.0.113.7" not in str(caught.value)

    @pytest.mark.parametrize("status", [200, 403])
    def test_a_wrong_key_is_refused_whatever_the_status(self, source, server, status):
        server.trouble(Reply({"header": {"status": -1, "message": "geheim is no key."}}, status))
        with pytest.raises(RemoteRefused, match="HOMEBOORU_SAUCENAO_API_KEY") as caught:
            self.ask_known(source)
        assert "geheim" not in str(caught.value)

    @pytest.mark.parametrize("change", [{"header": []}, {"results": 3}, {"results": [[], "x"]}])
    def test_types_that_changed_are_no_miss(self, source, server, sessions, change):
        self.show(server)
        sound = server.answer
        server.answer = lambda asked: Reply(sound(asked).body | change)
        with pytest.raises(Exception, match="changed"):
            self.ask_known(source)
        reopen(sessions)

    def test_a_picture_is_sent_under_a_name_that_tells_nothing(self, source, server):
        self.ask_unknown(source)
        [asked] = server.asked
        assert asked.params == {
            "output_type": "2",
            "db": "999",
            "numres": "8",
            "api_key": "geheim",
        }
        assert list(asked.files) == ["file"]
        assert asked.form == {}
