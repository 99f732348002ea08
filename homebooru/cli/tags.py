"""The `tags` commands, and deriving all tags anew."""

from __future__ import annotations

from contextlib import closing

import click

from homebooru.cli.bars import BarProgress
from homebooru.cli.console import connected, fail, print_json, told_clearly
from homebooru.cli.rereading import reread
from homebooru.cli.retagging import apply_orders, with_bar
from homebooru.cli.vocabulary import category, import_, merge, rename, undo
from homebooru.db.queue import at_work
from homebooru.domain.scope import EVERYTHING
from homebooru.services.lookups.asking import look_up_due
from homebooru.services.lookups.enabling import ask_again, enabled_sources
from homebooru.services.lookups.reporting import Report
from homebooru.services.lookups.tagging import tag_due
from homebooru.services.selecting import found_by_search
from homebooru.services.tags import deriving, vocabulary
from homebooru.services.tags.counting import fold_counts
from homebooru.services.tags.listing import list_tags
from homebooru.services.working import rescue
from homebooru.sites import SITES
from homebooru.wiring import Deps


@click.group()
def tags() -> None:
    """See tags, and say what they mean."""


@tags.command("list")
@click.argument("prefix", default="")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@told_clearly
def list_(prefix: str, *, limit: int, as_json: bool) -> None:
    """List the tags that begin with PREFIX, the most frequent first."""
    with closing(connected()) as deps:
        found = list_tags(deps.sessions, prefix, EVERYTHING, limit=limit)
    if as_json:
        print_json(
            {
                "tags": [
                    {"tag": tag.name, "category": tag.category.label, "count": tag.count}
                    for tag in found
                ]
            }
        )
        return
    for tag in found:
        click.echo(f"{tag.count:>9}  {tag.name}  ({tag.category.label})")


@tags.command()
@click.argument("tag")
@click.argument("meaning", required=False)
@click.option("--remove", is_flag=True, help="TAG means itself again.")
@told_clearly
def alias(tag: str, meaning: str | None, *, remove: bool) -> None:
    """Let TAG mean MEANING, on every post."""
    if remove == (meaning is not None):
        raise click.UsageError("Say TAG MEANING, or TAG --remove.")
    with closing(connected()) as deps:
        if meaning is None:
            vocabulary.remove_alias(deps.sessions, tag)
        else:
            vocabulary.add_alias(deps.sessions, tag, meaning)
        apply_orders(deps.sessions)


@tags.command()
@click.argument("tag")
@click.argument("implied")
@click.option("--remove", is_flag=True, help="TAG stands without IMPLIED again.")
@told_clearly
def imply(tag: str, implied: str, *, remove: bool) -> None:
    """Let every post with TAG have IMPLIED too."""
    with closing(connected()) as deps:
        change = vocabulary.remove_implication if remove else vocabulary.add_implication
        change(deps.sessions, tag, implied)
        apply_orders(deps.sessions)


for _command in (rename, merge, category, import_, undo, reread):
    tags.add_command(_command)


@click.command()
@click.option("--check", is_flag=True, help="Only look; exit 1 where something is wrong.")
@told_clearly
def rebuild_tags(*, check: bool) -> None:
    """Derive the tags of all posts, and all counts, anew from what was said and decided.

    What is derived is kept up to date all the time, so this should find nothing to mend. While
    a change of what tags mean is being carried out, --check finds the posts that wait for it.
    """
    with closing(connected()) as deps:
        if not check:
            apply_orders(deps.sessions)
        wrong = with_bar(deriving.check if check else deriving.rebuild, deps.sessions)
        if check and wrong:
            fail(
                f"Posts and counts that are wrong: {wrong}. To mend them: homebooru db rebuild-tags"
            )
        if not check:
            fold_counts(deps.sessions)
    click.echo(f"Mended posts and counts: {wrong}." if wrong else "Everything is as it should be.")


@tags.command()
@click.argument("query", default="")
@told_clearly
def fetch(query: str) -> None:
    """Ask the enabled sources about posts, now; with QUERY, again about those that it finds."""
    with closing(connected()) as deps:
        names = [*enabled_sources(deps.sessions), *(tagger.name for tagger in deps.taggers())]
        if not names:
            fail(
                "No source is enabled, so nobody is asked. Switch some on at /sources, or name "
                f"them in HOMEBOORU_SOURCES: {', '.join(SITES)}. Or put a tagger into "
                f"{deps.settings.models}, whose README.md says how."
            )
        if query:
            again = ask_again(deps.sessions, found_by_search(deps.sessions, query, EVERYTHING))
            click.echo(f"Posts to be asked about again: {again}.")
        report = _fetch(deps)
        _look(deps, report)
    for name in names:
        click.echo(_told(name, report))
    if told := report.told():
        click.echo(told)


def _fetch(deps: Deps) -> Report:
    rescue(deps.sessions)
    bar = BarProgress("Asked")
    try:
        with deps.sources() as sources, at_work(deps.engine) as worker_id:
            return look_up_due(deps.sessions, sources, bar, worker_id=worker_id, hurry=True)
    finally:
        bar.finish()


def _look(deps: Deps, report: Report) -> None:
    """Let taggers look at what nobody knew; what can wait is left to a worker."""
    if taggers := deps.taggers():
        bar = BarProgress("Looked at")
        with closing(deps.open_framer()) as framer, at_work(deps.engine) as worker_id:
            tag_due(
                deps.sessions,
                taggers,
                framer,
                bar,
                worker_id=worker_id,
                report=report,
                at_leisure=False,
            )
        bar.finish()


def _told(name: str, report: Report) -> str:
    """Say what a source knew, and until when it is left alone."""
    counted = report.outcomes.get(name)
    line = ", ".join(f"{number} {outcome}" for outcome, number in sorted((counted or {}).items()))
    error = report.closed.get(name)
    if error is None:
        return f"{name}: {line or 'nothing to ask'}."
    until = f" It is asked again from {error.until.astimezone():%H:%M} on." if error.until else ""
    return f"{name}: {line or 'no answer'}. {error}{until}"
