"""What the server answers to those who only ask."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from zlib import crc32

from tests.fakes.immich import checking
from tests.fakes.immich.library import Refused, is_below


class Reading:
    """Searches, the timeline, and lists."""

    def __init__(self, world, shapes):
        self._world = world
        self._shapes = shapes
        self._sorted = (None, [], [])
        self._months = (None, {})

    def mine(self, user, asset_id, permission, *, partners=False):
        """Return an asset of the user's; others' are as good as missing."""
        asset = self._world.assets.get(checking.uuid("id", asset_id))
        owners = {user.id, *(user.partners if partners else ())}
        if asset is None or asset.owner.id not in owners or asset.visibility == "locked":
            raise Refused(400, f"Not found or no {permission} access")
        return asset

    def version(self, _user, _asked):
        return self._shapes.version()

    def me(self, user, _asked):
        return self._shapes.user(user, whole=True)

    def search(self, user, asked):
        """One page, sorted by capture time alone: ties fall as they like on every page."""
        body = asked.json
        size = checking.number(body, "size", 250, 1, 1000)
        page = checking.number(body, "page", 1, 1, None)
        checking.visibility(body)
        found = [asset for asset in self._within(body) if self._fits(user, asset, body)]
        found.sort(
            key=lambda asset: (-asset.taken.timestamp(), crc32(f"{asset.id}{page}".encode()))
        )
        shown = found[(page - 1) * size : page * size]
        people, exif = bool(body.get("withPeople")), bool(body.get("withExif"))
        items = [self._shapes.asset(asset, people=people, exif=exif) for asset in shown]
        following = str(page + 1) if len(found) > page * size else None
        assets = {"total": len(items), "count": len(items), "items": items, "facets": []}
        return {
            "albums": {"total": 0, "count": 0, "items": [], "facets": []},
            "assets": assets | {"nextPage": following},
        }

    def search_statistics(self, user, asked):
        body = asked.json
        return {"total": sum(self._fits(user, asset, body) for asset in self._within(body))}

    def _within(self, body):
        """Return the assets of a window of time: after it and not before its end, by microseconds."""
        major = self._shapes.major
        first, last = (
            checking.moment(body, name, major) for name in ("updatedAfter", "updatedBefore")
        )
        taken = [checking.moment(body, name, major) for name in ("takenAfter", "takenBefore")]
        moments, assets = self._by_update()
        start = 0 if first is None else bisect_left(moments, first)
        end = len(moments) if last is None else bisect_left(moments, last)
        listed = assets[start:end]
        if last is not None:  # inclusive, though nothing ends on a whole millisecond by itself
            listed += [one for one in assets[end : end + 1] if one.updated == last]
        return [
            asset
            for asset in listed
            if (taken[0] is None or asset.taken >= taken[0])
            and (taken[1] is None or asset.taken <= taken[1])
        ]

    def _by_update(self):
        if self._sorted[0] != self._world.revision:
            assets = sorted(self._world.assets.values(), key=lambda asset: asset.updated)
            moments = [asset.updated for asset in assets]
            self._sorted = (self._world.revision, moments, assets)
        return self._sorted[1:]

    def _fits(self, user, asset, body):
        visibility = checking.visibility(body)
        usual = ("timeline", "archive", "hidden") if self._shapes.major >= 3 else ("timeline",)
        if asset.visibility not in ((visibility,) if visibility else usual):
            return False
        if asset.owner is not user and asset.owner.id not in user.partners:
            return False
        if asset.trashed and not (body.get("withDeleted") or body.get("trashedAfter")):
            return False
        if body.get("trashedAfter") and not asset.trashed:
            return False
        if body.get("withExif") and not asset.extracted:
            return False
        return self._fits_fields(asset, body) and self._belongs(asset, body)

    def _fits_fields(self, asset, body):
        wanted = {
            "id": asset.id,
            "libraryId": asset.library and asset.library.id,
            "checksum": asset.checksum,
            "isFavorite": asset.favourite,
            "isOffline": asset.offline,
            "type": "IMAGE" if asset.video_ms is None else "VIDEO",
        }
        return (
            all(body[name] == value for name, value in wanted.items() if name in body)
            and body.get("originalPath", "") in asset.path
            and body.get("originalFileName", "") in asset.name
        )

    def _belongs(self, asset, body):
        """Tell whether an asset has all of the albums, people and tags, or those below them."""
        albums, people = body.get("albumIds") or (), body.get("personIds") or ()
        if "tagIds" in body and body["tagIds"] is None and asset.tags:
            return False
        wanted = [self._world.tags.get(one) for one in body.get("tagIds") or ()]
        return (
            all(one in asset.albums for one in albums)
            and all(any(one == person.id for person in asset.people) for one in people)
            and all(any(is_below(tag, one) for tag in asset.tags) for one in wanted)
        )

    def asset(self, user, asked):
        found = self.mine(user, asked.ids[0], "asset.read", partners=True)
        return self._shapes.detail(found)

    def statistics(self, user, asked):
        visibility = checking.visibility(asked.params)
        trashed = checking.flag(asked.params, "isTrashed") or False
        favourite = checking.flag(asked.params, "isFavorite")
        counted = Counter(
            asset.video_ms is not None
            for asset in self._world.assets.values()
            if asset.owner is user
            and asset.trashed is trashed
            and asset.visibility in ((visibility,) if visibility else ("timeline", "archive"))
            and favourite in (None, asset.favourite)
        )
        return {
            "images": counted[False],
            "videos": counted[True],
            "total": counted.total(),
        }

    def buckets(self, user, asked):
        months = self._timeline(user, asked.params)
        return [
            {"timeBucket": f"{month}-01", "count": len(months[month])}
            for month in sorted(months, reverse=True)
        ]

    def bucket(self, user, asked):
        """A whole month, column by column."""
        month = asked.params.get("timeBucket", "")
        if not month:
            raise checking.invalid("timeBucket", "Invalid input: expected string")
        assets = self._timeline(user, asked.params).get(month[:7], [])
        return self._shapes.month(assets)

    def _timeline(self, user, params):
        """Return the user's assets by month, without hidden ones; the last one asked for is kept."""
        names = ("visibility", "isTrashed", "albumId", "tagId", "personId")
        key = (self._world.revision, user.id, *(params.get(name) for name in names))
        if self._months[0] != key:
            self._months = (key, self._grouped(user, params))
        return self._months[1]

    def _grouped(self, user, params):
        visibility = checking.visibility(params)
        shown = (visibility,) if visibility else ("timeline", "archive")
        trashed = checking.flag(params, "isTrashed") or False
        belongs = {
            f"{name}s": [checking.uuid(name, params[name])]
            for name in ("albumId", "tagId", "personId")
            if name in params
        }
        months = {}
        for asset in self._world.assets.values():
            if asset.visibility not in shown or asset.visibility == "hidden":
                continue
            if asset.trashed is not trashed or not self._belongs(asset, belongs):
                continue
            if asset.owner is user or "albumId" in params:
                months.setdefault(f"{asset.local:%Y-%m}", []).append(asset)
        return months

    def tags(self, user, _asked):
        mine = (tag for tag in self._world.tags.values() if tag.owner is user)
        return [self._shapes.tag(tag) for tag in sorted(mine, key=lambda tag: tag.value)]

    def albums(self, user, _asked):
        return [
            self._shapes.album(album, assets=False)
            for album in self._world.albums.values()
            if album.owner is user or user in album.shared_with
        ]

    def album(self, user, asked):
        album = self._world.albums.get(checking.uuid("id", asked.ids[0]))
        if album is None or (album.owner is not user and user not in album.shared_with):
            raise Refused(400, "Not found or no album.read access")
        without = asked.params.get("withoutAssets") == "true"
        return self._shapes.album(album, assets=not without)

    def people(self, user, asked):
        """Named people first; those without a name are left out unless hidden ones are wanted."""
        size = checking.number(asked.params, "size", 500, 1, 1000)
        page = checking.number(asked.params, "page", 1, 1, None)
        mine = [one for one in self._world.people.values() if one.owner is user]
        hidden = asked.params.get("withHidden") == "true"
        shown = [one for one in mine if hidden or not one.hidden]
        shown.sort(key=lambda person: (person.name == "", person.name))
        return {
            "people": [self._shapes.person(one) for one in shown[(page - 1) * size : page * size]],
            "hasNextPage": len(shown) > page * size,
            "total": len(mine),
            "hidden": sum(one.hidden for one in mine),
        }

    def stacks(self, user, _asked):
        mine = (stack for stack in self._world.stacks.values() if stack.owner is user)
        return [self._shapes.stack(stack) for stack in mine]

    def libraries(self, _user, _asked):
        return [self._shapes.library(one) for one in self._world.libraries.values()]

    def duplicates(self, user, _asked):
        grouped = {}
        for asset in self._world.assets.values():
            if asset.duplicate and asset.owner is user and not asset.trashed:
                grouped.setdefault(asset.duplicate, []).append(self._shapes.asset(asset))
        return [{"duplicateId": number, "assets": assets} for number, assets in grouped.items()]
