"""Libraries and searches for tests, of which every part may matter to some other."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from homebooru.db.tables import (
    AccountRow,
    AlbumPostRow,
    AlbumRow,
    AssetRow,
    ClaimRow,
    FavouriteRow,
    FormerDigestRow,
    LocationRow,
    MirrorRow,
    PersonPostRow,
    PersonRow,
    PoolPostRow,
    PoolRow,
    PostRow,
    PostVerdictRow,
    RootRow,
    SavedSearchRow,
    TagAliasRow,
    TagRow,
    VerdictRow,
)
from homebooru.domain.query import Query
from homebooru.domain.query.dates import Ago, DateSpan, Period
from homebooru.domain.query.orders import Order, OrderBy
from homebooru.domain.query.tree import (
    FILE_TYPES,
    ME,
    Dated,
    Detail,
    Digest,
    Everything,
    Favourite,
    FileType,
    From,
    Has,
    HashKind,
    Held,
    Holder,
    InImmich,
    Is,
    Kin,
    Measure,
    MetadataFound,
    Mirrored,
    Moment,
    Number,
    Pooled,
    PoolKind,
    Rated,
    Related,
    Saved,
    Status,
    Suggested,
    Tag,
    Text,
    TextField,
    Wildcard,
)
from homebooru.domain.ratings import Rating
from homebooru.domain.scope import Scope
from tests.trees import RELATIVE, intervals, lists_of, orders, some, trees

NOW = datetime(2024, 3, 31, 0, 30, tzinfo=UTC)  # summer time begins half an hour later in Berlin
ZONES = [ZoneInfo("Europe/Berlin"), ZoneInfo("America/Los_Angeles"), UTC]
TAGS = ["cat", "cats", "big_cat", "neko", "dog_(animal)", "100%", "a_b", "axb", "straße"]
ALIASES = {"cats": "cat", "neko": "cats"}
NAMES = [
    "Cat.PNG",
    "cat",
    "100%.jpg",
    "a_b.png",
    "axb.png",
    ".hidden",
    "Cafe\u0301.webp",
    "a\nb.gif",
]
FOLDERS = ["", "art", "Art/cats", "artful", "old_art", "a%b"]
SOURCES = ["https://www.pixiv.net/artworks/1", "https://example.org/A_b?x=100%", "a friend"]
POOLS = [(1, "Cat Stories", "series"), (2, "cat_stories_2", "collection"), (70, "50%", "series")]
ALBUMS = [(1, "Cat stories"), (2, "50%"), (3, "cat_stories")]
PERSONS = [(1, "Cat Stories"), (2, "")]
SAVED = {
    1: {"Cats": "cat or neko", "both": "search:cats order:score limit:2", "gone": "is:trashed"},
    2: {"cats": "dog_(animal)", "both": "fav:me", "gone": "-cat"},
}
VOICES = ["danbooru", "text", "camie", "wd", "xmp"]
MOMENTS = [
    None,
    NOW,
    NOW - timedelta(minutes=45),
    NOW - timedelta(hours=9),
    NOW - timedelta(days=1),
    NOW - timedelta(days=40),
    datetime(2023, 12, 31, 23, 30, tzinfo=UTC),
    datetime(2020, 2, 29, 12, tzinfo=UTC),
    datetime(1850, 1, 1, tzinfo=UTC),
]


def maybe(*values):
    return st.sampled_from([None, *values])


posts = st.fixed_dictionaries(
    {
        "md5": maybe(*(hashlib.md5(bytes([n])).digest() for n in range(3))),
        "mime": maybe("image/png", "image/jpeg", "image/gif", "video/mp4", "video/webm"),
        "size": maybe(0, 1, 1000, 2000, 2**40),
        "width": maybe(1, 3, 800, 1920, 65_535),
        "height": maybe(1, 2, 600, 1080, 65_535),
        "duration": maybe(0.0, 0.0005, 0.5, 4.9999, 5.0, 90.25),
        "frames": maybe(1, 2, 100),
        "has_sound": maybe(True, False),
        "state": st.sampled_from(["pending", "ready", "unreadable"]),
        "damaged": st.booleans(),
        "rating": maybe("g", "s", "q", "e"),
        "score": maybe(-5, 0, 1, 10),
        "stars": maybe(1, 3, 5),
        "general_count": st.integers(0, 3),
        "artist_count": st.integers(0, 1),
        "sources": st.lists(st.sampled_from(SOURCES), max_size=2),
        "description": maybe("words"),
        "place": maybe("Berlin"),
        "dated_at": st.sampled_from(MOMENTS),
        "created_at": st.sampled_from(MOMENTS[1:]),
        "changed_at": maybe(*MOMENTS[1:]),
        "missing_since": maybe(NOW),
        "trashed_at": maybe(NOW),
        "reviewed_at": maybe(NOW),
        "tags": st.sets(st.sampled_from(TAGS)),
        "parent": st.one_of(st.none(), st.integers(0, 3)),
        "files": st.lists(
            st.tuples(
                st.sampled_from(NAMES),
                st.sampled_from(FOLDERS),
                st.sampled_from([1, 2, -1, -2]),  # below 0 a user of Immich
                maybe(NOW),
            ),
            max_size=2,
        ),
        "claims": st.dictionaries(
            st.sampled_from(VOICES),
            st.dictionaries(st.sampled_from(TAGS), st.sampled_from([0.0, 0.25, 0.6, 0.99, 1.0])),
            max_size=2,
        ),
        "claimed_md5": maybe(*(hashlib.md5(bytes([n])).hexdigest() for n in range(5))),
        "verdicts": st.dictionaries(st.sampled_from(TAGS), st.booleans(), max_size=2),
        "word": st.booleans(),
        "former": st.booleans(),
        "liked": st.dictionaries(st.integers(1, 2), st.sampled_from(MOMENTS[1:5])),
        "pools": st.dictionaries(st.sampled_from([1, 2, 70]), st.integers(-2, 2)),
        "albums": st.sets(st.integers(1, 3)),
        "persons": st.sets(st.integers(1, 2)),
        "assets": st.lists(
            st.tuples(
                st.sampled_from(["timeline", "archive", "hidden", "locked"]),
                st.booleans(),
                st.booleans(),
            ),
            max_size=2,
        ),
        "surety": maybe(0, 2_500, 10_000),
        "suggestion_ids": st.sampled_from([[], [], [3, 1], [6, 3]]),
        "disagrees": st.booleans(),
    }
)


@st.composite
def numbers(draw):
    measure = draw(st.sampled_from(sorted(Measure)))
    most = draw(st.sampled_from([3, 200, 10_000, 10**7]))
    return Number(measure, draw(lists_of(intervals(min(most, 10_001), low=-1))))


periods = st.sampled_from(
    [
        Period(2024), Period(2023), Period(2024, 3), Period(2024, 3, 30), Period(2024, 3, 31),
        Period(2023, 12, 31), Period(2024, 1, 1), Period(2020, 2, 29), Period(1, 1, 1), Period(9999),
    ]
)  # fmt: skip
spans = st.one_of(
    periods.map(lambda one: DateSpan(one, one)),
    periods.map(lambda one: DateSpan(one, None)),
    periods.map(lambda one: DateSpan(None, one)),
    st.tuples(periods, periods).map(lambda pair: DateSpan(*pair)),
    st.sampled_from([*RELATIVE, DateSpan(Ago(40), Ago(1))]),
)
texts = st.one_of(
    st.sampled_from(["cat.png", "CAT", "*a*", "100%*", "a_b", "*.*", "café", "*", ".hidden"]).map(
        lambda pattern: Text(TextField.FILENAME, pattern)
    ),
    st.sampled_from(["art", "ART/cats", "*art*", "one", "two/art", "a%b", "*/cats"]).map(
        lambda pattern: Text(TextField.FOLDER, pattern)
    ),
    st.sampled_from(["pixiv", "https://*", "a_B?X=100%", "*friend", "1"]).map(
        lambda pattern: Text(TextField.SOURCE, pattern)
    ),
)
pool_names = st.sampled_from(["cat stories", "CAT*", "*_2", "50%", "70", "1", "none such"])
pool_orders = pool_names.map(lambda name: Order(OrderBy.POOL, descending=False, named=name))
terms = st.one_of(
    st.sampled_from([*TAGS, "unknown"]).map(Tag),
    st.sampled_from(["*", "c*", "*cat*", "a_b*", "*0%", "*(*", "str*", "cat", "neko", "0%"]).map(
        Wildcard
    ),
    st.sampled_from(
        [Tag("cat"), Tag("neko"), Tag("big_cat"), Wildcard("*"), Wildcard("*cat*")]
    ).map(Suggested),
    numbers(),
    st.builds(Dated, st.sampled_from(sorted(Moment)), lists_of(spans)),
    st.integers(0, 4).map(
        lambda n: Digest(HashKind.MD5, frozenset({hashlib.md5(bytes([n])).hexdigest()}))
    ),
    st.integers(0, 6).map(
        lambda n: Digest(HashKind.SHA256, frozenset({hashlib.sha256(bytes([n])).hexdigest()}))
    ),
    some(Rating, 4).map(Rated),
    some(FILE_TYPES).map(FileType),
    some([*VOICES, "person"]).map(From),
    texts,
    st.builds(Related, st.sampled_from(sorted(Kin)), lists_of(intervals(5, low=1))),
    st.sampled_from(sorted(Detail)).map(Has),
    st.sampled_from(sorted(Status)).map(Is),
    st.just(MetadataFound()),
    st.builds(Held, st.sampled_from(sorted(Holder)), st.one_of(st.just("*"), pool_names)),
    st.sampled_from(sorted(Mirrored)).map(InImmich),
    st.sampled_from(sorted(PoolKind)).map(Pooled),
    st.just(Favourite()),
)
mine = st.sampled_from(["cats", "BOTH", "gone"]).map(Saved)  # for those whom one knows
all_orders = st.one_of(
    orders,
    pool_orders,
    st.just(Order(OrderBy.FAVOURITED, named=ME)),
    st.sampled_from(
        [Order(OrderBy.CUSTOM, descending=False, named=ids) for ids in ("3,1,2", "-5,2")]
    ),
)
queries = st.builds(Query, st.one_of(st.just(Everything()), trees(terms)), all_orders)
queries_of_mine = st.builds(Query, trees(st.one_of(terms, mine)), all_orders)
scopes = st.builds(
    Scope,
    ceiling=st.sampled_from(Rating),
    unrated_as=st.sampled_from(Rating),
    roots=st.sampled_from([None, frozenset({1}), frozenset({1, 2}), frozenset()]),
    mirrors=st.sampled_from([frozenset(), frozenset({1})]),
    account=st.sampled_from([None, 1, 2]),
)


def asked_for(scope):
    """Return any searches that somebody may make."""
    return queries if scope.account is None else queries_of_mine


def fill(session, corpus):
    """Make a library whose ids begin at 1; the caller rolls it back."""
    session.add_all([RootRow(id=1, path=b"/1", name="One"), RootRow(id=2, path=b"/2", name="two")])
    tags = {name: number for number, name in enumerate(TAGS, start=1)}
    session.add_all([TagRow(id=number, name=name) for name, number in tags.items()])
    session.add(AccountRow(id=2, name="two"))
    session.add_all(MirrorRow(owner_id=UUID(int=n), number=n) for n in (1, 2))
    session.add_all([PoolRow(id=n, name=name, category=kind) for n, name, kind in POOLS])
    session.add_all(AlbumRow(id=n, remote_id=UUID(int=n), name=name) for n, name in ALBUMS)
    session.add_all(PersonRow(id=n, remote_id=UUID(int=n), name=name) for n, name in PERSONS)
    session.flush()
    for account, searches in SAVED.items():
        for name, query in searches.items():
            session.add(SavedSearchRow(account_id=account, name=name, query=query))
    for one, other in ALIASES.items():
        session.add(TagAliasRow(antecedent_id=tags[one], consequent_id=tags[other]))
    for number, given_post in enumerate(corpus, start=1):
        add_post(session, number, dict(given_post), tags)
    session.flush()


def add_post(session, number, row, tags):
    wanted = row.pop("tags") - ALIASES.keys()
    files, claims, md5 = row.pop("files"), row.pop("claims"), row.pop("claimed_md5")
    verdicts, word, former = row.pop("verdicts"), row.pop("word"), row.pop("former")
    parent, liked, pools = row.pop("parent"), row.pop("liked"), row.pop("pools")
    albums, persons, assets = row.pop("albums"), row.pop("persons"), row.pop("assets")
    session.add(
        PostRow(
            **row,
            id=number,
            sha256=hashlib.sha256(bytes([number])).digest(),
            tag_ids=sorted(tags[name] for name in wanted),
            parent_id=number - parent if parent and number > parent else None,
        )
    )
    session.flush()
    for place, (name, folder, root, gone) in enumerate(files):
        session.add(
            LocationRow(
                post_id=number, path=f"{number}/{place}".encode(), name=name,
                folder=folder, size=1, mtime_ns=1, missing_since=gone,
                **({"root_id": root} if root > 0 else {"mirror": -root}),
            )
        )  # fmt: skip
    for source, said in claims.items():
        session.add(
            ClaimRow(
                post_id=number,
                source=source,
                tag_ids=[tags[name] for name in said],
                confidences=list(said.values()) if source in ("camie", "wd") else None,
                md5=md5,
            )
        )
    session.add_all(
        VerdictRow(post_id=number, tag_id=tags[name], yes=yes) for name, yes in verdicts.items()
    )
    session.add_all(
        FavouriteRow(account_id=account, post_id=number, made_at=when)
        for account, when in liked.items()
    )
    session.add_all(
        PoolPostRow(pool_id=pool, post_id=number, position=position)
        for pool, position in pools.items()
    )
    session.add_all(AlbumPostRow(album_id=album, post_id=number) for album in albums)
    session.add_all(PersonPostRow(person_id=person, post_id=number) for person in persons)
    session.add_all(
        AssetRow(
            remote_id=UUID(int=10 * number + place), post_id=number, visibility=visibility,
            is_favourite=is_favourite, is_trashed=is_trashed,
        )
        for place, (visibility, is_favourite, is_trashed) in enumerate(assets)
    )  # fmt: skip
    if word:
        session.add(PostVerdictRow(post_id=number, about="rating", value="g"))
    if former:
        bits = bytes([number + 3])
        session.add(
            FormerDigestRow(
                sha256=hashlib.sha256(bits).digest(), md5=hashlib.md5(bits).digest(), post_id=number
            )
        )
