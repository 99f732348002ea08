"""What an admin allows others to be asked about: folders, and of Immich albums and libraries."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from homebooru.db.engine import Sessions
from homebooru.db.queries.lookups import asked, permitted
from homebooru.db.queries.posts import lock_intake
from homebooru.db.queries.roots import find_root
from homebooru.db.queue import Work, wake
from homebooru.errors import InvalidInput, NotFound
from homebooru.phrases import phrase
from homebooru.services.immich.pictures import read_permitted

WISHES = ("unsaid", "on", "off")


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder of the library, and whether others may be asked about it; `unsaid`: but for Immich."""

    id: int
    name: str
    lookups: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """An album, an external library, or what a user uploaded: `name` is None where it has none."""

    remote_id: UUID
    name: str | None
    pictures: int
    is_opted_in: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Permissions:
    """What others may be asked about."""

    folders: tuple[Folder, ...]
    albums: tuple[Part, ...]
    libraries: tuple[Part, ...]
    uploads: tuple[Part, ...]

    @property
    def knows_immich(self) -> bool:
        return bool(self.albums or self.libraries or self.uploads)


def permissions(sessions: Sessions) -> Permissions:
    """Return what others may be asked about."""
    with sessions.begin() as session:
        names = permitted.user_names(session)
        parts = [
            (
                is_external,
                Part(remote_id=one, name=names.get(one), pictures=count, is_opted_in=opted),
            )
            for one, is_external, count, opted in permitted.libraries(session)
        ]
        return Permissions(
            folders=tuple(
                Folder(id=one, name=name, lookups=lookups)
                for one, name, lookups in permitted.folders(session)
            ),
            albums=tuple(
                Part(remote_id=one, name=name, pictures=count, is_opted_in=opted)
                for one, name, count, opted in permitted.albums(session)
            ),
            libraries=tuple(part for is_external, part in parts if is_external),
            uploads=tuple(part for is_external, part in parts if not is_external),
        )


def permit(
    sessions: Sessions, folders: Mapping[int, str], immich: Collection[UUID] | None = None
) -> None:
    """Say of folders whether others may be asked about what lies in them.

    And about which albums and libraries of Immich, and about no others of it; None: as before.
    Raises NotFound and InvalidInput.
    """
    if wrong := set(folders.values()).difference(WISHES):
        raise InvalidInput(
            phrase(
                "Say one of {choices}, not {wrong!r}.",
                choices=", ".join(WISHES),
                wrong=str(min(wrong))[:20],
            )
        )
    with sessions.begin() as session:
        lock_intake(session)
        for root_id, wish in folders.items():
            root = find_root(session, root_id)
            if root is None:
                raise NotFound(phrase("There is no such folder in the library."))
            root.lookups = wish
        if immich is not None:
            permitted.opt_in(session, immich)
        session.flush()
        read_permitted(session)
        asked.list_anew(session, asked.enabled(session))
        wake(session, Work.LOOKUPS)
        wake(session, Work.TAGGING)
