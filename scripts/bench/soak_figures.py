"""Figures of a gallery that is soaked, round by round, and whether one of them keeps growing."""

from __future__ import annotations

import os
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import sqlalchemy as sa
from soak_processes import Held, Units

from homebooru.db.engine import Sessions

LARGEST_SHARE, LARGEST_MB = 0.05, 8.0
"""Memory may grow by so much of itself, or so many megabytes, from the first third to the last."""
MORE_AT_ONCE = 4
"""So many threads, files or connections more may be there by chance, and no leak."""
MORE_ROWS, ROWS_SHARE = 30, 0.03
HISTORY = frozenset(
    {"edit", "edit_batch", "verdict", "post_verdict", "favourite", "vocabulary_act", "vocabulary_change", "tag_question", "procrastinate_events"}
)  # fmt: skip
"""What people did is kept for good; it grows with what is done here, and may."""
DONE = {
    "record": "look-ups and tagging", "claim": "tags from outside", "edit": "edits",
    "verdict": "verdicts", "favourite": "favourites", "vocabulary_change": "what tags mean",
    "location": "moves of files", "post_change": "the feed of searches",
    "asked_picture": "searches by picture", "embedding_text": "searches by words",
    "web_session": "logins", "asset": "the mirror of Immich", "push_act": "pushes to Immich",
    "sidecar": "sidecars",
}  # fmt: skip
"""By which table each kind of work is told, all of which a soak has to do."""
WRITTEN = sa.text("select relname, n_tup_ins + n_tup_upd + n_tup_del from pg_stat_user_tables")
CONNECTIONS = sa.text(
    "select count(*), count(*) filter (where state like 'idle in transaction%')"
    " from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
)
TABLES = sa.text(
    "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
)
SIZE = sa.text("select pg_database_size(current_database())")


@dataclass(frozen=True, slots=True)
class Sample:
    """What was there when a round was over and nothing was left to do."""

    units: Mapping[str, Held]
    connections: int
    open_transactions: int
    rows: Mapping[str, int]
    written: Mapping[str, int]
    database_mb: float
    kept_files: int


@dataclass(frozen=True, slots=True)
class Trend:
    """One figure over the rounds that are looked at, and whether it is as it should be."""

    name: str
    first: float
    last: float
    slope: float
    is_fine: bool


def take(units: Units, sessions: Sessions) -> Sample:
    """Look at everything once."""
    with sessions() as session:
        connections, open_transactions = session.execute(CONNECTIONS).one()
        names = sorted(session.scalars(TABLES))
        rows = {
            name: int(session.scalar(sa.select(sa.func.count()).select_from(sa.table(name))) or 0)
            for name in names
        }
        written = {name: int(count) for name, count in session.execute(WRITTEN)}
        size = int(session.scalar(SIZE) or 0)
    return Sample(
        units=units.held(),
        connections=connections,
        open_transactions=open_transactions,
        rows=rows,
        written=written,
        database_mb=round(size / 2**20, 1),
        kept_files=_files_below(units.data),
    )


def _files_below(data: Path) -> int:
    """Count what lies in the data folder, but for the database's own files."""
    return sum(len(names) for place, _, names in os.walk(data) if "pgdata" not in place)


def trends(samples: Sequence[Sample]) -> list[Trend]:
    """Tell of each figure how it moved."""
    found = []
    for unit in samples[0].units:
        held = [sample.units[unit] for sample in samples]
        found.append(_told(f"{unit}: MB", [one.memory_mb for one in held]))
        found.append(_told(f"{unit}: MB of its own", [one.own_mb for one in held]))
        found.append(_told(f"{unit}: files", [one.files for one in held]))
        found += _each(unit, held)
        for kind in ("processes", "threads"):
            found += [_held(f"{unit}: {kind}", [getattr(one, kind) for one in held])]
    found.append(_held("connections", [sample.connections for sample in samples]))
    idle = [sample.open_transactions for sample in samples]
    found.append(_held("transactions left open", idle))
    found.append(_rows("files kept", [sample.kept_files for sample in samples]))
    for table in samples[0].rows:
        rows = [sample.rows.get(table, 0) for sample in samples]
        trend = _rows(f"rows of {table}", rows, may_grow=table in HISTORY)
        if len(set(rows)) > 1:
            found.append(trend)
    return found


def _told(name: str, values: Sequence[float]) -> Trend:
    """Tell what processes hold that come and go; how many there are is judged by itself."""
    return Trend(name, values[0], values[-1], slope_of(values), is_fine=True)


def _each(unit: str, held: Sequence[Held]) -> list[Trend]:
    """Tell how what each process holds moved, of those that were there all the time."""
    found = []
    for pid in sorted(set.intersection(*(set(one.each) for one in held))):
        name, own = f"{unit}, process {pid}", [one.each[pid] for one in held]
        found.append(_memory(f"{name}: MB of its own", [one.memory_mb for one in own]))
        if unit != "database":  # which keeps as many open as it may
            found.append(_held(f"{name}: files", [one.files for one in own]))
    return found


def _memory(name: str, values: Sequence[float]) -> Trend:
    """Compare the first third of the rounds with the last one."""
    third = -(-len(values) // 3)
    first, last = statistics.median(values[:third]), statistics.median(values[-third:])
    is_fine = last - first <= max(LARGEST_MB, LARGEST_SHARE * first)
    return Trend(name, first, last, slope_of(values), is_fine)


def _held(name: str, values: Sequence[float]) -> Trend:
    half = len(values) // 2
    is_fine = max(values[half:]) <= max(values[:half], default=0) + MORE_AT_ONCE
    return Trend(name, values[0], values[-1], slope_of(values), is_fine)


def _rows(name: str, values: Sequence[float], *, may_grow: bool = False) -> Trend:
    slope = slope_of(values)
    most = max(MORE_ROWS, ROWS_SHARE * statistics.mean(values))
    return Trend(name, values[0], values[-1], slope, may_grow or slope * len(values) <= most)


def slope_of(values: Sequence[float]) -> float:
    """Return by how much a figure grows with each round: the median over all pairs of rounds."""
    pairs = combinations(enumerate(values), 2)
    slopes = [(later - sooner) / (b - a) for (a, sooner), (b, later) in pairs]
    return statistics.median(slopes) if slopes else 0.0


def not_done(before: Sample, after: Sample) -> list[str]:
    """Tell what nobody did between two samples, so that nothing was soaked of it."""
    return [what for table, what in DONE.items() if after.written[table] <= before.written[table]]


def after_rough_days(steady: Sequence[Sample], rough: Sequence[Sample]) -> list[str]:
    """Tell what is held after restarts that was not before."""
    wrong = []
    for unit in steady[0].units:
        for kind in ("processes", "threads"):
            most = max(getattr(one.units[unit], kind) for one in steady)
            last = getattr(rough[-1].units[unit], kind)
            if last > most + MORE_AT_ONCE:
                wrong.append(f"{unit} holds {last} {kind} after restarts, and {most} before")
    if rough[-1].connections > max(one.connections for one in steady) + MORE_AT_ONCE:
        wrong.append(f"{rough[-1].connections} connections are left after restarts")
    return wrong
