"""Settings: where things are, from the environment over homebooru.toml over defaults."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import platformdirs

from homebooru.errors import InvalidSettings
from homebooru.sites import SITES, Site

HOME = Path(__file__).resolve().parent.parent
PREFIX = "HOMEBOORU_"
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


def _default_data() -> Path:
    if os.name == "posix" and os.geteuid() == 0:
        return Path("/var/lib/homebooru")
    return Path(platformdirs.user_data_dir("homebooru", appauthor=False))


def _boolean(text: str) -> bool:
    if text.lower() in TRUE | FALSE:
        return text.lower() in TRUE
    raise ValueError(f"say true or false, not {text!r}")


def _number(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        number = int(text) if text.isascii() and text.lstrip("+-").isdigit() else None
        if number is None or not low <= number <= high:
            raise ValueError(f"say a number from {low} to {high}, not {text!r}")
        return number

    return read


def _choice(*choices: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.lower() not in choices:
            raise ValueError(f"say {', '.join(choices[:-1])} or {choices[-1]}, not {text!r}")
        return text.lower()

    return read


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _patterns(text: str) -> tuple[str, ...]:
    patterns = _words(text)
    if slashed := [pattern for pattern in patterns if "/" in pattern]:
        raise ValueError(f"patterns are of names, without folders, so not {slashed[0]!r}")
    return patterns


def _networks(text: str) -> tuple[str, ...]:
    return tuple(str(ip_network(word, strict=False)) for word in _words(text))


def _postgresql(text: str) -> str:
    if not text.startswith(("postgresql://", "postgres://")):
        raise ValueError("say an address such as postgresql://user:password@host/database")
    place = text.partition("://")[2].partition("?")[0].rpartition("@")[2]
    port = place.partition("/")[0].rpartition("]")[2]
    if not re.fullmatch("[^:]*(:[0-9]+)?", port):
        raise ValueError("name one host, with a number for its port: host:5432")
    return text


def _fraction(text: str) -> float:
    try:
        fraction = float(text)
    except ValueError:
        fraction = -1.0
    if not 0 <= fraction <= 1:
        raise ValueError(f"say a number from 0 to 1, not {text!r}")
    return fraction


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise ValueError(f"say an address such as https://example.org, not {text!r}")
    if parts.query or parts.fragment:
        raise ValueError("say the address without anything from ? or # on")
    return text.rstrip("/")


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 3600:
        raise ValueError(f"say seconds from 0 to 3600, not {text!r}")
    return seconds


def _plain_line(text: str) -> str:
    if not (text.isascii() and text.isprintable()):
        raise ValueError("say it in one line of plain letters: others cannot be sent to a server")
    return text


def _sites(text: str) -> tuple[str, ...]:
    names = tuple(word.lower() for word in _words(text))
    for name in names:
        if name not in SITES:
            raise ValueError(f"there is no source {name!r}; there are {', '.join(SITES)}")
    return names


def _folder(text: str) -> Path:
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError:
        raise ValueError(f"nobody here has the home folder {text.partition('/')[0]}") from None


def _setting(
    read: Callable[[str], Any],
    about: str,
    *,
    default: Any = MISSING,
    otherwise: Callable[[], Any] | None = None,
    shown: str | None = None,
    secret: bool = False,
) -> Any:
    """Declare a setting: how its text is read, and what it is, for the documentation.

    A default that differs from machine to machine comes from `otherwise` and is `shown` in words.
    """
    metadata = {"read": read, "about": about, "secret": secret, "shown": shown}
    if otherwise is not None:
        return field(metadata=metadata, repr=not secret, default_factory=otherwise)
    return field(metadata=metadata, repr=not secret, default=default)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSettings:
    """Where a booru is asked, as whom, and with how many seconds between two requests."""

    url: str
    pace: float
    user: str | None = None
    api_key: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that says where things are. Read once, by wiring and cli."""

    host: str = _setting(str, "Address the gallery listens on.", default="127.0.0.1")
    port: int = _setting(_number(1, 65535), "Port the gallery listens on.", default=5000)
    allowed_hosts: tuple[str, ...] = _setting(
        _words,
        "Names and addresses the gallery answers to, besides loopback ones and the one it listens on.",
        default=(),
    )
    trusted_proxies: tuple[str, ...] = _setting(
        _networks, "Addresses of proxies whose X-Forwarded headers count.", default=()
    )
    data: Path = _setting(
        _folder,
        "Folder for everything HomeBooru keeps: database, thumbnails, backups.",
        otherwise=_default_data,
        shown="the user data directory, ~/.local/share/homebooru on Linux; as root /var/lib/homebooru",
    )
    models: Path = _setting(
        _folder,
        "Folder with model weights.",
        otherwise=lambda: HOME / "models",
        shown="models beside the program",
    )
    database_url: str | None = _setting(
        _postgresql,
        "A PostgreSQL to use instead of the embedded one: postgresql://user:password@host/database. "
        "It takes version 15 or newer, with pgvector 0.8 or newer.",
        default=None,
        shown="the embedded database",
        secret=True,
    )
    monitor_enabled: bool = _setting(
        _boolean, "Whether folders are watched and scanned by themselves.", default=True
    )
    monitor_interval: int = _setting(
        _number(10, 86_400), "Seconds between two scans of the folders.", default=300
    )
    skip: tuple[str, ...] = _setting(
        _patterns,
        "Patterns of file and folder names that are never read, such as *.tmp.",
        default=(),
    )
    processes: int = _setting(
        _number(1, 256),
        "Pictures that are read side by side.",
        otherwise=lambda: os.cpu_count() or 1,
        shown="as many as there are processor cores",
    )
    picture_seconds: int = _setting(
        _number(1, 3600), "Seconds that reading one file may take.", default=120
    )
    picture_memory: int = _setting(
        _number(512, 1_048_576), "Megabytes of memory that reading one file may take.", default=4096
    )
    picture_megapixels: int = _setting(
        _number(1, 10_000), "Megapixels above which a picture is not opened.", default=300
    )
    minimum_free: int = _setting(
        _number(0, 1_048_576), "Megabytes of free disk below which indexing pauses.", default=1024
    )
    foreign_tags: tuple[str, ...] = _setting(
        _words,
        "Patterns of tags that other tools use for themselves, and that are not taken over.",
        default=("autotag_*", "nsfw-auto"),
    )
    log_level: str = _setting(
        _choice("debug", "info", "warning", "error"),
        "How much is logged: debug, info, warning or error.",
        default="info",
    )
    sources: tuple[str, ...] = _setting(
        _sites,
        "Sources that are asked for tags: any of "
        f"{', '.join(SITES)}. Boorus are told digests of your pictures, the others are sent small "
        "copies.",
        default=(),
    )
    contact: str | None = _setting(
        _plain_line,
        "How those who run such a source can reach you: an address or a name there. It is sent "
        "with every request.",
        default=None,
        shown="the user there, where one is set",
    )
    taggers: tuple[str, ...] = _setting(
        _words,
        "Folders of models that name tags, such as camie-tagger-v2. What lies in them is in "
        "models/README.md.",
        default=(),
        shown="all there are, the newest of each kind",
    )
    tagger_device: str = _setting(
        _choice("auto", "cpu", "cuda", "tensorrt", "rocm", "migraphx", "openvino"),
        "What models run on: auto takes the graphics card where the installed onnxruntime can.",
        default="auto",
    )
    tagger_threads: int = _setting(
        _number(1, 256),
        "Threads of a model on the processor.",
        otherwise=lambda: os.cpu_count() or 1,
        shown="as many as there are processor cores",
    )
    tagger_batch: int = _setting(
        _number(1, 256), "Pictures that a model looks at at once.", default=4
    )
    tagger_floor: float = _setting(
        _fraction,
        "How sure (0 to 1) a model must be of a tag for it to be kept at all. What it is believed "
        "in is tuned on the page.",
        default=0.1,
    )
    tagger_idle: int = _setting(
        _number(1, 86_400),
        "Seconds without work after which a model gives its memory back.",
        default=300,
    )
    tagger_seconds: int = _setting(
        _number(1, 3600), "Seconds that a model may take for one look.", default=300
    )
    sites: Mapping[str, SiteSettings] = field(
        default_factory=lambda: {
            site.name: SiteSettings(url=site.url, pace=site.pace) for site in SITES.values()
        }
    )
    given: frozenset[str] = frozenset()  # names that somebody set, be it to the default

    def value(self, name: str) -> Any:
        """Return the value of a setting of `SETTINGS`, be it one of a site."""
        for site, own in self.sites.items():
            if name in _of_site(SITES[site]):
                return getattr(own, name.removeprefix(f"{site}_"))
        return getattr(self, name)


def _of_site(site: Site) -> dict[str, Any]:
    """Return the settings that a booru has for itself."""
    of_site = {
        "url": _setting(_web_address, f"Address of {site.label}.", default=site.url),
        "pace": _setting(
            _seconds, f"Seconds between two requests to {site.label}.", default=site.pace
        ),
    }
    if site.family.takes_user:
        of_site["user"] = _setting(
            _plain_line, f"Your user at {site.label}.", default=None, shown="none"
        )
    if site.family.takes_key:
        of_site["api_key"] = _setting(
            _plain_line,
            f"Your API key at {site.label}.",
            default=None,
            shown="none",
            secret=True,
        )
    return {f"{site.name}_{part}": one for part, one in of_site.items()}


SETTINGS: Mapping[str, Field[Any]] = {
    **{one.name: one for one in fields(Settings) if one.metadata},
    **{name: one for site in SITES.values() for name, one in _of_site(site).items()},
}


def load_settings(
    environment: Mapping[str, str] | None = None, file: Path | None = None
) -> Settings:
    """Read the settings.

    `HOMEBOORU_X_FILE` names a file that holds the value of `HOMEBOORU_X`. Raises
    InvalidSettings with every mistake there is, not just the first.
    """
    environment = os.environ if environment is None else environment
    mistakes: list[str] = []
    written = _from_file(file or settings_file(environment), mistakes)
    values: dict[str, Any] = {}
    for name, setting in SETTINGS.items():
        in_file = written.pop(name, None)
        text = _from_environment(environment, variable(name), mistakes)
        where = variable(name) if text is not None else f"{name} in homebooru.toml"
        if text is None and in_file is None:
            continue
        try:
            values[name] = setting.metadata["read"](in_file if text is None else text)
        except ValueError as error:
            mistakes.append(f"{where}: {error}.")
    mistakes += [f"homebooru.toml: there is no setting named {name}." for name in written]
    given = frozenset(values)
    sites = {site.name: _taken_for(site, values, mistakes) for site in SITES.values()}
    if mistakes:
        raise InvalidSettings(mistakes)
    return Settings(**values, sites=sites, given=given)


def _taken_for(site: Site, values: dict[str, Any], mistakes: list[str]) -> SiteSettings:
    """Take a booru's own settings out of all; half of a name and its key is a mistake."""
    of_site = {name: values.pop(name, one.default) for name, one in _of_site(site).items()}
    own = {name.removeprefix(f"{site.name}_"): value for name, value in of_site.items()}
    if site.family.takes_user and bool(own.get("user")) != bool(own.get("api_key")):
        user, key = (variable(f"{site.name}_{part}") for part in ("user", "api_key"))
        mistakes.append(f"{user} and {key} belong together: set both, or none.")
    return SiteSettings(**own)


def variable(name: str) -> str:
    """Return the name of a setting in the environment."""
    return PREFIX + name.upper()


def settings_file(environment: Mapping[str, str]) -> Path:
    """Return where homebooru.toml is looked for."""
    named = environment.get(PREFIX + "CONFIG")
    return Path(named) if named else HOME / "homebooru.toml"


def unknown_variables(environment: Mapping[str, str]) -> dict[str, str | None]:
    """Return variables that look like settings but are none, with what was probably meant."""
    plain = [*(name.upper() for name in SETTINGS), "CONFIG"]
    known = plain + [f"{name}_FILE" for name in plain]
    given = sorted(name.removeprefix(PREFIX) for name in environment if name.startswith(PREFIX))
    meant = {name: get_close_matches(name, known, 1) for name in given if name not in known}
    return {PREFIX + name: PREFIX + near[0] if near else None for name, near in meant.items()}


def _from_file(file: Path, mistakes: list[str]) -> dict[str, str]:
    if not file.exists():
        return {}
    try:
        written = tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        mistakes.append(f"{file} cannot be read: {error}.")
        return {}
    return {
        name: ",".join(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in written.items()
        if value != ""
    }


def _from_environment(environment: Mapping[str, str], name: str, mistakes: list[str]) -> str | None:
    """Return the text of a variable; an empty one counts as not set, in the file too."""
    file = environment.get(name + "_FILE")
    if file and environment.get(name):
        mistakes.append(f"{name} and {name}_FILE: set one of the two.")
    elif file:
        try:
            return Path(file).read_text("utf-8").strip()
        except (OSError, ValueError) as error:
            mistakes.append(f"{name}_FILE: {file} cannot be read: {error}.")
    return environment.get(name) or None
