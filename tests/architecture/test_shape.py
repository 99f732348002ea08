import ast
import importlib
import os
import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

HOME = Path(__file__).resolve().parent.parent.parent
PROGRAMS = Path(sys.executable).parent
MOST_MODULES = 20
MOST_LINES = 500
FORBIDDEN_NAMES = {"utils", "util", "helpers", "common", "manager", "managers", "models", "misc"}


def tracked():
    """Return the files of the project: those in git, and those about to be."""
    return [file for file in map(HOME.joinpath, told_by_git() or found()) if file.is_file()]


def told_by_git():
    """Return their names, or none where there is no git, or no repository of ours."""
    arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(["git", *arguments], cwd=HOME, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return []
    return [name for name in listed.stdout.decode().split("\0") if name]


def found():
    """Return the names of all files but for those that git is told to ignore."""
    ignored = (HOME / ".gitignore").read_text().split()
    plain = [pattern.strip("/") for pattern in ignored if not pattern.startswith(("!", "/models"))]
    names = []
    for folder, below, files in os.walk(HOME):
        below[:] = [one for one in below if one != ".git" and not is_any(one, plain)]
        names += [Path(folder) / one for one in files if not is_any(one, plain)]
    return names


def is_any(name, patterns):
    return any(fnmatch(name, pattern) for pattern in patterns)


FILES = tracked()
MODULES = [
    file for file in FILES if file.suffix == ".py" and file.is_relative_to(HOME / "homebooru")
]
TESTS = [file for file in FILES if file.suffix == ".py" and file.is_relative_to(HOME / "tests")]
TEMPLATES = [file for file in FILES if file.is_relative_to(HOME / "templates")]
TEXTS = [
    file
    for file in FILES
    if file.suffix
    in {"", ".py", ".md", ".toml", ".html", ".js", ".css", ".lock", ".ini", ".service"}
    and b"\0" not in file.read_bytes()[:4096]
]


def short(file):
    return str(file.relative_to(HOME))


def test_the_layers_are_kept():
    ran = subprocess.run(
        [PROGRAMS / "lint-imports", "--no-cache"],
        cwd=HOME,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout


def test_no_folder_is_crowded():
    folders = {file.parent for file in MODULES}
    crowds = {short(folder): len([m for m in MODULES if m.parent == folder]) for folder in folders}
    assert {name: size for name, size in crowds.items() if size > MOST_MODULES} == {}


def test_no_module_is_long():
    lengths = {short(file): len(file.read_text("utf-8").splitlines()) for file in MODULES + TESTS}
    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}


def test_every_module_says_in_one_sentence_what_lives_in_it():
    silent = [short(file) for file in MODULES if not is_a_sentence(first_paragraph(file))]
    assert silent == []


def first_paragraph(file):
    docstring = ast.get_docstring(ast.parse(file.read_text("utf-8"))) or ""
    return docstring.partition("\n\n")[0]


def is_a_sentence(text):
    return text.endswith(".") and not re.search(r"[.!?]\s+[A-Z]", text)


def test_names_say_what_lives_there():
    vague = [short(file) for file in MODULES if FORBIDDEN_NAMES & {file.stem, file.parent.name}]
    assert vague == []


def test_nothing_is_left_for_later():
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    here = Path(__file__)
    assert [short(f) for f in TEXTS if f != here and marks.search(f.read_text("utf-8"))] == []


def test_templates_never_trust_what_they_show():
    trusting = re.compile(r"\|\s*safe\b|autoescape\s+false|\bMarkup\(")
    assert [short(f) for f in TEMPLATES if trusting.search(f.read_text("utf-8"))] == []


def test_templates_hold_no_script_or_style_of_their_own():
    inline = re.compile(
        r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE
    )
    assert [short(f) for f in TEMPLATES if inline.search(f.read_text("utf-8"))] == []


def test_locks_name_packages_and_no_place_to_fetch_them_from():
    for lock in (HOME / "requirements.lock", HOME / "requirements-dev.lock"):
        assert not re.search(r"://|^--", lock.read_text("utf-8"), re.MULTILINE)


def test_every_locked_package_is_pinned_by_its_hash():
    for lock in (HOME / "requirements.lock", HOME / "requirements-dev.lock"):
        wanted = re.split(r"\n(?=\S)", lock.read_text("utf-8").strip())
        assert [
            entry for entry in wanted if "==" not in entry or "--hash=sha256:" not in entry
        ] == []


def test_the_settings_are_told_as_they_are():
    ran = subprocess.run(
        [sys.executable, "scripts/document_settings.py", "--check"],
        cwd=HOME,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr


def test_every_path_in_the_map_exists():
    text = (HOME / "ARCHITECTURE.md").read_text("utf-8")
    feature_map = text.partition("## Feature map")[2].partition("\n## ")[0]
    paths = re.findall(r"`([\w./*-]+/[\w./*-]*)`", feature_map)
    assert len(paths) > 20
    assert [path for path in paths if not list(HOME.glob(path.rstrip("/")))] == []


def test_every_source_is_told_in_their_readme():
    sites = importlib.import_module("homebooru.sites")
    registry = importlib.import_module("homebooru.sources.registry")
    readme = (HOME / "homebooru/sources/README.md").read_text("utf-8")
    assert [name for name in sites.SITES if f"`{name}`" not in readme] == []
    assert {*registry.FAMILIES, *registry.SEARCHES} == set(sites.Family)


def test_every_command_can_be_loaded():
    cli = importlib.import_module("homebooru.cli")
    for name in cli.FAMILIES:
        command = cli.main.get_command(None, name)
        assert command.name == name
        assert command.help


@pytest.mark.parametrize(
    "script", ["start", "test", "check", "lint", "dev", "db", "lock", "environment", "make-library"]
)
def test_scripts_are_plain_and_say_what_they_do(script):
    file = HOME / "scripts" / script
    first, second = file.read_text("utf-8").splitlines()[:2]
    assert first == "#!/bin/sh"
    assert second.startswith("# ")
    assert file.stat().st_mode & 0o111
    subprocess.run(["sh", "-n", file], check=True)
