import pytest
from PIL import features

from homebooru.errors import HomeBooruError
from homebooru.imaging.decoders import Decoder, check_decoders, decoders


def test_every_decoder_here_is_safe():
    check_decoders()

    assert {one.name for one in decoders()} >= {"Pillow", "libwebp", "libheif", "libavcodec"}
    assert all(one.is_safe for one in decoders())


@pytest.mark.parametrize(
    ("version", "safe"), [("1.3.1", False), ("1.3.2", True), ("1.10.0", True), ("0", False)]
)
def test_versions_are_compared_as_numbers(version, safe):
    assert Decoder("libwebp", version, "1.3.2").is_safe is safe


def test_an_unsafe_decoder_is_named(monkeypatch):
    version = features.version
    monkeypatch.setattr(
        features, "version", lambda name: "1.2" if name == "webp" else version(name)
    )

    with pytest.raises(HomeBooruError, match=r"libwebp 1\.2 \(at least 1\.3\.2\)"):
        check_decoders()
