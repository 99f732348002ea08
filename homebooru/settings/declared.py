"""The settings there are: what each is, how it is read, and what holds where nobody says."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any

import platformdirs

from homebooru.settings.reading import (
    api_key,
    boolean,
    choice,
    decimal,
    folder,
    folder_pairs,
    hosts,
    immich_address,
    location,
    long_secret,
    name_pairs,
    networks,
    number,
    patterns,
    plain_line,
    ports,
    postgresql,
    sites,
    web_address,
    words,
)
from homebooru.sites import SITES, Site

HOME = Path(__file__).resolve().parent.parent.parent


def _default_data() -> Path:
    if os.name == "posix" and os.geteuid() == 0:
        return Path("/var/lib/homebooru")
    return Path(platformdirs.user_data_dir("homebooru", appauthor=False))


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
    port: int = _setting(number(1, 65535), "Port the gallery listens on.", default=5000)
    allowed_hosts: tuple[str, ...] = _setting(
        words,
        "Names and addresses the gallery answers to, besides loopback ones and the one it listens on.",
        default=(),
    )
    trusted_proxies: tuple[str, ...] = _setting(
        networks, "Addresses of proxies whose X-Forwarded headers count.", default=()
    )
    proxy_files: str | None = _setting(
        location,
        "Where the proxy in front finds files to send itself, such as /_files: the internal location "
        "of nginx/homebooru.conf.",
        default=None,
        shown="files are sent by HomeBooru",
    )
    data: Path = _setting(
        folder,
        "Folder for everything HomeBooru keeps: database, thumbnails, backups.",
        otherwise=_default_data,
        shown="the user data directory, ~/.local/share/homebooru on Linux; as root /var/lib/homebooru",
    )
    models: Path = _setting(
        folder,
        "Folder with model weights.",
        otherwise=lambda: HOME / "models",
        shown="models beside the program",
    )
    database_url: str | None = _setting(
        postgresql,
        "A PostgreSQL to use instead of the embedded one: postgresql://user:password@host/database. "
        "It takes version 15 or newer, with pgvector 0.8 or newer.",
        default=None,
        shown="the embedded database",
        secret=True,
    )
    monitor_enabled: bool = _setting(
        boolean, "Whether folders are watched and scanned by themselves.", default=True
    )
    monitor_interval: int = _setting(
        number(10, 86_400), "Seconds between two scans of the folders.", default=300
    )
    skip: tuple[str, ...] = _setting(
        patterns,
        "Patterns of file and folder names that are never read, such as *.tmp.",
        default=(),
    )
    processes: int = _setting(
        number(1, 256),
        "Pictures that are read side by side.",
        otherwise=lambda: os.cpu_count() or 1,
        shown="as many as there are processor cores",
    )
    answer_seconds: int = _setting(
        number(1, 3600),
        "Seconds that the database may take for one thing that a page asks; then it is given up.",
        default=30,
    )
    picture_seconds: int = _setting(
        number(1, 3600), "Seconds that reading one file may take.", default=120
    )
    picture_memory: int = _setting(
        number(512, 1_048_576), "Megabytes of memory that reading one file may take.", default=4096
    )
    picture_megapixels: int = _setting(
        number(1, 10_000), "Megapixels above which a picture is not opened.", default=300
    )
    picture_hosts: tuple[str, ...] = _setting(
        hosts,
        "Servers that are asked for a picture when somebody searches by its address: patterns of "
        "their names, such as *.donmai.us, or none. What lies in your own network is never asked.",
        default=("*",),
        shown="any public server",
    )
    picture_ports: tuple[int, ...] = _setting(
        ports, "Ports of such servers that may be asked.", default=(80, 443), shown="80 and 443"
    )
    minimum_free: int = _setting(
        number(0, 1_048_576), "Megabytes of free disk below which indexing pauses.", default=1024
    )
    foreign_tags: tuple[str, ...] = _setting(
        words,
        "Patterns of tags that other tools use for themselves, and that are not taken over.",
        default=("autotag_*", "nsfw-auto"),
    )
    reload_secret: str | None = _setting(
        long_secret,
        "A secret that older programs send with POST /api/reload and /api/system/...; new ones "
        "have a key. RELOAD_SECRET is understood too.",
        default=None,
        shown="none",
        secret=True,
    )
    log_level: str = _setting(
        choice("debug", "info", "warning", "error"),
        "How much is logged: debug, info, warning or error.",
        default="info",
    )
    sources: tuple[str, ...] = _setting(
        sites,
        "Sources that are asked for tags: any of "
        f"{', '.join(SITES)}. Boorus are told digests of your pictures, the others are sent small "
        "copies.",
        default=(),
    )
    contact: str | None = _setting(
        plain_line,
        "How those who run such a source can reach you: an address or a name there. It is sent "
        "with every request.",
        default=None,
        shown="the user there, where one is set",
    )
    back_off: float = _setting(
        decimal(0.01, 100),
        "How long sources are left alone that failed and did not say for how long: 1 is as usual "
        "(seconds first, then twice as long each time), 2 twice as long.",
        default=1.0,
    )
    taggers: tuple[str, ...] = _setting(
        words,
        "Folders of models that name tags, such as camie-tagger-v2. What lies in them is in "
        "models/README.md.",
        default=(),
        shown="all there are, the newest of each kind",
    )
    tagger_device: str = _setting(
        choice("auto", "cpu", "cuda", "tensorrt", "rocm", "migraphx", "openvino"),
        "What models run on: auto takes the graphics card where the installed onnxruntime can.",
        default="auto",
    )
    tagger_threads: int = _setting(
        number(1, 256),
        "Threads of a model on the processor.",
        otherwise=lambda: os.cpu_count() or 1,
        shown="as many as there are processor cores",
    )
    tagger_batch: int = _setting(
        number(1, 256), "Pictures that a model looks at at once.", default=4
    )
    tagger_floor: float = _setting(
        decimal(0, 1),
        "How sure (0 to 1) a model must be of a tag for it to be kept at all. What it is believed "
        "in is tuned on the page.",
        default=0.1,
    )
    tagger_idle: int = _setting(
        number(1, 86_400),
        "Seconds without work after which a model gives its memory back.",
        default=300,
    )
    tagger_seconds: int = _setting(
        number(1, 3600), "Seconds that a model may take for one look.", default=300
    )
    immich_url: str | None = _setting(
        immich_address,
        "Address of the household's Immich, such as http://192.168.1.20:2283.",
        default=None,
        shown="none, or what was entered on the page",
    )
    immich_api_key: str | None = _setting(
        api_key,
        "An API key of yours at Immich. Those of others in the household are entered on the page.",
        default=None,
        shown="none",
        secret=True,
    )
    immich_interval: int = _setting(
        number(30, 86_400), "Seconds between two looks at what changed in Immich.", default=300
    )
    immich_path_map: tuple[tuple[str, str], ...] = _setting(
        folder_pairs,
        "Where folders of Immich's external libraries lie on this machine, so that nothing is "
        "fetched that is here: /folder/there=/folder/here, and more of them after commas.",
        default=(),
    )
    immich_ml_url: str | None = _setting(
        web_address,
        "Address of Immich's machine learning, such as http://nas:3003, which may describe pictures. "
        "Small copies are sent there, once it is chosen on the page of sources.",
        default=None,
        shown="none",
    )
    immich_ml_model: str = _setting(
        plain_line,
        "The CLIP model that Immich's machine learning is asked for.",
        default="ViT-B-32__openai",
    )
    hydrus_api_key: str | None = _setting(
        api_key,
        "An access key of your Hydrus client, with which `import hydrus` asks it.",
        default=None,
        shown="it is asked for",
        secret=True,
    )
    hydrus_namespaces: tuple[tuple[str, str], ...] = _setting(
        name_pairs,
        "Which category tags get that Hydrus tells when it is asked, by what stands before their colon: "
        "photographer=artist, and more of them after commas; clothing=- leaves such tags out.",
        default=(),
        shown="creator, series, studio, person and the like",
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
            if name in of_site(SITES[site]):
                return getattr(own, name.removeprefix(f"{site}_"))
        return getattr(self, name)


def of_site(site: Site) -> dict[str, Any]:
    """Return the settings that a booru has for itself."""
    own = {
        "url": _setting(web_address, f"Address of {site.label}.", default=site.url),
        "pace": _setting(
            decimal(0, 3600, "seconds"),
            f"Seconds between two requests to {site.label}.",
            default=site.pace,
        ),
    }
    if site.family.takes_user:
        own["user"] = _setting(
            plain_line, f"Your user at {site.label}.", default=None, shown="none"
        )
    if site.family.takes_key:
        own["api_key"] = _setting(
            plain_line,
            f"Your API key at {site.label}.",
            default=None,
            shown="none",
            secret=True,
        )
    return {f"{site.name}_{part}": one for part, one in own.items()}


SETTINGS: Mapping[str, Field[Any]] = {
    **{one.name: one for one in fields(Settings) if one.metadata},
    **{name: one for site in SITES.values() for name, one in of_site(site).items()},
}
