"""Searches: pages, counts, the tags of a result, and help where nothing is found."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from homebooru.db.tables import TagAliasRow, TagRow
from homebooru.domain.posts import Drop, RelatedBy, UnknownTag
from homebooru.domain.ratings import Rating
from homebooru.domain.said import Said
from homebooru.domain.scope import EVERYTHING, Scope
from homebooru.domain.spelling import at_home, read_moment
from homebooru.domain.tags import Category
from homebooru.errors import InvalidInput, QuerySyntaxError
from homebooru.search.naming import GUESSES
from homebooru.services.keeping.pools import add_pool
from homebooru.services.searching import search
from tests.factories import make_location, make_post, make_root

TAME = Scope(ceiling=Rating.SENSITIVE)


def ids(sessions, text, scope=EVERYTHING, **more):
    return [post.id for post in search(sessions, text, scope, **more).posts]


@pytest.fixture
def library(sessions):
    """Five posts: 1 to 5, of cats and dogs."""
    with sessions.begin() as session:
        make_post(session, tags="cat artist:somebody", rating="g", folder="art", width=1920)
        make_post(session, tags="cat dog", rating="e", folder="art/old", name="Both.JPG")
        make_post(session, tags="dog", rating="s", folder="artful", source="camie")
        make_post(session, name="new.png", root="/other")
        make_post(session, tags="cat", missing_since=datetime.now(UTC))
        alias(session, "kitty", "cat")
    return sessions


def alias(session, one, other):
    row = TagRow(name=one)
    session.add(row)
    session.flush()
    meant = session.scalars(sa.select(TagRow.id).where(TagRow.name == other)).one()
    session.add(TagAliasRow(antecedent_id=row.id, consequent_id=meant))


LANGUAGE = {
    "": [4, 3, 2, 1],
    "order:id": [1, 2, 3, 4],
    "cat": [2, 1],
    "kitty": [2, 1],
    "cat -dog": [1],
    "cat or dog": [3, 2, 1],
    "c*t": [2, 1],
    "rating:e": [2],
    "-rating:e": [4, 3, 1],
    "rating:none": [4],
    "filename:both.jpg": [2],
    "filename:both": [2],
    "filename:bot": [],
    "filename:*ot*": [2],
    "folder:art": [2, 1],
    "folder:pictures": [3, 2, 1],
    "folder:pictures/ART/old": [2],
    "folder:other": [4],
    "is:missing": [5],
    "status:any cat": [5, 2, 1],
    "from:camie": [3],
    "metadata:found": [2, 1],
    "metadata:missing": [4, 3],
    "width:>1000": [1],
    "gentags:2 or arttags:1": [2, 1],
    "order:width": [1, 4, 3, 2],
    "id:2..3 order:id_asc": [2, 3],
    "is:untagged": [4],
    "date:2023-11-14": [4, 3, 2, 1],
    "date:<2023": [],
}


def test_the_language_is_answered(library):
    answers = {text: search(library, text, EVERYTHING, zone=UTC) for text in LANGUAGE}

    assert {
        text: [post.id for post in answer.posts] for text, answer in answers.items()
    } == LANGUAGE
    assert {text: answer.count for text, answer in answers.items()} == {
        text: len(expected) for text, expected in LANGUAGE.items()
    }


def test_pages_follow_each_other_under_one_count(library):
    first = search(library, "", EVERYTHING, limit=3)
    second = search(library, "", EVERYTHING, limit=3, offset=3)

    assert [post.id for post in first.posts + second.posts] == [4, 3, 2, 1]
    assert first.count == second.count == 4
    assert (second.limit, second.offset) == (3, 3)
    assert search(library, "", EVERYTHING, offset=100).posts == ()


def test_the_limit_of_the_search_itself_goes_before(library):
    answer = search(library, "limit:1", EVERYTHING, limit=3)

    assert (len(answer.posts), answer.limit, answer.count) == (1, 1, 4)


@pytest.mark.parametrize(
    "bounds", [{"limit": 0}, {"limit": 201}, {"offset": -1}, {"offset": 10**8}]
)
def test_a_page_out_of_bounds_is_refused(sessions, bounds):
    with pytest.raises(InvalidInput):
        search(sessions, "", EVERYTHING, **bounds)


def test_a_mistake_is_told_with_its_place(sessions):
    with pytest.raises(QuerySyntaxError) as caught:
        search(sessions, "cat (dog", EVERYTHING)
    assert caught.value.position == 8


def test_a_shuffle_stays_the_same_over_its_pages_and_changes_with_the_day(sessions):
    with sessions.begin() as session:
        for _ in range(12):
            make_post(session)
    today = datetime(2024, 5, 1, 12, tzinfo=UTC)

    def shuffled(text, now=today):
        pages = [ids(sessions, text, limit=5, offset=n, now=now, zone=UTC) for n in (0, 5, 10)]
        return [post for page in pages for post in page]

    assert sorted(shuffled("order:random:x")) == list(range(1, 13))
    assert shuffled("order:random:x") == shuffled("order:random:x", today + timedelta(days=9))
    assert shuffled("order:random:x") != shuffled("order:random:y")
    assert shuffled("order:random") == shuffled("order:random", today + timedelta(hours=3))
    assert shuffled("order:random") != shuffled("order:random", today + timedelta(days=1))


def test_the_tags_of_the_result_come_with_their_number_in_it(library):
    answer = search(library, "cat", EVERYTHING)

    assert [(tag.name, tag.count) for tag in answer.related] == [
        ("cat", 2), ("dog", 1), ("somebody", 1),
    ]  # fmt: skip
    assert answer.related[2].category is Category.ARTIST


def test_a_post_shows_its_tags_by_category_and_its_places(library):
    [post] = search(library, "id:1", EVERYTHING).posts

    assert [tag.name for tag in post.tags] == ["somebody", "cat"]
    [place] = post.locations
    assert (place.root, place.path, place.missing_since) == ("pictures", "art/1.png", None)
    assert place.modified_at == datetime.fromtimestamp(1_700_000_001, UTC)
    assert (post.rating, post.rating_by) == (Rating.GENERAL, "text")


def test_a_scope_hides_posts_their_tags_and_their_places(library):
    with library.begin() as session:
        other = make_post(session, tags="secret", rating="g", root="/other")
        make_location(session, other, name="here.png")
        here = make_root(session).id
    scope = Scope(ceiling=Rating.SENSITIVE, roots=frozenset({here}))

    answer = search(library, "", scope)
    assert [post.id for post in answer.posts] == [6, 3, 1]
    assert [place.name for place in answer.posts[0].locations] == ["here.png"]
    assert search(library, "folder:other or filename:6.png", scope).count == 0
    assert search(library, "cat", TAME).count == 1
    assert search(library, "secre", Scope(roots=frozenset())).unknown[0].nearest == ()


def test_unknown_tags_come_with_the_nearest(sessions):
    with sessions.begin() as session:
        make_post(session, tags="hatsune_miku hatsune_miku_(append) kagamine_rin", rating="g")
        make_post(session, tags="hatsune_mike", rating="e")

    answer = search(sessions, "-hatsune_mikuu or xyzzy or kagamine_rin", TAME)

    assert answer.count == 1
    assert answer.unknown == (
        UnknownTag("hatsune_mikuu", 1, ("hatsune_miku",)),
        UnknownTag("xyzzy", 18, ()),
    )


def test_of_many_unknown_tags_the_first_come_with_the_nearest(sessions):
    with sessions.begin() as session:
        make_post(session, tags="hatsune_miku")

    unknown = search(
        sessions, " ".join(f"hatsune_mik{a}" for a in "abcdefghijkl"), EVERYTHING
    ).unknown

    assert [one.nearest for one in unknown] == [("hatsune_miku",)] * GUESSES + [()] * (12 - GUESSES)


def test_unknown_pools_come_with_the_nearest_that_are_seen(library):
    for name, posts in (("Summer trip", [1]), ("summer_tripe", [2]), ("winter", [1])):
        add_pool(library, name, EVERYTHING, posts=posts)

    def hint(text, scope=EVERYTHING):
        [unknown] = search(library, text, scope).unknown_holders
        return unknown.term, unknown.nearest

    assert hint("pool:sumer_trip cat") == ("pool:sumer_trip", ("summer_trip", "summer_tripe"))
    assert hint("pool:sumer_trip", TAME) == ("pool:sumer_trip", ("summer_trip",))
    assert hint("pool:summer_tripe", TAME) == ("pool:summer_tripe", ("summer_trip",))
    assert hint("pool:77") == ("pool:77", ())
    assert hint("person:somebody") == ("person:somebody", ())
    for known in ("pool:WINTER dog", "pool:1 dog", "pool:w* dog", "pool:any dog rating:s"):
        assert search(library, known, EVERYTHING).unknown_holders == ()


def test_related_tags_are_the_most_frequent_or_those_that_stand_out(sessions):
    with sessions.begin() as session:
        for _ in range(6):
            make_post(session, tags="sky sea", rating="g")
        for tags in ("sky sea boat sail", "sky sea boat sail", "sky boat", "sky cat"):
            make_post(session, tags=tags, rating="g")
        make_post(session, tags="boat sky", rating="e")

    def beside(scope=EVERYTHING, by=RelatedBy.FREQUENT, text="boat"):
        return [(tag.name, tag.count) for tag in search(sessions, text, scope, related=by).related]

    assert beside() == [("boat", 4), ("sky", 4), ("sail", 2), ("sea", 2)]
    # the cosine: 4/4, 2/sqrt(4*2), 4/sqrt(4*11), 2/sqrt(4*8)
    typical = [("boat", 4), ("sail", 2), ("sky", 4), ("sea", 2)]
    assert beside(by=RelatedBy.TYPICAL) == typical
    assert beside(TAME, RelatedBy.TYPICAL)[0] == ("boat", 3)
    assert beside(by=RelatedBy.TYPICAL, text="nothing") == []


def test_a_tag_that_only_hidden_posts_have_is_unknown(library):
    with library.begin() as session:
        make_post(session, tags="hidden", rating="e")

    assert [tag.name for tag in search(library, "hidden", TAME).unknown] == ["hidden"]
    assert search(library, "hidden", EVERYTHING).unknown == ()


def test_an_empty_result_says_which_term_to_drop(library):
    answer = search(library, "cat dog rating:g", EVERYTHING)

    assert answer.count == 0
    assert answer.posts == answer.related == ()
    assert answer.drop == (Drop("dog", 1), Drop("rating:g", 1))
    assert search(library, "nothing", EVERYTHING).drop == ()
    assert search(library, "cat", EVERYTHING).drop == ()


def test_a_bigger_page_takes_no_more_statements(library, engine):
    def statements(limit):
        said = []
        sa.event.listen(engine, "before_cursor_execute", lambda *args: said.append(args[2]))
        search(library, "cat or dog or is:untagged", EVERYTHING, limit=limit)
        return len(said)

    assert statements(1) == statements(200) < 20


@pytest.mark.parametrize("zone", [ZoneInfo("Europe/Berlin"), ZoneInfo("America/Los_Angeles"), UTC])
@pytest.mark.parametrize("clock", ["2024:07:01 23:30:00", "2024:07:01 00:10:00"])
def test_a_photo_is_found_on_the_day_that_the_camera_showed(sessions, zone, clock):
    with sessions.begin() as session:
        make_post(session, said=Said(taken_at=at_home(read_moment(clock), zone)))

    assert ids(sessions, "date:2024-07-01", zone=zone) == [1]
    assert ids(sessions, "date:2024-07-02", zone=zone) == []


@pytest.mark.parametrize(
    "mistake", ["huose", "ohuse", "hosue", "housse", "hous", "nouse", "jouse", "hxuse"]
)
def test_a_slip_of_the_fingers_anywhere_in_a_name_finds_it(sessions, mistake):
    with sessions.begin() as session:
        make_post(session, tags="house hose_(object) mountain")

    [unknown] = search(sessions, mistake, EVERYTHING).unknown

    assert unknown.nearest[0] == "house"


@pytest.mark.parametrize(
    ("mistake", "name"),
    [("olng_hair", "long_hair"), ("hatsune_miku", "hatsune_miku"), ("bleu_sky", "blue_sky")],
)
def test_long_names_are_found_from_a_slip_at_their_beginning(sessions, mistake, name):
    with sessions.begin() as session:
        make_post(session, tags="long_hair blue_sky hatsune_miku lingerie black_sky")

    unknown = search(sessions, mistake, EVERYTHING).unknown

    assert [one.nearest[0] for one in unknown] == ([] if mistake == name else [name])


def test_names_are_suggested_quickly_among_many(sessions):
    with sessions.begin() as session:
        make_post(session, tags="house")
        session.execute(
            sa.text(
                "insert into tag (name) select substr(md5(n::text), 1, 3 + n % 17)"
                " || '_' || n % 10 from generate_series(1, 100000) n on conflict do nothing"
            )
        )

    start = time.monotonic()
    [unknown] = search(sessions, "huose", EVERYTHING).unknown

    assert unknown.nearest == ("house",)
    assert time.monotonic() - start < 2


@pytest.mark.parametrize(
    ("query", "fitting"),
    [
        ("ratio:3:2", ["wide"]),
        ("ratio:1.5", ["wide"]),
        ("ratio:>=3:2", ["wide", "film"]),
        ("ratio:<1", ["tall"]),
        ("width:>300", ["film"]),
        ("height:400", ["tall"]),
        ("mpixels:<0.1", ["wide", "tall"]),
        ("filesize:<1kb", ["tall"]),
        ("duration:>2", ["film"]),
        ("order:landscape", ["film", "wide", "tall"]),
        ("order:portrait", ["tall", "wide", "film"]),
        ("order:mpixels", ["film", "tall", "wide"]),
        ("order:filesize_asc", ["tall", "wide", "film"]),
    ],
)
def test_what_can_be_measured_is_found_and_put_in_order(sessions, query, fitting):
    with sessions.begin() as session:
        ids = {
            make_post(session, width=300, height=200, size=5000).id: "wide",
            make_post(session, width=200, height=400, size=500).id: "tall",
            make_post(session, width=1920, height=1080, size=10**6, duration=3.0).id: "film",
        }
    chosen = [ids[post.id] for post in search(sessions, query, EVERYTHING).posts]
    assert chosen == fitting if "order:" in query else sorted(chosen) == sorted(fitting)
