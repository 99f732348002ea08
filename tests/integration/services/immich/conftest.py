"""A mirror of a fake Immich, of both versions or of the newer one alone."""

import pytest

from tests.integration.services.immich.mirror import Mirror


@pytest.fixture
def here(sessions, server, quiet):
    return Mirror(sessions, server, quiet)


@pytest.fixture
def here3(sessions, newer, quiet):
    return Mirror(sessions, newer, quiet)
