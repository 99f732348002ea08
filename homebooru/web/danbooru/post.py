"""A post as Danbooru's clients read it: every key there, never of another type."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from homebooru.domain.accounts import OWNER_ID
from homebooru.domain.media import is_video
from homebooru.domain.posts import PostView, TagView
from homebooru.domain.ratings import Rating
from homebooru.domain.tags import Category
from homebooru.web.danbooru.files import SIDES, Addresses, Kind, ending
from homebooru.web.posts import SHOWN_BY_BROWSERS
from homebooru.web.words import fitted

SPOKEN = {Category.SPECIES: Category.GENERAL, Category.LORE: Category.GENERAL}
"""Categories that the dialect lacks, and what they are called there."""
CATEGORIES = (
    Category.GENERAL,
    Category.ARTIST,
    Category.COPYRIGHT,
    Category.CHARACTER,
    Category.META,
)
VARIANTS = {
    "180x180": Kind.PREVIEW,
    "360x360": Kind.PREVIEW,
    "720x720": Kind.SAMPLE,
    "sample": Kind.SAMPLE,
    "original": Kind.ORIGINAL,
}
KEY_LENGTH = 9
UPLOADER = "homebooru"


def spoken(category: Category) -> Category:
    """Return what the dialect calls a category."""
    return SPOKEN.get(category, category)


def moment(value: datetime) -> str:
    """Spell a moment with milliseconds and six characters for its zone: some clients cut them off."""
    return value.isoformat(timespec="milliseconds")


def post_document(
    post: PostView, addresses: Addresses, unrated_as: Rating, liked: Collection[int]
) -> dict[str, Any]:
    """Return a post; `liked` are the favourites of whoever asks."""
    children, added = post.has_children, moment(post.created_at)
    score = post.score or 0
    return {
        "id": post.id,
        "created_at": added,
        "updated_at": added,
        "uploader_id": OWNER_ID,
        "uploader_name": UPLOADER,
        "approver_id": None,
        "md5": post.md5 or "",
        "rating": (post.rating or unrated_as).value,
        "source": post.sources[0] if post.sources else "",
        "pixiv_id": None,
        "score": score,
        "up_score": max(score, 0),
        "down_score": min(score, 0),
        "fav_count": int(post.id in liked),
        "parent_id": post.parent_id,
        "has_children": children,
        "has_active_children": children,
        "has_visible_children": children,
        "is_deleted": post.trashed_at is not None,
        "is_pending": False,
        "is_flagged": False,
        "is_banned": False,
        "last_noted_at": None,
        "last_commented_at": None,
        "last_comment_bumped_at": None,
        "bit_flags": 0,
    } | (_tags(post.tags) | _files(post, addresses))


def _tags(tags: Sequence[TagView]) -> dict[str, Any]:
    names: dict[Category, list[str]] = {category: [] for category in CATEGORIES}
    for tag in tags:
        names[spoken(tag.category)].append(tag.name)
    every = sorted(tag.name for tag in tags)
    document: dict[str, Any] = {"tag_string": " ".join(every), "tag_count": len(every)}
    for category, some in names.items():
        document[f"tag_string_{category.label}"] = " ".join(sorted(some))
        document[f"tag_count_{category.label}"] = len(some)
    return document


def _files(post: PostView, addresses: Addresses) -> dict[str, Any]:
    urls = {kind: addresses.of(post, kind) for kind in Kind}
    large = _has_large(post)
    return _facts(post) | {
        "file_url": urls[Kind.ORIGINAL],
        "large_file_url": urls[Kind.SAMPLE if large else Kind.ORIGINAL],
        "preview_file_url": urls[Kind.PREVIEW],
        "has_large": large,
        "media_asset": _asset(post, urls),
    }


def _facts(post: PostView) -> dict[str, Any]:
    """Return what is known of the file; what is not known yet is 0, as clients take no null."""
    return {
        "file_ext": ending(post),
        "file_size": post.size or 0,
        "image_width": post.width or 0,
        "image_height": post.height or 0,
    }


def _has_large(post: PostView) -> bool:
    """Tell whether a smaller copy, or one that everything can show, stands for the file."""
    if is_video(post.mime):
        return False
    large = max(post.width or 0, post.height or 0) > SIDES[Kind.SAMPLE]
    return large or post.mime not in SHOWN_BY_BROWSERS


def _asset(post: PostView, urls: Mapping[Kind, str]) -> dict[str, Any]:
    added = moment(post.created_at)
    return _facts(post) | {
        "id": post.id,
        "created_at": added,
        "updated_at": added,
        "md5": post.md5 or "",
        "duration": post.duration,
        "status": "active",
        "file_key": post.sha256[:KEY_LENGTH],
        "is_public": True,
        "pixel_hash": post.md5 or "",
        "variants": list(_variants(post, urls)),
    }


def _variants(post: PostView, urls: Mapping[Kind, str]) -> Iterable[dict[str, Any]]:
    """Yield a thumbnail for each size that clients look for: ours that comes nearest."""
    for name, kind in VARIANTS.items():
        whole = kind is Kind.ORIGINAL
        size = (post.width or 0, post.height or 0) if whole else fitted(post, SIDES[kind])
        yield {
            "type": name,
            "url": urls[kind],
            "width": size[0],
            "height": size[1],
            "file_ext": ending(post, kind),
        }
