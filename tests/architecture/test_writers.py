"""Whoever writes files has a test of what happens on a disk that does not let them."""

from pathlib import Path

import pytest

from tests.architecture.test_originals import HOME, writes

FAULTS = "tests/integration/files/test_faults.py"
SEEN = {
    "db/backup.py": (FAULTS, "test_a_backup_does_so_too"),
    "db/embedded.py": ("tests/integration/db/test_embedded.py", "test_a_full_disk"),
    "db/programs.py": ("tests/integration/db/test_embedded.py", "test_a_full_disk"),
    "db/server_user.py": (FAULTS, "set_server"),  # gives away what others wrote
    "db/singleton.py": (FAULTS, "hold_lock"),
    "db/sockets.py": ("tests/integration/db/test_embedded.py", "test_a_full_disk"),
    "db/tuning.py": (FAULTS, "set_server"),
    "files/secrets.py": (FAULTS, "make_secret"),
    "files/takeover/copies.py": (FAULTS, "keep_copy"),
    "files/takeover/sqlite.py": (FAULTS, "copy_database"),
    "files/thumbs.py": (FAULTS, "keep_thumbnail"),
    "files/transfer/lines.py": (FAULTS, "write_export"),
    "files/trash.py": (
        "tests/integration/services/trash/test_moving.py",
        "test_what_cannot_be_moved_stays_whole_and_is_told",
    ),
    "files/xmp/writing.py": (FAULTS, "write_sidecar"),
    "search/index/snapshot.py": (FAULTS, "save_index"),
    "services/zipping.py": (
        "tests/web/test_bundles.py",
        "test_what_a_search_finds_comes_in_its_order_under_names_of_their_own",
    ),  # writes into memory
    "settings/folders.py": (FAULTS, "make_folders"),
}


def writers():
    return {
        str(file.relative_to(HOME / "homebooru"))
        for file in (HOME / "homebooru").rglob("*.py")
        if any(writes(file.read_text("utf-8")))
    }


def test_every_writer_is_known():
    assert writers() == SEEN.keys()


@pytest.mark.parametrize("module", SEEN)
def test_and_was_seen_on_a_broken_disk(module):
    file, name = SEEN[module]
    assert f"def {name}" in Path(HOME / file).read_text("utf-8")
