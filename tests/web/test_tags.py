"""Pages of tags: lists, what is known of one, and changes with their consequence shown before."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from homebooru.db.tables import PostRow, TagRow, VocabularyActRow
from homebooru.services.tags.deriving import retag_due
from homebooru.services.tags.taking_back import undo_due
from homebooru.services.tags.vocabulary import add_alias, add_implication
from homebooru.web.csrf import FIELD, HEADER
from homebooru.web.tags import api, changing
from homebooru.web.tags.markdown import markdown
from tests.factories import edit_post
from tests.integration.services.conftest import Quiet
from tests.web.visiting import token_of


@pytest.fixture
def cats(house, sessions):
    posts = [house.add(f"{n}.png", tags="cat artist:ann_lee 2019", seed=n) for n in range(3)]
    house.add("dog.png", tags="dog", seed=9)
    add_alias(sessions, "kitty", "cat")
    add_implication(sessions, "dog", "animal")
    return posts


@pytest.fixture
def settle(sessions):
    return lambda: retag_due(sessions, Quiet())


def change(client, **form):
    return client.post("/tag_changes", data={FIELD: token_of(client, "/searches")} | form)


def test_tags_are_listed_by_count_name_and_category(client, cats):
    page = client.get("/tags").text
    assert page.index(">cat</a>") < page.index(">dog</a>")
    assert "kitty" in page
    artists = client.get("/tags?category=artist").text
    assert ">ann lee</a>" in artists
    assert ">cat</a>" not in artists
    assert ">dog</a>" not in client.get("/tags?name=a*").text
    assert ">animal</a>" in client.get("/tags?name=anim&empty=1").text
    assert "No tag fits." in client.get("/tags?name=nothing&page=7&order=odd").text


def test_the_page_of_a_tag_tells_all_that_is_known_of_it(client, cats):
    page = client.get("/tags/cat").text
    assert "3 posts" in page
    assert page.count('<li class="item') == 3
    assert 'href="/tags/kitty">kitty</a>' in page
    assert 'href="/tags/ann_lee"' in page  # often together with it
    assert 'href="/tags/animal">animal</a>' in client.get("/tags/dog").text
    assert "another name of" in client.get("/tags/kitty").text
    assert client.get("/tags/nothing").status_code == 404


def test_a_tag_is_found_by_its_number_and_a_number_can_be_its_name(client, cats, sessions):
    with sessions() as session:
        number = session.scalar(sa.select(TagRow.id).where(TagRow.name == "cat"))
    assert client.get(f"/tags/{number}").location == "/tags/cat"
    assert 'href="/wiki_pages/2019"' in client.get("/tags/cat").text
    assert "<h1" in client.get("/wiki_pages/2019").text
    assert client.get("/wiki_pages/2019").status_code == 200


def test_every_tag_beside_a_post_leads_to_its_page(client, cats):
    for page in ("/posts", f"/posts/{cats[0]}"):
        assert 'class="step what" href="/tags/cat"' in client.get(page).text


def test_a_change_shows_its_consequence_is_done_and_taken_back(client, cats, sessions, settle):
    asked = client.get("/tag_changes/new?kind=rename&tag=cat&other=Felis+catus").text
    assert "Call cat felis catus?" in asked
    assert "+ felis catus" in asked
    assert "kitty means felis catus instead of cat" in asked
    assert asked.count('<li class="item') == 3
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.max(VocabularyActRow.id))) == 2

    done = change(client, kind="rename", tag="cat", other="felis_catus")
    assert done.status_code == 303
    assert "can take it back" in client.get(done.location).text
    settle()
    assert "3 posts" in client.get("/tags/felis_catus").text
    history = client.get("/tag_changes").text
    assert history.index("Renamed") < history.index("Implication made")

    token = {FIELD: token_of(client, "/searches")}
    assert client.post("/tag_changes/3/revert", data=token).status_code == 303
    settle()
    with sessions() as session:
        [held] = {tuple(session.get_one(PostRow, post).tag_ids) for post in cats}
        assert "cat" in session.scalars(sa.select(TagRow.name).where(TagRow.id.in_(held))).all()


def test_what_is_too_much_for_a_page_is_taken_back_by_a_job_that_shows_how_far_it_is(
    client, cats, sessions, monkeypatch
):
    monkeypatch.setattr(changing, "MOST_AT_ONCE", 0)
    monkeypatch.setattr(api, "MOST_AT_ONCE", 0)
    token = {FIELD: token_of(client, "/searches"), "next": "/history"}
    for act in (1, 2):
        ordered = client.post(f"/tag_changes/{act}/revert", data=token)
        assert ordered.location == "/tag_changes"
    asked = client.post("/api/vocabulary/acts/1/revert", headers={HEADER: token[FIELD]})
    assert (asked.status_code, asked.json["ordered"]) == (202, True)
    page = client.get("/tag_changes", headers={"X-Fragment": "1"}).text
    assert page.count('data-tell="0 of 1 changes are taken back."') == 2
    assert "kitty" in client.get("/tag_aliases").text
    assert client.post("/tag_changes/2/stop", data=token).status_code == 303
    undo_due(sessions, Quiet())
    assert "kitty" not in client.get("/tag_aliases").text
    assert "are taken back." not in client.get("/tag_changes").text
    assert "animal" in client.get("/tag_implications").text


def test_a_new_name_that_is_in_use_already_asks_about_merging(client, cats):
    asked = client.get("/tag_changes/new?kind=rename&tag=cat&other=dog").text
    assert "Merge cat into dog?" in asked
    assert '<input type="hidden" name="kind" value="merge">' in asked


def test_what_cannot_be_is_told_with_the_circle(client, cats):
    refused = client.get("/tag_changes/new?kind=imply&tag=animal&other=dog")
    assert refused.status_code == 400
    assert "dog → animal → dog" in refused.text
    assert change(client, kind="alias", tag="kitty", other="dog").status_code == 409
    assert change(client, kind="nonsense", tag="cat").status_code == 400


def test_a_description_is_markdown_and_does_no_harm(client, cats):
    text = "# Cats\n**purr** <script>alert(1)</script> [x](javascript:alert(1)) ![](http://x/y.png)"
    text += " [[Ann Lee]] [[dog|dogs <b>]] [[]] [[ ]]"
    change(client, kind="describe", tag="cat", text=text)
    page = client.get("/tags/cat").text
    prose = page[page.index('class="prose"') :].split("</section>", 1)[0]
    assert "<h3>Cats</h3>" in prose
    assert "<strong>purr</strong>" in prose
    assert '<a href="/tags/ann_lee" rel="noreferrer noopener nofollow">Ann Lee</a>' in prose
    assert ">dogs &lt;b&gt;</a> [[]] [[ ]]" in prose
    assert "<script" not in prose
    assert "<img" not in prose
    assert 'href="javascript' not in prose


@pytest.mark.parametrize(
    "text", ["<img src=x onerror=a()>", "[a](data:text/html,x)", "<a href='javascript:x'>b</a>"]
)
def test_markdown_holds_nothing_that_runs(text):
    made = str(markdown(text))
    assert "<img" not in made
    assert "<a" not in made


def test_aliases_and_implications_are_listed(client, cats):
    assert ">kitty</a>" in client.get("/tag_aliases").text
    assert ">animal</a>" in client.get("/tag_implications?name=dog").text
    assert "There is none." in client.get("/tag_implications?name=cat").text


def test_who_sees_little_is_told_of_little(client, cats):
    client.post("/preferences", data={FIELD: token_of(client, "/searches"), "safe": "1"})
    assert client.get("/tags/cat").status_code == 404
    for page in ("/tags", "/tag_aliases", "/tag_implications", "/tag_changes"):
        assert "kitty" not in client.get(page).text
        assert ">cat</a>" not in client.get(page).text


def test_programs_foretell_do_list_and_take_back(client, cats, settle):
    headers = {HEADER: token_of(client)}
    wish = {"kind": "rename", "tag": "cat", "other": "felis"}
    told = client.post("/api/vocabulary/forecast", json=wish, headers=headers).json
    assert (told["posts"], told["exact"], told["gains"]) == (3, True, {"felis": 3})
    assert told["meanings"] == [["cat", "cat", "felis"], ["kitty", "cat", "felis"]]
    done = client.post("/api/vocabulary/acts", json=wish | {"reason": "Latin"}, headers=headers)
    assert done.json == {"act": 3}
    newest = client.get("/api/vocabulary/acts?limit=1").json["acts"][0]
    assert (newest["kind"], newest["reason"]) == ("rename", "Latin")
    assert newest["changes"][0]["after"] == {"holds": True, "by": "person"}
    undone = client.post("/api/vocabulary/acts/3/revert", headers=headers).json
    assert (undone["act"], undone["left"], undone["ordered"]) == (4, 0, False)
    odd = {"kind": "describe", "tag": "cat", "other": 1, "text": 5}
    assert client.post("/api/vocabulary/acts", json=odd, headers=headers).status_code == 400


def test_programs_read_what_is_known_of_tags(client, cats, settle):
    settle()
    change(client, kind="describe", tag="cat", text="**purr**")
    [cat] = client.get("/api/tags?category=general&name=cat").json["tags"]
    assert cat == {"tag": "cat", "category": "general", "count": 3, "aliases": ["kitty"]}
    assert [tag["tag"] for tag in client.get("/api/tags?name=d*g").json["tags"]] == ["dog"]
    whole = client.get("/api/tags/cat").json
    assert (whole["description"], whole["aliases"], sorted(whole["examples"])) == (
        "**purr**",
        ["kitty"],
        cats,
    )
    assert client.get("/api/tags/dog").json["implies"] == ["animal"]
    assert client.get("/api/tags/kitty").json["meaning"] == "cat"
    [alias] = client.get("/api/vocabulary/aliases?name=kit").json["aliases"]
    assert (alias["tag"], alias["other"], alias["by"]) == ("kitty", "cat", "person")
    [implied] = client.get("/api/vocabulary/implications").json["implications"]
    assert (implied["tag"], implied["other"]) == ("dog", "animal")
    for wrong, status in (
        ("tags?category=x", 400),
        ("tags?order=x", 400),
        ("tags?limit=5000", 400),
        ("tags/nothing", 404),
        ("tags/-", 404),
    ):
        assert client.get(f"/api/{wrong}").status_code == status, wrong


def test_the_history_of_everything_tells_of_tags_in_their_place(client, cats, sessions):
    with sessions.begin() as session:
        edit_post(session, cats[0], "sun")
    add_alias(sessions, "sunshine", "sun")
    page = client.get("/history").text
    assert page.index("sunshine") < page.index(f"/posts/{cats[0]}") < page.index("kitty")
    where = {FIELD: token_of(client, "/searches"), "next": "/history"}
    assert client.post("/tag_changes/3/revert", data=where).location == "/history"
