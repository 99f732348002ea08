"""Lists that are brought: looked through, taken up once somebody says so, stopped and resumed."""

import io

import pytest
import sqlalchemy as sa

from homebooru.db.tables import TagListOrderRow, TagListRow, VocabularyActRow, VocabularyUndoRow
from homebooru.domain.editing.words import Hand, Via
from homebooru.domain.scope import EVERYTHING
from homebooru.domain.vocabulary.lists import ListKind
from homebooru.errors import Conflict, InvalidInput, NotFound
from homebooru.services.tags import bringing, taking_back
from homebooru.services.tags.bringing import Label, bring_list, lists_due, show_list
from tests.integration.services.tags.test_vocabulary_acts import everything

ME = Hand(account_id=1)
ALIASES = "kitty,cat\nhound,dog\ntom,cat\ncat,cat\n"


def bring(sessions, text=ALIASES, name="danbooru_tag_aliases.csv", **label):
    return bring_list(sessions, io.BytesIO(text.encode()), Label(name, **label), ME)


def count(sessions, table):
    with sessions() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table))


def test_a_list_is_looked_through_first_and_taken_up_as_it_was_foretold(sessions, quiet):
    made = bring(sessions)
    with pytest.raises(Conflict, match="still being read"):
        bringing.take_up(sessions, made, ME)
    assert lists_due(sessions, quiet) == 4
    seen = show_list(sessions, made)
    assert (seen.kind, seen.site, seen.lines, seen.at_work) == (
        ListKind.ALIASES, "danbooru", 4, False,
    )  # fmt: skip
    assert (seen.foretold.aliases, seen.foretold.bad, seen.brought) == (3, 1, None)
    assert [str(each.reason) for each in seen.foretold.mistakes] == ["cat leads to itself"]
    assert everything(sessions)["aliases"] == set()

    bringing.take_up(sessions, made, ME)
    assert show_list(sessions, made).writes
    lists_due(sessions, quiet)
    done = show_list(sessions, made)
    assert (done.brought, done.at_work, done.may_be_taken) == (seen.foretold, False, False)
    assert len(everything(sessions)["aliases"]) == 3
    with sessions() as session:
        [act] = session.scalars(sa.select(VocabularyActRow))
        assert (act.account_id, act.via, act.reason) == (1, Via.IMPORT, "danbooru_tag_aliases.csv")
        assert session.get_one(TagListRow, made).body is None
    with pytest.raises(Conflict, match="cannot be taken up"):
        bringing.take_up(sessions, made, ME)


def test_a_list_that_comes_again_would_change_nothing_and_changes_nothing(sessions, quiet):
    for _ in range(2):
        made = bring(sessions)
        lists_due(sessions, quiet)
        bringing.take_up(sessions, made, ME)
        lists_due(sessions, quiet)
    again = show_list(sessions, made)
    assert (again.foretold.known, again.foretold.aliases) == (3, 0)
    assert (again.brought.known, again.brought.aliases) == (3, 0)
    assert count(sessions, VocabularyActRow) == 1


def test_what_was_interrupted_goes_on_and_what_was_stopped_stays(
    sessions, quiet, for_batches, monkeypatch
):
    monkeypatch.setattr("homebooru.services.tags.importing.BATCH", 1)
    made = bring(sessions)
    lists_due(sessions, for_batches(3))  # a worker that ends in the middle
    assert (show_list(sessions, made).done, show_list(sessions, made).foretold) == (2, None)
    with sessions.begin() as session:
        session.execute(sa.update(TagListOrderRow).values(due=sa.func.now()))
    lists_due(sessions, quiet)
    bringing.take_up(sessions, made, ME)

    class Stopping(type(quiet)):
        def advance(self, done=1, *, current=None):
            bringing.stop_list(sessions, made)

    lists_due(sessions, Stopping())
    assert len(everything(sessions)["aliases"]) == 2  # what was at hand is finished
    stopped = show_list(sessions, made)
    assert (stopped.brought, stopped.may_be_taken) == (None, True)
    bringing.take_up(sessions, made, ME)
    bringing.drop_list(sessions, made)
    assert lists_due(sessions, quiet) == 0
    with pytest.raises(NotFound):
        show_list(sessions, made)
    assert bringing.list_lists(sessions) == ()


def test_what_is_no_list_is_refused_and_what_somebody_says_of_it_goes_before_its_name(
    sessions, quiet
):
    with pytest.raises(InvalidInput, match="nothing in that file"):
        bring(sessions, "")
    with pytest.raises(InvalidInput, match="does not tell what is in it"):
        bring(sessions, name="list.csv")
    made = bring(sessions, "cat,2\n", "list.csv", kind=ListKind.TAGS, site="e621")
    lists_due(sessions, quiet)
    assert show_list(sessions, made).foretold.new_tags == 1
    odd = bring(sessions, "\0\udcff,x\n".encode("utf-8", "surrogateescape").decode("latin-1"))
    lists_due(sessions, quiet)
    assert show_list(sessions, odd).foretold.bad == 1
    for nobody in (99, 2**31 - 1):
        for act in (bringing.drop_list, bringing.stop_list, show_list):
            with pytest.raises(NotFound):
                act(sessions, nobody)


def test_a_long_list_is_taken_back_by_a_job_that_may_be_interrupted_and_that_too(
    sessions, quiet, for_batches, monkeypatch
):
    monkeypatch.setattr(taking_back, "BATCH", 2)
    before = everything(sessions)
    made = bring(sessions, "".join(f"name_{n},meaning_{n // 2}\n" for n in range(9)))
    lists_due(sessions, quiet)
    bringing.take_up(sessions, made, ME)
    lists_due(sessions, quiet)
    taken = everything(sessions)
    assert taking_back.take_back(sessions, 1, ME, most=8).is_ordered
    assert taking_back.undo_due(sessions, for_batches(2)) == 4
    [undo] = taking_back.list_undos(sessions, EVERYTHING)
    assert (undo.act_id, undo.done, undo.total) == (1, 4, 9)
    assert everything(sessions)["aliases"] < taken["aliases"]
    with sessions.begin() as session:  # whoever was at it is dead
        session.execute(sa.update(VocabularyUndoRow).values(due=sa.func.now()))
    assert taking_back.undo_due(sessions, quiet) == 5
    assert taking_back.list_undos(sessions, EVERYTHING) == ()
    assert everything(sessions) == before
    assert count(sessions, VocabularyActRow) == 2
    assert taking_back.take_back(sessions, 2, ME, most=8).is_ordered
    taking_back.undo_due(sessions, quiet)
    assert everything(sessions) == taken
