"""How a file-based HomeBooru was asked, in the words of today."""

from __future__ import annotations

from collections.abc import Iterator

from homebooru.domain.query.writing import write_value
from homebooru.domain.takeover.older import TAGGERS

CATEGORIES = {
    "character": "chartags",
    "copyright": "copytags",
    "artist": "arttags",
    "meta": "metatags",
    "general": "gentags",
    "species": "spectags",
}
FOLDER = "images/"  # stood before each path


def asked_today(query: str) -> str:
    """Return what an old search means: `filename:` found a part of a path, `source:` a booru or a model.

    `category:` found pictures with any tag of a category. Everything else is as it was.
    """
    return " ".join(_terms(query))


def path_below(filepath: str) -> str:
    """Return the path of a picture below the folder of pictures."""
    return filepath.removeprefix(FOLDER)


def _terms(query: str) -> Iterator[str]:
    for word in query.split():
        name, colon, value = word.partition(":")
        if colon and value and name == "filename":
            yield f"filename:{write_value(f'*{value}*')}"
        elif colon and value and name == "source":
            yield f"from:{write_value(TAGGERS.get(value, value))}"
        elif colon and name == "category" and value in CATEGORIES:
            yield f"{CATEGORIES[value]}:>0"
        else:
            yield word
