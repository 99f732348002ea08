from homebooru.domain.tags import Category
from homebooru.sites import Family
from tests.fakes.boorus.e621 import FakeE621
from tests.integration.sources.contract import ListingContract, md5


class TestE621(ListingContract):
    family = Family.E621
    fake = FakeE621
    kinds = ("general", "artist", "copyright", "character")
    more_kinds = {
        "contributor": Category.ARTIST,
        "species": Category.SPECIES,
        "invalid": Category.META,
        "meta": Category.META,
        "lore": Category.LORE,
    }

    def test_addresses_that_are_dead_lose_their_mark(self, ask, server):
        server.put(md5(1), source="-https://gone.example/1 https://there.example/2")
        assert ask(md5(1)).said.sources == ("https://gone.example/1", "https://there.example/2")
