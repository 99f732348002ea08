import pytest

from homebooru.domain.media import is_picture_name, is_video, mime_of_name


@pytest.mark.parametrize(
    "name",
    [
        b"a.jpg",
        b"A.JPEG",
        b"b.PnG",
        b"c.gif",
        b"d.webp",
        b"e.avif",
        b"f.HEIC",
        b"g.jxl",
        b"h.bmp",
        b"i.tif",
        b"j.tiff",
        b"k.mp4",
        b"l.webm",
        b"m.apng",
        b"m\xfcll.jpg",
        b"new\nline.png",
    ],
)
def test_pictures_and_films_are_known_by_their_extension(name):
    assert is_picture_name(name)


@pytest.mark.parametrize(
    "name", [b"", b"jpg", b".jpg", b"a.txt", b"a.jpg.xmp", b"a.json", b"a.svg", b"a.jpg~", b"a."]
)
def test_nothing_else_is(name):
    assert not is_picture_name(name)


def test_a_name_promises_a_type():
    assert mime_of_name(b"x.JFIF") == "image/jpeg"
    assert mime_of_name(b"x.txt") is None


def test_films_are_told_from_pictures():
    assert is_video("video/mp4")
    assert not is_video("image/gif")
    assert not is_video(None)
