"""Editing by plain forms, without scripts: the form of a post, words on tags, the history."""

from __future__ import annotations

import re
from html import unescape

import pytest

from homebooru.domain.editing.words import Hand
from homebooru.domain.ratings import Rating
from homebooru.domain.scope import EVERYTHING
from homebooru.services.editing.batches import edit_posts
from homebooru.services.editing.box import read_box
from homebooru.web.csrf import FIELD
from tests.web.visiting import token_of

SEEN = re.compile(r'name="(seen_\w+|newest)" value="([^"]*)"')


@pytest.fixture
def sent(client):
    """Send a form; return the answer, followed where it leads on."""
    token = token_of(client)

    def send(where, follow=True, **fields):
        return client.post(where, data={FIELD: token, **fields}, follow_redirects=follow)

    return send


def opened(client, post) -> dict[str, str]:
    """Return what the form of a post says was seen."""
    page = client.get(f"/posts/{post}/edit").text
    seen = {name: unescape(value) for name, value in SEEN.findall(page)}
    return seen | {
        name: seen[f"seen_{name}"]
        for name in ("text", "rating", "parent", "sources", "stars", "description")
    }


def text(sessions, post) -> str:
    return read_box(sessions, post, EVERYTHING).text


def test_a_form_changes_what_was_changed_and_tells_what_others_did_meanwhile(
    client, sent, posts, sessions
):
    form = opened(client, posts[0])
    sent(f"/posts/{posts[0]}/judge", reject="dog", script="")
    changed = form | {
        "text": "cat dog sun",
        "rating": "q",
        "parent": str(posts[1]),
        "sources": "https://a.example\nb c",
        "stars": "3",
        "description": "a rose",
        "asked": "sun",
        "as-sun": "new",
        "category-sun": "meta",
    }
    page = sent(f"/posts/{posts[0]}/edit", **changed).text
    assert "Meanwhile others changed this post too" in page
    box = read_box(sessions, posts[0], EVERYTHING)
    assert ([tag.name for tag in box.rejected], box.text) == (["dog"], "cat sun")
    assert [tag.category.label for tag in box.tags] == ["general", "meta"]
    assert (box.rating, box.parent_id, box.sources) == (
        Rating.QUESTIONABLE,
        posts[1],
        ("https://a.example", "b c"),
    )
    assert (box.stars, box.description) == (3, "a rose")
    again = sent(f"/posts/{posts[0]}/edit", **opened(client, posts[0])).text
    assert "Nothing had to change." in again


def test_new_tags_are_asked_about_and_mistakes_told_where_they_are(client, sent, posts, sessions):
    form = opened(client, posts[0])
    where = f"/posts/{posts[0]}/edit"
    asked = sent(where, **form | {"text": "cat dgo artist:nobody"})
    assert asked.status_code == 409
    assert re.search(r'name="as-dgo" value="dog" checked', asked.text)
    assert re.search(r'value="artist" selected', asked.text)
    wrong = sent(where, **form | {"text": "cat rating:genral"})
    assert wrong.status_code == 400
    assert "<code>cat rating:general</code>" in wrong.text
    assert sent(where, **form | {"parent": "x"}).status_code == 400
    answers = {"asked": ["dgo", "nobody"], "as-dgo": "dog", "as-nobody": "leave"}
    assert sent(where, **form | {"text": "cat dgo artist:nobody"} | answers).status_code == 200
    assert text(sessions, posts[0]) == "cat dog"
    assert "Nobody has changed anything here yet." in client.get(f"/posts/{posts[0]}").text


def test_buttons_say_single_words_and_lines_are_taken_back(client, sent, posts, sessions):
    where = f"/posts/{posts[0]}/judge"
    assert "Undo" in sent(where, reject="cat").text
    assert text(sessions, posts[0]) == "dog"
    sent(where, withdraw="cat")
    assert text(sessions, posts[0]) == "cat dog"
    sent(where, script="rating:e")
    page = client.get(f"/posts/{posts[0]}/history").text
    assert page.count('class="history-line"') == 3
    sent("/edits/3/revert", next=f"/posts/{posts[0]}")
    assert read_box(sessions, posts[0], EVERYTHING).rating is None
    assert sent(where).status_code == 400


def test_a_post_that_cannot_be_is_not_there_after_taking_back_either(client, posts):
    client.post(f"/posts/{posts[0]}/edit", data={FIELD: token_of(client), "text": "cat"})
    form = {FIELD: token_of(client), "post": "9" * 10}
    answer = client.post("/edits/1/revert", data=form, headers={"X-Fragment": "1"})
    assert answer.status_code == 404


def test_the_whole_history_folds_batches_and_is_narrowed(client, sent, posts, sessions):
    hand = Hand(account_id=1)
    batch = edit_posts(sessions, posts, "sun -cat", EVERYTHING, hand, create=True)
    sent(f"/posts/{posts[1]}/judge", reject="dog")
    page = client.get("/history").text
    assert page.count('class="history-line"') == 2
    assert f"/batches/{batch.id}" in page
    for narrowed, count in (
        ("tag=sun", 3),
        (f"post={posts[1]}", 2),
        ("what=rating", 0),
        ("via=api", 0),
        ("who=1&via=web", 2),
        ("since=2001-01-01", 2),
        ("tag=nothing_at_all", 0),
    ):
        found = client.get(f"/history?{narrowed}").text
        assert found.count('class="history-line"') == count, narrowed
    for where in (f"/batches/{batch.id}", f"/batches/{batch.id}/lines"):
        part = client.get(where, headers={"X-Fragment": "1"}, follow_redirects=True)
        assert "<html" not in part.text
        assert client.get(where, follow_redirects=True).text.count('class="history-line"') == 3


def test_a_batch_and_a_person_are_taken_back_after_a_look_at_what_would_change(
    client, sent, posts, sessions
):
    batch = edit_posts(sessions, posts, "sun -cat", EVERYTHING, Hand(account_id=1), create=True)
    sent(f"/posts/{posts[1]}/judge", reject="dog")
    preview = client.get(f"/history/revert?batch={batch.id}").text
    assert "3 posts would be as they were before." in preview
    assert re.search(r"cat <span class=\"count\">3", preview)
    sent("/history/revert", batch=str(batch.id))
    assert [text(sessions, post) for post in posts] == ["cat dog", "cat", "cat dog"]
    preview = client.get("/history/revert?since=2001-01-01").text
    assert "Take back all that the owner did since" in preview
    sent("/history/revert", since="2001-01-01")
    assert {text(sessions, post) for post in posts} == {"cat dog"}
    assert client.get("/history/revert?since=2100-01-01").text.count("nothing to take back") == 1
