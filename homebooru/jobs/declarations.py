"""The jobs, one line each: each works through due rows until none is left."""

from __future__ import annotations

from contextlib import closing

from homebooru.db.queue import Work
from homebooru.jobs.declaring import JOBS, Every, job
from homebooru.ports import Progress
from homebooru.search.index.saving import save_apart
from homebooru.services.alike.describing import embed_due
from homebooru.services.duplicates.finding import find_due
from homebooru.services.editing.batches import edit_due
from homebooru.services.immich.fulfilling import fulfil_due
from homebooru.services.immich.household import mirror_all
from homebooru.services.immich.pictures import fetch_due
from homebooru.services.library.indexing import index_due
from homebooru.services.library.roots import request_scan
from homebooru.services.library.scanning import scan_due
from homebooru.services.lookups.asking import look_up_due
from homebooru.services.lookups.tagging import tag_due
from homebooru.services.outgoing.pushing import push_due
from homebooru.services.outgoing.steering import delete_tags
from homebooru.services.outgoing.writing import write_due
from homebooru.services.review.measuring import follow, measure
from homebooru.services.similar import describe_due
from homebooru.services.tags.bringing import lists_due
from homebooru.services.tags.counting import fold_counts as fold_tag_counts
from homebooru.services.tags.deriving import retag_due
from homebooru.services.tags.taking_back import undo_due
from homebooru.services.takeover.keeping import take_over_due
from homebooru.services.trash.moving import move_due
from homebooru.services.upkeep.backups import back_up_due
from homebooru.services.upkeep.tidying import tidy
from homebooru.services.working import prune_feed as prune_changes
from homebooru.services.working import prune_history
from homebooru.wiring import Deps

__all__ = ["JOBS"]

HISTORY = 30  # days


def _monitor(deps: Deps) -> Every:
    settings = deps.settings
    is_fixed = "monitor_enabled" in settings.given
    return Every(settings.monitor_interval, settings.monitor_enabled if is_fixed else None)


@job("Asking for a look at all folders", every=_monitor)
def request_scans(deps: Deps, progress: Progress, worker_id: int | None) -> None:  # noqa: ARG001
    request_scan(deps.sessions)


@job("Looking through folders", work=Work.SCANS, needs_room=True)
def scan_roots(deps: Deps, progress: Progress, worker_id: int | None) -> None:
    scan_due(
        deps.sessions,
        deps.walker,
        progress,
        worker_id=worker_id,
        free_space=deps.free_space,
    )


@job("Reading files", work=Work.FILES, needs_room=True)
def index_files(deps: Deps, progress: Progress, worker_id: int | None) -> None:
    with closing(deps.open_reader()) as reader:
        index_due(
            deps.sessions,
            reader,
            deps.thumbs,
            progress,
            worker_id=worker_id,
            free_space=deps.free_space,
        )


@job("Working out tags", work=Work.TAGS)
def retag_posts(deps: Deps, progress: Progress, worker_id: int | None) -> None:
    retag_due(deps.sessions, progress, worker_id=worker_id)


@job("Editing many posts", work=Work.EDITS)
def apply_edits(deps: Deps, progress: Progress, worker_id: int | None) -> None:
    edit_due(deps.sessions, progress, worker_id=worker_id)


@job("Moving files into the trash and back", work=Work.TRASH)
def move_trash(deps: Deps, progress: Progress, worker_id: int | None) -> None:
    move_due(deps.sessions, deps.trash, deps.thumbs, progress, worker_id=worker_id)


@job("Writing tags beside pictures", work=Work.SIDECARS)
def write_sidecars(deps: Deps, progress: Progress, worker_id: int | None) -> None:
    write_due(deps.sessions, deps.sidecars, progress, worker_id=worker_id)


@job("Pushing tags to Immich", work=Work.PUSHES)
def push_tags(deps: Deps, progress: Progress, worker_id: int | None) -> None:
    with deps.immich() as users:
        places = deps.immich_places()
        push_due(deps.sessions, users, progress, places=places, worker_id=worker_id)
        delete_tags(deps.sessions, users)


@job("Taking over what another program knew", work=Work.TAKEOVER)
def take_over(deps: Deps, progress: Progress, worker_id: int | None) -> None:  # noqa: ARG001
    take_over_due(deps.sessions, progress)


@job("Asking sources for tags", work=Work.LOOKUPS)
def fetch_tags(deps: Deps, progress: Progress, worker_id: int | None) -> str | None:
    with deps.sources() as sources:
        return look_up_due(deps.sessions, sources, progress, worker_id=worker_id).told()


@job("Taking up lists of tags", work=Work.LISTS)
def take_lists(deps: Deps, progress: Progress, worker_id: int | None) -> None:
    lists_due(deps.sessions, progress, worker_id=worker_id)


@job("Taking changes of tags back", work=Work.UNDOING)
def undo_acts(deps: Deps, progress: Progress, worker_id: int | None) -> None:
    undo_due(deps.sessions, progress, worker_id=worker_id)


@job("Looking at pictures for tags", work=Work.TAGGING)
def tag_pictures(deps: Deps, progress: Progress, worker_id: int | None) -> str | None:
    with closing(deps.open_framer()) as framer:
        taggers = deps.taggers()
        return tag_due(deps.sessions, taggers, framer, progress, worker_id=worker_id).told()


@job("Describing what pictures look like", work=Work.LOOKS)
def describe_pictures(deps: Deps, progress: Progress, worker_id: int | None) -> None:
    describe_due(deps.sessions, deps.thumbs, progress, worker_id=worker_id)


@job("Looking for copies of pictures", work=Work.DUPLICATES)
def find_duplicates(deps: Deps, progress: Progress, worker_id: int | None) -> None:
    find_due(deps.sessions, deps.comparer(), progress, worker_id=worker_id)


@job("Describing what pictures are about", work=Work.EMBEDDINGS)
def embed_pictures(deps: Deps, progress: Progress, worker_id: int | None) -> None:
    there, previews = deps.embedders(), deps.previews()
    embed_due(deps.sessions, there, previews, progress, worker_id=worker_id)


@job("Mirroring Immich", every=lambda deps: Every(deps.settings.immich_interval))
def mirror_immich(deps: Deps, progress: Progress, worker_id: int | None) -> str | None:  # noqa: ARG001
    return mirror_all(deps.sessions, deps.immich, deps.household, progress)


@job("Fetching pictures from Immich", work=Work.PICTURES, needs_room=True)
def fetch_pictures(deps: Deps, progress: Progress, worker_id: int | None) -> None:
    with deps.thumbnail_maker() as keep:
        fetch_due(deps.sessions, deps.immich, keep, progress, worker_id=worker_id)


@job("Telling Immich what was thrown away or merged", work=Work.WISHES)
def follow_in_immich(deps: Deps, progress: Progress, worker_id: int | None) -> None:
    with deps.immich() as users:
        places = deps.immich_places()
        fulfil_due(deps.sessions, users, progress, places=places, worker_id=worker_id)


@job("Counting tags", work=Work.COUNTS, settle=2.0)
def fold_counts(deps: Deps, progress: Progress, worker_id: int | None) -> None:  # noqa: ARG001
    fold_tag_counts(deps.sessions)


@job("Measuring how often models are right", cron="23 4 * * *")
def measure_models(deps: Deps, progress: Progress, worker_id: int | None) -> None:  # noqa: ARG001
    measure(deps.sessions, progress)
    follow(deps.sessions)


@job("Tidying the list of changes", cron="*/5 * * * *")
def prune_feed(deps: Deps, progress: Progress, worker_id: int | None) -> None:  # noqa: ARG001
    prune_changes(deps.sessions, deps.index_file)


@job("Keeping the index for the next start", cron="7 * * * *")
def save_index(deps: Deps, progress: Progress, worker_id: int | None) -> None:  # noqa: ARG001
    save_apart(deps.engine, deps.index_file)


@job("Making a backup", work=Work.BACKUPS)
def make_backups(deps: Deps, progress: Progress, worker_id: int | None) -> None:
    back_up_due(deps.sessions, deps.keep_backup, progress, worker_id=worker_id)


@job("Tidying up what is over", cron="41 3 * * *")
def tidy_up(deps: Deps, progress: Progress, worker_id: int | None) -> None:  # noqa: ARG001
    tidy(deps.sessions)
    deps.tidy_files()


@job("Tidying the history of jobs", cron="17 * * * *")
def prune_jobs(deps: Deps, progress: Progress, worker_id: int | None) -> None:  # noqa: ARG001
    prune_history(deps.sessions, HISTORY)
