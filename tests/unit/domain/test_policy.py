import pytest

from homebooru.domain.policy import STRANGER, VOICES, Kind, Policy, tuned
from homebooru.domain.tags import Category
from homebooru.errors import InvalidInput


def test_without_settings_the_defaults_hold():
    assert tuned({}) == Policy()


def test_a_person_is_trusted_above_all_and_nobody_least():
    policy = Policy()
    assert policy.trust("person") > max(voice.trust for voice in VOICES.values())
    assert policy.trust(None) < 0 < policy.trust("somebody_new") == STRANGER.trust


def test_boorus_are_trusted_in_order_and_models_least():
    trust = [Policy().trust(source) for source in ("danbooru", "e621", "yandere", "gelbooru")]
    assert trust == sorted(trust, reverse=True)
    models = Policy().sources(Kind.MODEL)
    assert {"camie", "wd"} <= models
    assert max(Policy().trust(model) for model in models) < min(
        voice.trust for voice in VOICES.values() if voice.kind is not Kind.MODEL
    )


def test_settings_change_only_what_they_name():
    policy = tuned(
        {
            "trust": {"danbooru": 0, "newcomer": 1},
            "likeness": {"iqdb": 0.9},
            "thresholds": {"artist": 0.99},
            "floors": {"general": 0},
            "models_join_boorus": True,
        }
    )
    assert (policy.trust("danbooru"), policy.trust("newcomer")) == (0, 1)
    assert policy.voice("danbooru").kind is Kind.BOORU
    assert policy.trust("e621") == Policy().trust("e621")
    assert policy.voice("iqdb").likeness == 0.9
    assert policy.thresholds[Category.ARTIST] == 0.99
    assert policy.thresholds[Category.GENERAL] == Policy().thresholds[Category.GENERAL]
    assert policy.floors[Category.GENERAL] == 0
    assert policy.models_join_boorus


@pytest.mark.parametrize(
    "settings",
    [
        {"trust": {"danbooru": 1.1}},
        {"trust": {"danbooru": "high"}},
        {"trust": {"danbooru": float("nan")}},
        {"trust": 0.5},
        {"trust": {"wd\0": 0.5}},
        {"trust": {"wd" * 40: 0.5}},
        {"thresholds": {"artists": 0.5}},
        {"models_join_boorus": "yes"},
    ],
)
def test_what_makes_no_sense_is_refused(settings):
    with pytest.raises(InvalidInput):
        tuned(settings)


def test_one_model_can_be_held_to_more_than_the_others():
    policy = tuned(
        {"thresholds": {"general": 0.4, "wd/general": 0.9}, "floors": {"wd/artist": 0.7}}
    )
    assert policy.threshold("camie", Category.GENERAL) == 0.4
    assert policy.threshold("wd", Category.GENERAL) == 0.9
    assert policy.floor("wd", Category.ARTIST) == 0.7
    assert policy.floor("camie", Category.ARTIST) == Policy().floors[Category.ARTIST]


def test_a_wanted_precision_goes_before_what_was_fixed_once_something_follows_from_it():
    fixed = {"thresholds": {"general": 0.4}, "precisions": {"general": 0.95}}
    assert tuned(fixed).threshold("wd", Category.GENERAL) == 0.4
    followed = tuned(fixed | {"followed": {"wd/general": 0.83}})
    assert followed.threshold("wd", Category.GENERAL) == 0.83
    assert followed.threshold("camie", Category.GENERAL) == 0.4
    of_one = tuned({"precisions": {"wd/general": 0.95}, "followed": {"wd/general": 0.83}})
    assert of_one.threshold("wd", Category.GENERAL) == 0.83
    given_up = tuned({"thresholds": {"general": 0.4}, "followed": {"wd/general": 0.83}})
    assert given_up.threshold("wd", Category.GENERAL) == 0.4
