"""How answers travel: files of the pages that a browser may keep, and text compressed."""
