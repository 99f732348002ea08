"""What is done to the vocabulary: told before, noted, and exactly as before once taken back."""

from collections import Counter

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from homebooru.db.tables import (
    PostRow,
    TagAliasRow,
    TagDescriptionRow,
    TagImplicationRow,
    TagLinkRefusalRow,
    TagRow,
    VerdictRow,
)
from homebooru.domain.editing.words import Hand
from homebooru.domain.scope import EVERYTHING
from homebooru.domain.tags import Category
from homebooru.domain.vocabulary.acts import Kind
from homebooru.domain.vocabulary.wishes import Wish
from homebooru.errors import Conflict, InvalidInput, NotFound
from homebooru.services.tags.deriving import check, retag_due
from homebooru.services.tags.forecasting import forecast
from homebooru.services.tags.taking_back import take_back
from homebooru.services.tags.vocabulary import carry_out
from tests.factories import edit_post, make_post

NAMES = ("a", "b", "c", "d", "e")
names = st.sampled_from(NAMES)
pairs = st.lists(names, min_size=2, max_size=2, unique=True)
links = st.sampled_from(
    [Kind.RENAME, Kind.MERGE, Kind.ALIAS, Kind.ALIAS, Kind.IMPLY, Kind.IMPLY, Kind.UNIMPLY]
)
wishes = st.one_of(
    st.builds(lambda kind, pair: Wish(kind, *pair), links, pairs),
    st.builds(lambda kind, pair: Wish(kind, *pair), links, pairs),
    st.builds(lambda name: Wish(Kind.UNALIAS, name), names),
    st.builds(
        lambda name, to: Wish(Kind.CATEGORISE, name, category=to), names, st.sampled_from(Category)
    ),
    st.builds(
        lambda name, text: Wish(Kind.DESCRIBE, name, text=text), names, st.sampled_from(["", "x"])
    ),
)
posts = st.lists(
    st.tuples(st.sets(names, max_size=3), st.sets(names, max_size=2)), min_size=2, max_size=3
)


def everything(sessions):
    """Return all that is said of tags, and the tags of posts with their categories."""
    with sessions() as session:
        called = {tag.id: tag.name for tag in session.scalars(sa.select(TagRow))}

        def rows(table, *columns):
            return {
                tuple(
                    called.get(value, value) if "id" in name else value
                    for name, value in row.items()
                )
                for row in session.execute(
                    sa.select(*(getattr(table, c) for c in columns))
                ).mappings()
            }

        pair = ("antecedent_id", "consequent_id")
        return {
            "aliases": rows(TagAliasRow, *pair, "made_by"),
            "implications": rows(TagImplicationRow, *pair, "made_by"),
            "refusals": rows(TagLinkRefusalRow, "matter", *pair),
            "descriptions": rows(TagDescriptionRow, "tag_id", "text"),
            "categories": {
                (tag.name, tag.category, tag.category_by)
                for tag in session.scalars(sa.select(TagRow))
                if tag.category_by is not None
            },
            "posts": {
                post.id: (frozenset(called[tag] for tag in post.tag_ids), post.general_count)
                for post in session.scalars(sa.select(PostRow))
            },
        }  # fmt: skip


def plainly(sessions):
    """Return the tags of posts by the letter of the rule, from what their files and people say."""
    with sessions() as session:
        aliases = {
            row.antecedent_id: row.consequent_id for row in session.scalars(sa.select(TagAliasRow))
        }
        implied = [
            (row.antecedent_id, row.consequent_id)
            for row in session.scalars(sa.select(TagImplicationRow))
        ]
        called = {tag.id: tag.name for tag in session.scalars(sa.select(TagRow))}

        def means(tag):
            return means(aliases[tag]) if tag in aliases else tag

        said = session.execute(sa.text("select post_id, unnest(tag_ids) as tag from claim")).all()
        tags = {post: set() for post in session.scalars(sa.select(PostRow.id))}
        rejected = {post: set() for post in tags}
        for post, tag in said:
            tags[post].add(means(tag))
        for word in session.scalars(sa.select(VerdictRow).order_by(VerdictRow.made_at)):
            (rejected if not word.yes else tags)[word.post_id].add(means(word.tag_id))
            (tags if not word.yes else rejected)[word.post_id].discard(means(word.tag_id))
        for post, held in tags.items():
            for _ in NAMES:
                held.update({means(b) for a, b in implied if means(a) in held} - rejected[post])
        return {post: {called[tag] for tag in held} for post, held in tags.items()}


def begin(sessions, given_posts):
    with sessions.begin() as session:
        for table in ("vocabulary_act", "retag_order", "tag_count_delta", "post", "tag"):
            session.execute(sa.text(f"delete from {table}"))
        for tags, rejected in given_posts:
            post = make_post(session, tags=sorted(tags))
            if rejected:
                edit_post(session, post.id, " ".join(f"-{name}" for name in sorted(rejected)))


def attempt(sessions, wish):
    try:
        return carry_out(sessions, wish)
    except (Conflict, InvalidInput, NotFound):
        return None


@settings(
    max_examples=25,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
)
@given(given_posts=posts, before=st.lists(wishes, max_size=5), wish=wishes)
def test_an_act_does_what_was_told_and_is_taken_back_without_a_trace(
    sessions, quiet, given_posts, before, wish
):
    begin(sessions, given_posts)
    for each in before:
        attempt(sessions, each)
    retag_due(sessions, quiet)
    then = everything(sessions)

    try:
        told = forecast(sessions, wish, EVERYTHING)
    except (Conflict, InvalidInput, NotFound) as error:
        with pytest.raises(type(error)):
            carry_out(sessions, wish)
        assert everything(sessions) == then
        return
    act = attempt(sessions, wish)
    retag_due(sessions, quiet)
    now = everything(sessions)
    assert {post: set(tags) for post, (tags, _) in now["posts"].items()} == plainly(sessions)
    assert check(sessions, quiet) == 0
    if act is None:
        assert now == then
        return

    gains, losses = Counter(), Counter()
    for post, (tags, _) in now["posts"].items():
        gains.update(tags - then["posts"][post][0])
        losses.update(then["posts"][post][0] - tags)
    assert (told.is_exact, told.gains, told.losses) == (True, gains, losses)
    assert {view.id for view in told.examples} >= {
        post for post in then["posts"] if now["posts"][post] != then["posts"][post]
    }

    assert take_back(sessions, act, Hand()).left == 0
    retag_due(sessions, quiet)
    assert everything(sessions) == then
