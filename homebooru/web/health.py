"""Whether this HomeBooru can serve; for machines that watch it, so nothing private."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from homebooru.web.current import deps

bp = Blueprint("health", __name__)


@bp.get("/health")
def health() -> ResponseReturnValue:
    try:
        with deps().engine.connect() as connection:
            connection.execute(sa.select(1))
    except SQLAlchemyError:
        return jsonify(status="unavailable", reason="The database does not answer."), 503
    return jsonify(status="ok")
