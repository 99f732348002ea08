import pytest
from PIL import features

from homebooru.errors import Unreadable
from homebooru.files.probe import probe_picture
from homebooru.imaging import decoders as module
from homebooru.imaging.decoders import OPENERS, Decoder, check_decoders, decoders
from homebooru.imaging.sniffing import Kind
from tests import corpus


def found():
    return {one.name: one for one in decoders()}


def test_every_decoder_here_is_safe():
    assert found().keys() >= {"Pillow", "libwebp", "libheif", "FFmpeg", "JPEG XL"}
    assert all(one.is_safe for one in decoders())


@pytest.mark.parametrize(
    ("version", "safe"), [("1.3.1", False), ("1.3.2", True), ("1.10.0", True), (None, False)]
)
def test_versions_are_compared_as_numbers(version, safe):
    assert Decoder("libwebp", version).is_safe is safe


@pytest.mark.parametrize(
    ("version", "least", "safe"),
    [("8.1.1", "8.1.2", False), ("8.1.3", "8.1.2", True), ("9.0.1", "9.0.2", False), ("9.1", "9.0.2", True)],
)  # fmt: skip
def test_a_younger_branch_has_a_floor_of_its_own(version, least, safe):
    one = Decoder("FFmpeg", version)
    assert (one.least, one.is_safe) == (least, safe)


def test_an_unsafe_decoder_is_told_from_the_safe_ones(monkeypatch):
    version = features.version
    monkeypatch.setattr(
        features, "version", lambda name: "1.2" if name == "webp" else version(name)
    )
    assert [one.name for one in decoders() if not one.is_safe] == ["libwebp"]


def test_a_decoder_that_cannot_be_loaded_has_no_version(monkeypatch):
    real = module.import_module

    def broken(name):
        if name in {"av", "pillow_jxl"}:
            raise ImportError(name)
        return real(name)

    monkeypatch.setattr(module, "import_module", broken)
    assert [one.name for one in decoders() if one.version is None] == ["FFmpeg", "JPEG XL"]


@pytest.mark.parametrize("version", ["5.1.6-0+deb12u1", "6.1.1-3ubuntu5", "7.1.1-1+b1"])
def test_what_a_distribution_patches_is_not_judged_by_its_number(version):
    assert Decoder("FFmpeg", version).is_safe
    assert not Decoder("FFmpeg", version.partition("-")[0]).is_safe


@pytest.fixture
def old(monkeypatch):
    """Let a decoder be an old one, or missing."""
    check_decoders.cache_clear()
    yield lambda name, version: monkeypatch.setitem(module.LOOKS, name, lambda: version)
    check_decoders.cache_clear()


@pytest.mark.parametrize(("version", "reason"), [("1.3.1", "CVE-2023-4863"), (None, "loaded")])
def test_nothing_is_opened_by_an_unsafe_decoder_and_the_rest_is(old, version, reason):
    old("libwebp", version)
    with pytest.raises(Unreadable, match=f"^No WEBP file is opened: libwebp .*{reason}"):
        probe_picture(Kind.WEBP, corpus.webp(), megapixels=1)
    assert probe_picture(Kind.PNG, corpus.png(), megapixels=1).facts.width == 64


def test_films_are_not_opened_by_an_unsafe_decoder_either(old, tmp_path):
    video = pytest.importorskip("homebooru.files.video")
    old("FFmpeg", "4.4.1")
    (tmp_path / "a.mp4").write_bytes(corpus.film())
    file = (tmp_path / "a.mp4").open("rb", buffering=0)
    with file, pytest.raises(Unreadable, match=r"FFmpeg 4\.4\.1 has a known hole"):
        video.probe_video(file, Kind.MP4, megapixels=1)


def test_every_kind_of_file_has_its_decoders_known():
    assert OPENERS.keys() == set(Kind)
