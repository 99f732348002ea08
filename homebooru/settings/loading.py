"""Reads the settings, from the environment over homebooru.toml over defaults."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from homebooru.errors import InvalidSettings
from homebooru.settings.declared import HOME, SETTINGS, Settings, SiteSettings, of_site
from homebooru.sites import SITES, Site

PREFIX = "HOMEBOORU_"
FORMER = {
    "HOMEBOORU_SAUCENAO_API_KEY": "SAUCENAO_API_KEY",
    "HOMEBOORU_RELOAD_SECRET": "RELOAD_SECRET",
}
"""What settings were called by a file-based HomeBooru; the name of today goes before."""


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
    told = {name: values.pop(name, one.default) for name, one in of_site(site).items()}
    own = {name.removeprefix(f"{site.name}_"): value for name, value in told.items()}
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
    return environment.get(name) or environment.get(FORMER.get(name, "")) or None
