"""The `tags` commands that change the vocabulary, and take such changes back."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import click

from homebooru.cli.bars import BarProgress
from homebooru.cli.console import connected, told_clearly
from homebooru.cli.lines import printable
from homebooru.cli.retagging import apply_orders
from homebooru.db.engine import Sessions
from homebooru.domain.editing.words import Hand, Via
from homebooru.domain.scope import EVERYTHING
from homebooru.domain.tags import Category
from homebooru.domain.vocabulary.acts import Kind
from homebooru.domain.vocabulary.arriving import Tally
from homebooru.domain.vocabulary.lists import SITES, ListKind, kind_of, read_list, site_of
from homebooru.domain.vocabulary.wishes import Wish
from homebooru.services.tags.fetching import fetch_entries
from homebooru.services.tags.forecasting import forecast
from homebooru.services.tags.importing import Origin, import_list
from homebooru.services.tags.taking_back import take_back
from homebooru.services.tags.vocabulary import carry_out

TOLD = {
    "new_tags": "new tags",
    "categories": "tags in another category",
    "aliases": "new aliases",
    "implications": "new implications",
    "known": "known already",
    "passed_over": "not active, passed over",
    "outranked": "left as a person or a more trusted source has them",
    "circles": "would go round in a circle, left out",
    "bad": "could not be read",
}

dry_run = click.option("--dry-run", is_flag=True, help="Only tell what would change.")


@click.command()
@click.argument("tag")
@click.argument("name")
@dry_run
@told_clearly
def rename(tag: str, name: str, *, dry_run: bool) -> None:
    """Call TAG by another NAME; the old name goes on meaning it."""
    _do(Wish(Kind.RENAME, tag, name), dry_run=dry_run)


@click.command()
@click.argument("tag")
@click.argument("other")
@dry_run
@told_clearly
def merge(tag: str, other: str, *, dry_run: bool) -> None:
    """Let TAG become part of OTHER, a tag that exists."""
    _do(Wish(Kind.MERGE, tag, other), dry_run=dry_run)


@click.command()
@click.argument("tag")
@click.argument("category", type=click.Choice([category.label for category in Category]))
@told_clearly
def category(tag: str, category: str) -> None:
    """Put TAG into another category; your word outranks every source's."""
    wish = Wish(Kind.CATEGORISE, tag, category=Category[category.upper()])
    _do(wish, dry_run=False)


@click.command("import")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--from",
    "where",
    type=click.Choice([*SITES]),
    help="Ask this site itself, instead of reading files; --as says for what alone.",
)
@click.option(
    "--as",
    "kind",
    type=click.Choice([kind.value for kind in ListKind]),
    help="What is in the files; else their names tell.",
)
@click.option(
    "--site", type=click.Choice([*SITES]), help="Whose lists they are; else their names tell."
)
@click.option(
    "--other-names", is_flag=True, help="Take the other names in a list of tags as aliases."
)
@dry_run
@told_clearly
def import_(
    files: Sequence[Path],
    where: str | None,
    kind: str | None,
    site: str | None,
    *,
    other_names: bool,
    dry_run: bool,
) -> None:
    """Take up lists of tags, aliases or implications, as boorus publish them: CSV or JSON.

    What you decided yourself stays. The same list a second time changes nothing.
    """
    if bool(files) == bool(where) or (where and (site or other_names)):
        raise click.UsageError("Name FILES, or a site with --from, and nothing more than --as.")
    if where is not None:
        _fetch(where, [ListKind(kind)] if kind else list(ListKind), dry_run=dry_run)
        return
    kinds = [ListKind(kind) if kind else kind_of(file.name) for file in files]
    with closing(connected()) as deps:
        for file, each in zip(files, kinds, strict=True):
            named = site or site_of(file.name)
            by = Hand(via=Via.IMPORT, reason=file.name)
            tally = _take(
                deps.sessions,
                file,
                Origin(each, named, by),
                other_names=other_names,
                dry_run=dry_run,
            )
            _tell(file.name, tally, dry_run=dry_run)
        if not dry_run:
            apply_orders(deps.sessions)


@click.command()
@click.argument("act", type=click.IntRange(1, 2**31 - 1))
@told_clearly
def undo(act: int) -> None:
    """Take back an ACT of the history of tags, by its number."""
    bar = BarProgress("Changes")
    with closing(connected()) as deps:
        try:
            done = take_back(deps.sessions, act, Hand(via=Via.CLI), bar)
        finally:
            bar.finish()
        apply_orders(deps.sessions)
    click.echo(f"Taken back: {done.changed}. Left as somebody changed them since: {done.left}.")


def _do(wish: Wish, *, dry_run: bool) -> None:
    with closing(connected()) as deps:
        told = forecast(deps.sessions, wish, EVERYTHING)
        if dry_run:
            about = "" if told.is_exact else "about "
            click.echo(f"Posts that would change: {about}{told.posts}.")
            return
        act = carry_out(deps.sessions, wish)
        apply_orders(deps.sessions)
    click.echo(
        "It is so already." if act is None else f"Done. To take it back: homebooru tags undo {act}"
    )


def _take(
    sessions: Sessions, file: Path, origin: Origin, *, other_names: bool, dry_run: bool
) -> Tally:
    bar = BarProgress(file.name)
    with file.open("rb") as raw:
        bar.expect(sum(piece.count(b"\n") for piece in iter(lambda: raw.read(1 << 20), b"")))
    try:
        # what is no UTF-8 makes a line that cannot be read, not a file that cannot
        with file.open(encoding="utf-8", errors="surrogateescape", newline="") as text:
            entries = read_list(text, origin.kind, origin.source, other_names=other_names)
            return import_list(sessions, entries, origin, bar, rehearse=dry_run)
    finally:
        bar.finish()


def _fetch(site: str, kinds: Sequence[ListKind], *, dry_run: bool) -> None:
    """Ask a site for its lists, and take them up while they come."""
    with closing(connected()) as deps, deps.tag_lists(site) as lists:
        for kind in kinds:
            name = f"{site} {kind}"
            origin = Origin(kind, site, Hand(via=Via.IMPORT, reason=name))
            bar = BarProgress(name)
            try:
                entries = fetch_entries(lists, kind, site, bar)
                tally = import_list(deps.sessions, entries, origin, bar, rehearse=dry_run)
            finally:
                bar.finish()
            _tell(name, tally, dry_run=dry_run)
        if not dry_run:
            apply_orders(deps.sessions)


def _tell(name: str, tally: Tally, *, dry_run: bool) -> None:
    click.echo(f"{printable(name)}: {tally.read} lines" + (", nothing written" if dry_run else ""))
    for field, words in TOLD.items():
        if count := getattr(tally, field):
            click.echo(f"{count:>9}  {words}")
    for mistake in tally.mistakes:
        click.echo(f"           line {mistake.line}: {printable(mistake.reason)}")
    if tally.bad > len(tally.mistakes):
        click.echo(f"           and {tally.bad - len(tally.mistakes)} more")
