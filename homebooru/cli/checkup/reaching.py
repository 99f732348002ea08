"""What `doctor` finds out about the sources: who is asked, as whom, and whether they are there."""

from __future__ import annotations

from collections.abc import Iterator

from homebooru.cli.checkup.clocks import their_clock
from homebooru.cli.checkup.findings import Finding, State
from homebooru.http.greeting import greet
from homebooru.services.alike.registry import states
from homebooru.services.lookups.showing import SourceState, lookups
from homebooru.wiring import Deps


def sources(deps: Deps) -> Iterator[Finding]:
    """Look at each source that may be asked; nothing is sent but a greeting."""
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
        yield from _source(deps, one)


def machine_learning(deps: Deps) -> Iterator[Finding]:
    """Look at Immich's machine learning, once it was chosen: it is not asked before."""
    url, model = deps.settings.immich_ml_url, deps.settings.immich_ml_model
    if url is None:
        return
    about = "machine learning"
    if not any(one.wanted for one in states(deps.sessions, ()) if one.name == model):
        yield Finding(about, f"{url}, {model}: not chosen on the page of sources, and not asked")
        return
    greeting = greet(url)
    if greeting.reason is not None:
        yield Finding(
            about, f"{url} cannot be reached: {greeting.reason}", State.NOTICE,
            "Pictures wait to be described. Is the address in HOMEBOORU_IMMICH_ML_URL right?",
        )  # fmt: skip
        return
    yield Finding(about, f"{url} can be reached, and is asked for {model}")
    yield from their_clock(url, greeting)


def _source(deps: Deps, source: SourceState) -> Iterator[Finding]:
    site = source.site
    about = f"source {site.name}"
    told = f"{source.answered} posts asked about, {source.known} known, {source.waiting} waiting"
    if site.family.needs_key and not (source.has_key or site.name in deps.keyed_sites):
        yield Finding(
            about,
            "wants a key",
            State.BROKEN,
            "Enter it on the page of sources, or in the settings.",
        )
        return
    if source.closed_until is not None:
        until = source.closed_until.astimezone().strftime("%Y-%m-%d %H:%M")
        yield Finding(
            about, f"{source.reason} {told}", State.NOTICE, f"It is asked again at {until}."
        )
        return
    greeting = greet(deps.settings.sites[site.name].url)
    if greeting.reason is not None:
        yield Finding(
            about, f"cannot be reached: {greeting.reason}; {told}", State.NOTICE,
            "Its posts wait. Is the network there, and the address in the settings right?",
        )  # fmt: skip
        return
    yield Finding(about, f"can be reached; {told}")
    yield from their_clock(site.label, greeting)
