"""Which code speaks with which kind of site."""

from __future__ import annotations

from homebooru.http.client import JsonClient
from homebooru.ports import Booru, ReverseSearch
from homebooru.sites import Family
from homebooru.sources.base import Categories, HttpBooru
from homebooru.sources.danbooru import Danbooru
from homebooru.sources.e621 import E621
from homebooru.sources.gelbooru import Gelbooru
from homebooru.sources.iqdb import Iqdb
from homebooru.sources.moebooru import Moebooru
from homebooru.sources.reverse import HttpSearch
from homebooru.sources.saucenao import SauceNao

FAMILIES: dict[Family, type[HttpBooru]] = {
    Family.DANBOORU: Danbooru,
    Family.E621: E621,
    Family.GELBOORU: Gelbooru,
    Family.MOEBOORU: Moebooru,
}
SEARCHES: dict[Family, type[HttpSearch]] = {
    Family.SAUCENAO: SauceNao,
    Family.IQDB: Iqdb,
}


def open_booru(family: Family, http: JsonClient, categories: Categories) -> Booru:
    """Return a site to ask; the caller closes it."""
    return FAMILIES[family](http, categories)


def open_search(family: Family, http: JsonClient) -> ReverseSearch:
    """Return a reverse search to ask; the caller closes it."""
    return SEARCHES[family](http)
