"""The commands that find and show posts."""

from __future__ import annotations

from contextlib import closing

import click

from homebooru.cli.console import connected, fail, print_json, told_clearly
from homebooru.cli.lines import print_lines
from homebooru.cli.showing import answer_document, answer_lines, details_document, details_lines
from homebooru.domain.query import MAX_LIMIT, parse
from homebooru.domain.scope import EVERYTHING
from homebooru.errors import QuerySyntaxError
from homebooru.services.posts import get_post
from homebooru.services.searching import MAX_OFFSET
from homebooru.services.searching import search as find

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, metavar="QUERY...", type=click.UNPROCESSED)
@click.option("--limit", type=click.IntRange(1, MAX_LIMIT), default=40, show_default=True)
@click.option("--offset", type=click.IntRange(0, MAX_OFFSET), default=0, show_default=True)
@AS_JSON
@told_clearly
def search(words: tuple[str, ...], limit: int, offset: int, *, as_json: bool) -> None:
    """Find posts, as in the search box: tags, -tags, rating:g, order:score and so on."""
    text = " ".join(words)
    check(text)
    with closing(connected()) as deps:
        answer = find(deps.sessions, text, EVERYTHING, limit=limit, offset=offset)
    if as_json:
        print_json(answer_document(answer))
    else:
        print_lines(answer_lines(answer))


@click.command()
@click.argument("post_id", metavar="ID", type=int)
@AS_JSON
@told_clearly
def post(post_id: int, *, as_json: bool) -> None:
    """Show a post with everything that is said about it."""
    with closing(connected()) as deps:
        details = get_post(deps.sessions, post_id, EVERYTHING)
    if as_json:
        print_json(details_document(details))
    else:
        print_lines(details_lines(details))


def check(text: str) -> None:
    """Leave, pointing at the character, where a search makes no sense; needs no database."""
    try:
        parse(text)
    except QuerySyntaxError as error:
        line = "".join(" " if character.isspace() else character for character in text)
        fail(f"{error}\n  {line}\n  {' ' * error.position}^", code=2)
