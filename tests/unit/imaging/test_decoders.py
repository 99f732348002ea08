import pytest
from PIL import features

from homebooru.imaging import decoders as module
from homebooru.imaging.decoders import Decoder, decoders


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
