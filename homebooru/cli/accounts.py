"""People and keys: `user add|list|rename|password|remove`, `key add|list|revoke`."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from contextlib import closing
from pathlib import Path

import click

from homebooru.cli.console import connected, print_json, told_clearly
from homebooru.domain.accounts import Account, KeyView, Right, account_name, check_password
from homebooru.domain.intake import RootView
from homebooru.domain.ratings import Rating
from homebooru.errors import InvalidInput
from homebooru.services.accounts import accounts, keys
from homebooru.services.immich import connecting
from homebooru.services.immich.connecting import ImmichUserState
from homebooru.services.library import roots

password_from_stdin = click.option(
    "--password-stdin", is_flag=True, help="Read the password from the first line of the input."
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.group()
def user() -> None:
    """The people who may see this gallery."""


@user.command("add")
@click.argument("name")
@click.option("--admin", is_flag=True, help="May add folders and steer jobs.")
@click.option(
    "--ceiling",
    type=click.Choice([rating.value for rating in Rating]),
    default=Rating.EXPLICIT.value,
    help="The highest rating this person sees: g, s, q or e (everything).",
)
@click.option(
    "--root",
    "wanted",
    multiple=True,
    help="A folder this person sees; neither this nor --immich named: everything.",
)
@click.option(
    "--immich", "of_whom", multiple=True, help="A user of Immich whose pictures this person sees."
)
@password_from_stdin
@told_clearly
def add_user(
    name: str,
    *,
    admin: bool,
    ceiling: str,
    wanted: Sequence[str],
    of_whom: Sequence[str],
    password_stdin: bool,
) -> None:
    """Add a person. The first one is the owner of the gallery and an admin."""
    name = account_name(name)
    with closing(connected()) as deps:
        known = roots.list_roots(deps.sessions)
        root_ids = [_root_id(text, known) for text in wanted]
        mirrors = [_mirror(text, connecting.users(deps.sessions)) for text in of_whom]
        sees_all = not (wanted or of_whom)
        is_first = not accounts.list_accounts(deps.sessions)
        if is_first and (ceiling != Rating.EXPLICIT.value or not sees_all):
            raise InvalidInput(
                "The first person is the owner and sees everything. Add the owner first, "
                "then the others with --ceiling, --root and --immich."
            )
        added = accounts.add_account(
            deps.sessions,
            name,
            _password(name, from_stdin=password_stdin),
            is_admin=admin,
            ceiling=Rating(ceiling),
            root_ids=None if sees_all else root_ids,
            mirrors=mirrors,
        )
    click.echo(f"Added {added.name}{', an admin' if added.is_admin else ''}.")
    if is_first:
        click.echo("From now on everybody logs in, on this machine too.")


@user.command("list")
@as_json
@told_clearly
def list_users(*, as_json: bool) -> None:
    """Show everybody and what they may see."""
    with closing(connected()) as deps:
        found = accounts.list_accounts(deps.sessions)
    if as_json:
        print_json([_spelled(account) for account in found])
        return
    if not found:
        click.echo("Nobody yet: only this machine may see the gallery. See `user add`.")
    for account in found:
        bounds = f"sees up to {account.ceiling.label}"
        if account.root_ids is not None:
            bounds += f", folders {', '.join(map(str, account.root_ids)) or 'none'}"
        if account.mirrors:
            bounds += f", users of Immich {', '.join(map(str, account.mirrors))}"
        click.echo(f"{account.name}  {'admin, ' if account.is_admin else ''}{bounds}")


@user.command("rename")
@click.argument("name")
@click.argument("new_name")
@told_clearly
def rename_user(name: str, new_name: str) -> None:
    """Give a person another name."""
    with closing(connected()) as deps:
        renamed = accounts.rename_account(deps.sessions, name, new_name)
    click.echo(f"{name} is now {renamed.name}.")


@user.command("password")
@click.argument("name")
@password_from_stdin
@told_clearly
def set_password(name: str, *, password_stdin: bool) -> None:
    """Set a person's password; wherever they are logged in, they are out."""
    with closing(connected()) as deps:
        account = accounts.get_account(deps.sessions, name)
        password = _password(account.label, from_stdin=password_stdin)
        accounts.set_password(deps.sessions, name, password)
    click.echo(f"{account.name} has a new password and is logged out everywhere.")


@user.command("remove")
@click.argument("name")
@told_clearly
def remove_user(name: str) -> None:
    """Remove a person with their sessions and keys; what they said of posts stays."""
    with closing(connected()) as deps:
        accounts.remove_account(deps.sessions, name)
    click.echo(f"Removed {name}.")


@click.group()
def key() -> None:
    """Keys that programs use in the place of a person."""


@key.command("add")
@click.argument("name")
@click.option("--user", "owner", required=True, help="Whose key it is; it sees what they see.")
@click.option(
    "--scope",
    type=click.Choice([right.value for right in Right]),
    default=Right.READ.value,
    show_default=True,
    help="What the key may do; each includes the ones before it.",
)
@as_json
@told_clearly
def add_key(name: str, *, owner: str, scope: str, as_json: bool) -> None:
    """Make a key called NAME and print it; it cannot be shown again."""
    with closing(connected()) as deps:
        account = accounts.get_account(deps.sessions, owner)
        made = keys.add_key(deps.sessions, account.id, name, Right(scope))
    if as_json:
        print_json({"key": made, "name": name, "user": account.name, "scope": scope})
        return
    click.echo(made)
    click.echo("Keep it: it is not shown again.", err=True)


@key.command("list")
@as_json
@told_clearly
def list_keys(*, as_json: bool) -> None:
    """Show all keys, without their secrets."""
    with closing(connected()) as deps:
        found = keys.list_keys(deps.sessions)
    if as_json:
        print_json([_spelled_key(each) for each in found])
        return
    if not found:
        click.echo("No keys yet. See `key add`.")
    for each in found:
        used = f"{each.used_at:%Y-%m-%d %H:%M}" if each.used_at else "never"
        state = "revoked" if each.revoked_at else f"may {each.right.value}, last used {used}"
        click.echo(f"{each.id}  {each.name}  {each.prefix}…  of {each.account}  {state}")


@key.command("revoke")
@click.argument("key_id", metavar="ID", type=int)
@told_clearly
def revoke_key(key_id: int) -> None:
    """Revoke a key by the number that `key list` shows; it stops working at once."""
    with closing(connected()) as deps:
        keys.revoke_key(deps.sessions, key_id)
    click.echo(f"Revoked key {key_id}.")


def _password(name: str, *, from_stdin: bool) -> str:
    """Read a password: the first line of the input, or asked for twice without showing it."""
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    check_password(password, name)
    return password


def _root_id(text: str, known: Collection[RootView]) -> int:
    """Return the id of the folder that is meant: its number, its path or its name."""
    path = str(Path(text).expanduser().absolute())
    found = [root.id for root in known if text in {str(root.id), root.name} or path == root.path]
    if len(found) != 1:
        names = ", ".join(root.name for root in known) or "none yet"
        raise InvalidInput(f"{text} is not one of the folders ({names}).")
    return found[0]


def _mirror(text: str, known: Collection[ImmichUserState]) -> int:
    """Return the number of the user of Immich that is meant: by it, or by the name there."""
    found = [user.number for user in known if text in {str(user.number), user.name}]
    if len(found) != 1:
        names = ", ".join(user.name for user in known) or "none yet"
        raise InvalidInput(f"{text} is not one of the users of Immich ({names}).")
    return found[0]


def _spelled(account: Account) -> dict[str, object]:
    return {
        "id": account.id,
        "name": account.name,
        "admin": account.is_admin,
        "ceiling": account.ceiling.value,
        "roots": account.root_ids,
        "immich": account.mirrors,
        "created_at": account.created_at.isoformat() if account.created_at else None,
    }


def _spelled_key(key: KeyView) -> dict[str, object]:
    return {
        "id": key.id,
        "name": key.name,
        "prefix": key.prefix,
        "user": key.account,
        "scope": key.right.value,
        "created_at": key.created_at.isoformat(),
        "used_at": key.used_at.isoformat() if key.used_at else None,
        "revoked_at": key.revoked_at.isoformat() if key.revoked_at else None,
    }
