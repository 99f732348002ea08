import pytest

from homebooru.domain.lookups.matches import said_of
from homebooru.domain.ratings import Rating
from homebooru.errors import RemoteUnavailable
from homebooru.sources.iqdb import Iqdb
from tests.fakes.reverse.iqdb import FakeIqdb, failed
from tests.integration.sources.reverse import ReverseContract


class TestIqdb(ReverseContract):
    fake = FakeIqdb
    asks = Iqdb
    told = {
        "link": "//danbooru.donmai.us/posts/2552401",
        "tags": "train it's scenery",
        "rated": "Ero",
    }

    def test_a_match_leads_to_a_booru_and_says_its_tags(self, source, server):
        self.show(server)
        [match] = self.ask_known(source).matches
        said = said_of([match], 0.8)
        assert match.posts == {"danbooru": "2552401"}
        assert match.address == "https://danbooru.donmai.us/posts/2552401"
        assert [tag.name for tag in said.tags] == ["train", "it's", "scenery"]
        assert said.rating is Rating.QUESTIONABLE
        assert said.sources == ()

    def test_a_match_elsewhere_tells_where_it_is(self, source, server):
        self.show(server, link="https://www.zerochan.net/4711", tags="")
        said = said_of(self.ask_known(source).matches, 0.8)
        assert said.sources == ("https://www.zerochan.net/4711",)
        assert said.tags == ()

    @pytest.mark.parametrize("complaint", ["HTTP request failed: 503", ""])
    def test_a_page_without_results_is_an_outage(self, source, server, complaint):
        self.show(server)
        server.trouble(failed(complaint))
        with pytest.raises(RemoteUnavailable):
            self.ask_known(source)
