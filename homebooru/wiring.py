"""The one place where ports meet adapters."""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from homebooru.db.backup import back_up_into, list_backups, sweep_backups
from homebooru.db.checks import check_server
from homebooru.db.embedded import EmbeddedPostgres
from homebooru.db.engine import Sessions, make_engine, make_sessions, unbounded
from homebooru.db.migrating import upgrade
from homebooru.db.queries.lookups.asked import known_categories
from homebooru.db.queries.roots import root_paths
from homebooru.db.singleton import running_gallery
from homebooru.domain.immich.address import read_address
from homebooru.domain.immich.mapping import Roots
from homebooru.domain.media import Facts
from homebooru.domain.taggers import ModelFolder
from homebooru.domain.tags import Category
from homebooru.domain.upkeep.backups import Backup, BackupKind
from homebooru.errors import HomeBooruError, NotFound
from homebooru.files.scan import DiskWalker
from homebooru.files.secrets import installation_secret
from homebooru.files.space import check_free_space, storage_fault
from homebooru.files.thumbs import ThumbStore, keep_thumbnails
from homebooru.files.trash import DiskTrash
from homebooru.files.xmp.writing import DiskSidecars
from homebooru.inference.asking import Options
from homebooru.inference.catalog import choose_weights, find_models, find_weights
from homebooru.inference.clip.catalog import find_clips
from homebooru.inference.clip.process import ClipProcess
from homebooru.inference.process import Patience
from homebooru.inference.shelf import Shelf
from homebooru.inference.tagger import TaggerEmbedder, TaggerProcess
from homebooru.phrases import phrase
from homebooru.search.finding import PLAIN, Finder
from homebooru.services.immich import connecting
from homebooru.services.immich.checking import Checked, check
from homebooru.services.immich.storing import Household
from homebooru.services.lookups.digests import ByDigest
from homebooru.services.lookups.enabling import enabled_sources, enabled_taggers, keep_sources
from homebooru.services.lookups.keys import KeyRing
from homebooru.services.lookups.likeness import ByLikeness
from homebooru.services.lookups.switching import Credentials, entered
from homebooru.services.lookups.turns import Turns
from homebooru.settings import Settings, SiteSettings, load_settings
from homebooru.settings.folders import (
    BACKUPS,
    backups_folder,
    make_data_folder,
    private_folder,
    thumbnails_folder,
)
from homebooru.sites import SITES, Family, Site

if TYPE_CHECKING:
    from homebooru.files.alike.comparing import ThumbComparer
    from homebooru.files.alike.traits import HeadReader
    from homebooru.files.frames import FramePool
    from homebooru.files.previews import ThumbPreviews
    from homebooru.files.reader import PooledReader
    from homebooru.http.client import JsonClient
    from homebooru.http.fetching import Service
    from homebooru.ports import Embedder, Sight, Source, Tagger, TagLists
    from homebooru.ports.immich import ImmichUser
    from homebooru.services.outgoing.aiming import Places

PATIENT = 30  # seconds that reading a picture may take while somebody waits for it
LOOKING = threading.Lock()
LOADING = 300.0  # seconds: whoever is asked for a model may have to fetch it first


@dataclass(frozen=True, slots=True, kw_only=True)
class Deps:
    """What pages, jobs and commands work with."""

    settings: Settings
    engine: sa.Engine
    sessions: Sessions
    thumbs: ThumbStore
    walker: DiskWalker
    finder: Finder = PLAIN
    trash: DiskTrash = DiskTrash()
    sidecars: DiskSidecars = DiskSidecars()
    models: Shelf[TaggerProcess] = field(default_factory=Shelf)
    clips: Shelf[ClipProcess] = field(default_factory=Shelf)
    embedded: EmbeddedPostgres | None = None

    def open_reader(self) -> PooledReader:
        """Return a reader of files with its own child processes; the caller closes it."""
        from homebooru.files.reader import PooledReader  # noqa: PLC0415 (decoders are slow to load)

        settings = self.settings
        return PooledReader(
            processes=settings.processes,
            seconds=settings.picture_seconds,
            memory_mb=settings.picture_memory,
            megapixels=settings.picture_megapixels,
            thumbs=self.thumbs,
            foreign_tags=settings.foreign_tags,
        )

    def look_at(self, file: Path) -> Sight:
        """Return what a picture is that nobody keeps; raises Unreadable.

        A child reads it, under limits, like any other: one at a time, since somebody waits.
        """
        from homebooru.files.reader import PooledReader  # noqa: PLC0415 (decoders are slow to load)

        settings = self.settings
        seconds = min(settings.picture_seconds, PATIENT)
        with LOOKING:
            reader = PooledReader(
                processes=1,
                seconds=seconds,
                memory_mb=settings.picture_memory,
                megapixels=settings.picture_megapixels,
                thumbs=self.thumbs,
                foreign_tags=(),
            )
            with closing(reader):
                return reader.look_at(os.fsencode(file)).result()

    def fetch_picture(self, address: str, into: IO[bytes]) -> None:
        """Write the picture at an address that somebody gave into a file.

        Raises InvalidInput where it may not be asked, NoPicture, TooLarge, and RemoteErrors.
        """
        from homebooru.http.addresses import Rules  # noqa: PLC0415 (requests is slow to load)
        from homebooru.http.strangers import Strangers  # noqa: PLC0415
        from homebooru.imaging.sniffing import sniff  # noqa: PLC0415

        rules = Rules(self.settings.picture_hosts, frozenset(self.settings.picture_ports))
        Strangers(rules).fetch(address, into, sniff)

    def taggers(self) -> list[Tagger]:
        """Return the taggers that lie in the folder of models, and may be used."""
        settings, enabled = self.settings, enabled_taggers(self.sessions)
        chosen = choose_weights(settings.models, settings.taggers)
        there = self._opened_taggers()
        return [one for one in there if one.weights in chosen and one.name in enabled]

    def _opened_taggers(self) -> list[TaggerProcess]:
        """Return all taggers that are there, whatever each is used for."""
        there = {
            f"{weights.version()} {weights.name}": partial(
                TaggerProcess,
                weights,
                self._options,
                self._patience,
                at_once=self.settings.tagger_batch,
            )
            for weights in find_weights(self.settings.models)
        }
        return self.models.take(there)

    def previews(self) -> ThumbPreviews:
        """Return what makes the small pictures that models and others see."""
        from homebooru.files.previews import ThumbPreviews  # noqa: PLC0415 (Pillow is slow to load)

        return ThumbPreviews(self.thumbs)

    def comparer(self) -> ThumbComparer:
        """Return what compares pictures by their thumbnails."""
        from homebooru.files.alike.comparing import ThumbComparer  # noqa: PLC0415 (Pillow is slow to load)

        return ThumbComparer(self.thumbs)

    def traits(self) -> HeadReader:
        """Return what reads of files how they were made."""
        from homebooru.files.alike.traits import HeadReader  # noqa: PLC0415 (Pillow is slow to load)

        return HeadReader()

    def embedders(self) -> list[Embedder]:
        """Return the models that can describe posts: CLIP's and taggers that are there, and Immich's."""
        there = {
            clip.version(): partial(ClipProcess, clip, self._options, self._patience)
            for clip in find_clips(self.settings.models)
        }
        taggers = [one for one in self._opened_taggers() if one.weights.describes_by]
        return [*self.clips.take(there), *map(TaggerEmbedder, taggers), *self._immich_ml()]

    def _immich_ml(self) -> Iterator[Embedder]:
        from homebooru.http.client import JsonClient  # noqa: PLC0415 (requests is slow to load)
        from homebooru.http.fetching import Limits, Service  # noqa: PLC0415
        from homebooru.sources.immich_ml import ImmichMl  # noqa: PLC0415

        if url := self.settings.immich_ml_url:
            service = Service(
                name="immich_ml", label="Immich's machine learning", url=url, pace=timedelta(0)
            )
            limits = Limits(read=LOADING, whole=2 * LOADING)
            turns = Turns(self.sessions)
            yield ImmichMl(
                self.settings.immich_ml_model, partial(JsonClient, service, turns, limits)
            )

    @property
    def _options(self) -> Options:
        settings = self.settings
        return Options(settings.tagger_device, settings.tagger_threads, settings.tagger_floor)

    @property
    def _patience(self) -> Patience:
        return Patience(self.settings.tagger_seconds, self.settings.tagger_idle)

    def model_folders(self) -> list[ModelFolder]:
        """Return what lies in the folder of models, and what keeps it from being used."""
        return find_models(self.settings.models, self.settings.taggers)

    def open_framer(self) -> FramePool:
        """Return what reads pictures for models in child processes; the caller closes it."""
        from homebooru.files.frames import FramePool  # noqa: PLC0415 (decoders are slow to load)

        return FramePool(
            processes=self.settings.processes,
            seconds=self.settings.picture_seconds,
            memory_mb=self.settings.picture_memory,
            megapixels=self.settings.picture_megapixels,
        )

    @contextmanager
    def sources(self, names: Collection[str] | None = None) -> Iterator[list[Source]]:
        """Let sources be asked over the network, each by a thread of its own; else the enabled ones."""
        from homebooru.http.client import JsonClient  # noqa: PLC0415 (requests is slow to load)

        with ExitStack() as leaving:
            opened: list[Source] = []
            keyed = entered(self.sessions, self.key_ring)
            for name in enabled_sources(self.sessions) if names is None else names:
                service = _service(SITES[name], self.settings, keyed.get(name))
                client = JsonClient(service, self._turns)
                leaving.callback(client.close)
                opened.append(self._source(SITES[name], client))
            yield opened

    @property
    def _turns(self) -> Turns:
        return Turns(self.sessions, back_off=self.settings.back_off)

    def _source(self, site: Site, client: JsonClient) -> Source:
        from homebooru.sources.registry import open_booru, open_search  # noqa: PLC0415

        if site.is_booru:
            return ByDigest(open_booru(site.family, client, self._categories))
        search = open_search(site.family, client)
        return ByLikeness(search, self.previews(), self.sessions)

    def _categories(self, names: Collection[str]) -> Mapping[str, Category]:
        with self.sessions.begin() as session:
            return known_categories(session, names)

    @property
    def immich_address(self) -> str | None:
        """Return where the household's Immich is, None where nobody said."""
        return connecting.address(self.sessions, self.settings.immich_url)

    def check_immich(self, address: str, key: str) -> Checked:
        """Ask an Immich what it is, and what a key may do there, while somebody waits."""
        from homebooru.immich.user import greet_user  # noqa: PLC0415 (requests is slow to load)

        with closing(greet_user(read_address(address), key)) as user:
            return check(user)

    def ask_immich(self, key: str) -> Checked:
        """Ask the household's Immich what a key may do. Raises NotFound where there is none."""
        if (url := self.immich_address) is None:
            raise NotFound(phrase("Nobody said yet where your Immich is."))
        return self.check_immich(url, key)

    @contextmanager
    def immich(self) -> Iterator[Mapping[UUID, ImmichUser]]:
        """Let the household's Immich be asked for each of its users; for none where there is none.

        Raises a RemoteError where a key in the settings is new and cannot be checked.
        """
        from homebooru.immich.user import open_user  # noqa: PLC0415 (requests is slow to load)

        with ExitStack() as leaving:
            users: dict[UUID, ImmichUser] = {}
            if (url := self.immich_address) is not None:
                given = self.settings.immich_api_key
                keys = connecting.opened(self.sessions, self.key_ring, given, self.ask_immich)
                for one in keys:
                    user = open_user(read_address(url), one.key)
                    leaving.callback(user.close)
                    users[one.owner_id] = user
            yield users

    def immich_places(self) -> Places:
        """Return what tells where files lie here that Immich calls by paths of its own."""
        with self.sessions() as session:
            folders = root_paths(session)
        return Roots(folders, self.settings.immich_path_map).place

    @contextmanager
    def thumbnail_maker(self) -> Iterator[Callable[[bytes], tuple[bytes, Facts]]]:
        """Let thumbnails be made of pictures that others show us."""
        with closing(self.open_reader()) as reader:
            yield partial(keep_thumbnails, reader)

    def household(self, owner_id: UUID) -> Household:
        """Return what it takes to understand a user's assets."""
        with self.sessions() as session:
            roots = Roots(root_paths(session), self.settings.immich_path_map)
        return Household(owner_id, roots, self.settings.foreign_tags)

    @property
    def index_file(self) -> Path:
        """Return where the index of searches is kept between starts."""
        return private_folder(self.settings, "index") / "posts.npz"

    @contextmanager
    def tag_lists(self, name: str) -> Iterator[TagLists]:
        """Let a site be asked what its tags mean."""
        from homebooru.http.client import JsonClient  # noqa: PLC0415 (requests is slow to load)
        from homebooru.sources.lists import HttpLists  # noqa: PLC0415

        keyed = entered(self.sessions, self.key_ring).get(name)
        service = _service(SITES[name], self.settings, keyed)
        with closing(JsonClient(service, self._turns)) as client:
            yield HttpLists(client)

    @property
    def keyed_sites(self) -> frozenset[str]:
        """Return the sources that have a key in the settings."""
        return frozenset(name for name, own in self.settings.sites.items() if own.api_key)

    @property
    def key_ring(self) -> KeyRing:
        """Return what keys are sealed with that people enter on a page."""
        make_data_folder(self.settings)
        return KeyRing(installation_secret(private_folder(self.settings, "secrets") / "keys"))

    @property
    def ticket_secret(self) -> bytes:
        """Return what the addresses of files are sealed with that need no login."""
        make_data_folder(self.settings)
        return installation_secret(private_folder(self.settings, "secrets") / "tickets")

    def with_index(self, name: str) -> Deps:
        """Return the same with an index for searches, begun from its file if there is one.

        No connection is open afterwards and no thread runs, so that a process may fork.
        """
        from homebooru.search.index.live import LiveIndex  # noqa: PLC0415 (numpy is slow to load)

        index = LiveIndex(make_sessions(unbounded(self.engine)), name, self.index_file)
        index.begin()
        self.engine.dispose()
        return replace(self, finder=index)

    def free_space(self) -> None:
        """Raise DiskFull where there is too little room to go on."""
        check_free_space(self.settings.data, self.settings.minimum_free)

    def storage_fault(self) -> HomeBooruError | None:
        """Return what keeps our own database from writing, None where nothing does."""
        return None if self.embedded is None else storage_fault(self.settings.data)

    def backups(self) -> list[Backup]:
        """Return the backups that lie in their folder, the newest first."""
        return list_backups(self.settings.data / BACKUPS)

    def keep_backup(self, kind: BackupKind, kept: int | None = None) -> Backup:
        """Make a backup in their folder, and let so many of its kind stay; else all of them.

        Raises DiskFull and DatabaseUnusable, and OSError where the folder cannot be written to.
        """
        self.free_space()
        return back_up_into(self.engine, backups_folder(self.settings), kind, kept=kept)

    def tidy_files(self) -> None:
        """Remove what killed writers left, and turn over the log of the embedded database."""
        self.thumbs.sweep()
        sweep_backups(self.settings.data / BACKUPS)
        if self.embedded is not None:
            self.embedded.turn_log()

    def close(self) -> None:
        """Let go of the database; the last one to do so stops the embedded one."""
        self.models.close()
        self.clips.close()
        self.engine.dispose()
        if self.embedded is not None:
            self.embedded.release()


def connect(
    settings: Settings | None = None, *, backup: bool = True, in_gallery: bool = False
) -> Deps:
    """Return what everything works with, once the database runs and is up to date.

    No connection is open afterwards, so that a process may fork and go on using it. Raises
    DatabaseUnusable where a gallery that works with older tables runs, unless we are part of it.
    """
    deps = find_database(settings or load_settings())
    try:
        check_server(deps.engine)
        upgrade(
            deps.engine,
            backups=backups_folder(deps.settings) if backup else None,
            gallery=None if in_gallery else partial(running_gallery, deps.settings.data),
        )
        named = deps.settings.sources if "sources" in deps.settings.given else None
        there = choose_weights(deps.settings.models, deps.settings.taggers)
        keep_sources(deps.sessions, named, {weights.family.source for weights in there})
        deps.engine.dispose()
    except BaseException:
        deps.close()
        raise
    return deps


def find_database(settings: Settings) -> Deps:
    """Return what everything works with, whatever the state of the database's tables."""
    make_data_folder(settings)
    embedded = embedded_database(settings)
    if embedded is None:
        assert settings.database_url is not None
        url = settings.database_url
    else:
        url = embedded.start()
        atexit.register(embedded.release)
    engine = make_engine(url)
    return Deps(
        settings=settings,
        engine=engine,
        sessions=make_sessions(engine),
        thumbs=ThumbStore(thumbnails_folder(settings)),
        walker=DiskWalker(settings.skip, never=[settings.data]),
        embedded=embedded,
    )


def embedded_database(settings: Settings) -> EmbeddedPostgres | None:
    """Return the database that is ours to run; None where another one is to be used."""
    return None if settings.database_url else EmbeddedPostgres(settings.data / "database")


def _service(site: Site, settings: Settings, entered: Credentials | None) -> Service:
    """Return how a source is asked; without a contact it is told the user there, if there is one.

    A key in the settings goes before one that was `entered` on a page.
    """
    from homebooru.http.fetching import Service  # noqa: PLC0415 (requests is slow to load)

    own = settings.sites[site.name]
    if entered is not None and own.api_key is None:
        own = replace(own, user=entered.user, api_key=entered.key)
    in_address = site.family in (Family.GELBOORU, Family.SAUCENAO)
    auth = (own.user, own.api_key) if own.user and own.api_key else None
    keys = {"user_id": own.user, "api_key": own.api_key}
    return Service(
        name=site.name,
        label=site.label,
        url=own.url,
        pace=timedelta(seconds=own.pace),
        contact=settings.contact or _user_there(site, own),
        auth=None if in_address else auth,
        secrets={name: key for name, key in keys.items() if in_address and key},
    )


def _user_there(site: Site, own: SiteSettings) -> str | None:
    return f"by {own.user} on {site.label}" if own.user else None
