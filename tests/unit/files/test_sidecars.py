import pytest

from homebooru.files.sidecars import is_sidecar_name, sidecars_of


@pytest.mark.parametrize(
    "name", [b"a.xmp", b"a.jpg.XMP", b"a.jpg.json", b"b.txt", b"\xff\n.txt", b"a.jpg.urls.txt"]
)
def test_sidecars_are_known_by_their_names(name):
    assert is_sidecar_name(name)


@pytest.mark.parametrize("name", [b"a.jpg", b"xmp", b"a.xmp.bak", b"a.text", b".a.jpg.xmp"])
def test_other_files_are_no_sidecars(name):
    assert not is_sidecar_name(name)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ({b"a.jpg.xmp", b"a.xmp"}, (b"a.jpg.xmp",)),
        ({b"a.xmp"}, (b"a.xmp",)),
        ({b"a.jpg.json", b"a.json"}, (b"a.jpg.json",)),
        ({b"a.json", b"a.txt", b"a.xmp"}, (b"a.xmp", b"a.json", b"a.txt")),
        ({b"a.jpg.txt", b"a.jpg.urls.txt"}, (b"a.jpg.txt", b"a.jpg.urls.txt")),
        ({b"a.JPG.txt", b"b.txt", b"a.png.txt", b"A.txt"}, ()),
        ({b"a.jpg.XMP", b"a.Json"}, (b"a.jpg.XMP", b"a.Json")),
        ({b"a.xmp", b"a.jpg.XMP"}, (b"a.jpg.XMP",)),
    ],
)
def test_the_fuller_name_speaks_before_the_shorter(names, found):
    assert sidecars_of(b"a.jpg", names | {b"a.jpg", b"other"}) == found


def test_pictures_that_differ_in_their_extension_share_the_shorter_name():
    names = {b"a.jpg", b"a.png", b"a.xmp"}

    assert sidecars_of(b"a.jpg", names) == sidecars_of(b"a.png", names) == (b"a.xmp",)


def test_names_are_any_bytes():
    assert sidecars_of(b"\xff\n.jpg", {b"\xff\n.jpg.txt"}) == (b"\xff\n.jpg.txt",)


def test_a_picture_without_a_stem_takes_nothing_from_bare_extensions():
    assert sidecars_of(b".jpg", {b".xmp", b".txt"}) == ()
    assert sidecars_of(b"jpg", {b".xmp", b"jpg.xmp"}) == (b"jpg.xmp",)
