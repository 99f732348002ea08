"""A house in which something of each kind is: what pages show when they show anything at all."""

from __future__ import annotations

import io
from pathlib import Path
from tempfile import NamedTemporaryFile

import sqlalchemy as sa

from homebooru.db.tables import AskedPictureRow, DuplicatePairRow
from homebooru.domain.accounts import OWNER_ID
from homebooru.domain.duplicates.deciding import Choice
from homebooru.domain.editing.words import Hand
from homebooru.domain.ratings import Rating
from homebooru.domain.said import Said
from homebooru.domain.scope import Scope
from homebooru.services.alike import asked
from homebooru.services.duplicates.deciding import Wish, decide
from homebooru.services.editing.batches import edit_posts
from homebooru.services.keeping.pools import add_pool
from homebooru.services.keeping.searches import save_search
from homebooru.services.lookups.enabling import keep_sources
from homebooru.services.review.measuring import measure
from homebooru.services.tags.bringing import Label, bring_list, lists_due
from homebooru.services.tags.claiming import keep_claims
from homebooru.services.tags.vocabulary import add_alias
from homebooru.services.trash.moving import move_due
from homebooru.services.trash.showing import throw_away
from tests import corpus
from tests.factories import said_tags
from tests.integration.services.conftest import Quiet

TAGS = "1girl cat character:tom copyright:some_series artist:somebody meta:highres lore:twins"


ASKED = "0" * 32  # the key of a picture that is searched with


def _ask(house):
    with NamedTemporaryFile() as file:
        file.write(corpus.png(480, 320, seed=1))
        file.flush()
        asked.keep(house.deps.sessions, house.deps.look_at(Path(file.name)), OWNER_ID, ())
    with house.deps.sessions.begin() as session:
        session.execute(sa.update(AskedPictureRow).values(key=ASKED))


def furnish(house):
    """Put pictures, words and decisions into a house, and return it."""
    general = {"tags": TAGS, "rating": Rating.GENERAL, "width": 480, "height": 320}
    house.add("picture.png", corpus.png(480, 320, seed=1), folder="trip", **general)
    _ask(house)
    house.add("broken.jpg", b"broken", state="unreadable", state_reason="It is cut short.")
    house.add("waits.jpg", b"waits", state="pending", thumbnails=False)
    add_pool(house.deps.sessions, "A day out", Scope(), posts=[1, 2])
    add_alias(house.deps.sessions, "kitty", "cat")
    thrown = house.add("thrown.png", corpus.png(seed=4), tags="dog", rating=Rating.GENERAL)
    throw_away(house.deps.sessions, thrown, Scope(), Hand(account_id=OWNER_ID))
    edit_posts(house.deps.sessions, [3], "cat", Scope(), Hand(account_id=OWNER_ID))
    move_due(house.deps.sessions, house.deps.trash, house.deps.thumbs, Quiet())
    save_search(house.deps.sessions, OWNER_ID, "My cats", "cat -dog", Scope(account=OWNER_ID))
    _doubt(house)
    twin = house.add("twin.png", corpus.png(480, 320, seed=6), **general)
    with house.deps.sessions.begin() as session:
        for other, kind in ((thrown, "copy"), (twin, "copy")):
            pair = {"one_id": 1, "other_id": other, "kind": kind, "difference": 1, "share": 0}
            session.add(DuplicatePairRow(**pair))
    apart = Wish(one_id=1, other_id=thrown, choice=Choice.UNRELATED)
    decide(house.deps.sessions, apart, Scope(), Hand(account_id=OWNER_ID))
    _bring(house)
    keep_sources(house.deps.sessions, None)
    return house


def _bring(house):
    """Bring two lists of tags, of which one was looked through."""
    for _ in range(2):
        lists_due(house.deps.sessions, Quiet())
        file = io.BytesIO(b"kitty,cat\npup,dog\ncat,cat\n")
        bring_list(house.deps.sessions, file, Label("aliases.csv"), Hand(account_id=OWNER_ID))


def _doubt(house):
    """Let a model guess, a booru differ from it, and measure how good it is."""
    foxes = {
        (2, "camie"): Said(tags=said_tags("fox"), confidences=(0.4,)),
        (1, "camie"): Said(tags=said_tags("fox"), confidences=(0.9,)),
        (1, "danbooru"): Said(tags=said_tags("cat")),
    }
    with house.deps.sessions.begin() as session:
        keep_claims(session, foxes)
    measure(house.deps.sessions, Quiet())
