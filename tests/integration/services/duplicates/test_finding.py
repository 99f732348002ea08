"""Posts find their copies and variants, whoever comes first and whoever dies meanwhile."""

from __future__ import annotations

import random

import pytest
import sqlalchemy as sa
from PIL import ImageOps

from homebooru.db.tables import DuplicateOrderRow, DuplicatePairRow
from homebooru.domain.duplicates.kinds import Kind as Kin
from homebooru.domain.ratings import Rating
from homebooru.domain.scope import EVERYTHING, Scope
from homebooru.errors import NotFound
from homebooru.imaging.sniffing import Kind
from homebooru.services.duplicates.finding import find_due
from homebooru.services.duplicates.showing import same_picture
from tests.unit.imaging.test_comparing import painting, with_text


def told(sessions, post, scope=EVERYTHING):
    return {one.post.id: one.kind for one in same_picture(sessions, post, scope)}


def all_pairs(sessions):
    with sessions() as session:
        rows = session.scalars(sa.select(DuplicatePairRow))
        return {(row.one_id, row.other_id): row.kind for row in rows}


def test_copies_are_one_group_and_variants_stand_beside_it(sessions, gallery, quiet):
    first = gallery.add(painting(1))
    strangers = [gallery.add(painting(seed)) for seed in (2, 3)]
    find_due(sessions, gallery.comparer, quiet)
    assert all_pairs(sessions) == {}
    noted = gallery.add(painting(1), Kind.PNG, name="noted.png")
    small = gallery.add(painting(1).resize((240, 160)), Kind.JPEG, quality=60)
    spoken = gallery.add(with_text(painting(1)))
    mirrored = gallery.add(ImageOps.mirror(painting(1)), rating=Rating.EXPLICIT)
    find_due(sessions, gallery.comparer, quiet)
    assert told(sessions, first) == {
        noted: Kin.COPY,
        small: Kin.COPY,
        spoken: Kin.RETOUCHED,
        mirrored: Kin.MIRRORED,
    }
    assert all_pairs(sessions)[first, noted] == Kin.PIXELS
    assert told(sessions, strangers[0]) == {}
    modest = Scope(ceiling=Rating.GENERAL, unrated_as=Rating.GENERAL)
    assert mirrored not in told(sessions, first, modest)
    with pytest.raises(NotFound):
        same_picture(sessions, mirrored, modest)


class Dying:
    """Compares until it is killed, again and again."""

    def __init__(self, comparer, chance):
        self.comparer, self.chance = comparer, chance

    def fingerprint(self, key):
        if self.chance.random() < 0.02:
            raise KeyboardInterrupt
        return self.comparer.fingerprint(key)

    def compare(self, one, other):
        if self.chance.random() < 0.4:
            raise KeyboardInterrupt
        return self.comparer.compare(one, other)


def test_the_end_is_the_same_however_often_the_work_is_killed_or_done_twice(
    sessions, gallery, quiet
):
    posts = [gallery.add(painting(seed // 3), name=f"copy {seed}.png") for seed in range(3, 12)]
    posts += [gallery.add(painting(seed).resize((300, 200)), Kind.WEBP) for seed in (1, 2)]
    dying = Dying(gallery.comparer, random.Random(4))
    for _ in range(60):
        try:
            find_due(sessions, dying, quiet)
        except KeyboardInterrupt:
            continue
        break
    found = all_pairs(sessions)
    assert len(found) == 3 * 3 + 2 * 3
    with sessions.begin() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(DuplicateOrderRow)) == 0
        session.add_all([DuplicateOrderRow(post_id=post) for post in posts])
    find_due(sessions, gallery.comparer, quiet)
    assert all_pairs(sessions) == found
