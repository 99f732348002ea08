"""Posts of which a model thinks something."""

import pytest

from homebooru.db.tables import PostRow
from homebooru.domain.said import Said
from homebooru.services.tags.claiming import keep_claims
from tests.factories import make_post, said_tags


def guess(**sure):
    """Return what a model says, as tag=sureness."""
    return Said(tags=said_tags(" ".join(sure)), confidences=tuple(sure.values()))


@pytest.fixture
def add(sessions):
    """Make a post that sources speak of: `camie` and `wd` as tag=sureness, boorus as tags."""

    def make(**sources):
        with sessions.begin() as session:
            post = make_post(session).id
            keep_claims(session, said_of(post, **sources))
        return post

    return make


@pytest.fixture
def add_many(sessions):
    """Make posts without files that sources speak of alike, in a moment."""
    made = 0

    def make(number, **sources):
        nonlocal made
        with sessions.begin() as session:
            posts = [
                PostRow(sha256=b"%032d" % n, state="ready") for n in range(made, made + number)
            ]
            session.add_all(posts)
            session.flush()
            said = [said_of(post.id, **sources) for post in posts]
            keep_claims(session, {key: words for one in said for key, words in one.items()})
        made += number

    return make


def said_of(post, *, camie=None, wd=None, **boorus):
    said = {(post, name): Said(tags=said_tags(tags)) for name, tags in boorus.items()}
    for model, sure in (("camie", camie), ("wd", wd)):
        if sure:
            said[post, model] = guess(**sure)
    return said
