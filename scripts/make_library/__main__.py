"""Fills an empty gallery with made-up posts."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from homebooru.cli.bars import BarProgress
from homebooru.cli.console import connected, told_clearly
from scripts.make_library.inventing import invent
from scripts.make_library.library import Wish
from scripts.make_library.pictures import write_thumbnails
from scripts.make_library.taglist import TagList, read_list
from scripts.make_library.writing import write_library

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("posts", type=click.IntRange(1, 100_000_000))
@click.option("--tags", type=FILE, help="CSV: name, category and count, without a head.")
@click.option("--aliases", type=FILE, help="CSV with antecedent_name and consequent_name.")
@click.option("--implications", type=FILE, help="The same, for implications.")
@click.option("--mean", type=click.FloatRange(1, 500), default=35, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option("--thumbnails", is_flag=True, help="Make pictures that the pages can show.")
@told_clearly
def main(
    posts: int,
    *,
    tags: Path | None,
    aliases: Path | None,
    implications: Path | None,
    mean: float,
    seed: int,
    thumbnails: bool,
) -> None:
    """Fill an empty gallery with POSTS made-up posts, the same for the same seed.

    It goes where HOMEBOORU_DATA or HOMEBOORU_DATABASE_URL says. Tags have names, categories,
    frequencies and relations of a booru's lists in --tags, --aliases and --implications;
    without them, names are invented. --mean tags are truly on a post, on average; as the model
    misses some, and not every post is known to the booru, fewer are found.
    """
    wish = Wish(_listed(tags, aliases, implications), posts, seed, mean)
    with closing(connected()) as deps:
        bar = BarProgress("Posts")
        try:
            write_library(deps.sessions, wish, bar)
        finally:
            bar.finish()
        if thumbnails:
            bar = BarProgress("Thumbnails")
            try:
                write_thumbnails(deps.thumbs, wish, bar)
            finally:
                bar.finish()
    click.echo(f"There are {posts:,} made-up posts now.")


def _listed(tags: Path | None, aliases: Path | None, implications: Path | None) -> TagList:
    if tags is not None:
        return read_list(tags, aliases, implications)
    if aliases or implications:
        raise click.UsageError("--aliases and --implications go with --tags.")
    return invent()


main(prog_name="make-library")
