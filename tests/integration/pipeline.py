"""Does with a folder all that HomeBooru does with pictures; run as a program, by tests."""

from __future__ import annotations

import json
import sys
from contextlib import closing

from click.testing import CliRunner

from homebooru.cli import main
from homebooru.files.watch import FolderWatcher
from homebooru.web import create_app
from homebooru.wiring import connect


def go_through(folder: str) -> int:
    """Read a folder, look at everything in it, forget it and read it again."""
    with closing(FolderWatcher(lambda *_: None)) as watcher:
        watcher.follow({1: folder.encode()})
        run("library", "add", folder, "--wait")
        run("library", "scan", "--wait")
        visit([post["id"] for post in search()])
        run("library", "remove", folder)
        run("library", "add", folder, "--wait")
        run("db", "rebuild-tags")
        return len(search())


def search():
    found = json.loads(run("search", "is:any", "--limit", "200", "--json"))["posts"]
    run("post", str(found[0]["id"]))
    return found


def run(*words):
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, (words, result.output, result.exception)
    return result.stdout


def visit(post_ids):
    with closing(connect()) as deps:
        visitor = create_app(deps).test_client()
        for page in ("/", "/posts", "/system", *map("/posts/{}".format, post_ids)):
            assert visitor.get(page, follow_redirects=True, buffered=True).status_code == 200
        for post_id in post_ids:
            for part in ("thumbnail/250", "thumbnail/850", "file", "file/download"):
                answer = visitor.get(f"/posts/{post_id}/{part}", buffered=True)
                assert answer.status_code in {200, 302, 404}, (post_id, part, answer.status)


if __name__ == "__main__":
    sys.stdout.write(str(go_through(sys.argv[1])))
