"""What was measured, as tables for people, beside what is to be reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import click
from search_timing import RIVALS, figures

FILENAME = "filename"
"""A kind that has a limit of its own."""


@dataclass(frozen=True, slots=True)
class Target:
    """A figure, and what it may be at most, or at least."""

    name: str
    measured: float
    limit: float
    at_least: bool = False
    is_floor: bool = False

    @property
    def reached(self) -> bool:
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit


def tell(what: str, times: Sequence[float]) -> dict[str, float]:
    """Print and return the figures of one thing."""
    told = figures(times)
    click.echo(
        f"{what}: median {told['median_ms']:.2f}, 95th percentile {told['p95_ms']:.2f}, "
        f"worst {told['worst_ms']:.2f} ms"
    )
    return told


def show_kinds(times: Mapping[str, Mapping[str, Sequence[float]]]) -> dict[str, Any]:
    """Print and return the figures of each way, by kind of question, and of all but file names."""
    ways = list(next(iter(times.values())))
    click.echo(f"{'milliseconds':18}" + "".join(f"{way:^24}" for way in ways))
    click.echo(" " * 18 + "".join(f"{'median':>8}{'p95':>8}{'worst':>8}" for _ in ways))
    most = {kind: of_kind for kind, of_kind in times.items() if kind != FILENAME}
    every = {way: list(chain.from_iterable(one[way] for one in most.values())) for way in ways}
    document = {}
    for kind, by_way in {**times, "all": every}.items():
        told = {way: figures(by_way[way]) for way in ways if by_way[way]}
        click.echo(f"{kind:18}" + "".join(_cells(told.get(way)) for way in ways))
        document[kind] = told
    return document


def show_targets(targets: Sequence[Target]) -> list[dict[str, Any]]:
    """Print and return which figures are as they should be."""
    click.echo(f"{'':58}{'measured':>12}{'wanted':>12}")
    for one in targets:
        sign, floor = ("≥" if one.at_least else "≤"), ("≥ " if one.is_floor else "")
        click.echo(
            f"{one.name:58}{f'{floor}{one.measured:.1f}':>12}{f'{sign} {one.limit:g}':>12}"
            f"{'' if one.reached else '   not reached'}"
        )
    return [
        {"name": one.name, "measured": one.measured, "limit": one.limit, "reached": one.reached}
        for one in targets
    ]


def targets_of(document: Mapping[str, Any]) -> list[Target]:
    """Return what the issue wants to see, with what was measured."""
    every, names = document["kinds"]["all"], document["kinds"][FILENAME]
    service, p95 = every["service"], every["service"]["p95_ms"]
    return [
        Target("service, 95th percentile, ms", p95, 30),
        Target("service, times the bare index", p95 / every["index"]["p95_ms"], 1.3),
        Target("service, worst, ms", service["worst_ms"], 90),
        *(
            Target(
                f"times faster than {way}, 95th percentile",
                every[way]["p95_ms"] / p95,
                limit,
                at_least=True,
                is_floor=document["given_up"][way] > 0,
            )
            for way, limit in zip(RIVALS, (50, 100), strict=True)
            if way in every
        ),
        Target("filename:*x*, worst, ms", names["service"]["worst_ms"], 100),
        Target("completion, 95th percentile, ms", document["completion"]["p95_ms"], 15),
        Target("ready from a snapshot, s", document["ready"]["from_file_s"], 3),
        *(_over_http(document) if "seen" in document else ()),
        *(
            Target(
                f"an edit in an index of {size:,}, 95th percentile, ms", one["edit"]["p95_ms"], 1
            )
            for size, one in document["index_alone"].items()
        ),
    ]


def _over_http(document: Mapping[str, Any]) -> list[Target]:
    every, many, memory = document["kinds"]["all"], document["four_people"], document["memory"]
    return [
        Target("HTTP, 95th percentile, ms", every["page"]["p95_ms"], 45),
        Target("HTTP, worst, ms", every["page"]["worst_ms"], 90),
        Target("HTTP for programs, 95th percentile, ms", every["api"]["p95_ms"], 45),
        Target("four people at once, 95th percentile, ms", many["page"]["p95_ms"], 45),
        Target("four programs at once, 95th percentile, ms", many["api"]["p95_ms"], 45),
        Target("memory of two processes, MB", memory["two"]["together_mb"], 700),
        Target("memory of one more, MB", memory["one_more_mb"], 150),
        Target("an edit seen by another process, worst, ms", document["seen"]["worst_ms"], 1000),
    ]


def _cells(told: Mapping[str, float] | None) -> str:
    if told is None:
        return " " * 24
    return "".join(f"{told[name]:8.1f}" for name in ("median_ms", "p95_ms", "worst_ms"))
