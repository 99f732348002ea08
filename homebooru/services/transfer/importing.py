"""Imports an export: into an empty library, or beside what is known already, as often as wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby, islice

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries import locks, tags
from homebooru.db.queries.transfer import settling
from homebooru.db.queries.transfer.finding import find_posts
from homebooru.db.queries.vocabulary.states import read_states
from homebooru.db.retrying import in_transaction
from homebooru.db.tables import EditBatchRow
from homebooru.domain.editing.words import Hand, Via
from homebooru.domain.policy import PERSON
from homebooru.domain.tags import Category
from homebooru.domain.transfer.shapes import Line
from homebooru.domain.vocabulary.acts import Kind, Link, Matter, State, Thing, changes_to
from homebooru.domain.vocabulary.lists import LinkEntry, ListKind, TagEntry
from homebooru.errors import InvalidInput
from homebooru.phrases import phrase
from homebooru.ports import Progress, Silent
from homebooru.services.tags.importing import Origin, import_list
from homebooru.services.tags.vocabulary import keep
from homebooru.services.transfer.merging import Merged, Page, merge

PAGE = 200
REASON = phrase("an export was imported")
LISTS = {"alias": ListKind.ALIASES, "implication": ListKind.IMPLICATIONS}


@dataclass(slots=True)
class _Import:
    """What the lines so far were made into."""

    sessions: Sessions
    by: Hand
    accounts: dict[str, int] = field(default_factory=dict)
    pools: dict[str, tuple[int, int]] = field(default_factory=dict)
    batches: dict[int, int] = field(default_factory=dict)
    merged: Merged = field(default_factory=Merged)

    def account(self, name: str | None) -> int | None:
        return None if name is None else self.accounts.get(name)


def import_lines(sessions: Sessions, lines: Iterable[Line], progress: Progress, by: Hand) -> Merged:
    """Take up the lines of an export, which were checked; return what they brought.

    Each page is a transaction of its own. What an interrupted import took up stays; the next one
    of the same file does the rest, since what is here already changes nothing.
    """
    run = _Import(sessions, in_transaction(sessions, partial(_begin, by=by)))
    for kind, group in groupby(lines, key=lambda line: str(line["kind"])):
        while page := list(islice(group, PAGE)):
            TAKERS[kind](run, page)
            progress.advance(len(page))
    in_transaction(sessions, partial(_end, run=run))
    return run.merged


def _begin(session: Session, *, by: Hand) -> Hand:
    """Begin the batch as which all that people say by it can be taken back."""
    batch = EditBatchRow(account_id=by.account_id, via=Via.IMPORT, query=by.reason)
    session.add(batch)
    session.flush()
    return Hand(account_id=by.account_id, via=Via.IMPORT, reason=by.reason, batch_id=batch.id)


def _end(session: Session, *, run: _Import) -> None:
    """End the batch, or forget it where nothing changed."""
    batch = session.get_one(EditBatchRow, run.by.batch_id)
    batch.posts = batch.changed = run.merged.changed_posts
    batch.finished_at = sa.func.now()
    if not run.merged.changed_posts:
        session.delete(batch)


def _settings(run: _Import, page: Sequence[Line]) -> None:
    with run.sessions.begin() as session:
        for line in page:
            settling.keep_setting(session, line)


def _accounts(run: _Import, page: Sequence[Line]) -> None:
    with run.sessions.begin() as session:
        for line in page:
            run.accounts[line["name"]] = settling.keep_account(session, line)


def _tags(run: _Import, page: Sequence[Line]) -> None:
    """Make tags; whoever is trusted more has put them into their category."""
    for by, group in groupby(page, key=lambda line: line["by"]):
        lines = list(group)
        if by is None:
            names = dict.fromkeys(line["name"] for line in lines)
            in_transaction(run.sessions, partial(tags.make_tags, wanted=names))
            continue
        entries = [
            TagEntry(number, line["name"], Category[line["category"].upper()])
            for number, line in enumerate(lines, 1)
        ]
        _take_list(run, entries, ListKind.TAGS, by)
    in_transaction(run.sessions, partial(_describe, lines=page, by=run.by))


def _links(run: _Import, page: Sequence[Line]) -> None:
    for by, group in groupby(page, key=lambda line: str(line["by"])):
        lines = list(group)
        entries = [LinkEntry(n, line["from"], line["to"]) for n, line in enumerate(lines, 1)]
        _take_list(run, entries, LISTS[lines[0]["kind"]], by)


def _take_list(
    run: _Import, entries: Sequence[TagEntry | LinkEntry], kind: ListKind, by: str
) -> None:
    import_list(run.sessions, entries, Origin(kind, by, run.by), Silent())


def _describe(session: Session, *, lines: Sequence[Line], by: Hand) -> None:
    """Keep what people wrote of tags of which nobody wrote here."""
    texts = {line["name"]: line["description"] for line in lines if line["description"]}
    ids = tags.find_tags(session, texts)
    wanted: dict[Thing, State] = {
        Thing(Matter.DESCRIPTION, ids[name]): text for name, text in texts.items()
    }
    _say(session, wanted, by)


def _refusals(run: _Import, page: Sequence[Line]) -> None:
    in_transaction(run.sessions, partial(_refuse, lines=page, by=run.by))


def _refuse(session: Session, *, lines: Sequence[Line], by: Hand) -> None:
    names = {line[end] for line in lines for end in ("from", "to")}
    locks.own_vocabulary(session)
    ids = tags.make_tags(session, dict.fromkeys(names))
    wanted: dict[Thing, State] = {
        Thing(Matter(line["matter"]), ids[line["from"]], ids[line["to"]]): Link(False, PERSON)
        for line in lines
    }
    _say(session, wanted, by)


def _say(session: Session, wanted: dict[Thing, State], by: Hand) -> None:
    """Say of the vocabulary what nobody said anything of here."""
    locks.own_vocabulary(session)
    held = read_states(session, wanted.keys())
    new = {thing: state for thing, state in wanted.items() if thing not in held}
    if changes := changes_to(new, held):
        keep(session, Kind.IMPORT, changes, by, REASON)


def _pools(run: _Import, page: Sequence[Line]) -> None:
    with run.sessions.begin() as session:
        for line in page:
            run.pools[line["name"]] = settling.keep_pool(session, line)


def _searches(run: _Import, page: Sequence[Line]) -> None:
    with run.sessions.begin() as session:
        for line in page:
            if (account := run.account(line["by"])) is not None:
                settling.keep_search(session, account, line)


def _batches(run: _Import, page: Sequence[Line]) -> None:
    with run.sessions.begin() as session:
        for line in page:
            account = run.account(line["by"])
            run.batches[line["id"]] = settling.keep_batch(session, account, line)


def _posts(run: _Import, page: Sequence[Line]) -> None:
    def take(session: Session) -> Merged:
        return merge(Page(session, page, run.accounts, run.batches), run.by)

    run.merged.add(in_transaction(run.sessions, take))


def _members(run: _Import, page: Sequence[Line]) -> None:
    with run.sessions.begin() as session:
        posts = find_posts(session, {line["post"] for line in page})
        rows = []
        for line in page:
            if line["pool"] not in run.pools:
                raise InvalidInput(
                    phrase("There is no line for the pool {pool}.", pool=line["pool"])
                )
            pool, behind = run.pools[line["pool"]]
            if line["post"] in posts:
                place = behind + line["position"]
                rows.append({"pool_id": pool, "post_id": posts[line["post"]], "position": place})
        settling.keep_members(session, rows)


TAKERS: dict[str, Callable[[_Import, Sequence[Line]], None]] = {
    "setting": _settings,
    "account": _accounts,
    "tag": _tags,
    "alias": _links,
    "implication": _links,
    "refusal": _refusals,
    "pool": _pools,
    "search": _searches,
    "batch": _batches,
    "post": _posts,
    "member": _members,
}
