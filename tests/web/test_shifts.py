"""Nothing moves that one has begun to look at, whenever the parts of a page come."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from homebooru.db.tables import IntakeRow, PostRow, PreparationRow, RootRow
from tests.web.browsing import PHONE, closing, served
from tests.web.test_gallery import SHIFTS
from tests.web.test_similar import add, painting

HELD = b'<li class="where-wide"'  # in the middle of the links on top
LONG = "a folder whose name is rather long"


@pytest.fixture
def gate():
    """What the second half of a page waits for."""
    return threading.Event()


@pytest.fixture
def address(app, gate):
    """Where pages come in two halves."""

    def answer(environ, start_response):
        environ.pop("HTTP_ACCEPT_ENCODING", None)
        body = b"".join(closing(app)(environ, start_response))
        first, cut, rest = body.partition(HELD)
        yield first
        if cut:
            gate.wait()
            yield cut + rest

    with served(answer) as address:
        yield address
        gate.set()


@pytest.fixture
def phone(visit):
    phone = visit(**PHONE)
    phone.add_init_script(SHIFTS)
    return phone


def test_a_page_that_comes_in_parts_is_painted_once_it_is_whole(house, phone, gate):
    post_id = house.add(tags="cat")
    for path in ("/posts", f"/posts/{post_id}"):
        gate.clear()
        phone.goto(path, wait_until="commit")
        phone.wait_for_function(
            "() => document.querySelectorAll('.top-link').length && document.styleSheets.length > 3",
            polling=50,
        )
        # Long enough to paint what is there.
        painted = phone.evaluate(
            "new Promise(done => setTimeout(done, 200)).then(() => performance.getEntriesByType('paint').length)"
        )
        assert painted == 0
        gate.set()
        phone.wait_for_load_state("networkidle")
        assert phone.evaluate("window.shifts") == 0


def test_what_is_told_of_the_reading_keeps_its_room(house, sessions, phone, gate):
    gate.set()
    posts = [house.add(f"{n}.png", seed=n) for n in range(3)]
    with sessions.begin() as session:
        session.add(PreparationRow(post_id=posts[0]))
        session.execute(sa.update(PostRow).where(PostRow.id == posts[0]).values(state="pending"))
    phone.goto("/posts", wait_until="networkidle")
    told = phone.locator(".reading")
    for change, words in ((read_more, LONG), (read_all, "Everything is read.")):
        with sessions.begin() as session:
            change(session)
        phone.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        told.get_by_text(words).wait_for()
    assert (
        phone.evaluate("new Promise(done => requestAnimationFrame(() => done(window.shifts)))") == 0
    )


def read_more(session):
    """A folder is new, and many files of it wait."""
    root = session.scalars(sa.select(RootRow)).one()
    root.state, root.name = "new", LONG
    session.execute(
        sa.insert(IntakeRow),
        [
            {"root_id": root.id, "path": b"%d.png" % n, "size": 1, "mtime_ns": 1}
            for n in range(1500)
        ],
    )


def read_all(session):
    session.execute(sa.delete(IntakeRow))
    session.execute(sa.delete(PreparationRow))
    session.execute(sa.update(RootRow).values(state="online"))
    session.execute(sa.update(PostRow).values(state="ready"))


def test_the_strip_of_what_looks_alike_has_its_room(house, phone, gate):
    gate.set()
    first = add(house, "one.png", painting(1))
    add(house, "small.png", painting(1).resize((240, 160)))
    phone.goto(f"/posts/{first}", wait_until="networkidle")
    before = phone.evaluate("document.documentElement.scrollHeight")
    phone.locator("late-part").scroll_into_view_if_needed()
    phone.get_by_role("tabpanel", name="Looks like this").get_by_role("link").first.wait_for()
    assert phone.evaluate("document.documentElement.scrollHeight") == before
