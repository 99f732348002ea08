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
from homebooru.files.scan import DiskWalker
from homebooru.files.thumbs import ThumbStore
from homebooru.services.accounts import keys
from homebooru.services.accounts.accounts import scope_of
from homebooru.services.keeping import pools, searches
from homebooru.settings import Settings
from homebooru.web import create_app
from homebooru.web.api.describing import operations
from homebooru.wiring import Deps

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
TRIES = 12  # of each operation, as described and not
KNOWN = 3  # rows of each kind in the house, so that numbers often name one


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
    """The API of a small house, as its description tells it to whoever has an admin's key."""
    everyone = scope_of(ada)
    for number in range(KNOWN):
        house.add(f"{number}.png", tags="cat dog", seed=number, thumbnails=False)
        pools.add_pool(sessions, f"a pool {number}", everyone, posts=[1, 2])
        searches.save_search(sessions, ada.id, f"mine {number}", "cat", everyone)
    key = keys.add_key(sessions, ada.id, "a program", Right.ADMIN)
    headers = {
        "Authorization": f"Bearer {key}",
        "Host": "localhost",
        "Accept-Encoding": "identity",
    }
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app, headers=headers)
    return schema, headers


def test_everything_under_api_is_described(app, described):
    schema, _ = described
    schema.validate()
    for rule, _ in operations(app):
        view = app.view_functions[rule.endpoint]
        assert "description" in view.__dict__, rule.endpoint
        assert inspect.getdoc(view), rule.endpoint


@pytest.mark.parametrize("resource", _resources())
def test_nothing_that_is_sent_makes_a_mistake_of_ours(described, resource):
    schema, headers = described
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
                case.path_parameters[name] = 1 + len(str(value)) % (KNOWN + 1)
            case.call_and_validate(checks=CHECKS, headers=headers)

        ask()
