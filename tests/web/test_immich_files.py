"""Files and thumbnails of posts that lie in Immich alone; and who sees them."""

from __future__ import annotations

import io
from uuid import UUID

import pytest
import sqlalchemy as sa
from PIL import Image

from homebooru.db.queries.immich.pictures import keep_shown
from homebooru.db.tables import AccountRow, AssetRow, LocationRow, LookRow, MirrorRow, PostRow
from homebooru.domain.media import Facts
from homebooru.domain.ratings import Rating
from homebooru.jobs.declarations import JOBS
from homebooru.services.accounts import accounts
from homebooru.services.immich.connecting import users
from homebooru.services.immich.household import mirror_all
from homebooru.services.immich.pictures import fetch_due
from tests import corpus
from tests.fakes.immich import FakeImmich
from tests.fakes.services import CUT
from tests.integration.services.conftest import Quiet
from tests.web.visiting import PASSWORD, log_in, token_of

CONTENT = corpus.jpeg(300, 200, seed=3)
FOLLOWS = "follow_in_immich"


@pytest.fixture
def fake():
    with FakeImmich(3) as server:
        yield server


class There:
    """A household whose pictures lie in Immich."""

    def __init__(self, client, deps, fake):
        self.client, self.deps, self.fake = client, deps, fake
        self.asset = fake.world.add_asset(fake.user, path="/upload/there.jpg", content=CONTENT)
        self.send("/immich", address=fake.url, key=fake.key.text)
        self.sync()
        [self.user] = users(deps.sessions)
        with deps.sessions() as session:
            [self.post] = session.scalars(sa.select(AssetRow.post_id))

    def send(self, path, **form):
        return self.client.post(path, data={"csrf_token": token_of(self.client), **form})

    def sync(self):
        mirror_all(self.deps.sessions, self.deps.immich, self.deps.household, Quiet())

    def file(self, client=None, **headers):
        return (client or self.client).get(f"/posts/{self.post}/file", headers=headers)


@pytest.fixture
def there(client, deps, fake):
    return There(client, deps, fake)


def test_a_file_or_a_part_of_it_is_passed_on_from_immich(there):
    whole = there.file()
    assert (whole.status_code, whole.data, whole.mimetype) == (200, CONTENT, "image/jpeg")
    assert "there.jpg" in whole.headers["Content-Disposition"]
    part = there.file(Range="bytes=5-24")
    assert (part.status_code, part.data) == (206, CONTENT[5:25])
    assert part.headers["Content-Range"] == f"bytes 5-24/{len(CONTENT)}"
    beyond = there.file(Range=f"bytes={len(CONTENT)}-")
    assert (beyond.status_code, beyond.data) == (416, b"")
    assert beyond.headers["Content-Range"] == f"bytes */{len(CONTENT)}"


def test_where_immich_breaks_off_or_is_away_it_is_said(there, caplog):
    there.fake.faults.fail("/original$", CUT, times=1)
    with pytest.raises(ConnectionResetError):
        there.file()
    assert "An original was cut: Immich" in caplog.text
    there.asset.offline = True
    assert there.file().status_code == 502
    there.asset.offline = False
    with there.deps.sessions.begin() as session:
        row = session.scalars(sa.select(AssetRow)).one()
        row.remote_id = UUID(there.fake.world.new_id())
    gone = there.file()
    assert gone.status_code == 502
    assert "Immich" in gone.text
    assert "Traceback" not in gone.text


def test_thumbnails_are_fetched_once_and_kept(there, deps):
    there.asset.thumbnail = corpus.webp(300, 200)
    with deps.thumbnail_maker() as keep:
        assert fetch_due(deps.sessions, deps.immich, keep, Quiet()) == 1
    for size in (360, 1000):
        shown = there.client.get(f"/posts/{there.post}/thumbnail/{size}", follow_redirects=True)
        assert (shown.status_code, shown.mimetype) == (200, "image/webp")
        assert Image.open(io.BytesIO(shown.data)).size == (300, 200)
    assert there.fake.calls["GET /assets/*/thumbnail"] == 1
    with deps.sessions() as session:
        post = session.get_one(PostRow, there.post)
        assert (post.state, post.sha256) == ("ready", None)


def test_a_post_that_became_another_one_while_its_picture_came_is_passed_over(sessions):
    facts = Facts(mime="image/webp", width=4, height=3, look=bytes(256))
    with sessions.begin() as session:
        keep_shown(session, {404: (b"key", facts)})
        assert not session.scalar(sa.select(sa.func.count()).select_from(LookRow))


def test_whoever_sees_some_folders_sees_what_of_immich_they_are_shown(there, app, sessions):
    accounts.add_account(sessions, "Ada", PASSWORD, is_admin=True)
    child = accounts.add_account(sessions, "Bo", PASSWORD, ceiling=Rating.EXPLICIT, root_ids=[])
    theirs, guest = app.test_client(), app.test_client()
    log_in(theirs)
    log_in(guest, "Bo")
    page = f"/posts/{there.post}"
    assert guest.get(page).status_code == 404
    assert there.file(guest).status_code == 404
    form = theirs.get("/immich").text
    assert f'name="guests" value="{child.id}"' in form
    there.client = theirs
    path = f"/immich/users/{there.user.owner_id}/allow"
    there.send(path, visibilities=["timeline"], guests=[str(child.id)])
    assert "Open in Immich" in guest.get(page).text
    assert "read <time" in guest.get(page).text
    assert there.file(guest).data == CONTENT
    assert f"posts/{there.post}" in guest.get("/posts?tags=immich:any").text
    there.send(path, visibilities=["timeline"])
    assert guest.get(page).status_code == 404
    with sessions() as session:
        assert session.get_one(AccountRow, child.id).mirrors == []
        assert session.scalars(sa.select(LocationRow.mirror)).all() == [there.user.number]


def test_immich_follows_the_trash_once_it_is_allowed_and_the_page_tells(there, deps, sessions):
    poor = there.fake.key.permissions
    path = f"/immich/users/{there.user.owner_id}"
    there.send(f"{path}/allow", visibilities=["timeline"], takes_trash="yes")
    there.send(f"/posts/{there.post}/trash")
    assert "still to follow" in there.client.get("/trash").text
    poor.discard("all")
    JOBS[FOLLOWS].body(deps, Noting(), None)
    for page in ("/trash", "/immich"):
        assert "could not follow" in there.client.get(page).text
    poor.add("all")
    there.send(f"{path}/trash/again")
    JOBS[FOLLOWS].body(deps, Quiet(), None)
    there.sync()
    assert there.asset.trashed
    assert "is in Immich's trash" in there.client.get("/trash").text
    there.fake.world.change(there.asset, trashed=False)
    there.sync()
    assert "Restore them here too" in there.client.get("/immich").text
    there.send(f"{path}/trash/restore")
    with sessions() as session:
        assert session.get_one(PostRow, there.post).trashed_at is None
        assert session.scalars(sa.select(MirrorRow.takes_trash)).all() == [True]


class Noting(Quiet):
    def report_error(self, what, reason):
        """What is wrong is on the pages."""
