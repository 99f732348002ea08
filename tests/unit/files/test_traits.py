"""What the heads of files tell of how they were made, and that broken ones tell nothing."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from homebooru.domain.duplicates.traits import FileTraits
from homebooru.files.alike.traits import HeadReader
from tests.unit.imaging.test_comparing import painting


def written(kind, **options):
    file = io.BytesIO()
    painting(1, (64, 48)).save(file, kind, **options)
    return file


def exif_of(make, model):
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = make, model
    return exif


@pytest.mark.parametrize("quality", [15, 30, 50, 75, 85, 95, 100])
def test_the_quality_of_a_jpeg_is_told_from_its_steps(quality):
    found = HeadReader().read(written("JPEG", quality=quality))
    assert abs(found.quality - quality) <= 2


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_camera_is_told_from_any_format(kind):
    found = HeadReader().read(written(kind, exif=exif_of("Acme", "One")))
    assert (found.has_exif, found.camera) == (True, "Acme One")
    named = HeadReader().read(written(kind, exif=exif_of("Acme", "Acme One")))
    assert named.camera == "Acme One"


def test_what_is_no_jpeg_has_no_quality_and_what_is_broken_tells_nothing():
    assert HeadReader().read(written("PNG")) == FileTraits()
    whole = written("JPEG", quality=80, exif=exif_of("Acme", "One")).getvalue()
    for length in (0, 1, 3, 20, 60, 120, 200, 400):
        HeadReader().read(io.BytesIO(whole[:length]))
    assert HeadReader().read(io.BytesIO(whole[:3])) == FileTraits()
    assert HeadReader().read(io.BytesIO(b"\xff\xd8" + bytes(range(256)) * 9)).camera is None
