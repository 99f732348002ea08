"""What `doctor` finds out about the sources: who is asked, as whom, and whether they are there."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

from homebooru.cli.findings import Finding, State
from homebooru.services.lookups.showing import SourceState, lookups
from homebooru.wiring import Deps

SECONDS = 5.0
PORTS = {"http": 80, "https": 443}


def sources(deps: Deps) -> Iterator[Finding]:
    """Look at each source that may be asked; nothing is sent but a greeting of the network's."""
    asked = [one for one in lookups(deps.sessions).sources if one.enabled]
    if not asked:
        yield Finding("sources", "nobody is asked for tags, and nothing leaves this machine")
        return
    if deps.settings.contact is None:
        yield Finding(
            "contact", "none is set", State.NOTICE,
            "Some boorus refuse whoever does not say how to be reached: set HOMEBOORU_CONTACT.",
        )  # fmt: skip
    for one in asked:
        yield _source(deps, one)


def _source(deps: Deps, source: SourceState) -> Finding:
    site = source.site
    about = f"source {site.name}"
    told = f"{source.answered} posts asked about, {source.known} known, {source.waiting} waiting"
    if site.family.needs_key and not (source.has_key or site.name in deps.keyed_sites):
        return Finding(
            about,
            "wants a key",
            State.BROKEN,
            "Enter it on the page of sources, or in the settings.",
        )
    if source.closed_until is not None:
        until = source.closed_until.astimezone().strftime("%Y-%m-%d %H:%M")
        return Finding(
            about, f"{source.reason} {told}", State.NOTICE, f"It is asked again at {until}."
        )
    if reason := _unreachable(deps.settings.sites[site.name].url):
        return Finding(
            about, f"cannot be reached: {reason}; {told}", State.NOTICE,
            "Its posts wait. Is the network there, and the address in the settings right?",
        )  # fmt: skip
    return Finding(about, f"can be reached; {told}")


def _unreachable(url: str) -> str | None:
    """Return why nobody answers at an address, None where somebody does."""
    parts = urlsplit(url)
    place = parts.hostname or "", parts.port or PORTS[parts.scheme]
    try:
        socket.create_connection(place, SECONDS).close()
    except OSError as error:
        return error.strerror or str(error)
    return None
