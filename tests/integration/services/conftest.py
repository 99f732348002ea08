"""What tests of services share."""

import pytest

from homebooru.ports import Progress
from tests.fakes.immich import FakeImmich


class Quiet(Progress):
    """Goes on, and counts."""

    def __init__(self, batches=None):
        self.batches = batches
        self.done = 0

    def expect(self, total):
        pass

    def advance(self, done=1, *, current=None):
        self.done += done

    def report_error(self, what, reason):
        raise AssertionError(f"{what}: {reason}")

    def goes_on(self):
        if self.batches is None:
            return True
        self.batches -= 1
        return self.batches >= 0


@pytest.fixture
def quiet():
    return Quiet()


@pytest.fixture
def for_batches():
    """Return a progress that goes on for so many batches."""
    return Quiet


@pytest.fixture(params=[2, 3])
def server(request):
    """An Immich of each version that we know."""
    with FakeImmich(request.param) as server:
        yield server


@pytest.fixture
def newer():
    """An Immich of the newer version."""
    with FakeImmich(3) as server:
        yield server
