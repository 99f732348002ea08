"""What every source must do, whatever its site: one class of tests that each of them inherits."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

from homebooru.domain.lookups.outcomes import Outcome
from homebooru.domain.ratings import Rating
from homebooru.domain.tags import Category
from homebooru.errors import (
    RateLimited,
    RemoteChanged,
    RemoteError,
    RemoteRefused,
    RemoteUnavailable,
)
from homebooru.http.client import JsonClient
from homebooru.http.fetching import Limits, Service
from homebooru.services.lookups.turns import Turns
from homebooru.sources.registry import open_booru
from tests.fakes.services import CHANGED, CUT, HALF, HANG, Reply, down, limited, page

LIMITS = Limits(connect=1.0, read=1.0, whole=4.0)


def md5(number):
    return hashlib.md5(str(number).encode()).hexdigest()


KNOWN, UNKNOWN = md5("known"), md5("unknown")


class SourceContract:
    """What is true of whoever is asked over the network.

    A subclass says which `fake` is asked, lets it know one picture (`show`), and asks for that
    (`ask_known`) and for another (`ask_unknown`); `hits` and `misses` tell what came of it.
    """

    auth = None
    secrets = {}

    @pytest.fixture
    def server(self):
        with self.fake() as server:
            yield server

    @pytest.fixture
    def client(self, server, sessions):
        service = Service(
            name="here",
            label=server.label,
            url=server.url,
            pace=timedelta(),
            contact="me@example.org",
            auth=self.auth,
            secrets=self.secrets,
        )
        client = JsonClient(service, Turns(sessions), LIMITS)
        yield client
        client.close()

    @pytest.mark.parametrize(
        ("trouble", "error"),
        [
            (limited(), RateLimited),
            (limited(Retry_After="90"), RateLimited),
            (down(500), RemoteUnavailable),
            (down(503), RemoteUnavailable),
            (page(403), RemoteUnavailable),
            (page(200), RemoteUnavailable),
            (HANG, RemoteUnavailable),
            (CUT, RemoteUnavailable),
            (HALF, RemoteUnavailable),
            (Reply({"success": False, "message": "Invalid API key"}, 401), RemoteRefused),
            (CHANGED, RemoteChanged),
            (Reply("null"), RemoteChanged),
            (Reply('"maintenance"'), RemoteChanged),
            (Reply({"posts": 3, "post": 4}), RemoteChanged),
        ],
    )
    def test_a_bad_day_is_never_a_miss(self, source, server, trouble, error):
        self.show(server)
        server.trouble(trouble)
        with pytest.raises(error) as caught:
            self.ask_known(source)
        assert type(caught.value) is error
        assert caught.value.until is not None
        assert not any(secret in str(caught.value) for secret in self.secrets.values())

    def test_no_answer_but_a_real_one_is_ever_taken_for_one(self, source, server, sessions):
        """Half the requests go wrong, in all the ways there are; what is answered is right."""
        self.show(server)
        server.fail_at_random(0.5)
        answers = []
        for _ in range(30):
            try:
                known, unknown = self.ask_known(source), self.ask_unknown(source)
                answers.append((self.hits(known), self.misses(unknown)))
            except RemoteError:
                answers.append(None)
                reopen(sessions)
        assert set(answers) == {(True, True), None}


class BooruContract(SourceContract):
    """A subclass says of which `family` its fake is, and how ratings are spelled there."""

    family = None
    ratings = {"g": Rating.GENERAL, "q": Rating.QUESTIONABLE, "e": Rating.EXPLICIT}

    def show(self, server):
        server.put(KNOWN, general="1girl")

    def ask_known(self, booru):
        return booru.by_md5([KNOWN])[KNOWN]

    def ask_unknown(self, booru):
        return booru.by_md5([UNKNOWN])[UNKNOWN]

    def hits(self, found):
        return found.outcome is Outcome.HIT

    def misses(self, found):
        return found.outcome is Outcome.MISS

    @pytest.fixture
    def categories(self):
        """What our own tag table knows; nothing."""
        return {}

    @pytest.fixture
    def booru(self, client, categories):
        known = lambda names: {name: categories[name] for name in names if name in categories}  # noqa: E731
        return open_booru(self.family, client, known)

    @pytest.fixture
    def source(self, booru):
        return booru

    @pytest.fixture
    def ask(self, booru):
        """Ask for one picture."""

        def ask(md5):
            found = booru.by_md5([md5])
            assert list(found) == [md5]
            return found[md5]

        return ask

    def test_an_unknown_picture_is_a_miss(self, ask, booru):
        assert ask(UNKNOWN).outcome is Outcome.MISS
        assert booru.by_id("999999").outcome is Outcome.MISS

    def test_a_known_picture_brings_all_that_is_said_of_it(self, ask, booru, server):
        kinds = dict(
            zip(self.kinds, ("1girl it's solo", "somebody", "some_work", "her"), strict=True)
        )
        picture = server.put(
            KNOWN,
            rating="q",
            source="https://art.example/1?a=b&c=d",
            score=7,
            parent_id=12,
            **kinds,
        )
        found = ask(KNOWN)
        said = found.said
        assert found.outcome is Outcome.HIT
        assert found.remote_id == str(picture.id)
        assert {tag.name: tag.category for tag in said.tags} == {
            "1girl": Category.GENERAL,
            "it's": Category.GENERAL,
            "solo": Category.GENERAL,
            "somebody": Category.ARTIST,
            "some_work": Category.COPYRIGHT,
            "her": Category.CHARACTER,
        }
        assert said.rating is Rating.QUESTIONABLE
        assert said.sources == ("https://art.example/1?a=b&c=d",)
        assert (said.score, said.md5) == (7, KNOWN)
        assert (said.parent, said.remote_ids) == ("here:12", (f"here:{picture.id}",))
        assert (found.file.width, found.file.height, found.file.extension) == (800, 600, "png")
        assert found.answer["id"] == picture.id
        assert booru.by_id(str(picture.id)).said == said

    def test_kinds_of_tags_that_only_some_sites_have_find_their_place(self, ask, server):
        server.put(KNOWN, **{kind: f"a_{kind}" for kind in self.more_kinds})
        assert {tag.name: tag.category for tag in ask(KNOWN).said.tags} == {
            f"a_{kind}": category for kind, category in self.more_kinds.items()
        }

    def test_ratings_are_this_sites(self, ask, server):
        for letter, rating in self.ratings.items():
            server.put(md5(letter), rating=letter)
            assert ask(md5(letter)).said.rating is rating

    def test_a_hidden_post_still_tells_its_tags(self, ask, server):
        server.put(KNOWN, general="1girl", hidden=True)
        found = ask(KNOWN)
        assert found.outcome is Outcome.HIDDEN
        assert [tag.name for tag in found.said.tags] == ["1girl"]
        assert found.said.md5 == KNOWN

    def test_a_deleted_post_still_tells_its_tags(self, ask, server):
        server.put(KNOWN, general="1girl", deleted=True)
        assert [tag.name for tag in ask(KNOWN).said.tags] == ["1girl"]

    def test_many_are_told_apart(self, booru, server):
        for number in range(0, 30, 3):
            server.put(md5(number), general=f"tag_{number}")
        found = booru.by_md5([md5(number).upper() for number in range(30)])
        assert {
            number: [tag.name for tag in found[md5(number)].said.tags]
            for number in range(30)
            if found[md5(number)].outcome is Outcome.HIT
        } == {number: [f"tag_{number}"] for number in range(0, 30, 3)}
        assert sum(one.outcome is Outcome.MISS for one in found.values()) == 20

    def test_a_post_that_makes_no_sense_spoils_no_other(self, ask, booru, server):
        server.put(KNOWN, general="1girl")
        server.put(UNKNOWN, general="1girl", rating="q")
        sound = server.post
        server.post = lambda one: sound(one) | ({"rating": None} if one.md5 == UNKNOWN else {})
        found = booru.by_md5([KNOWN, UNKNOWN])
        assert found[KNOWN].outcome is Outcome.HIT
        assert found[UNKNOWN].outcome is Outcome.CHANGED
        assert found[UNKNOWN].said is None

    def test_posts_of_other_pictures_than_asked_for_are_no_answer(self, ask, server):
        server.put(KNOWN, general="1girl")
        server.having = lambda md5s: list(server.pictures)
        with pytest.raises(RemoteChanged):
            ask(UNKNOWN)


class ListingContract(BooruContract):
    """What those must do that can be asked for many at once."""

    def test_a_thousand_pictures_take_ten_requests(self, booru, server):
        for number in range(0, 1000, 2):
            server.put(md5(number), general="1girl", deleted=number % 4 == 0)
        found = booru.by_md5([md5(number) for number in range(1000)])
        assert sum(one.outcome in (Outcome.HIT, Outcome.HIDDEN) for one in found.values()) == 500
        assert len(server.asked) == 10


def reopen(sessions):
    """Let a service that failed be asked again at once."""
    from homebooru.db.tables import ServiceRow

    with sessions.begin() as session:
        row = session.get_one(ServiceRow, "here")
        row.closed_until, row.failures = None, 0
