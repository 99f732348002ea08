import pytest

from homebooru.domain.tags import Category
from homebooru.sites import Family
from tests.fakes.boorus.moebooru import FakeMoebooru
from tests.integration.sources.contract import ListingContract, md5


class TestMoebooru(ListingContract):
    family = Family.MOEBOORU
    fake = FakeMoebooru
    kinds = ("general", "artist", "copyright", "character")
    more_kinds = {
        "circle": Category.ARTIST,
        "faults": Category.META,
        "style": Category.META,
        "a_kind_of_the_future": None,
    }

    @pytest.mark.parametrize("categories", [{"somebody": Category.ARTIST}])
    def test_an_old_site_tells_tags_without_their_kinds_of_which_we_know_some(self, ask, server):
        server.put(md5(1), artist="somebody", general="hat")
        answer = server.answer

        def old(asked):
            asked.params.pop("api_version", None)
            return answer(asked)

        server.answer = old
        assert [(tag.name, tag.category) for tag in ask(md5(1)).said.tags] == [
            ("hat", None),
            ("somebody", Category.ARTIST),
        ]
