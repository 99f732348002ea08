"""Settings say where things are; wiring and cli read them once."""

from homebooru.settings.declared import HOME, SETTINGS, Settings, SiteSettings
from homebooru.settings.loading import (
    load_settings,
    settings_file,
    unknown_variables,
    variable,
)

__all__ = [
    "HOME",
    "SETTINGS",
    "Settings",
    "SiteSettings",
    "load_settings",
    "settings_file",
    "unknown_variables",
    "variable",
]
