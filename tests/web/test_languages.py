"""Every word of the pages comes from the catalogue."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from lxml import html

from homebooru.db.tables import JobErrorRow, JobRunRow, RootRow
from homebooru.domain.intake import Tally, judge
from homebooru.domain.ratings import Rating
from homebooru.phrases import phrase
from homebooru.web import create_app, languages
from homebooru.web.components import EXAMPLES
from tests import corpus
from tests.web.visiting import addresses

HOME = Path(__file__).resolve().parents[2]
LOCALE = HOME / "homebooru/locale"
# Beside the addresses of the application itself, with 1 for each number in them:
PAGES = (
    "/posts?tags=zzz",
    "/posts?tags=cat+dog",
    "/posts?tags=width:small",
    "/posts?tags=search:zzz",
    "/posts/2",
    "/posts/3",
    "/posts/999",
    "/nowhere",
)
SPOKEN = ("title", "placeholder", "aria-label")
PLACEHOLDER = re.compile(r"(%\([a-z_]+\)[sd]|\{[a-z_]+\}|%%)")
# Names, digits and words that are data: of the library, of the machine, of the query language.
DATA = re.compile(
    r"\b[0-9a-f]{32,64}\b|(/[^/ ]+)+|: pictures|Authorization: Bearer …"
    r"|\b(homebooru( user add NAME| library add| serve| doctor)?|SHA-256|SHA-1|MD5|KB|MB|GB"
    r"|[a-z]+/[a-z]+|[a-z]+ 20[0-9]{2}|[gsqe])\b",
    re.IGNORECASE,
)
OURS = {
    "cat", "dog", "tom", "somebody", "picture.png", "broken.jpg", "waits.jpg", "trip", "text",
    "pictures", "zzz", "cat dog", "English", "Esperanto",
}  # fmt: skip


def wrapped(text: str) -> str:
    return f"⟦{text}⟧"


@pytest.fixture
def foreign(deps, tmp_path):
    """The application in a language in which every text stands in brackets."""
    with (LOCALE / "messages.pot").open("rb") as file:
        catalogue = read_po(file, locale="eo")
    for message in catalogue:
        if message.id:
            plural = isinstance(message.id, tuple)
            message.string = tuple(map(wrapped, message.id)) if plural else wrapped(message.id)
    folder = tmp_path / "locale/eo/LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, catalogue)
    app = create_app(deps)
    languages.install(app, tmp_path / "locale")
    return app.test_client()


def texts(page: str):
    """Yield what a page shows or tells a screen reader; what somebody wrote is theirs."""
    root = html.document_fromstring(page)
    for unspoken in root.xpath(
        "//script | //style | //textarea | //code | //pre | //*[@translate='no']"
    ):
        unspoken.drop_tree()
    yield from (text for text in root.xpath("//body//text()") if text.strip())
    for name in SPOKEN:
        yield from root.xpath(f"//body//@{name}")


def untranslated(page: str) -> set[str]:
    """Return the texts in which a word stands outside of all brackets."""
    found = set()
    depth = 0
    for text in texts(page):
        outside = []
        for character in text:
            depth += (character == "⟦") - (character == "⟧")
            outside.append(character if depth == 0 and character != "⟧" else " ")
        words = " ".join("".join(outside).split())
        if re.search(r"[A-Za-z]{2}", DATA.sub("", words)) and words not in OURS:
            found.add(words)
    return found


@pytest.fixture
def troubled(house, sessions):
    """A gallery in which much went wrong, so that there is much to tell."""
    tags = "cat artist:somebody character:tom"
    house.add("picture.png", corpus.png(), folder="trip", tags=tags, rating=Rating.GENERAL)
    empty = phrase("The file is empty.")
    house.add("broken.jpg", b"broken", state="unreadable", state_reason=empty)
    house.add("waits.jpg", b"waits", state="pending", thumbnails=False)
    away = judge(Tally(known=8, gone=6, found=2), confirmed=False)
    run = {"name": "index_files", "title": "Reading files", "state": "paused", "errors": 1}
    with sessions.begin() as session:
        session.execute(sa.update(RootRow).values(state="offline", state_reason=away))
        rest = phrase("This file could not be read: {last}", last=empty)
        row = JobRunRow(**run, current=phrase("Batch {batch_id}", batch_id=1), reason=rest)
        session.add(row)
        session.flush()
        session.add(JobErrorRow(run_id=row.id, what="waits.jpg", reason=empty))


def pages_of(client):
    """Yield every page that answers a browser, and its address."""
    for where in (*PAGES, *sorted(addresses(client.application, "GET").values())):
        answer = client.get(where, headers={"Accept-Language": "eo", "Accept": "text/html"})
        if answer.mimetype == "text/html" and not answer.location:
            yield where, answer.text
        answer.close()


@pytest.mark.usefixtures("troubled")
def test_every_text_of_every_page_comes_from_the_catalogue(foreign):
    names = {tag.name.replace("_", " ") for tag in EXAMPLES} | {"pictures /", "pictures / trip /"}
    pages = dict(pages_of(foreign))
    assert pages.keys() > {*PAGES, "/posts", "/posts/1", "/system", "/account", "/components"}
    assert "⟦The file is empty.⟧" in pages["/posts/2"]
    found = [
        f"{where}: {words}" for where, page in pages.items() for words in untranslated(page) - names
    ]
    assert not found, "\n".join(found)


def test_the_catalogue_is_up_to_date(tmp_path):
    kept = tmp_path / "messages.pot"
    subprocess.run(
        [
            Path(sys.executable).with_name("pybabel"), "-q", "extract",
            "--mapping", LOCALE / "sources.cfg", "--keywords", "lazy_gettext", "--keywords", "phrase",
            "--no-location", "--omit-header", "--sort-output", "--output", kept,
            "homebooru", "templates",
        ],
        cwd=HOME,
        check=True,
    )  # fmt: skip
    assert kept.read_text("utf-8") == (LOCALE / "messages.pot").read_text("utf-8"), (
        "Run scripts/catalogue."
    )
