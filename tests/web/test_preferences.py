import pytest

from homebooru.web.preferences import DEFAULT, Preferences, changed, written
from tests.web.visiting import token_of


def choose(client, **fields):
    return client.post("/preferences", data={"csrf_token": token_of(client), **fields})


@pytest.mark.parametrize(
    "wishes",
    [
        {"theme": "purple"},
        {"size": "-1"},
        {"size": "²"},
        {"limit": "51"},
        {"safe": "yes"},
        {"language": "../x"},
        {"nothing": "1"},
    ],
)
def test_nonsense_counts_as_not_said(wishes):
    assert changed(DEFAULT, wishes) == DEFAULT


def test_sizes_stay_within_bounds():
    assert changed(DEFAULT, {"size": "1"}).size == 120
    assert changed(DEFAULT, {"size": "9999"}).size == 480


def test_only_what_differs_is_kept():
    assert written(DEFAULT) == ""
    assert written(Preferences(theme="dark", safe=True)) == "theme=dark&safe=1"


def test_choices_are_kept_and_the_page_follows(client):
    answer = choose(client, theme="dark", next="/system")
    assert (answer.status_code, answer.location) == (303, "/system")
    assert choose(client, density="compact").status_code == 303
    assert 'data-theme="dark" data-density="compact"' in client.get("/system").text


@pytest.mark.parametrize("target", ["//elsewhere.example", "/\\elsewhere.example", "https://x.y"])
def test_a_form_leads_on_to_no_other_site(client, target):
    assert choose(client, next=target).location == "/"


def test_a_cookie_of_nonsense_is_harmless(client):
    client.set_cookie("homebooru_view", "theme=%ff&size=1e9&limit=;x&safe=2")
    assert client.get("/posts").status_code == 200
