"""What is said in files and beside them becomes claims, in a real folder read by the real reader."""

import json

import pytest
import sqlalchemy as sa
from PIL import Image

from homebooru.db.tables import ClaimRow, LocationRow, ProblemRow, StatementRow, TagRow
from homebooru.domain.ratings import Rating
from homebooru.domain.said import Said
from homebooru.domain.scope import EVERYTHING
from homebooru.domain.tags import Category, SaidTag
from homebooru.files.reader import PooledReader, read_arrival
from homebooru.files.thumbs import ThumbStore
from homebooru.services.library.status import library_status
from homebooru.services.library.words import claim_statements, keep_statements
from tests.fakes.disks import FAILURES
from tests.fakes.reading import FakeReader

DANBOORU = {
    "category": "anybooru",
    "id": 71,
    "rating": "s",
    "score": 5,
    "parent_id": 70,
    "source": "https://artist.example/1",
    "file_url": "https://cdn.donmai.us/original/x.jpg",
    "tag_string": "1girl rem_(re:zero)",
    "media_asset": {"id": 1},
    "tags": ["1girl", "rem_(re:zero)", "someone"],
    "tags_artist": ["someone"],
    "tags_character": ["rem_(re:zero)"],
    "tags_general": ["1girl"],
}
E621 = {
    "category": "e621",
    "id": 9,
    "file": {"md5": "0" * 32},
    "flags": {},
    "rating": "s",
    "score": {"total": -3},
    "sources": [],
    "tags": ["felid"],
    "tags_species": ["felid"],
}


@pytest.fixture
def reading(library, tmp_path):
    """The library, with the reader that a worker uses."""
    thumbs = ThumbStore(tmp_path / "thumbs")
    library.thumbs = thumbs
    library.reader = PooledReader(
        processes=1,
        seconds=60,
        memory_mb=4096,
        megapixels=100,
        thumbs=thumbs,
        foreign_tags=("autotag_*",),
    )
    yield library
    library.reader.close()


def paint(library, name, colour):
    file = library.folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (40, 30), colour).save(file)


def write(library, name, content):
    text = content if isinstance(content, str) else json.dumps(content)
    (library.folder / name).write_text(text)


def xmp(*tags):
    items = "".join(f"<rdf:li>{tag}</rdf:li>" for tag in tags)
    return (
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description "
        "xmlns:dc='http://purl.org/dc/elements/1.1/'>"
        f"<dc:subject><rdf:Bag>{items}</rdf:Bag></dc:subject></rdf:Description></rdf:RDF>"
    ).encode()


def claims(library, post_id):
    """Return a post's claims by source: tags with their categories."""
    with library.sessions() as session:
        rows = session.scalars(sa.select(ClaimRow).where(ClaimRow.post_id == post_id))
        tags = {row.id: row for row in session.scalars(sa.select(TagRow))}
        return {row.source: {tags[number].name for number in row.tag_ids} for row in rows}


def problems(library):
    with library.sessions() as session:
        return {row.path: row.reason for row in session.scalars(sa.select(ProblemRow))}


def test_a_folder_that_gallery_dl_filled_is_a_tagged_booru_after_the_first_scan(reading):
    paint(reading, "danbooru/a.jpg", "red")
    paint(reading, "e621/b.png", "blue")
    paint(reading, "gelbooru/c.jpg", "green")
    write(reading, "danbooru/a.jpg.json", DANBOORU)
    write(reading, "e621/b.png.json", E621)
    write(reading, "gelbooru/c.jpg.txt", "2girls\nautotag_x\nimai_lisa\n")
    reading.add()

    reading.update()

    posts = reading.posts()
    first = reading.post(posts["danbooru/a.jpg"])
    assert reading.tags(first.id) == {"1girl", "rem_(re:zero)", "someone"}
    assert (first.rating, first.rating_by, first.score) == ("s", "gallery-dl", 5)
    assert first.sources == ["https://artist.example/1"]
    assert (first.artist_count, first.character_count, first.general_count) == (1, 1, 1)
    second = reading.post(posts["e621/b.png"])
    assert (second.rating, second.score, second.species_count) == ("g", -3, 1)
    assert claims(reading, posts["gelbooru/c.jpg"]) == {"text": {"2girls", "imai_lisa"}}
    assert problems(reading) == {}


def test_a_changed_or_vanished_sidecar_is_noticed(reading):
    paint(reading, "a.jpg", "red")
    write(reading, "a.jpg.txt", "one")
    reading.add()
    reading.update()
    post = reading.posts()["a.jpg"]
    assert claims(reading, post) == {"text": {"one"}}

    write(reading, "a.jpg.txt", "two\nthree")
    write(reading, "a.jpg.json", E621)
    reading.update()
    assert claims(reading, post) == {"text": {"two", "three"}, "gallery-dl": {"felid"}}

    reading.delete("a.jpg.txt")
    reading.delete("a.jpg.json")
    reading.update()
    assert claims(reading, post) == {}
    assert reading.tags(post) == set()
    assert reading.post(post).rating is None


def test_json_that_does_not_fit_is_named_and_the_rest_goes_on(reading):
    for name, colour in (("a.jpg", "red"), ("b.jpg", "blue")):
        paint(reading, name, colour)
        write(reading, f"{name}.json", DANBOORU)
    write(reading, "a.jpg.json", {**DANBOORU, "tags": 7})
    reading.add()

    reading.update()

    posts = reading.posts()
    assert claims(reading, posts["a.jpg"]) == {}
    assert "someone" in claims(reading, posts["b.jpg"])["gallery-dl"]
    [(path, reason)] = problems(reading).items()
    assert path == b"a.jpg.json"
    assert "`tags` should be a list of tags or a text, not a number" in reason

    write(reading, "a.jpg.json", DANBOORU)
    reading.update()
    assert problems(reading) == {}
    assert "someone" in claims(reading, posts["a.jpg"])["gallery-dl"]


@pytest.fixture
def near(library):
    """The library, with files read as a worker's child does, but in this process."""

    class NearReader(FakeReader):
        def read_file(self, root, path, *, words_only=False):
            def read():
                return read_arrival(root, path, (), words_only=words_only)

            return self._do("read", path, read)

    library.reader = NearReader()
    return library


def test_a_broken_sidecar_is_a_problem_of_every_picture_that_shares_it(near):
    for name, colour in (("a.jpg", "red"), ("a.png", "blue"), ("b.png", "green")):
        paint(near, name, colour)
    write(near, "a.json", "{broken")
    near.add()
    near.update()
    assert list(problems(near)) == [b"a.json"]

    write(near, "a.png.json", E621)
    near.update()
    assert list(problems(near)) == [b"a.json"]
    near.delete("a.png.json")
    near.update()
    told = library_status(near.sessions, EVERYTHING).problems
    assert [problem.path for problem in told] == [f"{near.folder}/a.json"]

    near.delete("a.jpg")
    near.update()
    assert list(problems(near)) == [b"a.json"]

    near.delete("a.png")
    near.update()
    assert problems(near) == {}


@pytest.mark.parametrize("how", FAILURES)
@pytest.mark.parametrize(
    ("name", "source"), [("a.jpg", "embedded"), ("a.jpg.json", "gallery-dl"), ("a.jpg.txt", "text")]
)
def test_what_the_disk_cannot_read_keeps_its_last_word_until_it_can(
    near, monkeypatch, how, name, source
):
    picture = near.folder / "a.jpg"
    Image.new("RGB", (40, 30), "red").save(picture, xmp=xmp("beach"))
    near.touch("a.jpg")
    write(near, "a.jpg.json", E621)
    write(near, "a.jpg.txt", "one")
    near.add()
    near.update()
    post = near.posts()["a.jpg"]
    assert claims(near, post) == {"embedded": {"beach"}, "gallery-dl": {"felid"}, "text": {"one"}}

    with monkeypatch.context() as disk:
        how(disk, name.encode())
        write(near, "a.jpg.txt", "two")
        write(near, "a.jpg.xmp", xmp("sea").decode())
        near.update()
    said = {"embedded": {"beach"}, "gallery-dl": {"felid"}, "text": {"two"}}
    said["xmp"] = {"sea"}
    assert claims(near, post) == said | ({"text": {"one"}} if source == "text" else {})
    assert list(problems(near)) == [name.encode()]

    near.update()
    assert claims(near, post) == said
    assert problems(near) == {}
    near.reader.files.clear()
    near.update()
    assert near.reader.files == []


def test_words_that_cannot_be_used_are_a_problem_of_their_picture(near):
    crowd = [f"t{number}" for number in range(2001)]
    for name, packet in (("a.jpg", xmp(*crowd)), ("b.jpg", b"<cut"), ("c.jpg", xmp("sea"))):
        Image.new("RGB", (40, 30), "red").save(near.folder / name, xmp=packet)
        near.touch(name)
    write(near, "a.jpg.txt", "one")
    near.add()
    near.update()

    posts = near.posts()
    assert claims(near, posts["a.jpg"]) == {"text": {"one"}}
    assert claims(near, posts["c.jpg"]) == {"embedded": {"sea"}}
    reasons = problems(near)
    assert reasons[b"a.jpg"] == "It names 2001 tags: too many for one picture."
    assert "cut short" in reasons[b"b.jpg"]

    near.delete("b.jpg")
    Image.new("RGB", (40, 30), "red").save(near.folder / "a.jpg", xmp=xmp("beach"))
    near.touch("a.jpg")
    near.update()
    assert problems(near) == {}
    assert near.tags(near.posts()["a.jpg"]) == {"beach", "one"}


@pytest.mark.parametrize("broken", ["{broken", "", '{"category": "danb'])
def test_a_sidecar_that_breaks_keeps_its_last_word_until_it_is_whole_again_or_gone(reading, broken):
    paint(reading, "a.jpg", "red")
    write(reading, "a.jpg.json", DANBOORU)
    write(reading, "a.jpg.txt", "one")
    reading.add()
    reading.update()
    post = reading.posts()["a.jpg"]
    before = claims(reading, post)["gallery-dl"]
    assert "someone" in before

    write(reading, "a.jpg.json", broken)
    write(reading, "a.jpg.txt", "two")
    reading.update()
    assert claims(reading, post)["gallery-dl"] == before
    assert claims(reading, post)["text"] == {"two"}
    assert list(problems(reading)) == [b"a.jpg.json"]

    write(reading, "a.jpg.json", E621)
    reading.update()
    assert claims(reading, post)["gallery-dl"] == {"felid"}
    assert problems(reading) == {}

    write(reading, "a.jpg.json", broken)
    reading.update()
    assert claims(reading, post)["gallery-dl"] == {"felid"}
    reading.delete("a.jpg.json")
    reading.update()
    assert "gallery-dl" not in claims(reading, post)
    assert problems(reading) == {}


def test_a_claim_is_the_union_over_all_places_of_a_post(reading):
    paint(reading, "a.jpg", "red")
    reading.copy("a.jpg", "copy/b.jpg")
    write(reading, "a.jpg.txt", "rem\nblue_hair")
    write(reading, "copy/b.jpg.txt", "character:rem\nsmile\nrating:explicit")
    reading.add()

    reading.update()

    posts = reading.posts()
    assert posts["a.jpg"] == posts["copy/b.jpg"]
    post = reading.post(posts["a.jpg"])
    assert claims(reading, post.id) == {"text": {"rem", "blue_hair", "smile"}}
    assert (post.rating, post.character_count, post.general_count) == ("e", 1, 2)

    reading.delete("copy/b.jpg.txt")
    reading.update()
    assert claims(reading, post.id) == {"text": {"rem", "blue_hair"}}


class TestStatements:
    @pytest.fixture
    def place(self, library):
        """A location and its post, read by a reader that hears nothing."""
        library.write("a.jpg", "cat")
        library.add()
        library.update()
        with library.sessions() as session:
            row = session.scalars(sa.select(LocationRow)).one()
            return row.id, row.post_id

    def keep(self, library, place, said):
        with library.sessions.begin() as session:
            keep_statements(session, place[0], said)
            claim_statements(session, [place[1]])

    def test_replace_what_was_said_before(self, library, place):
        self.keep(library, place, {"xmp": Said(tags=(SaidTag("a"),)), "text": Said(score=1)})
        self.keep(library, place, {"xmp": Said(tags=(SaidTag("b", Category.ARTIST),))})

        with library.sessions() as session:
            [row] = session.scalars(sa.select(StatementRow))
        assert (row.source, row.said) == ("xmp", {"tags": [["b", 1]]})
        assert claims(library, place[1]) == {"xmp": {"b"}}

    def test_of_nothing_leave_nothing(self, library, place):
        self.keep(library, place, {"xmp": Said(rating=Rating.EXPLICIT)})
        assert library.post(place[1]).rating == "e"

        self.keep(library, place, {})

        assert claims(library, place[1]) == {}
        assert library.post(place[1]).rating is None

    def test_leave_claims_of_others_alone(self, library, place):
        with library.sessions.begin() as session:
            session.add(ClaimRow(post_id=place[1], source="danbooru", rating="q"))

        self.keep(library, place, {})

        assert claims(library, place[1]) == {"danbooru": set()}

    def test_speak_on_when_their_place_is_missing(self, library, place):
        self.keep(library, place, {"text": Said(tags=(SaidTag("a"),))})
        with library.sessions.begin() as session:
            session.execute(sa.update(LocationRow).values(missing_since=sa.func.now()))
            claim_statements(session, [place[1]])

        assert claims(library, place[1]) == {"text": {"a"}}

    def test_of_no_posts_change_nothing(self, library, place):
        with library.sessions.begin() as session:
            claim_statements(session, [])

        assert library.post(place[1]) is not None
