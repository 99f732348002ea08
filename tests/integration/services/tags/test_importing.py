"""Lists of tags, aliases and implications, taken up again and again."""

import io
import json

import pytest
import sqlalchemy as sa

from homebooru.db.tables import RetagOrderRow, VocabularyActRow
from homebooru.domain.editing.words import Hand, Via
from homebooru.domain.tags import Category
from homebooru.domain.vocabulary.acts import Kind
from homebooru.domain.vocabulary.lists import ListKind, read_list
from homebooru.domain.vocabulary.wishes import Wish
from homebooru.services.tags.deriving import check, retag_due
from homebooru.services.tags.importing import Origin, import_list
from homebooru.services.tags.taking_back import take_back
from homebooru.services.tags.vocabulary import carry_out
from tests.factories import make_post
from tests.integration.services.tags.test_vocabulary_acts import everything

TAGS = """\
cat,0,500,"kitty,/c,pussycat"
,0,1,
somebody,1,40,
a work,3,30,
miku,4,20,
highres,5,10,
nonsense,9,1,
dog,0,9
"""
ALIASES = """\
id,antecedent_name,consequent_name,status
1,kitty,cat,active
2,hound,dog,active
3,hi_res,highres,deleted
4,tom,cat,active
5,cat,cat,active
"""
IMPLICATIONS = "\n".join(
    json.dumps(each)
    for each in (
        {"antecedent_name": "miku", "consequent_name": "a_work", "status": "active"},
        {"antecedent_name": "cat", "consequent_name": "animal", "status": "active"},
        {"antecedent_name": "animal", "consequent_name": "kitty", "status": "active"},
        {"antecedent_name": "dog", "consequent_name": "animal", "status": "retired"},
        {"antecedent_name": 7, "consequent_name": "animal"},
        {"consequent_name": "animal"},
    )
)
FILES = {
    ListKind.TAGS: TAGS,
    ListKind.ALIASES: ALIASES,
    ListKind.IMPLICATIONS: IMPLICATIONS + "\n{broken\n",
}


@pytest.fixture
def take(sessions, quiet):
    def run(
        kind, text=None, *, rehearse=False, source="danbooru", other_names=False, progress=quiet
    ):
        entries = read_list(
            io.StringIO(FILES[kind] if text is None else text),
            kind,
            source,
            other_names=other_names,
        )
        origin = Origin(kind, source, Hand(via=Via.IMPORT))
        return import_list(sessions, entries, origin, progress, rehearse=rehearse)

    return run


def brought(tally):
    """Return what a list brought, without what is nothing."""
    names = [name for name in tally.__dataclass_fields__ if name not in ("mistakes", "read")]
    return {name: getattr(tally, name) for name in names if getattr(tally, name)}


def test_lists_bring_categories_aliases_and_implications(sessions, quiet, take):
    with sessions.begin() as session:
        post = make_post(session, tags="kitty highres miku").id

    tags = take(ListKind.TAGS)
    assert brought(tags) == {"new_tags": 4, "categories": 2, "bad": 2}
    assert [mistake.line for mistake in tags.mistakes] == [2, 7]
    assert brought(take(ListKind.ALIASES)) == {
        "new_tags": 2, "aliases": 3, "passed_over": 1, "bad": 1,
    }  # fmt: skip
    links = take(ListKind.IMPLICATIONS)
    assert brought(links) == {
        "new_tags": 1, "implications": 2, "circles": 1, "passed_over": 1, "bad": 3,
    }  # fmt: skip
    assert [mistake.line for mistake in links.mistakes] == [5, 6, 7]

    retag_due(sessions, quiet)
    found = everything(sessions)
    assert found["posts"][post][0] == {"cat", "animal", "highres", "miku", "a_work"}
    assert ("a_work", Category.COPYRIGHT, "danbooru") in found["categories"]
    assert check(sessions, quiet) == 0


@pytest.mark.parametrize("batch", [2, 1000])
def test_a_list_that_comes_again_changes_nothing(sessions, quiet, take, monkeypatch, batch):
    monkeypatch.setattr("homebooru.services.tags.importing.BATCH", batch)
    told = {kind: brought(take(kind, rehearse=True)) for kind in (ListKind.TAGS,)}
    assert everything(sessions)["categories"] == set()
    assert {ListKind.TAGS: brought(take(ListKind.TAGS))} == told
    for kind in (ListKind.ALIASES, ListKind.IMPLICATIONS):
        expected = brought(take(kind, rehearse=True))
        assert brought(take(kind)) == expected
    then, acts = everything(sessions), count(sessions, VocabularyActRow)
    retag_due(sessions, quiet)

    for kind in ListKind:
        again = brought(take(kind))
        assert again.keys() <= {"known", "passed_over", "circles", "bad"}
    assert everything(sessions) == then
    assert (count(sessions, VocabularyActRow), count(sessions, RetagOrderRow)) == (acts, 0)


def test_what_a_person_decided_outranks_a_list(sessions, take):
    take(ListKind.TAGS)
    take(ListKind.ALIASES)
    for wish in (
        Wish(Kind.CATEGORISE, "dog", category=Category.CHARACTER),
        Wish(Kind.UNALIAS, "tom"),
        Wish(Kind.IMPLY, "miku", "a_work"),
        Wish(Kind.UNIMPLY, "miku", "a_work"),
    ):
        carry_out(sessions, wish)
    carry_out(sessions, Wish(Kind.UNALIAS, "hound"))
    carry_out(sessions, Wish(Kind.ALIAS, "hound", "wolf"))
    then = everything(sessions)

    assert brought(take(ListKind.TAGS))["outranked"] == 1
    assert brought(take(ListKind.ALIASES))["outranked"] == 2
    take(ListKind.IMPLICATIONS, IMPLICATIONS.splitlines()[0])
    assert everything(sessions) == then


def test_a_site_may_change_its_mind_and_a_more_trusted_one_is_heard_first(sessions, take):
    take(ListKind.ALIASES, "tom,cat\n", source="e621")
    take(ListKind.ALIASES, "tom,tiger\n", source="e621")
    assert everything(sessions)["aliases"] == {("tom", "tiger", "e621")}
    take(ListKind.ALIASES, "tom,tom_(character)\n", source="danbooru")
    assert brought(take(ListKind.ALIASES, "tom,lion\n", source="e621"))["outranked"] == 1
    assert everything(sessions)["aliases"] == {("tom", "tom_(character)", "danbooru")}


def test_an_import_is_one_act_and_is_taken_back_as_one(sessions, quiet, take, monkeypatch):
    monkeypatch.setattr("homebooru.services.tags.importing.BATCH", 2)
    monkeypatch.setattr("homebooru.services.tags.taking_back.BATCH", 2)
    with sessions.begin() as session:
        make_post(session, tags="kitty hound tom")
    then = everything(sessions)
    take(ListKind.ALIASES)
    retag_due(sessions, quiet)
    with sessions() as session:
        [act] = session.scalars(sa.select(VocabularyActRow)).all()
        assert (act.kind, act.via) == (Kind.IMPORT, Via.IMPORT)
    undone = take_back(sessions, act.id, Hand())
    retag_due(sessions, quiet)
    assert (undone.changed, undone.left) == (3, 0)
    assert everything(sessions) == then


def test_an_import_that_stopped_halfway_is_finished_by_the_next_one(
    sessions, quiet, take, monkeypatch, for_batches
):
    monkeypatch.setattr("homebooru.services.tags.importing.BATCH", 2)
    with sessions.begin() as session:
        make_post(session, tags="kitty hound tom")
    assert take(ListKind.ALIASES, progress=for_batches(1)).read == 2
    assert len(everything(sessions)["aliases"]) == 2
    take(ListKind.ALIASES)
    retag_due(sessions, quiet)
    assert len(everything(sessions)["aliases"]) == 3
    assert check(sessions, quiet) == 0


def test_only_posts_that_hear_of_it_are_derived_anew(sessions, quiet, take):
    with sessions.begin() as session:
        make_post(session, tags="cat")
        make_post(session, tags="wolf")
    take(ListKind.ALIASES, "kitty,cat\nhound,wolf\n")
    assert count(sessions, RetagOrderRow) == 0
    take(ListKind.IMPLICATIONS, "hound,animal\nkitty,pet\n")
    assert retag_due(sessions, quiet) == 2


def test_a_name_that_brings_implications_with_it_is_heard(sessions, quiet, take):
    with sessions.begin() as session:
        post = make_post(session, tags="cat").id
    take(ListKind.IMPLICATIONS, "kitty,pet\n")
    take(ListKind.ALIASES, "kitty,cat\n")
    retag_due(sessions, quiet)
    assert everything(sessions)["posts"][post][0] == {"cat", "pet"}


def count(sessions, table):
    with sessions() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table))


def test_other_names_in_a_list_of_tags_are_taken_up_only_where_that_is_wished(sessions, take):
    assert brought(take(ListKind.TAGS, TAGS.splitlines()[0])) == {"new_tags": 1}
    assert brought(take(ListKind.TAGS, TAGS.splitlines()[0], other_names=True)) == {
        "new_tags": 2, "aliases": 2, "known": 1,
    }  # fmt: skip
    assert {pair[0] for pair in everything(sessions)["aliases"]} == {"kitty", "pussycat"}
