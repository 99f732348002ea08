"""A household in which Immich follows what is thrown away here."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from homebooru.db.queries.immich import mirrors
from homebooru.db.tables import AssetRow, AssetWishRow
from homebooru.domain.editing.words import Hand
from homebooru.domain.scope import EVERYTHING
from homebooru.services.immich.fulfilling import fulfil_due
from homebooru.services.trash.showing import restore, throw_away
from tests.integration.services.immich.mirror import Mirror

ME = Hand(account_id=1)


class House(Mirror):
    """A mirror of which the trash is followed."""

    places = staticmethod({}.get)

    def begin(self, number=3, **more):
        """Mirror some assets; return them, and their posts."""
        some = [self.immich.world.add_asset(self.immich.user, **more) for _ in range(number)]
        self.sync()
        with self.sessions.begin() as session:
            mirrors.mirror_of(session, self.home.owner_id).takes_trash = True
        shown = dict(self.all(AssetRow.remote_id, AssetRow.post_id))
        return some, [shown[UUID(one.id)] for one in some]

    def throw(self, *post_ids):
        for one in post_ids:
            throw_away(self.sessions, one, EVERYTHING, ME)

    def restore(self, *post_ids):
        for one in post_ids:
            restore(self.sessions, one, EVERYTHING, ME)

    def follow(self):
        with self.opened() as users:
            return fulfil_due(
                self.sessions, users, self.progress, places=self.places, pause=lambda _: None
            )

    def hurry(self):
        with self.sessions.begin() as session:
            session.execute(sa.update(AssetWishRow).values(due=sa.func.now(), claimed_by=None))

    def states(self):
        wish = AssetWishRow
        return self.all(wish.thing, wish.wanted, wish.state)
