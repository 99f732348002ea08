"""The API is as it is described, whatever it is asked for."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest
import schemathesis
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy.orm import sessionmaker

from homebooru.domain.accounts import Right
from homebooru.domain.ratings import Rating
from homebooru.files.scan import DiskWalker
from homebooru.files.thumbs import ThumbStore
from homebooru.services.accounts import accounts, keys
from homebooru.services.accounts.accounts import scope_of
from homebooru.services.keeping import pools, searches
from homebooru.settings import Settings
from homebooru.web import create_app
from homebooru.web.api.describing import operations
from homebooru.wiring import Deps
from tests.web.visiting import PASSWORD

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
TRIES = 12  # of each operation, as described and not
KNOWN = 3  # rows of each kind in the house, so that numbers often name one
SECRET = "zzhush"  # stands in all that is said of a post which is not for everybody


def _resources() -> list[str]:
    """Return what the API is about: the first part of each address below it."""
    engine = sa.create_engine("postgresql+psycopg://")
    app = create_app(
        Deps(
            settings=Settings(),
            engine=engine,
            sessions=sessionmaker(engine),
            thumbs=ThumbStore(Path()),
            walker=DiskWalker(()),
        )
    )
    return sorted({rule.rule.split("/")[2] for rule, _ in operations(app)})


@pytest.fixture
def described(app, house, sessions, ada):
    """The API of a small house, as its description tells it, and with what different people ask.

    First somebody with an admin's key; then whoever sees less and reads, or edits, and nobody.
    """
    everyone = scope_of(ada)
    for number in range(KNOWN):
        house.add(f"{number}.png", tags="cat dog", seed=number, thumbnails=False)
        pools.add_pool(sessions, f"a pool {number}", everyone, posts=[1, 2])
        searches.save_search(sessions, ada.id, f"mine {number}", "cat", everyone)
    hidden = {"tags": f"{SECRET} cat", "rating": Rating.EXPLICIT, "thumbnails": False}
    house.add(f"{SECRET}.png", folder=SECRET, seed=KNOWN, **hidden)
    bo = accounts.add_account(sessions, "Bo", PASSWORD, ceiling=Rating.GENERAL)
    plain = {"Host": "localhost", "Accept-Encoding": "identity"}
    asking = [
        plain | {"Authorization": f"Bearer {keys.add_key(sessions, account.id, 'x', right)}"}
        for account, right in ((ada, Right.ADMIN), (bo, Right.READ), (bo, Right.WRITE))
    ]
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app, headers=asking[0])
    return schema, (*asking, plain)


def test_everything_under_api_is_described(app, described):
    schema, _ = described
    schema.validate()
    for rule, _ in operations(app):
        view = app.view_functions[rule.endpoint]
        assert "description" in view.__dict__, rule.endpoint
        assert inspect.getdoc(view), rule.endpoint


@pytest.mark.parametrize("resource", _resources())
def test_nothing_that_is_sent_makes_a_mistake_of_ours_or_shows_too_much(described, resource):
    schema, (admin, *others) = described
    waiting = []
    for found in schema.include(tag=resource).get_all_operations():
        operation = found.ok()
        cases = operation.as_strategy()
        if operation.body or operation.query:
            cases |= operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)

        @settings(
            max_examples=TRIES,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=cases)
        def ask(case):
            for name, value in case.path_parameters.items():
                case.path_parameters[name] = 1 + len(str(value)) % (KNOWN + 2)
            case.call_and_validate(checks=CHECKS, headers=admin)
            if waiting:  # one more of them asks with each of the first cases
                answer = case.call_and_validate(checks=CHECKS, headers=waiting.pop())
                assert SECRET not in answer.text

        waiting[:] = others
        ask()
