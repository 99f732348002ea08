"""A person's word holds, whatever machines, files, lists and settings say afterwards."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import sessionmaker

from homebooru.db.tables import PostRow, TagAliasRow, TagRow
from homebooru.domain.editing.words import Hand, Via
from homebooru.domain.said import Said
from homebooru.domain.vocabulary.acts import Kind
from homebooru.domain.vocabulary.lists import ListKind, read_list
from homebooru.domain.vocabulary.wishes import Wish
from homebooru.errors import Conflict, InvalidInput, NotFound
from homebooru.services.tags import tuning
from homebooru.services.tags.claiming import keep_claims
from homebooru.services.tags.deriving import check, rebuild, retag_due
from homebooru.services.tags.importing import Origin, import_list
from homebooru.services.tags.taking_back import take_back
from homebooru.services.tags.vocabulary import carry_out
from tests.factories import edit_post, make_post, said_tags
from tests.integration.services.conftest import Quiet

NAMES = ("a", "b", "c", "d", "e")
MODELS = ("camie", "wd")
SOURCES = ("danbooru", "gelbooru", "xmp", "gallery-dl", "saucenao", *MODELS)
POSTS = 2


@dataclass
class House:
    """Some posts, and what a person last said of each name: yes or no, in the order of saying."""

    sessions: sessionmaker
    posts: list[int]
    words: dict[int, dict[str, bool]] = field(default_factory=dict)
    acts: list[int] = field(default_factory=list)


Step = Callable[[House], object]


def claims(post: int, source: str, sure: dict[str, float] | None) -> Step:
    """Let a source say something else than before, or nothing at all any more."""

    def run(house):
        said = None
        if sure is not None:
            knows = source in (*MODELS, "saucenao")
            sureness = tuple(sure.values()) if knows else None
            said = Said(tags=said_tags(" ".join(sure)), confidences=sureness)
        with house.sessions.begin() as session:
            keep_claims(session, {(house.posts[post], source): said})

    return run


def word(post: int, name: str, yes: bool) -> Step:
    def run(house):
        with house.sessions.begin() as session:
            edit_post(session, house.posts[post], name if yes else f"-{name}")
        said = house.words.setdefault(house.posts[post], {})
        said.pop(name, None)
        said[name] = yes

    return run


def change(kind: Kind, name: str, other: str) -> Step:
    def run(house):
        wish = Wish(kind, name, None if kind is Kind.UNALIAS else other)
        if (act := carry_out(house.sessions, wish)) is not None:
            house.acts.append(act)

    return run


def undo(which: int) -> Step:
    def run(house):
        if house.acts:
            take_back(house.sessions, house.acts[which % len(house.acts)], Hand())

    return run


def list_of(kind: ListKind, lines: list[tuple[str, str]]) -> Step:
    def run(house):
        text = io.StringIO("".join(f"{name},{other}\n" for name, other in lines))
        origin = Origin(kind, "danbooru", Hand(via=Via.IMPORT))
        import_list(house.sessions, read_list(text, kind, "danbooru"), origin, Quiet())

    return run


def tune(wanted: dict[str, object]) -> Step:
    return lambda house: tuning.tune_all(house.sessions, wanted)


names = st.sampled_from(NAMES)
shares = st.sampled_from([0.0, 0.3, 0.5, 0.9, 1.0])
posts = st.integers(0, POSTS - 1)
said = st.none() | st.dictionaries(names, shares, min_size=1, max_size=4)
pairs = st.tuples(names, names)
links = st.sampled_from([Kind.RENAME, Kind.MERGE, Kind.ALIAS, Kind.IMPLY, Kind.UNALIAS])
policies = st.one_of(
    st.builds(lambda s, x: {"trust": {s: x}}, st.sampled_from(SOURCES), shares),
    st.builds(lambda x, y: {"thresholds": {"general": x, "wd/general": y}}, shares, shares),
    st.builds(lambda x: {"floors": {"general": x}}, shares),
    st.builds(lambda x: {"likeness": {"saucenao": x}}, shares),
    st.builds(lambda x: {"precisions": {"general": 0.9}, "followed": {"camie/general": x}}, shares),
    st.builds(lambda joins: {"models_join_boorus": joins}, st.booleans()),
)
of_machines = st.one_of(
    st.builds(claims, posts, st.sampled_from(SOURCES), said),
    st.builds(list_of, st.sampled_from([ListKind.ALIASES, ListKind.IMPLICATIONS]),
              st.lists(pairs, min_size=1, max_size=3)),
    st.builds(change, links, names, names),
    st.builds(undo, st.integers(0, 9)),
    st.builds(tune, policies),
)  # fmt: skip
of_people = st.builds(word, posts, names, st.booleans())


def begin(sessions) -> House:
    with sessions.begin() as session:
        for table in ("vocabulary_act", "retag_order", "tag_count_delta", "post", "tag", "setting"):
            session.execute(sa.text(f"delete from {table}"))
        make_post(session, tags=NAMES)  # all of them are tags
        made = [make_post(session, tags="a b").id for _ in range(POSTS)]
    return House(sessions, made)


def meanings(sessions) -> Callable[[str], str]:
    """Return what names mean now, followed by hand."""
    with sessions() as session:
        called = {tag.id: tag.name for tag in session.scalars(sa.select(TagRow))}
        rows = session.scalars(sa.select(TagAliasRow))
        aliases = {called[row.antecedent_id]: called[row.consequent_id] for row in rows}

    def mean(name):
        return mean(aliases[name]) if name in aliases else name

    return mean


def assert_words_hold(house: House) -> None:
    mean = meanings(house.sessions)
    with house.sessions() as session:
        tags = sa.text("select name from tag, post where post.id = :id and tag.id = any(tag_ids)")
        for post, words in house.words.items():
            held = set(session.execute(tags, {"id": post}).scalars())
            decided = {mean(name): yes for name, yes in words.items()}  # the newest stands
            assert {name: name in held for name in decided} == decided


@settings(
    max_examples=25,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
)
@given(
    before=st.lists(of_people | of_machines, max_size=4),
    words=st.lists(of_people, min_size=1, max_size=3),
    after=st.lists(of_machines, min_size=2, max_size=6),
)
def test_nobody_but_a_person_overrules_a_person_whatever_happens(sessions, before, words, after):
    """Tagging anew, another model, sidecars, lists, merges of tags, settings, and a rebuild."""
    house = begin(sessions)
    for step in (*before, *words, *after):
        try:
            step(house)
        except (Conflict, InvalidInput, NotFound):
            continue  # it made no sense here, and did nothing
        retag_due(sessions, Quiet())
        assert_words_hold(house)
        assert check(sessions, Quiet()) == 0
    assert rebuild(sessions, Quiet()) == 0


@pytest.mark.parametrize("settings_", [{"trust": {"wd": 1}}, {"thresholds": {"wd/general": 0.1}}])
def test_what_nobody_decided_does_follow(sessions, settings_):
    """Or else the test above would show nothing."""
    house = begin(sessions)
    for step in (
        word(0, "c", yes=False),
        claims(0, "wd", {"c": 0.3, "d": 0.3}),
        tune({"thresholds": {"general": 0.2}} | settings_),
        change(Kind.ALIAS, "e", "d"),
    ):
        step(house)
        retag_due(sessions, Quiet())
    assert_words_hold(house)
    with sessions() as session:
        tags = session.get_one(PostRow, house.posts[0]).tag_ids
        names_ = session.scalars(sa.select(TagRow.name).where(TagRow.id.in_(tags)))
        assert set(names_) == {"a", "b", "d"}
