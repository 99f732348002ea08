"""What somebody may not see makes no difference to any answer that they get.

Bo asks for everything twice: before there is anything hidden, and after. Both answers are the same,
to the byte, so no count, name, neighbour or order tells of it.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from urllib.parse import urlencode
from uuid import uuid4

import pytest
import sqlalchemy as sa

from homebooru.db.tables import (
    AlbumPostRow,
    AlbumRow,
    Base,
    DuplicatePairRow,
    PersonPostRow,
    PersonRow,
    PostRow,
    RecordRow,
    RootRow,
)
from homebooru.domain.editing.words import Hand
from homebooru.domain.ratings import Rating
from homebooru.domain.said import Said
from homebooru.domain.scope import Scope
from homebooru.services.accounts import accounts
from homebooru.services.accounts.accounts import scope_of
from homebooru.services.accounts.tickets import issue
from homebooru.services.editing.batches import edit_posts
from homebooru.services.keeping.pools import add_pool, put_posts
from homebooru.services.keeping.searches import save_search
from homebooru.services.tags.claiming import keep_claims
from homebooru.services.tags.counting import fold_counts
from homebooru.services.trash.showing import throw_away
from homebooru.web.csrf import HEADER
from tests import corpus
from tests.factories import edit_post, make_post, said_tags
from tests.web.visiting import PASSWORD, addresses, log_in, token_of

SECRET = "zzhush"
SHOWN = (1, 2)
HIDDEN = (3, 4, 5, 6, 7)
# New in every answer, whoever asks.
PASSING = re.compile(
    r'(?<=csrf_token" value=")[0-9a-f]+|(?<=csrf" content=")[0-9a-f]+|pass=[\w-]+|/data/[\w-]+/'
    r"|random:[0-9a-f]+|\d\d:\d\d(:\d\d)?(\.\d+)?|\d+ (seconds?|minutes?) ago"
)
SEARCHES = (
    "", "cat", "-cat", "order:id", f"{SECRET}*", f"filename:{SECRET}*", "is:any", "is:trashed",
    "rating:e", "review:suggestion", "parent:1", "pool:days", f"-{SECRET}_one", "similar:1",
    "near:1", "order:random:1", "from:danbooru", f"folder:{SECRET}", f"{SECRET}_on", "limit:1",
    "md5:" + "0" * 32, f"fav:{SECRET}", f"search:{SECRET}", "commenter:any", "status:deleted",
)  # fmt: skip
RANDOM = "/posts/random.json"
LISTS = ("/posts", "/counts/posts.json", "/api/posts", "/posts/dates", "/api/terms")
NAMES = (
    "/posts.json", "/posts.atom", "/posts/zip", "/related_tag.json", "/batches/new", "/api/images",
    "/api/autocomplete", "/autocomplete.json", "/tags", "/tags.json", "/api/tags", "/history",
    "/tag_aliases.json", "/pools", "/pools.json", "/artists.json", "/api/walls", "/review/wall",
)  # fmt: skip
QUERIES = ("tags", "q", "query", "search[name_matches]", "term", "tag")


@pytest.fixture
def shown(house, sessions, ada):
    """A gallery of two posts, with what Bo and Ada made of them."""
    general = {"rating": Rating.GENERAL, "tags": "cat dog"}
    for seed in SHOWN:
        house.add(f"shown{seed}.png", corpus.png(seed=seed), folder="trip", seed=seed, **general)
    bo = accounts.add_account(sessions, "Bo", PASSWORD, ceiling=Rating.SENSITIVE, root_ids=[1])
    everyone = scope_of(ada)
    add_pool(sessions, "days", everyone, posts=SHOWN)
    save_search(sessions, bo.id, "mine", "cat", scope_of(bo))
    edit_posts(sessions, [1], "-dog", everyone, Hand(account_id=ada.id))
    fold_counts(sessions)
    tell_of_scan(sessions, last_scan_at=datetime.now(UTC), found=len(SHOWN))
    return bo


def tell_of_scan(sessions, *, found, **more):
    with sessions.begin() as session:
        session.execute(
            sa.update(RootRow).values(last_scan_seconds=1, last_scan_found=found, **more)
        )


def hide(house, ada):
    """Add what Bo may not see, tied in every way to what he may."""
    sessions, everyone = house.deps.sessions, scope_of(ada)
    tags = f"{SECRET}_one cat artist:{SECRET}_two"
    explicit = {"rating": Rating.EXPLICIT, "tags": tags, "folder": SECRET}
    posts = [
        house.add(f"{SECRET}1.png", corpus.png(seed=1, compress_level=1), **explicit),
        house.add(f"{SECRET}2.png", corpus.png(seed=12), folder="trip", tags=tags),  # unrated
        house.add(f"{SECRET}3.png", corpus.png(seed=13), **explicit),
        house.add(f"{SECRET}4.png", b"none", state="unreadable", state_reason=SECRET, **explicit),
    ]
    by = Hand(account_id=ada.id, reason=SECRET)
    with sessions.begin() as session:
        elsewhere = make_post(
            session, tags=tags, rating=Rating.GENERAL, root=f"/{SECRET}", parent_id=1
        )
        assert (*posts, elsewhere.id) == HIDDEN
        session.get_one(PostRow, 4).parent_id = 1
        album = AlbumRow(name=f"{SECRET} album", remote_id=uuid4())
        person = PersonRow(name=f"{SECRET} person", remote_id=uuid4())
        session.add_all((album, person))
        session.flush()
        for number in HIDDEN[:2]:
            session.add(AlbumPostRow(album_id=album.id, post_id=number))
            session.add(PersonPostRow(person_id=person.id, post_id=number))
        session.add(DuplicatePairRow(one_id=1, other_id=3, kind="copy", difference=0, share=0))
        session.add(RecordRow(post_id=4, source="danbooru", outcome="hit", remote_id=SECRET))
        said = Said(tags=said_tags(f"fox {SECRET}_three"), confidences=(0.4, 0.5))
        keep_claims(session, {(4, "camie"): said, (3, "danbooru"): Said(tags=said_tags("sun"))})
        edit_post(session, 3, f"{SECRET}_four bird rating:e", account_id=ada.id, reason=SECRET)
    put_posts(sessions, 1, HIDDEN[:2], everyone)
    add_pool(sessions, f"{SECRET} pool", everyone, posts=HIDDEN[:2])
    save_search(sessions, ada.id, SECRET, f"{SECRET}_one", Scope(account=ada.id))
    edit_posts(sessions, [3, 4], f"-{SECRET}_two", everyone, by)
    throw_away(sessions, 5, everyone, by)
    tell_of_scan(sessions, found=len(SHOWN) + len(HIDDEN))
    fold_counts(sessions)


def asked(app):
    """Return every address: of what is shown, and of what will be hidden."""
    found = set()
    for number, digest in ((1, "0" * 64), (3, hashlib.sha256(corpus.png(seed=12)).hexdigest())):
        names = {"tag": f"{SECRET}_one", "name": f"{SECRET}_two", "filename": "css/none"}
        ids = (
            "post_id", "pool_id", "batch_id", "edit_id", "tag_id", "search_id", "artist_id",
            "act_id", "user_id", "list_id", "root_id",
        )  # fmt: skip
        values = names | dict.fromkeys(ids, number) | {"digest": digest}
        found |= set(addresses(app, "GET", **values).values())
    return sorted(found - {RANDOM})


def answers(client, places):
    """Return what is answered at each place, less what is new in every answer."""
    return {where: said(client.get(where)) for where in places}


def said(answer):
    headers = {name: answer.headers.get(name) for name in ("Location", "Content-Type")}
    return answer.status_code, headers, PASSING.sub("", answer.data.decode(errors="replace"))


def test_what_is_hidden_changes_no_answer(app, deps, house, shown, ada):
    client = app.test_client()
    log_in(client, "Bo")
    places = asked(app) + searched() + [ticket_for(deps, shown, number) for number in HIDDEN]
    before = answers(client, places)
    hide(house, ada)
    after = answers(client, places)
    differing = [
        f"{where}: {change}"
        for where in places
        if (change := told(before[where], after[where])) is not None
    ]
    assert not differing, "\n".join(differing)
    assert not [where for where in places if SECRET in after[where][2] and SECRET not in where]
    assert client.get(RANDOM).json["id"] in SHOWN


def searched():
    """Return the addresses that take a search or a name, with all that might find what is hidden."""
    found = [f"{where}?{urlencode({'tags': text})}" for where in LISTS for text in SEARCHES]
    for text in (f"{SECRET}*", "zz", f"{SECRET}_one"):
        found += [f"{where}?{urlencode(dict.fromkeys(QUERIES, text))}" for where in NAMES]
    return found


def ticket_for(deps, account, post_id):
    name = "x.png"
    thing = f"original/{post_id}/{name}"
    ticket = issue(deps.ticket_secret, account.id, thing, datetime.now(UTC))
    return f"/data/{ticket}/{thing}"


def told(one, other):
    """Return where two answers begin to differ."""
    if one == other:
        return None
    if one[:2] != other[:2]:
        return one[:2], other[:2]
    a, b = one[2], other[2]
    place = next(
        (n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b))
    )
    return a[max(0, place - 60) : place + 60], b[max(0, place - 60) : place + 60]


# What is hidden is not changed either, and whoever tries is told what strangers are told.


def test_nobody_changes_what_they_may_not_see(app, house, sessions, shown, ada):
    client = app.test_client()
    log_in(client, "Bo")
    hide(house, ada)
    token = {HEADER: token_of(client)}
    before = rows_about(sessions, HIDDEN)
    for method, where, names in changing(app, 3):
        for sent in ({"json": {**WISH, "ids": [3], "posts": [3]}}, {"data": {**WISH, "ids": "3"}}):
            answer = client.open(where, method=method, headers=token, **sent)
            assert SECRET.encode() not in answer.data.replace(WISH["filepath"].encode(), b""), where
            assert answer.status_code < 500, where
            assert answer.status_code in {400, 403, 404} or "post_id" not in names, where
    assert rows_about(sessions, HIDDEN) == before
    assert len(before) > 5


WISH = {
    "tags": "id:3", "query": "id:3", "edit": "cat -dog", "script": "cat -dog", "add": "3",
    "one": 1, "other": 3, "one_id": 1, "other_id": 3, "choice": "unrelated", "fate": "trash",
    "does": "add", "into": "1", "pool": "1", "name": "a name", "rating": "g", "about": "tags",
    "key": "3-1", "posts": "3", "what": "reject", "filepath": f"{SECRET}/{SECRET}1.png",
    "source": "danbooru", "shown": "3", "wrong": "3", "tag": "cat", "create": "1",
}  # fmt: skip


def changing(app, number):
    """Return each way to change something about a post, and what its address is made of."""
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for endpoint, where in addresses(app, method, post_id=number).items():
            if not endpoint.startswith("accounts."):  # which would end the visit
                [names] = {tuple(rule.arguments) for rule in app.url_map.iter_rules(endpoint)}
                yield method, where, names


def rows_about(sessions, posts):
    """Return all rows that name one of these posts, by their tables."""
    about = ("post_id", "one_id", "other_id", "kept_id")
    found = {}
    with sessions.begin() as session:
        for table in Base.metadata.sorted_tables:
            columns = [table.c[name] for name in about if name in table.c]
            if columns and not table.name.endswith("_change"):
                wanted = sa.or_(*(column.in_(posts) for column in columns))
                rows = session.execute(sa.select(table).where(wanted)).all()
                found |= {table.name: sorted(map(repr, rows))} if rows else {}
    return found
