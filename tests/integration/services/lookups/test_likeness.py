"""Reverse searches in the chain: what they are sent, and where their answers lead."""

import io
from contextlib import ExitStack
from dataclasses import replace

import pytest
import sqlalchemy as sa
from PIL import Image

from homebooru.db.queries.policy import keep_setting
from homebooru.db.tables import ClaimRow, PostRow, RecordRow, ServiceRow
from homebooru.domain.scope import EVERYTHING
from homebooru.services.lookups.rereading import reread
from homebooru.services.posts import get_post
from homebooru.services.tags.deriving import rebuild
from homebooru.settings import load_settings
from homebooru.sites import SITES
from tests.factories import edit_post
from tests.fakes.reverse.iqdb import FakeIqdb
from tests.fakes.reverse.saucenao import FakeSauceNao
from tests.fakes.services import limited
from tests.integration.services.conftest import Quiet
from tests.integration.services.lookups.conftest import md5_of

KEY = "geheim-4711"
CHAIN = ("danbooru", "e621", "gelbooru", "saucenao", "iqdb")
AT_DANBOORU = {"danbooru_id": 77, "gelbooru_id": 88, "creator": "a sloppy name", "material": "work"}
AT_PIXIV = {"ext_urls": ["https://www.pixiv.net/artworks/5"], "pixiv_id": 5, "member_name": "Them"}


def drawn(colour):
    image = Image.new("RGB", (1000, 500), colour)
    image.paste("white", (0, 0, 300, 300))
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", exif=Image.Exif(), quality=80)
    return buffer.getvalue()


@pytest.fixture
def looking(world):
    """The same world, where SauceNAO and IQDB look at pictures."""
    with ExitStack() as leaving:
        fakes = {"saucenao": FakeSauceNao(KEY, short=100, long=1000), "iqdb": FakeIqdb()}
        for name, fake in fakes.items():
            world.servers[name] = leaving.enter_context(fake)
            world.given[f"HOMEBOORU_{name.upper()}_URL"] = fake.url
            world.given[f"HOMEBOORU_{name.upper()}_PACE"] = "0"
        world.given["HOMEBOORU_SAUCENAO_API_KEY"] = KEY
        world.deps = replace(world.deps, settings=load_settings(world.given))
        yield world


@pytest.fixture
def add(looking):
    """Add a post that shows a colour, with its thumbnails."""

    def add(colour="navy"):
        [post] = looking.add(state="ready")
        looking.deps.thumbs.keep(looking.post(post).sha256, {1000: drawn(colour)})
        return post

    return add


def claims(world, post):
    with world.sessions.begin() as session:
        return set(session.scalars(sa.select(ClaimRow.source).where(ClaimRow.post_id == post)))


def suggested(world, post):
    return {tag.name for tag in get_post(world.sessions, post, EVERYTHING).suggested}


def test_a_match_is_followed_to_the_post_of_the_booru_itself(looking, add):
    post = add()
    looking["saucenao"].remember(drawn("navy"), 93.3, **AT_DANBOORU)
    looking["danbooru"].put("0" * 32, id=77, artist="somebody", general="1girl", rating="q")
    looking.enable(*CHAIN)
    looking.look_up()
    assert looking.tags(post) == {"somebody", "1girl"}
    assert looking.outcomes(post) == {
        "danbooru": "hit",
        "e621": "miss",
        "gelbooru": "miss",
        "saucenao": "hit",
        "iqdb": None,
    }
    assert [asked.path for asked in looking["danbooru"].asked] == ["/posts.json", "/posts/77.json"]
    with looking.sessions.begin() as session:
        row = session.get_one(RecordRow, (post, "danbooru"))
        assert (row.remote_id, round(row.similarity, 3)) == ("77", 0.933)
    assert not looking.is_waiting()
    looking.make_due("danbooru")
    looking.look_up()
    assert looking["danbooru"].asked[-1].path == "/posts/77.json"
    assert len(looking["saucenao"].asked) == 1


def test_what_leads_somewhere_is_not_lost_while_the_booru_is_out_of_order(looking, add):
    post = add()
    looking["saucenao"].remember(drawn("navy"), 93.3, **AT_DANBOORU)
    looking["danbooru"].put("0" * 32, id=77, general="1girl")
    looking.enable(*CHAIN)
    sound = looking["danbooru"].answer

    def moody(asked):
        return limited(Retry_After="900") if asked.path == "/posts/77.json" else sound(asked)

    looking["danbooru"].answer = moody
    looking.look_up()
    assert looking.tags(post) == {"a_sloppy_name", "work"}
    looking["danbooru"].answer = sound
    looking.reopen()
    looking.look_up()
    assert looking.tags(post) == {"1girl"}
    assert len(looking["saucenao"].asked) == 1


def test_a_booru_that_is_not_enabled_is_not_asked_for_what_a_match_leads_to(looking, add):
    post = add()
    looking["saucenao"].remember(drawn("navy"), 93.3, **AT_DANBOORU)
    looking.enable("saucenao")
    looking.look_up()
    assert looking.tags(post) == {"a_sloppy_name", "work"}
    assert looking.asked()["danbooru"] == looking.asked()["gelbooru"] == 0


def test_a_post_that_is_gone_over_there_leaves_what_the_search_said(looking, add):
    post = add()
    looking["saucenao"].remember(drawn("navy"), 93.3, **AT_DANBOORU)
    looking.enable("danbooru", "saucenao")
    looking.look_up()
    assert looking.tags(post) == {"a_sloppy_name", "work"}
    assert looking.outcomes(post) == {"danbooru": "miss", "saucenao": "hit"}
    assert not looking.is_waiting()


def test_a_match_without_a_booru_is_kept_as_a_claim(looking, add):
    post = add()
    looking["saucenao"].remember(drawn("navy"), 88.1, **AT_PIXIV)
    looking.enable(*CHAIN)
    looking.look_up()
    assert looking.tags(post) == {"them"}
    assert looking.post(post).sources == ["https://www.pixiv.net/artworks/5"]
    assert claims(looking, post) == {"saucenao"}
    assert looking.asked()["iqdb"] == 0


def test_a_doubtful_match_is_a_suggestion_and_the_next_is_asked(looking, add):
    post = add()
    looking["saucenao"].remember(drawn("navy"), 74, **AT_DANBOORU)
    looking.enable(*CHAIN)
    looking.look_up()
    assert looking.tags(post) == set()
    assert suggested(looking, post) == {"a_sloppy_name", "work"}
    assert looking.post(post).sources == []
    assert looking.outcomes(post)["saucenao"] == "hint"
    assert looking.asked()["iqdb"] == 1


def test_how_alike_is_enough_can_be_set_and_answers_are_judged_again_without_asking(looking, add):
    post = add()
    looking["saucenao"].remember(drawn("navy"), 74, **AT_PIXIV)
    looking.enable("saucenao")
    looking.look_up()
    with looking.sessions.begin() as session:
        keep_setting(session, "likeness", {"saucenao": 0.72})
    with looking.deps.sources(SITES) as sources:
        assert reread(looking.sessions, sources, Quiet()) == 1
    assert looking.tags(post) == {"them"}
    assert looking.outcomes(post) == {"saucenao": "hit"}
    assert looking.post(post).sources == ["https://www.pixiv.net/artworks/5"]
    assert len(looking["saucenao"].asked) == 1
    assert rebuild(looking.sessions, Quiet()) == 0


def test_answers_of_all_sources_say_the_same_when_they_are_read_again(looking, add):
    posts = [add(colour) for colour in ("navy", "gold", "red")]
    for name in ("danbooru", "e621", "gelbooru"):
        looking[name].put(md5_of(posts[0]), artist="somebody", hidden=True)
    looking["saucenao"].remember(drawn("gold"), 90, **AT_PIXIV)
    looking["iqdb"].remember(drawn("red"), 95, link="https://www.zerochan.net/1", tags="a b")
    looking.enable(*CHAIN)
    looking.look_up()
    before = told(looking)
    assert len(before) == 4
    with looking.sessions.begin() as session:
        session.execute(sa.update(ClaimRow).values(tag_ids=[], sources=[], confidences=None))
    with looking.deps.sources(SITES) as sources:
        reread(looking.sessions, sources, Quiet())
    assert told(looking) == before


def told(world):
    columns = ClaimRow.post_id, ClaimRow.source, ClaimRow.tag_ids, ClaimRow.sources, ClaimRow.md5
    with world.sessions.begin() as session:
        return sorted(map(tuple, session.execute(sa.select(*columns))), key=lambda row: row[:2])


def test_iqdb_is_asked_for_what_saucenao_does_not_know(looking, add):
    post = add()
    link = "//danbooru.donmai.us/posts/77"
    looking["iqdb"].remember(drawn("navy"), 95, link=link, tags="from_a_page")
    looking["danbooru"].put("0" * 32, id=77, general="1girl")
    looking.enable(*CHAIN)
    looking.look_up()
    assert looking.tags(post) == {"1girl"}
    assert (looking.asked()["saucenao"], looking.asked()["iqdb"]) == (1, 1)


def test_a_small_jpeg_without_metadata_is_sent_and_no_original(looking, add):
    add()
    looking.enable("saucenao")
    looking.look_up()
    [asked] = looking["saucenao"].asked
    [sent] = asked.files.values()
    with Image.open(io.BytesIO(sent)) as picture:
        assert (picture.format, picture.size, picture.mode) == ("JPEG", (720, 360), "RGB")
        assert not picture.getexif()
        assert {"exif", "icc_profile", "xmp", "comment"}.isdisjoint(picture.info)


def test_a_limit_lets_posts_wait_and_is_told_until_when(looking, add):
    posts = [add() for _ in range(3)]
    looking["saucenao"].long = 1
    looking["saucenao"].remember(drawn("navy"), 90, **AT_PIXIV)
    looking.enable("saucenao", "iqdb")
    looking.look_up()
    outcomes = [looking.outcomes(post)["saucenao"] for post in posts]
    assert sorted(outcomes, key=str) == ["hit", "limited", "limited"]
    assert len(looking["saucenao"].asked) == 1
    assert looking.asked()["iqdb"] == 0
    assert not looking.is_waiting()
    with looking.sessions.begin() as session:
        assert "limit" in session.get_one(ServiceRow, "saucenao").reason
    looking["saucenao"].long = 100
    looking.reopen()
    looking.look_up()
    assert {looking.outcomes(post)["saucenao"] for post in posts} == {"hit"}


def test_no_picture_that_nobody_looked_at_yet_is_asked_about(looking, add):
    [post] = looking.add(state="pending")
    looking.enable("saucenao")
    looking.look_up()
    assert not looking.is_waiting()
    with looking.sessions.begin() as session:
        session.execute(sa.update(PostRow).where(PostRow.id == post).values(state="ready"))
    looking.make_due("saucenao")
    looking.look_up()
    assert looking.outcomes(post) == {"saucenao": "unavailable"}
    assert looking.asked()["saucenao"] == 0


def test_what_a_person_decided_stands_against_every_match(looking, add):
    post = add()
    looking["saucenao"].remember(drawn("navy"), 90, **AT_PIXIV)
    looking.enable("saucenao")
    looking.look_up()
    with looking.sessions.begin() as session:
        edit_post(session, post, "mine -them")
    looking.make_due("saucenao")
    looking.look_up()
    assert looking.tags(post) == {"mine"}


def test_the_key_is_nowhere_but_in_the_request(looking, add, caplog):
    add()
    looking["saucenao"].key = "another"
    looking.enable("saucenao")
    report = looking.look_up()
    assert looking["saucenao"].asked[0].params["api_key"] == KEY
    with looking.sessions.begin() as session:
        rows = session.execute(
            sa.text(
                "select row_to_json(service), row_to_json(record) "
                "from service left join record on record.source = name"
            )
        )
        kept = str(rows.all())
    assert "refused" in kept
    for text in (caplog.text, kept, str(looking.told.errors), repr(report)):
        assert KEY not in text
