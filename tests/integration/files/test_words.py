"""What is read in a folder: a file's own words, and those of the sidecars beside it."""

import errno
import json
import os
import random
import time
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from homebooru.domain.ratings import Rating
from homebooru.domain.said import Said
from homebooru.domain.tags import Category, SaidTag
from homebooru.errors import FileGone, Unreadable
from homebooru.files import words
from homebooru.files.words import read_words
from tests.fakes.disks import FAILURES, refuse

GALLERY_DL = {
    "category": "danbooru",
    "tag_string": "solo",
    "media_asset": {},
    "rating": "e",
    "tags": ["solo"],
    "tags_artist": ["someone"],
}
EXIF_DESCRIPTION, EXIF_SHOT, EXIF_TAKEN = 0x010E, 0x8769, 0x9003


def xmp(*tags):
    items = "".join(f"<rdf:li>{tag}</rdf:li>" for tag in tags)
    return (
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description "
        "xmlns:dc='http://purl.org/dc/elements/1.1/'>"
        f"<dc:subject><rdf:Bag>{items}</rdf:Bag></dc:subject></rdf:Description></rdf:RDF>"
    )


@pytest.fixture
def root(tmp_path):
    (tmp_path / "set").mkdir()
    return tmp_path


@pytest.fixture
def picture(root):
    return picture_at(root / "set" / "a.jpg")


def picture_at(path):
    exif = Image.Exif()
    exif[EXIF_DESCRIPTION] = "A walk"
    Image.new("RGB", (8, 8)).save(path, exif=exif)
    return path


def read(root, path="set/a.jpg", foreign=()):
    heard = hear(root, path, foreign)
    return heard.said, heard.problems


def hear(root, path="set/a.jpg", foreign=()):
    return read_words(os.fsencode(root), os.fsencode(path), foreign_tags=foreign)


def test_every_voice_is_heard_by_itself(root, picture):
    folder = picture.parent
    (folder / "a.jpg.xmp").write_text(xmp("beach"))
    (folder / "a.jpg.json").write_text(json.dumps(GALLERY_DL))
    (folder / "a.jpg.txt").write_text("creator:john smith\nautotag_x\n")
    (folder / "a.jpg.urls.txt").write_text("https://a.example\n")

    said, problems = read(root, foreign=("autotag_*",))

    assert problems == {}
    assert said == {
        "embedded": Said(description="A walk"),
        "xmp": Said(tags=(SaidTag("beach"),)),
        "gallery-dl": Said(
            tags=(SaidTag("solo"), SaidTag("someone", Category.ARTIST)), rating=Rating.EXPLICIT
        ),
        "text": Said(
            tags=(SaidTag("john_smith", Category.ARTIST),), sources=("https://a.example",)
        ),
    }


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Tokyo"])
def test_the_clock_of_a_camera_is_the_households(root, zone):
    exif = Image.Exif()
    exif.get_ifd(EXIF_SHOT)[EXIF_TAKEN] = "2024:07:01 23:30:00"
    Image.new("RGB", (8, 8)).save(root / "a.jpg", exif=exif)

    heard = read_words(os.fsencode(root), b"a.jpg", foreign_tags=(), zone=ZoneInfo(zone))

    assert heard.said["embedded"].taken_at == datetime(2024, 7, 1, 23, 30, tzinfo=ZoneInfo(zone))


def test_a_picture_alone_that_says_nothing_says_nothing(root):
    Image.new("RGB", (8, 8)).save(root / "a.png")

    assert read(root, "a.png") == ({}, {})


def test_what_hydrus_exports_is_heard_whatever_its_keys_are_called(root, picture):
    folder = picture.parent
    metadata = {
        "tags": {"my tags": ["creator:john smith", "series:re:zero", "rating:safe", "page:3"]},
        "known_urls": ["https://a.example/1"],
        "time_imported": ["2024-01-02 03:04:05"],
    }
    (folder / "a.jpg.json").write_text(json.dumps({"Metadata": metadata, "notes": ["one: text"]}))
    (folder / "a.jpg.tags.txt").write_text("title:A walk\nblue sky\n")
    (folder / "a.jpg.notes.txt").write_text("one: this is a note, and it is prose.\n")

    said, problems = read(root)

    assert problems == {}
    assert said["text"] == Said(
        tags=(
            SaidTag("blue_sky"),
            SaidTag("john_smith", Category.ARTIST),
            SaidTag("re:zero", Category.COPYRIGHT),
        ),
        rating=Rating.GENERAL,
        sources=("https://a.example/1",),
        description="one: this is a note, and it is prose.",
    )


def test_a_sidecar_that_makes_no_sense_is_named_and_the_others_are_heard(root, picture):
    (root / "set" / "a.jpg.xmp").write_text("<cut")
    (root / "set" / "a.JSON").write_text('{"frames": []}')
    (root / "set" / "a.txt").write_text("solo")

    said, problems = read(root)

    assert said["text"] == Said(tags=(SaidTag("solo"),))
    assert set(said) == {"embedded", "text"}
    assert set(problems) == {b"set/a.jpg.xmp", b"set/a.JSON"}
    assert "cut short" in problems[b"set/a.jpg.xmp"]
    assert "does not name the site" in problems[b"set/a.JSON"]


def test_what_is_no_regular_file_is_named_and_never_waited_for(root, picture):
    os.mkfifo(root / "set" / "a.jpg.txt")
    (root / "set" / "a.jpg.json").mkdir()
    (root / "secret.xmp").write_text(xmp("secret"))
    (root / "set" / "a.jpg.xmp").symlink_to(root / "secret.xmp")

    said, problems = read(root)

    assert set(said) == {"embedded"}
    assert problems == {
        b"set/a.jpg.xmp": "The file cannot be read: it is a link.",
        b"set/a.jpg.json": "It is no regular file.",
        b"set/a.jpg.txt": "It is no regular file.",
    }


def test_no_link_leads_out_of_the_root(root, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    picture_at(outside / "a.jpg")
    (outside / "a.txt").write_text("secret")
    (root / "way").symlink_to(outside)
    (root / "a.jpg").symlink_to(outside / "a.jpg")

    with pytest.raises(FileGone):
        read(root, "way/a.jpg")
    assert read(root, "a.jpg") == ({}, {b"a.jpg": "The file cannot be read: it is a link."})


def test_a_root_may_be_a_link_itself(root, picture, tmp_path_factory):
    way = tmp_path_factory.mktemp("ways") / "way"
    way.symlink_to(root)

    assert set(read(way)[0]) == {"embedded"}


def test_a_picture_that_is_gone_says_nothing_rather_than_that_it_has_no_words(root, picture):
    (root / "set" / "a.txt").write_text("solo")
    picture.unlink()

    for place in ((root,), (root, "gone/a.jpg"), (root / "gone",)):
        with pytest.raises(FileGone):
            read(*place)


@pytest.mark.parametrize("how", FAILURES)
@pytest.mark.parametrize(
    ("name", "source"), [("a.jpg", "embedded"), ("a.json", "gallery-dl"), ("a.txt", "text")]
)
def test_what_the_disk_cannot_read_is_named_and_not_taken_for_silence(
    root, monkeypatch, how, name, source
):
    picture_at(root / "set" / "a.jpg")
    (root / "set" / "a.json").write_text(json.dumps(GALLERY_DL))
    (root / "set" / "a.txt").write_text("solo")
    assert not hear(root).incomplete
    how(monkeypatch, name.encode())

    heard = hear(root)

    assert set(heard.said) == {"embedded", "gallery-dl", "text"} - {source}
    assert (heard.unclear, heard.incomplete) == ({source}, True)
    [(path, reason)] = heard.problems.items()
    assert path == b"set/" + name.encode()
    assert reason in (
        "HomeBooru has no permission to read this file.",
        "The disk could not read this file: Input/output error.",
    )


@pytest.mark.parametrize("error", [errno.ESTALE, errno.ENOTCONN])
def test_a_disk_that_goes_away_while_a_sidecar_is_read_says_nothing(
    root, picture, monkeypatch, error
):
    (root / "set" / "a.txt").write_text("solo")
    refuse(monkeypatch, b"a.txt", error)

    with pytest.raises(FileGone):
        read(root)


def test_names_are_any_bytes(root):
    name = b"\xff\n" + b"n" * 240 + b".jpg"
    Image.new("RGB", (8, 8)).save(root / "x.jpg")
    (root / "x.jpg").rename(root / os.fsdecode(name))
    (root / os.fsdecode(name + b".txt")).write_text("solo")

    heard = read_words(os.fsencode(root), name, foreign_tags=())

    assert heard.said == {"text": Said(tags=(SaidTag("solo"),))}


def test_too_many_tags_for_one_picture_are_refused(root, picture):
    (root / "set" / "a.xmp").write_text(xmp(*(f"t{number}" for number in range(2001))))

    assert read(root)[1] == {b"set/a.xmp": "It names 2001 tags: too many for one picture."}


def test_too_many_tags_in_a_picture_are_named_and_its_sidecars_are_heard(root, picture):
    (root / "set" / "a.txt").write_text("solo")
    crowd = xmp(*(f"t{number}" for number in range(2001)))
    Image.new("RGB", (8, 8)).save(picture, xmp=crowd.encode())

    heard = hear(root)

    assert set(heard.said) == {"text"}
    assert heard.problems == {b"set/a.jpg": "It names 2001 tags: too many for one picture."}
    assert (heard.unclear, heard.incomplete) == ({"embedded"}, False)


def test_too_many_sources_for_one_picture_are_refused(root, picture):
    lines = "\n".join(f"https://a.example/{number}" for number in range(101))
    (root / "set" / "a.txt").write_text(lines)

    assert read(root)[1] == {b"set/a.txt": "It names 101 sources: too many for one picture."}


def test_a_sidecar_that_appears_in_a_settled_folder_is_found(root, picture, monkeypatch):
    """A listing is remembered, but only as long as the folder stands as it was."""
    monkeypatch.setattr(words, "SETTLED", 0)
    assert "text" not in read(root)[0]
    time.sleep(0.02)

    (root / "set" / "a.txt").write_text("solo")

    assert "text" in read(root)[0]
    time.sleep(0.02)
    (root / "set" / "a.txt").unlink()
    assert "text" not in read(root)[0]


def test_a_settled_folder_is_listed_once(root, picture, monkeypatch):
    monkeypatch.setattr(words, "SETTLED", 0)
    read(root)
    monkeypatch.setattr(os, "listdir", lambda _: pytest.fail("listed again"))

    read(root)


def test_a_folder_that_changed_just_now_is_listed_anew(root, picture):
    """Its time may not tell the next change from the last one."""
    stamp = time.time_ns()
    read(root)
    (root / "set" / "a.txt").write_text("solo")
    os.utime(root / "set", ns=(stamp, stamp))

    assert "text" in read(root)[0]


def test_a_folder_that_cannot_be_opened_is_named(root):
    with pytest.raises(Unreadable, match="folder cannot be read: File name too long"):
        read(root, "n" * 300 + "/a.jpg")


@given(seed=st.integers(0, 10**6), kind=st.sampled_from(["xmp", "json", "txt"]))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_bytes_as_a_sidecar_are_read_or_named(root, picture, seed, kind):
    chance = random.Random(seed)
    sample = {"xmp": xmp("solo"), "json": json.dumps(GALLERY_DL), "txt": "a\nb: c\nd"}[kind]
    data = bytearray(sample.encode())
    for _ in range(chance.randrange(12)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    (root / "set" / f"a.{kind}").write_bytes(data)

    said, problems = read(root)

    assert set(said) <= {"embedded", "xmp", "gallery-dl", "text"}
    assert set(problems) <= {b"set/a.xmp", b"set/a.json", b"set/a.txt"}
