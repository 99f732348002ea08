"""What no code of ours does: run what others wrote, or take a text for a command or markup."""

import ast
from functools import cache
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent.parent
FILES = sorted((HOME / "homebooru").rglob("*.py"))
FORBIDDEN = {
    "eval", "exec", "compile", "__import__", "os.system", "os.popen", "yaml.load", "marshal.loads",
    "pickle.load", "pickle.loads", "pickle.Unpickler", "shelve.open", "dill.loads", "joblib.load",
    "torch.load", "tarfile.open", "shutil.unpack_archive", "zipfile.ZipFile.extractall",
    "etree.fromstring", "etree.parse", "ET.fromstring", "ET.parse", "tempfile.mktemp",
}  # fmt: skip
# Who may, and why that is safe.
ALLOWED = {
    ("homebooru/processes/child.py", "pickle.loads"),  # what the parent sent
    ("homebooru/files/xmp/reading.py", "etree.fromstring"),  # with a parser that knows no entities
}
MARKUP = {  # who makes markup of a text, which each escapes, cleans or has written itself
    "homebooru/web/languages.py",
    "homebooru/web/serving/icons.py",
    "homebooru/web/tags/markdown.py",
}


@cache
def calls():
    return tuple(found())


def found():
    for file in FILES:
        name = str(file.relative_to(HOME))
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                yield name, ast.unparse(node.func), node


def test_nothing_is_run_loaded_or_unpacked_that_others_wrote():
    assert {(file, called) for file, called, _ in calls() if called in FORBIDDEN} == ALLOWED


def test_no_shell_reads_what_is_run():
    shells = [
        f"{file}:{node.lineno}"
        for file, _, node in calls()
        for word in node.keywords
        if word.arg == "shell" and ast.unparse(word.value) != "False"
    ]
    assert shells == []


def test_arrays_are_read_without_objects():
    allowing = [
        f"{file}:{node.lineno}"
        for file, _, node in calls()
        for word in node.keywords
        if word.arg == "allow_pickle" and ast.unparse(word.value) != "False"
    ]
    assert allowing == []  # by itself numpy takes none


def test_only_these_make_markup_of_a_text():
    assert {file for file, called, _ in calls() if called.endswith("Markup")} == MARKUP
