"""Immich on loopback, as `contracts/immich.md` measured it: versions 2 and 3, in memory."""

from tests.fakes.immich.server import FakeImmich

__all__ = ["FakeImmich"]
