"""A post of a made-up booru, before the site puts it into its own words."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Picture:
    """What every booru knows of a post, in the words of none: ratings are `g`, `s`, `q`, `e`.

    A hidden one is shown without its file to those who may not see it.
    """

    id: int
    md5: str
    tags: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rating: str = "g"
    source: str = ""
    score: int = 0
    parent_id: int | None = None
    hidden: bool = False
    deleted: bool = False
    width: int = 800
    height: int = 600
    size: int = 123_456
    extension: str = "png"

    @property
    def names(self):
        return sorted(name for names in self.tags.values() for name in names)


class Shelf:
    """The posts of a site."""

    def __init__(self):
        self.pictures = []

    def put(self, md5, **words):
        """Show a picture; tags are given by kind: `artist="somebody", general="1girl solo"`."""
        of_post = {name: words.pop(name) for name in list(words) if name in FIELDS}
        tags = {kind: tuple(names.split()) for kind, names in words.items()}
        number = of_post.pop("id", 1000 + len(self.pictures))
        picture = Picture(id=number, md5=md5, tags=tags, **of_post)
        self.pictures.append(picture)
        return picture

    def having(self, md5s):
        wanted = set(md5s)
        return [one for one in self.pictures if one.md5 in wanted]

    def numbered(self, number):
        return next((one for one in self.pictures if str(one.id) == str(number)), None)


FIELDS = set(Picture.__dataclass_fields__) - {"tags", "md5"}


def md5s_in(tags):
    """Return the hashes that `md5:a,b` among the words of a search asks for."""
    word = next((word for word in tags.split() if word.startswith("md5:")), "md5:")
    return word.removeprefix("md5:").split(",")
