"""Review as pages: queues, questions, walls, what answers teach, and settings of trust."""

from __future__ import annotations

import re

import pytest

from homebooru.db.tables import PostRow
from homebooru.domain.ratings import Rating
from homebooru.domain.said import Said
from homebooru.domain.tags import Category
from homebooru.services.review.measuring import measure
from homebooru.services.tags.claiming import keep_claims
from homebooru.services.tags.tuning import current_policy
from homebooru.web.csrf import FIELD, HEADER
from tests.factories import said_tags
from tests.integration.services.conftest import Quiet
from tests.web.visiting import token_of

FRAGMENT = {"X-Fragment": "1"}


@pytest.fixture
def suggested(house, sessions):
    """Three posts of which a model thinks that there is a cat, and one where a booru differs."""
    posts = [house.add(f"{n}.png", seed=n) for n in range(4)]
    with sessions.begin() as session:
        for number, post in enumerate(posts):
            guess = Said(tags=said_tags("cat"), confidences=(0.4 + 0.15 * number,))
            keep_claims(session, {(post, "camie"): guess})
        keep_claims(session, {(posts[3], "danbooru"): Said(tags=said_tags("dog"))})
    return posts


def posted(client, where, *, headers=None, **form):
    data = {FIELD: token_of(client, "/review/suggestions")} | form
    return client.post(where, data=data, headers=headers)


def key_in(page):
    return re.search(r'name="key" value="([^"]+)"', page)[1]


def tags_of(sessions, post):
    with sessions() as session:
        return len(session.get_one(PostRow, post).tag_ids)


def test_the_queues_are_listed_and_a_question_is_answered_without_scripts(
    client, suggested, sessions
):
    page = client.get("/review").text
    assert page.count("1 picture<") == 1  # a disagreement
    assert page.count("2 pictures<") == 1
    assert 'href="/review/wall?tag=cat"' in page
    page = client.get("/review/suggestions").text
    assert "Does “cat” belong to it?" in page
    assert "0 of 2" in page
    key = key_in(page)
    answer = posted(client, "/review/suggestions/answer", key=key, choice="yes")
    assert (answer.status_code, answer.location) == (303, "/review/suggestions")
    assert tags_of(sessions, int(key.split("-")[0])) == 1
    page = client.get("/review/suggestions").text
    assert "1 of 2" in page
    assert "Take the last answer back" in page
    posted(client, "/review/suggestions/undo")
    assert key_in(client.get("/review/suggestions").text) == key


def test_a_script_gets_the_next_question_as_a_part_and_the_end_as_a_checkpoint(client, suggested):
    page = client.get("/review/suggestions").text
    for choice in ("skip", "no"):
        answer = posted(
            client, "/review/suggestions/answer", headers=FRAGMENT, key=key_in(page), choice=choice
        )
        page = answer.text
        assert "<html" not in page
        assert "X-Fragment" in answer.headers["Vary"]
    assert "This batch is done" in page
    assert "skipped: 1" in page
    again = posted(client, "/review/suggestions/next", headers=FRAGMENT, again="1").text
    assert "Does “cat” belong to it?" in again


def test_a_disagreement_says_why_it_is_asked(client, suggested):
    page = client.get("/review/disagreements").text
    assert "danbooru knows the picture, and does not say it." in page
    assert "camie is 85 % sure of it; it is believed from 50 % on." in page


def test_a_wall_accepts_what_is_not_marked(client, suggested, sessions):
    page = client.get("/review/wall?tag=cat").text
    shown = re.findall(r'name="shown" value="([^"]+)"', page)
    assert len(shown) == 2
    assert "Which are not" in page
    wrong = next(key for key in shown if key.startswith(f"{suggested[0]}-"))
    answer = posted(client, "/review/wall", tag="cat", shown=shown, wrong=[wrong])
    assert answer.location == "/review/wall?tag=cat"
    assert [tags_of(sessions, post) for post in suggested[:2]] == [0, 1]
    assert "Nothing waits here" in client.get("/review/wall?tag=cat").text
    posted(client, "/review/wall/undo", tag="cat")
    assert client.get("/review/wall?tag=cat").text.count('name="shown"') == 2
    posted(client, "/review/wall", tag="cat", shown=shown, skip="1")
    assert "Nothing waits here" in client.get("/review/wall?tag=cat").text


@pytest.mark.parametrize(
    ("where", "form", "status"),
    [
        ("/review/suggestions/answer", {"key": "nonsense", "choice": "yes"}, 404),
        ("/review/suggestions/answer", {"key": "1-999", "choice": "yes"}, 303),  # settled
        ("/review/suggestions/answer", {"key": "99999-1", "choice": "yes"}, 303),
        ("/review/wall", {"tag": "cat", "shown": ["1-1"] * 51}, 400),
        ("/tuning", {"trust.text": "much"}, 400),
        ("/tuning/preview", {"trust.text": "101"}, 400),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(client, suggested, where, form, status):
    assert posted(client, where, **form).status_code == status
    assert client.get("/review/wall?tag=nothing").status_code == 404
    assert client.get("/review/nothing").status_code == 404


def test_a_post_is_marked_as_reviewed_and_found_by_it(client, suggested):
    post = suggested[0]
    assert 'aria-pressed="false" data-action="post.reviewed"' in client.get(f"/posts/{post}").text
    answer = posted(client, f"/posts/{post}/reviewed", tags="is:any")
    assert answer.location == f"/posts/{post}?tags=is:any"
    assert f"post-{post}" in client.get("/posts?tags=is:reviewed").text
    posted(client, f"/posts/{post}/reviewed", remove="1")
    assert f"post-{post}" not in client.get("/posts?tags=is:reviewed").text


def fields_of(page):
    form = page.split('action="/tuning/preview"', 1)[1].split("</form>", 1)[0]
    fields = dict(re.findall(r'name="([^"]+)"[^>]* value="([^"]*)"', form))
    return {name: value for name, value in fields.items() if name != FIELD}


def test_settings_tell_what_they_would_change_before_they_are_set(client, suggested, sessions):
    fields = fields_of(client.get("/tuning").text)
    assert fields["trust.danbooru"] == "90"
    fields |= {"thresholds.general": "35", "thresholds.wd/general": "80", "precisions.artist": "95"}
    fields["precisions.wd/artist"] = "90"
    preview = posted(client, "/tuning/preview", **fields).text
    assert "What this would change" in preview
    assert "+1</dd>" in preview
    assert "Worked out for all 4 pictures." in preview
    assert tags_of(sessions, suggested[0]) == 0
    assert posted(client, "/tuning", **fields_of(preview)).status_code == 303
    policy = current_policy(sessions)
    assert (policy.trust("danbooru"), policy.models_join_boorus) == (0.9, False)
    assert policy.precision("camie", Category.ARTIST) == 0.95
    assert policy.precision("wd", Category.ARTIST) == 0.9
    page = client.get("/tuning").text
    assert "thresholds, wanted precision" in page
    back = client.get("/tuning?before=1").text
    assert "Nothing is set until you say so below." in back
    assert fields_of(back)["thresholds.general"] == "50"
    assert client.get("/tuning?before=99").status_code == 404


def test_what_answers_teach_is_drawn_and_told(client, suggested, sessions, house):
    assert "Nothing is known yet" in client.get("/review/teaching").text
    for number in range(12):
        post = house.add(f"known-{number}.png", seed=50 + number)
        with sessions.begin() as session:
            said = Said(tags=said_tags("bird"), confidences=(0.8,))
            booru = Said(tags=said_tags("bird" if number < 3 else "dog"), rating=Rating.GENERAL)
            keep_claims(session, {(post, "camie"): said, (post, "danbooru"): booru})
    measure(sessions, Quiet())
    page = client.get("/review/teaching?of=camie/general").text
    assert "<polyline" in page
    assert 'href="/review/wall?tag=bird"' in page
    assert "camie in 25 % of 12 answers" in client.get("/tags/bird").text
    assert client.get("/api/tags/bird").json["models"]["camie"]["right"] == 3
    assert "25.0 %" in page
    assert posted(client, "/review/teaching/measure").status_code == 303


def test_programs_see_walls_and_what_answers_teach(client, suggested, sessions):
    headers = {HEADER: token_of(client)}
    assert client.get("/api/walls").json["walls"] == [
        {"tag": "cat", "category": "general", "count": 2}
    ]
    wall = client.get("/api/walls/cat").json
    assert wall["waiting"] == len(wall["bricks"]) == 2
    answers = {brick["key"]: "no" for brick in wall["bricks"]}
    done = client.post("/api/review/wall/answers", headers=headers, json={"answers": answers})
    assert sorted(done.json["answered"]) == sorted(answers)
    assert client.get("/api/walls/cat").json["waiting"] == 0
    assert client.get("/api/walls/nothing").status_code == 404
    assert client.get("/api/teaching").json == {"measured_at": None, "curves": {}, "worst": []}
    measure(sessions, Quiet())
    told = client.get("/api/teaching").json
    curve = told["curves"]["camie/general"]
    assert (curve["threshold"], curve["wanted"]) == (0.5, None)
    assert (curve["from_on"][0]["right"], curve["from_on"][0]["wrong"]) == (0, 2)
    assert client.post("/api/teaching/measure", headers=headers).status_code == 202
    wanted = {"settings": {"floors": {"general": 0.1}}}
    client.patch("/api/policy", headers=headers, json=wanted)
    [changed] = client.get("/api/policy/changes").json["changes"]
    assert (changed["changed"], changed["is_persons"]) == (["floors"], True)


def test_programs_review_and_set_the_policy_too(client, suggested, sessions):
    headers = {HEADER: token_of(client)}
    assert client.get("/api/review").json == {"queues": {"suggestions": 2, "disagreements": 1}}
    told = client.get("/api/review/suggestions").json
    assert (told["done"], told["size"], told["posts"]) == (0, 2, 2)
    assert [choice["name"] for choice in told["question"]["choices"]] == ["yes", "no"]
    key = told["question"]["key"]

    def send(where, method="post", **body):
        return getattr(client, method)(f"/api/{where}", headers=headers, json=body)

    answered = send("review/suggestions/answers", answers={key: "yes", "99-1": "yes"})
    assert answered.json == {"answered": [key], "settled": ["99-1"]}
    assert tags_of(sessions, told["question"]["post"]) == 1
    assert send("review/suggestions/undo").json == {"undone": [key]}
    assert send("review/suggestions/next").json["size"] == 2
    for where in ("undo", "next", "answers"):
        assert send(f"review/nothing/{where}", answers={}).status_code == 404
    for wrong in ({key: 1}, ["yes"], dict.fromkeys((f"{n}-1" for n in range(51)), "yes")):
        assert send("review/suggestions/answers", answers=wrong).status_code == 400
    wanted = {"settings": {"thresholds": {"general": 0.35}}}
    told = send("policy/preview", **wanted).json
    assert (told["posts"], told["is_exact"], told["gained"], told["lost"]) == (4, True, 1, 0)
    assert send("policy", "patch", **wanted).json == wanted
    assert client.get("/api/policy").json == wanted
    for wrong in ({"settings": 1}, {"settings": {"x": 1}}, {"settings": {"trust": {"wd": 2}}}):
        assert send("policy", "patch", **wrong).status_code == 400
