import random

import pytest

from homebooru.domain.lookups.outcomes import Outcome
from homebooru.domain.ratings import Rating
from homebooru.domain.tags import Category
from homebooru.errors import RemoteRefused
from homebooru.sites import Family
from tests.fakes.boorus.danbooru import FakeDanbooru
from tests.integration.sources.contract import ListingContract, md5


class TestDanbooru(ListingContract):
    family = Family.DANBOORU
    fake = FakeDanbooru
    kinds = ("general", "artist", "copyright", "character")
    more_kinds = {"meta": Category.META}
    ratings = ListingContract.ratings | {"s": Rating.SENSITIVE}

    @pytest.mark.parametrize("share", [0.3, 1.0])
    @pytest.mark.parametrize("hidden", [1, 2, 5, 17])
    def test_posts_without_a_digest_are_found_by_halving(self, booru, server, hidden, share):
        chance = random.Random(hidden)
        numbers = range(100)
        secret = set(chance.sample(numbers, hidden))
        for number in numbers:
            if number in secret or chance.random() < share:
                server.put(md5(number), general=f"tag_{number}", hidden=number in secret)
        found = booru.by_md5([md5(number) for number in numbers])
        for number in secret:
            assert found[md5(number)].outcome is Outcome.HIDDEN
            assert [tag.name for tag in found[md5(number)].said.tags] == [f"tag_{number}"]
        known = {one.md5 for one in server.pictures}
        assert {md5 for md5, one in found.items() if one.outcome is not Outcome.MISS} == known
        assert len(server.asked) <= 1 + 8 * hidden

    def test_where_every_post_tells_its_digest_nothing_is_halved(self, booru, server):
        server.put(md5(1), general="1girl")
        booru.by_md5([md5(number) for number in range(100)])
        assert len(server.asked) == 1


class TestDanbooruWithAKey(ListingContract):
    family = Family.DANBOORU
    kinds = TestDanbooru.kinds
    more_kinds = TestDanbooru.more_kinds
    auth = ("me", "geheim")

    @staticmethod
    def fake():
        return FakeDanbooru("me", "geheim")

    def test_the_key_is_sent_and_a_wrong_one_refused(self, ask, server):
        ask(md5(1))
        assert server.asked[0].headers["authorization"].startswith("Basic ")
        server.login = ("me", "another")
        with pytest.raises(RemoteRefused, match="Invalid API key"):
            ask(md5(1))
