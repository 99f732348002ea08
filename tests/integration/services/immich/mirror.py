"""Somebody who mirrors a fake Immich, and compares both."""

from __future__ import annotations

import hashlib
from contextlib import closing, contextmanager
from uuid import UUID

import sqlalchemy as sa

from homebooru.db.queries.immich import mirrors
from homebooru.db.tables import (
    AlbumPostRow,
    AlbumRow,
    AssetRow,
    ClaimRow,
    LocationRow,
    MirrorRow,
    PersonRow,
    PostRow,
    RemoteTagRow,
    TagRow,
)
from homebooru.domain.immich.mapping import Roots
from homebooru.domain.media import Digests, Facts
from homebooru.immich.user import open_user
from homebooru.services.immich.mirroring import mirror
from homebooru.services.immich.pictures import fetch_due
from homebooru.services.immich.storing import Household

DETAIL = r"GET /api/assets/[0-9a-f-]{36}$"


def digests_of(content):
    return Digests(
        hashlib.sha256(content).digest(),
        hashlib.md5(content).digest(),
        hashlib.sha1(content).digest(),
        len(content),
    )


class Mirror:
    """Somebody who mirrors again and again, and looks whether both are the same."""

    def __init__(self, sessions, immich, progress):
        self.sessions, self.immich, self.progress = sessions, immich, progress
        self.home = Household(UUID(immich.user.id), Roots({}), ("autotag_*",))

    def sync(self, **wishes):
        """Mirror once more."""
        with closing(open_user(self.immich.url, self.immich.key.text)) as user:
            return mirror(self.sessions, user, self.home, self.progress, **wishes)

    def allow(self, *visibilities):
        with self.sessions.begin() as session:
            row = mirrors.mirror_of(session, self.home.owner_id)
            row.visibilities, row.watermark, row.settled = list(visibilities), None, None

    def all(self, *columns, where=None):
        with self.sessions() as session:
            return set(
                session.execute(
                    sa.select(*columns).where(sa.true() if where is None else where)
                ).all()
            )

    def here(self):
        """What is mirrored: each asset with all that belongs to it."""
        with self.sessions() as session:
            values = dict(
                session.execute(sa.select(RemoteTagRow.remote_id, RemoteTagRow.value)).all()
            )
            names = dict(session.execute(sa.select(PersonRow.remote_id, PersonRow.name)).all())
            return {
                str(row.remote_id): (
                    row.visibility,
                    row.is_favourite,
                    row.is_trashed,
                    row.stars,
                    row.description or "",
                    str(row.stack_id) if row.stack_id else None,
                    frozenset(values[tag] for tag in row.tag_ids),
                    frozenset((str(one), names[one]) for one in row.person_ids),
                )
                for row in session.scalars(sa.select(AssetRow))
            }

    def there(self, *visibilities):
        return {
            asset.id: (
                asset.visibility,
                asset.favourite,
                asset.trashed,
                asset.stars,
                asset.description,
                asset.stack.id if asset.stack else None,
                frozenset(tag.value for tag in asset.tags),
                frozenset((one.id, one.name) for one in asset.people),
            )
            for asset in self.immich.world.assets.values()
            if asset.owner is self.immich.user
            and asset.visibility in (visibilities or ("timeline", "archive"))
        }

    def is_same(self):
        return self.here() == self.there()

    def albums(self):
        rows = self.all(
            AlbumRow.name,
            AssetRow.remote_id,
            where=sa.and_(
                AlbumPostRow.album_id == AlbumRow.id, AlbumPostRow.post_id == AssetRow.post_id
            ),
        )
        return {(name, str(asset)) for name, asset in rows}

    def calls_since(self, count):
        return len(self.immich.asked) - count

    @contextmanager
    def opened(self):
        """Let Immich be asked for the user."""
        with closing(open_user(self.immich.url, self.immich.key.text)) as user:
            yield {self.home.owner_id: user}

    def fetch(self):
        """Fetch what waits, with thumbnails that nobody looks at."""
        return fetch_due(self.sessions, self.opened, keep_nothing, self.progress)

    def everything(self):
        """All that is known, in words that do not depend on when it came to be known."""
        tags = sa.select(sa.func.array_agg(TagRow.name)).where(
            TagRow.id == sa.any_(ClaimRow.tag_ids)
        )
        of_post = sa.and_(
            AssetRow.post_id == PostRow.id,
            LocationRow.asset_id == AssetRow.id,
            ClaimRow.post_id == PostRow.id,
        )
        posts = self.all(
            AssetRow.remote_id,
            PostRow.state,
            PostRow.sha256,
            PostRow.missing_since.is_(None),
            LocationRow.name,
            ClaimRow.source,
            ClaimRow.stars,
            ClaimRow.description,
            sa.func.array_to_string(tags.scalar_subquery(), " "),
            where=of_post,
        )
        marks = self.all(MirrorRow.watermark, MirrorRow.census_due, MirrorRow.brake)
        counts = self.all(sa.select(sa.func.count(PostRow.id)).scalar_subquery())
        return self.here(), self.albums(), posts, marks, counts


def keep_nothing(_):
    """Take a picture for seen."""
    return b"key", Facts(mime="image/webp", width=4, height=3)
