"""The commands that find and show posts."""

from __future__ import annotations

from contextlib import closing
from typing import NoReturn

import click

from homebooru.cli.console import connected, fail, print_json, told_clearly
from homebooru.cli.lines import print_lines
from homebooru.cli.showing import answer_lines, details_lines
from homebooru.domain.accounts import OWNER_ID
from homebooru.domain.query import MAX_LIMIT, parse
from homebooru.domain.scope import EVERYTHING, Scope
from homebooru.errors import QuerySyntaxError
from homebooru.services.accounts.accounts import get_account, scope_of
from homebooru.services.posts import get_post
from homebooru.services.searching import MAX_OFFSET
from homebooru.services.searching import search as find
from homebooru.services.telling import answer_document, details_document

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")

OWNERS = Scope(account=OWNER_ID)
"""Everything there is, with the favourites and saved searches of the machine's owner."""


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, metavar="QUERY...", type=click.UNPROCESSED)
@click.option("--limit", type=click.IntRange(1, MAX_LIMIT), default=40, show_default=True)
@click.option("--offset", type=click.IntRange(0, MAX_OFFSET), default=0, show_default=True)
@click.option("--as", "name", metavar="ACCOUNT", help="Whose eyes to see with; else the owner's.")
@AS_JSON
@told_clearly
def search(
    words: tuple[str, ...], limit: int, offset: int, name: str | None, *, as_json: bool
) -> None:
    """Find posts, as in the search box: tags, -tags, rating:g, order:score and so on."""
    text = " ".join(words)
    check(text)
    with closing(connected()) as deps:
        scope = scope_of(get_account(deps.sessions, name)) if name else OWNERS
        try:
            answer = find(deps.sessions, text, scope, limit=limit, offset=offset)
        except QuerySyntaxError as error:
            point_at(text, error)
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
        point_at(text, error)


def point_at(text: str, error: QuerySyntaxError) -> NoReturn:
    """Leave, pointing at the character of a mistake."""
    line = "".join(" " if character.isspace() else character for character in text)
    fail(f"{error}\n  {line}\n  {' ' * error.position}^", code=2)
