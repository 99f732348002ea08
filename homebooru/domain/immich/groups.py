"""What assets of Immich belong to: tags, albums, people, stacks, libraries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class RemoteTag:
    """A tag of Immich's; its value is the whole path, from the root on."""

    id: UUID
    value: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whose face was found; the name is empty until somebody gives one."""

    id: UUID
    name: str
    is_hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Album:
    """An album; when its assets changed last moves only where some are in it.

    Taking an asset out moves `count` alone.
    """

    id: UUID
    name: str
    owner_id: UUID | None
    count: int
    updated_at: datetime
    assets_changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stack:
    """Assets that are shown as one."""

    id: UUID
    primary_id: UUID
    asset_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Library:
    """Folders of the server's disk that Immich reads where they are."""

    id: UUID
    name: str
    owner_id: UUID
    folders: tuple[str, ...]
