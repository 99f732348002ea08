"""Searching with a picture that is no post: sent, dropped, pasted, or at an address."""

from __future__ import annotations

import base64
import io
import tempfile
from dataclasses import replace
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from PIL import Image
from playwright.sync_api import expect

from homebooru.db.tables import AskedPictureRow, PostRow
from homebooru.domain.ratings import Rating
from homebooru.files import reader
from homebooru.files.reader import PooledReader
from homebooru.http import addresses
from homebooru.services.accounts import accounts
from homebooru.web.alike.pictures import AT_ONCE
from tests import corpus
from tests.factories import make_post
from tests.fakes.strangers import PUBLIC, FakeNetwork, FakeStranger, answer, redirect
from tests.web.test_similar import add, painting
from tests.web.visiting import PASSWORD, log_in, token_of

HERE = "http://example.org/a.png"


def png(picture):
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def send(client, content=None, path="/similar", name="asked.png", **form):
    if content is not None:
        form["picture"] = (io.BytesIO(content), name)
    return client.post(path, data={"csrf_token": token_of(client), **form})


def api(client, content, query="", **form):
    headers = {"X-CSRF-Token": token_of(client)}
    form["picture"] = (io.BytesIO(content), "asked.png")
    return client.post(f"/api/similar{query}", data=form, headers=headers)


@pytest.fixture
def crowd(house):
    """A picture, a smaller copy that is secret, and another picture somewhat like them."""
    first = add(house, "one.png", painting(1), rating=Rating.GENERAL, tags="cat")
    small = painting(1).resize((240, 160))
    secret = add(house, "secret.png", small, rating=Rating.EXPLICIT, tags="cat dog")
    akin = Image.blend(painting(1), painting(2), 0.3)
    other = add(house, "other.png", akin, rating=Rating.GENERAL, tags="dog")
    return first, secret, other


def test_a_picture_that_is_sent_is_found_and_not_kept(client, crowd, sessions):
    first, secret, _ = crowd
    sent = send(client, png(painting(1)))
    assert sent.status_code == 303
    page = client.get(sent.location).text
    assert page.index("You have this picture") < page.index(f'href="/posts/{first}"')
    assert f'href="/posts/{secret}"' in page
    assert client.get(f"{sent.location}/picture").mimetype == "image/webp"
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(PostRow)) == 3


def test_pictures_that_take_long_leave_threads_for_everybody_else(client, crowd):
    with AT_ONCE, AT_ONCE:
        for answered in (send(client, png(painting(1))), api(client, png(painting(1)))):
            assert answered.status_code == 409
            assert "Try again in a moment" in answered.text
    assert api(client, b"").status_code == 400
    assert api(client, png(painting(1))).status_code == 200


def test_programs_ask_the_same_and_by_a_search(client, crowd, sessions):
    first, secret, _ = crowd
    told = api(client, png(painting(1).resize((300, 200)))).json
    assert (told["same"], {one["id"] for one in told["similar"][:2]}) == ([], {first, secret})
    assert told["count"] >= 2
    assert (told["width"], told["height"], told["mime"]) == (300, 200, "image/png")
    again = client.get(f"/api/similar/{told['key']}?q=dog").json
    assert [one["id"] for one in again["similar"]][:1] == [secret]
    assert client.get(f"/api/similar/{told['key']}?limit=1&offset=1").json["similar"] == [
        told["similar"][1]
    ]
    found = client.get(f"/api/posts?q=similar:{told['key']}+cat").json["posts"]
    assert {one["id"] for one in found} == {first, secret}
    with sessions.begin() as session:
        make_post(session, tags="cat", rating="g", state="pending")
    search = {"q": f"similar:{told['key']} cat", "tags": f"similar:{told['key']} cat"}
    assert client.get("/api/posts", query_string=search).json["undescribed"] == 1
    assert (
        "1 post that fits the rest of the search" in client.get("/posts", query_string=search).text
    )
    assert client.get(f"/api/similar/{told['key']}?q=(").status_code == 400
    assert client.get(f"/similar/{told['key']}?tags=(").status_code == 400


def test_what_somebody_may_not_see_is_in_no_answer_nor_in_its_count(client, crowd, sessions):
    first, secret, other = crowd
    accounts.add_account(sessions, "Ada", PASSWORD)
    accounts.add_account(sessions, "Tim", PASSWORD, ceiling=Rating.GENERAL)
    log_in(client, "Ada")
    key = api(client, png(painting(1))).json["key"]
    assert client.get(f"/api/similar/{key}").status_code == 200
    log_in(client, "Tim")
    for path in (f"/api/similar/{key}", f"/similar/{key}", f"/similar/{key}/picture"):
        assert client.get(path).status_code == 404  # another's picture
    refused = client.get(f"/api/posts?q=cat+similar:{key}")
    assert (refused.status_code, refused.json["error"]["position"]) == (400, 12)
    exact = png(painting(1).resize((240, 160)))  # the very bytes of what is secret
    told = api(client, exact).json
    assert (told["same"], told["count"]) == ([], 2)
    assert [one["id"] for one in told["similar"]] == [first, other]
    page = client.get(f"/similar/{told['key']}").text
    assert f"/posts/{secret}" not in page
    assert "2 posts look like it" in page


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 400),
        (b"<svg onload='alert(1)'/>", 415),
        (b"<html>", 415),
        (corpus.black_png(20_000, 20_000), 422),
    ],
    ids=["nothing", "svg", "page", "bomb"],
)
def test_what_is_no_picture_is_told_in_words(client, content, status):
    for sent in (send(client, content), api(client, content)):
        assert sent.status_code == status
    assert 'role="alert"' in send(client, content).text


@pytest.fixture
def lasting_reader(monkeypatch):
    """Lets one reader look at all pictures of a test; each would take half a second to start."""
    made = []

    def lasting(**how):
        made[:] = made or [PooledReader(**how)]
        return SimpleNamespace(look_at=made[0].look_at, close=lambda: None)

    monkeypatch.setattr(reader, "PooledReader", lasting)
    yield
    for one in made:
        one.close()


@pytest.mark.usefixtures("lasting_reader")
def test_hostile_files_end_in_a_word_and_nothing_of_them_is_kept(
    client, sessions, tmp_path, monkeypatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    found = 0
    for name, (content, becomes) in corpus.hostile_files().items():
        sent = api(client, content)
        sent.request.environ["wsgi.input"].close()  # else a file stays open where it is large
        if becomes in ("ready", "damaged"):
            assert sent.status_code == 200, name
            found += 1
        else:
            assert sent.status_code in (400, 415, 422), name
            assert sent.json["error"]["message"], name
    assert not list(tmp_path.glob("homebooru-*"))
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(AskedPictureRow)) == found
        assert session.scalar(sa.select(sa.func.count()).select_from(PostRow)) == 0


def test_a_body_that_is_too_large_is_refused_before_it_is_read(client):
    long = {"CONTENT_LENGTH": str(101 << 20), "CONTENT_TYPE": "multipart/form-data; boundary=x"}
    for path in ("/similar", "/api/similar"):
        headers = {"X-CSRF-Token": token_of(client)}
        sent = client.post(path, headers=headers, environ_overrides=long)
        assert sent.status_code == 413


def test_a_picture_is_soon_forgotten(client, crowd, sessions):
    old = api(client, png(painting(1))).json["key"]
    with sessions.begin() as session:
        past = sa.func.now() - sa.text("interval '7 hours'")
        session.execute(sa.update(AskedPictureRow).values(asked_at=past))
    assert client.get(f"/api/similar/{old}").status_code == 404
    assert "forgotten" in client.get(f"/similar/{old}").text
    api(client, png(painting(2)))
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(AskedPictureRow)) == 1


@pytest.fixture
def stranger(monkeypatch):
    """A server somewhere, to which every name leads."""

    def at(*answers, **names):
        server = FakeStranger(*answers)
        network = FakeNetwork(server, **{"example.org": [[PUBLIC]], **names})
        for name in ("look_up", "own_address", "connect"):
            monkeypatch.setattr(
                addresses.OpenNetwork,
                name,
                lambda _, *given, name=name: getattr(network, name)(*given),
            )
        return server, network

    return at


def test_the_picture_at_an_address_is_fetched_and_nothing_inside_is(client, crowd, stranger):
    server, network = stranger(
        redirect("/b.png"), answer(png(painting(1))), redirect("http://169.254.169.254/x")
    )
    with server:
        sent = send(client, address=HERE)
        assert "You have this picture" in client.get(sent.location).text
        refused = send(client, address=HERE)
        assert refused.status_code == 400
        assert "not public" in refused.text
        assert send(client, address="http://127.0.0.1:5432/").status_code == 400
    assert {ip for ip, _ in network.connected} == {PUBLIC}


class TestSwitchedOff:
    @pytest.fixture
    def settings(self, settings):
        return replace(settings, picture_hosts=())

    def test_no_address_is_asked(self, client, stranger):
        server, network = stranger(answer(b""))
        with server:
            assert send(client, address=HERE).status_code == 400
            assert 'name="address"' not in client.get("/similar").text
        assert network.connected == []


DROP = """async ([bytes, kind]) => {
    const held = new DataTransfer();
    const content = Uint8Array.from(atob(bytes), (sign) => sign.charCodeAt(0));
    held.items.add(new File([content], "held.png", {type: "image/png"}));
    const given = kind === "paste" ? {clipboardData: held} : {dataTransfer: held};
    const Made = kind === "paste" ? ClipboardEvent : DragEvent;
    document.body.dispatchEvent(new Made(kind, {...given, bubbles: true, cancelable: true}));
}"""


@pytest.mark.parametrize("kind", ["drop", "paste"])
def test_a_picture_is_dropped_on_a_page_or_pasted(house, page, kind):
    add(house, "one.png", painting(1))
    page.goto("/posts")
    page.evaluate(DROP, [base64.b64encode(png(painting(1))).decode(), kind])
    expect(page.get_by_role("heading", name="You have this picture")).to_be_visible()
    page.get_by_role("link", name="Search by picture").click()
    page.get_by_label("A picture").set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": png(painting(2))}
    )
    page.get_by_role("button", name="Find what is like it").click()
    expect(page.get_by_role("heading", name="Like your picture")).to_be_visible()
