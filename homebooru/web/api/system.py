"""How the library is, and what makes it work, for programs and for what called an older HomeBooru."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from homebooru.domain.accounts import Right
from homebooru.domain.jobs import MonitorStatus
from homebooru.services import jobs
from homebooru.services.library import renewing, roots
from homebooru.services.library.status import library_status
from homebooru.services.searching import search
from homebooru.web.api.describing import described
from homebooru.web.api.schemas import COUNT, FLAG, MOMENT, TEXT, answer, optional
from homebooru.web.current import deps, scope
from homebooru.web.security import needs

bp = Blueprint("system_api", __name__, url_prefix="/api")

MONITOR = answer(
    "Monitor",
    enabled=FLAG,
    running=FLAG,
    last_check=optional(MOMENT),
    last_scan_found=optional(COUNT),
    total_processed=COUNT,
    interval_seconds=optional(COUNT),
)
COLLECTION = answer("Collection", total_images=COUNT, with_metadata=COUNT, unprocessed=COUNT)
STATUS = answer("SystemStatus", monitor=MONITOR, collection=COLLECTION)
STARTED = answer("Started", status={"const": "started"}, work=TEXT)
SWITCHED = answer("Switched", enabled=FLAG)


@bp.get("/system/status")
@described({200: STATUS})
def show() -> ResponseReturnValue:
    """Tell whether folders are looked after, and how much of what lies in them is known.

    `with_metadata` counts the posts of which somebody other than a model or a person says a tag,
    `unprocessed` what is yet to be read. How many files the last scan found is told to whoever sees
    everything.
    """
    status = library_status(deps().sessions, scope())
    said = search(deps().sessions, "metadata:found", scope(), limit=1, finder=deps().finder)
    return jsonify(
        monitor=_told(jobs.monitor_status(deps().sessions), processed=status.posts),
        collection={
            "total_images": status.posts,
            "with_metadata": said.count,
            "unprocessed": status.waiting,
        },
    )


@bp.post("/system/scan")
@needs(Right.ADMIN)
@described({202: STARTED})
def scan() -> ResponseReturnValue:
    """Look through all folders, what could not be read included."""
    roots.request_scan(deps().sessions, again=True)
    return _started("scan")


@bp.post("/system/rebuild")
@needs(Right.ADMIN)
@described({202: STARTED})
def rebuild() -> ResponseReturnValue:
    """Derive the tags of all posts anew from what everybody says of them."""
    renewing.derive_all(deps().sessions)
    return _started("rebuild")


@bp.post("/system/thumbnails")
@needs(Right.ADMIN)
@described({202: STARTED})
def make_thumbnails() -> ResponseReturnValue:
    """Make all thumbnails anew; the present ones serve until then."""
    renewing.prepare_all(deps().sessions)
    return _started("thumbnails")


@bp.post("/system/monitor/start")
@needs(Right.ADMIN)
@described({200: SWITCHED})
def start_monitor() -> ResponseReturnValue:
    """Look after the folders by itself from now on."""
    return _switched(enabled=True)


@bp.post("/system/monitor/stop")
@needs(Right.ADMIN)
@described({200: SWITCHED})
def stop_monitor() -> ResponseReturnValue:
    """No longer look after the folders."""
    return _switched(enabled=False)


@bp.post("/reload")
@needs(Right.ADMIN)
@described({202: STARTED})
def reload() -> ResponseReturnValue:
    """Look through all folders and derive all tags anew."""
    renewing.reload_all(deps().sessions)
    return _started("reload")


def _started(work: str) -> ResponseReturnValue:
    return jsonify(status="started", work=work), 202


def _switched(*, enabled: bool) -> ResponseReturnValue:
    jobs.set_monitor(deps().sessions, enabled=enabled)
    return jsonify(enabled=enabled)


def _told(monitor: MonitorStatus, *, processed: int) -> dict[str, Any]:
    return {
        "enabled": monitor.enabled,
        "running": monitor.running,
        "last_check": monitor.last_check and monitor.last_check.isoformat(),
        "last_scan_found": monitor.last_scan_found if scope().sees_all else None,
        "total_processed": processed,
        "interval_seconds": monitor.interval_seconds,
    }
