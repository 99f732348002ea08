"""The description of the API, for programs that make clients of it."""

from __future__ import annotations

from flask import Blueprint, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from homebooru import __version__
from homebooru.web.api.describing import described, document

bp = Blueprint("openapi", __name__)


@bp.get("/api/openapi.json")
@described({200: {"type": "object"}})
def show() -> ResponseReturnValue:
    """Describe everything under `/api`, in OpenAPI 3.1."""
    told = document(current_app, version=__version__, server=request.root_path or "/")
    return jsonify(told)
