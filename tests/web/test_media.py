import os

import pytest

from tests import corpus
from tests.factories import make_location

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def test_an_original_is_sent_as_it_lies_there(client, house):
    content = corpus.png(seed=5)
    post_id = house.add("a picture.png", content)
    answer = client.get(f"/posts/{post_id}/file")
    assert answer.data == content
    assert answer.mimetype == "image/png"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "script" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Disposition"].startswith("inline;")
    download = client.get(f"/posts/{post_id}/file/download")
    assert download.headers["Content-Disposition"].startswith("attachment;")
    assert download.data == content


@pytest.mark.parametrize(
    ("wanted", "part", "status"),
    [
        ("bytes=0-9", slice(0, 10), 206),
        ("bytes=10-", slice(10, None), 206),
        ("bytes=-5", slice(-5, None), 206),
        ("bytes=5-999999", slice(5, None), 206),
        ("bytes=-999999", slice(None), 206),
        ("bytes=0-99999999999999999", slice(None), 206),
    ],
)
def test_a_part_of_an_original_is_sent(client, house, wanted, part, status):
    content = corpus.png(seed=5)
    post_id = house.add(content=content)
    answer = client.get(f"/posts/{post_id}/file", headers={"Range": wanted})
    assert (answer.status_code, answer.data) == (status, content[part])
    assert answer.headers["Content-Range"].endswith(f"/{len(content)}")


@pytest.mark.parametrize(
    "wanted",
    [
        "bytes=0-1,3-4",
        "bytes=" + ",".join(["0-"] * 500),
        "bytes=5-2",
        "items=0-1",
        "bytes=",
        "bytes=a-b",
        "bytes=--1",
        "bytes=0-99999999999999999999999",
    ],
)
def test_wishes_that_nobody_has_to_fulfil_get_the_whole(client, house, wanted):
    content = corpus.png(seed=5)
    post_id = house.add(content=content)
    answer = client.get(f"/posts/{post_id}/file", headers={"Range": wanted})
    assert (answer.status_code, answer.data) == (200, content)


def test_a_part_that_is_not_there_is_refused(client, house):
    post_id = house.add()
    answer = client.get(f"/posts/{post_id}/file", headers={"Range": "bytes=999999-"})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"].startswith("bytes */")


def test_what_the_browser_has_is_not_sent_again(client, house):
    post_id = house.add()
    first = client.get(f"/posts/{post_id}/file")
    tag = first.headers["ETag"]
    again = client.get(f"/posts/{post_id}/file", headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    other = client.get(
        f"/posts/{post_id}/file", headers={"Range": "bytes=0-3", "If-Range": '"other"'}
    )
    assert other.status_code == 200


def test_a_head_request_tells_the_size_alone(client, house):
    content = corpus.png(seed=5)
    answer = client.head(f"/posts/{house.add(content=content)}/file")
    assert answer.content_length == len(content)
    assert answer.data == b""


@pytest.mark.parametrize("mime", ["image/svg+xml", "text/html", "application/pdf", None])
def test_what_is_no_picture_is_for_saving_only(client, house, mime):
    post_id = house.add("evil.svg", SVG, mime=mime)
    answer = client.get(f"/posts/{post_id}/file")
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize(
    "name",
    [
        'a"; filename=evil.html',
        "a\nSet-Cookie: x=1",
        "日本語 %41.png",
        "-rf\\x.png",
        "a\r\n\r\nb",
        "gpj\u202egnp.a",
    ],
)
def test_no_name_breaks_out_of_its_header(client, house, name):
    answer = client.get(f"/posts/{house.add(name)}/file")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    disposition = answer.headers["Content-Disposition"]
    assert disposition.count('"') == 2
    assert "\n" not in disposition
    assert not any(hidden in disposition for hidden in ("%0A", "%0D", "%E2%80%AE"))


def test_a_missing_file_is_gone_and_says_so(client, house):
    post_id = house.add()
    house.path_of(post_id).unlink()
    answer = client.get(f"/posts/{post_id}/file")
    assert answer.status_code == 410
    assert "is missing or has changed" in answer.text
    assert str(house.folder) not in answer.text


def test_a_file_that_changed_is_not_passed_off_as_the_post(client, house):
    post_id = house.add()
    house.path_of(post_id).write_bytes(b"something private")
    assert client.get(f"/posts/{post_id}/file").status_code == 410


def test_another_copy_serves_where_the_first_is_gone(client, house, sessions):
    content = corpus.png(seed=3)
    post_id = house.add(content=content)
    first = house.path_of(post_id)
    copy = first.with_name("copy.png")
    first.rename(copy)
    with sessions.begin() as session:
        post = session.get_one(house.row, post_id)
        make_location(
            session, post, name="copy.png", root=str(house.folder), mtime_ns=copy.stat().st_mtime_ns
        )
    assert client.get(f"/posts/{post_id}/file").data == content


def outside(house, tmp_path, content):
    """Put a file outside of the root that looks exactly like the post's."""
    secret = tmp_path / "secret" / "picture.png"
    secret.parent.mkdir()
    secret.write_bytes(content)
    return secret


def same_times(post_file, secret):
    stamp = post_file.stat().st_mtime_ns
    os.utime(secret, ns=(stamp, stamp))


def test_no_link_leads_out_of_a_root(client, house, tmp_path):
    content = corpus.png(seed=4)
    post_id = house.add("picture.png", content, folder="inner")
    path, secret = house.path_of(post_id), outside(house, tmp_path, content)
    same_times(path, secret)
    path.unlink()
    path.symlink_to(secret)
    assert client.get(f"/posts/{post_id}/file").status_code == 410
    path.unlink()
    path.parent.rmdir()
    path.parent.symlink_to(secret.parent)
    assert client.get(f"/posts/{post_id}/file").status_code == 410


@pytest.mark.parametrize("path", [b"../secret/picture.png", b"/etc/passwd", b"", b"a//b", b"./x"])
def test_no_path_leads_out_of_a_root(client, house, sessions, tmp_path, path):
    content = corpus.png(seed=4)
    post_id = house.add(content=content)
    same_times(house.path_of(post_id), outside(house, tmp_path, content))
    house.set_path(post_id, path)
    assert client.get(f"/posts/{post_id}/file").status_code == 410


def test_a_pipe_in_the_place_of_a_file_holds_nobody_up(client, house):
    post_id = house.add()
    path = house.path_of(post_id)
    path.unlink()
    os.mkfifo(path)
    assert client.get(f"/posts/{post_id}/file").status_code == 410


def test_a_thumbnail_is_cached_for_good_under_its_digest(client, house, sessions):
    post_id = house.add(seed=2)
    answer = client.get(f"/posts/{post_id}/thumbnail/360")
    assert answer.status_code == 302
    thumbnail = client.get(answer.location)
    assert thumbnail.mimetype == "image/webp"
    assert "immutable" in thumbnail.headers["Cache-Control"]
    assert "private" in thumbnail.headers["Cache-Control"]
    again = client.get(answer.location, headers={"If-None-Match": thumbnail.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "where",
    [
        "/media/" + "0" * 64 + "-360.webp",
        "/media/" + "G" * 64 + "-360.webp",
        "/media/..%2f..%2fetc%2fpasswd-360.webp",
        "/posts/99/thumbnail/360",
        "/posts/1/thumbnail/361",
        "/posts/99/file",
        "/posts/99999999999/file",
        "/posts/99999999999",
        "/posts/-1/file",
        "/posts/1%00/file",
    ],
)
def test_there_is_nothing_else(client, house, where):
    house.add()
    assert client.get(where).status_code == 404


def test_only_two_sizes_are_kept(client, house):
    post_id = house.add()
    where = client.get(f"/posts/{post_id}/thumbnail/1000").location
    assert client.get(where).status_code == 200
    assert client.get(where.replace("-1000", "-999")).status_code == 404


def test_a_post_without_its_thumbnail_says_so(client, house):
    post_id = house.add(thumbnails=False)
    answer = client.get(client.get(f"/posts/{post_id}/thumbnail/360").location)
    assert answer.status_code == 404
    assert "no thumbnail yet" in answer.text
