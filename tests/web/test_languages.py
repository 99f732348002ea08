"""Every word of the pages comes from the catalogue."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from lxml import html

from homebooru.domain.ratings import Rating
from homebooru.web import create_app, languages
from homebooru.web.components import EXAMPLES
from tests import corpus

HOME = Path(__file__).resolve().parents[2]
LOCALE = HOME / "homebooru/locale"
PAGES = (
    "/posts",
    "/posts?tags=cat",
    "/posts?tags=zzz",
    "/posts?tags=cat+dog",
    "/posts/1",
    "/posts/2",
    "/posts/3",
    "/system",
    "/account",
    "/components",
    "/nowhere",
    "/login",
)
SPOKEN = ("title", "placeholder", "aria-label")
PLACEHOLDER = re.compile(r"(%\([a-z_]+\)[sd]|\{[a-z_]+\}|%%)")
# Names, digits and words that are data: of the library, of the machine, of the query language.
DATA = re.compile(
    r"\b[0-9a-f]{32,64}\b|(/[^/ ]+)+|: pictures|Authorization: Bearer …"
    r"|\b(homebooru( user add NAME| library add| serve| doctor)?|SHA-256|SHA-1|MD5|KB|MB|GB"
    r"|[a-z]+/[a-z]+|[gsqe])\b",
    re.IGNORECASE,
)
OURS = {
    "cat", "dog", "tom", "somebody", "picture.png", "broken.jpg", "waits.jpg", "trip", "text",
    "pictures", "zzz", "cat dog", "It is cut short.", "English", "Esperanto",
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
    """Yield what a page shows or tells a screen reader."""
    root = html.document_fromstring(page)
    for unspoken in root.xpath("//script | //style"):
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


def test_every_text_of_every_page_comes_from_the_catalogue(foreign, house):
    tags = "cat artist:somebody character:tom"
    house.add("picture.png", corpus.png(), folder="trip", tags=tags, rating=Rating.GENERAL)
    house.add("broken.jpg", b"broken", state="unreadable", state_reason="It is cut short.")
    house.add("waits.jpg", b"waits", state="pending", thumbnails=False)
    names = {tag.name.replace("_", " ") for tag in EXAMPLES} | {"pictures /", "pictures / trip /"}
    found = set()
    for where in PAGES:
        page = foreign.get(where, headers={"Accept-Language": "eo"}).text
        assert 'lang="eo"' in page
        found |= {f"{where}: {words}" for words in untranslated(page) - names}
    assert not found, "\n".join(sorted(found))


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
