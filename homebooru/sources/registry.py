"""Which code speaks with which kind of site."""

from __future__ import annotations

from homebooru.http.client import JsonClient
from homebooru.ports import Booru
from homebooru.sites import Family
from homebooru.sources.base import Categories, HttpBooru
from homebooru.sources.danbooru import Danbooru
from homebooru.sources.e621 import E621
from homebooru.sources.gelbooru import Gelbooru
from homebooru.sources.moebooru import Moebooru

FAMILIES: dict[Family, type[HttpBooru]] = {
    Family.DANBOORU: Danbooru,
    Family.E621: E621,
    Family.GELBOORU: Gelbooru,
    Family.MOEBOORU: Moebooru,
}


def open_booru(family: Family, http: JsonClient, categories: Categories) -> Booru:
    """Return a site to ask; the caller closes it."""
    return FAMILIES[family](http, categories)
