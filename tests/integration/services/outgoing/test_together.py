"""A mirror and pushes of one and the same Immich: what one learns, the other knows."""

from uuid import UUID

import pytest
import sqlalchemy as sa

from homebooru.db.queries.tags import make_tags, tag_names
from homebooru.db.tables import AssetRow, ClaimRow, PostRow, TagQuestionRow, VerdictRow
from homebooru.domain.immich.mapping import Roots
from homebooru.files.xmp.writing import DiskSidecars
from homebooru.services.immich import acting
from homebooru.services.immich.storing import Household
from homebooru.services.outgoing import allowing, steering, writing
from tests.fakes.immich.server import FakeImmich
from tests.integration.services.immich.mirror import Mirror
from tests.integration.services.outgoing.mirrored import THERE, External, Mirrored, general, values

SOLO = "booru/General/solo"


class Both(Mirrored):
    """Assets that the mirror brought here, and that are pushed to."""

    def __init__(self, sessions, server, progress, count):
        super().__init__(sessions, server, progress)
        self.mirror = Mirror(sessions, server, progress)
        self.assets = [server.world.add_asset(server.user, tags=["mine"]) for _ in range(count)]
        self.mirror.allow("timeline")
        self.mirror.sync()
        shown = dict(self.mirror.all(AssetRow.remote_id, AssetRow.post_id))
        self.posts = [shown[UUID(asset.id)] for asset in self.assets]

    def tag(self, words):
        for post in self.posts:
            self.edit(post, words)

    def there(self):
        return [values(asset) for asset in self.assets]

    def questions(self):
        return self.mirror.all(
            TagQuestionRow.id, TagQuestionRow.value, where=TagQuestionRow.answer.is_(None)
        )

    def names(self, post):
        with self.sessions() as session:
            return set(tag_names(session, session.get_one(PostRow, post).tag_ids).values())

    def claimed(self):
        """Return which tags sources say, of any post."""
        with self.sessions() as session:
            return {
                row.source: set(tag_names(session, row.tag_ids).values())
                for row in session.scalars(sa.select(ClaimRow))
            }


@pytest.fixture
def both(sessions, quiet):
    with FakeImmich(3) as server:
        yield Both(sessions, server, quiet, 3)


@pytest.mark.parametrize("keeps", [True, False])
def test_what_a_person_answers_is_what_the_next_push_and_the_next_sync_do(both, keeps):
    both.tag("solo cat")
    steering.start(both.sessions)
    assert both.push().verified == 3
    both.mirror.sync()
    assert both.claimed() == {"immich": {"mine"}}
    assert both.names(both.posts[0]) == {"solo", "cat", "mine"}

    world = both.server.world
    world.delete_tag(next(tag for tag in world.tags.values() if tag.value == SOLO))
    both.mirror.sync()
    [(question, value)] = both.questions()
    assert value == SOLO
    both.written()
    steering.start(both.sessions)
    both.push()
    assert both.written() == 0

    acting.answer_question(both.sessions, question, None, reject=not keeps)
    both.push()
    both.mirror.sync()
    assert both.there() == [{"mine", *general("cat", *["solo"] * keeps)}] * 3
    assert all(("solo" in both.names(post)) is keeps for post in both.posts)
    assert not both.questions()
    assert both.states() == ["verified"] * 3
    both.written()
    steering.start(both.sessions)
    both.push()
    assert both.written() == 0


def test_awkward_names_go_there_and_come_back_as_what_they_are(both):
    names = ["22/7", "fate/stay_night", ":/", "|", "a;b", "1e5", "null", "💧", "猫", "x" * 255]
    with both.sessions.begin() as session:
        make_tags(session, dict.fromkeys(names))
    both.edit(both.posts[0], " ".join(names))
    twins = [both.server.world.upsert_tag(both.server.user, one) for one in ("Booru/General/1e5",)]
    both.assets[1].tags.update(twins)
    steering.start(both.sessions)
    both.push()
    both.mirror.sync()
    assert set(both.states()) == {"verified"}
    assert both.names(both.posts[0]) == {*names, "mine"}
    assert values(both.assets[0]) == {
        "mine",
        *general("22|7", "fate|stay_night", ":|", "∣", *names[4:]),
    }
    assert values(both.assets[1]) == {"mine", "Booru/General/1e5"}
    assert not both.questions()

    both.edit(both.posts[0], " ".join(f"-{name}" for name in names))
    both.push()
    assert values(both.assets[0]) == {"mine"}


def test_what_immich_reads_in_our_sidecars_by_itself_is_nobodys_word(
    sessions, newer, quiet, tmp_path
):
    house = External(sessions, newer, quiet, tmp_path / "pictures")
    allowing.allow(sessions, house.root)
    post, asset = house.see("a.jpg", "solo cat")
    roots = Roots({house.root: bytes(house.tree.folder)}, ((THERE, str(house.tree.folder)),))
    mirror = Mirror(sessions, newer, quiet)
    mirror.home = Household(mirror.home.owner_id, roots, ())
    mirror.allow("timeline")
    steering.start(sessions)
    house.work()
    mirror.sync()
    said = mirror.all(VerdictRow.tag_id, VerdictRow.yes)

    def read_by_itself():
        writing.write_due(sessions, DiskSidecars(), quiet)
        newer._metadata.refresh(asset)
        newer.settle()
        mirror.sync()

    [first] = steering.push_state(sessions).pushes
    steering.undo(sessions, first.id)
    read_by_itself()
    assert (values(asset), mirror.all(VerdictRow.tag_id, VerdictRow.yes)) == (set(), said)
    house.work()
    steering.push_again(sessions)
    read_by_itself()
    assert values(asset) == general("solo", "cat")
    assert mirror.all(VerdictRow.tag_id, VerdictRow.yes) == said
    assert not mirror.all(TagQuestionRow.id)
    assert (house.work().verified, house.states()) == (1, ["verified"])
    house.edit(post, "-cat")
    house.work()
    assert values(asset) == general("solo")
