import hashlib
import io
import os

import numpy as np
import pytest
from PIL import Image

from homebooru.errors import Unreadable
from homebooru.files.probe import probe
from homebooru.files.thumbs import LARGE, SMALL
from tests.corpus import film


@pytest.fixture
def look(tmp_path):
    def look(data, megapixels=50):
        path = tmp_path / "a film"
        path.write_bytes(data)
        return probe(os.fsencode(path), hashlib.sha256(data).digest(), megapixels=megapixels)

    return look


@pytest.mark.parametrize(("kind", "mime"), [("mp4", "video/mp4"), ("webm", "video/webm")])
@pytest.mark.parametrize("sound", [True, False])
def test_a_film_tells_its_facts(look, kind, mime, sound):
    facts = look(film(kind, sound=sound)).facts

    assert (facts.mime, facts.width, facts.height) == (mime, 64, 48)
    assert facts.duration == pytest.approx(2.0, abs=0.11)
    assert facts.frames == pytest.approx(20, abs=1)
    assert facts.has_sound is sound
    assert facts.pixel_digest is None
    assert facts.phash is not None
    assert facts.thumbhash


@pytest.mark.parametrize("kind", ["mp4", "webm"])
def test_the_poster_is_the_frame_at_a_tenth(look, kind):
    rendering = look(film(kind))

    for size in (SMALL, LARGE):
        poster = Image.open(io.BytesIO(rendering.thumbnails[size]))
        assert poster.size == (64, 48)
        assert np.asarray(poster).mean() == pytest.approx(255 * 2 / 19, abs=16)


def test_a_turned_film_stands_upright(look):
    rendering = look(film(rotation=90))

    assert (rendering.facts.width, rendering.facts.height) == (48, 64)
    assert Image.open(io.BytesIO(rendering.thumbnails[SMALL])).size == (48, 64)


def test_a_film_of_one_frame_has_a_poster(look):
    facts = look(film(frames=2)).facts

    assert facts.frames == 2


def test_a_film_is_judged_by_its_size(look):
    with pytest.raises(Unreadable, match="megapixels"):
        look(film(), megapixels=0)


def test_only_what_films_are_coded_in_is_decoded(look):
    import av

    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mov") as container:
        stream = container.add_stream("magicyuv", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "gbrp"
        container.mux(stream.encode(av.VideoFrame.from_image(Image.new("RGB", (64, 48)))))
        container.mux(stream.encode())

    with pytest.raises(Unreadable, match="coded as magicyuv"):
        look(buffer.getvalue())


def test_sound_alone_is_no_picture(look):
    import av

    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=48_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.sample_rate, frame.pts = 48_000, 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode())

    with pytest.raises(Unreadable, match="only sound"):
        look(buffer.getvalue())


@pytest.mark.parametrize("sound", [True, False])
def test_a_film_whose_tracks_are_lost_is_not_called_sound(look, sound):
    lost = film("mp4", sound=sound).replace(b"trak", b"free")

    with pytest.raises(Unreadable, match=r"No picture track.*may be broken"):
        look(lost)


@pytest.mark.parametrize("kind", ["mp4", "webm"])
def test_a_broken_film_has_a_poster_or_a_named_reason(look, kind):
    whole = film(kind, sound=True)

    for end in range(64, len(whole), 150):
        try:
            assert look(whole[:end]).thumbnails[SMALL]
        except Unreadable as reason:
            assert str(reason).endswith(".")  # noqa: PT017
