import re

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from homebooru.db.tables import RecordRow
from homebooru.domain.ratings import Rating
from homebooru.domain.said import Said
from homebooru.files.space import storage_fault
from homebooru.services.accounts import accounts
from homebooru.services.tags.claiming import keep_claims
from homebooru.wiring import Deps
from tests.factories import said_tags
from tests.faults import ReadOnlyDisk, make_disk
from tests.web.visiting import PASSWORD, log_in


def main_of(answer) -> str:
    return answer.text.split("<main", 1)[1]


def test_the_root_leads_to_the_gallery(client):
    assert client.get("/").location == "/posts"


def test_an_empty_gallery_says_what_to_do(client):
    text = main_of(client.get("/posts"))
    assert "No pictures yet" in text
    assert "homebooru library add" in text


def test_the_grid_shows_posts_with_their_sizes_and_tags(client, house):
    first = house.add("a.png", tags="cat artist:somebody", width=720, height=360)
    text = main_of(client.get("/posts"))
    assert f'href="/posts/{first}"' in text
    assert 'width="440" height="220"' in text
    assert 'data-ratio="2.0"' in text
    assert 'alt="somebody, cat"' in text
    assert "1 post<" in text


def test_posts_without_a_picture_have_a_placeholder_with_the_reason(client, house):
    house.add("waits.png", state="pending", seed=1)
    house.add("broken.png", state="unreadable", state_reason="It is cut short.", seed=2)
    text = main_of(client.get("/posts"))
    assert "waits.png" in text
    assert "Waiting for its thumbnail" in text
    assert "It is cut short." in text
    assert "<img" not in text


def test_videos_and_moving_pictures_are_marked(client, house):
    house.add("a.mp4", mime="video/mp4", duration=65.2, frames=100, seed=1)
    house.add("b.gif", mime="image/gif", frames=3, seed=2)
    text = main_of(client.get("/posts"))
    assert "1:05" in text
    assert 'aria-label="Video"' in text
    assert 'aria-label="Animated"' in text


def test_what_a_booru_knows_and_what_waits_for_review_is_marked(client, house, sessions):
    known, asked, plain = (house.add(f"{n}.png", seed=n) for n in range(3))
    with sessions.begin() as session:
        session.add(RecordRow(post_id=known, source="danbooru", outcome="hit"))
        session.add(RecordRow(post_id=asked, source="danbooru", outcome="miss"))
        session.add(RecordRow(post_id=asked, source="camie", outcome="hit"))
        keep_claims(session, {(asked, "camie"): Said(tags=said_tags("cat"), confidences=(0.4,))})
    marks = {
        int(post): ("Known to a booru" in item, "Waits for review" in item)
        for post, item in re.findall(
            r'<li id="post-(\d+)"(.*?)</li>', client.get("/posts").text, re.DOTALL
        )
    }
    assert marks == {known: (True, False), asked: (False, True), plain: (False, False)}


def test_pages_lead_on_and_back_and_keep_the_search(client, house):
    house.add_all({"name": f"{n}.png", "tags": "cat", "seed": n} for n in range(27))
    first = client.get("/posts?tags=cat&limit=25").text
    assert 'rel="next" href="/posts?tags=cat&amp;page=2&amp;limit=25"' in first
    assert 'rel="prev"' not in first
    second = client.get("/posts?tags=cat&limit=25&page=2").text
    assert 'rel="prev" href="/posts?tags=cat&amp;limit=25"' in second
    assert 'rel="next"' not in second
    assert "27 posts" in second
    assert "only 2 pages" in client.get("/posts?tags=cat&limit=25&page=9").text


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 30, "1e3", "²", ""])
@pytest.mark.parametrize("limit", ["0", "-1", "x", "999999", "26"])
def test_nonsense_in_the_address_is_harmless(client, house, page, limit):
    house.add()
    assert client.get("/posts", query_string={"page": page, "limit": limit}).status_code == 200


def test_tags_can_be_added_to_a_search_and_left_out_of_it(client, house):
    house.add(tags="cat dog or")
    text = main_of(client.get("/posts?tags=cat"))
    assert 'href="/posts?tags=cat+dog"' in text
    assert 'href="/posts?tags=cat+-dog"' in text
    assert 'href="/posts?tags=-cat"' in text
    assert "tag:%22or%22" in text


def test_a_mistake_is_shown_at_its_character(client):
    answer = client.get("/posts", query_string={"tags": "cat (dog"})
    assert answer.status_code == 400
    line, caret = answer.text.split("<pre", 1)[1].split("</pre>")[0].split("\n", 1)
    assert "cat (dog" in line
    assert "^</span>" in caret
    assert 'value="cat (dog"' in answer.text


def test_a_search_without_results_says_what_to_drop_and_what_may_be_meant(client, house):
    house.add("a.png", tags="cat house", seed=1)
    house.add("b.png", tags="dog", seed=2)
    text = main_of(client.get("/posts?tags=cat+dog"))
    assert "No posts" in text
    without = re.search(
        r'href="/posts\?tags=cat">Without <code>dog</code></a>.*?1 post', text, re.DOTALL
    )
    assert without
    text = main_of(client.get("/posts?tags=hause"))
    assert "There is no tag <strong>hause</strong>" in text
    assert 'href="/posts?tags=house">house</a>' in text


def test_a_search_that_says_how_long_a_page_is_is_paged_by_that(client, house):
    posts = [house.add(f"{n}.png", seed=n) for n in range(5)]
    for page, shown in ((1, posts[:-3:-1]), (2, posts[2:0:-1]), (3, posts[:1])):
        text = main_of(client.get(f"/posts?tags=limit:2&page={page}"))
        assert re.findall(r'id="post-(\d+)"', text) == [str(post) for post in shown]


def test_a_page_that_is_not_there_says_so_in_the_language_of_the_asker(client):
    page = client.get("/nowhere")
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert "There is no such page" in page.text
    for more in ({"headers": {"Accept": "application/json"}},):
        answer = client.get("/nowhere", **more)
        assert answer.json["error"]["kind"] == "NotFound"
    assert client.get("/api/nowhere").json["error"]
    assert client.put("/posts").status_code == 403


def test_a_database_that_is_away_is_told_apart_from_a_mistake(app, monkeypatch):
    def fail(*_, **__):
        raise OperationalError("select", {}, Exception("no route to postgres://secret"))

    monkeypatch.setitem(app.view_functions, "gallery.index", fail)
    answer = app.test_client().get("/posts")
    assert answer.status_code == 503
    assert "secret" not in answer.text


def test_why_the_database_is_away_is_told_where_its_disk_is_to_blame(app, monkeypatch, tmp_path):
    def fail(*_, **__):
        raise OperationalError("select", {}, Exception("server closed the connection"))

    disk = make_disk(ReadOnlyDisk, tmp_path / "disk")
    disk.break_()
    monkeypatch.setitem(app.view_functions, "gallery.index", fail)
    monkeypatch.setattr(Deps, "storage_fault", lambda _: storage_fault(disk.folder))
    answer = app.test_client().get("/posts")
    disk.leave()
    assert answer.status_code == 503
    assert "can only be read from. Mount it so that it can be written to." in answer.text
    assert str(tmp_path) not in answer.text


def test_a_database_that_may_not_write_says_what_to_do(app, deps, monkeypatch):
    def refused(*_, **__):
        with deps.engine.begin() as connection:
            connection.execute(
                sa.text(
                    "do $$ begin raise exception 'could not open file: Read-only file system' "
                    "using errcode = '42501'; end $$"
                )
            )

    monkeypatch.setitem(app.view_functions, "gallery.index", refused)
    answer = app.test_client().get("/posts")
    assert answer.status_code == 503
    assert "could not open file: Read-only file system" in answer.text
    assert "Let it write to its disk again, and it goes on." in answer.text


def test_what_takes_the_database_too_long_is_given_up_with_what_to_do(app, deps, monkeypatch):
    def slow(*_, **__):
        with deps.sessions.begin() as session:
            session.execute(sa.text("set local statement_timeout = 1"))
            session.execute(sa.text("select pg_sleep(60)"))

    monkeypatch.setitem(app.view_functions, "gallery.index", slow)
    for accept in ("text/html", "application/json"):
        answer = app.test_client().get("/posts", headers={"Accept": accept})
        assert answer.status_code == 503
        assert "took too long and was given up. Narrow the search" in answer.text


def test_health_tells_whether_the_database_answers(client, deps):
    assert client.get("/health").json == {"status": "ok"}


def without_token(text):
    """Take out what every answer spells anew."""
    return re.sub(r'(?<=name="csrf_token" value=")[0-9a-f]+', "", text)


def test_the_system_page_shows_folders_and_its_living_part_alone(client, house):
    house.add(tags="cat")
    page = client.get("/system").text
    assert str(house.folder) in page
    part = client.get("/system", headers={"X-Fragment": "1"}).text
    assert str(house.folder) in part
    assert "<html" not in part
    assert without_token(part).strip() in without_token(page)


# What somebody may not see is nowhere


@pytest.fixture
def hidden(house, sessions):
    """A gallery with one post that Bo may see, and one of each kind that Bo may not."""
    shown = house.add("shown.png", tags="shown_tag", rating=Rating.GENERAL, seed=1)
    posts = [
        house.add("zzhush1.png", tags="zzhush_explicit shown_tag", rating=Rating.EXPLICIT, seed=2),
        house.add("zzhush2.png", tags="zzhush_unrated", seed=3),
    ]
    accounts.add_account(sessions, "Ada", PASSWORD)
    accounts.add_account(sessions, "Bo", PASSWORD, ceiling=Rating.SENSITIVE)
    return shown, posts


def test_what_a_browser_has_is_not_confirmed_to_whoever_may_not_see_it(app, hidden, house):
    client = app.test_client()
    log_in(client, "Bo")
    for post_id in hidden[1]:
        digest = house.digest_of(post_id)
        for where, tag in (
            (f"/posts/{post_id}/file", digest),
            (f"/posts/{post_id}/file/download", digest),
            (f"/media/{digest}-360.webp", f"{digest}-360"),
        ):
            for name, value in (
                ("If-None-Match", f'"{tag}"'),
                ("If-None-Match", "*"),
                ("If-Match", f'"{tag}"'),
                ("If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT"),
                ("Range", "bytes=999999-"),
            ):
                answers = [
                    client.open(where, method=method, headers={name: value})
                    for method in ("GET", "HEAD")
                ]
                assert [answer.status_code for answer in answers] == [404, 404]
                assert not any("ETag" in answer.headers for answer in answers)


def test_neighbours_and_suggestions_pass_over_what_is_hidden(app, hidden, house):
    shown, _ = hidden
    last = house.add("last.png", tags="shown_tag", rating=Rating.GENERAL, seed=9)
    client = app.test_client()
    log_in(client, "Bo")
    text = client.get(f"/posts/{last}").text
    assert f'rel="next" href="/posts/{shown}"' in text
    for query in ("hush_unratet", "huhs_unrated", "md5:" + "0" * 32):
        answer = client.get("/posts", query_string={"tags": query})
        assert "hush_explicit" not in answer.text
        assert "hush_unrated<" not in main_of(answer)


def test_the_name_of_a_hidden_tag_is_never_suggested(app, hidden):
    client = app.test_client()
    log_in(client, "Bo")
    text = main_of(client.get("/posts?tags=hush_explicitt"))
    assert "hush_explicit<" not in text


def test_folders_that_somebody_may_not_see_are_not_listed(app, house, sessions):
    house.add()
    accounts.add_account(sessions, "Ada", PASSWORD)
    accounts.add_account(sessions, "Bo", PASSWORD, root_ids=[])
    client = app.test_client()
    log_in(client, "Bo")
    assert str(house.folder) not in client.get("/system").text
    assert "No pictures yet" in client.get("/posts").text


@pytest.mark.parametrize(
    "where",
    [
        "/history/revert?batch=999999999999999",
        "/history?tag=x%00y",
        "/tag_changes?tag=x%00y",
        "/review/wall?tag=x%00y",
        "/api/autocomplete?q=x%00y",
    ],
)
def test_what_no_column_could_hold_is_refused(client, where):
    assert client.get(where).status_code == 400
