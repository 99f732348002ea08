"""What the server knows: users and their keys, assets, tags, albums, people, stacks, libraries."""

from __future__ import annotations

import base64
import hashlib
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from tests.fakes.immich.clock import Clock, Jobs
from tests.fakes.immich.disk import Disk

FIRST_DAY = datetime(2020, 1, 1, 12, tzinfo=UTC)


class Refused(Exception):
    """An answer that is an error: its status, its message, and for v3 what is wrong where."""

    def __init__(self, status, message, *, where=None):
        super().__init__(message)
        self.status = status
        self.message = message
        self.where = where


@dataclass(slots=True, eq=False)
class User:
    id: str
    name: str
    is_admin: bool
    partners: set = field(default_factory=set)  # ids of users who share with this one


@dataclass(slots=True, eq=False)
class Key:
    """An API key; permissions may be changed while it is in use."""

    text: str
    user: User
    permissions: set
    id: str


@dataclass(slots=True, eq=False)
class Asset:
    """An asset as the database has it; `media` are the fields that lie in the file itself."""

    id: str
    owner: User
    library: Library | None
    path: str
    checksum: str
    taken: datetime
    local: datetime
    updated: datetime
    created: datetime
    content: bytes | None = None
    media: dict = field(default_factory=dict)
    tags: set = field(default_factory=set)
    people: list = field(default_factory=list)
    albums: set = field(default_factory=set)
    visibility: str = "timeline"
    favourite: bool = False
    trashed: bool = False
    offline: bool = False
    deleted: bool = False
    extracted: bool = True
    sidecar: str | None = None
    description: str = ""
    stars: int | None = None
    stack: Stack | None = None
    video_ms: int | None = None
    size: tuple = (640, 480)
    duplicate: str | None = None
    thumbnail: bytes | None = None
    file: Path | None = None  # where the picture really lies, if it does not lie in memory

    @property
    def name(self):
        return self.path.rpartition("/")[2]

    @property
    def bytes_there(self):
        if self.file is not None:
            return self.file.stat().st_size
        return len(self.content) if self.content else 66_275

    @property
    def bytes(self):
        return self.content if self.file is None else self.file.read_bytes()


@dataclass(slots=True, eq=False)
class Tag:
    id: str
    owner: User
    value: str
    parent: Tag | None
    created: datetime
    updated: datetime


@dataclass(slots=True, eq=False)
class Album:
    id: str
    name: str
    owner: User
    created: datetime
    updated: datetime
    shared_with: list = field(default_factory=list)
    assets: dict = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Person:
    id: str
    owner: User
    name: str
    hidden: bool
    updated: datetime


@dataclass(slots=True, eq=False)
class Stack:
    id: str
    owner: User
    assets: list


@dataclass(slots=True, eq=False)
class Library:
    id: str
    name: str
    owner: User
    folder: str


class World:
    """All that there is, and the ways in which tests put it there."""

    def __init__(self, seed=0):
        self.clock = Clock()
        self.jobs = Jobs()
        self.disk = Disk()
        self._chance = random.Random(seed)
        self.users, self.keys, self.assets, self.tags = {}, {}, {}, {}
        self.albums, self.people, self.stacks, self.libraries = {}, {}, {}, {}
        self.revision = 0
        self._by_value = {}

    def new_id(self):
        return str(UUID(int=self._chance.getrandbits(128), version=4))

    def add_user(self, name="Anna", *, admin=False):
        user = User(self.new_id(), name, admin)
        self.users[user.id] = user
        return user

    def add_key(self, user, permissions=("all",)):
        text = base64.b64encode(self._chance.randbytes(32)).decode().rstrip("=")
        key = Key(text.replace("/", "x").replace("+", "y"), user, set(permissions), self.new_id())
        self.keys[key.text] = key
        return key

    def add_library(self, owner, folder, name="Pictures"):
        library = Library(self.new_id(), name, owner, folder.rstrip("/"))
        self.libraries[library.id] = library
        return library

    def add_asset(
        self,
        owner,
        *,
        name=None,
        library=None,
        path=None,
        content=None,
        taken=None,
        tags=(),
        people=(),
        media=None,
        description="",
        stars=None,
        **more,
    ):
        """Put an asset there, its tags in the file itself as other programs write them."""
        number = len(self.assets)
        asset_id, name = self.new_id(), name or f"picture {number}.jpg"
        if path is None:
            path = f"{library.folder}/{name}" if library else f"/upload/{owner.id}/{asset_id}.jpg"
        moment = taken or FIRST_DAY + timedelta(minutes=90 * number)
        now = self.clock.now()
        asset = Asset(
            asset_id,
            owner,
            library,
            path,
            checksum_of(path, library, content, asset_id),
            moment,
            moment,
            now,
            now,
            content=content,
            media=media or {},
            people=list(people),
            description=description,
            stars=stars,
            **more,
        )
        if tags:
            asset.media["TagsList"] = list(tags)
            asset.tags = {self.upsert_tag(owner, value) for value in tags}
        if description:
            asset.media["Description"] = description
        if stars:
            asset.media["Rating"] = str(stars)
        self.assets[asset_id] = asset
        self.revision += 1
        return asset

    def touch(self, asset):
        """Say that an asset was changed just now."""
        asset.updated = self.clock.now()
        self.revision += 1

    def upsert_tag(self, owner, value):
        """Return the tag of a path, made with its parents if it is not there."""
        parent = None
        parts = value.split("/")
        for end in range(1, len(parts) + 1):
            path = "/".join(parts[:end])
            tag = self._by_value.get((owner.id, path))
            if tag is None:
                now = self.clock.now()
                tag = Tag(self.new_id(), owner, path, parent, now, now)
                self.tags[tag.id] = self._by_value[owner.id, path] = tag
            parent = tag
        return parent

    def delete_tag(self, tag):
        """Delete a tag and those below it; no file hears of it, and no asset moves."""
        for one in [one for one in self.tags.values() if is_below(one, tag)]:
            del self.tags[one.id]
            del self._by_value[one.owner.id, one.value]
            for asset in self.assets.values():
                asset.tags.discard(one)

    def add_album(self, owner, name="Holiday", assets=()):
        now = self.clock.now()
        album = Album(self.new_id(), name, owner, now, now)
        self.albums[album.id] = album
        self.put_into(album, assets)
        return album

    def put_into(self, album, assets):
        """Put assets into an album, which tells of it but they do not."""
        for asset in assets:
            album.assets[asset.id] = asset
            asset.albums.add(album.id)
        album.updated = self.clock.now()
        self.revision += 1

    def take_out(self, album, assets):
        """Take assets out of an album; its `updatedAt` does not move."""
        for asset in assets:
            album.assets.pop(asset.id, None)
            asset.albums.discard(album.id)
        self.revision += 1

    def add_person(self, owner, name="", *, hidden=False):
        person = Person(self.new_id(), owner, name, hidden, self.clock.now())
        self.people[person.id] = person
        return person

    def rename_person(self, person, name):
        """Name somebody, which no asset tells."""
        person.name, person.updated = name, self.clock.now()

    def merge_people(self, kept, gone):
        """Let one person be another; no asset moves."""
        for asset in self.assets.values():
            if gone in asset.people:
                others = [one for one in asset.people if one not in (gone, kept)]
                asset.people = [*others, kept]
        self.people.pop(gone.id, None)

    def add_stack(self, assets):
        stack = Stack(self.new_id(), assets[0].owner, list(assets))
        self.stacks[stack.id] = stack
        for asset in assets:
            asset.stack = stack
            self.touch(asset)
        return stack

    def remove_stack(self, stack):
        del self.stacks[stack.id]
        for asset in stack.assets:
            asset.stack = None
            self.touch(asset)

    def change(self, asset, **values):
        """Let a person change fields that only the database has: favourite, visibility, trashed."""
        for name, value in values.items():
            setattr(asset, name, value)
        self.touch(asset)

    def remove(self, asset):
        """Delete an asset for good: its row is gone, and nothing tells of it."""
        asset.deleted = True
        del self.assets[asset.id]
        for album in self.albums.values():
            album.assets.pop(asset.id, None)
        self.revision += 1

    def take_offline(self, library):
        """Let the disk of a library be gone at the next scan: all of it is offline and trashed."""
        self._scan(library, gone=True)

    def bring_back(self, library):
        self._scan(library, gone=False)

    def _scan(self, library, *, gone):
        for asset in self.assets.values():
            if asset.library is library and asset.offline is not gone:
                self.change(asset, offline=gone, trashed=gone)

    def move_file(self, asset, name):
        """Move a file of a library: the old asset goes offline, a new one without tags comes."""
        self.change(asset, offline=True, trashed=True)
        folder = asset.path.rpartition("/")[0]
        return self.add_asset(
            asset.owner,
            library=asset.library,
            path=f"{folder}/{name}",
            content=asset.content,
            taken=asset.taken,
            media=dict(asset.media),
        )


def checksum_of(path, library, content, asset_id):
    """Return what Immich calls a checksum: of libraries it is that of the path."""
    if library is not None:
        said = f"path:{path}".encode()
    else:
        said = content if content is not None else asset_id.encode()
    return base64.b64encode(hashlib.sha1(said).digest()).decode()


def is_below(tag, root):
    """Tell whether a tag is another one, or below it."""
    while tag is not None:
        if tag is root:
            return True
        tag = tag.parent
    return False
