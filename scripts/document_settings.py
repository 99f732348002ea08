"""Writes the settings into README.md and homebooru.example.toml; `--check` only compares."""

from __future__ import annotations

import sys
from dataclasses import MISSING
from pathlib import Path
from textwrap import fill
from typing import Any

from homebooru.settings import HOME, SETTINGS, variable

README = HOME / "README.md"
EXAMPLE = HOME / "homebooru.example.toml"
START, END = (
    "<!-- settings: written by scripts/document-settings -->\n",
    "<!-- end of settings -->\n",
)
HEAD = """\
# Settings of HomeBooru. Copy this file to homebooru.toml and take the # away where you want
# something else than the default. The environment outranks this file: HOMEBOORU_PORT is `port`,
# and HOMEBOORU_PORT_FILE names a file that holds it (useful for secrets).
"""


def main() -> None:
    wanted = {README: with_table(README.read_text("utf-8")), EXAMPLE: example()}
    stale = [file for file, text in wanted.items() if not is_same(file, text)]
    if "--check" in sys.argv:
        sys.exit(f"run scripts/document-settings: {stale}" if stale else 0)
    for file in stale:
        file.write_text(wanted[file], "utf-8")


def is_same(file: Path, text: str) -> bool:
    return file.exists() and file.read_text("utf-8") == text


def with_table(readme: str) -> str:
    before, _, rest = readme.partition(START)
    _, _, after = rest.partition(END)
    return before + START + table() + END + after


def table() -> str:
    rows = ["| Setting | What it is | Default |\n", "| --- | --- | --- |\n"]
    for name, setting in SETTINGS.items():
        default = setting.metadata["shown"] or f"`{default_of(setting)}`"
        rows.append(f"| `{variable(name)}` | {setting.metadata['about']} | {default} |\n")
    return "".join(rows)


def default_of(setting: Any) -> str:
    match setting.default:
        case True | False:
            return str(setting.default).lower()
        case ():
            return "none"
        case tuple():
            return ", ".join(setting.default)
        case _:
            return str(setting.default)


def example() -> str:
    return HEAD + "".join(entry(name, setting) for name, setting in SETTINGS.items())


def entry(name: str, setting: Any) -> str:
    metadata = setting.metadata
    default = f" Default: {metadata['shown']}." if metadata["shown"] else ""
    about = fill(metadata["about"] + default, 98, initial_indent="# ", subsequent_indent="# ")
    return f"\n{about}\n# {name} = {in_toml(setting)}\n"


def in_toml(setting: Any) -> str:
    value = setting.default_factory() if setting.default is MISSING else setting.default
    match value:
        case True | False:
            return str(value).lower()
        case int():
            return "1" if setting.default is MISSING else str(value)
        case tuple():
            return "[" + ", ".join(f'"{word}"' for word in value) + "]"
        case Path() | None:
            return '""'
        case _:
            return f'"{value}"'


if __name__ == "__main__":
    main()
