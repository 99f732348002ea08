"""Originals are only read: the whole way of a picture, over a folder that cannot be written to."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from homebooru.domain.media import is_picture_name
from tests import corpus
from tests.originals import give_rights, manifest, read_only, take_rights
from tests.processes import clean_environment
from tests.relay import relayed

HOME = Path(__file__).resolve().parent.parent.parent
XMP = b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>"
HEAVY = {"bomb.png", "of 10,000 frames.gif", "wide.png"}  # and of no other kind


@pytest.fixture
def originals(tmp_path):
    """A folder of all kinds of pictures, and of words about them, whole and broken."""
    folder = tmp_path / "my originals"
    tagged = io.BytesIO()
    Image.new("RGB", (40, 30)).save(tagged, "JPEG", xmp=XMP)
    files = {name: content for name, (content, _) in corpus.hostile_files().items()}
    files = {f"hostile/{name}": files[name] for name in files.keys() - HEAVY} | {
        "a.png": corpus.png(),
        "a.webp": corpus.webp(seed=1),
        "a.png.txt": b"1girl\nsolo\n",
        "a.json": b"{ broken",
        "tagged.jpg": tagged.getvalue(),
        "tagged.jpg.xmp": XMP,
        "moving.gif": corpus.animation("GIF"),
        "film.mp4": corpus.film(),
        "deep/er/copy.png": corpus.png(),
        os.fsdecode(b"deep/latin-\xe9\nline.jpg"): corpus.jpeg(seed=2),
    }
    for number, (name, content) in enumerate(files.items()):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        os.utime(file, (1_700_000_000, 1_700_000_000 + number))
    (folder / "link.png").symlink_to("a.png")
    take_rights(folder)
    yield folder
    give_rights(folder)


def test_everything_works_on_originals_that_cannot_be_written_to(originals, tmp_path, database_url):
    before = manifest(originals)
    safely = read_only(originals)
    assert manifest(originals) == before

    with relayed(database_url, tmp_path) as url:
        done = go_through(originals, safely, url, tmp_path)

    assert done.returncode == 0, done.stderr
    pictures = {digest for path, (digest, *_) in before.items() if is_picture_name(path)}
    assert json.loads(done.stdout) == len(pictures)
    assert manifest(originals) == before


def go_through(originals, safely, url, tmp_path):
    return subprocess.run(
        [*safely, sys.executable, "-m", "tests.integration.pipeline", str(originals)],
        cwd=HOME,
        env=clean_environment(
            HOMEBOORU_DATABASE_URL=url,
            HOMEBOORU_DATA=str(tmp_path / "data"),
            HOMEBOORU_CONFIG=str(tmp_path / "none.toml"),
            HOMEBOORU_PROCESSES="1",
            HOMEBOORU_MINIMUM_FREE="0",
        ),
        capture_output=True,
        timeout=300,
        check=False,
        text=True,
    )
