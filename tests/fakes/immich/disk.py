"""The disk that the server sees: files in memory, and real ones where a folder is mounted."""

from __future__ import annotations

from pathlib import Path


class ReadOnly(OSError):
    """The server may not write there."""


class Disk:
    """Paths are the server's; those below a mounted prefix lie in a real folder."""

    def __init__(self):
        self._files = {}
        self._mounts = {}
        self._read_only = set()

    def mount(self, prefix, folder):
        self._mounts[prefix.rstrip("/") + "/"] = Path(folder)

    def make_read_only(self, prefix):
        self._read_only.add(prefix)

    def make_writable(self, prefix):
        self._read_only.discard(prefix)

    def real(self, path):
        """Return where a path really lies; None in memory."""
        for prefix, folder in self._mounts.items():
            if path.startswith(prefix):
                return folder / path.removeprefix(prefix)
        return None

    def read(self, path):
        real = self.real(path)
        if real is None:
            return self._files.get(path)
        return real.read_bytes() if real.is_file() else None

    def exists(self, path):
        real = self.real(path)
        return path in self._files if real is None else real.is_file()

    def write(self, path, content):
        """Write a file as the server does: a new one in the place of the old."""
        if any(path.startswith(prefix) for prefix in self._read_only):
            raise ReadOnly(path)
        self.put(path, content)

    def put(self, path, content):
        """Let a file be there, whoever wrote it."""
        real = self.real(path)
        if real is None:
            self._files[path] = content
            return
        beside = real.with_name(f"{real.name}_exiftool_tmp")
        beside.write_bytes(content)
        beside.replace(real)

    def remove(self, path):
        real = self.real(path)
        if real is None:
            self._files.pop(path, None)
        else:
            real.unlink(missing_ok=True)
