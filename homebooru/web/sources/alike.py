"""Models that describe posts, for people and for programs: which serves, which shall, which go."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from homebooru.domain.accounts import Right
from homebooru.domain.alike.spaces import SpaceState
from homebooru.services.alike import registry
from homebooru.services.alike.reading import read_words
from homebooru.web.api.describing import described
from homebooru.web.api.schemas import COUNT, FLAG, MOMENT, TEXT, answer, listed, optional
from homebooru.web.current import deps
from homebooru.web.security import needs

bp = Blueprint("alike", __name__)
api = Blueprint("alike_api", __name__, url_prefix="/api/embeddings")

SPACE = answer(
    "EmbeddingModel",
    name=TEXT,
    is_there=FLAG,
    reads=FLAG,
    serves=FLAG,
    wanted=FLAG,
    described=COUNT,
    left=COUNT,
    closed_until=optional(MOMENT),
    reason=optional(TEXT),
)
SPACES = answer("EmbeddingModels", models=listed(SPACE))


@bp.post("/sources/embeddings/use")
@needs(Right.ADMIN)
def use() -> ResponseReturnValue:
    """Let a model describe all posts, and serve once it has."""
    registry.use(deps().sessions, request.form.get("name", ""), deps().embedders())
    return redirect(url_for("sources.show", _anchor="embeddings"), code=303)


@bp.post("/sources/embeddings/drop")
@needs(Right.ADMIN)
def drop() -> ResponseReturnValue:
    """Forget what a model described."""
    registry.drop(deps().sessions, request.form.get("name", ""))
    return redirect(url_for("sources.show", _anchor="embeddings"), code=303)


@bp.app_template_global()
def embedding_models() -> tuple[SpaceState, ...]:
    """Return how it stands with each model that describes posts."""
    return registry.states(deps().sessions, deps().embedders())


@api.get("")
@needs(Right.ADMIN)
@described({200: SPACES})
def list_models() -> ResponseReturnValue:
    """Tell which models describe posts, how far they have come, and which one serves."""
    return jsonify(_told())


@api.put("/<name>")
@needs(Right.ADMIN)
@described({200: SPACES})
def use_one(name: str) -> ResponseReturnValue:
    """Let a model describe all posts, and serve once it has; who serves now does until then."""
    registry.use(deps().sessions, name, deps().embedders())
    return jsonify(_told())


@api.delete("/<name>")
@needs(Right.ADMIN)
@described({200: SPACES})
def drop_one(name: str) -> ResponseReturnValue:
    """Forget what a model described; where it served, the built-in descriptor does again."""
    registry.drop(deps().sessions, name)
    return jsonify(_told())


def understand(text: str) -> None:
    """Have the words after `near:` in a search read by a model, before it is answered."""
    if "near:" in text.lower():
        read_words(deps().sessions, text, deps().embedders())


def _told() -> dict[str, Any]:
    return {
        "models": [
            {
                "name": one.name,
                "is_there": one.is_there,
                "reads": one.reads,
                "serves": one.serves,
                "wanted": one.wanted,
                "described": one.described,
                "left": one.left,
                "closed_until": one.closed_until.isoformat() if one.closed_until else None,
                "reason": one.reason,
            }
            for one in embedding_models()
        ]
    }
