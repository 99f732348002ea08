"""The system page: what it says of folders, jobs and problems, and what one does there."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from homebooru.db.tables import (
    JobErrorRow,
    JobRunRow,
    ProblemRow,
    RootRow,
    ScanRequestRow,
)
from homebooru.domain.jobs import JobState, JobView, Wish
from homebooru.jobs.declarations import JOBS
from homebooru.web.words import JOB_TITLES, job_title
from tests.web.browsing import DESK, PHONE
from tests.web.visiting import token_of

NO_ROOM = "Only 210 MB are free. It goes on when there is 1 GB."


@pytest.fixture
def run(sessions):
    """Note a run of a job as a worker would."""

    def note(**columns) -> int:
        given = {"name": "index_files", "title": "Reading files", "done": 120, "total": 9000}
        with sessions.begin() as session:
            row = JobRunRow(**given | columns)
            session.add(row)
            session.flush()
            return row.id

    return note


@pytest.fixture
def change(sessions):
    def write(table, row_id, **columns):
        with sessions.begin() as session:
            session.execute(sa.update(table).where(table.id == row_id).values(**columns))

    return write


@pytest.fixture
def problems(house, sessions):
    """Add files that could not be read to the folder of the house."""
    house.add(tags="cat")

    def add(count):
        with sessions.begin() as session:
            root_id = session.scalars(sa.select(RootRow.id)).one()
            session.add_all(
                ProblemRow(
                    root_id=root_id,
                    picture=b"%03d.jpg" % number,
                    path=b"%03d.jpg" % number,
                    part="file",
                    reason="It is cut short.",
                )
                for number in range(count)
            )

    return add


def value(sessions, table, row_id, name):
    with sessions() as session:
        return getattr(session.get_one(table, row_id), name)


# What it says


def test_every_job_has_a_title_in_the_catalogue():
    assert {name: str(title) for name, title in JOB_TITLES.items()} == {
        name: job.title for name, job in JOBS.items()
    }


def test_a_job_of_another_version_keeps_the_title_it_came_with():
    now = datetime.now(UTC)
    job = JobView(
        id=1, name="later", title="Something new", state=JobState.DONE, wish=Wish.GO, reason=None,
        done=1, total=1, rate=None, current=None, errors=0, recent_errors=(), report=None,
        started_at=now, updated_at=now, finished_at=now,
    )  # fmt: skip
    assert job_title(job) == "Something new"


def test_a_job_tells_how_far_it_is_and_why_it_rests(client, run, sessions):
    run(rate=41.3, current="/a/cat.jpg")
    run(name="scan_roots", state="paused", reason=NO_ROOM)
    failed = run(state="failed", reason="No answer.", errors=31, finished_at=sa.func.now())
    with sessions.begin() as session:
        session.add(JobErrorRow(run_id=failed, what="/a/broken.jpg", reason="It is cut short."))
    page = client.get("/system").text
    for words in (
        "120 of 9,000 done.", "41.3 a second.", "About 4 minutes left.", "Now: /a/cat.jpg",
        "waiting for room", NO_ROOM, "31 could not be done", "/a/broken.jpg", "No answer.",
    ):  # fmt: skip
        assert words in page
    assert "/resume" not in page  # a job that waits for room goes on by itself


def test_many_problems_are_counted_and_listed_behind_a_line(client, problems):
    problems(300)
    page = client.get("/system").text
    assert "300 problems" in page
    assert page.count("It is cut short.") == 100
    assert "295 more" in page
    assert "The first 100 of 300 are listed." in page


def test_a_folder_that_cannot_be_is_told_beside_what_was_written(client, house):
    form = {"csrf_token": token_of(client), "path": "/nowhere/at all"}
    answer = client.post("/system/roots", data=form)
    assert answer.status_code == 400
    assert 'value="/nowhere/at all"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "There is no folder /nowhere/at all" in answer.text
    told = client.post("/system/roots", data=form, headers={"Accept": "application/json"})
    assert told.json["error"]["kind"] == "InvalidInput"


# What one does there


@pytest.fixture
def go(visit):
    """Opens the page on a device."""

    def open_page(device):
        page = visit(**device)
        page.goto("/system")
        return page

    return open_page


def by_mouse(page, name):
    page.get_by_role("button", name=name).click()


def by_keyboard(page, name):
    page.get_by_role("button", name=name).focus()
    page.keyboard.press("Enter")


def by_touch(page, name):
    page.get_by_role("button", name=name).tap()


@pytest.mark.parametrize(
    ("device", "press"), [(DESK, by_mouse), (DESK, by_keyboard), (PHONE, by_touch)]
)
def test_a_running_job_is_paused_and_goes_on(go, run, sessions, device, press):
    job_id = run(current="/a/cat.jpg")
    page = go(device)
    page.evaluate("window.here = true")
    press(page, "Pause: Reading files")
    expect(page.get_by_role("button", name="Resume: Reading files")).to_be_visible()
    assert value(sessions, JobRunRow, job_id, "state") == "paused"
    expect(page.locator("#announcements")).to_have_text("Reading files: paused.")
    if press is by_keyboard:
        expect(page.get_by_role("button", name="Resume: Reading files")).to_be_focused()
    press(page, "Resume: Reading files")
    expect(page.locator("#job-1 button").first).not_to_have_attribute("aria-busy", "true")
    assert value(sessions, JobRunRow, job_id, "wish") == "go"
    assert page.evaluate("window.here")  # the page was never left


def test_a_wrong_folder_is_told_in_place_then_the_right_one_comes_and_goes(go, house):
    page = go(DESK)
    page.get_by_label("Path of the folder").fill("/nowhere/at all")
    page.keyboard.press("Enter")
    field = page.get_by_label("Path of the folder")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()
    expect(page.locator("#add-mistake")).to_contain_text("There is no folder")
    assert "status of 400" in page.complaints.pop()
    field.fill(str(house.folder))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=house.folder.name)).to_be_visible()
    page.locator("summary", has_text="Remove…").click()
    page.get_by_role("button", name="Remove this folder").click()
    expect(page.get_by_text("No folder yet.")).to_be_visible()
    assert page.evaluate("document.activeElement.id") == "folders-card"


def test_by_touch_a_folder_is_scanned_and_problems_are_tried_again(go, problems, sessions):
    def asked():
        with sessions.begin() as session:
            found = len(session.scalars(sa.select(ScanRequestRow)).all())
            session.execute(sa.delete(ScanRequestRow))
            return found

    problems(12)
    page = go(PHONE)
    asked()
    for name in ("Scan now: pictures", "Try again: whatever could not be read"):
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            page.get_by_role("button", name=name).tap()
        assert asked() == 1
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390


def test_what_is_open_scrolled_and_written_stays_while_the_page_renews_itself(
    go, problems, run, change
):
    problems(60)
    job_id = run()
    page = go(DESK)
    page.locator("#more-problems summary").click()
    page.get_by_label("Path of the folder").fill("/home/m")
    page.locator("#more-problems summary").focus()
    place = "document.activeElement.getBoundingClientRect().top"
    before = page.evaluate(place)
    page.evaluate("window.kept = document.getElementById('more-problems')")
    run(name="scan_roots", title="Looking through folders", state="paused", reason=NO_ROOM)
    change(JobRunRow, job_id, done=4500, state="failed", reason="No answer.")
    expect(page.get_by_text("4,500 of 9,000 done.")).to_be_visible()
    assert page.evaluate("kept.isConnected && kept.open")
    expect(page.locator("#more-problems summary")).to_be_focused()
    expect(page.get_by_label("Path of the folder")).to_have_value("/home/m")
    assert page.evaluate(place) == pytest.approx(before, abs=2)


def test_only_what_matters_is_told_aloud(go, problems, run, change, sessions):
    problems(1)
    job_id = run()
    page = go(DESK)
    page.evaluate(
        "window.told = []; new MutationObserver(() => told.push("
        "document.getElementById('announcements').textContent)).observe("
        "document.getElementById('announcements'), {childList: true})"
    )
    change(JobRunRow, job_id, done=4500)
    expect(page.get_by_text("4,500 of 9,000 done.")).to_be_visible()
    with sessions.begin() as session:
        root_id = session.scalars(sa.select(RootRow.id)).one()
    change(RootRow, root_id, state="offline", state_reason="Its disk is not connected.")
    expect(page.locator("#announcements")).to_have_text("pictures: offline.")
    change(JobRunRow, job_id, state="failed", reason="No answer.", finished_at=sa.func.now())
    expect(page.locator("#announcements")).to_have_text("Reading files: failed.")
    told = [words for words in page.evaluate("window.told") if words]
    assert told == ["pictures: offline.", "Reading files: failed."]


def test_a_refusal_is_told_without_leaving_the_page(go, run, change):
    job_id = run()
    page = go(DESK)
    button = page.get_by_role("button", name="Pause: Reading files")
    page.route("**/system", lambda route: route.abort())  # so that nothing is renewed before
    change(JobRunRow, job_id, state="done", finished_at=sa.func.now())
    button.click()
    alert = page.locator("#refused")
    expect(alert).to_contain_text("Reading files is not running")
    alert.get_by_role("button", name="Close").click()
    expect(alert).to_be_hidden()
    look = "document.dispatchEvent(new Event('visibilitychange'))"
    for _ in range(2):
        with page.expect_event("requestfailed"):
            page.evaluate(look)
    expect(page.locator("#lost")).to_be_visible()
    page.unroute("**/system")
    page.evaluate(look)
    expect(page.locator("#lost")).to_be_hidden()
    page.complaints.clear()


def test_without_scripts_a_reload_shows_the_rest(visit, run, sessions):
    job_id = run()
    page = visit(java_script_enabled=False)
    page.goto("/system")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    assert value(sessions, JobRunRow, job_id, "state") == "paused"
