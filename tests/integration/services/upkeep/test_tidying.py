"""Everything that grows has a rule; and each rule is seen to hold."""

import os
import time

import pytest
import sqlalchemy as sa

from homebooru.db.backup import sweep_backups
from homebooru.db.tables import Base
from homebooru.services.upkeep.tidying import tidy

TIDIED = {
    "web_session": "now() - interval '1 second'",
    "login_failure": "now() - interval '2 days'",
    "asked_picture": "now() - interval '2 days'",
    "embedding_text": "now() - interval '31 days'",
    "tag_list": "now() - interval '31 days'",
    "push_run": "now() - interval '366 days'",
}
MAKE = {
    "web_session": "insert into web_session (token_hash, account_id, expires_at) values ({n}::text::bytea, 1, {at})",
    "login_failure": "insert into login_failure (name, address, failed_at) values ('x', 'y', {at})",
    "asked_picture": "insert into asked_picture (key, account_id, asked_at, sha256, md5, mime, size,"
    " width, height, look, preview) values ('{n}', 1, {at}, 'x', 'y', 'image/png', 1, 1, 1,"
    " array_fill(1, array[128])::halfvec(128), '')",
    "embedding_text": "insert into embedding_text (space, text, vector, asked_at) values ('m', '{n}', '', {at})",
    "tag_list": "insert into tag_list (name, kind, site, other_names, lines, made_at)"
    " values ('x', 'tags', 'danbooru', false, 1, {at})",
    "push_run": "insert into push_run (began_at, ended_at) values ({at}, {at})",
}
BY_OTHERS = {  # jobs and the services themselves, with tests of their own
    "post_change": "prune_feed", "tag_change": "prune_feed", "feed_reader": "prune_feed",
    "job_run": "prune_jobs", "job_error": "prune_jobs", "push_act": "goes with push_run",
    "past_search": "the newest of each account stay", "tag_count_delta": "fold_counts",
    "worker": "forgotten when they are dead",
}  # fmt: skip
KEPT = {  # what people did, which can always be taken back
    "edit", "edit_batch", "vocabulary_act", "vocabulary_change", "tuning", "duplicate_decision",
    "tag_question", "api_key",
}  # fmt: skip
WORK = {  # rows go when their work is done
    "intake", "preparation", "scan_request", "edit_order", "retag_order", "trash_order",
    "sidecar_order", "push_order", "picture_order", "look_order", "embedding_order",
    "duplicate_order", "tag_list_order", "vocabulary_undo", "backup_order", "asset_wish",
    "remembered",
}  # fmt: skip
BOUNDED = {  # by posts, tags, people, places and what is set: one row for each, or for each pair
    "post", "former_digest", "location", "statement", "claim", "verdict", "post_verdict", "record",
    "original", "fingerprint", "duplicate_pair", "embedding_look", "trashed_file", "review_answer",
    "tag", "tag_alias", "tag_implication", "tag_description", "tag_link_refusal", "model_tag",
    "model_curve", "account", "favourite", "pool", "pool_post", "saved_search", "review_batch",
    "root", "problem", "library", "setting", "service", "opt_in", "job_schedule", "duplicate_rule",
    "embedding_space", "mirror", "immich_user", "album", "album_view", "album_asset", "album_post",
    "asset", "person", "person_post", "remote_tag", "sidecar", "push", "push_place", "push_tag",
    "taken", "taken_pool",
}  # fmt: skip


def test_every_table_has_a_rule():
    rules = [TIDIED.keys(), BY_OTHERS.keys(), KEPT, WORK, BOUNDED]
    assert set(Base.metadata.tables) == set().union(*rules)
    assert sum(map(len, rules)) == len(Base.metadata.tables)


@pytest.fixture
def model(sessions):
    with sessions.begin() as session:
        session.execute(
            sa.text(
                "insert into embedding_space (name, vectors, version, dimensions, reads)"
                " values ('m', 'v', '1', 4, true)"
            )
        )


@pytest.mark.parametrize("table", TIDIED)
def test_what_is_over_goes_and_what_is_not_stays(sessions, model, table):
    still = "now() + interval '1 day'" if table == "web_session" else "now()"
    with sessions.begin() as session:
        for n, at in enumerate((TIDIED[table], still), 1):
            session.execute(sa.text(MAKE[table].format(n=n, at=at)))
    tidy(sessions)
    with sessions() as session:
        assert session.scalar(sa.text(f"select count(*) from {table}")) == 1
    tidy(sessions)
    with sessions() as session:
        assert session.scalar(sa.text(f"select count(*) from {table}")) == 1


def test_a_list_that_is_at_work_or_was_taken_up_stays(sessions):
    with sessions.begin() as session:
        for _ in range(2):
            session.execute(sa.text(MAKE["tag_list"].format(n=1, at=TIDIED["tag_list"])))
        session.execute(sa.text("update tag_list set brought = '{}' where id = 1"))
        session.execute(sa.text("insert into tag_list_order (list_id, writes) values (2, true)"))
    tidy(sessions)
    with sessions() as session:
        assert session.scalar(sa.text("select count(*) from tag_list")) == 2


def test_half_backups_of_killed_processes_are_swept(tmp_path):
    old = tmp_path / ".x.dump.half"
    old.touch()
    os.utime(old, (time.time() - 7200,) * 2)
    (tmp_path / "good.dump").touch()
    sweep_backups(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["good.dump"]
