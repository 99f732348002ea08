"""What use cases need from the outside world; adapters in `files` and elsewhere provide it."""

from __future__ import annotations
