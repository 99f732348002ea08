"""What `doctor` finds out about the household's Immich."""

from __future__ import annotations

from collections.abc import Iterator

from homebooru.cli.checkup.clocks import their_clock
from homebooru.cli.checkup.findings import Finding, State
from homebooru.errors import HomeBooruError
from homebooru.http.greeting import greet
from homebooru.services.immich import connecting
from homebooru.wiring import Deps

ADVICE = "Look at the page /immich, or run: homebooru immich status --check"


def immich(deps: Deps) -> Iterator[Finding]:
    """Ask Immich for each of its users, as far as any are known; nothing is changed there."""
    if deps.immich_address is None:
        yield Finding("immich", "none, and none is needed")
        return
    try:
        with deps.immich() as users:
            names = {one.owner_id: one for one in connecting.users(deps.sessions)}
            if not users:
                text = f"{deps.immich_address}: nobody's pictures are asked for yet"
                yield Finding("immich", text, State.NOTICE, "Enter an API key on the page /immich.")
            yield from their_clock("Immich", greet(deps.immich_address))
            for owner_id, user in users.items():
                version, told = user.version(), names[owner_id]
                lacks = {*told.lacks} - user.granted()
                text = f"Immich {version} answers {told.name}"
                if lacks:
                    missing = ", ".join(sorted(lacks))
                    yield Finding("immich", f"{text}; lacks {missing}", State.NOTICE, ADVICE)
                else:
                    yield Finding("immich", text)
    except HomeBooruError as error:
        yield Finding("immich", str(error), State.BROKEN, ADVICE)
