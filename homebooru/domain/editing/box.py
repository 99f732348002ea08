"""What the tag box of a post shows."""

from __future__ import annotations

from dataclasses import dataclass

from homebooru.domain.editing.writing import write_tag
from homebooru.domain.posts import TagView
from homebooru.domain.ratings import Rating


@dataclass(frozen=True, slots=True, kw_only=True)
class TagBox:
    """All of a post that an edit may change; tags that people rejected, and that models suggest."""

    post_id: int
    tags: tuple[TagView, ...]
    rejected: tuple[TagView, ...]
    suggested: tuple[TagView, ...]
    rating: Rating | None
    parent_id: int | None
    sources: tuple[str, ...]
    stars: int | None
    description: str | None

    @property
    def text(self) -> str:
        """The tags as they are written, which is what an edit of the text is compared with."""
        return " ".join(write_tag(tag.name) for tag in self.tags)
