"""What the server does for those who want things changed, and what it only says it did."""

from __future__ import annotations

from tests.fakes.immich import checking
from tests.fakes.immich.library import Refused
from tests.fakes.immich.sidecar import squeezed

MOST_PAIRS = 32_767
TAG_JOBS = {"refresh-metadata", "refresh-faces", "regenerate-thumbnail", "transcode-video"}


class Writing:
    """Tags, assets, albums, the trash, and jobs."""

    def __init__(self, world, shapes, reading, metadata, faults):
        self._world = world
        self._shapes = shapes
        self._reading = reading
        self._metadata = metadata
        self._faults = faults
        self._running = set()

    def upsert_tags(self, user, asked):
        values = asked.json.get("tags")
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise checking.invalid("tags", "Invalid input: expected array")
        paths = dict.fromkeys(filter(None, map(squeezed, values)))
        return [self._shapes.tag(self._world.upsert_tag(user, path)) for path in paths]

    def delete_tag(self, user, asked):
        self._world.delete_tag(self._tag(user, asked.ids[0], "tag.delete"))

    def _tag(self, user, tag_id, permission):
        tag = self._world.tags.get(checking.uuid("id", tag_id))
        if tag is None or tag.owner is not user:
            raise Refused(400, f"Not found or no {permission} access")
        return tag

    def tag_assets(self, user, asked):
        """All tags on all assets; whatever is not the user's is left out without a word."""
        tag_ids = set(checking.uuids(asked.json, "tagIds"))
        asset_ids = set(checking.uuids(asked.json, "assetIds"))
        if len(tag_ids) * len(asset_ids) > MOST_PAIRS:
            raise Refused(500, "Internal server error")
        tags = [self._world.tags[one] for one in sorted(tag_ids) if one in self._world.tags]
        own = [tag for tag in tags if tag.owner is user]
        return {"count": sum(self._put(asset, own) for asset in self._own(user, asset_ids))}

    def _own(self, user, asset_ids):
        listed = (self._world.assets.get(one) for one in sorted(asset_ids))
        return [asset for asset in listed if asset is not None and asset.owner is user]

    def _put(self, asset, tags):
        """Put tags on an asset; one that is dropped counts as put."""
        new = [tag for tag in tags if tag not in asset.tags]
        asset.tags |= {tag for tag in new if not self._faults.drops()}
        if new:
            self._metadata.changed(asset, tags=True)
        return len(new)

    def tag_some(self, user, asked):
        tag = self._tag(user, asked.ids[0], "tag.asset")
        return [
            self._each(user, one, lambda asset: tag not in asset.tags, "duplicate")
            or self._done(one, lambda asset: self._put(asset, [tag]))
            for one in checking.uuids(asked.json, "ids")
        ]

    def untag_some(self, user, asked):
        tag = self._tag(user, asked.ids[0], "tag.asset")
        return [
            self._each(user, one, lambda asset: tag in asset.tags, "not_found")
            or self._done(one, lambda asset: self._take_off(asset, tag))
            for one in checking.uuids(asked.json, "ids")
        ]

    def _take_off(self, asset, tag):
        asset.tags.discard(tag)
        self._metadata.changed(asset, tags=True)

    def _each(self, user, asset_id, fits, error):
        """Return why one of several assets is left out; None where it is not."""
        asset = self._world.assets.get(asset_id)
        if asset is None or asset.owner is not user:
            return {"id": asset_id, "success": False, "error": "no_permission"}
        return None if fits(asset) else {"id": asset_id, "success": False, "error": error}

    def _done(self, asset_id, act):
        act(self._world.assets[asset_id])
        return {"id": asset_id, "success": True}

    def update(self, user, asked):
        asset = self._reading.mine(user, asked.ids[0], "asset.update")
        self._change(asset, asked.json)
        return self._shapes.asset(asset, exif=True)

    def update_many(self, user, asked):
        """All of them or none."""
        ids = checking.uuids(asked.json, "ids")
        for asset in [self._reading.mine(user, one, "asset.update") for one in ids]:
            self._change(asset, asked.json)

    def _change(self, asset, body):
        stored = {"isFavorite": "favourite", "visibility": "visibility"}
        if "visibility" in body:
            checking.visibility(body)
        said = {}
        if "rating" in body:
            asset.stars = checking.stars(body, self._shapes.major)
            said["rating"] = asset.stars or 0
        if "description" in body:
            asset.description = said["description"] = body["description"]
        if values := {ours: body[name] for name, ours in stored.items() if name in body}:
            self._world.change(asset, **values)
        if said:
            self._metadata.changed(asset, **said)

    def refresh(self, user, asked):
        ids = checking.uuids(asked.json, "assetIds")
        if asked.json.get("name") not in TAG_JOBS:
            raise checking.invalid("name", "Invalid option")
        for asset in [self._reading.mine(user, one, "asset.update") for one in ids]:
            if asked.json["name"] == "refresh-metadata":
                self._metadata.refresh(asset)

    def start_job(self, _user, asked):
        """The queues of an administrator: sidecars, and all metadata anew."""
        name, force = asked.ids[0], bool(asked.json.get("force"))
        if name not in ("sidecar", "metadataExtraction"):
            raise checking.invalid("name", "Invalid option")
        if name in self._running:
            raise Refused(400, "Job is already running")
        self._running.add(name)
        for asset in list(self._world.assets.values()):
            if name == "sidecar":
                self._metadata.discover(asset)
            if force and (name == "metadataExtraction" or asset.sidecar):
                self._metadata.refresh(asset)
        self._world.jobs.order(lambda: self._running.discard(name))
        return {
            "queueStatus": {"isPaused": False, "isActive": False},
            "jobCounts": dict.fromkeys(
                ("active", "completed", "failed", "delayed", "waiting", "paused"), 0
            ),
        }

    def trash(self, user, asked):
        """Move assets into the trash; nobody here is to delete anything for good."""
        ids = checking.uuids(asked.json, "ids")
        if asked.json.get("force"):
            self._faults.forced += 1
            raise Refused(500, "Nothing is ever to be deleted by force")
        assets = [self._reading.mine(user, one, "asset.delete") for one in ids]
        self._world.jobs.order(lambda: self._throw_away(assets))

    def _throw_away(self, assets):
        for asset in assets:
            if not asset.deleted and not asset.trashed:
                self._world.change(asset, trashed=True)

    def restore(self, user, asked):
        ids = checking.uuids(asked.json, "ids")
        assets = [self._reading.mine(user, one, "asset.delete") for one in ids]
        trashed = [asset for asset in assets if asset.trashed and not asset.offline]
        for asset in trashed:
            self._world.change(asset, trashed=False)
        return {"count": len(trashed)}

    def add_to_album(self, user, asked):
        album = self._album(user, asked.ids[0], "albumAsset.create")
        return [
            self._each(user, one, lambda asset: asset.id not in album.assets, "duplicate")
            or self._done(one, lambda asset: self._world.put_into(album, [asset]))
            for one in checking.uuids(asked.json, "ids")
        ]

    def remove_from_album(self, user, asked):
        album = self._album(user, asked.ids[0], "albumAsset.delete")
        return [
            self._each(user, one, lambda asset: asset.id in album.assets, "not_found")
            or self._done(one, lambda asset: self._world.take_out(album, [asset]))
            for one in checking.uuids(asked.json, "ids")
        ]

    def _album(self, user, album_id, permission):
        album = self._world.albums.get(checking.uuid("id", album_id))
        if album is None or album.owner is not user:
            raise Refused(400, f"Not found or no {permission} access")
        return album
