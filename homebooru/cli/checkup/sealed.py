"""What is told of keys that were sealed by another installation, and cannot be opened here."""

from __future__ import annotations

from collections.abc import Iterator

from homebooru.cli.checkup.findings import Finding, State
from homebooru.services.immich import connecting
from homebooru.services.lookups import switching
from homebooru.wiring import Deps


def sealed_elsewhere(deps: Deps) -> Iterator[Finding]:
    """Find the keys that have to be entered again."""
    text = "its key was sealed by another installation, and cannot be opened here"
    for label in switching.unopened(deps.sessions, deps.key_ring):
        yield Finding(f"key of {label}", text, State.BROKEN, "Enter it again on the page Sources.")
    for name in connecting.unopened(deps.sessions, deps.key_ring):
        yield Finding(
            f"Immich key of {name}", text, State.BROKEN, "Enter it again on the page Immich."
        )
