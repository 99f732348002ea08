import pytest

from homebooru.domain.immich.mapping import Roots

ROOTS = Roots({1: b"/here", 2: b"/here/inner/"}, (("/there", "/here"), ("/there/deep/", "/deep")))


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/there/a/b.jpg", (1, b"a/b.jpg")),
        ("/there/inner/b.jpg", (2, b"b.jpg")),
        ("/there/..b/c..jpg", (1, b"..b/c..jpg")),
        ("/there/deep/b.jpg", None),
        ("/therefore/b.jpg", None),
    ],
)
def test_a_file_lies_where_its_folder_does(path, place):
    assert ROOTS.place(path) == place


@pytest.mark.parametrize(
    "path",
    ["/there/../etc/a.jpg", "/there/a/../../b.jpg", "/there/./b.jpg", "/there//b", "/there/a\0b"],
)
def test_no_path_of_immichs_climbs_out_of_a_folder(path):
    assert ROOTS.place(path) is None
