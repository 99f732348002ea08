"""Whatever happens, in whatever order: deriving everything anew finds nothing to change."""

import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from homebooru.db.tables import PostRow, TagCountDeltaRow, TagRow
from homebooru.domain.claims import About
from homebooru.domain.editing.edits import UNTOUCHED, Edit
from homebooru.domain.editing.words import Hand
from homebooru.domain.ratings import Rating
from homebooru.domain.said import Said
from homebooru.domain.scope import EVERYTHING
from homebooru.domain.tags import Category, SaidTag
from homebooru.errors import Conflict, InvalidInput, NotFound
from homebooru.services.editing.reverting import revert_edit
from homebooru.services.tags import tuning, vocabulary
from homebooru.services.tags.claiming import keep_claims
from homebooru.services.tags.counting import fold_counts, recount
from homebooru.services.tags.deriving import check, rebuild, retag_due
from tests.factories import edit_post, make_post

POSTS = 2
names = st.sampled_from(["a", "b", "c", "d"])
posts = st.integers(1, POSTS)
categories = st.none() | st.sampled_from(Category)
edits = st.builds(
    Edit,
    add=st.frozensets(names, max_size=2),
    remove=st.frozensets(names, max_size=1),
    withdraw=st.frozensets(names, max_size=1),
    rating=st.just(UNTOUCHED) | st.none() | st.sampled_from(Rating),
    parent=st.just(UNTOUCHED) | st.none() | posts,
    hushed=st.frozensets(st.sampled_from(About), max_size=1),
)
certain = st.builds(
    Said,
    tags=st.lists(st.builds(SaidTag, names, categories), max_size=3).map(tuple),
    rating=st.none() | st.sampled_from(Rating),
    score=st.none() | st.integers(0, 3),
    parent=st.none() | posts.map("post:{}".format),
)


@st.composite
def guesses(draw):
    tags = draw(st.lists(names, max_size=4, unique=True))
    sure = st.sampled_from([0.1, 0.4, 0.6, 0.78, 0.95])
    return Said(
        tags=tuple(SaidTag(name, draw(categories)) for name in tags),
        confidences=tuple(draw(sure) for _ in tags),
    )


steps = st.one_of(
    st.tuples(
        st.just("claim"),
        posts,
        st.sampled_from(["danbooru", "e621", "xmp", "text"]),
        st.none() | certain,
    ),
    st.tuples(
        st.just("claim"), posts, st.sampled_from(["camie", "wd", "saucenao"]), st.none() | guesses()
    ),
    st.tuples(st.just("edit"), posts, edits),
    st.tuples(st.just("revert"), st.integers(1, 20)),
    st.tuples(st.sampled_from(["alias", "imply"]), names, names),
    st.tuples(st.just("unalias"), names),
    st.tuples(st.just("unimply"), names, names),
    st.tuples(
        st.just("trust"),
        st.sampled_from(["danbooru", "xmp", "camie"]),
        st.sampled_from([0, 0.3, 0.99]),
    ),
    st.tuples(
        st.just("threshold"), st.sampled_from(["general", "artist"]), st.sampled_from([0.3, 0.7])
    ),
    st.tuples(st.just("drain"), st.none() | st.just(1)),
    st.tuples(st.just("drain"), st.none()),
    st.tuples(st.just("fold")),
)


def take(step, sessions, progress):  # noqa: C901  one case for each kind of step
    match step:
        case "claim", post, source, said:
            with sessions.begin() as session:
                keep_claims(session, {(post, source): said})
        case "edit", post, edit:
            with sessions.begin() as session:
                edit_post(session, post, edit)
        case "revert", line:
            revert_edit(sessions, line, EVERYTHING, Hand())
        case "alias", name, other:
            vocabulary.add_alias(sessions, name, other)
        case "imply", name, other:
            vocabulary.add_implication(sessions, name, other)
        case "unalias", name:
            vocabulary.remove_alias(sessions, name)
        case "unimply", name, other:
            vocabulary.remove_implication(sessions, name, other)
        case "trust", source, trust:
            tuning.tune(sessions, "trust", {source: trust})
        case "threshold", category, threshold:
            tuning.tune(sessions, "thresholds", {category: threshold})
        case "drain", batches:
            retag_due(sessions, progress(batches))
            if batches is None:
                assert check(sessions, progress()) == 0
        case ("fold",):
            fold_counts(sessions)


def empty(sessions):
    """Leave nothing of the example before; a fresh database for each would take far longer."""
    with sessions.begin() as session:
        for table in ("retag_order", "setting", "tag_count_delta", "post", "tag"):
            session.execute(sa.text(f"delete from {table}"))
        session.execute(sa.text("alter sequence post_id_seq restart"))
        session.execute(sa.text("alter sequence edit_id_seq restart"))
        for _ in range(POSTS):
            make_post(session)


def is_right(sessions):
    """Tell by plain counting whether rows and counters agree."""
    with sessions() as session:
        tags = {tag.id: tag for tag in session.scalars(sa.select(TagRow))}
        total = dict.fromkeys(tags, 0)
        for post in session.scalars(sa.select(PostRow)):
            for category in Category:
                number = sum(tags[tag].category == category for tag in post.tag_ids)
                assert getattr(post, f"{category.label}_count") == number
            assert post.tag_ids == sorted(set(post.tag_ids))
            for tag in post.tag_ids:
                total[tag] += 1
        waiting = dict.fromkeys(tags, 0)
        for delta in session.scalars(sa.select(TagCountDeltaRow)):
            waiting[delta.tag_id] += delta.delta
        assert {tag: row.count + waiting[tag] for tag, row in tags.items()} == total
    return True


@settings(
    max_examples=15,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
)
@given(st.lists(steps, min_size=30, max_size=50))
def test_increments_equal_the_rebuild(sessions, for_batches, history):
    empty(sessions)
    for step in history:
        try:
            take(step, sessions, for_batches)
        except (Conflict, InvalidInput, NotFound):
            continue
    retag_due(sessions, for_batches())
    assert check(sessions, for_batches()) == 0
    assert is_right(sessions)
    fold_counts(sessions)
    assert is_right(sessions)
    assert rebuild(sessions, for_batches()) == 0
    assert recount(sessions) == 0
