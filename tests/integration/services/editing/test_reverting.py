"""Whatever is edited and taken back, in whatever order: words are as they were, or newer."""

import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from homebooru.db.tables import PostVerdictRow, VerdictRow
from homebooru.domain.claims import About
from homebooru.domain.editing.edits import UNTOUCHED, Edit
from homebooru.domain.editing.words import Hand
from homebooru.domain.ratings import Rating
from homebooru.domain.scope import EVERYTHING
from homebooru.services.editing.history import list_edits
from homebooru.services.editing.reverting import revert_edit
from homebooru.services.tags.deriving import check
from tests.factories import edit_post, make_post

ME = Hand(account_id=1)
names = st.sampled_from(["a", "b", "c"])
edits = st.builds(
    Edit,
    add=st.frozensets(names, max_size=2),
    remove=st.frozensets(st.sampled_from(["d", "e"]), max_size=1),
    withdraw=st.frozensets(st.sampled_from(["f"]), max_size=1),
    rating=st.just(UNTOUCHED) | st.none() | st.sampled_from(Rating),
    parent=st.just(UNTOUCHED) | st.none() | st.integers(1, 2),
    sources=st.just(UNTOUCHED) | st.just(()) | st.just(("https://a.example",)),
    hushed=st.frozensets(st.sampled_from(About), max_size=1),
)


def words(session):
    """Return every word that people said, to the last detail."""
    return {
        tuple(row)
        for table in (VerdictRow, PostVerdictRow)
        for row in session.execute(sa.select(table.__table__))
    }


def left_of(sessions, line):
    left = revert_edit(sessions, line, EVERYTHING, ME).left
    return {one if isinstance(one, About) else one.name for one in left}


def test_a_line_is_taken_back_and_that_too(sessions):
    with sessions.begin() as session:
        post = make_post(session, tags="cat").id
        edit_post(session, post, "-cat rating:s", reason="a lynx")
        before = words(session)
    with sessions.begin() as session:
        line = edit_post(session, post, "cat sun rating:e", account_id=None)
        after = words(session)
    undone = revert_edit(sessions, line, EVERYTHING, ME)
    with sessions() as session:
        assert words(session) == before
    undone_too = revert_edit(sessions, undone.edit_id, EVERYTHING, ME)
    with sessions() as session:
        assert words(session) == after
    assert (undone.left, undone_too.left) == ((), ())
    newest, older, *_ = list_edits(sessions, EVERYTHING)
    assert (newest.undoes_id, older.undoes_id) == (older.id, line)
    assert revert_edit(sessions, line, EVERYTHING, ME).edit_id is not None
    assert revert_edit(sessions, line, EVERYTHING, ME).edit_id is None


def test_what_somebody_changed_since_stays_and_is_told(sessions):
    with sessions.begin() as session:
        post = make_post(session).id
        line = edit_post(session, post, "cat dog rating:e")
    with sessions.begin() as session:
        edit_post(session, post, "-cat rating:s", account_id=None)
    assert left_of(sessions, line) == {"cat", About.RATING}
    with sessions() as session:
        assert {row[2:4] for row in words(session)} == {(False, None), ("s", None)}


def empty(sessions):
    """Leave nothing of the example before."""
    with sessions.begin() as session:
        for table in ("post", "tag_count_delta", "tag"):
            session.execute(sa.text(f"delete from {table}"))
        session.execute(sa.text("alter sequence post_id_seq restart"))
        make_post(session, tags="a d")
        make_post(session, tags="b e", rating="g")


@settings(
    max_examples=8,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
)
@given(
    st.lists(st.tuples(st.integers(1, 2), edits), max_size=4),
    st.lists(st.tuples(st.integers(1, 2), edits) | st.integers(0, 9), max_size=12),
)
def test_taking_everything_back_leads_to_the_beginning(sessions, for_batches, earlier, later):
    empty(sessions)
    with sessions.begin() as session:
        for post, edit in earlier:
            edit_post(session, post, edit)
        beginning, start = words(session), newest(sessions)
    made = []
    for step in later:
        if isinstance(step, tuple):
            with sessions.begin() as session:
                made.append(edit_post(session, *step))
        elif step < len(made) and made[step] is not None:
            made.append(revert_edit(sessions, made[step], EVERYTHING, ME).edit_id)
    assert check(sessions, for_batches()) == 0
    for line in [line for line in reversed(made) if line is not None and line > start]:
        assert revert_edit(sessions, line, EVERYTHING, ME).left == ()
    with sessions() as session:
        assert words(session) == beginning
    assert check(sessions, for_batches()) == 0


def newest(sessions):
    lines = list_edits(sessions, EVERYTHING, limit=1)
    return lines[0].id if lines else 0
