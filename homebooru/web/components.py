"""The page of all components in all their states, for whoever builds pages."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from homebooru.domain.posts import TagView
from homebooru.domain.ratings import Rating
from homebooru.domain.tags import Category
from homebooru.web.editing import examples

bp = Blueprint("components", __name__)

# Shown as they would come from a library; tags are data, so nobody translates them.
EXAMPLES = (
    TagView(name="ivy_lane", category=Category.ARTIST, count=12),
    TagView(name="quiet_places", category=Category.COPYRIGHT, count=1_204),
    TagView(name="grey_cat", category=Category.CHARACTER, count=96),
    TagView(name="feline", category=Category.SPECIES, count=410),
    TagView(name="open_window", category=Category.GENERAL, count=2_310),
    TagView(name="wallpaper", category=Category.META, count=77),
    TagView(name="twins", category=Category.LORE, count=3),
)


@bp.get("/components")
def show() -> ResponseReturnValue:
    return render_template(
        "components/show.html", tags=EXAMPLES, ratings=list(Rating), example=examples.EXAMPLES
    )
