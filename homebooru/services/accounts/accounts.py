"""Adding, changing and removing the people of a household."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries import accounts as queries
from homebooru.db.tables import AccountRow
from homebooru.domain.accounts import OWNER_ID, Account, account_name, check_password
from homebooru.domain.ratings import Rating
from homebooru.domain.scope import Scope
from homebooru.errors import Conflict, NotAllowed, NotFound
from homebooru.phrases import phrase
from homebooru.services.accounts.passwords import fits, hash_password


def scope_of(account: Account) -> Scope:
    """Return what an account may see; every read is given it."""
    return Scope(
        ceiling=account.ceiling,
        unrated_as=account.unrated_as,
        roots=None if account.root_ids is None else frozenset(account.root_ids),
        mirrors=frozenset(account.mirrors),
        account=account.id,
    )


def list_accounts(sessions: Sessions) -> tuple[Account, ...]:
    """Return everybody who has a name."""
    with sessions.begin() as session:
        return tuple(view(row) for row in queries.all_accounts(session) if row.name is not None)


def get_account(sessions: Sessions, name: str) -> Account:
    with sessions.begin() as session:
        return view(_by_name(session, name))


def find_account(sessions: Sessions, account_id: int) -> Account | None:
    """Return an account by its number, or None once it is removed."""
    with sessions.begin() as session:
        row = queries.find(session, account_id)
        return None if row is None else view(row)


def add_account(
    sessions: Sessions,
    name: str,
    password: str,
    *,
    is_admin: bool = False,
    ceiling: Rating = Rating.EXPLICIT,
    root_ids: Collection[int] | None = None,
    mirrors: Collection[int] = (),
) -> Account:
    """Add a person. The first one is the owner of the machine: account 1, an admin, unbounded."""
    name = account_name(name)
    check_password(password, name)
    password_hash = hash_password(password)
    with sessions.begin() as session:
        queries.lock(session)
        if queries.find_by_name(session, name) is not None:
            raise Conflict(phrase("There is an account named {name} already.", name=name))
        row = _unnamed_owner(session)
        if row is None:
            row = AccountRow(
                is_admin=is_admin,
                rating_ceiling=ceiling.value,
                root_ids=None if root_ids is None else sorted(set(root_ids)),
                mirrors=sorted(set(mirrors)),
            )
            session.add(row)
        row.name, row.password_hash = name, password_hash
        session.flush()  # the new account's id is returned
        session.refresh(row)
        return view(row)


def rename_account(sessions: Sessions, name: str, new_name: str) -> Account:
    new_name = account_name(new_name)
    with sessions.begin() as session:
        queries.lock(session)
        row = _by_name(session, name)
        other = queries.find_by_name(session, new_name)
        if other is not None and other.id != row.id:
            raise Conflict(
                phrase("There is an account named {new_name} already.", new_name=new_name)
            )
        row.name = new_name
        return view(row)


def set_password(sessions: Sessions, name: str, password: str) -> None:
    """Give an account another password; everybody who was logged in with the old one is out."""
    check_password(password, name)
    password_hash = hash_password(password)
    with sessions.begin() as session:
        row = _by_name(session, name)
        row.password_hash = password_hash
        queries.drop_sessions(session, row.id)


def change_password(
    sessions: Sessions, account_id: int, old: str, new: str, *, keep_session: bytes | None
) -> None:
    """Change a person's own password; their other sessions end."""
    with sessions.begin() as session:
        row = queries.find(session, account_id)
        before, name = (row.password_hash, row.name or "") if row else (None, "")
    if not fits(before, old):
        raise NotAllowed(phrase("That is not the present password."))
    check_password(new, name)
    password_hash = hash_password(new)
    with sessions.begin() as session:
        row = queries.find(session, account_id)
        if row is None or row.password_hash != before:
            raise Conflict(phrase("The password was changed elsewhere meanwhile. Log in again."))
        row.password_hash = password_hash
        queries.drop_sessions(session, account_id, but=keep_session)


def remove_account(sessions: Sessions, name: str) -> None:
    """Remove a person with their sessions and keys; never the owner."""
    with sessions.begin() as session:
        queries.lock(session)
        row = _by_name(session, name)
        if row.id == OWNER_ID:
            raise Conflict(
                phrase(
                    "{name} is the owner of this gallery and stays; rename the account or change its "
                    "password instead.",
                    name=row.name,
                )
            )
        queries.remove(session, row.id)


def view(row: AccountRow) -> Account:
    """Return an account as the rest of the program knows it, without its password."""
    return Account(
        id=row.id,
        name=row.name,
        has_password=row.password_hash is not None,
        is_admin=row.is_admin,
        ceiling=Rating(row.rating_ceiling),
        unrated_as=Rating(row.unrated_as),
        root_ids=None if row.root_ids is None else tuple(row.root_ids),
        mirrors=tuple(row.mirrors),
        created_at=row.created_at,
    )


def _by_name(session: Session, name: str) -> AccountRow:
    row = queries.find_by_name(session, name.strip())
    if row is None:
        raise NotFound(phrase("There is no account named {name}.", name=name))
    return row


def _unnamed_owner(session: Session) -> AccountRow | None:
    owner = queries.find(session, OWNER_ID)
    return owner if owner is not None and owner.name is None else None
