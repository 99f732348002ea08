import pytest

from homebooru.domain.ratings import Rating
from homebooru.domain.tags import Category
from homebooru.errors import RemoteRefused
from homebooru.sites import Family
from tests.fakes.boorus.gelbooru import FakeGelbooru
from tests.integration.sources.contract import BooruContract, md5


class TestGelbooru(BooruContract):
    family = Family.GELBOORU
    fake = FakeGelbooru
    secrets = {"user_id": "4711", "api_key": "geheim"}
    kinds = ("general", "artist", "copyright", "character")
    more_kinds = {"metadata": Category.META}
    ratings = BooruContract.ratings | {"s": Rating.SENSITIVE}

    def tags_asked(self, server):
        return [asked.params["names"] for asked in server.asked if asked.params["s"] == "tag"]

    def test_kinds_are_asked_for_in_one_go(self, ask, server):
        server.put(md5(1), artist="somebody", character="her", general="it's")
        ask(md5(1))
        assert self.tags_asked(server) == ["her it's somebody"]

    @pytest.mark.parametrize("categories", [{"her": Category.CHARACTER, "it's": Category.META}])
    def test_kinds_that_our_own_table_knows_are_not_asked_for(self, ask, server, categories):
        server.put(md5(1), artist="somebody", character="her", general="it's")
        told = {tag.name: tag.category for tag in ask(md5(1)).said.tags}
        assert told == {"somebody": Category.ARTIST, **categories}
        assert self.tags_asked(server) == ["somebody"]

    def test_a_wrong_key_is_refused(self, ask, server):
        server.login = ("4711", "another")
        with pytest.raises(RemoteRefused):
            ask(md5(1))
