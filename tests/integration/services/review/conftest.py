"""Posts of which a model thinks something."""

import pytest

from homebooru.domain.said import Said
from homebooru.services.tags.claiming import keep_claims
from tests.factories import make_post, said_tags


def guess(**sure):
    """Return what a model says, as tag=sureness."""
    return Said(tags=said_tags(" ".join(sure)), confidences=tuple(sure.values()))


@pytest.fixture
def add(sessions):
    """Make a post that sources speak of: `camie` and `wd` as tag=sureness, boorus as tags."""

    def make(*, camie=None, wd=None, **boorus):
        with sessions.begin() as session:
            post = make_post(session).id
            said = {(post, name): Said(tags=said_tags(tags)) for name, tags in boorus.items()}
            for model, sure in (("camie", camie), ("wd", wd)):
                if sure:
                    said[post, model] = guess(**sure)
            keep_claims(session, said)
        return post

    return make
