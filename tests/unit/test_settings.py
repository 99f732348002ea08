from pathlib import Path

import pytest

from homebooru.errors import InvalidSettings
from homebooru.settings import SiteSettings, load_settings, unknown_variables


@pytest.fixture
def file(tmp_path):
    return tmp_path / "homebooru.toml"


def test_without_a_word_everything_has_a_default(file):
    settings = load_settings({}, file)
    assert (settings.host, settings.port) == ("127.0.0.1", 5000)
    assert settings.database_url is None
    assert settings.data.is_absolute()


def test_the_environment_outranks_the_file_and_the_file_the_defaults(file):
    file.write_text('port = 6000\nhost = "::1"\nskip = ["*.tmp", "old"]\nmonitor_enabled = false')
    settings = load_settings({"HOMEBOORU_PORT": "7000"}, file)
    assert (settings.port, settings.host) == (7000, "::1")
    assert settings.skip == ("*.tmp", "old")
    assert settings.monitor_enabled is False


def test_what_is_given_is_told_from_what_is_only_so_by_default(file):
    file.write_text('port = 5000\nmodels = ""')
    settings = load_settings({"HOMEBOORU_MONITOR_ENABLED": "true", "HOMEBOORU_HOST": ""}, file)
    assert settings.given == {"port", "monitor_enabled"}


def test_every_mistake_is_told_at_once(file):
    file.write_text('colour = "red"\nport = "many"')
    environment = {
        "HOMEBOORU_LOG_LEVEL": "loud",
        "HOMEBOORU_MONITOR_INTERVAL": "5",
        "HOMEBOORU_MONITOR_ENABLED": "perhaps",
        "HOMEBOORU_DATABASE_URL": "mysql://somewhere",
        "HOMEBOORU_TRUSTED_PROXIES": "10.0.0.1, everybody",
        "HOMEBOORU_SKIP": "sub/*.tmp",
    }
    with pytest.raises(InvalidSettings) as caught:
        load_settings(environment, file)
    assert [mistake.partition(":")[0] for mistake in caught.value.mistakes] == [
        "port in homebooru.toml",
        "HOMEBOORU_TRUSTED_PROXIES",
        "HOMEBOORU_DATABASE_URL",
        "HOMEBOORU_MONITOR_ENABLED",
        "HOMEBOORU_MONITOR_INTERVAL",
        "HOMEBOORU_SKIP",
        "HOMEBOORU_LOG_LEVEL",
        "homebooru.toml",
    ]


def test_a_mistake_says_what_would_be_right(file):
    with pytest.raises(InvalidSettings, match="say a number from 1 to 65535, not '0'"):
        load_settings({"HOMEBOORU_PORT": "0"}, file)


def test_a_file_that_is_no_toml_is_told(file):
    file.write_text("port = = 1")
    with pytest.raises(InvalidSettings, match=r"homebooru\.toml cannot be read"):
        load_settings({}, file)


def test_a_secret_may_lie_in_a_file_and_is_never_shown(file, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("postgresql://me:geheim@db/homebooru\n")
    settings = load_settings({"HOMEBOORU_DATABASE_URL_FILE": str(secret)}, file)
    assert settings.database_url == "postgresql://me:geheim@db/homebooru"
    assert "geheim" not in repr(settings)


def test_a_secrets_file_that_is_not_there_is_a_mistake(file):
    with pytest.raises(InvalidSettings, match="HOMEBOORU_DATABASE_URL_FILE: /nowhere"):
        load_settings({"HOMEBOORU_DATABASE_URL_FILE": "/nowhere"}, file)


def test_a_value_and_a_file_for_it_contradict_each_other(file):
    with pytest.raises(InvalidSettings, match="set one of the two"):
        load_settings({"HOMEBOORU_HOST": "::1", "HOMEBOORU_HOST_FILE": "/etc/hostname"}, file)


def test_an_empty_variable_counts_as_not_set(file):
    assert load_settings({"HOMEBOORU_PORT": ""}, file).port == 5000


def test_the_file_may_lie_elsewhere(tmp_path):
    elsewhere = tmp_path / "mine.toml"
    elsewhere.write_text("port = 6001")
    assert load_settings({"HOMEBOORU_CONFIG": str(elsewhere)}).port == 6001


def test_folders_know_the_home_directory(file, monkeypatch):
    monkeypatch.setenv("HOME", "/home/somebody")
    settings = load_settings({"HOMEBOORU_DATA": "~/pictures"}, file)
    assert settings.data == Path("/home/somebody/pictures")


def test_variables_that_are_no_settings_are_found_with_what_was_meant():
    environment = {"HOMEBOORU_PROT": "1", "HOMEBOORU_XYZZY": "", "HOMEBOORU_PORT": "", "PATH": ""}
    assert unknown_variables(environment) == {
        "HOMEBOORU_PROT": "HOMEBOORU_PORT",
        "HOMEBOORU_XYZZY": None,
    }


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://joe:S3CRET@host:abc/db",
        "postgresql://joe:S3CRET@one:1,two:2/db",
        "postgresql://joe:S3CRET@host:5:6/db",
        "mysql://joe:S3CRET@host/db",
        "S3CRET",
    ],
)
def test_an_address_that_cannot_be_is_told_without_its_password(file, address):
    with pytest.raises(InvalidSettings) as told:
        load_settings({"HOMEBOORU_DATABASE_URL": address}, file)
    assert "HOMEBOORU_DATABASE_URL" in str(told.value)
    assert "S3CRET" not in str(told.value)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://joe:a:b@host/db",
        "postgresql:///db?host=/var/run/a:b",
        "postgresql://joe@[::1]:5432/db",
        "postgres://host:5432",
    ],
)
def test_addresses_of_all_kinds_are_taken(file, address):
    assert load_settings({"HOMEBOORU_DATABASE_URL": address}, file).database_url == address


def test_the_home_of_nobody_is_a_mistake(file):
    with pytest.raises(InvalidSettings, match="nobody here has the home folder"):
        load_settings({"HOMEBOORU_DATA": "~nobody-is-called-this/x"}, file)


def test_a_booru_has_settings_of_its_own(file):
    given = {
        "HOMEBOORU_SOURCES": "danbooru, Gelbooru",
        "HOMEBOORU_CONTACT": "me@example.org",
        "HOMEBOORU_DANBOORU_URL": "http://booru:5000/sub/",
        "HOMEBOORU_DANBOORU_PACE": "0.25",
        "HOMEBOORU_GELBOORU_USER": "4711",
        "HOMEBOORU_GELBOORU_API_KEY": "geheim",
    }
    settings = load_settings(given, file)
    assert settings.sources == ("danbooru", "gelbooru")
    assert settings.sites["danbooru"] == SiteSettings(url="http://booru:5000/sub", pace=0.25)
    assert settings.sites["gelbooru"].api_key == "geheim"
    assert settings.sites["e621"].url == "https://e621.net"
    assert "geheim" not in repr(settings)


def test_nothing_is_asked_unless_somebody_says_so(file):
    assert load_settings({}, file).sources == ()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("SOURCES", "danbooru,dunbooru"),
        ("CONTACT", "Jürgen"),
        ("CONTACT", "two\nlines"),
        ("E621_URL", "e621.net"),
        ("E621_URL", "ftp://e621.net"),
        ("E621_URL", "https://me:geheim@e621.net"),
        ("E621_URL", "https://e621.net/?limit=1"),
        ("E621_PACE", "nan"),
        ("E621_PACE", "-1"),
        ("E621_USER", "me"),
        ("E621_API_KEY", "geheim"),
    ],
)
def test_mistakes_about_boorus_are_told(file, name, text):
    with pytest.raises(InvalidSettings, match=f"HOMEBOORU_{name}") as caught:
        load_settings({f"HOMEBOORU_{name}": text}, file)
    assert len(caught.value.mistakes) == 1


def test_an_immich_is_named_with_its_key_and_its_folders(file, tmp_path):
    secret = tmp_path / "key"
    secret.write_text("k" * 43 + "\n")
    settings = load_settings(
        {
            "HOMEBOORU_IMMICH_URL": "http://192.168.1.20:2283/",
            "HOMEBOORU_IMMICH_API_KEY_FILE": str(secret),
            "HOMEBOORU_IMMICH_PATH_MAP": "/mnt/photos/=/srv/photos, /other=/srv/other",
        },
        file,
    )
    assert settings.immich_url == "http://192.168.1.20:2283"
    assert settings.immich_api_key == "k" * 43
    assert settings.immich_path_map == (("/mnt/photos", "/srv/photos"), ("/other", "/srv/other"))
    assert "k" * 43 not in repr(settings)


def test_a_key_and_an_address_in_each_others_place_are_told_and_not_repeated(file):
    swapped = {
        "HOMEBOORU_IMMICH_URL": "k" * 43,
        "HOMEBOORU_IMMICH_API_KEY": "http://192.168.1.20:2283",
        "HOMEBOORU_IMMICH_PATH_MAP": "/mnt/photos",
    }
    with pytest.raises(InvalidSettings) as caught:
        load_settings(swapped, file)
    told = str(caught.value)
    assert "an API key is a setting of its own" in told
    assert "that is an address" in told
    assert "say /folder/there=/folder/here" in told
    assert "k" * 43 not in told
