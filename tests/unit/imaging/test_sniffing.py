import pytest

from homebooru.errors import Unreadable
from homebooru.imaging.sniffing import Kind, sniff
from tests.corpus import encoded, film, gif, jpeg, picture, png, webp


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (jpeg, Kind.JPEG),
        (png, Kind.PNG),
        (gif, Kind.GIF),
        (webp, Kind.WEBP),
        (lambda: encoded(picture(), "AVIF"), Kind.AVIF),
        (lambda: encoded(picture(), "BMP"), Kind.BMP),
        (lambda: encoded(picture(), "TIFF"), Kind.TIFF),
        (lambda: encoded(picture(), "TIFF", big_tiff=True), Kind.TIFF),
        (lambda: film("mp4"), Kind.MP4),
        (lambda: film("webm"), Kind.WEBM),
    ],
)
def test_a_file_is_known_by_how_it_begins(make, kind):
    assert sniff(make()[:4096]) is kind


@pytest.mark.parametrize(
    ("brands", "kind"),
    [
        (b"heic", Kind.HEIC),
        (b"mif1\x00\x00\x00\x00heic", Kind.HEIC),
        (b"mif1\x00\x00\x00\x00avif", Kind.AVIF),
        (b"avis", Kind.AVIF),
        (b"isom\x00\x00\x02\x00avc1", Kind.MP4),
        (b"qt  ", Kind.MP4),
    ],
)
def test_brands_tell_pictures_from_films(brands, kind):
    head = (len(brands) + 8).to_bytes(4, "big") + b"ftyp" + brands

    assert sniff(head + b"\x00\x00\x00\x08mdat") is kind


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (b"", "empty"),
        (bytes(100), "zeros"),
        (b"Dear diary,\n", "text"),
        ("Grüße\n".encode("latin-1"), "text"),
        (b"\xef\xbb\xbf <!DOCTYPE html>", "web page"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"%PDF-1.7\n", "PDF"),
        (b"PK\x03\x04\x00", "ZIP"),
        (b"\x00\x00\x00\x18ftypcrx \x00\x00", "crx"),
        (b"\x01\x02\x03\x04", "no known format"),
    ],
)
def test_what_is_no_picture_is_called_by_its_name(head, reason):
    with pytest.raises(Unreadable, match=reason):
        sniff(head)
