"""A post's page as it is sent: what it shows, and what it leads to."""

from __future__ import annotations

import re

from homebooru.domain.policy import HISTORY
from homebooru.domain.said import Said
from homebooru.domain.tags import SaidTag
from homebooru.services.tags.claiming import keep_claims
from homebooru.services.tags.vocabulary import add_alias
from tests.factories import edit_post

FRAGMENT = {"X-Fragment": "1"}
TOKEN = re.compile(r'name="csrf_token" value="[^"]+"')  # spelled anew in each answer


def main_of(answer) -> str:
    return answer.text.split("<main", 1)[1].split("</main>", 1)[0]


def test_a_post_shows_its_picture_first_and_who_says_what(client, house):
    post_id = house.add("a.png", tags="cat artist:somebody", folder="trip", width=2000, height=900)
    text = main_of(client.get(f"/posts/{post_id}"))
    assert text.index("<img") < text.index("somebody</a>")
    assert "trip" in text
    assert "<strong>a.png</strong>" in text
    assert text.count('class="voice" title="text"') == 2
    assert f"/posts/{post_id}/file 2000w" in text


def test_a_step_through_a_search_is_sent_the_post_alone(client, house):
    cats = [house.add(f"{n}.png", tags="cat", seed=n) for n in range(2)]
    whole = client.get(f"/posts/{cats[0]}?tags=cat")
    part = client.get(f"/posts/{cats[0]}?tags=cat", headers=FRAGMENT)
    assert part.text.lstrip().startswith("<article")
    assert TOKEN.sub("", part.text).strip() in TOKEN.sub("", whole.text)
    assert "<html" not in part.text
    assert "X-Fragment" in part.headers["Vary"]
    assert "X-Fragment" in whole.headers["Vary"]
    assert client.get("/posts/99", headers=FRAGMENT).status_code == 404


def test_a_post_tells_what_it_is_called_elsewhere_and_what_lay_there_before(
    client, house, sessions
):
    old, new = house.add("old.png", seed=1), house.add("new.png", seed=2)
    with sessions.begin() as session:
        said = Said(md5="ab" * 16, remote_ids=("danbooru:7",))
        before = Said(parent=f"post:{old}")
        keep_claims(session, {(new, "gallery-dl"): said, (new, HISTORY): before})
    text = main_of(client.get(f"/posts/{new}"))
    assert f"<code>{'ab' * 16}</code>" in text
    assert "danbooru:7" in text
    assert f'<dt>Earlier</dt><dd><a href="/posts/{old}">' in text
    assert "homebooru" not in text.casefold()


def test_a_post_leads_to_its_neighbours_within_the_search_and_back_to_its_place(client, house):
    cats = [house.add(f"{n}.png", tags="cat" if n != 1 else "dog", seed=n) for n in range(3)]
    text = client.get(f"/posts/{cats[2]}?tags=cat").text
    assert f'rel="next" href="/posts/{cats[0]}?tags=cat"' in text
    assert 'rel="prev"' not in text
    assert f'href="/posts?tags=cat&amp;at={cats[2]}#post-{cats[2]}"' in text
    assert client.get(f"/posts/{cats[2]}?tags=(").status_code == 200


def test_a_film_has_controls_and_a_poster(client, house):
    post_id = house.add("a.mp4", mime="video/mp4", duration=3, frames=72, has_sound=True)
    text = main_of(client.get(f"/posts/{post_id}"))
    assert "<video" in text
    assert "controls loop" in text
    assert "with sound" in text


def test_a_moving_picture_stands_still_for_whoever_wants_no_motion(client, house):
    post_id = house.add("a.gif", mime="image/gif", frames=12, duration=2, width=300, height=200)
    text = main_of(client.get(f"/posts/{post_id}"))
    assert '<source media="(prefers-reduced-motion: reduce)" srcset="/media/' in text
    assert f'src="/posts/{post_id}/file"' in text
    assert f'data-original="/posts/{post_id}/file"' in text


def test_a_tiny_picture_is_magnified_by_a_whole_number(client, house):
    post_id = house.add(width=72, height=60)
    text = main_of(client.get(f"/posts/{post_id}"))
    assert 'class="picture tiny"' in text
    assert 'width="360" height="300"' in text


def test_what_browsers_cannot_show_is_shown_by_its_thumbnail(client, house):
    post_id = house.add("a.heic", mime="image/heic", width=4000, height=3000)
    text = main_of(client.get(f"/posts/{post_id}"))
    assert 'src="/media/' in text
    assert "srcset" not in text
    assert "data-original" not in text
    assert f'href="/posts/{post_id}/file/download"' in text


def test_a_missing_post_keeps_its_page(client, house, sessions):
    post_id = house.add(tags="cat")
    with sessions.begin() as session:
        post = session.get_one(house.row, post_id)
        post.missing_since = post.created_at
    text = main_of(client.get(f"/posts/{post_id}"))
    assert "is missing since" in text
    assert "Download" not in text


def test_a_post_without_a_picture_says_why(client, house):
    waits = house.add("waits.png", state="pending", seed=1)
    reason = "It is cut short."
    broken = house.add("broken.png", state="unreadable", state_reason=reason, seed=2)
    assert "waiting to be looked at" in main_of(client.get(f"/posts/{waits}"))
    text = main_of(client.get(f"/posts/{broken}"))
    assert reason in text
    assert "<img" not in text


def test_a_family_is_shown_as_a_strip(client, house, sessions):
    parent, one, other = (house.add(f"{n}.png", seed=n) for n in range(3))
    with sessions.begin() as session:
        for post_id in (one, other):
            session.get_one(house.row, post_id).parent_id = parent
    for post_id in (parent, one, other):
        text = main_of(client.get(f"/posts/{post_id}?tags=cat"))
        strip = text.split('class="family"', 1)[1].split("</nav>", 1)[0]
        assert re.findall(r"/posts/(\d+)\?tags=cat", strip) == [str(parent), str(one), str(other)]
        assert f'href="/posts/{post_id}?tags=cat" aria-current="true"' in strip
        assert strip.count(">parent<") == 1
    alone = house.add("alone.png", seed=9)
    assert 'class="family"' not in client.get(f"/posts/{alone}").text


def test_what_counts_is_told_apart_from_what_was_suggested_or_rejected(client, house, sessions):
    post_id = house.add(tags="kitty dog")
    add_alias(sessions, "kitty", "cat")
    guesses = tuple(SaidTag(name, None) for name in ("tree", "speck"))
    with sessions.begin() as session:
        guessed = Said(tags=guesses, confidences=(0.31, 0.05))
        keep_claims(session, {(post_id, "camie"): guessed})
        edit_post(session, post_id, "-dog sun", account_id=None)
    text = main_of(client.get(f"/posts/{post_id}"))
    counts, _, rest = text.partition('class="suggested"')
    suggested, _, rejected = rest.partition('class="rejected"')
    assert re.findall(r">(\w+)</a>", counts.split('class="tags"', 1)[1]) == ["cat", "sun"]
    assert "implied" not in counts
    assert "a person" in counts
    assert re.findall(r">(\w+)</a>", suggested) == ["tree"]
    assert "31%" in suggested
    assert re.findall(r">(\w+)</a>", rejected.split("</section>", 1)[0]) == ["dog"]
