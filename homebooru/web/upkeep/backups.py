"""Backups on the page of the system: how they stand, one right now, and when they are made."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from homebooru.domain.accounts import Right
from homebooru.domain.upkeep.backups import read_plan
from homebooru.services.upkeep import backups
from homebooru.services.upkeep.backups import BackupStatus
from homebooru.web.current import deps
from homebooru.web.security import needs

bp = Blueprint("backups", __name__)


@bp.app_template_global()
def backup_status() -> BackupStatus:
    """Return how backups stand."""
    return backups.backup_status(deps().sessions, deps().backups())


@bp.post("/system/backups")
@needs(Right.ADMIN)
def back_up() -> ResponseReturnValue:
    """Let a backup be made now."""
    backups.order_backup(deps().sessions)
    return redirect(url_for("system.show", _anchor="backups-card"), code=303)


@bp.post("/system/backups/plan")
@needs(Right.ADMIN)
def keep_plan() -> ResponseReturnValue:
    """Set when backups are made each day, and how many stay."""
    form = request.form
    wanted = read_plan(form.get("enabled", ""), form.get("at", ""), form.get("kept", ""))
    backups.keep_plan(deps().sessions, wanted)
    return redirect(url_for("system.show", _anchor="backups-card"), code=303)
