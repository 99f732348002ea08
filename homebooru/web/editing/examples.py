"""Made-up edits, for the page that shows all components."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from homebooru.domain.claims import About
from homebooru.domain.editing.batches import BatchView, Preview
from homebooru.domain.editing.history import ChangeView, EditView
from homebooru.domain.editing.words import Via, Word
from homebooru.domain.posts import TagView
from homebooru.domain.tags import Category
from homebooru.web.editing.batches import Wanted

MOMENT = datetime(2026, 1, 31, 12, tzinfo=UTC)
SAID, DENIED = Word(value=True, made_at=MOMENT), Word(value=False, made_at=MOMENT)
WINDOW = TagView(name="open_window", category=Category.GENERAL, count=2_310)
CAT = TagView(name="grey_cat", category=Category.CHARACTER, count=96)
SCRIPT = "open_window -twins rating:s"


@dataclass(frozen=True, slots=True)
class Examples:
    """What the parts of editing show there."""

    wanted: Wanted
    preview: Preview
    batches: tuple[BatchView, ...]
    edits: tuple[EditView, ...]


def _edit(*changes: ChangeView, undoes: int | None = None) -> EditView:
    return EditView(
        id=1,
        post_id=1,
        account_id=1,
        by=None,
        via=Via.WEB,
        made_at=MOMENT,
        batch_id=None,
        script=None,
        undoes_id=undoes,
        changes=changes,
    )


AT_WORK = BatchView(
    id=1,
    account_id=1,
    by=None,
    via=Via.WEB,
    script=SCRIPT,
    query="grey_cat",
    undoes_batch_id=None,
    posts=1_204,
    done=700,
    changed=690,
    left_alone=0,
    made_at=MOMENT,
    finished_at=None,
)
EXAMPLES = Examples(
    wanted=Wanted(query="grey_cat", ids="", script=SCRIPT, create=False, previewed=SCRIPT),
    preview=Preview(
        posts=1_204,
        gains={"open_window": 410},
        losses={"twins": 3},
    ),
    batches=(AT_WORK, replace(AT_WORK, id=2, done=1_204, left_alone=2, finished_at=MOMENT)),
    edits=(
        _edit(ChangeView(WINDOW, None, SAID), ChangeView(CAT, SAID, DENIED)),
        _edit(ChangeView(About.RATING, None, replace(SAID, value="s")), undoes=1),
    ),
)
