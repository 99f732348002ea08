"""A library of pictures that can be compared."""

import hashlib
import io

import pytest

from homebooru.db.queries import posts
from homebooru.files.alike.comparing import ThumbComparer
from homebooru.files.probe import probe_picture
from homebooru.files.thumbs import ThumbStore
from homebooru.imaging.sniffing import Kind
from tests.factories import make_post


class Gallery:
    """Adds pictures as reading them would, and lets them look for their copies."""

    def __init__(self, sessions, folder):
        self.sessions = sessions
        self.thumbs = ThumbStore(folder)
        self.comparer = ThumbComparer(self.thumbs)

    def add(self, image, kind=Kind.PNG, *, quality=90, **columns):
        """Return the post of a picture that was just read."""
        buffer = io.BytesIO()
        image.save(buffer, kind.name, quality=quality)
        data = buffer.getvalue()
        digest = hashlib.sha256(data + repr(columns).encode()).digest()
        seen = probe_picture(kind, data, megapixels=50)
        self.thumbs.keep(digest, seen.thumbnails)
        with self.sessions.begin() as session:
            post = make_post(session, sha256=digest, size=len(data), **columns).id
            posts.keep_facts(session, {post: seen.facts})
        return post


@pytest.fixture
def gallery(sessions, tmp_path):
    return Gallery(sessions, tmp_path / "thumbnails")
