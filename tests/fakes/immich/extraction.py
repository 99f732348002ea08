"""Files are the truth: what the server reads out of them, and writes into sidecars beside them."""

from __future__ import annotations

from tests.fakes.immich import sidecar
from tests.fakes.immich.disk import ReadOnly


class Metadata:
    """The jobs SidecarWrite and AssetExtractMetadata, each a step that others may come between."""

    def __init__(self, world, faults):
        self._world = world
        self._faults = faults

    def changed(self, asset, **said):
        """Have a sidecar written: `tags`, or a new `rating` or `description`.

        Whatever comes of it, the server knows from now on where the sidecar is to lie.
        """
        self._world.jobs.order(lambda: self._write(asset, said))

    def refresh(self, asset):
        """Have media and known sidecar read again."""
        self._world.jobs.order(lambda: self._extract(asset))

    def discover(self, asset):
        """Have sidecars looked for that are not known, and read."""
        if asset.sidecar is None:
            beside = self._beside(asset)
            if beside is not None:
                asset.sidecar = beside
                self.refresh(asset)

    def _beside(self, asset):
        stem = asset.path.rpartition(".")[0]
        paths = (f"{asset.path}.xmp", f"{stem}.xmp")
        return next((path for path in paths if self._world.disk.exists(path)), None)

    def _write(self, asset, said):
        if asset.deleted:
            return
        disk = self._world.disk
        if asset.sidecar is None:
            asset.sidecar = self._beside(asset) or f"{asset.path}.xmp"
        if "tags" in said:
            said = {**said, "tags": sorted(tag.value for tag in asset.tags)}
        try:
            disk.write(asset.sidecar, sidecar.write(disk.read(asset.sidecar), **said))
        except (ReadOnly, sidecar.Malformed, OSError):
            self._faults.lost += 1
        self.refresh(asset)

    def _extract(self, asset):
        """Read the files, whose word replaces that of the database."""
        if asset.deleted:
            return
        fields = {**self._media(asset), **self._sidecar(asset)}
        values = [] if self._faults.wipes else sidecar.tags_of(fields)
        asset.tags = {self._world.upsert_tag(asset.owner, value) for value in values}
        asset.description = fields.get("Description", "")
        asset.stars = sidecar.stars_of(fields)
        asset.extracted = True
        self._world.touch(asset)

    def _media(self, asset):
        real = self._world.disk.real(asset.path)
        content = self._world.disk.read(asset.path) if real else asset.bytes
        return {**asset.media, **(sidecar.embedded(content) if content else {})}

    def _sidecar(self, asset):
        content = self._world.disk.read(asset.sidecar) if asset.sidecar else None
        try:
            return sidecar.read(content) if content else {}
        except sidecar.Malformed:
            return {}
