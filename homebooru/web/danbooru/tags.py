"""Tags: lists of them, completion, what goes with what, aliases and implications."""

from __future__ import annotations

from math import sqrt
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from homebooru.domain.posts import SearchAnswer
from homebooru.domain.query.completion import Offer, Suggestion
from homebooru.domain.tags import Category
from homebooru.errors import NotFound
from homebooru.phrases import phrase
from homebooru.services.completing import complete
from homebooru.services.searching import search
from homebooru.services.tags.browsing import TagEntry, TagOrder, TagWish, browse_tags
from homebooru.services.tags.links import (
    LinkWish,
    Lister,
    TagLink,
    list_aliases,
    list_implications,
)
from homebooru.web.addresses import plain_number
from homebooru.web.current import deps, scope
from homebooru.web.danbooru.answering import answer
from homebooru.web.danbooru.paging import Page, asked_page
from homebooru.web.danbooru.post import moment, spoken
from homebooru.web.danbooru.wishes import is_yes, listed, numbers, plain, spelled, text, texts

bp = Blueprint("tags", __name__)

LARGEST_PAGE = 1_000
ORDERS = {"name": TagOrder.NAME, "count": TagOrder.COUNT}
COMPLETED = {"tag_query", "tag"}
USUAL_SUGGESTIONS = 10


@bp.get("/tags.json")
def index() -> ResponseReturnValue:
    page = asked_page(LARGEST_PAGE)
    if is_yes("is_deprecated"):
        return answer([])
    return answer([tag_document(tag) for tag in browse(_wish(page), page)])


@bp.get("/tags/<id:tag_id>.json")
def show(tag_id: int) -> ResponseReturnValue:
    return answer(tag_document(get_tag(TagWish(ids=frozenset({tag_id})))))


@bp.get("/autocomplete.json")
def autocomplete() -> ResponseReturnValue:
    """Complete the last term of `search[query]`."""
    kind, typed = text("type") or "tag_query", (text("query") or "").strip("*")
    limit = plain_number(request.args.get("limit")) or USUAL_SUGGESTIONS
    if kind == "artist":
        wish = TagWish(
            pattern=f"{spelled(typed)}*",
            categories=frozenset({Category.ARTIST}),
            order=TagOrder.COUNT,
            hide_empty=True,
        )
        return answer([_named(tag) for tag in browse(wish, Page(min(limit, USUAL_SUGGESTIONS)))])
    if kind not in COMPLETED or not typed:
        return answer([])
    typed = spelled(typed) if kind == "tag" else typed
    found = complete(deps().sessions, typed, len(typed), scope()).suggestions
    return answer([_suggested(one) for one in found if one.offer is Offer.TAG][:limit])


@bp.get("/related_tag.json")
def related() -> ResponseReturnValue:
    """List the tags that posts of a search have most often, with how much they have in common."""
    query = text("query") or plain("query")
    category = text("category") or plain("category")
    found = search(deps().sessions, query, scope(), limit=1, finder=deps().finder)
    names = frozenset(tag.name for tag in found.related) | {spelled(query)}
    tags = {tag.name: tag for tag in browse(TagWish(names=names), Page(len(names)))}
    wanted = _category_named(category)
    own = tags.get(spelled(query))
    return answer(
        {
            "query": query,
            "post_count": found.count,
            "tag": tag_document(own) if own else None,
            "related_tags": [
                _related(tags[tag.name], tag.count, found)
                for tag in found.related
                if tag.name in tags and wanted in (None, spoken(tag.category))
            ],
        }
    )


@bp.get("/tag_aliases.json")
def aliases() -> ResponseReturnValue:
    return _links(list_aliases)


@bp.get("/tag_implications.json")
def implications() -> ResponseReturnValue:
    return _links(list_implications)


def browse(wish: TagWish, page: Page) -> tuple[TagEntry, ...]:
    """Return a page of tags, as far as whoever asks may know of them."""
    found = browse_tags(
        deps().sessions,
        wish,
        scope(),
        offset=page.offset,
        limit=page.limit,
        finder=deps().finder,
    )
    return found[::-1] if wish.above is not None else found


def get_tag(wish: TagWish) -> TagEntry:
    """Return the one tag that is wanted. Raises NotFound."""
    for tag in browse(wish, Page(1)):
        return tag
    raise NotFound(phrase("There is no such tag."))


def tag_document(tag: TagEntry) -> dict[str, Any]:
    added = moment(tag.created_at)
    return {
        "id": tag.id,
        "name": tag.name,
        "post_count": tag.count,
        "category": spoken(tag.category),
        "created_at": added,
        "updated_at": added,
        "is_deprecated": False,
        "words": [word for word in tag.name.split("_") if word],
    }


def _wish(page: Page) -> TagWish:
    names = listed("name_comma", "name", "name_normalize")
    names += texts("name_array")
    return TagWish(
        names=frozenset(map(spelled, names)) if names else None,
        ids=numbers("id"),
        pattern=_pattern(),
        categories=_categories(listed("category")),
        below=page.below,
        above=page.above,
        order=ORDERS.get(text("order") or "", TagOrder.NEWEST),
        hide_empty=is_yes("hide_empty"),
    )


def _pattern() -> str | None:
    if fits := text("name_matches", "name_or_alias_matches", "name_ilike", "name_like"):
        return spelled(fits)
    inside = text("name_contains", "fuzzy_name_matches")
    return f"*{spelled(inside)}*" if inside else None


def _categories(said: tuple[str, ...]) -> frozenset[Category] | None:
    """Return our categories that are called so, by number or by name; nonsense is none of them."""
    if not said:
        return None
    wanted = {_category_named(each) for each in said}
    return frozenset(category for category in Category if spoken(category) in wanted)


def _category_named(said: str) -> Category | None:
    named = {str(int(category)): category for category in Category}
    named |= {category.label: category for category in Category}
    return named.get(said.lower())


def _suggested(one: Suggestion) -> dict[str, Any]:
    return {
        "type": "tag-alias" if one.alias else "tag-word",
        "label": one.name.replace("_", " "),
        "value": one.name,
        "category": spoken(one.category or Category.GENERAL),
        "post_count": one.count or 0,
        "antecedent": one.alias,
    }


def _named(tag: TagEntry) -> dict[str, Any]:
    return {
        "type": "artist",
        "label": tag.name.replace("_", " "),
        "value": tag.name,
        "category": spoken(tag.category),
        "post_count": tag.count,
        "antecedent": None,
    }


def _related(tag: TagEntry, both: int, found: SearchAnswer) -> dict[str, Any]:
    """Tell how much a tag and a search that share `both` posts have in common."""
    count, either = max(tag.count, both), found.count + max(tag.count, both) - both
    return {
        "tag": tag_document(tag),
        "cosine_similarity": both / sqrt(found.count * count),
        "jaccard_similarity": both / either,
        "overlap_coefficient": both / min(found.count, count),
        "frequency": both / found.count,
    }


def _links(lister: Lister) -> ResponseReturnValue:
    page = asked_page(LARGEST_PAGE)
    found = lister(deps().sessions, _link_wish(), scope(), offset=page.offset, limit=page.limit)
    return answer([_link_document(link) for link in found])


def _link_wish() -> LinkWish:
    number = text("id")
    return LinkWish(
        id=None if number is None else plain_number(number, most_digits=19) or 0,
        pattern=_optionally_spelled(text("name_matches")),
        antecedent=_optionally_spelled(text("antecedent_name", "antecedent_name_matches")),
        consequent=_optionally_spelled(text("consequent_name", "consequent_name_matches")),
    )


def _optionally_spelled(name: str | None) -> str | None:
    return None if name is None else spelled(name)


def _link_document(link: TagLink) -> dict[str, Any]:
    added = moment(link.created_at)
    return {
        "id": link.id,
        "antecedent_name": link.antecedent,
        "consequent_name": link.consequent,
        "status": "active",
        "reason": "",
        "created_at": added,
        "updated_at": added,
    }
