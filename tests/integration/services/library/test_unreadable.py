"""Files that the disk or a permission keeps from us: named, tried again, and not at every scan."""

import pytest
import sqlalchemy as sa

from homebooru.db.tables import IntakeRow, PreparationRow, ProblemRow
from homebooru.domain.scope import EVERYTHING
from homebooru.errors import Inaccessible
from homebooru.services.library.status import library_status
from tests.fakes.reading import FakeReader


@pytest.fixture
def cat(library):
    """A library with a picture of a cat, and its post's id."""
    library.write("a.jpg", "cat|animal")
    library.add()
    library.update()
    return library.posts()["a.jpg"]


def count(library, table):
    with library.sessions() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table))


def test_a_file_that_cannot_be_read_is_named_and_the_rest_goes_on(library, cat):
    library.write("secret.jpg", "dog|")
    library.write("z.jpg", "tree|")
    reader = library.reader
    library.reader = DenyingReader(b"secret.jpg")
    library.scan()
    told = library.index()

    assert ("secret.jpg", DenyingReader.REASON) in told.errors
    assert "z.jpg" in library.posts()
    with library.sessions() as session:
        problem = session.scalars(sa.select(ProblemRow)).one()
        assert (problem.path, problem.part, problem.reason) == (
            b"secret.jpg",
            "file",
            DenyingReader.REASON,
        )
    status = library_status(library.sessions, EVERYTHING)
    assert (status.unreadable, status.waiting, status.roots[0].waiting) == (1, 0, 0)

    library.reader = reader
    library.scan(again=True)
    library.index()
    assert "secret.jpg" in library.posts()
    assert count(library, ProblemRow) == count(library, IntakeRow) == 0


def test_a_file_that_cannot_be_read_is_tried_again_when_it_changes_or_somebody_asks(library, cat):
    library.write("secret.jpg", "dog|")
    library.reader = DenyingReader(b"secret.jpg")
    library.update()
    library.update()
    assert library.reader.refused == 1
    (library.folder / "secret.jpg").chmod(0o640)
    library.update()
    assert library.reader.refused == 2
    library.scan(again=True)
    library.index()
    assert library.reader.refused == 3
    library.write("secret.jpg", "a bigger dog|")
    library.update()
    library.update()
    assert library.reader.refused == 4
    library.delete("secret.jpg")
    library.update()
    assert count(library, ProblemRow) == count(library, IntakeRow) == 0


def test_a_known_file_that_changes_and_cannot_be_read_is_not_tried_at_every_scan(library, cat):
    library.write("a.jpg", "cat|now with words")
    library.reader = DenyingReader(b"a.jpg")
    library.update()
    library.update()
    assert library.reader.refused == 1
    assert library.posts()["a.jpg"] == cat
    library.reader = FakeReader()
    library.hurry()
    library.index()
    assert "words" in library.tags(cat)
    assert count(library, ProblemRow) == count(library, IntakeRow) == 0


def test_what_a_disk_does_not_give_is_tried_ever_more_rarely_and_without_a_scan(library, cat):
    library.write("worn.jpg", "dog|")
    library.reader = DenyingReader(b"worn.jpg")
    library.scan()
    for minutes in (5, 10, 20):
        library.hurry()
        library.index()
        assert minutes_until_due(library, IntakeRow) == minutes
    library.reader = FakeReader()
    library.hurry()
    library.index()
    assert "worn.jpg" in library.posts()
    assert count(library, ProblemRow) == count(library, IntakeRow) == 0


def test_a_picture_that_the_disk_withholds_is_named_and_looked_at_later(library, cat):
    library.write("worn.jpg", "dog|")
    library.reader = WornReader()
    library.update()
    post = library.post(library.posts()["worn.jpg"])
    assert (post.state, post.state_reason) == ("unreadable", WornReader.REASON)
    library.reader = FakeReader()
    library.hurry()
    library.index()
    post = library.post(post.id)
    assert (post.state, post.state_reason) == ("ready", None)
    assert count(library, PreparationRow) == 0


def minutes_until_due(library, table):
    with library.sessions() as session:
        left = session.scalar(sa.select(sa.extract("epoch", table.due - sa.func.now())))
    return round(left / 60)


class WornReader(FakeReader):
    """Reads from a disk that fails when it is read for the second time."""

    REASON = "The disk could not read this file: Input/output error."

    def prepare(self, file, sha256):
        def fail():
            raise Inaccessible(self.REASON)

        return self._do("prepare", file, fail)


class DenyingReader(FakeReader):
    REASON = "HomeBooru has no permission to read this file."

    def __init__(self, name):
        super().__init__()
        self.name = name
        self.refused = 0

    def read_file(self, root, path, *, words_only=False):
        if path != self.name:
            return super().read_file(root, path, words_only=words_only)

        def fail():
            self.refused += 1
            raise Inaccessible(self.REASON)

        return self._do("read", path, fail)
