import ast
from pathlib import Path

import pytest

HOME = Path(__file__).resolve().parent.parent.parent
LAYERS = ("domain", "imaging", "files", "services", "search", "jobs", "web")
# What writes in the data directory, and what writes a ZIP into memory from open files.
OUR_OWN = {
    "homebooru/files/takeover/copies.py",  # another program's pictures, where a person wants them
    "homebooru/files/takeover/sqlite.py",  # another program's database, for the moment
    "homebooru/files/transfer/lines.py",  # an export, where a person wants it
    "homebooru/files/secrets.py",
    "homebooru/files/thumbs.py",
    "homebooru/files/trash.py",
    "homebooru/files/xmp/writing.py",
    "homebooru/search/index/snapshot.py",
    "homebooru/services/zipping.py",
}

OF_PATHS = {
    "write_text", "write_bytes", "unlink", "rmdir", "mkdir", "touch", "chmod", "lchmod",
    "symlink_to", "hardlink_to",
}  # fmt: skip
OF_PATHS_ALONE = {"rename", "replace"}  # with one argument; texts and dates take others
OF_OS = {
    "remove", "unlink", "rename", "renames", "replace", "rmdir", "removedirs", "mkdir",
    "makedirs", "chmod", "chown", "lchown", "utime", "truncate", "link", "symlink", "mkfifo",
    "mknod", "setxattr", "removexattr", "ftruncate", "write", "pwrite",
}  # fmt: skip
OF_SHUTIL = {"move", "copy", "copy2", "copyfile", "copymode", "copystat", "copytree", "rmtree"}
FLAGS = {"O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND"}


def writes(code):
    """Yield the lines of a module that may change files."""
    for node in ast.walk(ast.parse(code)):
        if (isinstance(node, ast.Call) and is_writing(node)) or (
            isinstance(node, ast.Attribute) and node.attr in FLAGS
        ):
            yield f"{node.lineno}: {ast.unparse(node)}"


def is_writing(call):
    name = ast.unparse(call.func)
    module, _, last = name.rpartition(".")
    if last == "open":
        return opens_for_writing(call)
    if module == "os":
        return last in OF_OS
    if module == "shutil":
        return last in OF_SHUTIL
    if last in OF_PATHS_ALONE:
        return bool(module) and len(call.args) == 1 and not call.keywords
    return bool(module) and last in OF_PATHS


def opens_for_writing(call):
    texts = [
        node.value for node in [*call.args, *(k.value for k in call.keywords)] if constant(node)
    ]
    return any(text and set(text) <= set("rwaxbt+") and set(text) & set("wax+") for text in texts)


def constant(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


@pytest.mark.parametrize("layer", LAYERS)
def test_nobody_writes_where_the_pictures_are(layer):
    found = {
        f"{name}:{line}"
        for file in (HOME / "homebooru" / layer).rglob("*.py")
        if (name := str(file.relative_to(HOME))) not in OUR_OWN
        for line in writes(file.read_text("utf-8"))
    }
    assert found == set()


@pytest.mark.parametrize(
    "code",
    [
        "path.write_bytes(data)",
        'open(path, "wb")',
        'open(path, mode="r+b")',
        'path.open("a")',
        "os.replace(half, path)",
        "half.replace(path)",
        "shutil.move(one, other)",
        "os.open(path, os.O_RDWR)",
        "path.unlink(missing_ok=True)",
    ],
)
def test_the_guard_sees_writing(code):
    assert list(writes(code))


@pytest.mark.parametrize(
    "code",
    [
        'open(path, "rb", buffering=0)',
        "path.open()",
        "os.open(path, os.O_RDONLY)",
        'text.replace("a", "b")',
        "moment.replace(tzinfo=UTC)",
        "dataclasses.replace(value, name=1)",
        "path.read_bytes()",
    ],
)
def test_the_guard_lets_reading_pass(code):
    assert not list(writes(code))
