"""What others may be asked about, for people and for programs: folders, and parts of Immich."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from homebooru.domain.accounts import Right
from homebooru.errors import InvalidInput
from homebooru.phrases import phrase
from homebooru.services.lookups import permitting
from homebooru.services.lookups.permitting import WISHES, Part, Permissions
from homebooru.web.api.describing import described
from homebooru.web.api.schemas import COUNT, FLAG, ID, TEXT, answer, by_name, listed, optional, wish
from homebooru.web.current import deps
from homebooru.web.keeping.bodies import sent
from homebooru.web.security import needs

bp = Blueprint("permissions", __name__)
api = Blueprint("permissions_api", __name__, url_prefix="/api/sources/permissions")

FOLDER = "folder-"
WISH = {"enum": list(WISHES)}
UUIDS = {"type": "array", "items": {"type": "string", "format": "uuid"}}
PART = answer("ImmichPart", id=TEXT, name=optional(TEXT), pictures=COUNT, opted_in=FLAG)
PERMISSIONS = answer(
    "LookupPermissions",
    folders=listed(answer("LookupFolder", id=ID, name=TEXT, lookups=WISH)),
    albums=listed(PART),
    libraries=listed(PART),
    uploads=listed(PART),
)


@bp.post("/sources/permissions")
@needs(Right.ADMIN)
def keep() -> ResponseReturnValue:
    """Keep what others may be asked about."""
    folders = {
        _id(name.removeprefix(FOLDER)): value
        for name, value in request.form.items()
        if name.startswith(FOLDER)
    }
    immich = _uuids(request.form.getlist("immich")) if "knows_immich" in request.form else None
    permitting.permit(deps().sessions, folders, immich)
    return redirect(url_for("sources.show", _anchor="permissions"), code=303)


@bp.app_template_global()
def lookup_permissions() -> Permissions:
    """Return what others may be asked about."""
    return permitting.permissions(deps().sessions)


@api.get("")
@needs(Right.ADMIN)
@described({200: PERMISSIONS})
def show() -> ResponseReturnValue:
    """Tell about which folders, and which albums and libraries of Immich, others may be asked."""
    return jsonify(_told())


@api.patch("")
@needs(Right.ADMIN)
@described({200: PERMISSIONS}, body=wish(folders=by_name(WISH), immich=UUIDS))
def change() -> ResponseReturnValue:
    """Say of folders, by their ids, whether others may be asked about what lies in them.

    `unsaid` means yes, but for pictures from Immich. `immich` are all albums, external libraries
    and users (whose uploads are meant) about which they may be asked.
    """
    body = sent()
    folders, immich = body.get("folders", {}), body.get("immich")
    if not isinstance(folders, dict) or not all(isinstance(one, str) for one in folders.values()):
        raise InvalidInput(phrase('"{name}" has to be an object of texts.', name="folders"))
    if immich is not None and not isinstance(immich, list):
        raise InvalidInput(phrase('"{name}" has to be a list of texts.', name="immich"))
    permitting.permit(
        deps().sessions,
        {_id(number): value for number, value in folders.items()},
        None if immich is None else _uuids(immich),
    )
    return jsonify(_told())


def _told() -> dict[str, Any]:
    told = lookup_permissions()
    return {
        "folders": [
            {"id": one.id, "name": one.name, "lookups": one.lookups} for one in told.folders
        ],
        "albums": _parts(told.albums),
        "libraries": _parts(told.libraries),
        "uploads": _parts(told.uploads),
    }


def _parts(parts: Iterable[Part]) -> list[dict[str, Any]]:
    return [
        {
            "id": str(one.remote_id),
            "name": one.name,
            "pictures": one.pictures,
            "opted_in": one.is_opted_in,
        }
        for one in parts
    ]


def _id(text: str) -> int:
    """Read the id of a folder; what is none names no folder."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _uuids(texts: Iterable[object]) -> list[UUID]:
    try:
        return [UUID(str(text)) for text in texts]
    except ValueError:
        raise InvalidInput(phrase("Name albums and libraries as Immich does, by UUIDs.")) from None
