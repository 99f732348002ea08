"""What Immich says of a file's own metadata, and what we read of the same file: one and the same."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC
from functools import partial

import pytest

from homebooru.domain.immich.hearing import said_of
from homebooru.files.words import read_words
from homebooru.immich import payloads
from tests import corpus
from tests.fakes.immich import FakeImmich
from tests.fakes.immich.sidecar import through_json

FIELDS = ("tags", "stars", "description", "place", "taken_at")
DATED = ("-EXIF:DateTimeOriginal=2024:05:06 07:08:09", "-EXIF:OffsetTimeOriginal=+02:00")
PLACED = (
    *("-EXIF:GPSLatitude=48.2082", "-EXIF:GPSLatitudeRef=N"),
    *("-EXIF:GPSLongitude=16.3738", "-EXIF:GPSLongitudeRef=E"),
)
TAGGED = ("-XMP-digiKam:TagsList=People/Ada", "-XMP-digiKam:TagsList=cat", "-XMP:Rating=4")
KEYWORDS = ("-XMP-dc:Subject=solo", "-XMP-dc:Subject=blue sky")
REPEATED = ("-XMP-dc:Subject=Ada", "-XMP-dc:Subject=cat")


@pytest.mark.parametrize(
    "written",
    [
        DATED,
        (*DATED, *PLACED, "-EXIF:ImageDescription=By the river"),
        (*TAGGED, "-XMP-dc:Description=A cat, and Ada"),
        (*KEYWORDS, *DATED, "-XMP:Rating=0"),
        (*TAGGED, *REPEATED, *PLACED, "-XMP:Rating=5"),
    ],
    ids=["date", "exif", "digikam", "keywords", "all"],
)
def test_immich_and_we_read_the_same_of_a_file(tmp_path, written):
    picture = tmp_path / "a.jpg"
    picture.write_bytes(corpus.jpeg())
    exiftool(*written, picture)
    heard = read_words(os.fsencode(tmp_path), b"a.jpg", foreign_tags=(), zone=UTC)
    ours = heard.said["embedded"]
    theirs = said_of(as_immich_reads(picture), (), ())
    shown = partial(getattr, ours)
    assert {name: shown(name) for name in FIELDS} == {
        name: getattr(theirs, name) for name in FIELDS
    }
    assert any(shown(name) for name in FIELDS)


def exiftool(*arguments):
    done = subprocess.run(
        ["exiftool", "-overwrite_original", "-q", *arguments], check=True, capture_output=True
    )
    return done.stdout


def as_immich_reads(picture):
    """Return an asset as Immich tells of it: exiftool's fields, as contracts have their order."""
    names = ("DateTimeOriginal", "OffsetTimeOriginal", "GPSLatitude", "GPSLongitude", "Rating")
    texts = ("ImageDescription", "Description", "TagsList", "Subject")
    asked = [f"-{name}#" for name in names] + [f"-{name}" for name in texts]
    [said] = json.loads(exiftool("-j", "-struct", *asked, picture))
    with FakeImmich(3) as server:
        tags = said.get("TagsList") or said.get("Subject") or []
        listed = [tags] if isinstance(tags, str) else tags
        asset = server.world.add_asset(server.user, tags=[through_json(one) for one in listed])
        row = server.shapes.detail(asset)
    taken = said.get("DateTimeOriginal")
    row["exifInfo"] |= {
        "description": said.get("Description") or said.get("ImageDescription") or "",
        "rating": said.get("Rating") or None,
        "latitude": said.get("GPSLatitude"),
        "longitude": said.get("GPSLongitude"),
        "dateTimeOriginal": taken and as_moment(taken, said.get("OffsetTimeOriginal", "+00:00")),
    }
    return payloads.read_detail(row)


def as_moment(text, offset):
    day, _, time = text.partition(" ")
    return f"{day.replace(':', '-')}T{time}{offset}"
