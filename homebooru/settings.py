"""Settings: where things are, from the environment over homebooru.toml over defaults."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any

import platformdirs

from homebooru.errors import InvalidSettings

PREFIX = "HOMEBOORU_"
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


def _default_data() -> Path:
    if os.name == "posix" and os.geteuid() == 0:
        return Path("/var/lib/homebooru")
    return Path(platformdirs.user_data_dir("homebooru", appauthor=False))


def _boolean(text: str) -> bool:
    if text.lower() in TRUE | FALSE:
        return text.lower() in TRUE
    raise ValueError("say true or false")


def _number(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        number = int(text)
        if not low <= number <= high:
            raise ValueError(f"say a number from {low} to {high}")
        return number

    return read


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _folder(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _setting(read: Callable[[str], Any], about: str, **more: Any) -> Any:
    """Declare a setting: how its text is read, and what it is, for the documentation."""
    secret = more.pop("secret", False)
    return field(metadata={"read": read, "about": about, "secret": secret}, repr=not secret, **more)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that says where things are. Read once, by wiring and cli."""

    host: str = _setting(str, "Address the gallery listens on.", default="127.0.0.1")
    port: int = _setting(_number(1, 65535), "Port the gallery listens on.", default=5000)
    allowed_hosts: tuple[str, ...] = _setting(
        _words, "Names the gallery answers to, besides loopback names.", default=()
    )
    trusted_proxies: tuple[str, ...] = _setting(
        _words, "Addresses of proxies whose X-Forwarded headers count.", default=()
    )
    data: Path = _setting(
        _folder, "Folder for everything HomeBooru keeps.", default_factory=_default_data
    )
    models: Path = _setting(
        _folder,
        "Folder with model weights.",
        default_factory=lambda: Path(__file__).resolve().parent.parent / "models",
    )
    database_url: str | None = _setting(
        str,
        "A PostgreSQL to use instead of the embedded one.",
        default=None,
        secret=True,
    )
    monitor_enabled: bool = _setting(
        _boolean, "Whether folders are watched and scanned by themselves.", default=True
    )
    monitor_interval: int = _setting(
        _number(10, 86_400), "Seconds between two scans of the folders.", default=300
    )
    skip: tuple[str, ...] = _setting(
        _words, "Patterns of file and folder names that are never read.", default=()
    )
    processes: int = _setting(
        _number(1, 256),
        "Pictures that are read side by side.",
        default_factory=lambda: os.cpu_count() or 1,
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
        str, "How much is logged: debug, info, warning, error.", default="info"
    )


def load_settings(
    environment: Mapping[str, str] | None = None, file: Path | None = None
) -> Settings:
    """Read the settings.

    `HOMEBOORU_X_FILE` names a file that holds the value of `HOMEBOORU_X`. Raises
    InvalidSettings with every mistake there is, not just the first.
    """
    environment = os.environ if environment is None else environment
    mistakes: list[str] = []
    written = _from_file(file or _settings_file(environment), mistakes)
    values: dict[str, Any] = {}
    for name, about in SETTINGS.items():
        text = _from_environment(environment, PREFIX + name.upper(), mistakes)
        where = PREFIX + name.upper()
        if text is None and name in written:
            text, where = written.pop(name), f"{name} in homebooru.toml"
        written.pop(name, None)
        if text is None:
            continue
        try:
            values[name] = about["read"](text)
        except ValueError as error:
            mistakes.append(f"{where}: {error}.")
    mistakes += [f"homebooru.toml: there is no setting named {name}." for name in written]
    if mistakes:
        raise InvalidSettings(mistakes)
    return Settings(**values)


SETTINGS: dict[str, Mapping[str, Any]] = {f.name: f.metadata for f in fields(Settings)}


def default_of(name: str) -> Any:
    """Return the default of a setting, for the documentation."""
    one = next(f for f in fields(Settings) if f.name == name)
    if one.default_factory is not MISSING:
        return one.default_factory()
    return one.default


def _settings_file(environment: Mapping[str, str]) -> Path:
    named = environment.get(PREFIX + "CONFIG")
    return Path(named) if named else Path(__file__).resolve().parent.parent / "homebooru.toml"


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
    }


def _from_environment(environment: Mapping[str, str], name: str, mistakes: list[str]) -> str | None:
    if file := environment.get(name + "_FILE"):
        try:
            return Path(file).read_text("utf-8").strip()
        except OSError as error:
            mistakes.append(f"{name}_FILE: {error.strerror}: {file}.")
    return environment.get(name)
